"""What a user should look at, although it changes no answer: spellings, empty classes, columns that never vary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rightloss.views.labels.readings.spellings import spelling_note

SHOWN = 5  # names that a note lists


def class_notes(names: Sequence[Any], counts: Sequence[float]) -> tuple[str, ...]:
    """Notes about exclusive classes, or about tags."""
    unseen = [name for name, count in zip(names, counts, strict=True) if not count]
    told = f"in no row: {_listed('class', 'classes', unseen)}, declared but without an example to learn from. "
    return _said(spelling_note(names), told + "Where they are left over: y = list(y)" if unseen else None)


def column_notes(names: Sequence[Any], ones: Sequence[int], known: Sequence[int]) -> tuple[str, ...]:
    """Notes about columns of 0 and 1, from the ones and the labelled cells of each."""
    columns = list(zip(names, ones, known, strict=True))
    never = [name for name, yes, _ in columns if not yes]
    always = [name for name, yes, cells in columns if yes and yes == cells]
    return _said(
        f"1 in no row, so without an example to learn from: {_columns(never)}" if never else None,
        f"1 in every row, so with nothing to tell apart: {_columns(always)}" if always else None,
    )


def _columns(names: Sequence[Any]) -> str:
    return _listed("column", "columns", names)


def _listed(one: str, many: str, names: Sequence[Any]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"{one if len(names) == 1 else many} {', '.join(repr(name) for name in names[:SHOWN])}{more}"


def _said(*notes: str | None) -> tuple[str, ...]:
    return tuple(note for note in notes if note is not None)
