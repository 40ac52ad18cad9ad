"""What structure is read from: how often two label columns are 1 together. Plain data, made by the label view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRIP = 1 << 20  # cells of a pair matrix that are looked at together
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Cooccurrence:
    """Counts over the rows of an (n, L) matrix of 0 and 1, some cells perhaps unlabelled.

    `together[a, b]` rows have both columns 1; the diagonal is not read. A wide matrix has it as a SciPy CSR matrix.
    Where cells are unlabelled, `ones_where_known[a, b]` rows have a = 1 and b known, and `both_known[a, b]` rows have
    both known; None: every cell is known.
    """

    rows: int
    positives: Counts  # (L,)
    known: Counts  # (L,) labelled cells of each column
    ones: Counts  # (most + 1,): rows by their number of ones
    together: Any  # (L, L)
    ones_where_known: Counts | None = None
    both_known: Counts | None = None

    @property
    def columns(self) -> int:
        """Number of label columns."""
        return len(self.positives)

    @property
    def missing(self) -> int:
        """Cells that nobody labelled."""
        return int(self.rows * self.columns - self.known.sum())

    def strips(self) -> Iterator[Strip]:
        """The pairs in strips of a few columns against all columns, so that memory stays bounded."""
        height = max(1, STRIP // max(1, self.columns))
        for start in range(0, self.columns, height):
            yield self._strip(slice(start, min(start + height, self.columns)))

    def _strip(self, part: slice) -> Strip:
        together = self.together[part]
        if hasattr(together, "toarray"):
            together = together.toarray()
        if self.both_known is None or self.ones_where_known is None:
            shape = together.shape
            first = np.broadcast_to(self.positives[part, None], shape)
            second = np.broadcast_to(self.positives[None, :], shape)
            return Strip(part.start, np.full((1, 1), self.rows), first, second, together)
        known = self.ones_where_known
        return Strip(part.start, self.both_known[part], known[part], known[:, part].T, together)

    def pair(self, a: int, b: int) -> tuple[int, int, int, int]:
        """(rows where both are known, ones of a among them, ones of b among them, both 1)."""
        together = int(self.together[a, b])
        if self.both_known is None or self.ones_where_known is None:
            return self.rows, int(self.positives[a]), int(self.positives[b]), together
        known = self.ones_where_known
        return int(self.both_known[a, b]), int(known[a, b]), int(known[b, a]), together


@dataclass(frozen=True)
class Strip:
    """Pairs (a, b) for a = start, start + 1, … and every b, as arrays (height, L) or arrays that broadcast to it."""

    start: int
    rows: Counts  # rows where both are known
    first: Counts  # ones of a among them
    second: Counts  # ones of b among them
    together: Counts

    @property
    def off_diagonal(self) -> NDArray[np.bool_]:
        """True for a != b."""
        height, columns = self.together.shape
        return np.arange(columns)[None, :] != np.arange(self.start, self.start + height)[:, None]
