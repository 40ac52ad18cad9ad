"""Which columns of a table are meant: by name, by position (from 0, negative from the end), by pattern or by slice."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from rightloss.errors import MissingColumn, UnreadableInput

LABEL_NAMES = ("y", "labels", "label", "targets", "target", "y_train", "train_labels")
"""Array names and dictionary keys that mean labels, in the order they are looked for. Table columns must be named."""

_POSITION = re.compile(r"-?\d+")
_SLICE = re.compile(r"(-?\d+)?:(-?\d+)?")
_SHOWN = 30


def listing(names: Sequence[str]) -> str:
    """The column names for a message, shortened where there are many."""
    shown = ", ".join(names[:_SHOWN])
    return shown + (f", … ({len(names)} in all)" if len(names) > _SHOWN else "")


def resolve_columns(wanted: Sequence[str] | None, names: Sequence[str], where: str) -> tuple[str, ...]:
    """Existing names for what the user wrote, in the order written, each once.

    A name that exists wins; else `3` or `-1` is a position, `-14:` a slice of positions and `Class*` a pattern.
    With nothing wanted, the only column of a one-column table is taken.

    Raises:
        MissingColumn: no such column, or none was named and there are several.
    """
    if not wanted:
        if len(names) == 1:
            return (names[0],)
        raise MissingColumn(
            f"{where} has {len(names)} columns and none was named as the label",
            expected=f"one or more of: {listing(names)}",
            fix=f"--label {_quoted(names[-1])}   (or the column that holds the labels; -1 is the last)",
        )
    found: dict[str, None] = {}
    for word in wanted:
        found.update(dict.fromkeys(_matches(str(word), names, where)))
    return tuple(found)


def unnamed(position: int) -> str:
    """What a column of a table without a line of names is called."""
    return f"column{position}"


def with_position(name: str, position: int) -> str:
    """What a column is called where several have the same name."""
    return f"{name} (column {position})"


def refuse_doubled(names: Sequence[str], where: str) -> None:
    """An error where two columns have one name, in formats that read columns by name only."""
    for name in names:
        places = [i for i, each in enumerate(names) if each == name]
        if len(places) > 1:
            raise UnreadableInput(
                f"{where} has {len(places)} columns called {name!r}, at positions {_and(places)}",
                expected="a name of its own for each column",
                fix="rename one of them where the file is written",
            )


def _and(places: Sequence[int]) -> str:
    return ", ".join(map(str, places[:-1])) + f" and {places[-1]}"


def dictionary_keys(keys: Sequence[str], columns: Sequence[str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(keys that hold labels, notes) of elements that are dictionaries of features and labels."""
    if columns:
        for name in columns:
            if name not in keys:
                raise MissingColumn(f"the elements have no key {name!r}", expected=f"one of: {listing(list(keys))}")
        return tuple(columns), ()
    for name in LABEL_NAMES:
        if name in keys:
            return (name,), (f"key {name!r} was taken as the labels, by its name",)
    raise MissingColumn(
        "the elements are dictionaries and no key was named as the labels",
        expected=f"one of: {listing(list(keys))}",
        fix=f'columns=["{keys[-1]}"]   (or the key that holds the labels)',
    )


def _matches(word: str, names: Sequence[str], where: str) -> list[str]:
    if word in names:
        return [word]
    if _POSITION.fullmatch(word) and -len(names) <= int(word) < len(names):
        return [names[int(word)]]
    if word != ":" and (parts := _SLICE.fullmatch(word)):
        first, last = (int(part) if part else None for part in parts.groups())
        if chosen := list(names[first:last]):
            return chosen
    if any(sign in word for sign in "*?[") and (chosen := [name for name in names if fnmatchcase(name, word)]):
        return chosen
    if len(twins := [i for i, name in enumerate(names) if name == with_position(word, i)]) > 1:
        raise MissingColumn(
            f"{where} has {len(twins)} columns called {word!r}, at positions {_and(twins)}",
            expected="one of them, by its position",
            fix=f"--label {twins[0]}   (or {_and(twins[1:]) if len(twins) > 2 else twins[1]})",
        )
    near = _nearest(word, names)
    instead = "name one of the columns above, or its position from 0 (-1: last)"
    if names and all(name == unnamed(i) for i, name in enumerate(names)):
        near, instead = None, f"--header, if the first line holds the names; or {instead}"
    raise MissingColumn(
        f"{where} has no column {word!r}",
        expected=f"one of: {listing(names)}",
        fix=f"--label {_quoted(near)}" if near else instead,
    )


def _nearest(word: str, names: Sequence[str]) -> str | None:
    folded = {name.casefold().strip(): name for name in reversed(names)}
    close = difflib.get_close_matches(word.casefold().strip(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]+", name) else f'"{name}"'
