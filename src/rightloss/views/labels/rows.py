"""Tally of label vectors: row sums, positives per row and per column, missing cells. One pass over (m, K) blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.cooccurrence import Cooccurrence
from rightloss.views.labels.profile import RowFacts
from rightloss.views.labels.structure import PairTally

_TOLERANCE = {1: 1e-1, 2: 1e-2}
"""Bytes of a float -> how far from 1 a row of probabilities may sum: half precision keeps three decimal digits."""
_USUAL_TOLERANCE = 1e-4

VOID = 255
"""Beside 0 and 1: a cell that nobody labelled."""


def tolerance_of(dtype: np.dtype) -> float:
    """How far from 1 the sum of a row of probabilities of this dtype may lie."""
    return _TOLERANCE.get(dtype.itemsize, _USUAL_TOLERANCE) if "float" in dtype.name else 0.0


class RowTally:
    """Facts about all vectors of `columns` cells added so far; memory is proportional to the columns only."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.vectors = self.is_one = self.is_zero = self.above_one = self.one_positive = self.nothing_known = 0
        self.sorted_ids = self.zero_tails = self.zero_inside = 0
        self.sum_min, self.sum_max = np.inf, -np.inf
        self.tolerance = 0.0
        self.positives, self.ones, self.missing, self.negative = (np.zeros(columns, np.int64) for _ in range(4))
        self.low, self.high = np.full(columns, np.inf), np.full(columns, -np.inf)
        self.sums = np.zeros(columns, np.float64)
        self._pairs: PairTally | None = PairTally(columns)  # None once a cell is seen that is not 0, 1 or unlabelled

    def add(self, block: NDArray, *, tolerance: float, ids: bool) -> None:
        """Add a C-contiguous (m, K) block of booleans, integers or floats (NaN allowed).

        Args:
            tolerance: see `tolerance_of`; that of the dtype the labels came in.
            ids: whether each row is one example: then padded lists of ids and pairs of columns are looked for.
        """
        if not len(block):
            return
        if block.dtype.kind == "b":
            block = block.view(np.uint8)
        missing = _any_nan(block)
        low, high = np.fmin.reduce(block, axis=0), np.fmax.reduce(block, axis=0)
        self._extremes(low, high)
        smallest, largest = np.fmin.reduce(low), np.fmax.reduce(high)
        positive = block > 0
        per_row = positive.sum(axis=1, dtype=np.int32)
        per_column = positive.sum(axis=0, dtype=np.int64)
        self.positives += per_column
        known, unlabelled = None, missing
        if missing is not None:
            self.missing += missing.sum(axis=0, dtype=np.int64)
            known = self.columns - missing.sum(axis=1, dtype=np.int32)
        if smallest < 0:
            negative = block < 0
            self.negative += negative.sum(axis=0, dtype=np.int64)
            known = (self.columns if known is None else known) - negative.sum(axis=1, dtype=np.int32)
            unlabelled = negative if missing is None else missing | negative
        if known is None and largest <= 1 and block.dtype.kind != "f":
            sums: NDArray = per_row
            self.sums += per_column
        else:
            cells = block if known is None else np.where(positive, block, 0)
            sums = cells.sum(axis=1, dtype=np.float64)
            self.sums += cells.sum(axis=0, dtype=np.float64)
        self._rows(sums, per_row, known, tolerance)
        zero_one = bool(largest <= 1) and (sums is per_row or np.array_equal(sums, per_row))
        one = positive if zero_one else block == 1
        self.ones += per_column if one is positive else one.sum(axis=0, dtype=np.int64)
        if ids and self._pairs is not None:
            self._add_pairs(block, one, unlabelled, per_row if zero_one else None)
        else:
            self._pairs = None
        if ids and largest > 1:
            self.sorted_ids += _padded_ids(block)
            tails, inside = _zeros(block)
            self.zero_tails, self.zero_inside = self.zero_tails + tails, self.zero_inside + inside

    def _add_pairs(
        self, block: NDArray, one: NDArray[np.bool_], unlabelled: NDArray[np.bool_] | None, per_row: NDArray | None
    ) -> None:
        """Count the pairs of cells that are 1; `per_row` is None where a cell is neither 0, 1, NaN nor negative."""
        assert self._pairs is not None
        if per_row is None:
            void = block == VOID
            if not (one | void | (block == 0)).all():
                self._pairs = None
                return
            per_row, unlabelled = one.sum(axis=1, dtype=np.int32), void
        self._pairs.add(one, per_row, None if unlabelled is None else ~unlabelled)

    def add_sparse(self, block: Any, *, tolerance: float) -> None:
        """Add an (m, K) SciPy CSR block without duplicates; cells that are not stored are 0."""
        rows, data = block.shape[0], block.data
        if data.dtype.kind == "b":
            data = data.view(np.uint8)
        row_of = np.repeat(np.arange(rows), np.diff(block.indptr))
        missing, negative, positive = data != data, data < 0, data > 0
        per_column = [
            np.bincount(block.indices[cells], minlength=self.columns) for cells in (positive, missing, negative)
        ]
        self.positives += per_column[0]
        self.ones += np.bincount(block.indices[data == 1], minlength=self.columns)
        self.missing += per_column[1]
        self.negative += per_column[2]
        low, high = np.full(self.columns, np.inf), np.full(self.columns, -np.inf)
        np.fmin.at(low, block.indices, data.astype(np.float64))
        np.fmax.at(high, block.indices, data.astype(np.float64))
        implicit = np.bincount(block.indices, minlength=self.columns) < rows
        self._extremes(np.where(implicit, np.minimum(low, 0), low), np.where(implicit, np.maximum(high, 0), high))
        known = self.columns - np.bincount(row_of[missing | negative], minlength=rows)
        cells = np.where(positive, data, 0)
        sums = np.bincount(row_of, weights=cells, minlength=rows)
        self.sums += np.bincount(block.indices, weights=cells, minlength=self.columns)
        per_row = np.bincount(row_of[positive], minlength=rows)
        self._rows(sums, per_row, known, tolerance)
        if not positive.all() or (data > 1).any() or not np.array_equal(sums, per_row):
            self._pairs = None  # cells that are stored and are not 1
        elif self._pairs is not None:
            self._pairs.add_sparse(block, per_row)

    def facts(self, values: NDArray | None) -> RowFacts:
        """The facts; `values` are the distinct cell values in rising order, None where they were too many to keep."""
        cardinality = float(self.positives.sum()) / self.vectors if self.vectors else 0.0
        distinct = [] if values is None else values.tolist()
        seen = np.isfinite(self.low) | np.isfinite(self.high)
        return RowFacts(
            columns=self.columns,
            vectors=self.vectors,
            zero_one=0 < len(distinct) <= 2 and set(distinct) <= {0, 1},
            two_valued=(float(distinct[0]), float(distinct[1])) if len(distinct) == 2 else None,
            sum_is_one=self.is_one,
            sum_is_zero=self.is_zero,
            sum_above_one=self.above_one,
            sum_min=float(self.sum_min) if self.sum_min <= self.sum_max else 0.0,
            sum_max=float(self.sum_max) if self.sum_min <= self.sum_max else 0.0,
            one_positive=self.one_positive,
            positives=tuple(self.positives.tolist()),
            ones=tuple(self.ones.tolist()),
            sums=tuple(self.sums.tolist()),
            missing_per_column=tuple(self.missing.tolist()),
            cardinality=cardinality,
            density=cardinality / self.columns,
            sorted_ids=self.sorted_ids,
            zero_tails=self.zero_tails,
            zero_inside=self.zero_inside,
            negative_per_column=tuple(self.negative.tolist()),
            nothing_known=self.nothing_known,
            column_minimum=tuple(np.where(seen, self.low, np.nan).tolist()),
            column_maximum=tuple(np.where(seen, self.high, np.nan).tolist()),
            tolerance=self.tolerance,
        )

    def cooccurrence(self, values: NDArray | None) -> Cooccurrence | None:
        """Pair counts of a matrix of 0 and 1, or -1 and 1; None for others, and where pairs were too many to count."""
        if self._pairs is None or values is None or not self.vectors:
            return None
        cells = set(values.tolist())
        signed = cells == {-1, 1}
        if (signed and self.missing.any()) or (VOID in cells and cells != {0, 1, VOID}):
            return None  # gaps and -1 were counted as one; 255 is not the only gap, or means "yes"
        known = self.vectors - self.missing - (0 if signed else self.negative) - (self.positives - self.ones)
        return self._pairs.conclude(self.ones, known, signed=signed)

    def _extremes(self, low: NDArray, high: NDArray) -> None:
        self.low, self.high = np.fmin(self.low, low), np.fmax(self.high, high)

    def _rows(self, sums: NDArray, per_row: NDArray, known: NDArray | None, tolerance: float) -> None:
        self.vectors += len(sums)
        self.tolerance = max(self.tolerance, tolerance)
        self.one_positive += int(np.count_nonzero(per_row == 1))
        if known is not None:
            sums = sums[known > 0]
            self.nothing_known += int(np.count_nonzero(known == 0))
        if not len(sums):
            return
        self.sum_min, self.sum_max = min(self.sum_min, sums.min()), max(self.sum_max, sums.max())
        self.is_zero += int(np.count_nonzero(sums == 0))
        self.is_one += int(np.count_nonzero(np.abs(sums - 1) <= tolerance))
        self.above_one += int(np.count_nonzero(sums > 1 + tolerance))


def _any_nan(block: NDArray) -> NDArray[np.bool_] | None:
    """Where the block is NaN; None where it is nowhere."""
    if block.dtype.kind != "f":
        return None
    missing = np.isnan(block)
    return missing if missing.any() else None


def _padded_ids(block: NDArray) -> int:
    """Rows of whole numbers, one of them above 1, that rise strictly and then only repeat a padding of 0 or -1.

    Rows that rise to their end count too. Every condition is one on a single row, so that chunks do not matter.
    """
    rises = block[:, 1:] > block[:, :-1]
    padding = (block <= 0) & (block == block[:, -1:])
    tail = np.logical_and.accumulate(padding[:, ::-1], axis=1)[:, ::-1]
    fits = (rises | tail[:, 1:]).all(axis=1) & (block.max(axis=1) > 1) & (block.min(axis=1) >= -1)
    if block.dtype.kind == "f":
        fits &= (np.trunc(block) == block).all(axis=1)
    return int(np.count_nonzero(fits))


def _zeros(block: NDArray) -> tuple[int, int]:
    """(rows in which all zeros stand at the end, rows in which another number follows one)."""
    zero = block == 0
    count, first = zero.sum(axis=1), zero.argmax(axis=1)
    some = count > 0
    tails = some & (first == block.shape[1] - count)
    return int(np.count_nonzero(tails)), int(np.count_nonzero(some & ~tails))
