"""Log-loss against the base rate: how much better probabilities are than saying the class frequencies every time."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from rightloss.losses.binary import binary_target
from rightloss.losses.cells import SOFT_TOLERANCE, Tensor, keras_mask, weighted, wide
from rightloss.losses.classes import class_target
from rightloss.metrics.confusion import COUNT_DTYPE, count_weights
from rightloss.metrics.statistics import entropy
from rightloss.metrics.streaming import CountingMetric

SMALLEST = 1.1920929e-07
"""Probabilities are not taken for smaller: the epsilon of float32, as scikit-learn's `log_loss` does."""


def class_log_loss(
    labels: Tensor,
    outputs: Tensor,
    *,
    from_logits: bool,
    ignore: float | None = None,
    sample_weight: Tensor | None = None,
) -> Tensor:
    """Sum of the weighted log-loss, then the weight of each class: shape (1 + K,), float64.

    Args:
        labels: ids (...) or (..., 1), or rows (..., K) that sum to 1.
        outputs: logits, or probabilities that sum to 1, (..., K); rows that do not make the counts NaN.
        from_logits: which of the two.
        ignore: the label value that means "missing".
        sample_weight: one per example or per position.
    """
    mask, outputs = keras_mask(outputs), wide(outputs)
    target = class_target(labels, outputs, ignore=ignore)
    lost = ops.logical_or(ops.logical_not(target.readable), ops.any(ops.isnan(outputs), axis=-1))
    if not from_logits:
        lost = ops.logical_or(lost, ops.abs(ops.sum(outputs, axis=-1) - 1) > SOFT_TOLERANCE)
        lost = ops.logical_or(lost, ops.any(outputs < 0, axis=-1))
    weight = count_weights(target.known, lost, sample_weight, mask)
    log_p = ops.log_softmax(outputs, axis=-1) if from_logits else ops.log(ops.maximum(outputs, SMALLEST))
    losses = ops.cast(-target.expectation(log_p), COUNT_DTYPE)
    rows = ops.one_hot(target.ids, outputs.shape[-1]) if target.rows is None else target.rows
    classes = weighted(ops.cast(rows, COUNT_DTYPE), ops.expand_dims(weight, -1))
    classes = ops.sum(classes, axis=tuple(range(len(classes.shape) - 1)))
    return ops.concatenate([ops.reshape(ops.sum(weighted(losses, weight)), (1,)), classes])


def label_log_loss(
    labels: Tensor,
    outputs: Tensor,
    *,
    from_logits: bool,
    ignore: float | None = None,
    sample_weight: Tensor | None = None,
) -> Tensor:
    """Sum of the weighted log-loss, then the weight of no and of yes, for each label: shape (L, 3), float64.

    Args:
        labels: 0, 1 or a probability per cell, shape (n, L), (n, T, L) ...; (n,) for one label.
        outputs: one logit or probability per cell; a probability outside [0, 1] makes the counts NaN.
        from_logits: which of the two.
        ignore: the label value that means "missing".
        sample_weight: one per example or per cell.
    """
    mask, outputs = keras_mask(outputs), wide(outputs)
    target = binary_target(labels, outputs, ignore=ignore)
    lost = ops.logical_or(ops.logical_not(target.readable), ops.isnan(outputs))
    if from_logits:
        log_yes, log_no = -ops.softplus(-outputs), -ops.softplus(outputs)
    else:
        lost = ops.logical_or(lost, ops.logical_or(outputs < 0, outputs > 1))
        log_yes, log_no = (ops.log(ops.maximum(p, SMALLEST)) for p in (outputs, 1 - outputs))
    weight = count_weights(target.known, lost, sample_weight, mask)
    yes = ops.cast(target.values, COUNT_DTYPE)
    losses = -yes * ops.cast(log_yes, COUNT_DTYPE) - (1 - yes) * ops.cast(log_no, COUNT_DTYPE)
    cells = ops.stack([losses, 1 - yes, yes], axis=-1)
    cells = weighted(cells, ops.expand_dims(weight, -1))
    cells = ops.expand_dims(cells, 1) if len(outputs.shape) == 1 else cells
    return ops.sum(cells, axis=tuple(range(len(cells.shape) - 2)))


def skill(log_loss: Tensor, weight: Tensor) -> Tensor:
    """1 - log-loss / log-loss of saying the base rates.

    Args:
        log_loss: summed losses (...).
        weight: summed weight of each class (..., K).

    Returns:
        A number <= 1 over all (...) together: 1 is perfect, 0 no better than the base rate, below 0 worse. NaN where
        only one class occurs: the base rate is perfect then.
    """
    total = ops.sum(weight, axis=-1)
    shares = weight / ops.expand_dims(ops.where(total == 0, ops.ones_like(total), total), -1)
    base = ops.sum(total * entropy(shares))
    return ops.where(base == 0, ops.full_like(base, math.nan), 1 - ops.sum(log_loss) / base)


class _Skill(CountingMetric):
    """Configuration of both."""

    def __init__(self, ignore: float | None = None, *, from_logits: bool = False, **kwargs: Any) -> None:
        super().__init__(ignore=ignore, **kwargs)
        self.from_logits = from_logits

    def statistic(self, counts: Tensor) -> Tensor:
        return skill(counts[..., 0], counts[..., 1:])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "from_logits": self.from_logits}


@keras.saving.register_keras_serializable(package="rightloss")
class LogLossSkill(_Skill):
    """1 - log-loss / entropy of the class frequencies: 0 is no better than the base rate, 1 is perfect.

    Unlike a log-loss it can be compared between data sets, and unlike accuracy it is not flattered by a large
    class. The base rate is that of the labels seen since the last reset. Labels are ids, one-hot rows or
    distributions against K outputs, or 0/1 labels against one. Probabilities that do not sum to 1 give NaN.

    Args:
        ignore: the label value that means "missing"; NaN always does.
        from_logits: whether outputs are logits.
        **kwargs: `name`, `dtype`.

    Example:
        >>> skill = LogLossSkill()
        >>> round(float(skill([0, 0, 0, 1], [[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])), 4)
        0.8126
    """

    def count(self, labels: Tensor, outputs: Tensor, sample_weight: Tensor | None) -> Tensor:
        one_unit = len(outputs.shape) == 1 or outputs.shape[-1] == 1
        counts = (label_log_loss if one_unit else class_log_loss)(
            labels, outputs, from_logits=self.from_logits, ignore=self.ignore, sample_weight=sample_weight
        )
        return counts[0] if one_unit else counts


@keras.saving.register_keras_serializable(package="rightloss")
class MultiLabelLogLossSkill(_Skill):
    """1 - log-loss / summed entropy of the rates of the labels; see `LogLossSkill`.

    The base rate is that of each label among its known cells.

    Args:
        ignore: the label value that means "missing"; NaN always does.
        from_logits: whether outputs are logits.
        **kwargs: `name`, `dtype`.
    """

    def count(self, labels: Tensor, outputs: Tensor, sample_weight: Tensor | None) -> Tensor:
        return label_log_loss(
            labels, outputs, from_logits=self.from_logits, ignore=self.ignore, sample_weight=sample_weight
        )
