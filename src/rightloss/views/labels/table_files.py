"""Tables of any format on disk: open one, or several parts as one; columns are read in bounded batches.

Shared by the labels view and by training, which reads its feature tables the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightloss.errors import UnreadableInput, UnsupportedInput
from rightloss.views.labels.columns import listing
from rightloss.views.labels.formats.file_paths import Found
from rightloss.views.labels.formats.sniff import TABLE_KINDS, file_kind, spoken
from rightloss.views.labels.formats.table import Table, Types

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 131_072


def open_table(path: Path, header: bool | None = None, kind: str | None = None) -> Table:
    """One table file, its format decided by name and content.

    Raises:
        UnreadableInput, EmptyInput: see `sniff.file_kind`. UnsupportedInput: a file without named columns.
    """
    from rightloss.views.labels.formats import arff_table, arrow_table, csv_table, json_table

    kind = kind or file_kind(path)
    if kind == "csv":
        return csv_table.open_csv(path, header)
    openers = {
        "parquet": arrow_table.open_parquet,
        "arrow": arrow_table.open_arrow,
        "json": json_table.open_json,
        "arff": arff_table.open_arff,
    }
    if kind not in openers:
        raise UnsupportedInput(
            f"{path} is {spoken(kind)}, which has no named columns",
            expected="a table: " + ", ".join(spoken(name) for name in TABLE_KINDS),
        )
    return openers[kind](path)


def join_tables(found: Found, header: bool | None = None) -> Table:
    """The files of one kind as one table; its types are those that fit every part."""
    tables = [open_table(file, header, found.kind) for file in found.files]
    first = tables[0]
    if len(tables) == 1:
        return first
    for table in tables[1:]:
        if set(table.names) != set(first.names):
            odd = sorted(set(table.names) ^ set(first.names))
            raise UnreadableInput(
                f"{table.path} and {first.path} have different columns: {listing(odd)}",
                expected="parts with the same columns",
                fix="name the files that belong together",
            )

    def exact(columns: Sequence[str]) -> pa.Schema:
        return _common_schema([table.exact(columns) for table in tables])

    def batches(columns: Sequence[str], batch_rows: int, types: Types) -> Iterator[pa.RecordBatch]:
        common = exact(columns)
        agreed = {name: types.get(name, common.field(name).type) for name in columns}
        for table in tables:
            yield from table.batches(columns, batch_rows, agreed)

    rows = [table.rows for table in tables]
    return replace(
        first,
        path=Path(found.given),
        exact=exact,
        batches=batches,
        rows=None if None in rows else sum(row for row in rows if row is not None),
        notes=tuple(dict.fromkeys(note for table in tables for note in table.notes)),
        json_columns=frozenset().union(*(table.json_columns for table in tables)),
    )


def _common_schema(schemas: Sequence[Any]) -> pa.Schema:
    """Types that hold in every part: equal, wider numbers, or text where nothing else fits both."""
    import pyarrow as pa

    try:
        return pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        fields = []
        for name in schemas[0].names:
            try:
                column = pa.unify_schemas([pa.schema([s.field(name)]) for s in schemas], promote_options="permissive")
                fields.append(column.field(0))
            except (pa.ArrowInvalid, pa.ArrowTypeError):
                fields.append(pa.field(name, pa.string()))
        return pa.schema(fields)
