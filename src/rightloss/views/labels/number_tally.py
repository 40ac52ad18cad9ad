"""Tally of numbers: smallest, largest, whole or not, missing and infinite, distinct values with counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rightloss.views.labels.distinct import NumberSample
from rightloss.views.labels.integers import IntegerWindow, counts_from_zero

_EXACT_FLOAT = 2.0**53


class NumberTally:
    """Facts about all numbers added so far, in memory that does not grow with their number."""

    def __init__(self) -> None:
        self.minimum: float | None = None
        self.maximum: float | None = None
        self.integral = True
        self.nan = 0
        self.infinite = 0
        self._window = IntegerWindow()
        self._sample = NumberSample()

    def add(self, cells: NDArray) -> None:
        """Count every cell of a one-dimensional array of booleans, integers or floats (NaN allowed)."""
        if cells.dtype.kind == "b":
            cells = cells.view(np.uint8)
        if cells.dtype.kind == "f":
            self._add_floats(cells)
        elif cells.size:
            self._add_integers(cells)

    def add_counted(self, values: NDArray, counts: NDArray[np.int64]) -> None:
        """Count each value `counts` times."""
        seen = counts > 0
        values, counts = values[seen], counts[seen]
        if values.dtype.kind == "b":
            values = values.view(np.uint8)
        if values.dtype.kind == "f":
            nan, infinite = np.isnan(values), np.isinf(values)
            self.nan += int(counts[nan].sum())
            self.infinite += int(counts[infinite].sum())
            values, counts = values[~nan & ~infinite], counts[~nan & ~infinite]
            self.integral &= bool((np.trunc(values) == values).all())
        if values.size:
            self._widen(values.min().item(), values.max().item())
            self._sample.add(values, counts)

    def result(self) -> tuple[NDArray, NDArray[np.int64], int]:
        """Distinct values in rising order, their counts, and the depth of the sample (0: all values are there)."""
        self._sample.add(*self._window.result())
        self._window = IntegerWindow()
        return (*self._sample.result(), self._sample.depth)

    def _widen(self, low: float, high: float) -> None:
        self.minimum = low if self.minimum is None else min(self.minimum, low)
        self.maximum = high if self.maximum is None else max(self.maximum, high)

    def _add_integers(self, cells: NDArray) -> None:
        high = int(cells.max())
        counts = counts_from_zero(cells, high)
        low = int(cells.min()) if counts is None else int(np.argmax(counts > 0))
        self._widen(low, high)
        if not self._window.fits(low, high):
            self._sample.add_cells(cells)
        elif counts is not None:
            self._window.add_counts(low, counts[low:])
        else:
            self._window.add_cells(cells, low, high)

    def _add_floats(self, cells: NDArray) -> None:
        finite = np.isfinite(cells)
        if not finite.all():
            nan = int(np.count_nonzero(np.isnan(cells)))
            self.nan += nan
            self.infinite += len(cells) - nan - int(np.count_nonzero(finite))
            cells = cells[finite]
        if not cells.size:
            return
        low, high = float(cells.min()), float(cells.max())
        self._widen(low, high)
        whole = self.integral and bool((np.trunc(cells) == cells).all())
        self.integral = whole
        if whole and low > -_EXACT_FLOAT and high < _EXACT_FLOAT:
            self._add_integers(cells.astype(np.int64))
        else:
            self._sample.add_cells(cells)
