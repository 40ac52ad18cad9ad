"""Distinct values with their counts in bounded memory.

While there are at most `LIMIT` distinct values all are kept and the counts are exact. Beyond that the values are
thinned by a hash: at depth d only those whose hash ends in d zero bits stay, about one in 2**d (adaptive sampling,
Flajolet 1990, "On adaptive sampling", Computing 43). A value that stays was there from the start, so its count is
exact; `kept * 2**d` estimates the number of distinct values with a relative error near 1.2 / sqrt(LIMIT). The outcome
depends on the set of values only, never on how the labels were cut into chunks.
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

LIMIT = 100_000
_PENDING = 65_536
_LONGEST_TEXT = 256


def _mix(values: NDArray) -> NDArray[np.uint64]:
    """64 well mixed bits for each number, equal for equal numbers whatever their dtype (the splitmix64 finaliser)."""
    if values.dtype.kind == "f":
        whole = (np.trunc(values) == values) & (np.abs(values) < 2.0**63)
        bits = np.where(whole, np.where(whole, values, 0).astype(np.int64), values.view(np.int64)).view(np.uint64)
    else:
        bits = values.astype(np.uint64)
    with np.errstate(over="ignore"):
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def widest(numbers: NDArray) -> NDArray:
    """The numbers as int64, uint64 (only where int64 is too small) or float64, with one zero."""
    if numbers.dtype.kind == "f":
        return numbers.astype(np.float64) + 0.0  # -0.0 + 0.0 is 0.0
    if numbers.dtype == np.uint64 and numbers.size and int(numbers.max()) > np.iinfo(np.int64).max:
        return numbers
    return numbers.astype(np.int64)


def _join(parts: list[NDArray]) -> NDArray:
    """One array of all parts; int64 beside uint64 stays whole numbers where that is possible."""
    kinds = {part.dtype for part in parts}
    if kinds == {np.dtype(np.int64), np.dtype(np.uint64)}:
        signed = [part for part in parts if part.dtype == np.int64]
        if all(not part.size or part.min() >= 0 for part in signed):
            parts = [part.astype(np.uint64) for part in parts]
    return np.concatenate(parts)


class NumberSample:
    """Distinct numbers and their counts: exact up to `LIMIT`, an even sample beyond."""

    def __init__(self) -> None:
        self.depth = 0
        self._keys: NDArray = np.empty(0, np.int64)
        self._counts: NDArray[np.int64] = np.empty(0, np.int64)
        self._pending: list[tuple[NDArray, NDArray[np.int64]]] = []
        self._waiting = 0

    def add_cells(self, cells: NDArray) -> None:
        """Count every cell of a one-dimensional array without NaN."""
        cells = self._thin(widest(cells))
        if cells.size:
            values, counts = np.unique(cells, return_counts=True)
            self._append(values, counts)

    def add(self, values: NDArray, counts: NDArray[np.int64]) -> None:
        """Add counts of values; a value may occur more than once."""
        values = widest(values)
        if self.depth:
            kept = (_mix(values) & self._mask) == 0
            values, counts = values[kept], counts[kept]
        if values.size:
            self._append(values, counts)

    def result(self) -> tuple[NDArray, NDArray[np.int64]]:
        """Kept values in rising order, and their counts."""
        self._compact()
        return self._keys, self._counts

    @property
    def _mask(self) -> np.uint64:
        return np.uint64((1 << self.depth) - 1)

    def _thin(self, values: NDArray) -> NDArray:
        return values[(_mix(values) & self._mask) == 0] if self.depth else values

    def _append(self, values: NDArray, counts: NDArray[np.int64]) -> None:
        self._pending.append((values, counts.astype(np.int64)))
        self._waiting += len(values)
        if self._waiting >= _PENDING:
            self._compact()

    def _compact(self) -> None:
        if not self._pending:
            return
        keys = _join(
            [self._keys, *(values for values, _ in self._pending)]
            if self._keys.size
            else [values for values, _ in self._pending]
        )
        counts = np.concatenate([self._counts, *(counts for _, counts in self._pending)])
        self._pending, self._waiting = [], 0
        order = np.argsort(keys, kind="stable")
        keys, counts = keys[order], counts[order]
        first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
        self._keys, self._counts = keys[first], np.add.reduceat(counts, first)
        while len(self._keys) > LIMIT:
            self.depth += 1
            kept = (_mix(self._keys) & self._mask) == 0
            self._keys, self._counts = self._keys[kept], self._counts[kept]


def kept_text(text: str) -> str:
    """A text as it is kept among the classes: of a long one the beginning and a checksum."""
    if len(text) <= _LONGEST_TEXT:
        return text
    return f"{text[:100]}… [{crc32(text.encode('utf-8', 'replace')):08x}]"


class TextSample:
    """Distinct texts and their counts: exact up to `LIMIT`, an even sample beyond.

    Of a text longer than 256 characters only the beginning and a checksum are kept.
    """

    def __init__(self) -> None:
        self.depth = 0
        self.counts: dict[str, int] = {}

    def add(self, counted: Iterable[tuple[str, int]]) -> None:
        """Add counts of texts."""
        counts, mask = self.counts, (1 << self.depth) - 1
        for text, count in counted:
            text = kept_text(text)
            if text in counts:
                counts[text] += count
            elif not mask or not crc32(text.encode("utf-8", "replace")) & mask:
                counts[text] = count
        while len(self.counts) > LIMIT:
            self.depth += 1
            mask = (1 << self.depth) - 1
            self.counts = {
                text: count for text, count in self.counts.items() if not crc32(text.encode("utf-8", "replace")) & mask
            }
