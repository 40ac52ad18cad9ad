"""ARFF, the format of Weka, Mulan and MEKA: a header that declares every column, then dense or sparse rows.

Declared classes (`{a, b, c}`) become the categories of their column; where all of them are whole numbers, as in the
`{0, 1}` columns of multi-label sets, the column is of integers. MEKA's `-C n` in the relation names the label columns.
Format: https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rightloss.errors import EmptyInput, UnreadableInput
from rightloss.views.labels.columns import refuse_doubled
from rightloss.views.labels.formats.table import Table, Types, cast_batch

if TYPE_CHECKING:
    import pyarrow as pa

_ATTRIBUTE = re.compile(r"""@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)\s+(.+)""", re.IGNORECASE)
_MEKA = re.compile(r"-C\s+(-?\d+)")
_CELL = re.compile(r"""\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,]*?)\s*(?:,|$)""")
_INTEGER = re.compile(r"[+-]?\d+")


@dataclass(frozen=True)
class Attribute:
    """One declared column. `kind`: integer, number, text or nominal; `zero` is what a sparse row leaves out."""

    name: str
    kind: str
    categories: tuple[Any, ...] | None = None

    @property
    def zero(self) -> Any:
        if self.categories:
            return self.categories[0]
        return None if self.kind == "text" else 0

    @property
    def whole(self) -> bool:
        return self.kind == "integer" or bool(self.categories and isinstance(self.categories[0], int))

    def parse(self, cell: str) -> Any:
        """The cell's value, None for `?`; ValueError where it is not of the declared kind."""
        if cell == "?":
            return None
        if self.categories is not None:
            value = int(cell) if self.whole else _unquoted(cell)
            if value not in self.categories:
                raise ValueError(f"{cell!r} is not one of the declared classes of {self.name!r}")
            return value
        if self.kind == "text":
            return _unquoted(cell)
        return int(cell) if self.kind == "integer" and _INTEGER.fullmatch(cell) else float(cell)


def open_arff(path: Path) -> Table:
    """The ARFF table at `path`."""
    encoding = _encoding(path)
    with _open(path, encoding) as file:
        relation, attributes, _ = _read_header(file, path)
    names = tuple(attribute.name for attribute in attributes)
    if not names:
        raise UnreadableInput(f"{path} declares no @attribute", expected="an ARFF header with at least one attribute")
    refuse_doubled(names, path.name)
    by_name = {attribute.name: i for i, attribute in enumerate(attributes)}

    def batches(columns: Sequence[str], batch_rows: int, types: Types) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        picked = [by_name[name] for name in columns]
        schema = _schema(attributes, columns)
        with _open(path, encoding) as file:
            _, _, line = _read_header(file, path)
            for rows in _row_blocks(file, attributes, picked, batch_rows, path, line):
                arrays = [
                    pa.array(cells, field.type) for cells, field in zip(zip(*rows, strict=True), schema, strict=True)
                ]
                yield cast_batch(pa.RecordBatch.from_arrays(arrays, schema=schema), types)

    labels = _meka_labels(relation, names)
    notes = (f"label columns taken from the relation's -C option: {', '.join(labels)}",) if labels else ()
    return Table(
        path=path,
        kind="arff",
        names=names,
        exact=lambda columns: _schema(attributes, columns),
        batches=batches,
        notes=notes + ((f"{path.name} is not UTF-8; it was read as Latin-1",) if encoding == "latin-1" else ()),
        categories={a.name: a.categories for a in attributes if a.categories is not None},
        suggested=labels,
    )


def _schema(attributes: Sequence[Attribute], columns: Sequence[str]) -> pa.Schema:
    import pyarrow as pa

    by_name = {attribute.name: attribute for attribute in attributes}

    def kind(attribute: Attribute) -> Any:
        if attribute.whole:
            return pa.int64()
        return pa.float64() if attribute.kind == "number" else pa.string()

    return pa.schema([(name, kind(by_name[name])) for name in columns])


def _encoding(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


@contextmanager
def _open(path: Path, encoding: str) -> Iterator[IO[str]]:
    with path.open(encoding=encoding) as file:
        yield file


def _read_header(file: IO[str], path: Path) -> tuple[str, list[Attribute], int]:
    """(relation, attributes, lines read), leaving the file at the first row."""
    relation, attributes = "", []
    for number, raw in enumerate(iter(file.readline, ""), start=1):
        line = raw.strip()
        word = line.split(None, 1)[0].lower() if line else ""
        if word == "@relation":
            relation = line[len(word) :].strip()
        elif word == "@attribute":
            attributes.append(_attribute(line, path, number))
        elif word == "@data":
            return relation, attributes, number
        elif word and not word.startswith("%"):
            raise UnreadableInput(
                f"{path}, line {number}: {line[:60]!r} is no ARFF header line", expected="@attribute or @data"
            )
    raise EmptyInput(f"{path} has no @data section", expected="an ARFF file with rows after @data")


def _attribute(line: str, path: Path, number: int) -> Attribute:
    found = _ATTRIBUTE.match(line)
    if not found:
        raise UnreadableInput(
            f"{path}, line {number}: not an attribute: {line[:60]!r}", expected="@attribute NAME TYPE"
        )
    name, declared = _unquoted(found.group(1)), found.group(2).strip()
    if declared.startswith("{"):
        words = tuple(_unquoted(word) for word in _cells(declared.strip("{} \t")))
        whole = all(_INTEGER.fullmatch(word) for word in words)
        return Attribute(name, "nominal", tuple(int(word) for word in words) if whole else words)
    kind = declared.split()[0].lower()
    kinds = {"numeric": "number", "real": "number", "integer": "integer", "string": "text", "date": "text"}
    if kind not in kinds:
        raise UnreadableInput(
            f"{path}, line {number}: attribute {name!r} is of type {kind!r}",
            expected="numeric, integer, real, string, date or {classes}",
        )
    return Attribute(name, kinds[kind], None)


def _row_blocks(
    file: IO[str], attributes: list[Attribute], picked: list[int], size: int, path: Path, line: int
) -> Iterator[list[list[Any]]]:
    rows: list[list[Any]] = []
    parse: list[Callable[[str], Any]] = [attributes[i].parse for i in picked]
    for number, raw in enumerate(iter(file.readline, ""), start=line + 1):
        text = raw.strip()
        if not text or text.startswith("%"):
            continue
        try:
            cells = _sparse(text, attributes, picked) if text.startswith("{") else _dense(text, len(attributes), picked)
            rows.append(
                [read(cell) if isinstance(cell, str) else cell for read, cell in zip(parse, cells, strict=True)]
            )
        except ValueError as error:
            raise UnreadableInput(
                f"{path}, line {number}: {error}",
                expected=f"{len(attributes)} cells, or a sparse row like {{0 1, 5 2.5}}",
            ) from None
        if len(rows) >= size:
            yield rows
            rows = []
    if rows:
        yield rows


def _dense(text: str, width: int, picked: list[int]) -> list[str]:
    cells = _cells(text)
    if len(cells) != width:
        raise ValueError(f"{len(cells)} cells for {width} attributes")
    return [cells[i] for i in picked]


def _sparse(text: str, attributes: list[Attribute], picked: list[int]) -> list[Any]:
    given: dict[int, str] = {}
    for cell in _cells(text.strip("{} \t")):
        if cell:
            index, _, value = cell.partition(" ")
            if not 0 <= int(index) < len(attributes):
                raise ValueError(f"attribute {index} of {len(attributes)}")
            given[int(index)] = value.strip()
    return [given[i] if i in given else attributes[i].zero for i in picked]


def _cells(text: str) -> list[str]:
    if "'" not in text and '"' not in text:
        return [cell.strip() for cell in text.split(",")]
    cells, position = [], 0
    while position <= len(text):
        found = _CELL.match(text, position)
        if found is None:
            raise ValueError(f"unbalanced quotes near {text[position : position + 30]!r}")
        cells.append(found.group(1))
        if not text[: found.end()].endswith(","):
            break
        position = found.end()
    return cells


def _unquoted(word: str) -> str:
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", word[1:-1])
    return word


def _meka_labels(relation: str, names: tuple[str, ...]) -> tuple[str, ...]:
    found = _MEKA.search(relation)
    if not found:
        return ()
    count = int(found.group(1))
    return names[:count] if count > 0 else names[count:]
