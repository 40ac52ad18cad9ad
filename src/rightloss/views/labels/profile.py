"""LabelProfile: everything one bounded pass over the labels of one output saw. Facts only, no opinions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["integer", "float", "bool", "text", "tags", "mixed", "datetime", "empty"]


@dataclass(frozen=True)
class RowFacts:
    """What the last axis looks like where a label is a vector (n, K) or (n, ..., K). Counts are of vectors."""

    columns: int
    vectors: int
    zero_one: bool  # every known cell is 0 or 1
    two_valued: tuple[float, float] | None  # the two cell values where there are exactly two, e.g. (0, 255), (-1, 1)
    sum_is_one: int  # vectors whose known cells sum to 1 within the float tolerance of the dtype
    sum_is_zero: int
    sum_above_one: int
    sum_min: float
    sum_max: float
    one_positive: int  # vectors with exactly one non-zero cell
    positives: tuple[int, ...]  # non-zero cells per column
    missing_per_column: tuple[int, ...]
    cardinality: float  # mean number of positives per vector
    density: float  # cardinality / columns
    sorted_ids: int = 0  # vectors of whole numbers that look like padded lists of ids


@dataclass(frozen=True)
class LabelProfile:
    """The labels of one output, as seen in one pass.

    `shape` is that of one example's label: () scalar, (1,), (K,), (T,), (H, W), (H, W, 1), (T, K); None stands for a
    length that varies. `values` maps each distinct scalar value to its number of cells, most frequent first, where
    there were few enough to keep (`distinct_exact`); NaN and None are never in it.
    """

    rows: int
    kind: Kind
    dtype: str
    shape: tuple[int | None, ...]
    cells: int  # scalar cells seen, missing ones included
    distinct: int
    distinct_exact: bool
    values: Mapping[Any, int]
    minimum: float | None = None
    maximum: float | None = None
    integral: bool = False  # every finite number is whole
    nan: int = 0
    none: int = 0
    infinite: int = 0
    row_facts: RowFacts | None = None
    tag_separator: str | None = None  # "," where text cells look like lists of tags
    tags: Mapping[str, int] = field(default_factory=dict)  # distinct tags with counts, for kind == "tags" or separated text
    tags_per_row: float | None = None
    text_numbers: bool = False  # every text is a number
    categories: tuple[Any, ...] | None = None
    ordered: bool | None = None
    class_names: tuple[str, ...] | None = None
    column_names: tuple[str, ...] | None = None
    increasing: bool = False  # values never fall from row to row (ids, time stamps)
    capped: bool = False
    where: str = ""
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """Cells that hold no label at all."""
        return self.nan + self.none
