"""Focal loss whose class weight acts and whose gradient is never NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rightloss.errors import WrongArgument
from rightloss.losses.binary import binary_cells
from rightloss.losses.cells import CellLoss, Cells, Tensor, against_last_axis, ignore_value, positive
from rightloss.losses.classes import ClassTarget, class_cells


def binary_focal(
    labels: Tensor,
    logits: Tensor,
    *,
    gamma: float = 2.0,
    alpha: float | None = None,
    ignore: float | None = None,
) -> Tensor:
    r"""Binary cross-entropy in which a cell that is already right counts little.

    With p = sigmoid(z) the loss is  -y a (1 - p)^gamma log p - (1 - y) (1 - a) p^gamma log(1 - p),  where a is `alpha`,
    and both weights are 1 if it is None. `gamma` = 0 is binary cross-entropy. Everything is computed from log sigmoid,
    so values and gradients are finite for every logit and every `gamma` >= 0.

    When to use: dense detection or segmentation with far more than 99.9 % easy background, with the last bias started
    at log(pi / (1 - pi)). When not: because labels are imbalanced; where you need probabilities (it is not a proper
    loss: they come out too near 0.5); where labels are noisy, which it amplifies.

    Args:
        labels: 0, 1 or a probability (the expected loss) per cell, any dtype. NaN and `ignore` mean missing.
        logits: float, in the shape of `labels` up to a last dimension of 1.
        gamma: how strongly easy cells are discounted, >= 0.
        alpha: weight of the positives in (0, 1), negatives get 1 - alpha; 0.25 in the paper. None: no weights.
        ignore: the label value that means missing.

    Returns:
        Mean over the known cells of each example, shape (n,).

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, or an argument is out of range.

    Example:
        >>> binary_focal([1, 1], [0.0, 3.0], gamma=2.0).numpy().round(6)
        array([1.73287e-01, 1.09000e-04], dtype=float32)

    See also: `BinaryFocal` (Keras class). `keras.losses.BinaryFocalCrossentropy` ignores its `alpha` unless
        `apply_class_balancing=True`, and its gradient is NaN for gamma < 1 on saturated cells.
    References: Lin et al., Focal Loss for Dense Object Detection (ICCV 2017), equation 5.
    """
    return binary_focal_cells(
        labels, logits, focusing(gamma), share_of_positives(alpha), ignore=ignore_value(ignore)
    ).per_example()


def binary_focal_cells(
    labels: Tensor, logits: Tensor, gamma: float, alpha: float | None, *, ignore: float | None
) -> Cells:
    """The cells of `binary_focal`, one per label."""

    def formula(y: Tensor, z: Tensor) -> Tensor:
        yes = ops.exp(-gamma * ops.softplus(z)) * ops.softplus(-z)
        no = ops.exp(-gamma * ops.softplus(-z)) * ops.softplus(z)
        return y * yes + (1 - y) * no if alpha is None else alpha * y * yes + (1 - alpha) * (1 - y) * no

    return binary_cells(labels, logits, formula, ignore=ignore)


def categorical_focal(
    labels: Tensor,
    logits: Tensor,
    *,
    gamma: float = 2.0,
    alpha: Sequence[float] | None = None,
    ignore: float | None = None,
    normalize: bool = False,
) -> Tensor:
    r"""Softmax cross-entropy in which a position that is already right counts little.

    With p = softmax(z) and target t (one-hot of an id, or a distribution) the loss is
    -sum_k t_k a_k (1 - p_k)^gamma log p_k,  where a_k is `alpha`, or 1. `gamma` = 0 is plain cross-entropy.

    When (not) to use: as `binary_focal`.

    Args:
        labels: ids in [0, K), shape (...) or (..., 1); or rows (..., K) that sum to 1. NaN and `ignore` mean missing.
        logits: float, shape (..., K).
        gamma: how strongly easy positions are discounted, >= 0.
        alpha: one weight per class, length K. A single number would only scale the loss and is refused.
        ignore: the label value that means missing.
        normalize: divide rows by their sum instead of refusing those that do not sum to 1.

    Returns:
        Mean over the known positions of each example, shape (n,).

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, or an argument is out of range.

    Example:
        >>> categorical_focal([0, 1], [[0.0, 0.0], [3.0, 0.0]], gamma=2.0).numpy().round(4)
        array([0.1733, 2.7663], dtype=float32)

    See also: `CategoricalFocal` (Keras class). `keras.losses.CategoricalFocalCrossentropy` has gradient 0 for
        confidently wrong positions, and a single `alpha` there weighs all classes alike.
    References: Lin et al., Focal Loss for Dense Object Detection (ICCV 2017), equation 5.
    """
    return categorical_focal_cells(
        labels, logits, focusing(gamma), weight_per_class(alpha), ignore=ignore_value(ignore), normalize=normalize
    ).per_example()


def categorical_focal_cells(
    labels: Tensor,
    logits: Tensor,
    gamma: float,
    alpha: list[float] | None,
    *,
    ignore: float | None,
    normalize: bool,
) -> Cells:
    """The cells of `categorical_focal`, one per position."""

    def formula(target: ClassTarget, z: Tensor) -> Tensor:
        losses = -ops.exp(gamma * log_of_the_others(z)) * ops.log_softmax(z, axis=-1) if gamma else -ops.log_softmax(z)
        if alpha is not None:
            losses = losses * against_last_axis(alpha, z, name="alpha")
        return target.expectation(losses)

    return class_cells(labels, logits, formula, ignore=ignore, normalize=normalize)


def log_of_the_others(z: Tensor) -> Tensor:
    """log(1 - softmax(z)) per class, shape of z, without cancellation and with finite gradients.

    1 - p_k is the sum of the other exponentials over all of them. For every class but the largest, the largest is
    among the others, so subtracting its own exponential loses nothing. For the largest the others are summed alone.
    """
    is_largest = ops.one_hot(ops.argmax(z, axis=-1), z.shape[-1]) > 0
    top = ops.stop_gradient(ops.logsumexp(z, axis=-1, keepdims=True))  # as good as the maximum, also of no rows at all
    e = ops.exp(z - top)
    sum_e = ops.sum(e, axis=-1, keepdims=True)
    others = top + ops.log(sum_e - ops.where(is_largest, ops.zeros_like(e), e))
    below = ops.where(is_largest, ops.full_like(z, -1e30), z)
    others_of_largest = ops.logsumexp(below, axis=-1, keepdims=True)
    return ops.where(is_largest, others_of_largest, others) - (top + ops.log(sum_e))


def focusing(gamma: float) -> float:
    """`gamma` if it is a number >= 0.

    Raises:
        WrongArgument: otherwise.
    """
    if not gamma >= 0:
        raise WrongArgument(f"gamma={gamma!r}", expected="a number >= 0", fix="gamma=2.0")
    return float(gamma)


def share_of_positives(alpha: float | None) -> float | None:
    """`alpha` if it is None or lies in (0, 1).

    Raises:
        WrongArgument: otherwise.
    """
    if alpha is not None and not 0 < alpha < 1:
        raise WrongArgument(f"alpha={alpha!r}", expected="a share in (0, 1), the weight of positives", fix="alpha=0.25")
    return alpha


def weight_per_class(alpha: Any) -> list[float] | None:
    """`alpha` if it is None or one positive number per class.

    Raises:
        WrongArgument: otherwise.
    """
    weights = positive(alpha, name="alpha")
    if weights is not None and not isinstance(weights, list):
        raise WrongArgument(
            f"alpha={alpha!r}, which scales the loss and balances nothing",
            expected="one weight per class, or None",
            fix="alpha=[0.25, 0.75, ...]",
        )
    return weights


@keras.saving.register_keras_serializable(package="rightloss")
class BinaryFocal(CellLoss):
    """Keras form of `binary_focal`; `y_pred` are logits.

    Args:
        gamma: how strongly easy cells are discounted.
        alpha: weight of the positives; negatives get 1 - alpha; None: no weights.
        ignore: the label value that means missing; NaN always does.
        **kwargs: `name`, `reduction`, `dtype` as in `CellLoss`.
    """

    def __init__(
        self, gamma: float = 2.0, alpha: float | None = None, *, name: str = "binary_focal", **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.gamma, self.alpha = focusing(gamma), share_of_positives(alpha)

    def cells(self, labels: Tensor, logits: Tensor) -> Cells:
        return binary_focal_cells(labels, logits, self.gamma, self.alpha, ignore=self.ignore)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gamma": self.gamma, "alpha": self.alpha}


@keras.saving.register_keras_serializable(package="rightloss")
class CategoricalFocal(CellLoss):
    """Keras form of `categorical_focal`; `y_pred` are logits.

    Args:
        gamma: how strongly easy positions are discounted.
        alpha: one weight per class, or None.
        ignore: the label value that means missing; NaN always does.
        normalize: divide rows by their sum instead of refusing those that do not sum to 1.
        **kwargs: `name`, `reduction`, `dtype` as in `CellLoss`.
    """

    def __init__(
        self,
        gamma: float = 2.0,
        alpha: Sequence[float] | None = None,
        *,
        normalize: bool = False,
        name: str = "categorical_focal",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.gamma, self.alpha, self.normalize = focusing(gamma), weight_per_class(alpha), normalize

    def cells(self, labels: Tensor, logits: Tensor) -> Cells:
        return categorical_focal_cells(
            labels, logits, self.gamma, self.alpha, ignore=self.ignore, normalize=self.normalize
        )

    def get_config(self) -> dict[str, Any]:
        own = {"gamma": self.gamma, "alpha": self.alpha, "normalize": self.normalize}
        return {**super().get_config(), **own}
