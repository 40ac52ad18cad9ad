"""What a last layer leaves open of a reading of labels. Reports only; which reading wins is decided elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rightloss.contract import (
    Activation,
    Condition,
    Confidence,
    Evidence,
    Fact,
    Field,
    FromLogits,
    Labels,
    Loss,
    Positions,
    Possible,
    Width,
)
from rightloss.contract.conditions import Bounds, Shapes
from rightloss.errors import UnsupportedInput
from rightloss.views.labels.readings import Ask, Reading
from rightloss.views.labels.readings.reading import regression
from rightloss.views.model.graph import Head, heads

LOW_PRECISION = ("float16", "bfloat16")
_RANK = {Positions.EXAMPLE: 2, Positions.TOKEN: 3, Positions.PIXEL: 4, Positions.VOXEL: 5}
_CROSS_ENTROPY = {
    Labels.BINARY: Loss.BINARY,
    Labels.INDEX: Loss.SPARSE,
    Labels.ONEHOT: Loss.CATEGORICAL,
    Labels.DISTRIBUTION: Loss.CATEGORICAL,
    Labels.MULTIHOT: Loss.BINARY,
    Labels.MULTIHOT_MISSING: Loss.MASKED_BINARY,
}
_RAW = frozenset({Activation.LINEAR, Activation.LOG_SOFTMAX})


def head_of(model: Any, output: str | None) -> Head:
    """The last layer of one output.

    Raises:
        UnsupportedInput: the model has no graph yet, or no output of that name.
    """
    found = heads(model)
    if not found:
        raise UnsupportedInput(
            f"model of type {type(model).__name__} has no known output",
            expected="a functional or Sequential Keras model whose input shape is known",
            fix="build it first: model.build(input_shape), or put keras.Input(shape) in front",
        )
    if output is None or len(found) == 1:
        return found[0]
    for head in found:
        if head.name == output:
            return head
    raise UnsupportedInput(
        f"labels for output {output!r}, but the model has {', '.join(head.name for head in found)}",
        expected="labels named like the model's outputs",
        fix=f"rename the labels: {{{found[0].name!r}: y}}",
    )


def fits_rank(reading: Reading, head: Head) -> bool:
    """Whether the output has the axes that the reading's positions need; unknown ranks fit."""
    if reading.evidence is None or not head.shape:
        return True
    rank = 2 if len(head.shape) == 1 else len(head.shape)
    return rank == _RANK[reading.evidence.positions]


def misshapen(reading: Reading, head: Head) -> Evidence:
    """Evidence of an output that has not the axes that the reading's positions need."""
    assert reading.evidence is not None
    positions = reading.evidence.positions
    more = len(head.shape) > _RANK[positions]
    shape = ", ".join("n" if each is None else str(each) for each in head.shape)
    fact = Fact(f"output ({shape}), and one label for each {positions}", head.layer, Confidence.OBSERVED)
    return reading.evidence.meets(Condition.SHAPES, Shapes.EXTRA_AXIS if more else Shapes.MISSING_AXIS, fact)


def narrow(reading: Reading, head: Head) -> Reading:
    """The reading after the last layer was looked at: width, activation and its axis."""
    if reading.evidence is None:
        return reading
    seen = _width(reading.evidence, head)
    if head.activations != frozenset(Activation):
        word = head.word or "/".join(sorted(head.activations))
        fact = Fact(f"the last layer ends in {word}", head.layer, Confidence.DECLARED)
        seen = seen.narrow(Field.ACTIVATION, head.activations, fact)
    return replace(reading, evidence=seen)


def with_cross_entropy(evidence: Evidence) -> Evidence:
    """The same evidence with the loss that its labels call for, told what the last layer gives.

    No loss was given, so what is wrong can only be the last layer.
    """
    one = evidence.possible(Field.WIDTH) == {Width.ONE} and Labels.BINARY in evidence.possible(Field.LABELS)
    if one and evidence.ignore is not None:  # yes/no labels with gaps are one column of labels with gaps
        gaps = Possible(frozenset({Labels.MULTIHOT_MISSING}), evidence.facts(Field.LABELS))
        width = Possible(frozenset({Width.K}), evidence.facts(Field.WIDTH))
        evidence = replace(evidence, fields={**evidence.fields, Field.LABELS: gaps, Field.WIDTH: width}, classes=1)
    if evidence.ignore != evidence.ignore and Labels.INDEX in evidence.possible(Field.LABELS):
        evidence = replace(evidence, ignore=-1)  # NaN is no id
    losses = {_CROSS_ENTROPY[each] for each in Labels if each in evidence.possible(Field.LABELS)}
    if evidence.ignore is not None:
        losses -= {Loss.BINARY}  # it counts what nobody labelled
    raw = evidence.possible(Field.ACTIVATION) <= _RAW
    told = {FromLogits.TRUE if raw else FromLogits.FALSE}
    if Loss.MASKED_BINARY in losses:
        told = {FromLogits.ABSENT}
    return evidence.narrow(Field.LOSS, losses).narrow(Field.FROM_LOGITS, told)


def quantity_fits(head: Head) -> bool:
    """Whether the last layer could predict a number: one unit that is no probability."""
    return head.units in (1, None) and not head.activations <= {Activation.SIGMOID, Activation.SOFTMAX}


def with_number(reading: Reading, head: Head) -> Reading:
    """The reading of labels as numbers, which the last layer has settled."""
    return replace(reading, ask=None, facts=(*reading.facts, _one_number(head)))


def number_meant(reading: Reading, head: Head) -> tuple[Reading, ...]:
    """The rival reading of class ids as numbers, where the last layer gives one number; nothing for other labels."""
    names = reading.class_names
    if len(names) < 3 or not all(isinstance(name, int | float) for name in names):
        return ()  # two values are a yes and a no
    ask = Ask("task", "The last layer gives one number: are the labels quantities to predict, or class ids?")
    return (regression((_one_number(head),)).asking(ask),)


def bounded(head: Head, low: float | None, high: float | None) -> Evidence | None:
    """Evidence of a last layer of probabilities before numbers `low` to `high`; None where it reaches all of them."""
    if not head.activations <= {Activation.SIGMOID, Activation.SOFTMAX} or low is None or high is None:
        return None
    if low >= 0 and high <= 1:
        return None
    fact = Fact(f"the last layer ends in {head.word}, the labels lie between {low:g} and {high:g}", head.layer)
    seen = Evidence().narrow(Field.ACTIVATION, head.activations, fact).narrow(Field.LOSS, Loss.REGRESSION, fact)
    return seen.narrow(Field.FROM_LOGITS, FromLogits.ABSENT).meets(Condition.BOUNDS, Bounds.OUTSIDE, fact)


def _one_number(head: Head) -> Fact:
    word = f"ends in {head.word}" if head.word and head.word != "linear" else "has no activation"
    return Fact(f"the last layer has one unit and {word}: it gives one number", head.layer, Confidence.DECLARED)


def unsafe_probabilities(head: Head) -> bool:
    """Whether probabilities lose too much on their way to the loss: computed in half precision."""
    return head.dtype in LOW_PRECISION


def _width(evidence: Evidence, head: Head) -> Evidence:
    units, classes = head.units, evidence.classes
    if units is None or not isinstance(classes, int):
        return evidence
    fact = Fact(f"the last layer has {units} unit{'s' if units != 1 else ''}", head.layer, Confidence.DECLARED)
    if units == 1:
        return evidence.narrow(Field.WIDTH, Width.ONE, fact)
    against = Width.K if units == classes else Width.FEWER if units < classes else Width.MORE
    return evidence.narrow(Field.WIDTH, against, fact)
