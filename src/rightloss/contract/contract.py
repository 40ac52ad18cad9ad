"""Contract: one full answer, frozen. Evidence: for each field the set of values still possible, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rightloss.contract.conditions import Condition
from rightloss.contract.table import BY_POINT, Point, Row
from rightloss.contract.vocabulary import (
    Activation,
    ClassAxis,
    Confidence,
    Decode,
    Field,
    Form,
    FromLogits,
    Labels,
    Loss,
    Positions,
    Task,
    Term,
    Width,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was seen: the text, where, and how sure it is."""

    text: str
    where: str = ""
    confidence: Confidence = Confidence.OBSERVED

    def __str__(self) -> str:
        return (
            f"{self.text} ({self.where}, {self.confidence.word})"
            if self.where
            else f"{self.text} ({self.confidence.word})"
        )


@dataclass(frozen=True, slots=True)
class Possible:
    """The values of one field that are still possible, and the facts that narrowed them."""

    values: frozenset[Term]
    facts: tuple[Fact, ...] = ()

    def narrow(self, values: Iterable[Term], fact: Fact | None = None) -> Possible:
        """Keep what is also in `values`. An empty result is a contradiction, which is kept and shown, not raised."""
        facts = self.facts if fact is None else (*self.facts, fact)
        return Possible(self.values & frozenset(values), facts)


def _everything() -> dict[Field, Possible]:
    return {each: Possible(each.everything) for each in Field}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reading of a set-up: a product of sets, one for each field. Nothing was seen: everything is possible.

    `classes` is exact when `classes_exact`, a lower bound otherwise, or a symbol taken from source. `conditions` holds
    only what was looked at: a condition that is not there was not seen, and no rule speaks about it.
    """

    fields: Mapping[Field, Possible] = field(default_factory=_everything)
    classes: int | str | None = None
    classes_exact: bool = True
    positions: Positions = Positions.EXAMPLE
    ignore: float | int | None = None  # a label value that stands for "no label"; NaN allowed
    conditions: Mapping[Condition, Possible] = field(default_factory=dict)

    def possible(self, field: Field) -> frozenset[Term]:
        """Values of one field that are still possible."""
        return self.fields[field].values

    def facts(self, *only: Field) -> tuple[Fact, ...]:
        """The facts behind the given fields (all when none is given), in field order, without repeats."""
        seen = [fact for each in Field if not only or each in only for fact in self.fields[each].facts]
        return tuple(dict.fromkeys(seen))

    def narrow(self, field: Field, values: Term | Iterable[Term], fact: Fact | None = None) -> Evidence:
        """The evidence after one more fact about one field."""
        wanted = (values,) if isinstance(values, Term) else tuple(values)
        return replace(self, fields={**self.fields, field: self.fields[field].narrow(wanted, fact)})

    def seen(self, condition: Condition) -> Term | None:
        """The value of a condition; None where it was not looked at, or where several values are still possible."""
        found = self.conditions.get(condition)
        return next(iter(found.values)) if found is not None and len(found.values) == 1 else None

    def condition_facts(self, condition: Condition) -> tuple[Fact, ...]:
        """The facts behind one condition."""
        found = self.conditions.get(condition)
        return () if found is None else found.facts

    def meets(self, condition: Condition, value: Term, fact: Fact) -> Evidence:
        """The evidence after a condition was looked at; two sights of one condition that differ leave both possible."""
        before = self.conditions.get(condition, Possible(frozenset()))
        after = Possible(before.values | {value}, (*before.facts, fact))
        return replace(self, conditions={**self.conditions, condition: after})

    def admits(self, point: Point) -> bool:
        """Whether a point lies inside every set."""
        return all(point.value(each) in self.fields[each].values for each in Field)

    def weakest(self, *only: Field) -> Confidence:
        """How sure the least sure fact behind these fields is; nothing seen is inferred."""
        return min((fact.confidence for fact in self.facts(*only)), default=Confidence.INFERRED)

    @classmethod
    def of(cls, point: Point, confidence: Confidence = Confidence.DECLARED, **rest: Any) -> Evidence:
        """Evidence that leaves exactly one point."""
        fields = {
            each: Possible(
                frozenset({point.value(each)}), (Fact(f"{each.label} = {point.value(each)}", "", confidence),)
            )
            for each in Field
        }
        return cls(fields=fields, **rest)


def task_of(labels: Labels, classes: int | str | None) -> Task:
    """The task that an encoding and a number of classes make."""
    if labels in (Labels.MULTIHOT, Labels.MULTIHOT_MISSING):
        return Task.MULTILABEL
    return Task.BINARY if labels is Labels.BINARY or classes == 2 else Task.MULTICLASS


@dataclass(frozen=True, slots=True)
class Contract:
    """Label encoding, last layer, loss, metrics and reading of predictions that agree with each other."""

    row: Row
    classes: int | str | None
    positions: Positions = Positions.EXAMPLE
    ignore: float | int | None = None
    soft: bool = False  # the labels hold probabilities between 0 and 1

    def __post_init__(self) -> None:
        if BY_POINT.get(self.row.point) != self.row:
            raise ValueError(f"a contract is a row of the table; received {self.row}")

    @property
    def task(self) -> Task:
        """Derived: binary, multiclass or multilabel."""
        return task_of(self.labels, self.classes)

    @property
    def labels(self) -> Labels:
        """What the loss sees."""
        return self.row.point.labels

    @property
    def activation(self) -> Activation:
        """Of the last layer."""
        return self.row.point.activation

    @property
    def class_axis(self) -> ClassAxis:
        """Always the last one in a table row."""
        return self.row.point.class_axis

    @property
    def loss(self) -> Loss:
        """The loss family."""
        return self.row.point.loss

    @property
    def from_logits(self) -> FromLogits:
        """What the loss is told."""
        return self.row.point.from_logits

    @property
    def form(self) -> Form:
        """What the model gives out."""
        return self.row.form

    @property
    def units(self) -> int | str | None:
        """Units of the last layer."""
        return 1 if self.row.point.width is Width.ONE else self.classes

    @property
    def decode(self) -> Decode:
        """How predictions become labels."""
        if self.labels in (Labels.INDEX, Labels.ONEHOT, Labels.DISTRIBUTION):
            return Decode.ARGMAX
        return Decode.ABOVE_HALF if self.form is Form.PROBABILITIES else Decode.ABOVE_ZERO

    def to_json(self) -> dict[str, Any]:
        """The documented JSON object; fields in the order of the design."""
        from rightloss.contract.recipe import metrics  # recipes are written from contracts

        option = {FromLogits.TRUE: True, FromLogits.FALSE: False, FromLogits.ABSENT: None}[self.from_logits]
        ignore = "nan" if isinstance(self.ignore, float) and self.ignore != self.ignore else self.ignore
        return {
            "task": self.task,
            "labels": self.labels,
            "classes": self.classes,
            "positions": self.positions,
            "ignore": ignore,
            "units": self.units,
            "activation": self.activation,
            "class_axis": self.class_axis,
            "loss": self.loss,
            "from_logits": option,
            "metrics": [call.code() for call in metrics(self)],
            "decode": self.decode,
        }
