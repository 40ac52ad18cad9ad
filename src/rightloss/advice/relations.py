"""Relations between two label columns: an empty cell of their 2 x 2 table that chance would have filled.

    A implies B     no row has A without B
    A excludes B    no row has both

Absence says something only where the cell was expected to hold rows. With the four margins fixed and the columns
independent, the cell is hypergeometric; its probability of being empty is the p-value (Fisher's exact test). All pairs
are tested, so the p-values are held to one level for the whole matrix by Holm's method (A Simple Sequentially Rejective
Multiple Test Procedure, 1979). Tests of cells that hold rows count in their number and are never rejected.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.cooccurrence import Cooccurrence, Strip

LEVEL = 0.01
"""Probability of any false relation in a matrix of independent columns; half for pairs, half for groups."""
EXPECTED = 10.0
"""Rows that chance must put into a cell before an empty one means anything: the true rate is then below a third of
chance (rule of three)."""
CANDIDATES = 2_000_000
"""Most pairs that are kept for Holm's ordering."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Two columns and the rows behind their relation. `log_p` is a natural logarithm."""

    a: int
    b: int
    rows: int
    count_a: int
    count_b: int
    expected: float  # rows that independent columns would have in the cell that is empty
    log_p: float


@dataclass(frozen=True)
class Relations:
    """What was found, and how many tests it had to survive. Exclusive pairs have a < b."""

    implications: tuple[Relation, ...]
    exclusive: tuple[Relation, ...]
    tests: int


def find_relations(pairs: Cooccurrence, live: NDArray[np.bool_], *, level: float = LEVEL / 2) -> Relations:
    """All implications and exclusive pairs among the columns marked `live` (the others are constant or repeated)."""
    columns = int(live.sum())
    tests = 3 * columns * (columns - 1) // 2
    found = list(_candidates(pairs, live, level))
    kept = _holm(np.array([each[1].log_p for each in found]), tests, level)
    chosen = [each for each, keep in zip(found, kept, strict=True) if keep]
    return Relations(
        tuple(relation for implies, relation in chosen if implies),
        tuple(relation for implies, relation in chosen if not implies),
        tests,
    )


def _candidates(pairs: Cooccurrence, live: NDArray[np.bool_], level: float) -> Iterator[tuple[bool, Relation]]:
    """(implies, relation) for each empty cell that is improbable by itself."""
    left = CANDIDATES
    for strip in pairs.strips():
        height = len(strip.together)
        wanted = strip.off_diagonal & live[None, :] & live[strip.start : strip.start + height, None]
        rows = np.maximum(strip.rows, 1)
        both = strip.first * (strip.second / rows)
        above = np.arange(pairs.columns)[None, :] > np.arange(strip.start, strip.start + height)[:, None]
        exclusive = wanted & above & (strip.together == 0) & (both >= EXPECTED)
        implied = wanted & (strip.together == strip.first) & (strip.first - both >= EXPECTED)
        for implies, cells in ((False, exclusive), (True, implied)):
            for relation in _relations(strip, cells, implies, level):
                if not left:
                    return
                left -= 1
                yield implies, relation


def _relations(strip: Strip, cells: NDArray[np.bool_], implies: bool, level: float) -> Iterator[Relation]:
    places, others = np.nonzero(cells)
    if not len(places):
        return
    rows = np.broadcast_to(strip.rows, cells.shape)[cells].astype(np.float64)
    first, second = (
        np.broadcast_to(each, cells.shape)[cells].astype(np.float64) for each in (strip.first, strip.second)
    )
    # An implication is an exclusive pair of A and "not B".
    against = rows - second if implies else second
    log_p = log_disjoint(rows, first, against)
    expected = first * against / rows
    for place in np.flatnonzero(log_p <= math.log(level)):
        yield Relation(
            int(places[place]) + strip.start,
            int(others[place]),
            int(rows[place]),
            int(first[place]),
            int(second[place]),
            float(expected[place]),
            float(log_p[place]),
        )


def _holm(log_p: NDArray[np.float64], tests: int, level: float) -> NDArray[np.bool_]:
    """Which hypotheses Holm rejects: the smallest against level / tests, the next against level / (tests - 1), …"""
    order = np.argsort(log_p, kind="stable")
    passes = log_p[order] <= math.log(level) - np.log(np.maximum(tests - np.arange(len(log_p)), 1))
    rejected = np.zeros(len(log_p), np.bool_)
    rejected[order[: len(passes) if passes.all() else int(np.argmin(passes))]] = True
    return rejected


def log_disjoint(rows: Any, first: Any, second: Any) -> Any:
    """Log of the probability that two random sets of `first` and `second` out of `rows` have nothing in common."""
    return (
        log_factorial(rows - first)
        + log_factorial(rows - second)
        - log_factorial(np.maximum(rows - first - second, 0))
        - log_factorial(rows)
    )


def log_choose(n: float, k: float) -> float:
    """Log of the number of ways to choose k of n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


_SMALL = np.array([math.lgamma(number + 1) for number in range(128)])


def log_factorial(number: Any) -> NDArray[np.float64]:
    """Log n! for whole numbers: a table, then Stirling's series, exact to 1e-12 of the value."""
    number = np.asarray(number, np.float64)
    large = np.maximum(number, len(_SMALL))
    series = large * np.log(large) - large + 0.5 * np.log(2 * np.pi * large) + 1 / (12 * large) - 1 / (360 * large**3)
    table = _SMALL[np.clip(number, 0, len(_SMALL) - 1).astype(np.int64)]
    found: NDArray[np.float64] = np.where(number < len(_SMALL), table, series)
    return found
