"""Tally of cells that hold a list each: lists of tags, lists of ids, or vectors of one common length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.views.labels.rows import RowTally, tolerance_of

SETS = 20_000
"""Different sets of tags that are kept; lists that differ more are sequences, or too many to look for structure in."""


class ListTally:
    """Lengths and repeats of lists. Their items are counted by whoever holds the tallies of numbers and texts."""

    def __init__(self) -> None:
        self.lists = self.items = self.repeated = 0
        self.fewest: int | None = None
        self.most: int | None = None
        self.sets: Counter[frozenset[Any]] | None = Counter()  # None once there are too many
        self.rows: RowTally | None = None  # while all lists have one length and hold numbers

    def add(self, cells: Sequence[Sequence[Any]], counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Add lists that occur `counts` times each; returns their lengths."""
        lengths = np.fromiter(map(len, cells), np.int64, len(cells))
        self.lists += int(counts.sum())
        self.items += int((lengths * counts).sum())
        low, high = int(lengths.min()), int(lengths.max())
        self.fewest = low if self.fewest is None else min(self.fewest, low)
        self.most = high if self.most is None else max(self.most, high)
        sets = [frozenset(cell) for cell in cells]
        repeats = np.fromiter(map(len, sets), np.int64, len(sets)) < lengths
        self.repeated += int(counts[repeats].sum())
        if self.sets is not None:
            for each, count in zip(sets, counts.tolist(), strict=True):
                self.sets[each] += count
            self.sets = self.sets if len(self.sets) <= SETS else None
        return lengths

    def add_vectors(self, numbers: NDArray, counts: NDArray[np.int64]) -> None:
        """Add the same lists as one flat array of numbers, where all have had one length so far."""
        length = self.most if self.fewest == self.most else None
        if length is None or length < 2:
            self.rows = None
            return
        if self.rows is None:
            self.rows = RowTally(length)
        if self.rows.columns == length:
            block = np.repeat(numbers.reshape(-1, length), counts, axis=0)
            self.rows.add(block, tolerance=tolerance_of(numbers.dtype), ids=True)

    @property
    def vectors(self) -> RowTally | None:
        """Facts about rows, where every list was a vector of numbers of one length."""
        return self.rows if self.rows is not None and self.rows.vectors == self.lists else None
