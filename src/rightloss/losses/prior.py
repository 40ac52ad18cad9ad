"""Softmax cross-entropy with the class prior moved into the logits: balanced softmax, logit adjustment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rightloss.errors import WrongArgument
from rightloss.losses.cells import CellLoss, Cells, Tensor, against_last_axis, ignore_value, positive
from rightloss.losses.classes import ClassTarget, class_cells


def prior_adjusted_crossentropy(
    labels: Tensor,
    logits: Tensor,
    *,
    prior: Sequence[float],
    tau: float = 1.0,
    label_smoothing: float = 0.0,
    ignore: float | None = None,
    normalize: bool = False,
) -> Tensor:
    r"""Softmax cross-entropy of  z + tau log prior  instead of z.

    With K classes, target t (one-hot of an id, or a distribution), smoothing s and prior pi the loss is
    -sum_k ((1 - s) t_k + s / K) log softmax(z + tau log pi)_k.  `tau` = 0 is plain cross-entropy; `tau` = 1 is
    balanced softmax and the logit-adjusted loss, which differ by a constant in z that cancels. Its gradient in z is
    exact also for soft labels: softmax(z + tau log pi) - t.

    When to use: balanced accuracy or macro recall is the goal, classes are at least 10 : 1, the network trains from
    scratch. When not: the goal is log-loss, calibrated probabilities or accuracy where deployment looks like training;
    together with class weights, resampling or another logit adjustment, which move the same prior twice.

    What it does to probabilities: softmax(z) answers as if all classes were equally frequent (`tau` = 1). Add
    tau log pi to the logits to get probabilities under the training prior back.

    Args:
        labels: ids in [0, K), any dtype, shape (...) or (..., 1); or rows (..., K) that sum to 1. NaN and `ignore`
            mean missing. An id outside the range or a row that is no distribution makes the loss NaN.
        logits: unnormalised log-probabilities, float, shape (..., K).
        prior: training frequency of each class, as counts or shares, all above 0; length K.
        tau: strength of the adjustment.
        label_smoothing: s in [0, 1); for ids too.
        ignore: the label value that means missing.
        normalize: divide rows by their sum instead of refusing those that do not sum to 1.

    Returns:
        Mean over the known positions of each example, shape (n,).

    Raises:
        WrongArgument: (a ValueError) where shapes do not fit, or the prior is not one positive number per class.

    Example:
        >>> prior_adjusted_crossentropy([0, 1], [[0.0, 0.0], [0.0, 0.0]], prior=[9, 1]).numpy().round(4)
        array([0.1054, 2.3026], dtype=float32)

    See also: `PriorAdjustedCrossentropy` (Keras class).
    References: Ren et al., Balanced Meta-Softmax for Long-Tailed Visual Recognition (NeurIPS 2020);
        Menon et al., Long-Tail Learning via Logit Adjustment (ICLR 2021).
    """
    shares = prior_shares(prior)
    return prior_cells(
        labels, logits, shares, tau, smoothing(label_smoothing), ignore=ignore_value(ignore), normalize=normalize
    ).per_example()


def prior_cells(
    labels: Tensor,
    logits: Tensor,
    prior: list[float],
    tau: float,
    label_smoothing: float,
    *,
    ignore: float | None,
    normalize: bool,
) -> Cells:
    """The cells of `prior_adjusted_crossentropy`, one per position."""

    def formula(target: ClassTarget, z: Tensor) -> Tensor:
        log_p = ops.log_softmax(z + tau * ops.log(against_last_axis(prior, z, name="prior")), axis=-1)
        hit = target.expectation(log_p)
        return (
            -hit if not label_smoothing else -(1 - label_smoothing) * hit - label_smoothing * ops.mean(log_p, axis=-1)
        )

    return class_cells(labels, logits, formula, ignore=ignore, normalize=normalize)


def prior_shares(prior: Any) -> list[float]:
    """Counts or shares of the classes as shares that sum to 1.

    Raises:
        WrongArgument: where it is not a list of positive numbers.
    """
    counts = positive(prior, name="prior")
    if not isinstance(counts, list):
        raise WrongArgument(f"prior={prior!r}", expected="one count per class", fix="prior=numpy.bincount(ids)")
    total = sum(counts)
    return [count / total for count in counts]


def smoothing(label_smoothing: float) -> float:
    """`label_smoothing` if it lies in [0, 1).

    Raises:
        WrongArgument: otherwise.
    """
    if not 0 <= label_smoothing < 1:
        raise WrongArgument(f"label_smoothing={label_smoothing!r}", expected="a number in [0, 1)", fix="0.1")
    return float(label_smoothing)


@keras.saving.register_keras_serializable(package="rightloss")
class PriorAdjustedCrossentropy(CellLoss):
    """Keras form of `prior_adjusted_crossentropy`; `y_pred` are logits.

    Args:
        prior: training frequency of each class, counts or shares.
        tau: strength of the adjustment.
        label_smoothing: in [0, 1).
        ignore: the label value that means missing; NaN always does.
        normalize: divide rows by their sum instead of refusing those that do not sum to 1.
        **kwargs: `name`, `reduction`, `dtype` as in `CellLoss`.
    """

    def __init__(
        self,
        prior: Sequence[float],
        *,
        tau: float = 1.0,
        label_smoothing: float = 0.0,
        ignore: float | None = None,
        normalize: bool = False,
        name: str = "prior_adjusted_crossentropy",
        **kwargs: Any,
    ) -> None:
        super().__init__(ignore=ignore, name=name, **kwargs)
        self.prior = prior_shares(prior)
        self.tau = tau
        self.label_smoothing = smoothing(label_smoothing)
        self.normalize = normalize

    def cells(self, labels: Tensor, logits: Tensor) -> Cells:
        return prior_cells(
            labels,
            logits,
            self.prior,
            self.tau,
            self.label_smoothing,
            ignore=self.ignore,
            normalize=self.normalize,
        )

    def get_config(self) -> dict[str, Any]:
        own = {
            "prior": self.prior,
            "tau": self.tau,
            "label_smoothing": self.label_smoothing,
            "normalize": self.normalize,
        }
        return {**super().get_config(), **own}
