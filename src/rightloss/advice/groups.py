"""Groups of label columns of which at most one, or exactly one, is 1 in every row.

A group that is exhaustive (its counts add up to all rows, and no two columns meet) proves itself: its rare columns need
no test of their own. The group as a whole is held against chance instead: the probability that independent columns of
these sizes are disjoint, at a level shared by all groups that could have been found. A group that leaves rows empty is
reported where each member is held apart from all others together, at such a level, or every pair in it is established.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.cooccurrence import Cooccurrence
from rightloss.advice.relations import EXPECTED, LEVEL, Relation, log_choose, log_disjoint

SEEDS = 200
"""Columns from which a group that is spread over the matrix is grown, most frequent first."""
MEMBERS = 64
"""Largest group that is looked for where it leaves rows empty."""


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that exclude each other, and the rows in which one of them is 1."""

    columns: tuple[int, ...]
    covered: int
    log_p: float
    exhaustive: bool


def find_groups(
    pairs: Cooccurrence, exclusive: Sequence[Relation], live: NDArray[np.bool_], *, level: float = LEVEL / 2
) -> tuple[Group, ...]:
    """Disjoint groups: exhaustive ones of two columns or more, other ones of three or more; by their first column."""
    edges = {column: set[int]() for each in exclusive for column in (each.a, each.b)}
    for each in exclusive:
        edges[each.a].add(each.b)
        edges[each.b].add(each.a)
    free = live.copy()
    found = []
    for columns in chain(_runs(pairs, free), _greedy(pairs, free, edges)):
        group = _exhaustive(pairs, columns, level / 2)
        if group is not None and free[list(columns)].all():
            found.append(group)
            free[list(columns)] = False
    found += _apart(pairs, free, level / 2)
    found += _cliques(pairs, free, edges)
    return tuple(sorted(found, key=lambda group: group.columns))


def _runs(pairs: Cooccurrence, free: NDArray[np.bool_]) -> Iterator[tuple[int, ...]]:
    """Neighbouring columns that cover every row once: how one-hot encoded attributes lie in a matrix."""
    complete = free & (pairs.known == pairs.rows)
    before = np.concatenate([[0], np.cumsum(pairs.positives)])
    for start in np.flatnonzero(complete).tolist():
        end = int(np.searchsorted(before, before[start] + pairs.rows))
        if end > pairs.columns or before[end] != before[start] + pairs.rows or end - start < 2:
            continue
        run = tuple(range(start, end))
        if complete[list(run)].all() and not any(_meets(pairs, column)[start:end].any() for column in run):
            yield run


def _greedy(pairs: Cooccurrence, free: NDArray[np.bool_], edges: dict[int, set[int]]) -> Iterator[tuple[int, ...]]:
    """Groups that lie anywhere: from each column with an established rival, the most frequent that still fit."""
    complete = free & (pairs.known == pairs.rows)
    seeds = sorted(edges, key=lambda column: -pairs.positives[column])
    for seed in seeds[:SEEDS]:
        if not (complete[seed] and free[seed]):
            continue
        group, left = [seed], pairs.rows - int(pairs.positives[seed])
        apart = complete & free & ~_meets(pairs, seed)
        apart[seed] = False
        while left and pairs.positives[apart].sum() >= left:
            fits = np.where(apart & (pairs.positives <= left), pairs.positives, 0)
            column = int(fits.argmax())
            if not fits[column]:
                break
            group.append(column)
            left -= int(pairs.positives[column])
            apart &= ~_meets(pairs, column)
            apart[column] = False
        if not left and len(group) > 1:
            yield tuple(sorted(group))


def _exhaustive(pairs: Cooccurrence, columns: tuple[int, ...], level: float) -> Group | None:
    """The group, where chance would not have made it: log p against the level shared by all groups of its size."""
    log_p, covered = 0.0, 0
    for column in columns:
        count = int(pairs.positives[column])
        log_p += float(log_disjoint(pairs.rows, covered, count))
        covered += count
    shared = math.log(level) - log_choose(pairs.columns, len(columns)) - math.log(pairs.columns)
    return Group(columns, covered, log_p, exhaustive=True) if log_p <= shared else None


def _apart(pairs: Cooccurrence, free: NDArray[np.bool_], level: float) -> list[Group]:
    """Groups of three or more of which each member never meets the others, although chance would have made it often.

    Twelve columns of 5 % each say so together, where no pair of them is frequent enough to say anything.
    """
    found = []
    complete = free & (pairs.known == pairs.rows)
    for seed in np.argsort(-np.where(complete, pairs.positives, 0), kind="stable")[:SEEDS].tolist():
        if not (complete[seed] and free[seed]):
            continue
        group = _established(pairs, _grown(pairs, seed, complete & free), level)
        if len(group) > 2:
            covered = int(pairs.positives[group].sum())
            free[group] = False
            log_p = sum(float(log_disjoint(*_margins(pairs, group[0], other))) for other in group[1:])
            found.append(Group(tuple(sorted(group)), covered, log_p, exhaustive=False))
    return found


def _grown(pairs: Cooccurrence, seed: int, allowed: NDArray[np.bool_]) -> list[int]:
    """The seed and the most frequent columns that never meet it or each other; only it, where they can say nothing."""
    group, apart = [seed], allowed & ~_meets(pairs, seed)
    apart[seed] = False
    counts = np.where(apart, pairs.positives, 0)
    most = np.sort(counts)[-MEMBERS:].sum()
    if pairs.positives[seed] * most < EXPECTED * pairs.rows:
        return group
    while len(group) < MEMBERS and counts.any():
        column = int(counts.argmax())
        group.append(column)
        apart &= ~_meets(pairs, column)
        apart[column] = False
        counts = np.where(apart, pairs.positives, 0)
    return group


def _established(pairs: Cooccurrence, group: list[int], level: float) -> list[int]:
    """The group without the members that chance may have kept apart from some of the rest, least sure first."""
    group = _possible(pairs, group, _shared(pairs, pairs.columns, level))  # the mildest there is
    while len(group) > 2:
        shared = _shared(pairs, len(group), level)
        log_p, meetings = _apart_from_the_rest(pairs, group, shared)
        unsure = (log_p > shared) | (meetings < EXPECTED)
        if not unsure.any():
            return group
        worst = int(np.where(unsure, log_p, -np.inf).argmax())
        group = group[:worst] + group[worst + 1 :]
    return []


def _shared(pairs: Cooccurrence, members: int, level: float) -> float:
    """Log of the level for one member of one group, of all groups of this size that could have been found."""
    return math.log(level) - log_choose(pairs.columns, members) - 2 * math.log(pairs.columns)


def _possible(pairs: Cooccurrence, group: list[int], shared: float) -> list[int]:
    """The group without those that not even all others together say anything about: fewer others only say less."""
    before = len(group) + 1
    while 2 < len(group) < before:
        before = len(group)
        counts = pairs.positives[group].astype(np.float64)
        rest = counts.sum() - counts
        kept = (log_disjoint(pairs.rows, rest, counts) <= shared) & (counts * rest >= EXPECTED * pairs.rows)
        group = [column for column, keep in zip(group, kept, strict=True) if keep]
    return group


def _apart_from_the_rest(
    pairs: Cooccurrence, group: list[int], shared: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each member, the log probability of never meeting the others by chance, and how often it would have.

    Those that it is held apart from already as a pair are left out of "the others": they must not lend their weight to
    columns that say nothing. Where none is left, the pairs say it all.
    """
    counts = pairs.positives[group].astype(np.float64)
    weak = log_disjoint(pairs.rows, counts[:, None], counts[None, :]) > shared
    np.fill_diagonal(weak, val=False)
    rest = (weak * counts).sum(axis=1)
    alone = ~weak.any(axis=1)
    log_p = np.where(alone, shared, log_disjoint(pairs.rows, rest, counts))
    return log_p, np.where(alone, np.inf, counts * rest / pairs.rows)


def _cliques(pairs: Cooccurrence, free: NDArray[np.bool_], edges: dict[int, set[int]]) -> list[Group]:
    """Groups of three or more whose every pair is established; each column in at most one."""
    found = []
    for seed in sorted(edges, key=lambda column: -len(edges[column])):
        if not free[seed]:
            continue
        group = [seed]
        for column in sorted(edges[seed], key=lambda column: (-len(edges[column]), column)):
            if free[column] and all(other in edges[column] for other in group):
                group.append(column)
        if len(group) > 2:
            free[group] = False
            covered = int(pairs.positives[group].sum())
            log_p = sum(float(log_disjoint(*_margins(pairs, group[0], other))) for other in group[1:])
            found.append(Group(tuple(sorted(group)), covered, log_p, exhaustive=False))
    return found


def _margins(pairs: Cooccurrence, a: int, b: int) -> tuple[int, int, int]:
    return pairs.pair(a, b)[:3]


def _meets(pairs: Cooccurrence, column: int) -> NDArray[np.bool_]:
    """Columns that are 1 together with this one in some row."""
    together = pairs.together[[column]]
    row = together.toarray() if hasattr(together, "toarray") else together
    found: NDArray[np.bool_] = row[0] > 0
    found[column] = False
    return found
