"""Ordered classes: CORN, one yes / no question per step of the order, and how to read its answers."""

from __future__ import annotations

from typing import Any, Literal

import keras
from keras import ops

from rightloss.errors import WrongArgument
from rightloss.losses.cells import CellLoss, Cells, Tensor, ignore_value, wide
from rightloss.losses.classes import id_target


def corn_crossentropy(labels: Tensor, logits: Tensor, *, ignore: float | None = None) -> Tensor:
    r"""Cross-entropy of the conditional questions "is it above k, given that it is at least k?".

    With K ordered classes and K - 1 logits, question k = 0..K-2 is asked only where y >= k and costs
    softplus(z_k) - [y > k] z_k.  sigmoid(z_k) is P(y > k | y >= k), so P(y > k) is the product of the first k + 1 and
    never rises with k, whatever the logits are.

    When to use: classes have an order and errors cost more the farther they are (mean absolute error, quadratic
    kappa), K > 3. When not: accuracy is the goal; K <= 3; the order is that of the alphabet
    ("high" < "low" < "medium"). Softmax cross-entropy with the same decoding is a strong rival: compare.

    Args:
        labels: ids 0..K-1 *in the right order*, any dtype, shape (...) or (..., 1). NaN and `ignore` mean missing; an
            id outside the range makes the loss NaN.
        logits: float, shape (..., K - 1): Dense(K - 1).
        ignore: the label value that means missing.

    Returns:
        Mean over the questions asked of each example, shape (n,). The Keras class averages over all questions asked
        in the batch, as the paper does.

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, with both shapes.

    Example:
        >>> corn_crossentropy([0, 2], [[0.0, 5.0], [0.0, 0.0]]).numpy().round(4)
        array([0.6931, 0.6931], dtype=float32)

    See also: `CornCrossentropy` (Keras class), `corn_probabilities`, `corn_decode`.
    References: Shi, Cao, Raschka, Deep Neural Networks for Rank-Consistent Ordinal Regression Based on Conditional
        Probabilities (Pattern Analysis and Applications 2023; arXiv 2111.08851).
    """
    return corn_cells(labels, logits, ignore=ignore_value(ignore)).per_example()


def corn_cells(labels: Tensor, logits: Tensor, *, ignore: float | None) -> Cells:
    """The cells of `corn_crossentropy`, one per question (..., K - 1); known where it is asked."""
    logits = wide(logits)
    questions = logits.shape[-1]
    target = id_target(labels, logits, classes=questions + 1, ignore=ignore)
    y = ops.expand_dims(target.hard(), -1)
    k = ops.arange(questions, dtype="int32")
    asked = ops.logical_and(ops.expand_dims(target.known, -1), y >= k)
    z = ops.where(asked, logits, ops.zeros_like(logits))
    losses = ops.where(y > k, ops.softplus(-z), ops.softplus(z))
    return Cells(*target.silence(losses, asked))


def corn_probabilities(logits: Tensor) -> Tensor:
    """Probability of each of the K classes, shape (..., K), from K - 1 logits of CORN; rows sum to 1."""
    logits = wide(logits)
    above = ops.cumsum(-ops.softplus(-logits), axis=-1)  # log P(y > k)
    stop = -ops.softplus(logits)  # log P(y = k | y >= k)
    reached = ops.concatenate([ops.zeros_like(above[..., :1]), above], axis=-1)  # log P(y >= k), k = 0..K-1
    return ops.exp(reached + ops.concatenate([stop, ops.zeros_like(stop[..., :1])], axis=-1))


def corn_decode(logits: Tensor, *, cost: Literal["absolute", "squared"] = "absolute") -> Tensor:
    """The class that costs least, int32, shape (...), from K - 1 logits of CORN.

    Args:
        logits: float, shape (..., K - 1).
        cost: "absolute", the median, for mean absolute error; "squared", the class nearest to the mean, for quadratic
            kappa.

    Raises:
        WrongArgument: for another cost.
    """
    above = ops.exp(ops.cumsum(-ops.softplus(-wide(logits)), axis=-1))  # P(y > k)
    if cost == "absolute":
        return ops.sum(ops.cast(above > 0.5, "int32"), axis=-1)
    if cost == "squared":
        return ops.cast(ops.floor(ops.sum(above, axis=-1) + 0.5), "int32")
    raise WrongArgument(f"cost={cost!r}", expected='"absolute" or "squared"', fix='cost="absolute"')


@keras.saving.register_keras_serializable(package="rightloss")
class CornCrossentropy(CellLoss):
    """Keras form of `corn_crossentropy`; labels are ordered ids, `y_pred` are K - 1 logits.

    Args:
        ignore: the label value that means missing; NaN always does.
        **kwargs: `name`, `reduction`, `dtype` as in `CellLoss`.
    """

    def __init__(self, *, name: str = "corn_crossentropy", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)

    def cells(self, labels: Tensor, logits: Tensor) -> Cells:
        return corn_cells(labels, logits, ignore=self.ignore)
