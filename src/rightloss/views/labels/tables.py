"""Labels in tables that an engine holds, given as Ibis expressions: DuckDB, Postgres, Spark, warehouses, all the same.

The engine counts; only distinct values with their counts travel, at most `MOST_DISTINCT` of them. Rows travel where
counts cannot stand for them (several columns as one matrix, lists, too many distinct values), up to a stated cap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rightloss.errors import EmptyInput, UnreadableInput
from rightloss.views.labels.arrow_chunks import column_chunks, matrix_chunk, plain_decimals
from rightloss.views.labels.columns import resolve_columns
from rightloss.views.labels.limits import ROWS, Limits, limited
from rightloss.views.labels.source import Counted, Declared, LabelStream, Outputs

if TYPE_CHECKING:
    import pyarrow as pa

MOST_DISTINCT = 65_536
_BATCH_ROWS = 65_536
_MOST_CELLS = 1 << 24  # fetched at once


def from_ibis(expr: Any, *, columns: Sequence[str] | None = None, rows_cap: int | None = None) -> Outputs:
    """The label streams of an Ibis table or column expression.

    Several columns are one (n, K) output where all are numbers within 0..1 or among -1, 0, 1, asked of the engine;
    else one output per column. Nothing is run on the engine but aggregates, and capped reads of label columns.

    Args:
        expr: an Ibis table, or one column of it.
        columns: label columns of a table, as in `columns.resolve_columns`.
        rows_cap: read at most so many rows, of the engine's own choice.

    Raises:
        MissingColumn: no such column, or several and none named. EmptyInput: no rows.
        UnreadableInput: the engine refused the query.
    """
    import ibis.expr.types as ir

    table = expr.as_table() if isinstance(expr, ir.Column) else expr
    chosen = resolve_columns(columns, table.columns, "the table")
    limits = Limits(rows_cap)
    if rows_cap is not None:
        table = table.limit(rows_cap)
    if len(chosen) == 1:
        return {None: _column_stream(table, chosen[0], None, limits)}
    if _one_matrix(table, chosen):
        return {None: _matrix_stream(table, chosen, limits)}
    return {name: _column_stream(table, name, name, limits) for name in chosen}


def _run(query: Any) -> pa.Table:
    """The query's result, with the engine's refusal as our error."""
    try:
        return query.to_pyarrow()
    except Exception as error:  # each engine has an error tree of its own
        raise _refused(error) from error


def _refused(error: Exception) -> UnreadableInput:
    reason = str(error).strip().splitlines()
    return UnreadableInput(
        f"the engine refused to read the labels: {type(error).__name__}: {reason[0] if reason else ''}",
        expected="a table expression that runs by itself",
        fix="expr.limit(5).execute()   (see the engine's own message)",
    )


def _column_stream(table: Any, column: str, name: str | None, limits: Limits) -> LabelStream:
    import ibis

    where = f"column {column!r} of the table"
    kind = table.schema()[column]
    caps: dict[str, int] = {}
    nested = kind.is_array() or kind.is_struct() or kind.is_map()

    def chunks() -> Iterator[Any]:
        if not nested:
            counts = table.group_by(column).aggregate(label_rows=ibis._.count()).limit(MOST_DISTINCT + 1)
            counted = _run(counts)
            if counted.num_rows == 0:
                raise EmptyInput("the table has no rows", expected="at least one row")
            if counted.num_rows <= MOST_DISTINCT:
                yield _counted(counted, column)
                return
        for batch in _rows(table, [column], limits, caps):
            yield from column_chunks(batch.column(0), where)

    return LabelStream(
        chunks=chunks,
        name=name,
        dtype=str(kind),
        declared=Declared(where=where),
        notes=limits.notes() or _default_note(nested),
        caps=caps,
    )


def _default_note(nested: bool) -> tuple[str, ...]:
    if nested:
        return (f"lists are read row by row; reading stops after {ROWS:,} rows (cap)",)
    return (f"counted by the engine; with more than {MOST_DISTINCT:,} distinct values, at most {ROWS:,} rows are read",)


def _counted(counted: pa.Table, column: str) -> Counted:
    """Distinct values with their numbers of rows; decimals, which some engines return for numbers, become numbers."""
    return Counted(
        tuple(plain_decimals(counted[column].combine_chunks()).to_pylist()), tuple(counted["label_rows"].to_pylist())
    )


def _rows(table: Any, columns: Sequence[str], limits: Limits, caps: dict[str, int]) -> Iterator[pa.RecordBatch]:
    """Batches of label columns; without a cap of the user's own within `_own_limits`.

    The capped result is fetched whole: not every engine that Ibis knows can hand out batches.
    """
    limits = limits if limits.rows is not None else _own_limits(len(columns))
    # One row more than the limit is asked for, which tells a table of exactly that length from a longer one.
    fetched = _run(table.select(*columns).limit((limits.rows or 0) + 1))
    yield from limited(fetched.to_batches(max_chunksize=_BATCH_ROWS), limits, "the table", caps)


def _own_limits(columns: int) -> Limits:
    return Limits(max(1, min(ROWS, _MOST_CELLS // columns)))


def _one_matrix(table: Any, chosen: Sequence[str]) -> bool:
    """Whether every value of the columns lies within 0..1 or is -1, 0 or 1: asked of the engine in one aggregate."""
    kinds = [table.schema()[name] for name in chosen]
    if not all(kind.is_numeric() or kind.is_boolean() for kind in kinds):
        return False
    questions = {}
    for i, (name, kind) in enumerate(zip(chosen, kinds, strict=True)):
        if kind.is_boolean():
            continue
        cell = table[name]
        outside = (cell < 0) | (cell > 1)
        questions[f"outside{i}"] = cell.count(where=outside)
        questions[f"signed{i}"] = cell.count(where=outside & (cell != -1))
        questions[f"between{i}"] = cell.count(where=(cell > 0) & (cell < 1))
    if not questions:
        return True
    found = _run(table.aggregate(**questions)).to_pylist()[0]
    numbered = sorted({int(key[len("outside") :]) for key in found if key.startswith("outside")})
    return all(found[f"outside{i}"] == 0 or (found[f"signed{i}"] == 0 and found[f"between{i}"] == 0) for i in numbered)


def _matrix_stream(table: Any, chosen: Sequence[str], limits: Limits) -> LabelStream:
    caps: dict[str, int] = {}

    def chunks() -> Iterator[Any]:
        for batch in _rows(table, chosen, limits, caps):
            yield matrix_chunk(batch)

    return LabelStream(
        chunks=chunks,
        dtype=", ".join(dict.fromkeys(str(table.schema()[name]) for name in chosen)),
        declared=Declared(column_names=tuple(chosen), where=f"{len(chosen)} columns of the table"),
        notes=limits.notes() or _own_limits(len(chosen)).notes(),
        caps=caps,
    )
