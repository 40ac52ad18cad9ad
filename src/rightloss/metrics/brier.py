"""The Brier score: how far probabilities are from labels."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from rightloss.losses.binary import binary_target
from rightloss.losses.cells import Tensor, cell_weights, ignore_value, keras_mask, weighted, wide


@keras.saving.register_keras_serializable(package="rightloss")
class BrierScore(keras.metrics.Mean):
    """Mean of (probability - label)^2 over the known cells. 0 is best; always answering 0.5 scores 0.25 on 0/1 labels.

    The number to watch where labels are probabilities: accuracy compares cells for equality and is 0 on them, and
    precision, recall and AUC take every label above 0 for a yes. It is a proper score: the best answer is the truth.

    Args:
        ignore: the label value that means missing; NaN always does.
        from_logits: whether predictions are raw scores, which go through a sigmoid first.
        name: of the metric.
        dtype: of its state.

    Example:
        >>> score = BrierScore(from_logits=True)
        >>> score.update_state([0.5, 1.0], [[0.0], [0.0]])
        >>> round(float(score.result()), 3)
        0.125

    References: Brier, Verification of forecasts expressed in terms of probability (Monthly Weather Review 1950).
    """

    def __init__(
        self,
        ignore: float | None = None,
        from_logits: bool = False,
        name: str = "brier_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._direction = "down"
        self.ignore = ignore_value(ignore)
        self.from_logits = from_logits

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Add a batch: labels and predictions of one shape up to a last dimension of 1, weights per example or cell.

        A label outside [0, 1] makes the score NaN; positions that Keras masks do not count.
        """
        mask, chances = keras_mask(y_pred), wide(y_pred)
        chances = ops.sigmoid(chances) if self.from_logits else chances
        target = binary_target(y_true, chances, ignore=self.ignore)
        _, weight = cell_weights(target.known, sample_weight, mask, dtype=chances.dtype)
        gap = ops.where(target.readable, target.values - chances, ops.full_like(chances, math.nan))
        gap = weighted(gap, ops.cast(weight != 0, gap.dtype))
        super().update_state(ops.square(gap), sample_weight=weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "ignore": self.ignore, "from_logits": self.from_logits}
