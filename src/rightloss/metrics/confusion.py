"""Counting: labels and outputs of one batch to a confusion matrix. Pure functions; the classes only add batches up.

Outputs are logits or probabilities: `argmax` reads both alike, and a cut is given in the unit of the outputs (0 on
logits, 0.5 on probabilities). Missing labels, and positions that Keras masks, are not counted. A known label that is
no class, or an output that is NaN, makes the counts NaN: a number would be a lie, and compiled code cannot raise.

Counts are float64: float32 stops counting at 16,777,216, which is sixteen 1024 x 1024 masks.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from keras import ops

from rightloss.losses.binary import binary_target
from rightloss.losses.cells import Tensor, against_last_axis, cell_weights, keras_mask, weighted, wide
from rightloss.losses.classes import class_target

COUNT_DTYPE = "float64"


class Decisions(NamedTuple):
    """True and predicted classes per position, int32, with the weight of each position (0: not counted)."""

    true: Tensor
    predicted: Tensor
    weight: Tensor


def class_decisions(
    labels: Tensor,
    outputs: Tensor,
    *,
    ignore: float | None = None,
    cut: Any = 0.5,
    sample_weight: Tensor | None = None,
) -> Decisions:
    """Which class each position has and which it was given, for exclusive classes.

    Args:
        labels: ids (...) or (..., 1), one-hot rows or distributions (..., K) (their largest entry counts), or 0/1
            labels for one unit.
        outputs: (..., K) scores, or (..., 1) or (n,) scores of class 1.
        ignore: the label value that means "missing"; NaN always does.
        cut: for one unit: class 1 where the output is greater.
        sample_weight: one per example or per position.
    """
    mask, outputs = keras_mask(outputs), wide(outputs)
    one_unit = len(outputs.shape) == 1 or outputs.shape[-1] == 1
    if one_unit:
        cells = binary_target(labels, outputs, ignore=ignore)
        true, predicted = cells.values > 0.5, outputs > cut
        known, lost = cells.known, ops.logical_or(ops.logical_not(cells.readable), ops.isnan(outputs))
    else:
        target = class_target(labels, outputs, ignore=ignore)
        true, predicted = target.hard(), ops.argmax(outputs, axis=-1)
        known = target.known
        lost = ops.logical_or(ops.logical_not(target.readable), ops.any(ops.isnan(outputs), axis=-1))
    weight = count_weights(known, lost, sample_weight, mask)
    return Decisions(ops.cast(true, "int32"), ops.cast(predicted, "int32"), weight)


def count_weights(known: Tensor, lost: Tensor, sample_weight: Tensor | None, mask: Tensor | None) -> Tensor:
    """The weight of each cell in float64: 0 where it does not count, NaN where it counts but cannot be read."""
    _, weight = cell_weights(known, sample_weight, mask, dtype=COUNT_DTYPE)
    return ops.where(ops.logical_and(lost, weight != 0), ops.full_like(weight, math.nan), weight)


def class_confusion(
    labels: Tensor,
    outputs: Tensor,
    *,
    ignore: float | None = None,
    cut: Any = 0.5,
    sample_weight: Tensor | None = None,
) -> Tensor:
    """Weighted count of (true class, predicted class), shape (K, K), float64; arguments as in `class_decisions`."""
    seen = class_decisions(labels, outputs, ignore=ignore, cut=cut, sample_weight=sample_weight)
    outputs = ops.convert_to_tensor(outputs)
    one_unit = len(outputs.shape) == 1 or outputs.shape[-1] == 1
    classes = 2 if one_unit else outputs.shape[-1]
    cell = ops.reshape(seen.true * classes + seen.predicted, (-1,))
    counts = ops.segment_sum(ops.reshape(seen.weight, (-1,)), cell, num_segments=classes * classes)
    return ops.reshape(counts, (classes, classes))


class LabelDecisions(NamedTuple):
    """True and predicted yes / no per cell as 0. and 1., with the weight of each cell (0: not counted); float64."""

    true: Tensor
    predicted: Tensor
    weight: Tensor


def label_decisions(
    labels: Tensor,
    outputs: Tensor,
    *,
    ignore: float | None = None,
    cut: float | list[float] = 0.5,
    sample_weight: Tensor | None = None,
) -> LabelDecisions:
    """What each independent label is and what it was given.

    Args:
        labels: 0, 1 or a probability (yes above 0.5) per cell, shape (n, L), (n, T, L) ...; (n,) for one label.
        outputs: one score per cell.
        ignore: the label value that means "missing"; NaN always does.
        cut: yes where the output is greater; one number, or one per label (last axis).
        sample_weight: one per example or per cell.
    """
    mask, outputs = keras_mask(outputs), wide(outputs)
    target = binary_target(labels, outputs, ignore=ignore)
    lost = ops.logical_or(ops.logical_not(target.readable), ops.isnan(outputs))
    weight = count_weights(target.known, lost, sample_weight, mask)
    predicted = outputs > against_last_axis(cut, outputs, name="threshold")
    return LabelDecisions(ops.cast(target.values > 0.5, COUNT_DTYPE), ops.cast(predicted, COUNT_DTYPE), weight)


def label_confusion(
    labels: Tensor,
    outputs: Tensor,
    *,
    ignore: float | None = None,
    cut: float | list[float] = 0.5,
    sample_weight: Tensor | None = None,
) -> Tensor:
    """Weighted count of [label, true, predicted], shape (L, 2, 2), float64; arguments as in `label_decisions`."""
    outputs = ops.convert_to_tensor(outputs)
    y, p, w = label_decisions(labels, outputs, ignore=ignore, cut=cut, sample_weight=sample_weight)
    cells = ops.stack([(1 - y) * (1 - p), (1 - y) * p, y * (1 - p), y * p], axis=-1)
    cells = cells * ops.expand_dims(w, -1)
    if len(outputs.shape) == 1:
        cells = ops.expand_dims(cells, 1)
    counts = ops.sum(cells, axis=tuple(range(len(cells.shape) - 2)))  # (L, 4)
    return ops.reshape(counts, (cells.shape[-2] or -1, 2, 2))


def one_against_rest(matrix: Tensor) -> Tensor:
    """Counts [class, is it, was it said to be], shape (K, 2, 2), of a (K, K) confusion matrix."""
    hit = ops.diagonal(matrix)
    missed, said = ops.sum(matrix, axis=1) - hit, ops.sum(matrix, axis=0) - hit
    rest = ops.sum(matrix) - hit - missed - said
    return ops.reshape(ops.stack([rest, said, missed, hit], axis=-1), (matrix.shape[0], 2, 2))


def example_scores(seen: LabelDecisions) -> tuple[Tensor, Tensor, Tensor]:
    """Exact match and F1 of the label set of each example, and the weight of the example; each of shape (n,).

    Only known cells are compared. An example without a true and without a predicted label has F1 = 1: it was said
    right that nothing is there. The weight of an example is the largest of its cells, 0 if none is known.
    """
    axes = tuple(range(1, len(seen.true.shape)))
    known = ops.cast(seen.weight != 0, COUNT_DTYPE)
    wrong = ops.sum(known * ops.abs(seen.true - seen.predicted), axis=axes)
    both = ops.sum(known * seen.true * seen.predicted, axis=axes)
    either = ops.sum(known * (seen.true + seen.predicted), axis=axes)
    f1 = ops.where(either > 0, ops.divide_no_nan(2 * both, either), ops.ones_like(either))
    weight = ops.max(seen.weight, axis=axes, initial=0) if axes else seen.weight  # a replica may get no rows at all
    return ops.cast(wrong == 0, COUNT_DTYPE), f1, weight + 0 * ops.sum(seen.weight, axis=axes)  # NaN stays visible


def weighted_mean_counts(values: Tensor, weight: Tensor) -> Tensor:
    """[sum of weighted values, sum of weights], shape (2,): what a streaming mean adds up."""
    return ops.stack([ops.sum(weighted(values, weight)), ops.sum(weight)])
