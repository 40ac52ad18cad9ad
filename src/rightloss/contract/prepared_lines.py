"""A preparation as Python lines for a user's script, which needs `import numpy as np` only.

The lines take labels of any kind that can be iterated: lists, arrays (masked ones too), columns of pandas, polars and
Arrow, in which None, NaN and pandas.NA are missing; text may come as bytes where `with_bytes` adds its line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rightloss.contract.recipe import literal

if TYPE_CHECKING:
    from rightloss.contract.preparation import Preparation, Step

AROUND_TAGS = " \t\r\n[](){}'\""
"""What may stand around tags in text: spaces, and the brackets and quotes of written lists."""

MOST_WRITTEN = 20
"""Class names that are written out; a longer list is computed from the labels."""


def missing_lines(name: str, *stated: Any) -> list[str]:
    """`missing(label)`, and `name` as an array of objects in which the hidden cells of a masked array are NaN."""
    more = [each for value in stated for each in (value, *([value.encode()] if isinstance(value, str) else []))]
    return [
        "def missing(label):  # " + ", ".join(["None", "NaN", "pandas.NA", *map(literal, stated)]),
        "    return "
        + " or ".join(
            ["label is None", 'str(label == label) != "True"', *(f"label == {literal(value)}" for value in more)]
        ),
        "",
        f"{name} = np.ma.array({name}, dtype=object).filled(np.nan)",
    ]


def written(classes: Sequence[Any]) -> str | None:
    """The list of class names as an expression without the labels; None where it would be too long."""
    if len(classes) <= MOST_WRITTEN:
        return literal(list(classes))
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in classes)
    if whole and list(classes) == list(range(classes[0], classes[0] + len(classes))):
        return f"list(range({classes[0]}, {classes[-1] + 1}))"
    return None if _order(classes) is not None else literal(list(classes))


def _order(classes: Sequence[Any]) -> str | None:
    """What `sorted` needs besides the labels to give this order; None where no order of values gives it."""
    try:
        if sorted(classes) == list(classes):
            return ""
        if sorted(classes, key=float) == list(classes):
            return ", key=float"
    except (TypeError, ValueError):
        pass
    return None


def _class_lines(preparation: Preparation, labels: str, told: str | None) -> list[str]:
    """`classes` and `index`; `labels` is an expression for the set of labels in the data."""
    names = preparation.classes
    listed = told or written(names)
    found = f"sorted({labels}{_order(names)})  # {len(names):,} in the labels that were looked at"
    return [f"classes = {found if listed is None else listed}", _INDEX]


_INDEX = "index = {label: i for i, label in enumerate(classes)}"
_BYTES = "index |= {label.encode(): i for label, i in index.items()}  # where text comes as bytes"


def with_bytes(lines: Sequence[str]) -> list[str]:
    """The lines of a preparation with one more, by which class names that are written out are found as bytes too.

    A script needs it, as nobody can say how its reader will hold the labels; what is shown beside the labels does not.
    """
    text = any(line.startswith('classes = ["') for line in lines)
    return [each for line in lines for each in ((line, _BYTES) if text and line == _INDEX else (line,))]


def _pad(_: Preparation, __: Step, name: str, ___: str | None) -> list[str]:
    return [
        f"{name} = [list(row) if np.iterable(row) else [] for row in np.asarray({name}, dtype=object)]",
        f"longest = max(len(row) for row in {name})",
        f"{name} = np.array([[*row, *[None] * (longest - len(row))] for row in {name}], dtype=object)",
    ]


def _map(preparation: Preparation, step: Step, name: str, told: str | None) -> list[str]:
    if preparation.ignore is None:
        labels = f"np.unique({name}).tolist()"
        lines = _class_lines(preparation, labels, told)
        return [*lines, f"{name} = np.vectorize(index.__getitem__, otypes=[int])({name})"]
    rest, kind = literal(preparation.ignore), "float" if isinstance(preparation.ignore, float) else "int"
    labels = f"{{label for label in {name}.ravel().tolist() if not missing(label)}}"
    return [
        *missing_lines(name, *step.values),
        *_class_lines(preparation, labels, told),
        f"{name} = np.vectorize(lambda label: {rest} if missing(label) else index[label], otypes=[{kind}])({name})",
    ]


def _high(preparation: Preparation, step: Step, name: str, _: str | None) -> list[str]:
    high = literal(step.value)
    if preparation.ignore is None:
        return [f"{name} = (np.asarray({name}) == {high}).astype(int)"]
    return [
        *missing_lines(name),
        f"{name} = np.vectorize(lambda cell: np.nan if missing(cell) else cell == {high}, otypes=[float])({name})",
    ]


def _split(_: Preparation, step: Step, name: str, __: str | None) -> list[str]:
    edge = literal(AROUND_TAGS)
    cut = f"[tag.strip({edge}) for tag in row.split({literal(step.value)}) if tag.strip({edge})]"
    return [
        f"{name} = np.asarray({name}, dtype=object).ravel()",
        f"{name} = [row.decode() if isinstance(row, bytes) else row for row in {name}]",
        f"{name} = [{cut} if isinstance(row, str) else [] for row in {name}]  # missing: no tags",
    ]


def _multi_hot(preparation: Preparation, step: Step, name: str, told: str | None) -> list[str]:
    padding = [] if step.value is None else [step.value]
    definition = missing_lines(name, *padding)[:-1]
    tags = f"{{tag for row in {name} if np.iterable(row) for tag in row if not missing(tag)}}"
    return [
        *definition,
        f"{name} = np.asarray({name}, dtype=object)",
        *_class_lines(preparation, tags, told),
        f"cells = np.zeros((len({name}), len(classes)), dtype=int)",
        f"for i, row in enumerate({name}):",
        "    for tag in row if np.iterable(row) else ():  # missing: no tags",
        "        if not missing(tag):",
        "            cells[i, index[tag]] = 1",
        f"{name} = cells",
    ]


def _threshold(_: Preparation, step: Step, name: str, __: str | None) -> list[str]:
    return [f"{name} = (np.asarray({name}) >= {literal(step.value)}).astype(int)"]


def _fill(preparation: Preparation, _: Step, name: str, __: str | None) -> list[str]:
    rest = literal(preparation.ignore)
    return [
        *missing_lines(name),
        f"{name} = np.vectorize(lambda cell: {rest} if missing(cell) else cell, otypes=[int])({name})",
    ]


def _add_axis(_: Preparation, __: Step, name: str, ___: str | None) -> list[str]:
    return [f"{name} = np.expand_dims(np.asarray({name}), -1)"]


LINES: dict[str, Callable[[Preparation, Step, str, str | None], list[str]]] = {
    "pad": _pad,
    "map": _map,
    "high": _high,
    "split": _split,
    "multi_hot": _multi_hot,
    "threshold": _threshold,
    "fill": _fill,
    "add_axis": _add_axis,
}
"""The operation's value -> its lines, of (preparation, step, name of the labels, expression for the class names)."""
