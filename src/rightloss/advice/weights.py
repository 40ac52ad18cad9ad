"""Weights of classes and of labels that do not change the learning rate. Pure NumPy.

Weights move the class prior that a model answers with, exactly as a threshold or a logit adjustment does: use one of
them, not two. A model trained with weights w_k gives the probabilities of a prior proportional to w_k pi_k; subtract
log w_k from its logits to undo it.

Keras divides a weighted loss by the *number* of labels. So the mean weight of the labels must be 1, or the weights are
a hidden change of the learning rate: everything here is normalised to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.imbalance import CAP
from rightloss.contract import Labels
from rightloss.errors import WrongArgument

Scheme = Literal["balanced", "sqrt", "effective"]
SCHEMES: tuple[Scheme, ...] = ("balanced", "sqrt", "effective")

BETA = 0.999
"""Effective-number scheme: classes with far more than 1 / (1 - beta) = 1000 examples count as equally frequent."""


def class_weights(
    counts: Sequence[float] | NDArray[Any], scheme: Scheme = "balanced", *, beta: float = BETA, cap: float | None = CAP
) -> NDArray[np.float64]:
    """One weight per class, with mean 1 over the counted labels.

    With n_k labels of class k, "balanced" is proportional to 1 / n_k, "sqrt" to 1 / sqrt(n_k), "effective" to
    (1 - beta) / (1 - beta^n_k), which is between no weights (beta = 0) and "balanced" (beta near 1).

    Args:
        counts: labels of each class, shape (K,), whole or weighted numbers >= 0.
        scheme: one of the three.
        beta: read by "effective" only, in [0, 1).
        cap: largest weight, >= 1; what is cut off goes to the other classes so that the mean stays 1. None: no cap.

    Returns:
        float64, shape (K,), sum_k n_k w_k = sum_k n_k. A class without labels gets the largest weight of the others.

    Raises:
        WrongArgument: where counts are not numbers >= 0 with a positive sum, or another argument is out of range.

    Example:
        >>> class_weights([90, 10]).round(3).tolist()
        [0.556, 5.0]
        >>> class_weights([9990, 10], cap=20).round(3).tolist()
        [0.981, 20.0]

    See also: `sample_weight`. Keras takes `class_weight=dict(enumerate(weights))` for class ids and one-hot rows only.
    References: Cui et al., Class-Balanced Loss Based on Effective Number of Samples (CVPR 2019);
        scikit-learn, `compute_class_weight("balanced")`.
    """
    n = np.asarray(counts, dtype=np.float64)
    if n.ndim != 1 or not np.isfinite(n).all() or (n < 0).any() or not n.any():
        raise WrongArgument(
            f"counts={counts!r}", expected="one number >= 0 per class, some above 0", fix="counts=numpy.bincount(ids)"
        )
    if cap is not None and not cap >= 1:
        raise WrongArgument(f"cap={cap!r}", expected="a number >= 1: the mean weight is 1", fix=f"cap={CAP}")
    seen = n > 0
    weights = np.empty_like(n)
    weights[seen] = _normalised(n[seen], _raw(n[seen], scheme, beta), cap)
    weights[~seen] = weights[seen].max()
    return weights


def _raw(n: NDArray[np.float64], scheme: Scheme, beta: float) -> NDArray[np.float64]:
    """Weights up to a factor."""
    if scheme == "balanced":
        return 1 / n
    if scheme == "sqrt":
        return 1 / np.sqrt(n)
    if scheme != "effective":
        raise WrongArgument(f"scheme={scheme!r}", expected=" or ".join(map(repr, SCHEMES)), fix='scheme="balanced"')
    if not 0 <= beta < 1:
        raise WrongArgument(f"beta={beta!r}", expected="a number in [0, 1)", fix=f"beta={BETA}")
    return np.ones_like(n) if beta == 0 else -1 / np.expm1(n * np.log(beta))


def _normalised(n: NDArray[np.float64], raw: NDArray[np.float64], cap: float | None) -> NDArray[np.float64]:
    """`raw` times the factor that makes the mean over labels 1 when no weight may exceed `cap`."""
    weights = raw * (n.sum() / (n @ raw))
    if cap is None:
        return weights
    capped = np.zeros(len(n), dtype=bool)
    while (over := weights > cap * (1 + 1e-12)).any():  # raising the others can push the next class over; <= K rounds
        capped |= over
        rest = n.sum() - cap * n[capped].sum()
        weights = np.where(capped, cap, raw * (rest / (n[~capped] @ raw[~capped])))
    return weights


def label_counts(
    labels: Any, encoding: Labels | str, *, classes: int | None = None, ignore: float | None = None
) -> NDArray[np.float64]:
    """How often each class occurs; missing labels (NaN, `ignore`) are not counted.

    Args:
        labels: numbers, any shape that `encoding` allows, see `sample_weight`.
        encoding: a value of `rightloss.contract.Labels`.
        classes: K for "index"; the largest id + 1 if None.
        ignore: the label value that means missing.

    Returns:
        float64. (K,) for "index", "onehot" and "distribution" (there the summed shares); (L, 2), negatives and
        positives of each label, for "multihot"; (1, 2) for "binary".

    Raises:
        WrongArgument: where a label is none of the encoding.
    """
    encoding = Labels(encoding)
    y, known = _read(labels, encoding, ignore)
    if encoding is Labels.INDEX:
        return np.bincount(_ids(y, known, classes)[known], minlength=classes or 0).astype(np.float64)
    if encoding in (Labels.ONEHOT, Labels.DISTRIBUTION):
        return y[known.all(-1)].sum(0)
    y, known = _columns(y, known, encoding)
    positives = y.sum(0)
    return np.stack([known.sum(0) - positives, positives], axis=1)


def sample_weight(
    labels: Any,
    encoding: Labels | str,
    scheme: Scheme = "balanced",
    *,
    counts: NDArray[Any] | None = None,
    classes: int | None = None,
    ignore: float | None = None,
    beta: float = BETA,
    cap: float | None = CAP,
) -> NDArray[np.float32]:
    """The weight of every label, for `fit(sample_weight=...)`; mean 1 over the known labels, 0 where missing.

    | encoding | labels | weights |
    |---|---|---|
    | "index" | (n,), (n, 1); tokens (n, T); pixels (n, H, W), (n, H, W, 1) | (n,); (n, T); (n, H, W) |
    | "onehot", "distribution" | (..., K) | (...), the expected weight of the row |
    | "binary" | as "index" | as "index" |
    | "multihot", "multihot-missing" | (n, L) | (n, L), each label balanced by itself |

    Keras's losses take every row but the last: weights per cell need a loss of `rightloss.losses`, such as
    `MaskedBinaryCrossentropy`. Batches of a generator or of `tf.data` are weighted alike if each call gets the `counts`
    of the whole data; ids of a dataset by `table = class_weights(counts).astype("float32")` and
    `dataset.map(lambda x, y: (x, y, tf.gather(table, y)))`. Several outputs: one call for each.

    Args:
        labels: numbers; see the table.
        encoding: a value of `rightloss.contract.Labels`.
        scheme: as in `class_weights`.
        counts: `label_counts` of all training labels; those of `labels` if None.
        classes: K for "index".
        ignore: the label value that means missing.
        beta: as in `class_weights`.
        cap: as in `class_weights`.

    Returns:
        float32, shapes as above.

    Raises:
        WrongArgument: where a label is none of the encoding, or an argument is out of range.

    Example:
        >>> sample_weight([0, 0, 0, 1], "index").round(3).tolist()
        [0.6669999957084656, 0.6669999957084656, 0.6669999957084656, 2.0]
    """
    encoding = Labels(encoding)
    if counts is None:
        counts = label_counts(labels, encoding, classes=classes, ignore=ignore)
    counts = np.asarray(counts, dtype=np.float64)
    y, known = _read(labels, encoding, ignore)
    if encoding in (Labels.INDEX, Labels.ONEHOT, Labels.DISTRIBUTION):
        per_class = class_weights(counts, scheme, beta=beta, cap=cap)
        if encoding is Labels.INDEX:
            return np.where(known, per_class[_ids(y, known, len(per_class))], 0).astype(np.float32)
        return (np.where(known.all(-1, keepdims=True), y, 0) @ per_class).astype(np.float32)
    shape = y.shape
    y, known = _columns(y, known, encoding)
    pairs = np.stack([_pair(pair, scheme, beta, cap) for pair in counts.reshape(-1, 2)])
    return np.where(known, (1 - y) * pairs[:, 0] + y * pairs[:, 1], 0).reshape(shape).astype(np.float32)


def _pair(counts: NDArray[np.float64], scheme: Scheme, beta: float, cap: float | None) -> NDArray[np.float64]:
    """Weights of negatives and positives of one label; 1 where it has no known cell."""
    return class_weights(counts, scheme, beta=beta, cap=cap) if counts.any() else np.ones(2)


def _read(labels: Any, encoding: Labels, ignore: float | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Labels as float64, exact for every id, and which are known; one label per position has no last axis of 1."""
    y = np.asarray(labels)
    if y.dtype.kind not in "biuf":
        raise WrongArgument(
            f"labels of dtype {y.dtype}", expected="numbers", fix="numpy.unique(labels, return_inverse=True)[1]"
        )
    if encoding in (Labels.INDEX, Labels.BINARY) and y.ndim > 1 and y.shape[-1] == 1:
        y = y[..., 0]
    y = y.astype(np.float64)
    known = ~np.isnan(y)
    return y, known if ignore is None else known & (y != ignore)


def _ids(y: NDArray[np.float64], known: NDArray[np.bool_], classes: int | None) -> NDArray[np.intp]:
    """Class ids, 0 where missing."""
    ids = np.where(known, y, 0)
    bad = ids[(ids < 0) | (ids != np.floor(ids)) | (ids >= (classes or np.inf))]
    if bad.size:
        raise WrongArgument(
            f"label {bad[0]:g} among class ids",
            expected=f"whole numbers from 0{f' to {classes - 1}' if classes else ''}",
            fix="ignore=-1 if the value means missing",
        )
    return ids.astype(np.intp)


def _columns(
    y: NDArray[np.float64], known: NDArray[np.bool_], encoding: Labels
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Yes / no labels as (cells, L), 0 where missing: one column for "binary", the last axis for "multihot"."""
    y = np.where(known, y, 0)
    bad = y[(y < 0) | (y > 1)]
    if bad.size:
        raise WrongArgument(
            f"label {bad[0]:g} among yes / no labels",
            expected="0, 1 or a probability",
            fix=f"ignore={bad[0]:g} if the value means missing",
        )
    width = 1 if encoding is Labels.BINARY else y.shape[-1]
    return y.reshape(-1, width), known.reshape(-1, width)
