"""Metrics of several independent labels per example, over the labels that are known."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

from rightloss.losses.cells import Tensor
from rightloss.metrics import statistics
from rightloss.metrics.confusion import example_scores, label_decisions, weighted_mean_counts
from rightloss.metrics.streaming import LabelMetric


class _AveragedLabelMetric(LabelMetric):
    """A score of one label, averaged."""

    def __init__(self, average: str | None = "macro", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.average = statistics.known_average(average)

    def score(self, counts: Tensor) -> Tensor:
        """The score of counts (..., 2, 2)."""
        raise NotImplementedError

    def statistic(self, counts: Tensor) -> Tensor:
        return statistics.averaged(self.score, counts, self.average)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "average": self.average}


@keras.saving.register_keras_serializable(package="rightloss")
class MultiLabelPrecision(_AveragedLabelMetric):
    """Precision per label, averaged as `average` says ("macro", "micro", "weighted", None: one number per label)."""

    def score(self, counts: Tensor) -> Tensor:
        return statistics.precision(counts)


@keras.saving.register_keras_serializable(package="rightloss")
class MultiLabelRecall(_AveragedLabelMetric):
    """Recall per label, averaged as `average` says ("macro", "micro", "weighted", None: one number per label)."""

    def score(self, counts: Tensor) -> Tensor:
        return statistics.recall(counts)


@keras.saving.register_keras_serializable(package="rightloss")
class MultiLabelF1(_AveragedLabelMetric):
    """F1 per label, averaged as `average` says ("macro", "micro", "weighted", None: one number per label).

    A label that is never true and never predicted has no F1 and takes no part in "macro", as
    `sklearn.metrics.f1_score(zero_division=nan)` has it.
    """

    def score(self, counts: Tensor) -> Tensor:
        return statistics.f1(counts)


@keras.saving.register_keras_serializable(package="rightloss")
class HammingLoss(LabelMetric):
    """Share of the known labels that were given wrong; equal to `sklearn.metrics.hamming_loss`."""

    def statistic(self, counts: Tensor) -> Tensor:
        return 1 - statistics.accuracy(ops.sum(counts, axis=0))


class _ExampleMetric(LabelMetric):
    """A mean over examples; the counts are the sum of the weighted scores and the sum of the weights."""

    which: ClassVar[int]

    def count(self, labels: Tensor, outputs: Tensor, sample_weight: Tensor | None) -> Tensor:
        seen = label_decisions(labels, outputs, ignore=self.ignore, cut=self._cut, sample_weight=sample_weight)
        scores = example_scores(seen)
        return weighted_mean_counts(scores[self.which], scores[2])

    def statistic(self, counts: Tensor) -> Tensor:
        return counts[0] / counts[1]


@keras.saving.register_keras_serializable(package="rightloss")
class SubsetAccuracy(_ExampleMetric):
    """Share of the examples whose known labels were all given right; `sklearn.metrics.accuracy_score` of multi-hot."""

    which = 0


@keras.saving.register_keras_serializable(package="rightloss")
class ExampleF1(_ExampleMetric):
    """Mean over examples of the F1 of their label set.

    Equal to `sklearn.metrics.f1_score(average="samples", zero_division=1)`: an empty set, predicted empty, is right.
    """

    which = 1
