"""Are whole numbers classes or quantities? Signs that labels alone can give, each with what it is worth.

A number of distinct values alone decides nothing: 73 ages are quantities, 1000 product classes are not. What helps is
whether values run 0..K-1 without a gap, how often each occurs, and the shape of their histogram.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, lgamma, log, sqrt

MANY = 12  # above this, values that start elsewhere than 0 or 1 are rarely class ids
FEW_ROWS = 10  # below this, "every value is different" says nothing
SHAPED = 5  # from this many values on, one smooth hill is unlikely by chance (16 of 120 orders)
COUNTED = 7  # from this many on it is 64 of 5040
SPREAD = 3.0  # a hill needs a top at least this many times its foot
CHANCE = 1.0  # how many sigmas one frequency may lie on the wrong side of its neighbour
CLEAR = 6.0  # how many sigmas the top must stand above the foot
RATED = 1.5  # the same for a scale of stars
LAW_VALUES = 5  # fewer values than this follow any law
LAW_ROWS = 50
LAW_FREE = 3  # degrees of freedom from which on a fit means something
LAW_SIGMAS = 2.0
LAW_CLEAR = 4.0  # how many sigmas the most frequent number must lie above the rarest: even ones follow no law
POOLED = 5
YEARS = (1900, 2100)
STARS = (5, 10)  # scales of ratings that start at 1
FULL = 0.9  # share of the range that occurs where gaps are only classes nobody sampled
FEW_REPEATS = 0.5  # more distinct values than this share of the rows: hardly any value repeats
PERCENT = 100
BOTH_SIDES = 5  # from this many steps on, a scale that is symmetric about 0 is one of agreement or mood
LONG = 20  # from this many values on, neighbours that occur about equally often are no chance (3 sigma)
SMOOTH = 0.5  # von Neumann's ratio of counts in the order of the values: 2 for any order, near 0 for a curve
TAIL = 0.01  # values at the ends of a hill that are rarer than this share of the rows come in any order
EDGE = 0.1  # a top nearer to an end than this share of the values may be that of ids sorted by frequency
LARGE = 100  # amounts, not ids: a few large numbers written with a decimal point


@dataclass(frozen=True, slots=True)
class Quantity:
    """Why numbers may be quantities. `leads`: more likely than classes. `kind`: the words for the question."""

    kind: str  # "ids", "counts", "years", "ratings", "numbers"
    why: str
    leads: bool


def quantity(values: Sequence[float], counts: Sequence[int], *, floating: bool = False) -> Quantity | None:
    """Signs of a quantity in sorted whole numbers and how often each occurs; None where they look like classes only."""
    distinct, rows = len(values), sum(counts)
    low, high = values[0], values[-1]
    if distinct <= 2:
        return None
    if distinct == rows:
        return _all_different(values, rows)
    if distinct > FEW_REPEATS * rows and rows >= FEW_ROWS:
        return Quantity("numbers", f"{distinct} different values in {rows} rows: hardly any repeats", leads=True)
    gapless = high - low + 1 == distinct
    if gapless and YEARS[0] <= low and high <= YEARS[1]:
        return Quantity("years", f"whole numbers {low:g} to {high:g} look like years", leads=True)
    if gapless and low in (0, 1):
        return _hill(values, counts, low)
    if gapless:
        return _starts_elsewhere(values, counts)
    if low in (0, 1) and high < 2 * distinct:
        found = _hill(*_filled(values, counts), low)
        if found is not None and found.kind == "counts":
            return found
    return _with_gaps(values, counts, floating)


def _all_different(values: Sequence[float], rows: int) -> Quantity | None:
    from_zero = values[0] in (0, 1) and values[-1] - values[0] + 1 == rows
    if rows >= FEW_ROWS:
        return Quantity("ids", f"all {rows} values are different", leads=True)
    return None if from_zero else Quantity("numbers", f"all {rows} values are different", leads=True)


def _hill(values: Sequence[float], counts: Sequence[int], low: float) -> Quantity | None:
    if low == 1 and len(values) in STARS and max(counts) >= SPREAD * min(counts):
        return Quantity("ratings", f"whole numbers 1 to {values[-1]:g}, unevenly used, as ratings are", leads=False)
    if low == 0 and values[-1] == PERCENT:
        return Quantity("numbers", "whole numbers 0 to 100 look like percentages", leads=False)
    if low == 1 and len(values) in STARS and _unimodal(counts, RATED):
        return Quantity("ratings", f"frequencies of 1 to {values[-1]:g} rise to one top, as ratings do", leads=False)
    interior = 0 < counts.index(max(counts)) < len(counts) - 1
    law = _law(counts, low) if interior or len(counts) >= COUNTED else ""
    if law:
        text = f"frequencies of {low:g} to {values[-1]:g} follow a {law} law, as counts do"
        return Quantity("counts", text, leads=interior)
    core = _without_tails(counts)
    smooth = _unimodal(counts) or (len(core) >= COUNTED and _unimodal(core))
    if not smooth and not (len(core) >= COUNTED and _unimodal(core, noise=True)):
        return _curve(values, counts)
    text = f"frequencies of {low:g} to {values[-1]:g} form one smooth hill"
    if low == 1 and len(values) >= SHAPED and len(values) <= MANY:
        return Quantity("ratings", f"{text}, as ratings do", leads=False)
    if low == 0 and len(values) >= COUNTED:
        return Quantity("counts", f"{text}, as counts do", leads=interior and smooth)
    return _curve(values, counts)


def _law(seen: Sequence[int], low: float) -> str:
    """The law of counting that frequencies of 0, 1, 2, … follow, Poisson's or the geometric one; "" for neither.

    Pearson's chi-squared against the law of the same mean, rare numbers pooled until five are expected.
    """
    rows, most, fewest = sum(seen), max(seen), min(seen)
    clear = most >= SPREAD * max(fewest, 1) and most - fewest >= LAW_CLEAR * sqrt(most + fewest)
    if sum(map(bool, seen)) < LAW_VALUES or rows < LAW_ROWS or not clear:
        return ""
    counts = [0, *seen] if low == 1 else seen
    mean = sum(value * count for value, count in enumerate(counts)) / rows
    laws = {
        "Poisson": [exp(value * log(mean) - mean - lgamma(value + 1)) for value in range(len(counts))],
        "geometric": [(mean / (1 + mean)) ** value / (1 + mean) for value in range(len(counts))],
    }
    return next((name for name, shares in laws.items() if _fits(counts, shares, rows)), "")


def _fits(counts: Sequence[int], shares: Sequence[float], rows: int) -> bool:
    distance, bins, seen, expected = 0.0, 0, 0.0, 0.0
    whole = zip([*counts, 0], [*shares, 1 - sum(shares)], strict=True)
    for count, share in whole:
        seen, expected = seen + count, expected + share * rows
        if expected >= POOLED:
            distance, bins, seen, expected = distance + (seen - expected) ** 2 / expected, bins + 1, 0.0, 0.0
    distance += (seen - expected) ** 2 / max(expected, 1.0)
    free = bins - 1
    return free >= LAW_FREE and distance <= free + LAW_SIGMAS * sqrt(2 * free)


def _filled(values: Sequence[float], counts: Sequence[int]) -> tuple[list[float], list[int]]:
    """Whole numbers from the smallest to the largest value, and how often each occurs."""
    seen = dict(zip(values, counts, strict=True))
    every = [float(value) for value in range(int(values[0]), int(values[-1]) + 1)]
    return every, [seen.get(value, 0) for value in every]


def _without_tails(counts: Sequence[int]) -> Sequence[int]:
    """Counts without the rare values at either end, whose order is chance."""
    rows, most = sum(counts), max(counts)
    first = next(place for place, count in enumerate(counts) if count > TAIL * rows or count == most)
    last = next(place for place in range(len(counts), 0, -1) if counts[place - 1] > TAIL * rows or place == first + 1)
    return counts[first:last]


def _curve(values: Sequence[float], counts: Sequence[int]) -> Quantity | None:
    """Many values whose neighbours occur about equally often: ages and amounts do, ids in any order do not.

    The ratio is that of J. von Neumann, "Distribution of the ratio of the mean square successive difference to the
    variance", Annals of Mathematical Statistics 12 (1941).
    """
    if len(counts) < LONG or max(counts) < SPREAD * max(min(counts), 1):
        return None
    within = counts[1:-1]  # "90 or more" piles up at the end
    mean = sum(within) / len(within)
    variance = sum((count - mean) ** 2 for count in within) / len(within)
    steps = sum((b - a) ** 2 for a, b in pairwise(within)) / (len(within) - 1)
    if steps > SMOOTH * variance:
        return None
    top = within.index(max(within))
    inside = EDGE * len(counts) <= top < (1 - EDGE) * len(counts)
    text = f"neighbours among {values[0]:g} to {values[-1]:g} occur about equally often, as ages and amounts do"
    return Quantity("numbers", text, leads=inside)


def _starts_elsewhere(values: Sequence[float], counts: Sequence[int]) -> Quantity | None:
    span = f"{values[0]:g} to {values[-1]:g}"
    if values[0] == -values[-1] and BOTH_SIDES <= len(values) <= MANY:
        return Quantity("ratings", f"whole numbers {span}, as many below 0 as above", leads=False)
    if len(values) > MANY:
        return Quantity("numbers", f"{len(values)} consecutive values from {span}, not from 0 or 1", leads=True)
    if len(values) >= SHAPED and _unimodal(counts):
        return Quantity("ratings", f"frequencies of {span} form one smooth hill, as grades do", leads=False)
    return None


def _with_gaps(values: Sequence[float], counts: Sequence[int], floating: bool) -> Quantity | None:
    distinct, span = len(values), values[-1] - values[0] + 1
    if distinct <= MANY:
        large = floating and max(abs(values[0]), abs(values[-1])) >= LARGE
        return (
            Quantity("numbers", "large numbers with gaps, written with a decimal point", leads=True) if large else None
        )
    if values[0] in (0, 1) and distinct / span >= FULL:
        return _curve(values, counts)
    return Quantity("numbers", f"{distinct} values with gaps between {values[0]:g} and {values[-1]:g}", leads=True)


def _unimodal(counts: Sequence[int], spread: float = SPREAD, *, noise: bool = False) -> bool:
    """Whether frequencies rise to one top and fall from there, and clearly so; with `noise`, as far as chance lets
    them, and by more than chance."""
    low, high = min(counts), max(counts)
    if high < spread * low or (noise and high - low < CLEAR * sqrt(high + low)):
        return False
    top = counts.index(high)
    steps = [*pairwise(counts[: top + 1]), *(pair[::-1] for pair in pairwise(counts[top:]))]
    return all(a <= b + (CHANCE * sqrt(a + b) if noise else 0) for a, b in steps)
