"""Reading independent yes / no labels: one label per logit, missing cells taken out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from keras import ops

from rightloss.losses.cells import SOFT_TOLERANCE, Cells, Tensor, is_known, numbers, same_shape, wide


class BinaryTarget(NamedTuple):
    """Labels in the shape of the outputs.

    Attributes:
        values: 0, 1 or a probability per cell, 0 where missing; in the dtype of the outputs.
        known: False where the label is missing.
        readable: False where a known label lies outside [0, 1].
    """

    values: Tensor
    known: Tensor
    readable: Tensor


def binary_target(labels: Tensor, outputs: Tensor, *, ignore: float | None) -> BinaryTarget:
    """Labels lined up with float `outputs`, missing ones set to 0."""
    labels = same_shape(numbers(labels), outputs)
    known = is_known(labels, ignore)
    values = ops.where(known, ops.cast(labels, outputs.dtype), ops.zeros_like(outputs))
    readable = ops.logical_and(values >= -SOFT_TOLERANCE, values <= 1 + SOFT_TOLERANCE)
    return BinaryTarget(values, known, readable)


def binary_cells(
    labels: Tensor, logits: Tensor, formula: Callable[[Tensor, Tensor], Tensor], *, ignore: float | None
) -> Cells:
    """Cells of a loss of independent yes / no labels.

    Args:
        labels: 0, 1 or a probability per cell; NaN or `ignore` where missing.
        logits: one per cell.
        formula: (labels, logits) to losses, elementwise, called with missing cells replaced by 0.
        ignore: the value that means "missing".
    """
    logits = wide(logits)
    target = binary_target(labels, logits, ignore=ignore)
    z = ops.where(target.known, logits, ops.zeros_like(logits))
    losses = ops.where(target.readable, formula(target.values, z), ops.full_like(z, math.nan))
    return Cells(ops.where(target.known, losses, ops.zeros_like(losses)), target.known)
