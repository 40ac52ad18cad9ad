"""What one batch shows about loss and output: agreement, broadcasting, gradients, the loss's own value."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
from rightloss.views.model import probe, twin
from rightloss.views.model.loss_facts import LOG_LOSSES, LossFacts
from rightloss.views.model.push import ROBUST, SCORE, Pushed

if TYPE_CHECKING:
    from rightloss.views.model.output import Output

_CLASS_LOSSES = frozenset({Loss.BINARY, Loss.CATEGORICAL, Loss.SPARSE})
_READ_ROWS = frozenset({"Dice", "Tversky", "CategoricalHinge"})
"""Losses outside the table that compare columns with columns, and do not refuse ids."""
_FLOOR = 1e-3
"""Losses below this are compared as they are; relative differences mean nothing there."""


def measured(seen: Evidence, one: Output) -> Evidence:
    """`seen` with what the batch of this output shows."""
    loss, labels, output = one.loss, one.labels, one.output
    if labels.dtype.kind not in "biuf":
        return seen
    if loss.name != ROBUST:
        seen = _gradient(seen, output, one.pushed)
    found = one.reported
    if found is None:
        return seen
    seen = _broadcast(seen, one, found)
    seen = _value(seen, loss, found)
    if not loss.known and callable(loss.live) and labels.size == output.values.size and not loss.home:
        return _arguments(seen, loss, found, labels, one.tensor)
    return _agreement(seen, one, found)


def _observed(text: str, where: str = "one batch") -> Fact:
    return Fact(text, where, Confidence.OBSERVED)


def _gradient(seen: Evidence, output: probe.Output, pushed: Pushed | None) -> Evidence:
    """Whether sure mistakes still get a gradient: pushed there where scores can be reached, else from the graph."""
    activation = seen.possible(Field.ACTIVATION)
    probabilities = len(activation) == 1 and activation <= {Activation.SIGMOID, Activation.SOFTMAX}
    recovered = seen.seen(Condition.RECOVERED)
    if pushed is not None:
        text = f"raw scores of {SCORE:g} on the wrong side get {pushed.share:.2g} of the gradient at 0"
        if pushed.alive:
            return seen.meets(Condition.GRADIENT, Gradient.ALIVE, _observed(text))
    else:
        reads = seen.possible(Field.LOSS) <= _CLASS_LOSSES and seen.possible(Field.FROM_LOGITS) <= {FromLogits.FALSE}
        if not (probabilities and reads) or recovered is None:
            return seen
        text = "the loss sees the raw scores" if recovered is Recovered.YES else "the loss sees probabilities only"
        if recovered is Recovered.YES:
            return seen.meets(Condition.GRADIENT, Gradient.ALIVE, _observed(text))
    if not probabilities:
        return seen.meets(Condition.GRADIENT, Gradient.FRAGILE, _observed(text))
    share = probe.saturated_share(output.values, next(iter(activation)))  # type: ignore[arg-type]  # values of this field
    value = Gradient.DEAD if share >= SATURATED_SHARE else Gradient.FRAGILE
    return seen.meets(Condition.GRADIENT, value, _observed(f"{text}; {share:.1%} of predictions are at the limit"))


def _broadcast(seen: Evidence, one: Output, found: probe.Reported) -> Evidence:
    """Shapes inside the loss. The batch has a size that no other axis has, so a square cannot be a coincidence."""
    loss, labels, values = one.loss, one.labels, one.output.values
    rows = len(labels)
    if labels.shape == values.shape or found.shape is None:
        return seen
    text = f"y {labels.shape}, output {values.shape}, loss {found.shape}"
    one_each = loss.known or values.size == rows  # a loss of the user's own may compare all examples on purpose
    if one_each and len(found.shape) >= 2 and found.shape[:2] == (rows, rows) and rows > 1:
        return seen.meets(Condition.BROADCAST, Broadcast.PAIRS, _observed(text))
    if not loss.known and not loss.home and labels.size == values.size and rows > 1:
        near = (0.9 * labels + 0.05).reshape(values.shape).astype("float32")  # nearly right, so that pairs would show
        given, aligned = (twin.apart(loss.live, y, near) for y in (labels, labels.reshape(values.shape)))
        if given and aligned and _close(*aligned) and not _close(*given):
            text = f"y {labels.shape}, output {values.shape}: {twin.ONE_BY_ONE} examples together"
            fact = _observed(f"{text} {given[0]:.4g}, one at a time {given[1]:.4g}")
            return seen.meets(Condition.BROADCAST, Broadcast.PAIRS, fact)
    columns = labels.shape[-1:] == (1,) and values.shape[-1] > 1
    if loss.home == "keras" and loss.name in _READ_ROWS and columns:
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
    wrong = probe.swapped(loss, labels, tensor)
    fact = _observed(f"{loss.text} equals a cross-entropy with its arguments {'swapped' if wrong else 'in order'}")
    return seen.meets(Condition.ARGUMENTS, Arguments.SWAPPED, fact) if wrong else seen


def _agreement(seen: Evidence, one: Output, found: probe.Reported) -> Evidence:
    """The loss Keras reports against the loss of what `predict` returns, by its definition."""
    loss, output = one.loss, one.output
    if not math.isfinite(found.value):
        return seen
    alone = twin.one_by_one(loss, one.labels, one.tensor)
    if alone is not None:
        text = f"{twin.ONE_BY_ONE} examples together {alone[0]:.4g}, one at a time {alone[1]:.4g}"
        value = LossAgreement.AGREES if _close(*alone) else LossAgreement.DIFFERS
        return seen.meets(Condition.AGREEMENT, value, _observed(text))
    raw = seen.possible(Field.ACTIVATION) <= {Activation.LINEAR, Activation.LOG_SOFTMAX}
    if loss.known and not raw and not seen.possible(Field.ACTIVATION) <= {Activation.SIGMOID, Activation.SOFTMAX}:
        return seen
    limit = twin.LARGEST_TERM.get(output.dtype, twin.LARGEST_TERM["float32"])
    mask = getattr(one.tensor, "_keras_mask", None)
    predicted = twin.Predicted(output.values, raw, limit)
    true = twin.recomputed(loss, one.labels, predicted, mask)
    if true is None or not math.isfinite(true):
        return seen
    value = LossAgreement.AGREES if _close(found.value, true) else LossAgreement.DIFFERS
    fact = f"reported {found.value:.4g}, recomputed from predictions {true:.4g}"
    if value is LossAgreement.AGREES and loss.name in LOG_LOSSES and loss.options.get("label_smoothing"):
        value = LossAgreement.SMOOTHED
        plain = replace(loss, options={**loss.options, "label_smoothing": 0.0})
        without = twin.recomputed(plain, one.labels, predicted, mask)
        fact = f"reported {found.value:.4g}, without smoothing {without:.4g}"
    return seen.meets(Condition.AGREEMENT, value, _observed(fact))


def _close(reported: float, true: float) -> bool:
    return bool(np.isclose(reported, true, rtol=AGREEMENT_TOLERANCE, atol=_FLOOR))
