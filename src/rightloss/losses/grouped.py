"""Exclusive groups of labels beside independent ones: a softmax for each group, a sigmoid for each other label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rightloss.errors import WrongArgument
from rightloss.losses.cells import CellLoss, Cells, Tensor, ignore_value, numbers, same_shape, wide
from rightloss.losses.classes import ClassTarget, class_cells
from rightloss.losses.masked import masked_cells


def grouped_crossentropy(
    labels: Tensor, logits: Tensor, *, groups: Sequence[Sequence[int]], ignore: float | None = None
) -> Tensor:
    r"""Cross-entropy of label columns of which some groups hold exactly one yes per row.

    A group G costs  -sum_{j in G} y_j log softmax(z_G)_j,  a column outside all groups the binary cross-entropy
    softplus(z) - y z.  Group and column are one cell each.

    When to use: the label matrix has groups of columns that are exclusive *and* exhaustive (season, orientation) beside
    independent ones; a sigmoid per column could answer "spring and autumn", or neither. When not: one
    group over all columns, which is softmax cross-entropy; groups that a row may leave empty.

    Args:
        labels: 0, 1 or a probability per column, any dtype, shape (..., L); the columns of a group sum to 1. NaN and
            `ignore` mean missing; a group with a missing column is missing. A group that does not sum to 1
            makes the loss NaN.
        logits: float, shape (..., L).
        groups: column indices of each group, such as [[0, 1, 2], [5, 6]]; disjoint, two columns or more each.
        ignore: the label value that means missing.

    Returns:
        Mean over the known cells of each example, shape (n,).

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, or groups overlap or name a column that is not there.

    Example:
        >>> grouped_crossentropy([[1, 0, 0, 1]], [[0.0, 0.0, 0.0, 0.0]], groups=[[0, 1, 2]]).numpy().round(4)
        array([0.8959], dtype=float32)

    See also: `GroupedCrossentropy` (Keras class), `grouped_probabilities` (how to read the outputs).
    References: log-likelihood of a product of categorical and Bernoulli variables; Bishop, Pattern Recognition and
        Machine Learning (2006), section 4.3.
    """
    return grouped_cells(labels, logits, disjoint(groups), ignore=ignore_value(ignore)).per_example()


def grouped_cells(labels: Tensor, logits: Tensor, groups: list[list[int]], *, ignore: float | None) -> Cells:
    """The cells of `grouped_crossentropy`: one per group, then one per column outside all groups, (..., G + rest)."""
    logits = wide(logits)
    labels = same_shape(numbers(labels), logits)
    rest = _outside(groups, logits.shape[-1])
    parts = []
    for group in groups:
        losses, known = class_cells(_columns(labels, group), _columns(logits, group), _plain, ignore=ignore)
        parts.append(Cells(ops.expand_dims(losses, -1), ops.expand_dims(known, -1)))
    if rest:
        parts.append(masked_cells(_columns(labels, rest), _columns(logits, rest), ignore=ignore, positive_weight=None))
    losses, known = zip(*parts, strict=True)
    return Cells(ops.concatenate(losses, axis=-1), ops.concatenate(known, axis=-1))


def grouped_probabilities(logits: Tensor, *, groups: Sequence[Sequence[int]]) -> Tensor:
    """What the logits of `grouped_crossentropy` say: softmax inside each group, sigmoid outside.

    Args:
        logits: float, shape (..., L).
        groups: as given to the loss.

    Returns:
        Probabilities, shape (..., L), in the order of the columns; each group sums to 1.
    """
    logits = wide(logits)
    found = disjoint(groups)
    rest = _outside(found, logits.shape[-1])
    parts = [ops.softmax(_columns(logits, group), axis=-1) for group in found]
    order = [column for group in found for column in group] + rest
    if rest:
        parts.append(ops.sigmoid(_columns(logits, rest)))
    back = sorted(range(len(order)), key=order.__getitem__)
    return _columns(ops.concatenate(parts, axis=-1), back)


def _plain(target: ClassTarget, z: Tensor) -> Tensor:
    return -target.expectation(ops.log_softmax(z, axis=-1))


def _columns(x: Tensor, columns: list[int]) -> Tensor:
    return ops.take(x, ops.convert_to_tensor(columns, dtype="int32"), axis=-1)


def _outside(groups: list[list[int]], width: int | None) -> list[int]:
    """Columns that belong to no group."""
    named = {column for group in groups for column in group}
    if width is None or max(named, default=-1) >= width:
        raise WrongArgument(
            f"groups name column {max(named)}, the logits have {width} columns",
            expected=f"columns 0..{(width or 1) - 1}",
            fix="count the columns from 0",
        )
    return [column for column in range(width) if column not in named]


def disjoint(groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """`groups` as lists of column indices.

    Raises:
        WrongArgument: where a group has less than two columns or a column is named twice.
    """
    found = [[int(column) for column in group] for group in groups]
    named = [column for group in found for column in group]
    if not found or min(map(len, found)) < 2 or len(set(named)) < len(named) or min(named) < 0:
        raise WrongArgument(
            f"groups={groups!r}",
            expected="disjoint groups of two or more column indices from 0",
            fix="groups=[[0, 1, 2], [5, 6]]",
        )
    return found


@keras.saving.register_keras_serializable(package="rightloss")
class GroupedCrossentropy(CellLoss):
    """Keras form of `grouped_crossentropy`; `y_pred` are logits.

    Args:
        groups: column indices of each exclusive and exhaustive group.
        ignore: the label value that means missing; NaN always does.
        **kwargs: `name`, `reduction`, `dtype` as in `CellLoss`.
    """

    def __init__(self, groups: Sequence[Sequence[int]], *, name: str = "grouped_crossentropy", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.groups = disjoint(groups)

    def cells(self, labels: Tensor, logits: Tensor) -> Cells:
        return grouped_cells(labels, logits, self.groups, ignore=self.ignore)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "groups": self.groups}
