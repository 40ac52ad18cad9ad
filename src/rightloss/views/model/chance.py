"""The loss of guessing, in nats, from labels alone: what a first loss is held against, where a stuck run stays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from rightloss.contract import Loss
from rightloss.views.labels.profile import LabelProfile

_EXCLUSIVE = frozenset({Loss.CATEGORICAL, Loss.SPARSE, Loss.DIVERGENCE})


class Guess(NamedTuple):
    """Losses of two guesses; None where the labels do not tell."""

    uniform: float | None = None  # the same probability for everything: ln K, or ln 2 for yes/no units
    prior: float | None = None  # the class frequencies: their entropy; averaged over columns of yes/no units


def guess(
    profile: LabelProfile, families: frozenset[Loss], units: int | None = None, ignored: float | None = None
) -> Guess:
    """The losses of guessing for labels of this profile.

    Args:
        profile: of the labels.
        families: what the loss may be.
        units: of the last layer; the number of classes seen where it is unknown.
        ignored: a label value that the loss leaves out.
    """
    if families == {Loss.BINARY}:
        return Guess(math.log(2), _columns(profile))
    if not families <= _EXCLUSIVE or not families:
        return Guess()
    shares = _classes(profile, families, ignored)
    classes = units or len(shares)
    return Guess(math.log(classes) if classes > 1 else None, _entropy(shares) if shares else None)


def chance_losses(profile: LabelProfile, families: frozenset[Loss], units: int | None = None) -> tuple[float, ...]:
    """Losses at which a run may be stuck: equal probabilities of all units or of the classes seen, the frequencies."""
    found = guess(profile, families, units)
    seen = guess(profile, families).uniform
    return tuple(dict.fromkeys(value for value in (found.uniform, seen, found.prior) if value))


def _columns(profile: LabelProfile) -> float | None:
    """Entropy of yes/no labels. A constant answer to soft labels does best at their mean."""
    rows = profile.row_facts
    if rows is not None and rows.columns > 1 and rows.vectors:
        if not rows.zero_one or profile.missing:
            return None
        shares = [count / rows.vectors for count in rows.positives]
        return sum(_entropy((share, 1 - share)) for share in shares) / len(shares)
    total = sum(profile.values.values())
    if not profile.distinct_exact or not total or not all(_is_share(value) for value in profile.values):
        return None
    mean = sum(float(value) * count for value, count in profile.values.items()) / total
    return _entropy((mean, 1 - mean))


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _classes(profile: LabelProfile, families: frozenset[Loss], ignored: float | None) -> tuple[float, ...]:
    """Shares of the classes; () where labels are no classes."""
    rows = profile.row_facts
    if rows is not None and Loss.SPARSE not in families:
        one_hot = rows.zero_one and rows.one_positive == rows.vectors
        return _shares(dict(enumerate(rows.positives))) if one_hot else ()
    ids = profile.integral and profile.distinct_exact
    return _shares({key: count for key, count in profile.values.items() if key != ignored}) if ids else ()


def _shares(counts: Mapping[Any, int]) -> tuple[float, ...]:
    total = sum(counts.values())
    return tuple(count / total for count in counts.values() if count) if total else ()


def _entropy(shares: tuple[float, ...]) -> float:
    return -sum(share * math.log(share) for share in shares if share > 0)
