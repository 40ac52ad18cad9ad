"""The table of bench/remedies.py: paired comparisons, Holm's verdicts, one line for each data set and goal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.05


@dataclass(frozen=True)
class Row:
    """One comparison: the advised remedy minus another way, paired over seeds."""

    data: str
    goal: str
    remedy: str
    other: str
    advised: float
    score: float
    low: float
    high: float
    p: float


def paired(difference: np.ndarray) -> tuple[float, float, float]:
    """Ends of the 95 % interval of the mean, and the two-sided p-value; equal scores everywhere have p = 1."""
    error = float(difference.std(ddof=1) / np.sqrt(len(difference)))
    if error < 1e-12:
        return float(difference.mean()), float(difference.mean()), 1.0 if abs(difference.mean()) < 1e-12 else 0.0
    reach = float(stats.t.ppf(0.975, len(difference) - 1)) * error
    p = float(2 * stats.t.sf(abs(difference.mean()) / error, len(difference) - 1))
    return difference.mean() - reach, difference.mean() + reach, p


def verdicts(rows: list[Row]) -> list[str]:
    """better, worse, or nothing: by Holm over the whole table."""
    order = sorted(range(len(rows)), key=lambda place: rows[place].p)
    found, going = [""] * len(rows), True
    for rank, place in enumerate(order):
        going &= rows[place].p <= LEVEL / (len(rows) - rank)
        if going:
            found[place] = "better" if rows[place].advised > rows[place].score else "worse"
    return found


def table(rows: list[Row]) -> list[tuple[str, ...]]:
    """A line for each data set and goal, the heading first: advised remedy, its score, its lead over other ways."""
    others = list(dict.fromkeys(row.other for row in rows))
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    for row, verdict in zip(rows, verdicts(rows), strict=True):
        line = cells.setdefault((row.data, row.goal, row.remedy, f"{row.advised:.3f}"), {})
        mark = {"better": " *", "worse": " * worse", "": ""}[verdict]
        line[row.other] = f"{row.advised - row.score:+.3f} ± {(row.high - row.low) / 2:.3f}{mark}"
    found = [("data", "goal", "advised", "score", *others)]
    return found + [(*key, *(line.get(other, "") for other in others)) for key, line in cells.items()]
