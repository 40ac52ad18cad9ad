"""The Keras side of all metrics here: one array of counts, added up over batches, turned into a number at the end."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from rightloss.errors import WrongArgument
from rightloss.losses.cells import Tensor, ignore_value, plain
from rightloss.metrics.confusion import COUNT_DTYPE, class_confusion, label_confusion


class CountingMetric(keras.metrics.Metric):
    """A metric that is a function of counts. Subclasses say what is counted and what number the counts make.

    The size of the counts is taken from the first outputs.

    Args:
        ignore: the label value that means "missing"; NaN always does.
        name: name of the metric; its class in snake_case unless told, without the number Keras would add.
        dtype: dtype of the result; counts are float64.
    """

    def __init__(self, *, ignore: float | None = None, name: str | None = None, dtype: Any = None) -> None:
        own = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()
        super().__init__(name=name or own, dtype=dtype)
        self.ignore = ignore_value(ignore)
        self.counts: Any = None

    def count(self, labels: Tensor, outputs: Tensor, sample_weight: Tensor | None) -> Tensor:
        """Counts of one batch."""
        raise NotImplementedError

    def statistic(self, counts: Tensor) -> Tensor:
        """The number, or one per class, that the counts make."""
        raise NotImplementedError

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> None:
        """Adds one batch.

        Args:
            y_true: labels; shapes as said by the metric.
            y_pred: outputs of the model.
            sample_weight: one value per example, or one per position or cell.
        """
        counts = self.count(y_true, ops.convert_to_tensor(y_pred), sample_weight)
        if self.counts is None:
            if None in tuple(counts.shape):
                raise WrongArgument(
                    f"outputs of shape {tuple(y_pred.shape)} for {self.name}",
                    expected="a last axis whose size is known while tracing",
                    fix="end the model with a Dense layer, or set the shape of the dataset's elements",
                )
            self.counts = self.add_variable(
                shape=tuple(counts.shape), initializer="zeros", dtype=COUNT_DTYPE, name="counts"
            )
        self.counts.assign_add(counts)

    def result(self) -> Tensor:
        if self.counts is None:
            return ops.convert_to_tensor(math.nan, dtype=self.dtype)
        return ops.cast(self.statistic(ops.convert_to_tensor(self.counts)), self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "ignore": self.ignore}


class ClassMetric(CountingMetric):
    """A metric of exclusive classes, from their confusion matrix (K, K).

    Labels are ids, one-hot rows or distributions against K outputs, or 0/1 labels against one output. Logits and
    probabilities have the same largest entry, so `from_logits` and `threshold` are read only where there is one output.

    Args:
        ignore: the label value that means "missing", such as a padding id; NaN always does.
        threshold: one output: class 1 where its probability is greater.
        from_logits: one output: whether it is a logit.
        **kwargs: `name`, `dtype`.
    """

    def __init__(
        self, ignore: float | None = None, *, threshold: float = 0.5, from_logits: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(ignore=ignore, **kwargs)
        self.threshold = plain(threshold, name="threshold")
        self.from_logits = from_logits
        self._cut = cut(self.threshold, from_logits=from_logits)

    def count(self, labels: Tensor, outputs: Tensor, sample_weight: Tensor | None) -> Tensor:
        return class_confusion(labels, outputs, ignore=self.ignore, cut=self._cut, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "threshold": self.threshold, "from_logits": self.from_logits}


class LabelMetric(CountingMetric):
    """A metric of independent labels, from the 2 x 2 confusion matrix of each: (L, 2, 2).

    Labels are 0, 1 or probabilities (yes above 0.5), one per output.

    Args:
        ignore: the label value that means "missing"; NaN always does.
        threshold: yes where the probability is greater; one number, or one per label.
        from_logits: whether outputs are logits.
        **kwargs: `name`, `dtype`.
    """

    def __init__(
        self,
        ignore: float | None = None,
        *,
        threshold: float | Sequence[float] = 0.5,
        from_logits: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(ignore=ignore, **kwargs)
        self.threshold = plain(threshold, name="threshold")
        self.from_logits = from_logits
        self._cut = cut(self.threshold, from_logits=from_logits)

    def count(self, labels: Tensor, outputs: Tensor, sample_weight: Tensor | None) -> Tensor:
        return label_confusion(labels, outputs, ignore=self.ignore, cut=self._cut, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "threshold": self.threshold, "from_logits": self.from_logits}


def cut(threshold: float | list[float], *, from_logits: bool) -> float | list[float]:
    """Where outputs are cut: the probability `threshold`, or on logits its log-odds.

    Raises:
        WrongArgument: where it is no probability between 0 and 1.
    """
    values = threshold if isinstance(threshold, list) else [threshold]
    if any(not 0 < value < 1 for value in values):
        raise WrongArgument(
            f"threshold={threshold!r}",
            expected="a probability between 0 and 1; logits are cut at its log-odds",
            fix="from_logits=True, threshold=0.5 for logits cut at 0",
        )
    cuts = [math.log(value / (1 - value)) if from_logits else value for value in values]
    return cuts if isinstance(threshold, list) else cuts[0]
