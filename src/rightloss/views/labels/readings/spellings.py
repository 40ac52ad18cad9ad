"""Names that may be one class written in several ways: "Yes" and "yes", "a" and "a ", "1" and "1.0"."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from rightloss.views.labels.text import is_number

SHOWN = 4  # groups that a note lists

# What two spellings may differ in, from the smallest difference to the largest: (how one sees that they are the same,
# what the difference is, the line that makes them alike).
_WAYS: tuple[tuple[Callable[[str], str], str, str], ...] = (
    (lambda name: " ".join(name.split()), "spaces", "y = [' '.join(label.split()) for label in y]"),
    (lambda name: name.casefold(), "case", "y = [label.casefold() for label in y]"),
    (
        lambda name: " ".join(name.split()).casefold(),
        "case and spaces",
        "y = [' '.join(label.split()).casefold() for label in y]",
    ),
    (
        lambda name: " ".join(unicodedata.normalize("NFKC", name).split()).casefold(),
        "how letters are stored",
        "y = [' '.join(unicodedata.normalize('NFKC', label).split()).casefold() for label in y]",
    ),
    (lambda name: repr(float(name)), "how the number is written", "y = [float(label) for label in y]"),
)


def spelling_note(names: Iterable[Any]) -> str | None:
    """What to say where names look like several spellings of one class; None where none do.

    They stay classes of their own: only the user knows whether "US" and "us" are one. The line makes all of them alike.
    """
    texts = [name for name in names if isinstance(name, str)]
    numbers = len(texts) > 0 and all(map(is_number, texts))
    ways = _WAYS[-1:] if numbers else _WAYS[:-1]
    widest = _groups(texts, ways[-1][0])
    if not widest:
        return None
    _, difference, line = next(way for way in ways if sorted(_groups(texts, way[0])) == sorted(widest))
    shown = "; ".join(" and ".join(repr(name) for name in group) for group in widest[:SHOWN])
    more = f"; and {len(widest) - SHOWN:,} more" if len(widest) > SHOWN else ""
    needs = "import unicodedata; " if "unicodedata" in line else ""
    told = f"{shown}{more} are classes of their own: they differ in {difference} only"
    return f"{told}. Where they mean the same: {needs}{line}"


def _groups(names: Iterable[str], same: Callable[[str], str]) -> list[tuple[str, ...]]:
    """Names that are the same under `same`, where there are two or more."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(same(name), []).append(name)
    return [tuple(sorted(group)) for group in found.values() if len(group) > 1]
