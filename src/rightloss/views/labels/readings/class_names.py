"""Class names in the order of their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rightloss.contract import Positions
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings.reading import Reading
from rightloss.views.labels.readings.scalars import class_reading

YES = frozenset(
    {"yes", "y", "true", "t", "1", "1.0", "positive", "pos", "spam", "on", "present", "abnormal", "bad", "+"}
)
NO = frozenset(
    {"no", "n", "false", "f", "0", "0.0", "-1", "-", "negative", "neg", "ham", "off", "absent", "normal", "good"}
)


def text_classes(profile: LabelProfile, kept: Mapping[Any, int], positions: Positions, ignored: Any = None) -> Reading:
    """One of K class names, in the order declared, else by number, else no before yes, else from a to z."""
    names = class_order(kept, profile.categories)
    counts = [kept.get(name, 0) for name in names]
    return class_reading(profile, names, counts, positions=positions, ignored=ignored)


def class_order(kept: Mapping[Any, int], categories: Sequence[Any] | None) -> list[Any]:
    """Class names in the order of their ids."""
    if categories is not None and set(kept) <= set(categories):
        return list(categories)
    names = sorted(kept, key=str)
    if len(names) == 2 and str(names[0]).lower() in YES and str(names[1]).lower() in NO:
        return names[::-1]
    try:
        return sorted(names, key=float)
    except (TypeError, ValueError):
        return names


def is_number(value: Any) -> bool:
    """Whether a text, or a value, is a number."""
    try:
        return float(value) == float(value)
    except (TypeError, ValueError):
        return False
