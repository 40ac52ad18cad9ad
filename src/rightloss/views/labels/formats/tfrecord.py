"""TFRecord files of tf.train.Example without TensorFlow: only the label feature of each record is decoded.

Framing (tensorflow/core/lib/io/record_writer.h): length uint64, masked CRC-32C of it, data, masked CRC of the data.
The length's checksum is always verified, which finds cut and shifted files; the data's is not, as it costs a pass over
every image. Message layout: tensorflow/core/example/{example,feature}.proto.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from rightloss.errors import EmptyInput, MissingColumn, UnreadableInput
from rightloss.views.labels.columns import listing
from rightloss.views.labels.limits import Limits, limited
from rightloss.views.labels.source import Declared, LabelStream, Outputs

_CHUNK_RECORDS = 8192
_LOOKED_AT_RECORDS = 100
_CASTAGNOLI = 0x82F63B78
_Parsed = TypeVar("_Parsed")
_KINDS = {1: "bytes", 2: "float", 3: "int64"}


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_CASTAGNOLI if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


_CRC_TABLE = _crc_table()


def masked_crc32c(data: bytes) -> int:
    """CRC-32C of a few bytes, rotated and offset as TFRecord stores it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def tfrecord_outputs(
    files: Sequence[Path], given: str, features: Sequence[str] | None, rows_cap: int | None
) -> Outputs:
    """One stream for each named feature; the only feature where there is just one.

    A feature with one value in every record is a scalar label, with K values an (n, K) array, else a list.

    Raises:
        MissingColumn: the feature is in none of the first records, or none was named; the features are listed.
    """
    found = _first_features(files)
    listed = [f"{name} ({kind})" for name, kind in found.items()]
    if not found:
        raise EmptyInput(f"{given} holds no records with features", expected="records of tf.train.Example")
    if not features and len(found) > 1:
        raise MissingColumn(
            f"{given} holds {len(found)} features and none was named as the label",
            expected=f"one of: {listing(listed)}",
            fix=f"--label {next(iter(found))}   (or the feature that holds the labels)",
        )
    chosen = tuple(features or found)
    for name in chosen:
        if name not in found:
            raise MissingColumn(f"{given} has no feature {name!r}", expected=f"one of: {listing(listed)}")
    if len(chosen) == 1:
        return {None: _stream(files, given, chosen[0], found[chosen[0]], rows_cap, None)}
    return {name: _stream(files, given, name, found[name], rows_cap, name) for name in chosen}


def _stream(
    files: Sequence[Path], given: str, feature: str, kind: str, cap: int | None, name: str | None
) -> LabelStream:
    limits = Limits(cap)
    caps: dict[str, int] = {}

    def blocks() -> Iterator[Any]:
        records = _parsed(files, lambda record: _values_of(record, feature))
        while block := list(islice(records, _CHUNK_RECORDS)):
            yield _chunk(block)

    def chunks() -> Iterator[Any]:
        return limited(blocks(), limits, given, caps)

    return LabelStream(
        chunks=chunks,
        name=name,
        dtype=kind,
        declared=Declared(where=f"feature {feature!r} of {given}"),
        notes=limits.notes(),
        caps=caps,
    )


def _chunk(block: Sequence[list[Any] | None]) -> Any:
    import numpy as np

    from rightloss.views.labels.arrow_chunks import objects

    lengths = {len(values) for values in block if values is not None}
    if len(lengths) == 1 and next(iter(lengths)) > 0:
        length = next(iter(lengths))
        if length == 1:
            scalars = [None if values is None else values[0] for values in block]
            plain = None not in scalars and not isinstance(scalars[0], str | bytes)
            return np.asarray(scalars) if plain else objects(scalars)
        if None not in block:
            cells = [values for values in block if values is not None]
            text = isinstance(cells[0][0], str | bytes)
            return np.asarray(cells, dtype=object if text else None)
    return objects(list(block))


def _first_features(files: Sequence[Path]) -> dict[str, str]:
    """Features of the first records: name -> kind and number of values."""
    found: dict[str, str] = {}
    lengths: dict[str, set[int]] = {}
    for features in islice(_parsed(files, lambda record: list(_features(record))), _LOOKED_AT_RECORDS):
        for name, kind, values in features:
            sizes = lengths.setdefault(name, set())
            sizes.add(len(values))
            found[name] = kind + (f"[{len(values)}]" if len(sizes) == 1 else "[varying]")
    return found


def _parsed(files: Sequence[Path], parse: Callable[[bytes], _Parsed]) -> Iterator[_Parsed]:
    """What `parse` makes of each record; an error names the record that is no tf.train.Example."""
    for file in files:
        for index, record in enumerate(read_records(file)):
            try:
                found = parse(record)
            except (IndexError, TypeError, struct.error) as error:
                raise UnreadableInput(
                    f"{file}, record {index} is not a tf.train.Example message",
                    expected="records written as tf.train.Example",
                    fix="write the file again; records of another message type cannot be read",
                ) from error
            yield found


def read_records(path: Path) -> Iterator[bytes]:
    """The records of one TFRecord file (gzip is recognised).

    Raises:
        UnreadableInput: a length that fails its checksum, or a file that ends inside a record.
    """
    index = 0
    with ExitStack() as stack:
        stream: Any = stack.enter_context(path.open("rb"))
        zipped = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        if zipped:
            stream = stack.enter_context(gzip.open(stream))
        try:
            while (data := _next_record(stream, path, index)) is not None:
                yield data
                index += 1
        except (EOFError, gzip.BadGzipFile) as error:
            raise _damaged(path, index, str(error)) from None


def _next_record(stream: Any, path: Path, index: int) -> bytes | None:
    head = stream.read(12)
    if not head:
        return None
    if len(head) < 12 or struct.unpack_from("<I", head, 8)[0] != masked_crc32c(head[:8]):
        raise _damaged(path, index, "its length does not pass the checksum")
    length = struct.unpack_from("<Q", head)[0]
    data = stream.read(length)
    if len(data) < length or len(stream.read(4)) < 4:
        raise _damaged(path, index, "the file ends inside it")
    return bytes(data)


def _damaged(path: Path, index: int, why: str) -> UnreadableInput:
    return UnreadableInput(f"{path}, record {index}: {why}", expected="a TFRecord file that was written completely")


def _features(record: bytes, wanted: str | None = None) -> Iterator[tuple[str, str, list[Any]]]:
    """(name, kind, values) of the features, or of the one that is wanted."""
    for name, message in _feature_messages(record):
        if wanted in (None, name):
            for number, _, payload in _fields(message):
                yield name, _KINDS.get(number, "unknown"), _values(number, payload)


def _values_of(record: bytes, feature: str) -> list[Any] | None:
    """The values of one feature; None where the record does not have it."""
    return next((values for _, _, values in _features(record, feature)), None)


def _feature_messages(record: bytes) -> Iterator[tuple[str, Any]]:
    """(name, Feature message) of every entry of Example.features."""
    for number, _, features in _fields(memoryview(record)):
        if number != 1:
            continue
        for _, _, entry in _fields(features):
            parts: Mapping[int, Any] = {field: value for field, _, value in _fields(entry)}
            yield bytes(parts.get(1, b"")).decode("utf-8", errors="replace"), parts.get(2, memoryview(b""))


def _values(number: int, payload: Any) -> list[Any]:
    """The values of a BytesList (1), FloatList (2) or Int64List (3), packed or not."""
    values: list[Any] = []
    for _, wire, value in _fields(payload):
        if number == 1:
            values.append(_text(bytes(value)))
        elif number == 2:
            data = bytes(value)
            values.extend(struct.unpack(f"<{len(data) // 4}f", data))
        elif wire == 0:
            values.append(_signed(value))
        else:
            position = 0
            while position < len(value):
                whole, position = _varint(value, position)
                values.append(_signed(whole))
    return values


def _text(data: bytes) -> str | bytes:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _varint(data: Any, position: int) -> tuple[int, int]:
    result, shift = 0, 0
    while True:
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
        shift += 7


def _fields(data: Any) -> Iterator[tuple[int, int, Any]]:
    """(field number, wire type, value) of one protocol buffer message; slices share the record's memory.

    Raises:
        IndexError: the data ends inside a field, or a field is of no known type.
    """
    position, end = 0, len(data)
    while position < end:
        key, position = _varint(data, position)
        wire = key & 7
        if wire == 0:
            value, position = _varint(data, position)
            yield key >> 3, wire, value
            continue
        if wire == 2:
            size, position = _varint(data, position)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise IndexError(f"wire type {wire}")
        if position + size > end:
            raise IndexError("a field is longer than the message")
        yield key >> 3, wire, data[position : position + size]
        position += size
