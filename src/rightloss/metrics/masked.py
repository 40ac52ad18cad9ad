"""Keras's accuracy, precision and recall over the known labels: the companions of a loss that ignores a value."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from rightloss.losses.cells import Tensor
from rightloss.metrics import statistics
from rightloss.metrics.multilabel import MultiLabelPrecision, MultiLabelRecall
from rightloss.metrics.streaming import ClassMetric, LabelMetric


@keras.saving.register_keras_serializable(package="rightloss")
class MaskedBinaryAccuracy(LabelMetric):
    """Share of the known yes / no labels that were given right, every known cell weighing the same.

    The companion of `rightloss.losses.MaskedBinaryCrossentropy`, with the same mask; 1 - Hamming loss.

    Args:
        ignore: the label value that means "missing"; NaN always does.
        **kwargs: `threshold`, `from_logits`, `name`, `dtype` as in `LabelMetric`.

    Example:
        >>> accuracy = MaskedBinaryAccuracy(from_logits=True)
        >>> round(float(accuracy([[1, -1], [0, 0]], [[2.0, 9.0], [3.0, -1.0]])), 4)
        0.6667
    """

    def __init__(self, ignore: float | None = -1, **kwargs: Any) -> None:
        super().__init__(ignore, **kwargs)

    def statistic(self, counts: Tensor) -> Tensor:
        return statistics.accuracy(ops.sum(counts, axis=0))


@keras.saving.register_keras_serializable(package="rightloss")
class MaskedPrecision(MultiLabelPrecision):
    """Precision over all known cells together, as `keras.metrics.Precision` has it, which counts -1 as a yes.

    Args:
        ignore: the label value that means "missing"; NaN always does.
        average: "micro" is all cells together; the others as in `MultiLabelPrecision`.
        **kwargs: `threshold`, `from_logits`, `name`, `dtype` as in `LabelMetric`.
    """

    def __init__(self, ignore: float | None = -1, *, average: str | None = "micro", **kwargs: Any) -> None:
        super().__init__(average, ignore=ignore, **kwargs)


@keras.saving.register_keras_serializable(package="rightloss")
class MaskedRecall(MultiLabelRecall):
    """Recall over all known cells together, as `keras.metrics.Recall` has it, which counts -1 as a yes.

    Args:
        ignore: the label value that means "missing"; NaN always does.
        average: "micro" is all cells together; the others as in `MultiLabelRecall`.
        **kwargs: `threshold`, `from_logits`, `name`, `dtype` as in `LabelMetric`.
    """

    def __init__(self, ignore: float | None = -1, *, average: str | None = "micro", **kwargs: Any) -> None:
        super().__init__(average, ignore=ignore, **kwargs)


@keras.saving.register_keras_serializable(package="rightloss")
class MaskedSparseCategoricalAccuracy(ClassMetric):
    """Share of the known positions whose class was given right, on logits or probabilities.

    The companion of `keras.losses.SparseCategoricalCrossentropy(ignore_class=ignore)`: Keras's own accuracy counts the
    ignored positions as wrong. One-hot rows are read too.

    Args:
        ignore: the id that means "missing", such as -1, 255 or a padding id; NaN always does.
        **kwargs: `threshold`, `from_logits` (read only where there is one output), `name`, `dtype`.
    """

    def __init__(self, ignore: float | None = -1, **kwargs: Any) -> None:
        super().__init__(ignore, **kwargs)

    def statistic(self, counts: Tensor) -> Tensor:
        return statistics.accuracy(counts)
