"""How labels become what the loss sees: steps that are data, so they can be saved, shown, inverted and written as code.

The steps are carried out on arrays by views/labels/encode.py; what a user writes instead is in prepared_lines.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rightloss.contract.vocabulary import Labels, Source


class Op(StrEnum):
    """One step of a preparation."""

    PAD = "pad"  # lists of different lengths -> rows of one length, filled up with missing
    MAP = "map"  # each label -> its place in `classes`; missing, and the values given here -> the ignore value
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

    @property
    def values(self) -> tuple[Any, ...]:
        """The argument as a tuple: none, one, or each of a list."""
        if self.value is None:
            return ()
        return tuple(self.value) if isinstance(self.value, list | tuple) else (self.value,)

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

    def lines(self, name: str = "y", *, classes: str | None = None) -> tuple[str, ...]:
        """Python lines that prepare the labels `name`; they need `import numpy as np` only.

        Args:
            name: the variable.
            classes: an expression for the class names, in place of writing them out or computing them from the labels.
        """
        from rightloss.contract.prepared_lines import LINES

        return tuple(line for step in self.steps for line in LINES[step.op](self, step, name, classes))


def _number(value: Any) -> Any:
    """JSON has no NaN: it is written as the word."""
    return "nan" if isinstance(value, float) and value != value else value


def _from_number(value: Any) -> Any:
    return float("nan") if value == "nan" else value
