"""How labels become what the loss sees: steps that are data, so they can be saved, shown, inverted and written as code.

The steps are carried out on arrays by views/labels/encode.py; this file says what they are and what a user writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rightloss.contract.recipe import literal
from rightloss.contract.vocabulary import Labels, Source


class Op(StrEnum):
    """One step of a preparation."""

    PAD = "pad"  # lists of different lengths -> rows of one length, filled up with missing
    MAP = "map"  # each label -> its place in `classes`; missing, and the value given here -> the ignore value
    HIGH = "high"  # two-valued cells -> 1 where the cell has the higher value
    SPLIT = "split"  # text -> list of tags, by a separator
    MULTI_HOT = "multi_hot"  # list of tags -> row of 0 and 1, a column for each class; the value given here is padding
    THRESHOLD = "threshold"  # grey level -> 0 or 1
    FILL = "fill"  # missing -> the ignore value
    ADD_AXIS = "add_axis"  # (n, T) -> (n, T, 1), so that labels and predictions have one rank


@dataclass(frozen=True, slots=True)
class Step:
    """An operation and its argument."""

    op: Op
    value: Any = None

    def to_json(self) -> dict[str, Any]:
        """{op} or {op, value}."""
        return {"op": self.op.value} if self.value is None else {"op": self.op.value, "value": _number(self.value)}


@dataclass(frozen=True, slots=True)
class Preparation:
    """The way from the labels as they stand to a trainable encoding, and back.

    `classes[i]` is the original label of class i (or of column i). `ignore` is the value of prepared labels that stands
    for "no label".
    """

    source: Source
    target: Labels
    classes: tuple[Any, ...]
    ignore: float | int | None = None
    steps: tuple[Step, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The documented object; invertible by `from_json`."""
        return {
            "source": self.source.value,
            "target": self.target.value,
            "classes": [_number(each) for each in self.classes],
            "ignore": _number(self.ignore),
            "steps": [step.to_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Preparation:
        """The preparation that `to_json` saved."""
        return cls(
            source=Source(saved["source"]),
            target=Labels(saved["target"]),
            classes=tuple(saved["classes"]),
            ignore=_from_number(saved["ignore"]),
            steps=tuple(Step(Op(step["op"]), _from_number(step.get("value"))) for step in saved["steps"]),
        )

    def lines(self, name: str = "y") -> tuple[str, ...]:
        """Python lines that prepare the array or list `name`; they need `import numpy as np` only."""
        written: list[str] = []
        for step in self.steps:
            written += _LINES[step.op](self, step, name)
        return tuple(written)


def _number(value: Any) -> Any:
    """JSON has no NaN: it is written as the word."""
    return "nan" if isinstance(value, float) and value != value else value


def _from_number(value: Any) -> Any:
    return float("nan") if value == "nan" else value


def _classes_line(preparation: Preparation) -> str:
    return f"classes = {literal(list(preparation.classes))}"


def _pad_lines(_: Preparation, __: Step, name: str) -> list[str]:
    return [
        f"{name} = [[] if row is None else list(row) for row in {name}]",
        f"longest = max(len(row) for row in {name})",
        f"{name} = np.array([[*row, *[None] * (longest - len(row))] for row in {name}], dtype=object)",
    ]


def _map_lines(preparation: Preparation, step: Step, name: str) -> list[str]:
    index = "index = {label: i for i, label in enumerate(classes)}"
    if preparation.ignore is None:
        return [_classes_line(preparation), index, f"{name} = np.vectorize(index.__getitem__, otypes=[int])({name})"]
    rest = literal(preparation.ignore)
    kind = "float" if isinstance(preparation.ignore, float) else "int"
    gone = "label is None or label != label"
    if step.value is not None:
        gone += f" or label == {literal(step.value)}"
    return [
        _classes_line(preparation),
        index,
        f"{name} = np.vectorize(lambda label: {rest} if {gone} else index[label], otypes=[{kind}])({name})",
    ]


def _high_lines(preparation: Preparation, step: Step, name: str) -> list[str]:
    if preparation.ignore is not None:
        return [
            f"{name} = np.asarray({name}, dtype=float)  # None becomes nan",
            f"{name} = np.where(np.isnan({name}), np.nan, {name} == {literal(step.value)})",
        ]
    return [f"{name} = (np.asarray({name}) == {literal(step.value)}).astype(int)"]


def _split_lines(_: Preparation, step: Step, name: str) -> list[str]:
    return [
        f'{name} = [row if isinstance(row, str) else "" for row in {name}]  # missing: no tags',
        f"{name} = [[tag.strip() for tag in row.split({literal(step.value)}) if tag.strip()] for row in {name}]",
    ]


def _multi_hot_lines(preparation: Preparation, __: Step, name: str) -> list[str]:
    return [
        _classes_line(preparation),
        f"{name} = [() if row is None else row for row in {name}]",
        f"{name} = np.array([[label in set(row) for label in classes] for row in {name}], dtype=int)",
    ]


def _threshold_lines(_: Preparation, step: Step, name: str) -> list[str]:
    return [f"{name} = (np.asarray({name}) >= {literal(step.value)}).astype(int)"]


def _fill_lines(preparation: Preparation, _: Step, name: str) -> list[str]:
    return [
        f"{name} = np.asarray({name}, dtype=float)  # None becomes nan",
        f"{name} = np.where(np.isnan({name}), {literal(preparation.ignore)}, {name}).astype(int)",
    ]


def _axis_lines(_: Preparation, __: Step, name: str) -> list[str]:
    return [f"{name} = np.expand_dims(np.asarray({name}), -1)"]


_LINES = {
    Op.PAD: _pad_lines,
    Op.MAP: _map_lines,
    Op.HIGH: _high_lines,
    Op.SPLIT: _split_lines,
    Op.MULTI_HOT: _multi_hot_lines,
    Op.THRESHOLD: _threshold_lines,
    Op.FILL: _fill_lines,
    Op.ADD_AXIS: _axis_lines,
}
