"""From counts to numbers, by the definitions of scikit-learn.

Where they are silent or warn, these say: a ratio 0 / 0 of a class that occurs is 0; a class that occurs neither among
labels nor among predictions has no score (NaN) and takes no part in an average; nothing counted at all is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from keras import ops

from rightloss.errors import WrongArgument
from rightloss.losses.cells import Tensor

AVERAGES = ("macro", "micro", "weighted", None)


def precision(counts: Tensor) -> Tensor:
    """Right among those said to be positive, of counts (..., 2, 2)."""
    return ops.divide_no_nan(counts[..., 1, 1], counts[..., 1, 1] + counts[..., 0, 1])


def recall(counts: Tensor) -> Tensor:
    """Found among those that are positive, of counts (..., 2, 2)."""
    return ops.divide_no_nan(counts[..., 1, 1], counts[..., 1, 1] + counts[..., 1, 0])


def f1(counts: Tensor) -> Tensor:
    """Harmonic mean of precision and recall, of counts (..., 2, 2)."""
    twice = 2 * counts[..., 1, 1]
    return ops.divide_no_nan(twice, twice + counts[..., 0, 1] + counts[..., 1, 0])


def averaged(score: Callable[[Tensor], Tensor], counts: Tensor, average: str | None) -> Tensor:
    """A per-class score of counts (K, 2, 2) as one number, or as K of them.

    Args:
        score: `precision`, `recall` or `f1`.
        counts: [class, true, predicted].
        average: "macro", mean over classes that occur; "micro", score of the summed counts; "weighted", mean
            weighted by how often a class is true; None, shape (K,), NaN where a class does not occur.
    """
    if average == "micro":
        counts = ops.sum(counts, axis=0, keepdims=True)
    values = score(counts)
    support = counts[..., 1, 1] + counts[..., 1, 0]
    occurs = ops.cast(support + counts[..., 0, 1] > 0, values.dtype)
    occurs = occurs + 0 * support  # NaN counts stay NaN
    if average is None:
        return ops.where(occurs == 0, ops.full_like(values, math.nan), values)
    if average == "weighted":  # where no class is ever true, but some were predicted, all of it is wrong
        nowhere = ops.logical_and(ops.sum(support) == 0, ops.sum(occurs) > 0)
        return ops.where(nowhere, ops.zeros_like(ops.sum(values)), mean(values, support))
    return mean(values, occurs)


def mean(values: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean; NaN where nothing has weight."""
    return ops.sum(values * weight) / ops.sum(weight)


def accuracy(matrix: Tensor) -> Tensor:
    """Share of the right class, of a (K, K) confusion matrix."""
    return ops.sum(ops.diagonal(matrix)) / ops.sum(matrix)


def balanced_accuracy(matrix: Tensor) -> Tensor:
    """Mean recall over the classes that occur among the labels."""
    support = ops.sum(matrix, axis=1)
    occurs = ops.cast(support > 0, matrix.dtype) + 0 * support
    return mean(ops.divide_no_nan(ops.diagonal(matrix), support), occurs)


def matthews_correlation(matrix: Tensor) -> Tensor:
    """Correlation of true and predicted class (Gorodkin 2004, R_K); 0 where either is constant."""
    total, true, said = ops.sum(matrix), ops.sum(matrix, axis=1), ops.sum(matrix, axis=0)
    # Rounding leaves a constant side a spread that is not always an exact 0, so its classes are counted instead.
    constant = ops.minimum(ops.sum(ops.cast(true > 0, "int32")), ops.sum(ops.cast(said > 0, "int32"))) < 2
    true, said, hit = true / total, said / total, ops.diagonal(matrix) / total
    spread = ops.sum(true * (1 - true)) * ops.sum(said * (1 - said))
    root = ops.sqrt(ops.where(constant, ops.ones_like(spread), spread))
    return ops.where(constant, 0 * ops.sum(hit), ops.sum(hit - true * said) / root)  # 0 times NaN stays NaN


def quadratic_kappa(matrix: Tensor) -> Tensor:
    """Agreement of ordered classes beyond chance, disagreement weighted by the squared distance (Cohen 1968).

    NaN where labels and predictions are all one and the same class: no disagreement was possible.
    """
    rank = ops.arange(matrix.shape[0], dtype=matrix.dtype)
    distance = (ops.expand_dims(rank, 1) - ops.expand_dims(rank, 0)) ** 2
    true, said = ops.sum(matrix, axis=1, keepdims=True), ops.sum(matrix, axis=0, keepdims=True)
    return 1 - ops.sum(distance * matrix) / (ops.sum(distance * true * said) / ops.sum(matrix))


def entropy(rates: Tensor) -> Tensor:
    """Entropy in nats of each distribution in the last axis."""
    safe = ops.where(rates > 0, rates, ops.ones_like(rates))
    return -ops.sum(rates * ops.log(safe), axis=-1)


def known_average(average: str | None) -> str | None:
    """`average` if it is one of `AVERAGES`.

    Raises:
        WrongArgument: otherwise.
    """
    if average not in AVERAGES:
        raise WrongArgument(f"average={average!r}", expected=" or ".join(map(repr, AVERAGES)), fix='average="macro"')
    return average
