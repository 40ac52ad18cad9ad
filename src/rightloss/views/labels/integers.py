"""Counts of whole numbers that lie close together: one counter for each number of a window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SPAN = 1 << 20
"""Widest window, in numbers (8 MB of counters)."""
_SPARSE = 4


class IntegerWindow:
    """Counters for the whole numbers `base`, `base + 1`, …; the window grows where needed, up to `SPAN`."""

    def __init__(self) -> None:
        self.base = 0
        self.counts: NDArray[np.int64] = np.zeros(0, np.int64)

    def fits(self, low: int, high: int) -> bool:
        """Whether the window, widened to hold low..high, stays within `SPAN`."""
        if not self.counts.size:
            return high - low < SPAN
        return max(high, self.base + len(self.counts) - 1) - min(low, self.base) < SPAN

    def add_cells(self, cells: NDArray, low: int, high: int) -> None:
        """Count a one-dimensional integer array whose smallest and largest cell, `low` and `high`, fit."""
        if high - low > _SPARSE * len(cells):
            values, counts = np.unique(cells, return_counts=True)
            self._reserve(low, high)
            self.counts[_distance(values, self.base)] += counts
        else:
            self.add_counts(low, np.bincount(_distance(cells, low)))

    def result(self) -> tuple[NDArray, NDArray[np.int64]]:
        """The numbers that occurred, rising, and their counts."""
        places = np.flatnonzero(self.counts)
        if self.base + len(self.counts) > np.iinfo(np.int64).max:
            return places.astype(np.uint64) + np.uint64(self.base), self.counts[places]
        return places + self.base, self.counts[places]

    def add_counts(self, low: int, counts: NDArray[np.int64]) -> None:
        """Add the counts of `low`, `low + 1`, …; all of them have to fit."""
        self._reserve(low, low + len(counts) - 1)
        start = low - self.base
        self.counts[start : start + len(counts)] += counts

    def _reserve(self, low: int, high: int) -> None:
        if not self.counts.size:
            self.base, self.counts = low, np.zeros(high - low + 1, np.int64)
            return
        top = self.base + len(self.counts) - 1
        if self.base <= low and high <= top:
            return
        # Doubling in the direction of growth keeps the copying linear where ids rise from chunk to chunk.
        needed = max(high, top) - min(low, self.base) + 1
        length = max(needed, min(2 * len(self.counts), SPAN))
        base = max(max(high, top) - length + 1, np.iinfo(np.int64).min) if low < self.base else self.base
        wider = np.zeros(length, np.int64)
        wider[self.base - base : self.base - base + len(self.counts)] = self.counts
        self.base, self.counts = base, wider


def counts_from_zero(cells: NDArray, high: int) -> NDArray[np.int64] | None:
    """Counts of 0, 1, … up to `high`, the largest cell, in fewer passes than it takes where numbers may start anywhere.

    None where a cell is negative, where there would be far more counters than cells, and for uint64.
    """
    if not 0 <= high <= max(1, _SPARSE * len(cells)) or cells.dtype == np.uint64:
        return None
    if high <= 1:
        ones = int(np.count_nonzero(cells))
        return np.array([len(cells) - ones, ones]) if cells.min() >= 0 else None
    try:
        return np.bincount(cells)
    except ValueError:  # a cell is negative; NumPy looks for that anyway, which spares a pass here
        return None


def _distance(cells: NDArray, low: int) -> NDArray[np.int64]:
    """cells - low without overflow of narrow or unsigned dtypes."""
    if cells.dtype == np.uint64:
        if low < 0:
            return cells.astype(np.int64) - low
        return (cells - np.uint64(low)).astype(np.int64)
    return cells.astype(np.int64) - low
