"""Class weights that act only in the last part of training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rightloss.errors import WrongArgument
from rightloss.losses.cells import CellLoss, Cells, Tensor, against_last_axis, ignore_value, positive
from rightloss.losses.classes import ClassTarget, class_cells


def class_weighted_crossentropy(
    labels: Tensor,
    logits: Tensor,
    *,
    class_weight: Sequence[float],
    share: float = 1.0,
    ignore: float | None = None,
    normalize: bool = False,
) -> Tensor:
    r"""Softmax cross-entropy in which each class has a weight.

    With target t (one-hot of an id, or a distribution) and weights w the loss is
    -sum_k (1 + share (w_k - 1)) t_k log softmax(z)_k;  `share` = 0 is plain cross-entropy.

    When to use: through `LateWeightedCrossentropy` and `LateWeights`, where balanced accuracy is the goal of a network
    trained from scratch. When not: from the first epoch on many classes in a long tail, where full weights do
    harm; together with another way of moving the class prior. The probabilities are those of a prior proportional
    to w_k pi_k: subtract log w_k from the logits to undo it.

    Args:
        labels: ids in [0, K), shape (...) or (..., 1); or rows (..., K) that sum to 1. NaN and `ignore` mean missing.
        logits: float, shape (..., K).
        class_weight: one positive number per class. Their mean over the *training rows* should be 1, so that the
            learning rate keeps its meaning: `rightloss.advice.weights.class_weights`.
        share: how much of the weights acts, 0 to 1.
        ignore: the label value that means missing.
        normalize: divide rows by their sum instead of refusing those that do not sum to 1.

    Returns:
        Mean over the known positions of each example, shape (n,).

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, or a weight is not a positive number.

    Example:
        >>> class_weighted_crossentropy([0, 1], [[0.0, 0.0], [0.0, 0.0]], class_weight=[0.5, 2.0]).numpy().round(4)
        array([0.3466, 1.3863], dtype=float32)

    References: Cao et al., Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss (NeurIPS 2019):
        deferred re-weighting.
    """
    weights = weight_list(class_weight)
    return class_weighted_cells(
        labels, logits, weights, share, ignore=ignore_value(ignore), normalize=normalize
    ).per_example()


def class_weighted_cells(
    labels: Tensor, logits: Tensor, class_weight: list[float], share: Any, *, ignore: float | None, normalize: bool
) -> Cells:
    """The cells of `class_weighted_crossentropy`, one per position; `share` is a number or a variable."""

    def formula(target: ClassTarget, z: Tensor) -> Tensor:
        weight = against_last_axis(class_weight, z, name="class_weight")
        weight = 1 + ops.cast(share, z.dtype) * (weight - 1)
        return -target.expectation(weight * ops.log_softmax(z, axis=-1))

    return class_cells(labels, logits, formula, ignore=ignore, normalize=normalize)


def weight_list(class_weight: Any) -> list[float]:
    """One positive weight per class.

    Raises:
        WrongArgument: otherwise.
    """
    weights = positive(class_weight, name="class_weight")
    if not isinstance(weights, list):
        raise WrongArgument(
            f"class_weight={class_weight!r}", expected="one weight per class", fix="class_weight=[0.5, 2.0]"
        )
    return weights


@keras.saving.register_keras_serializable(package="rightloss")
class LateWeightedCrossentropy(CellLoss):
    """Keras form of `class_weighted_crossentropy` that is plain until `LateWeights` switches its weights on.

    The switch is a state of the run, not of the loss: a loaded loss is plain again, and the callback sets it by
    the epoch. It also acts on `val_loss`, which therefore jumps at the switch; watch a metric instead.

    Args:
        class_weight: one positive number per class, or a dictionary as Keras takes it.
        ignore: the label value that means missing; NaN always does.
        normalize: divide rows by their sum instead of refusing those that do not sum to 1.
        **kwargs: `name`, `reduction`, `dtype` as in `CellLoss`.
    """

    def __init__(
        self,
        class_weight: Sequence[float],
        *,
        normalize: bool = False,
        name: str = "late_weighted_crossentropy",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.class_weight = weight_list(class_weight)
        self.normalize = normalize
        self.share = keras.Variable(0.0, trainable=False, dtype="float32", name="share")

    def cells(self, labels: Tensor, logits: Tensor) -> Cells:
        return class_weighted_cells(
            labels, logits, self.class_weight, self.share, ignore=self.ignore, normalize=self.normalize
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "class_weight": self.class_weight, "normalize": self.normalize}


class LateWeights(keras.callbacks.Callback):
    """Switches the weights of every `LateWeightedCrossentropy` of the model on, from one epoch to the end.

    Plain training first keeps the features that natural sampling learns; weights afterwards move the decision. Meant
    together with a drop of the learning rate at the same epoch.

    Args:
        start_epoch: first epoch, counted from 0, in which the weights act; such as 0.8 of all epochs.

    Raises:
        WrongArgument: when training starts and no loss of the model is a `LateWeightedCrossentropy`.
    """

    def __init__(self, start_epoch: int) -> None:
        super().__init__()
        self.start_epoch = start_epoch
        self._losses: list[LateWeightedCrossentropy] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        given = keras.tree.flatten(self.model.loss)
        self._losses = [loss for loss in given if isinstance(loss, LateWeightedCrossentropy)]
        if not self._losses:
            raise WrongArgument(
                f"LateWeights on a model compiled with loss={self.model.loss!r}",
                expected="a LateWeightedCrossentropy among its losses",
                fix="model.compile(loss=LateWeightedCrossentropy(class_weight), ...)",
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        for loss in self._losses:
            loss.share.assign(1.0 if epoch >= self.start_epoch else 0.0)
