"""Asymmetric loss: many-label rows in which the negatives would drown the positives."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from rightloss.errors import WrongArgument
from rightloss.losses.binary import binary_cells
from rightloss.losses.cells import CellLoss, Cells, Tensor, ignore_value
from rightloss.losses.focal import focusing


def asymmetric_binary_crossentropy(
    labels: Tensor,
    logits: Tensor,
    *,
    gamma_positive: float = 1.0,
    gamma_negative: float = 4.0,
    margin: float = 0.05,
    ignore: float | None = None,
) -> Tensor:
    r"""Binary cross-entropy that discounts easy negatives more than easy positives, and drops the easiest.

    With p = sigmoid(z) and q = max(p - m, 0) the loss is
    -y (1 - p)^g+ log p - (1 - y) q^g- log(1 - q).  Both exponents and the margin 0 give binary cross-entropy.

    When to use: at least some fifty labels of which a row has few, and F1 or mean average precision is the goal;
    compare it with plain binary cross-entropy and one tuned threshold, which closes most of the gap. When not: for
    probabilities, log-loss or Hamming loss; where labels are few.

    Args:
        labels: 0, 1 or a probability (the expected loss) per cell, any dtype. NaN and `ignore` mean missing.
        logits: float, in the shape of `labels` up to a last dimension of 1. Scores, not calibrated log-odds.
        gamma_positive: discount of easy positives, >= 0.
        gamma_negative: discount of easy negatives, >= 0.
        margin: m in [0, 1); negatives with p <= m cost nothing and have no gradient.
        ignore: the label value that means missing.

    Returns:
        Mean over the known cells of each example, shape (n,). The paper sums, so its learning rates are for a loss
        n x L times as large.

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, or an argument is out of range.

    Example:
        >>> asymmetric_binary_crossentropy([[1, 0]], [[0.0, 0.0]]).numpy().round(4)
        array([0.1855], dtype=float32)

    See also: `AsymmetricBinaryCrossentropy` (Keras class).
    References: Ridnik et al., Asymmetric Loss for Multi-Label Classification (ICCV 2021).
    """
    return asymmetric_cells(
        labels,
        logits,
        focusing(gamma_positive),
        focusing(gamma_negative),
        probability_margin(margin),
        ignore=ignore_value(ignore),
    ).per_example()


def asymmetric_cells(
    labels: Tensor,
    logits: Tensor,
    gamma_positive: float,
    gamma_negative: float,
    margin: float,
    *,
    ignore: float | None,
) -> Cells:
    """The cells of `asymmetric_binary_crossentropy`, one per label."""

    def formula(y: Tensor, z: Tensor) -> Tensor:
        yes = ops.exp(-gamma_positive * ops.softplus(z)) * ops.softplus(-z)
        if not margin:
            return y * yes + (1 - y) * ops.exp(-gamma_negative * ops.softplus(-z)) * ops.softplus(z)
        p = ops.sigmoid(z)
        counts = p > margin  # the rest must not reach a power whose derivative at 0 is infinite
        q = ops.where(counts, p - margin, ops.full_like(p, 0.5))
        no = -ops.power(q, gamma_negative) * ops.log(ops.sigmoid(-z) + margin)
        return y * yes + (1 - y) * ops.where(counts, no, ops.zeros_like(no))

    return binary_cells(labels, logits, formula, ignore=ignore)


def probability_margin(margin: float) -> float:
    """`margin` if it lies in [0, 1).

    Raises:
        WrongArgument: otherwise.
    """
    if not 0 <= margin < 1:
        raise WrongArgument(f"margin={margin!r}", expected="a number in [0, 1)", fix="margin=0.05")
    return float(margin)


@keras.saving.register_keras_serializable(package="rightloss")
class AsymmetricBinaryCrossentropy(CellLoss):
    """Keras form of `asymmetric_binary_crossentropy`; `y_pred` are logits.

    Args:
        gamma_positive: discount of easy positives.
        gamma_negative: discount of easy negatives.
        margin: negatives with a probability up to it cost nothing.
        ignore: the label value that means missing; NaN always does.
        **kwargs: `name`, `reduction`, `dtype` as in `CellLoss`.
    """

    def __init__(
        self,
        gamma_positive: float = 1.0,
        gamma_negative: float = 4.0,
        margin: float = 0.05,
        *,
        name: str = "asymmetric_binary_crossentropy",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.gamma_positive, self.gamma_negative = focusing(gamma_positive), focusing(gamma_negative)
        self.margin = probability_margin(margin)

    def cells(self, labels: Tensor, logits: Tensor) -> Cells:
        return asymmetric_cells(
            labels, logits, self.gamma_positive, self.gamma_negative, self.margin, ignore=self.ignore
        )

    def get_config(self) -> dict[str, Any]:
        own = {
            "gamma_positive": self.gamma_positive,
            "gamma_negative": self.gamma_negative,
            "margin": self.margin,
        }
        return {**super().get_config(), **own}
