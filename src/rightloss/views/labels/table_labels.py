"""Label columns of a table on disk as streams: one column, several outputs, or one matrix of 0/1 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rightloss.errors import EmptyInput
from rightloss.views.labels.arrow_chunks import are_cells_of_one_matrix, column_chunks, matrix_chunk
from rightloss.views.labels.columns import resolve_columns
from rightloss.views.labels.formats.table import Table
from rightloss.views.labels.limits import Limits, limited
from rightloss.views.labels.source import Declared, LabelStream, Outputs
from rightloss.views.labels.table_files import BATCH_ROWS

if TYPE_CHECKING:
    import pyarrow as pa

_MATRIX_CELLS = 1 << 22
_LOOKED_AT_ROWS = 65_536


def table_outputs(table: Table, columns: Sequence[str] | None, rows_cap: int | None) -> Outputs:
    """The streams for the chosen columns of a table.

    Several columns are one (n, K) output where all are numbers within 0..1 or among -1, 0, 1 (missing cells aside;
    looked up in the first rows), else one output per column.
    """
    if table.rows == 0:
        raise EmptyInput(f"{table.path} has no rows", expected="a table with at least one row")
    chosen = resolve_columns(columns or table.suggested, table.names, table.path.name)
    limits = Limits(rows_cap)
    notes = table.notes + limits.notes(table.rows)
    if len(chosen) == 1:
        return {None: _column_stream(table, chosen[0], limits, notes)}
    if _one_matrix(table, chosen):
        return {None: _matrix_stream(table, chosen, limits, notes)}
    return {name: _column_stream(table, name, limits, notes, name=name) for name in chosen}


def _rows(table: Table, limits: Limits) -> int | None:
    return table.rows if table.rows is None else min(table.rows, limits.rows or table.rows)


def _batches(
    table: Table, columns: Sequence[str], limits: Limits, caps: dict[str, int], batch_rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    return limited(table.batches(columns, batch_rows, {}), limits, table.path.name, caps)


def _column_stream(
    table: Table, column: str, limits: Limits, notes: tuple[str, ...], name: str | None = None
) -> LabelStream:
    where = f"column {column!r} of {table.path.name}"
    field = table.exact([column]).field(column)

    caps: dict[str, int] = {}

    def chunks() -> Iterator[Any]:
        for batch in _batches(table, [column], limits, caps):
            yield from column_chunks(batch.column(0), where, mixed_json=column in table.json_columns)

    return LabelStream(
        chunks=chunks,
        name=name,
        rows=_rows(table, limits),
        dtype="json of mixed types" if column in table.json_columns else str(field.type),
        declared=_declared(table, field, where),
        notes=notes,
        caps=caps,
    )


def _declared(table: Table, field: Any, where: str) -> Declared:
    import pyarrow as pa

    if field.name in table.categories:
        return Declared(categories=table.categories[field.name], where=where)
    if pa.types.is_dictionary(field.type):
        first = next(iter(table.batches([field.name], BATCH_ROWS, {})), None)
        values = first.column(0).dictionary.to_pylist() if first is not None else []
        return Declared(categories=tuple(values), ordered=bool(field.type.ordered), where=where)
    return Declared(where=where)


def _one_matrix(table: Table, chosen: Sequence[str]) -> bool:
    import pyarrow as pa

    schema = table.exact(chosen)
    numeric = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_null)
    if not all(any(test(field.type) for test in numeric) for field in schema):
        return False
    left = _LOOKED_AT_ROWS
    for batch in table.batches(chosen, _LOOKED_AT_ROWS // 4, {}):
        if not are_cells_of_one_matrix(batch):
            return False
        left -= batch.num_rows
        if left <= 0:
            break
    return True


def _matrix_stream(table: Table, chosen: Sequence[str], limits: Limits, notes: tuple[str, ...]) -> LabelStream:
    schema = table.exact(chosen)
    batch_rows = max(1, min(BATCH_ROWS, _MATRIX_CELLS // len(chosen)))
    caps: dict[str, int] = {}

    def chunks() -> Iterator[Any]:
        for batch in _batches(table, chosen, limits, caps, batch_rows):
            yield matrix_chunk(batch)

    kinds = dict.fromkeys(str(field.type) for field in schema)
    return LabelStream(
        chunks=chunks,
        rows=_rows(table, limits),
        dtype=", ".join(kinds),
        declared=Declared(column_names=tuple(chosen), where=f"{len(chosen)} columns of {table.path.name}"),
        notes=(
            *notes,
            f"{len(chosen)} columns were read as one label matrix, because their cells lie between -1 and 1",
        ),
        caps=caps,
    )
