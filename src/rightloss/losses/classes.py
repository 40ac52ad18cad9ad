"""Reading labels of exclusive classes: ids, one-hot rows and distributions, against K logits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from keras import ops

from rightloss.errors import WrongArgument
from rightloss.losses.cells import SOFT_TOLERANCE, Cells, Tensor, is_known, numbers, same_shape, shapes_differ, wide


class ClassTarget(NamedTuple):
    """Labels of exclusive classes, lined up with logits (..., K).

    Attributes:
        ids: class indices (...), int32, or None where the labels are rows.
        rows: distributions (..., K) in the dtype of the logits, or None where the labels are ids.
        known: False where the label is missing; (...).
        readable: False where a known label is no class and no distribution; (...).
    """

    ids: Tensor | None
    rows: Tensor | None
    known: Tensor
    readable: Tensor

    def expectation(self, values: Tensor) -> Tensor:
        """Values (..., K) averaged over the label: its own entry for an id; (...)."""
        if self.rows is not None:
            return ops.sum(self.rows * values, axis=-1)
        return ops.squeeze(ops.take_along_axis(values, ops.expand_dims(self.ids, -1), axis=-1), -1)

    def silence(self, losses: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """Losses and known cells (..., or one axis more): NaN where the label cannot be read, 0 where not known."""
        readable = self.readable if len(losses.shape) == len(self.readable.shape) else self.readable[..., None]
        losses = ops.where(readable, losses, ops.full_like(losses, math.nan))
        return ops.where(known, losses, ops.zeros_like(losses)), known

    def hard(self) -> Tensor:
        """The class of each label, int32; of a distribution its largest."""
        return self.ids if self.rows is None else ops.cast(ops.argmax(self.rows, axis=-1), "int32")


def class_target(labels: Tensor, outputs: Tensor, *, ignore: float | None, normalize: bool = False) -> ClassTarget:
    """Labels lined up with float `outputs` (..., K).

    Args:
        labels: ids of shape (...) or (..., 1), or rows of shape (..., K). A row with a missing cell is missing.
        outputs: K >= 2 scores per position.
        ignore: the value that means "missing"; it may lie inside 0..K-1, such as a padding id 0.
        normalize: divide rows by their sum instead of refusing those that do not sum to 1.

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, with both shapes.
    """
    labels = numbers(labels)
    if outputs.shape[-1] == 1:
        raise WrongArgument(
            f"one unit, outputs of shape {tuple(outputs.shape)}, for exclusive classes",
            expected="one unit per class: softmax over one unit is always 1",
            fix="Dense(number_of_classes), or a binary loss",
        )
    if len(labels.shape) == len(outputs.shape) and labels.shape[-1] == 1:
        labels = ops.squeeze(labels, axis=-1)
    if len(labels.shape) == len(outputs.shape):
        return _rows(same_shape(labels, outputs), outputs, ignore=ignore, normalize=normalize)
    return id_target(labels, outputs, classes=ops.shape(outputs)[-1], ignore=ignore)


def id_target(labels: Tensor, outputs: Tensor, *, classes: int | Tensor, ignore: float | None) -> ClassTarget:
    """Ids (...) or (..., 1) in [0, classes), lined up with float `outputs` (..., any number of scores).

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, with both shapes.
    """
    labels = numbers(labels)
    if len(labels.shape) == len(outputs.shape) and labels.shape[-1] == 1:
        labels = ops.squeeze(labels, axis=-1)
    if len(labels.shape) + 1 != len(outputs.shape):
        raise shapes_differ(tuple(labels.shape), tuple(outputs.shape))
    labels = same_shape(labels, outputs[..., 0])
    known = is_known(labels, ignore)
    number = ops.where(known, labels, ops.zeros_like(labels))
    readable = ops.logical_and(number >= 0, number < ops.cast(classes, number.dtype))
    ids = ops.cast(ops.where(readable, number, ops.zeros_like(number)), "int32")
    whole = ops.equal(ops.cast(ids, number.dtype), number)  # 1.5 is no class
    return ClassTarget(ids, None, known, ops.logical_and(readable, whole))


def _rows(labels: Tensor, outputs: Tensor, *, ignore: float | None, normalize: bool) -> ClassTarget:
    known = ops.all(is_known(labels, ignore), axis=-1)
    rows = ops.cast(labels, outputs.dtype)
    rows = ops.where(ops.expand_dims(known, -1), rows, ops.full_like(rows, 1.0) / rows.shape[-1])
    total = ops.sum(rows, axis=-1)
    readable = ops.all(rows >= -SOFT_TOLERANCE, axis=-1)
    if normalize:
        readable = ops.logical_and(readable, total > 0)
        rows = rows / ops.expand_dims(ops.where(readable, total, ops.ones_like(total)), -1)
    else:
        readable = ops.logical_and(readable, ops.abs(total - 1.0) <= SOFT_TOLERANCE)
    return ClassTarget(None, rows, known, readable)


def class_cells(
    labels: Tensor,
    logits: Tensor,
    formula: Callable[[ClassTarget, Tensor], Tensor],
    *,
    ignore: float | None,
    normalize: bool = False,
) -> Cells:
    """Cells of a loss of exclusive classes, one per position.

    Args:
        labels: ids or rows, see `class_target`.
        logits: (..., K).
        formula: (target, logits) to losses (...), called with the logits of missing positions replaced by 0.
        ignore: the value that means "missing".
        normalize: divide rows by their sum.
    """
    logits = wide(logits)
    target = class_target(labels, logits, ignore=ignore, normalize=normalize)
    z = ops.where(ops.expand_dims(target.known, -1), logits, ops.zeros_like(logits))
    return Cells(*target.silence(formula(target, z), target.known))
