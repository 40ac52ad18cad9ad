"""Label columns that repeat another one: equal to it in every row, or its opposite."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.cooccurrence import Cooccurrence
from rightloss.advice.relations import LEVEL, log_factorial


@dataclass(frozen=True, slots=True)
class Repeat:
    """Column b repeats column a (a < b). `log_p`: of b being exactly this one of all columns with as many ones."""

    a: int
    b: int
    same: bool
    rows: int
    ones: int
    log_p: float


def find_repeats(pairs: Cooccurrence, live: NDArray[np.bool_], *, level: float = LEVEL / 2) -> Iterator[Repeat]:
    """Pairs of live columns that chance would not have made equal or opposite, over all pairs at one level.

    Each pair is tested twice, against 1 / C(rows, ones), at level / tests (Bonferroni).
    """
    columns = int(live.sum())
    limit = math.log(level / max(1, columns * (columns - 1)))
    for strip in pairs.strips():
        height = len(strip.together)
        places = np.arange(strip.start, strip.start + height)[:, None]
        wanted = (np.arange(pairs.columns)[None, :] > places) & live[None, :] & live[places]
        rows = np.broadcast_to(strip.rows, wanted.shape)
        same = wanted & (strip.together == strip.first) & (strip.together == strip.second)
        opposite = wanted & (strip.together == 0) & (strip.first + strip.second == rows)
        for place, other in np.argwhere(same | opposite).tolist():
            known, ones = float(rows[place, other]), float(np.broadcast_to(strip.first, wanted.shape)[place, other])
            log_p = float(log_factorial(ones) + log_factorial(known - ones) - log_factorial(known))
            if log_p <= limit:
                a = place + strip.start
                yield Repeat(a, other, bool(same[place, other]), int(known), int(ones), log_p)
