"""Nouns for messages. The vocabulary's terms are fields' values; sentences need a noun for them."""

from __future__ import annotations

from rightloss.contract import LOSSES, Activation, Evidence, Field, FromLogits, Labels, Loss, Point, Width

LABELS = {
    Labels.BINARY: "0/1 labels",
    Labels.INDEX: "class ids",
    Labels.ONEHOT: "one-hot labels",
    Labels.DISTRIBUTION: "rows of probabilities",
    Labels.MULTIHOT: "multi-hot labels (several can be true at once)",
    Labels.MULTIHOT_MISSING: "multi-hot labels with unknown cells",
}
ACTIVATION = {
    Activation.SIGMOID: "sigmoid",
    Activation.SOFTMAX: "softmax",
    Activation.LINEAR: "no activation (raw scores, also called logits)",
    Activation.LOG_SOFTMAX: "log_softmax",
    Activation.OTHER: "an activation that gives no probabilities (such as relu or tanh)",
}
WIDTH = {
    Width.ONE: "one unit",
    Width.K: "one unit for each class",
    Width.FEWER: "fewer units than classes",
    Width.MORE: "more units than classes",
}
READS = {
    Loss.BINARY: "0/1 labels or columns of 0 and 1",
    Loss.CATEGORICAL: "one-hot labels or rows of probabilities",
    Loss.SPARSE: "class ids",
    Loss.MASKED_BINARY: "columns of 0, 1 and unknown",
    Loss.DIVERGENCE: "rows of probabilities",
    Loss.SQUARED: "quantities",
    Loss.REGRESSION: "quantities",
}


def loss(family: Loss) -> str:
    """Class name of the family's plain member."""
    if family is Loss.REGRESSION:
        return "a regression loss"
    return next(entry.name for entry in LOSSES if entry.family is family)


def _labels(point: Point, seen: Evidence) -> str:
    """What is known of the labels, and no more than that: several encodings may be left, or nothing was seen."""
    possible = seen.possible(Field.LABELS)
    if not seen.facts(Field.LABELS):
        return ""
    if possible >= {Labels.ONEHOT, Labels.MULTIHOT}:
        return "y holds rows of numbers, one column for each class"
    if possible == {Labels.BINARY, Labels.INDEX} and seen.classes is None:
        return "y holds one number for each example"
    return f"y holds {LABELS[point.labels]}"


def words(point: Point, seen: Evidence) -> dict[str, str]:
    """What a message may name."""
    known, width = _labels(point, seen), WIDTH[point.width]
    told = {FromLogits.TRUE: "from_logits=True", FromLogits.FALSE: "from_logits=False", FromLogits.ABSENT: ""}
    return {
        "y": known or f"{width[:1].upper()}{width[1:]} goes with {LABELS[point.labels]}",
        "labels": known or f"{loss(point.loss)} reads {READS[point.loss]}",
        "activation": ACTIVATION[point.activation],
        "width": width,
        "loss": loss(point.loss),
        "reads": READS[point.loss],
        "told": told[point.from_logits],
    }
