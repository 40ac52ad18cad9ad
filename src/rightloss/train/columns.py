"""Columns of a table as arrays of numbers or texts, and what a text column holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from rightloss.views.labels.readings.sentinels import BLANK_WORDS, MISSING_WORDS

if TYPE_CHECKING:
    import pyarrow as pa

MISSING_TEXT = ""
"""A missing cell of a text column, as the model reads it."""

_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}.*)?")


def numbers(column: pa.ChunkedArray) -> np.ndarray:
    """A column as float64, shape (n,): NaN where a cell is missing or is no number."""
    import pyarrow as pa

    if is_text(column.type):
        return np.array([_number(cell) for cell in column.to_pylist()], dtype=np.float64)
    if not (pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        column = column.cast(pa.int64()) if pa.types.is_boolean(column.type) else column
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)


def texts(column: pa.ChunkedArray) -> np.ndarray:
    """A column of features as text, shape (n,) of objects: "" where a cell is missing or says so ("NA", "null"), which
    is a category like any other; spaces at both ends do not count."""
    import pyarrow as pa

    cells = column if is_text(column.type) else column.cast(pa.string())
    stripped = (MISSING_TEXT if cell is None else cell.strip() for cell in cells.to_pylist())
    return np.array([MISSING_TEXT if cell.lower() in _NOTHING else cell for cell in stripped], dtype=object)


_NOTHING = BLANK_WORDS - {"?"} | {"#n/a"}
"""What tables write where there is no value; "?" and "none" may be answers."""


def is_text(kind: Any) -> bool:
    """Whether an Arrow type is one of the text types."""
    import pyarrow as pa

    return any(test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def holds_numbers(cells: Iterable[str]) -> tuple[int, list[str]]:
    """(how many cells are numbers, those that are neither numbers nor a word for a missing one)."""
    found, odd = 0, []
    for cell in cells:
        if cell.strip().lower() in MISSING_WORDS:
            continue
        if np.isnan(_number(cell)):
            odd.append(cell)
        else:
            found += 1
    return found, odd


def is_date(cell: str) -> bool:
    """Whether a text looks like a date or a time stamp."""
    return _DATE.fullmatch(cell.strip()) is not None


def _number(cell: str | None) -> float:
    try:
        return float(cell) if cell is not None and "_" not in cell else float("nan")
    except ValueError:
        return float("nan")
