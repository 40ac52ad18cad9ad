"""Structure of a label matrix: what its rows and columns say about each other, and what follows for layer and loss.

Pure functions of counts (`Cooccurrence`). Every observation carries its counts, the probability of seeing it by chance
where it was tested, and its consequence. `relations` and `groups` hold the tests.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.cooccurrence import Cooccurrence
from rightloss.advice.groups import Group, find_groups
from rightloss.advice.imbalance import RARE
from rightloss.advice.observations import Kind, Observation, Words
from rightloss.advice.relations import LEVEL, Relation, find_relations
from rightloss.advice.repeats import find_repeats

NEARLY = 0.9  # share of rows with exactly one 1 from which exclusive classes are worth a thought
LISTED = 1000  # observations in JSON; the rest is counted


@dataclass(frozen=True)
class Structure:
    """What was seen in a label matrix. `tests` pairs were tested together at `level`."""

    names: tuple[Any, ...]
    pairs: Cooccurrence
    observations: tuple[Observation, ...]
    tests: int
    level: float = LEVEL

    def of(self, *kinds: Kind) -> tuple[Observation, ...]:
        """The observations of these kinds."""
        return tuple(each for each in self.observations if each.kind in kinds)

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Column numbers of the groups of which exactly one is 1 in every row."""
        return tuple(each.columns for each in self.of(Kind.EXHAUSTIVE_GROUP))

    @property
    def cardinality(self) -> float:
        """Mean number of ones in a row."""
        return float(self.pairs.positives.sum()) / self.pairs.rows if self.pairs.rows else 0.0

    def to_json(self) -> dict[str, Any]:
        """The documented object; at most `LISTED` observations are listed."""
        return {
            "rows": self.pairs.rows,
            "columns": self.pairs.columns,
            "cardinality": self.cardinality,
            "rows_by_ones": self.pairs.ones.tolist()[:LISTED],
            "missing": self.pairs.missing,
            "level": self.level,
            "tests": self.tests,
            "count": len(self.observations),
            "observations": [each.to_json() for each in self.observations[:LISTED]],
        }


def structure(pairs: Cooccurrence, names: Sequence[Any], *, several_true: bool = True) -> Structure:
    """Everything the pair counts establish.

    Args:
        pairs: the counts.
        names: what each column is called.
        several_true: whether several columns may be 1 in one row; False where classes are known to be exclusive.
    """
    say = Words(pairs, tuple(names))
    constant = (pairs.positives == 0) | (pairs.positives == pairs.known)
    live = ~constant
    exclusive_rows = len(pairs.ones) <= 2 and not pairs.missing  # no row has two ones: no pair says anything more
    found = list(_rows(say, several_true))
    found += _columns(say, constant)
    tests = 0
    if not exclusive_rows:
        duplicates, live = _duplicates(say, live)
        relations = find_relations(pairs, live)
        tests = relations.tests
        groups = find_groups(pairs, relations.exclusive, live)
        found += duplicates
        found += [say.group(group) for group in groups]
        found += [say.implies(each) for each in _direct(relations.implications)]
        inside = {pair for group in groups for pair in _pairs_of(group)}
        found += [say.exclusive(each) for each in relations.exclusive if (each.a, each.b) not in inside]
    order = {kind: place for place, kind in enumerate(Kind)}
    return Structure(say.names, pairs, tuple(sorted(found, key=lambda each: order[each.kind])), tests)


def _rows(say: Words, several_true: bool) -> Iterator[Observation]:
    pairs = say.pairs
    empty, one = (int(pairs.ones[ones]) if len(pairs.ones) > ones else 0 for ones in (0, 1))
    several = pairs.rows - empty - one
    if one == pairs.rows and pairs.columns > 1:
        kind = Kind.SINGLE_POSITIVE if several_true else Kind.MULTICLASS
        yield say.see(kind, (), f"all {one:,} rows have exactly one 1", {"rows": one})
    elif one >= NEARLY * pairs.rows and pairs.columns > 2 and not pairs.missing:
        log_p = _log_single(pairs, one)
        if log_p <= math.log(LEVEL):
            text = f"{one:,} of {pairs.rows:,} rows have exactly one 1, {empty:,} none, {several:,} several"
            counts = {"one": one, "none": empty, "several": several, "rows": pairs.rows}
            yield say.see(Kind.NEARLY_MULTICLASS, (), text, counts, log_p)
    if empty and not pairs.missing:
        yield say.see(
            Kind.EMPTY_ROWS, (), f"{empty:,} of {pairs.rows:,} rows have no 1", {"none": empty, "rows": pairs.rows}
        )


def _log_single(pairs: Cooccurrence, one: int) -> float:
    """Log probability (Hoeffding's bound) of this many rows with exactly one 1 if columns were independent."""
    rates = pairs.positives / pairs.rows
    odds = np.where(rates < 1, rates / np.maximum(1 - rates, 1e-300), 0.0)
    expected = float(np.exp(np.log1p(-np.minimum(rates, 1 - 1e-12)).sum()) * odds.sum())
    above = one / pairs.rows - min(expected, 1.0)
    return -2 * pairs.rows * above**2 if above > 0 else 0.0


def _columns(say: Words, constant: NDArray[np.bool_]) -> Iterator[Observation]:
    pairs = say.pairs
    if pairs.missing:
        gaps = pairs.rows - pairs.known
        holes = np.flatnonzero(gaps)
        worst = int(gaps.argmax())
        text = (
            f"{pairs.missing:,} of {pairs.rows * pairs.columns:,} cells hold no label, in {len(holes):,} of "
            f"{pairs.columns:,} columns; most in {say.name(worst)}: {int(gaps[worst]):,}"
        )
        yield say.see(Kind.MISSING, holes, text, {"cells": pairs.missing, "most": int(gaps[worst])})
    if constant.any():
        always = constant & (pairs.positives > 0)
        parts = [
            f"{word} 1: {say.listed(np.flatnonzero(which))}"
            for word, which in (("never", constant & ~always), ("always", always))
            if which.any()
        ]
        yield say.see(Kind.CONSTANT, np.flatnonzero(constant), "; ".join(parts), {"columns": int(constant.sum())})
    fewer = np.minimum(pairs.positives, pairs.known - pairs.positives)
    rare = np.flatnonzero((fewer < RARE) & ~constant)
    if len(rare):
        shown = sorted(rare.tolist(), key=lambda column: int(fewer[column]))
        text = "few rows: " + say.listed(shown, lambda column: f" ({int(fewer[column]):,})")
        yield say.see(Kind.RARE, shown, text, {"columns": len(rare), "fewest": int(fewer[shown[0]])})


def _duplicates(say: Words, live: NDArray[np.bool_]) -> tuple[list[Observation], NDArray[np.bool_]]:
    """Equal and opposite columns, and the live columns without the repeats."""
    live = live.copy()
    found = []
    for each in find_repeats(say.pairs, live):
        if live[each.a] and live[each.b]:
            found.append(say.repeated(each))
            live[each.b] = False
    return found, live


def _direct(implications: Sequence[Relation]) -> list[Relation]:
    """Implications that do not follow from two others."""
    follows: dict[int, set[int]] = {}
    for each in implications:
        follows.setdefault(each.a, set()).add(each.b)
    return [
        each
        for each in implications
        if not any(each.b in follows.get(middle, ()) for middle in follows[each.a] if middle != each.b)
    ]


def _pairs_of(group: Group) -> Iterator[tuple[int, int]]:
    for place, first in enumerate(group.columns):
        for second in group.columns[place + 1 :]:
            yield first, second
