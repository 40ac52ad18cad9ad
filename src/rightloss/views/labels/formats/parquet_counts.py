"""Counting a large Parquet column inside DuckDB: a label column has few values, so only those have to come out."""

from __future__ import annotations

from typing import Any

from rightloss.views.labels.formats.json_table import glob_escaped, quoted
from rightloss.views.labels.formats.table import Table
from rightloss.views.labels.source import Counted

LARGE_ROWS = 1 << 20  # below this, arrays are as fast and keep the order of the rows
MOST_DISTINCT = 1 << 16
_MEMORY = "200MB"
_SAMPLE = 1 << 16
_THREADS = 2


def worth_counting(table: Table, field: Any) -> bool:
    """A large Parquet table, and a column of whole numbers, booleans or text."""
    from pyarrow import types

    tests = (types.is_integer, types.is_boolean, types.is_string, types.is_large_string, types.is_dictionary)
    return table.kind == "parquet" and (table.rows or 0) >= LARGE_ROWS and any(test(field.type) for test in tests)


def count_column(table: Table, column: str) -> Counted | None:
    """Distinct values of one column with their numbers of rows; None where there are too many to be classes.

    The first rows decide whether counting is tried; a memory limit ends a try that meets too many values later.
    """
    import duckdb

    first = next(iter(table.batches([column], _SAMPLE, {})), None)
    if first is None or _distinct(first.column(0)) > first.num_rows // 8:
        return None
    files = [glob_escaped(file) for file in table.files]
    query = (
        f"SELECT {quoted(column)} AS label, count(*) AS rows FROM read_parquet(?) GROUP BY 1 LIMIT {MOST_DISTINCT + 1}"
    )
    try:
        with duckdb.connect(config={"memory_limit": _MEMORY, "threads": _THREADS, "temp_directory": ""}) as connection:
            counted = connection.sql(query, params=[files]).to_arrow_table()
    except (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InvalidInputException):
        return None  # too many values, or a file that Arrow will describe better
    if counted.num_rows > MOST_DISTINCT:
        return None
    return Counted(tuple(counted["label"].to_pylist()), tuple(counted["rows"].to_pylist()))


def _distinct(column: Any) -> int:
    import pyarrow.compute as pc

    return len(column.dictionary) if hasattr(column, "dictionary") else pc.count_distinct(column).as_py()
