"""How a text table is written: encoding, delimiter, quotes, and whether the first line holds names.

Decided here and not by an engine's own sniffer, because those turn a damaged row into another dialect without a word.
The whole file is scanned once for its encoding and quotes (about the cost of copying it); the rest looks at a sample.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rightloss.errors import EmptyInput, UnreadableInput
from rightloss.views.labels.columns import unnamed, with_position

_DELIMITERS = ",\t;|"
_SAMPLE = 1 << 20
_DELIMITER_LINES = 500
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,30}")
_ZERO = re.compile(r"0\d+")
_NAME_LENGTH = 80  # a first cell longer than this is text, not a column name


@dataclass(frozen=True)
class Dialect:
    """One text table's way of writing. `quote` None: quotes are ordinary characters."""

    encoding: str
    delimiter: str
    quote: str | None
    header: bool
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_dialect(path: Path, header: bool | None = None) -> Dialect:
    """The dialect of a text table; `header` True or False overrides the sniffing of the first line.

    Raises:
        UnreadableInput: binary content. EmptyInput: no line, or a line of names and no row.
    """
    csv.field_size_limit(1 << 30)
    encoding, quotes, sample, whole = _scan(path)
    notes = []
    if encoding == "latin-1":
        notes.append(f"{path.name} is not UTF-8; it was read as Latin-1 (Western European)")
    lines = sample.splitlines(keepends=True)
    lines = lines if whole or len(lines) < 2 else lines[:-1]
    if not any(line.strip() for line in lines):
        raise EmptyInput(f"{path} holds no rows, only blank lines", expected="a table with at least one row")
    delimiter, quote = _delimiter_and_quote(lines, quotes, path)
    rows = _rows(lines, delimiter, quote)
    has_names, sure = (header, True) if header is not None else _first_line_is_names(rows)
    if not sure:
        notes.append(
            f"the first line of {path.name} was taken as "
            + (
                "column names; if it is data, say header=False"
                if has_names
                else "data; if it holds names, say header=True"
            )
        )
    if has_names and len(rows) == 1 and whole:
        raise EmptyInput(f"{path} has a line of column names and no rows", expected="at least one row of data")
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    names = _unique(rows[0]) if has_names else tuple(map(unnamed, range(width)))
    codes = _codes(rows[1:] if has_names else rows, names)
    if codes:
        told = ", ".join(f"{name!r} (such as {cell})" for name, cell in codes.items())
        notes.append(f"whole numbers with leading zeros are read as numbers: {told}")
    return Dialect(encoding, delimiter, quote, has_names, names, tuple(notes))


def _codes(rows: Sequence[Sequence[str]], names: Sequence[str]) -> dict[str, str]:
    """Columns of whole numbers, and one cell of each that has a leading zero: "007" may be a code."""
    found = {}
    for place, name in enumerate(names):
        cells = [row[place].strip() for row in rows if len(row) > place and row[place].strip()]
        first = next((cell for cell in cells if _ZERO.fullmatch(cell)), None)
        if first is not None and all(cell.isdecimal() for cell in cells):
            found[name] = first
    return found


def _scan(path: Path) -> tuple[str, bool, str, bool]:
    """(encoding, any double quote, decoded sample, whether the sample is the whole file)."""
    sample = b""
    quotes = False
    valid = codecs.getincrementaldecoder("utf-8")()
    utf8 = True
    size = 0
    for block in _blocks(path):
        if size == 0 and block.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = (block[:-1] if len(block) % 2 else block).decode("utf-16", errors="replace")
            return "utf-16", '"' in text, text, len(block) < _SAMPLE
        if b"\x00" in block:
            raise UnreadableInput(
                f"{path} looks like binary data (zero bytes near byte {size + block.index(0)})",
                expected="text with one row per line",
            )
        sample = sample or block
        size += len(block)
        quotes = quotes or b'"' in block
        if utf8:
            try:
                valid.decode(block)
            except UnicodeDecodeError:
                utf8 = False
    encoding = "utf-8" if utf8 else "latin-1"
    text = sample.decode(encoding, errors="replace").removeprefix("\ufeff")
    return encoding, quotes, text, size == len(sample)


def _blocks(path: Path) -> Iterator[bytes]:
    """The bytes of the file, decompressed."""
    import pyarrow as pa

    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            while block := stream.read(_SAMPLE):
                yield block
    except (pa.ArrowException, OSError) as error:
        raise UnreadableInput(
            f"{path} could not be read: {str(error).splitlines()[0]}",
            expected="a text file, or a compressed one that was written completely",
            fix=f"copy or download {path.name} again",
        ) from error


def _rows(lines: Sequence[str], delimiter: str, quote: str | None) -> list[list[str]]:
    quoting: Any = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    return [row for row in csv.reader(lines, delimiter=delimiter, quotechar=quote or '"', quoting=quoting) if row]


def _delimiter_and_quote(lines: Sequence[str], quotes: bool, path: Path) -> tuple[str, str | None]:
    """The delimiter that cuts most rows into the same number (> 1) of cells; then whether quotes help or harm that."""
    name = path.name.lower()
    by_suffix = "\t" if ".tsv" in name or ".tab" in name else ","
    scores = {}
    for delimiter in _DELIMITERS:
        share, width, _ = max(_regularity(lines[:_DELIMITER_LINES], delimiter, quote) for quote in ('"', None))
        first = all(len(row) == width for row in _rows(lines[:1], delimiter, '"'))  # 0,5;1 has commas, its names none
        scores[delimiter] = (round(share, 2) if width > 1 else 0.0, first, delimiter == by_suffix, width)
    delimiter = max(scores, key=lambda sign: scores[sign])
    if scores[delimiter][0] < 0.5:  # the commas of sentences differ from line to line: one column
        delimiter = _of_names(lines[0]) or by_suffix
    return delimiter, '"' if quotes and not _quotes_harm(lines, delimiter) else None


def _of_names(line: str) -> str | None:
    """The delimiter of a line of short words, such as column names: of rows that are ragged it is the best witness."""
    for delimiter in _DELIMITERS:
        words = line.strip().split(delimiter)
        if len(words) > 1 and all(_NAME.fullmatch(word.strip().strip('"')) for word in words):
            return delimiter
    return None


def _quotes_harm(lines: Sequence[str], delimiter: str) -> bool:
    """Whether quotes are ordinary characters: without them rows are more regular, or all regular and more in number.

    The second is the mark of a stray quote, which swallows whole lines up to the next one.
    """
    plain, width, rows = _regularity(lines, delimiter, None)
    share, _, quoted_rows = _regularity(lines, delimiter, '"')
    return plain > share or (plain == 1 and width > 1 and rows > quoted_rows)


def _regularity(lines: Sequence[str], delimiter: str, quote: str | None) -> tuple[float, int, int]:
    """(share of rows with the most usual number of cells, that number, rows)."""
    rows = _rows(lines, delimiter, quote)
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    return count / len(rows), width, len(rows)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _first_line_is_names(rows: list[list[str]]) -> tuple[bool, bool]:
    """(the first row holds column names, sure of it)."""
    first, rest = rows[0], rows[1:]
    if not rest:
        return (False, True) if any(_is_number(cell) for cell in first) else (True, False)
    if first == [str(i) for i in range(len(first))] and len(first) > 1:
        return True, True  # a data frame without names, saved with its column numbers
    if any(_is_number(cell) for cell in first):
        return False, True
    columns = [[row[i].strip() for row in rest if len(row) == len(first)] for i in range(len(first))]
    known = [[cell for cell in column if cell] for column in columns]
    if any(column and all(_is_number(cell) for cell in column) for column in known):
        return True, True  # text over numbers
    if any(cell.strip() and cell.strip() in column for cell, column in zip(first, columns, strict=True)):
        return False, True  # a "name" that is also a value further down
    if any(len(cell) > _NAME_LENGTH for cell in first) or len(set(first)) < len(first):
        return False, False
    few = any(len(set(column)) <= len(column) // 3 for column in known if column)
    return True, few  # a column of few repeated values that never repeats its first cell


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names that tell columns apart: where several have one name, each also says its position; none becomes columnN."""
    told = [raw.strip() or unnamed(i) for i, raw in enumerate(names)]
    count = Counter(told)
    return tuple(with_position(name, i) if count[name] > 1 else name for i, name in enumerate(told))
