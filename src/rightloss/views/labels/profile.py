"""LabelProfile: everything one bounded pass over the labels of one output saw. Facts only, no opinions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rightloss.advice.cooccurrence import Cooccurrence

Kind = Literal["integer", "float", "bool", "text", "tags", "mixed", "datetime", "empty"]


@dataclass(frozen=True)
class RowFacts:
    """What the last axis looks like where a label is a vector (n, K) or (n, ..., K). Counts are of vectors.

    A cell is *known* where it is neither NaN nor negative; sums run over known cells, so that -1 for "nobody labelled
    this" does not hide a distribution. A cell is *positive* where it is above zero.
    """

    columns: int
    vectors: int
    zero_one: bool  # every cell that is not NaN is 0 or 1
    two_valued: tuple[float, float] | None  # the two cell values where there are exactly two, e.g. (0, 255), (-1, 1)
    sum_is_one: int  # vectors whose known cells sum to 1 within the float tolerance of the dtype
    sum_is_zero: int  # vectors with known cells, all of them 0
    sum_above_one: int
    sum_min: float  # over vectors with a known cell; 0 where there is none
    sum_max: float
    one_positive: int  # vectors with exactly one positive cell
    positives: tuple[int, ...]  # positive cells per column
    missing_per_column: tuple[int, ...]  # NaN or None
    cardinality: float  # mean number of positives per vector
    density: float  # cardinality / columns
    sorted_ids: int = (
        0  # of labels (n, K): rows that rise strictly to an id above 1, then only repeat 0 or -1 (padding)
    )
    zero_tails: int = 0  # of labels (n, T): rows in which 0 stands at the end and nowhere else
    zero_inside: int = 0  # rows in which another number follows a 0
    negative_per_column: tuple[int, ...] = ()  # cells below zero, e.g. -1 for "unknown"
    nothing_known: int = 0  # vectors without a known cell
    column_minimum: tuple[float, ...] = ()  # over cells that are not NaN; NaN for a column of nothing else
    column_maximum: tuple[float, ...] = ()
    ones: tuple[int, ...] = ()  # cells that are 1, per column
    sums: tuple[float, ...] = ()  # of the positive cells of each column
    tolerance: float = 0.0  # how far from 1 a sum may lie for `sum_is_one`


@dataclass(frozen=True)
class LabelProfile:
    """The labels of one output, as seen in one pass.

    `shape` is that of one example's label: () scalar, (1,), (K,), (T,), (H, W), (H, W, 1), (T, K); None stands for a
    length that varies. `values` maps each distinct scalar value to its number of cells, most frequent first, where
    there were few enough to keep (`distinct_exact`); NaN and None are never in it. Keys are bool, int, float or str as
    `kind` says (dates as ISO text; raw values for "mixed"). Where there were too many, `distinct` and `once` are
    estimates, good to about 1 %, from an even sample of the values.
    """

    rows: int
    kind: Kind
    dtype: str
    shape: tuple[int | None, ...]
    cells: int  # scalar cells seen, missing ones included
    distinct: int
    distinct_exact: bool
    values: Mapping[Any, int]
    minimum: float | None = None  # an int where kind is "integer" or "bool", so that large ids keep every digit
    maximum: float | None = None
    integral: bool = False  # every finite number is whole
    nan: int = 0  # NaN and NaT
    none: int = 0  # None, pandas.NA and nulls
    infinite: int = 0
    row_facts: RowFacts | None = None
    tag_separator: str | None = None  # "," where text cells look like lists of tags
    tags: Mapping[Any, int] = field(default_factory=dict)  # distinct tags with counts: kind "tags", or separated text
    tags_per_row: float | None = None
    text_numbers: bool = False  # every text is a number
    categories: tuple[Any, ...] | None = None
    ordered: bool | None = None
    class_names: tuple[str, ...] | None = None
    column_names: tuple[str, ...] | None = None
    increasing: bool = False  # values never fall from row to row (ids, time stamps); more than one row, one cell each
    capped: bool = False
    where: str = ""
    notes: tuple[str, ...] = ()
    once: int = 0  # distinct values that were seen exactly once
    types: tuple[str, ...] = ()  # kinds of value seen side by side where kind is "mixed", e.g. ("integer", "text")
    tags_min: int | None = None  # fewest and most tags in one row
    tags_max: int | None = None
    tags_repeated: int = 0  # rows in which one tag stands twice: a sequence rather than a set
    tag_sets: Mapping[frozenset[Any], int] = field(default_factory=dict)  # rows by their set of tags, where few differ
    pairs: Cooccurrence | None = field(default=None, compare=False)  # of a matrix of 0 and 1, one row each example

    @property
    def missing(self) -> int:
        """Cells that hold no label at all."""
        return self.nan + self.none

    @property
    def known(self) -> int:
        """Cells that hold a label."""
        return self.cells - self.missing

    @property
    def all_unique(self) -> bool:
        """Whether every label was seen exactly once (as far as the sample tells, where `distinct_exact` is False)."""
        return self.distinct > 0 and self.once == self.distinct

    @property
    def fewest(self) -> int | None:
        """Cells of the rarest value; None where the values were too many to keep."""
        return min(self.values.values(), default=None)

    @property
    def most(self) -> int | None:
        """Cells of the most frequent value; None where the values were too many to keep."""
        return max(self.values.values(), default=None)

    @property
    def offset(self) -> int | None:
        """The smallest whole number, which is 0 for ids 0..K-1; None where labels are not whole numbers."""
        return int(self.minimum) if self.integral and self.minimum is not None else None

    @property
    def gaps(self) -> int | None:
        """How many whole numbers between the smallest and the largest never occur; None if unknown or not whole."""
        if not self.integral or self.minimum is None or self.maximum is None or not self.distinct_exact:
            return None
        return int(self.maximum) - int(self.minimum) + 1 - self.distinct
