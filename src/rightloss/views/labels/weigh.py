"""Weights of examples for a `tf.data.Dataset`, computed batch by batch from the counts of all labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.imbalance import CAP, Imbalance
from rightloss.advice.weights import Scheme, class_weights
from rightloss.contract import Contract, Labels


def counts_of(found: Imbalance, contract: Contract) -> NDArray[np.float64]:
    """Counts as `advice.weights` takes them: (K,) of exclusive classes, (L, 2) negatives and positives of columns."""
    counts = np.asarray(found.counts, dtype=np.float64)
    if contract.labels is Labels.BINARY:
        return counts.reshape(1, 2)
    if contract.labels in (Labels.MULTIHOT, Labels.MULTIHOT_MISSING):
        totals = np.broadcast_to(np.asarray(found.totals, dtype=np.float64), counts.shape)
        return np.stack([totals - counts, counts], axis=1)
    return counts


def weigh_dataset(
    dataset: Any, contract: Contract, counts: NDArray[np.float64], scheme: Scheme = "balanced", cap: float | None = CAP
) -> Any:
    """A dataset of (x, y) as one of (x, y, weight), for `fit`.

    Args:
        dataset: `tf.data.Dataset` of (x, y), batched or not, y as the loss reads it.
        contract: says how y is encoded and which value means "no label" (weight 0).
        counts: `counts_of` all training labels, so that every batch is weighed alike.
        scheme: see `rightloss.advice.weights.class_weights`.
        cap: largest weight; None for no cap.

    Returns:
        Weights are float32: one for each label of ids, yes/no labels and one-hot rows; one for each cell of labels that
        can be true together, which only losses of `rightloss.losses` read.
    """
    import tensorflow as tf

    pairs = counts.ndim == 2
    table = (
        np.stack([class_weights(pair, scheme, cap=cap) for pair in counts])
        if pairs
        else class_weights(counts, scheme, cap=cap)
    )
    weights = tf.constant(table, dtype=tf.float32)
    exclusive = contract.labels in (Labels.ONEHOT, Labels.DISTRIBUTION)
    gap = None if contract.ignore is None or contract.ignore != contract.ignore else contract.ignore

    def weigh(x: Any, y: Any) -> tuple[Any, Any, Any]:
        cells = tf.cast(y, tf.float32)
        if exclusive:
            return x, y, tf.linalg.matvec(cells, weights)
        known = tf.math.is_finite(cells)
        if gap is not None:
            known &= cells != gap
        cells = tf.where(known, cells, 0.0)
        if pairs:
            found = (1 - cells) * weights[:, 0] + cells * weights[:, 1]
        else:
            found = tf.gather(weights, tf.cast(cells, tf.int64))
        found = tf.where(known, found, 0.0)
        single = contract.labels in (Labels.INDEX, Labels.BINARY) and y.shape.rank and y.shape[-1] == 1
        return x, y, tf.squeeze(found, -1) if single else found

    return dataset.map(weigh, num_parallel_calls=tf.data.AUTOTUNE)
