"""Comma, tab, semicolon or bar separated text as a table: pyarrow's reader, told the dialect.

Types hold for the whole file: they are read from the first block and, where the file is longer, checked against all
of it before the first batch is handed out (a column of whole numbers with one "n/a?" in line 9 million is text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightloss.errors import UnreadableInput
from rightloss.views.labels.formats.csv_dialect import Dialect, read_dialect
from rightloss.views.labels.formats.table import Table, Types

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_BYTES = 4 << 20
NOT_AVAILABLE = "NA"
MISSING_TEXTS = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "N/A", "NULL", "NaN",
    "n/a", "nan", "null",
)  # fmt: skip
"""What Arrow takes for missing, but for `NOT_AVAILABLE`."""
_WIDER = {"null": "int64", "bool": "string", "int64": "double"}  # all others widen to string
_COLUMN = re.compile(r"CSV column #(\d+)")
_ROW = re.compile(r"Row #(\d+): (.*)", re.DOTALL)


def open_csv(path: Path, header: bool | None = None) -> Table:
    """The text table at `path` (may be .gz, .bz2 or .zst).

    Cells such as "", NaN and null are missing. NA is among numbers; among text it may be a name (North America), and
    who reads the column decides.
    """
    dialect = read_dialect(path, header)
    known_types: dict[str, Any] = {}  # of columns that were read to their end

    def exact(columns: Sequence[str]) -> pa.Schema:
        import pyarrow as pa

        if unknown := [name for name in columns if name not in known_types]:
            schema = _exact_schema(path, dialect, unknown)
            known_types.update((field.name, field.type) for field in schema)
        return pa.schema([(name, known_types[name]) for name in columns])

    def batches(columns: Sequence[str], batch_rows: int, types: Types) -> Iterator[pa.RecordBatch]:
        untold = [name for name in columns if name not in types]
        known = {**types, **{field.name: field.type for field in (exact(untold) if untold else ())}}
        for batch in _read(path, dialect, columns, {name: known[name] for name in columns}):
            for start in range(0, batch.num_rows, batch_rows):
                yield batch.slice(start, batch_rows)

    return Table(path=path, kind="csv", names=dialect.names, exact=exact, batches=batches, notes=dialect.notes)


def _reader(
    path: Path, dialect: Dialect, columns: Sequence[str], types: dict[str, Any], missing: Sequence[str] | None = None
) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pacsv

    quoting = dialect.quote is not None
    return pacsv.open_csv(
        pa.input_stream(str(path), compression="detect"),
        read_options=pacsv.ReadOptions(
            use_threads=False,  # row numbers in errors, and a steady memory bound
            block_size=BLOCK_BYTES,
            encoding="utf8" if dialect.encoding == "utf-8" else dialect.encoding,
            column_names=list(dialect.names),
            skip_rows=1 if dialect.header else 0,
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            double_quote=quoting,
            newlines_in_values=quoting,
        ),
        convert_options=pacsv.ConvertOptions(
            include_columns=list(columns),
            column_types=types,
            null_values=None if missing is None else list(missing),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


class _guarded:  # lower case: it reads as a statement
    """Turns pyarrow's parse errors into one that names the file and the line."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        self.path, self.dialect = path, dialect

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        import pyarrow as pa

        if isinstance(error, pa.ArrowInvalid | OSError) and "conversion error" not in str(error):
            raise _parse_error(self.path, self.dialect, str(error)) from None


def _parse_error(path: Path, dialect: Dialect, message: str) -> UnreadableInput:
    row = _ROW.search(message)
    if row is None:
        return UnreadableInput(f"{path} could not be read as a text table: {message.splitlines()[0]}")
    what = row.group(2).splitlines()[0]
    return UnreadableInput(
        f"{path}, line {row.group(1)}: {what[:1].lower()}{what[1:120]}",
        expected=f"{len(dialect.names)} cells in every row, separated by {dialect.delimiter!r}",
        fix=f"sed -n {row.group(1)}p {path}   (look at the line, then correct or delete it)",
    )


def _read(path: Path, dialect: Dialect, columns: Sequence[str], types: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    texts = [name for name in columns if pa.types.is_string(types[name])]
    numbers = [name for name in columns if name not in texts]
    if not texts or not numbers:
        with (
            _guarded(path, dialect),
            _reader(path, dialect, columns, types, MISSING_TEXTS if texts else None) as reader,
        ):
            yield from reader
        return
    # What is missing differs, so that text and numbers are read side by side; blocks are cut before columns are chosen.
    with (
        _guarded(path, dialect),
        _reader(path, dialect, texts, types, MISSING_TEXTS) as one,
        _reader(path, dialect, numbers, types) as other,
    ):
        for left, right in zip(one, other, strict=True):
            found = {**dict(zip(texts, left.columns, strict=True)), **dict(zip(numbers, right.columns, strict=True))}
            yield pa.RecordBatch.from_arrays([found[name] for name in columns], names=list(columns))


def _exact_schema(path: Path, dialect: Dialect, columns: Sequence[str]) -> pa.Schema:
    """Types under which every row of `columns` can be read, widened null -> int64 -> double -> string as needed."""
    import pyarrow as pa

    types: dict[str, Any] = {}
    while True:
        try:
            with _guarded(path, dialect), _reader(path, dialect, columns, types) as reader:
                schema = reader.schema
                if any(not pa.types.is_string(field.type) for field in schema):  # text cannot get any wider
                    for _ in reader:
                        pass
            return schema
        except pa.ArrowInvalid as error:
            found = _COLUMN.search(str(error))
            name = dialect.names[int(found.group(1))] if found else None
            if name is None or name not in columns:
                raise _parse_error(path, dialect, str(error)) from None
            before = types.get(name) or _inferred(path, dialect, name)
            types[name] = pa.type_for_alias(_WIDER.get(str(before), "string"))


def _inferred(path: Path, dialect: Dialect, name: str) -> Any:
    with _reader(path, dialect, [name], {}) as reader:
        return reader.schema.field(name).type
