"""Labels in .npy (memory mapped) and .npz files. Pickled objects are never loaded: they can run code."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from rightloss.errors import EmptyInput, MissingColumn, UnreadableInput
from rightloss.views.labels.columns import LABEL_NAMES, listing, resolve_columns
from rightloss.views.labels.limits import Limits
from rightloss.views.labels.source import Declared, LabelStream, Outputs

CHUNK_ROWS = 32_768
CHUNK_CELLS = 1 << 20


def npy_outputs(path: Path, columns: Sequence[str] | None, rows_cap: int | None) -> Outputs:
    """The array in a .npy file; of a structured array the field named by `columns`."""
    import numpy as np

    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise _not_loaded(path, path.name, error) from None
    except (OSError, EOFError) as error:
        raise UnreadableInput(f"{path} is damaged: {error}", expected="an array saved with np.save") from None
    if array.dtype.names:
        fields = resolve_columns(columns, array.dtype.names, path.name)
        single = len(fields) == 1
        streams = {
            None if single else name: _stream(
                array[name], f"field {name!r} of {path.name}", rows_cap, None if single else name
            )
            for name in fields
        }
        return dict(streams)
    return {None: _stream(array, path.name, rows_cap, None)}


def npz_outputs(path: Path, columns: Sequence[str] | None, rows_cap: int | None) -> Outputs:
    """The named array(s) of a .npz archive; without a name the only one, or one called y, labels, targets.

    Raises:
        MissingColumn: no such array, or several and none with a name that means labels.
    """
    with zipfile.ZipFile(path) as archive:
        members = {name.removesuffix(".npy"): name for name in archive.namelist()}
        shapes = {name: _header(archive, member, path)[:2] for name, member in members.items()}
    chosen, notes = _chosen(path, columns, shapes)
    single = len(chosen) == 1
    outputs: Outputs = {}
    for name in chosen:
        shape, dtype = shapes[name]
        _check_rows(shape, f"array {name!r} of {path.name}")
        outputs[None if single else name] = LabelStream(
            chunks=_member_chunks(path, members[name], rows_cap),
            name=None if single else name,
            rows=shape[0] if rows_cap is None else min(shape[0], rows_cap),
            dtype=str(dtype),
            declared=Declared(where=f"array {name!r} of {path.name}"),
            notes=notes + Limits(rows_cap).notes(shape[0]),
            caps=_caps(shape[0], rows_cap),
        )
    return outputs


def rows_per_chunk(shape: Sequence[int]) -> int:
    """Rows that keep a chunk of labels of this shape (leading axis: rows) near a million cells."""
    cells = 1
    for size in shape[1:]:
        cells *= size
    return max(1, min(CHUNK_ROWS, CHUNK_CELLS // max(1, cells)))


def _stream(array: Any, where: str, cap: int | None, name: str | None) -> LabelStream:
    from rightloss.views.labels.mapped import mapped_chunks

    _check_rows(array.shape, where)
    rows = array.shape[0] if cap is None else min(cap, array.shape[0])
    return LabelStream(
        chunks=lambda: mapped_chunks(array, rows),
        name=name,
        rows=rows,
        dtype=str(array.dtype),
        declared=Declared(where=where),
        notes=Limits(cap).notes(array.shape[0]),
        caps=_caps(array.shape[0], cap),
    )


def _check_rows(shape: Sequence[int], where: str) -> None:
    if not shape:
        raise UnreadableInput(f"{where} is a single number, not an array", expected="one label for each example")
    if shape[0] == 0:
        raise EmptyInput(f"{where} has no rows: its shape is {tuple(shape)}", expected="at least one label")


def _caps(rows: int, cap: int | None) -> dict[str, int]:
    return {} if cap is None or rows <= cap else {"rows": cap}


def _chosen(
    path: Path, columns: Sequence[str] | None, shapes: dict[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    described = [f"{name} {shape} {dtype}" for name, (shape, dtype) in shapes.items()]
    if not shapes:
        raise EmptyInput(f"{path} holds no arrays", expected="an archive saved with np.savez")
    if columns:
        for name in columns:
            if name not in shapes:
                raise MissingColumn(
                    f"{path.name} has no array {name!r}",
                    expected=f"one of: {listing(described)}",
                    fix=f"--label {next((each for each in LABEL_NAMES if each in shapes), next(iter(shapes)))}",
                )
        return tuple(columns), ()
    if len(shapes) == 1:
        return tuple(shapes), ()
    for name in LABEL_NAMES:
        if name in shapes:
            return (name,), (f"array {name!r} of {path.name} was taken as the labels, by its name",)
    raise MissingColumn(
        f"{path.name} holds {len(shapes)} arrays and none was named as the labels",
        expected=f"one of: {listing(described)}",
        fix=f"--label {next(iter(shapes))}   (or the array that holds the labels)",
    )


def _header(archive: zipfile.ZipFile, member: str, path: Path) -> tuple[tuple[int, ...], Any, bool]:
    """(shape, dtype, Fortran order) of one array of an archive."""
    with archive.open(member) as file:
        return _read_header(file, path)


def _read_header(file: IO[bytes], path: Path) -> tuple[tuple[int, ...], Any, bool]:
    from numpy.lib import format as npy

    try:
        version = npy.read_magic(file)
        shape, fortran, dtype = (npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0)(file)
    except ValueError as error:
        raise UnreadableInput(f"{path} is damaged: {error}", expected="an archive saved with np.savez") from None
    return shape, dtype, fortran


def _member_chunks(path: Path, member: str, cap: int | None) -> Callable[[], Iterator[Any]]:
    import numpy as np

    def chunks() -> Iterator[Any]:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            shape, dtype, fortran = _read_header(file, path)
            if dtype.hasobject:
                raise _not_loaded(path, member, None)
            rows = shape[0] if cap is None else min(cap, shape[0])
            if fortran and len(shape) > 1:  # columns lie one after the other, so rows need the whole array
                whole = np.frombuffer(file.read(), dtype).reshape(shape, order="F")
                yield from (whole[i : min(i + CHUNK_ROWS, rows)] for i in range(0, rows, CHUNK_ROWS))
                return
            step = rows_per_chunk(shape)
            row_bytes = dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64))
            for start in range(0, rows, step):
                count = min(step, rows - start)
                data = file.read(count * row_bytes)
                if len(data) < count * row_bytes:
                    raise UnreadableInput(f"{path} is damaged: {member} ends early")
                yield np.frombuffer(data, dtype).reshape((count, *shape[1:]))

    return chunks


def _not_loaded(path: Path, name: str, error: Exception | None) -> UnreadableInput:
    if error is not None and not any(word in str(error).lower() for word in ("pickle", "object")):
        return UnreadableInput(f"{path} is damaged: {error}", expected="an array saved with np.save")
    return UnreadableInput(
        f"{name} holds Python objects, stored as a pickle; pickles are never loaded, because they can run code",
        expected="an array of numbers, booleans or text",
        fix="np.save(path, np.array(labels.tolist()))   (ragged labels: JSON lines)",
    )
