"""Binary cross-entropy of labels with missing cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rightloss.losses.binary import binary_cells
from rightloss.losses.cells import CellLoss, Cells, Tensor, against_last_axis, ignore_value, positive


def masked_binary_crossentropy(
    labels: Tensor,
    logits: Tensor,
    *,
    ignore: float | None = -1,
    positive_weight: float | Sequence[float] | None = None,
) -> Tensor:
    r"""Binary cross-entropy from logits over the cells whose label is known.

    A cell with label y, logit z and positive weight w costs  w y softplus(-z) + (1 - y) softplus(z);  with w = 1 this
    is -y log sigmoid(z) - (1 - y) log(1 - sigmoid(z)). Missing cells are taken out before the loss: under plain binary
    cross-entropy a label -1 trains *against* the label, and one NaN ends the run.

    When to use: multi-label rows where some labels were never checked; binary pixels with a "do not care" value.
    When not: where 0 means "unknown" instead of "absent", no value marks the missing cells and a mask cannot help.
    `positive_weight` other than 1 moves every probability up and is no repair for rare labels if you need
    probabilities; it trades precision for recall.

    Args:
        labels: 0, 1 or a probability in [0, 1] per cell, any dtype, shape (n,), (n, 1), (n, L), (n, T) or (n, H, W, 1).
            NaN always means missing; so does `ignore`. Any other value outside [0, 1] makes the loss NaN.
        logits: outputs of the last layer without activation, float, in the shape of `labels` up to a last
            dimension of 1.
        ignore: the number that means missing, such as -1 or 255. None: only NaN does.
        positive_weight: what a positive counts, one number or one per label (last axis).

    Returns:
        Mean over the known cells of each example, shape (n,), float32 or wider. An example without a known cell has
        loss 0 and gradient 0.

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, with both shapes. Nothing is ever broadcast.

    Example:
        >>> masked_binary_crossentropy([[1, -1], [-1, -1]], [[0.0, 5.0], [1.0, 1.0]]).numpy().round(4)
        array([0.6931, 0.    ], dtype=float32)

    See also: `MaskedBinaryCrossentropy` (Keras class), `rightloss.metrics.MaskedBinaryAccuracy` (same mask).
    References: Durand, Mehrasa, Mori, Learning a Deep ConvNet for Multi-label Classification with Partial Labels
        (CVPR 2019), partial binary cross-entropy.
    """
    weight = positive(positive_weight, name="positive_weight")
    return masked_cells(labels, logits, ignore=ignore_value(ignore), positive_weight=weight).per_example()


def masked_cells(
    labels: Tensor, logits: Tensor, *, ignore: float | None, positive_weight: float | list[float] | None
) -> Cells:
    """The cells of `masked_binary_crossentropy`, one per label."""

    def formula(y: Tensor, z: Tensor) -> Tensor:
        positive = y * ops.softplus(-z)
        if positive_weight is not None:
            positive = positive * against_last_axis(positive_weight, z, name="positive_weight")
        return positive + (1.0 - y) * ops.softplus(z)

    return binary_cells(labels, logits, formula, ignore=ignore)


@keras.saving.register_keras_serializable(package="rightloss")
class MaskedBinaryCrossentropy(CellLoss):
    """Keras form of `masked_binary_crossentropy`; `y_pred` are logits.

    The mean is over all known cells of the batch, each weighing the same (see `CellLoss`).

    Args:
        ignore: the label value that means missing; NaN always does.
        positive_weight: what a positive counts, one number or one per label.
        **kwargs: `name`, `reduction`, `dtype` as in `CellLoss`.

    Example:
        >>> round(float(MaskedBinaryCrossentropy(ignore=255)([[1.0, 255.0]], [[0.0, 3.0]])), 4)
        0.6931
    """

    def __init__(
        self,
        ignore: float | None = -1,
        positive_weight: float | Sequence[float] | None = None,
        *,
        name: str = "masked_binary_crossentropy",
        **kwargs: Any,
    ) -> None:
        super().__init__(ignore=ignore, name=name, **kwargs)
        self.positive_weight = positive(positive_weight, name="positive_weight")

    def cells(self, labels: Tensor, logits: Tensor) -> Cells:
        return masked_cells(labels, logits, ignore=self.ignore, positive_weight=self.positive_weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "positive_weight": self.positive_weight}
