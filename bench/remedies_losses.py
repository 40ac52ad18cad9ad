"""Two losses for many labels that rightloss does not have, because bench/remedies.py shows no gain: kept to measure."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

FAR = -1e9


class Asymmetric(keras.losses.Loss):
    """Ridnik et al., Asymmetric Loss for Multi-Label Classification (ICCV 2021), mean over cells.

    With p = sigmoid(z) and q = max(p - 0.05, 0):  -y (1 - p) log p - (1 - y) q^4 log(1 - q).
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        y, p = tf.cast(y_true, y_pred.dtype), tf.sigmoid(y_pred)
        q = tf.maximum(p - 0.05, 0.0)
        no = -(q**4) * tf.math.log(tf.sigmoid(-y_pred) + 0.05)
        return tf.reduce_mean(y * (1 - p) * tf.nn.softplus(-y_pred) + (1 - y) * tf.where(q > 0, no, 0.0), axis=-1)


class TwoWay(keras.losses.Loss):
    """Kobayashi, Two-Way Multi-Label Loss (CVPR 2023): over the labels of a row, and over the rows of a label.

    softplus(log sum of exp z over the false + 4 log sum of exp -z / 4 over the true), where anything is true.
    """

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        yes = tf.cast(y_true, tf.bool)
        return self._along(yes, y_pred, 0) + self._along(yes, y_pred, 1)

    @staticmethod
    def _along(yes: Any, z: Any, axis: int) -> Any:
        false = tf.reduce_logsumexp(tf.where(yes, FAR, z), axis)
        true = 4 * tf.reduce_logsumexp(tf.where(yes, -z / 4, FAR), axis)
        counts = tf.reduce_any(yes, axis)
        losses = tf.nn.softplus(false + tf.where(counts, true, 0.0))
        return tf.math.divide_no_nan(
            tf.reduce_sum(tf.where(counts, losses, 0.0)), tf.reduce_sum(tf.cast(counts, z.dtype))
        )
