"""Tally of label pairs: how often two columns of a 0/1 matrix are 1 in the same row, counted beside the profile's pass.

Only rows with two ones or more say anything about pairs, so exclusive classes cost next to nothing. Up to `DENSE`
columns rows are gathered in a tile, each column becomes a string of bits, and a pair is the number of bits two strings
share. (A float product by BLAS is as fast alone, but its threads wait actively: on a busy machine that cost forty times
the processor time.) Wider matrices are multiplied as SciPy CSR matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.cooccurrence import Cooccurrence

DENSE = 512
COLUMNS = 10_000
"""Widest matrix whose pairs are counted."""
PAIRS = 20_000_000
"""Most pairs that are kept of a wide matrix (240 MB); a matrix with more has little structure to tell."""
_TILE_CELLS = 8_000_000
_SPARSE_CELLS = 4_000_000

Bits = NDArray[np.uint64]


class PairTally:
    """Pair counts of all rows added so far, in memory that does not grow with the rows."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.rows = 0
        self.ones: NDArray[np.int64] = np.zeros(1, np.int64)
        self.given_up = columns > COLUMNS
        self._pairs: _Dense | _Sparse = _Dense(columns) if columns <= DENSE else _Sparse(columns)
        self._partial: _Partial | None = None

    def add(self, positive: NDArray[np.bool_], per_row: NDArray, known: NDArray[np.bool_] | None) -> None:
        """Add (m, L) cells: where they are 1, how many ones each row has, where they are labelled (None: all)."""
        if self.given_up:
            return
        self._count(per_row)
        several = per_row > 1
        if several.any():
            self._pairs.add(positive if several.all() else positive[several])
        if known is not None:
            self._add_partial(positive, known)
        self.given_up |= self._pairs.full

    def add_sparse(self, positive: Any, per_row: NDArray) -> None:
        """Add an (m, L) CSR matrix whose stored cells are the ones."""
        if self.given_up:
            return
        self._count(per_row)
        several = per_row > 1
        if several.any():
            self._pairs.add_sparse(positive[several])
        self.given_up |= self._pairs.full

    def conclude(
        self, positives: NDArray[np.int64], known: NDArray[np.int64], *, signed: bool = False
    ) -> Cooccurrence | None:
        """The counts; None where they were given up. `signed`: cells below zero meant "no", not "unlabelled"."""
        if self.given_up:
            return None
        together = self._pairs.result()
        if self._partial is None or signed:
            return Cooccurrence(self.rows, positives, known, self.ones, together)
        first, both = self._partial.result(self.rows, positives)
        return Cooccurrence(self.rows, positives, known, self.ones, together, first, both)

    def _count(self, per_row: NDArray) -> None:
        self.rows += len(per_row)
        ones = np.bincount(per_row)
        if len(ones) > len(self.ones):
            self.ones = np.concatenate([self.ones, np.zeros(len(ones) - len(self.ones), np.int64)])
        self.ones[: len(ones)] += ones

    def _add_partial(self, positive: NDArray[np.bool_], known: NDArray[np.bool_]) -> None:
        gaps = ~known.all(axis=1)
        if not gaps.any():
            return
        if self.columns > DENSE:  # nearly every pair of columns would be known somewhere: a dense matrix
            self.given_up = True
            return
        self._partial = self._partial or _Partial(self.columns)
        self._partial.add(positive[gaps], known[gaps])


class _Dense:
    """Up to `DENSE` columns."""

    full = False

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self._tile = _Tile(columns)
        self._total = np.zeros((columns, columns), np.int64)

    def add(self, positive: NDArray[np.bool_]) -> None:
        for bits in self._tile.add(positive):
            self._total += pair_counts(bits)

    def add_sparse(self, positive: Any) -> None:
        counted = positive.astype(np.int64)
        self._total += (counted.T @ counted).toarray()

    def result(self) -> NDArray[np.int64]:
        for bits in self._tile.rest():
            self._total += pair_counts(bits)
        return self._total


class _Tile:
    """Gathers rows of cells, and gives them back as bits of each column once there are many."""

    def __init__(self, columns: int) -> None:
        self._rows = max(64, _TILE_CELLS // columns)
        self._cells = np.empty((0, columns), np.bool_)  # made when the first rows come
        self._filled = 0

    def add(self, cells: NDArray[np.bool_]) -> Iterator[Bits]:
        if not len(self._cells):
            self._cells = np.empty((self._rows, cells.shape[1]), np.bool_)
        start = 0
        while start < len(cells):
            part = cells[start : start + self._rows - self._filled]
            self._cells[self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            start += len(part)
            if self._filled == self._rows:
                yield from self.rest()

    def rest(self) -> Iterator[Bits]:
        if self._filled:
            yield as_bits(self._cells[: self._filled])
            self._filled = 0


class _Sparse:
    """More than `DENSE` columns, few of them 1 in any row."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.full = False
        self._total: Any = None
        self._waiting: list[Any] = []
        self._cells = 0

    def add(self, positive: NDArray[np.bool_]) -> None:
        try:
            from scipy.sparse import csr_matrix
        except ImportError:
            self.full = True
            return
        self.add_sparse(csr_matrix(positive))

    def add_sparse(self, positive: Any) -> None:
        self._waiting.append(positive)
        self._cells += positive.nnz
        if self._cells > _SPARSE_CELLS:
            self._flush()

    def result(self) -> Any:
        from scipy.sparse import csr_matrix

        self._flush()
        return csr_matrix((self.columns, self.columns), dtype=np.int64) if self._total is None else self._total

    def _flush(self) -> None:
        from scipy.sparse import vstack

        if not self._waiting or self.full:
            return
        rows = vstack(self._waiting, format="csr").astype(np.int64)
        self._waiting, self._cells = [], 0
        if int((np.diff(rows.indptr).astype(np.int64) ** 2).sum()) > 20 * PAIRS:  # the product itself would not fit
            self.full = True
            return
        pairs = (rows.T @ rows).tocsr()
        self._total = pairs if self._total is None else self._total + pairs
        self.full = self._total.nnz > PAIRS


class _Partial:
    """Rows with unlabelled cells: which columns are known together, and what is 1 where the other is known."""

    def __init__(self, columns: int) -> None:
        self.rows = 0
        self._positives = np.zeros(columns, np.int64)
        self._tile = _Tile(2 * columns)  # the ones, and beside them what is known
        self._ones, self._both = (np.zeros((columns, columns), np.int64) for _ in range(2))

    def add(self, positive: NDArray[np.bool_], known: NDArray[np.bool_]) -> None:
        self.rows += len(known)
        self._positives += positive.sum(axis=0)
        for bits in self._tile.add(np.concatenate([positive, known], axis=1)):
            self._count(bits)

    def result(self, rows: int, positives: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Over all rows: those without gaps know every pair."""
        for bits in self._tile.rest():
            self._count(bits)
        whole = (positives - self._positives)[:, None]
        return self._ones + whole, self._both + (rows - self.rows)

    def _count(self, bits: Bits) -> None:
        columns = len(bits) // 2
        ones, known = bits[:columns], bits[columns:]
        self._both += pair_counts(known)
        for place, mine in enumerate(ones):
            self._ones[place] += count_bits(known & mine)


def pairs_of_sets(sets: Mapping[frozenset[Any], int], names: Sequence[Any]) -> Cooccurrence | None:
    """Pair counts of labels that came as sets of tags: {set: rows}; columns in the order of `names`.

    None where there are no sets, or too many pairs or columns to count.
    """
    columns, place = len(names), {name: column for column, name in enumerate(names)}
    rows = [[place[tag] for tag in each if tag in place] for each in sets]
    work = sum(len(row) ** 2 for row in rows)
    if not rows or columns > COLUMNS or work > PAIRS // 4:
        return None
    counts = np.fromiter(sets.values(), np.int64, len(rows))
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    first = np.fromiter((a for row in rows for a in row for _ in row), np.int64, work)
    second = np.fromiter((b for row in rows for _ in row for b in row), np.int64, work)
    weight = np.repeat(counts, lengths**2)
    if columns <= DENSE:
        flat = np.bincount(first * columns + second, weights=weight, minlength=columns**2)
        together: Any = flat.astype(np.int64).reshape(columns, columns)
    else:
        try:
            from scipy.sparse import coo_matrix
        except ImportError:
            return None
        together = coo_matrix((weight, (first, second)), shape=(columns, columns)).tocsr()
    positives = np.asarray(together.diagonal(), np.int64)
    ones = np.bincount(lengths, weights=counts).astype(np.int64)
    total = int(counts.sum())
    return Cooccurrence(total, positives, np.full(columns, total), ones, together)


def as_bits(cells: NDArray[np.bool_]) -> Bits:
    """(m, L) cells as (L, words): one string of bits for each column, filled up with zeros."""
    packed = np.packbits(np.ascontiguousarray(cells.T), axis=1)
    return np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8))).view(np.uint64)


def pair_counts(bits: Bits) -> NDArray[np.int64]:
    """(L, L): the bits that two strings share."""
    found = np.zeros((len(bits), len(bits)), np.int64)
    for place, mine in enumerate(bits):
        found[place, place:] = count_bits(bits[place:] & mine)
    return found + np.triu(found, 1).T


def count_bits(words: Bits) -> NDArray[np.int64]:
    """Set bits of each row."""
    if hasattr(np, "bitwise_count"):
        return np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return _BITS[words.view(np.uint8)].sum(axis=1, dtype=np.int64)  # before NumPy 2


_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1, dtype=np.uint8)
