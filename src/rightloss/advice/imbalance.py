"""How uneven classes are, in numbers that mean something."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

UNEVEN = 3.0  # largest class against smallest, from which accuracy starts to mislead
CAP = 10.0  # largest weight of a class: above it single rare examples decide whole steps
RARE = 20  # fewer examples of a class than this make every number about it an interval


@dataclass(frozen=True, slots=True)
class Imbalance:
    """Counts of exclusive classes, or positives of independent columns; sums of probabilities where labels are soft.

    `majority`: share of the most frequent class (for columns: the larger of positives and negatives, averaged), which
    is the accuracy of always giving the same answer. `effective`: exp(entropy), the number of equally frequent classes
    with the same entropy (Hill number of order 1). `ratio`: largest count against smallest count above 0. `cells`:
    labelled cells of each column where some are missing; None: all `total` of them.
    """

    names: tuple[Any, ...]
    counts: tuple[float, ...]
    total: int
    exclusive: bool
    cells: tuple[int, ...] | None = None

    @property
    def totals(self) -> int | tuple[int, ...]:
        """Labels behind the counts: one number, or one for each column."""
        return self.total if self.cells is None else self.cells

    def known(self, place: int) -> int:
        """Labels behind the count of one class or column."""
        return self.total if self.cells is None else self.cells[place]

    def written(self, place: int) -> str:
        """The count of one class or column for people; sums of probabilities with one decimal."""
        count = self.counts[place]
        return f"{count:,}" if isinstance(count, int) else f"{count:,.1f}"

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of each class, or positive rate of each column among its labelled cells."""
        return tuple(count / max(self.known(place), 1) for place, count in enumerate(self.counts))

    @property
    def ratio(self) -> float | None:
        """Largest count against smallest; for one column, positives against negatives, larger over smaller."""
        seen = [count for count in self.counts if count > 0]
        return max(seen) / min(seen) if len(seen) > 1 else None

    @property
    def majority(self) -> float:
        """Accuracy of the best constant answer."""
        if not self.counts:
            return 0.0
        if self.exclusive:
            return max(self.shares)
        return sum(max(share, 1 - share) for share in self.shares) / len(self.counts)

    @property
    def entropy(self) -> float:
        """Prior entropy in nats: the loss of a model that knows the frequencies and nothing else."""
        if self.exclusive:
            return -sum(share * math.log(share) for share in self.shares if share > 0)
        cells = [-(p * math.log(p) + (1 - p) * math.log(1 - p)) if 0 < p < 1 else 0.0 for p in self.shares]
        return sum(cells) / len(cells) if cells else 0.0

    @property
    def effective(self) -> float | None:
        """Number of equally frequent classes with the same entropy; None for independent columns."""
        return math.exp(self.entropy) if self.exclusive else None

    @property
    def rare(self) -> tuple[Any, ...]:
        """Classes with too few examples to say anything sure about them."""
        return tuple(name for name, count in zip(self.names, self.counts, strict=True) if count < RARE)

    @property
    def uneven(self) -> bool:
        """Whether accuracy misleads."""
        return (self.ratio or 1.0) >= UNEVEN

    def to_json(self, most: int = 1000) -> dict[str, Any]:
        """The documented object; at most `most` classes are listed."""
        return {
            "classes": [_plain(name) for name in self.names[:most]],
            "counts": list(self.counts[:most]),
            "listed": min(most, len(self.counts)),
            "total": self.total,
            "exclusive": self.exclusive,
            "ratio": self.ratio,
            "majority_share": self.majority,
            "prior_entropy": self.entropy,
            "effective_classes": self.effective,
            "rare": [_plain(name) for name in self.rare[:most]],
        }


def imbalance(
    names: Sequence[Any], counts: Sequence[float], total: int, *, exclusive: bool, cells: Sequence[int] | None = None
) -> Imbalance | None:
    """The summary, or None where nothing was counted."""
    if not counts or not total:
        return None
    return Imbalance(tuple(names), tuple(counts), total, exclusive, None if cells is None else tuple(cells))


def _plain(name: Any) -> Any:
    return name if isinstance(name, str | int | float | bool) or name is None else str(name)
