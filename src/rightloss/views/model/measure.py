"""What one batch shows about loss and output: agreement, broadcasting, gradients, the loss's own value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rightloss.contract import Activation, Condition, Confidence, Evidence, Fact, Field, FromLogits, Loss
from rightloss.contract.conditions import (
    AGREEMENT_TOLERANCE,
    SATURATED_SHARE,
    Arguments,
    Broadcast,
    Gradient,
    LossAgreement,
    LossValue,
    Recovered,
)
from rightloss.views.model import probe
from rightloss.views.model.graph import Head
from rightloss.views.model.loss_facts import LossFacts

_CLASS_LOSSES = frozenset({Loss.BINARY, Loss.CATEGORICAL, Loss.SPARSE})
_PLAIN = frozenset({"BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"})
"""Members of the families whose value is the log-loss itself."""
_REGIONS = frozenset({"Dice", "Tversky", "dice", "tversky"})
"""Losses that compare regions, column by column."""
_FLOOR = 1e-3
"""Losses below this are compared as they are; relative differences mean nothing there."""


def measured(seen: Evidence, head: Head, loss: LossFacts, output: probe.Output, tensor: Any, labels: Any) -> Evidence:
    """`seen` with what this batch shows.

    Args:
        seen: evidence about head, loss and labels.
        tensor: the output as Keras gave it, which may still carry the values before its activation.
        labels: of the same rows, as the loss sees them.
    """
    if labels.dtype.kind not in "biuf":
        return seen
    seen = _gradient(seen, output)
    found = probe.reported(loss, labels, tensor)
    if found is None:
        return seen
    seen = _broadcast(seen, loss, found, labels, output)
    seen = _value(seen, loss, found)
    if not loss.known and callable(loss.live) and labels.size == output.values.size:
        return _arguments(seen, loss, found, labels, tensor)
    return _agreement(seen, loss, found, labels, output)


def _observed(text: str, where: str = "one batch") -> Fact:
    return Fact(text, where, Confidence.OBSERVED)


def _gradient(seen: Evidence, output: probe.Output) -> Evidence:
    """Whether sure mistakes still get a gradient."""
    activation = seen.possible(Field.ACTIVATION)
    probabilities = activation <= {Activation.SIGMOID, Activation.SOFTMAX}
    reads = seen.possible(Field.LOSS) <= _CLASS_LOSSES and seen.possible(Field.FROM_LOGITS) <= {FromLogits.FALSE}
    recovered = seen.seen(Condition.RECOVERED)
    if not (probabilities and reads) or recovered is None or len(activation) != 1:
        return seen
    if recovered is Recovered.YES:
        return seen.meets(Condition.GRADIENT, Gradient.ALIVE, _observed("the loss sees the raw scores"))
    kind = next(iter(activation))
    share = probe.saturated_share(output.values, kind)  # type: ignore[arg-type]  # values of this field
    value = Gradient.DEAD if share >= SATURATED_SHARE else Gradient.FRAGILE
    return seen.meets(Condition.GRADIENT, value, _observed(f"{share:.1%} of predictions are at the limit"))


def _broadcast(seen: Evidence, loss: LossFacts, found: probe.Reported, labels: Any, output: probe.Output) -> Evidence:
    """Shapes inside the loss. The batch has a size that no other axis has, so a square cannot be a coincidence."""
    rows, values = len(labels), output.values
    if labels.shape == values.shape or found.shape is None:
        return seen
    text = f"y {labels.shape}, output {values.shape}, loss {found.shape}"
    one_each = loss.known or values.size == rows  # a loss of the user's own may compare all examples on purpose
    if one_each and len(found.shape) >= 2 and found.shape[:2] == (rows, rows) and rows > 1:
        return seen.meets(Condition.BROADCAST, Broadcast.PAIRS, _observed(text))
    columns = labels.shape[-1:] == (1,) and values.shape[-1] > 1
    if loss.name in _REGIONS and columns:
        return seen.meets(Condition.BROADCAST, Broadcast.COLUMNS, _observed(text))
    return seen


def _value(seen: Evidence, loss: LossFacts, found: probe.Reported) -> Evidence:
    """The loss before training. A loss of the user's own may be negative by design."""
    text = _observed(f"loss of one batch is {found.value:.4g}")
    if not math.isfinite(found.value):
        return seen.meets(Condition.LOSS_VALUE, LossValue.NOT_FINITE, text)
    negative = loss.families <= _CLASS_LOSSES and found.value < -1e-6
    return seen.meets(Condition.LOSS_VALUE, LossValue.NEGATIVE if negative else LossValue.USUAL, text)


def _arguments(seen: Evidence, loss: LossFacts, found: probe.Reported, labels: Any, tensor: Any) -> Evidence:
    if not loss.plain or not math.isfinite(found.value):
        return seen
    wrong = probe.swapped(loss, labels, tensor, found.value)
    fact = _observed(f"{loss.text} equals a cross-entropy with its arguments {'swapped' if wrong else 'in order'}")
    return seen.meets(Condition.ARGUMENTS, Arguments.SWAPPED, fact) if wrong else seen


def _agreement(seen: Evidence, loss: LossFacts, found: probe.Reported, labels: Any, output: probe.Output) -> Evidence:
    """The loss Keras reports against the log-loss of what `predict` returns."""
    if loss.name not in _PLAIN or loss.options.get("axis", -1) != -1 or not math.isfinite(found.value):
        return seen
    if str(loss.options.get("reduction", "sum_over_batch_size")) not in ("sum_over_batch_size", "mean"):
        return seen
    raw = seen.possible(Field.ACTIVATION) <= {Activation.LINEAR, Activation.LOG_SOFTMAX}
    if not raw and not seen.possible(Field.ACTIVATION) <= {Activation.SIGMOID, Activation.SOFTMAX}:
        return seen
    family = next(iter(loss.families))
    true = probe.log_loss(family, labels, output, raw, loss.options.get("ignore_class"))
    if true is None or not math.isfinite(true):
        return seen
    fact = _observed(f"reported {found.value:.4g}, recomputed from predictions {true:.4g}")
    close = bool(np.isclose(found.value, true, rtol=AGREEMENT_TOLERANCE, atol=_FLOOR))
    smoothed = bool(loss.options.get("label_smoothing"))
    value = LossAgreement.SMOOTHED if smoothed else LossAgreement.AGREES if close else LossAgreement.DIFFERS
    return seen.meets(Condition.AGREEMENT, value, fact)
