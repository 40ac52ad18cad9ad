"""Metrics of exclusive classes that Keras lacks or that lie there: one confusion matrix, one definition each."""

from __future__ import annotations

from typing import Any

import keras

from rightloss.losses.cells import Tensor
from rightloss.metrics import statistics
from rightloss.metrics.confusion import one_against_rest
from rightloss.metrics.streaming import ClassMetric


@keras.saving.register_keras_serializable(package="rightloss")
class BalancedAccuracy(ClassMetric):
    """Mean recall of the classes that occur: accuracy as if all classes were equally frequent.

    Always naming the largest class scores 1 / K, however imbalanced the labels are.
    Equal to `sklearn.metrics.balanced_accuracy_score`.
    """

    def statistic(self, counts: Tensor) -> Tensor:
        return statistics.balanced_accuracy(counts)


@keras.saving.register_keras_serializable(package="rightloss")
class MatthewsCorrelation(ClassMetric):
    """Correlation of true and predicted class, from -1 to 1; 0 for constant predictions.

    Equal to `sklearn.metrics.matthews_corrcoef`.
    """

    def statistic(self, counts: Tensor) -> Tensor:
        return statistics.matthews_correlation(counts)


@keras.saving.register_keras_serializable(package="rightloss")
class QuadraticKappa(ClassMetric):
    """Agreement of *ordered* classes beyond chance, with errors weighted by their squared distance.

    Equal to `sklearn.metrics.cohen_kappa_score(weights="quadratic")` with the labels 0..K-1.
    """

    def statistic(self, counts: Tensor) -> Tensor:
        return statistics.quadratic_kappa(counts)


class _AveragedClassMetric(ClassMetric):
    """A score of one class, averaged."""

    def __init__(self, average: str | None = "macro", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.average = statistics.known_average(average)

    def score(self, counts: Tensor) -> Tensor:
        """The score of counts (..., 2, 2)."""
        raise NotImplementedError

    def statistic(self, counts: Tensor) -> Tensor:
        return statistics.averaged(self.score, one_against_rest(counts), self.average)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "average": self.average}


@keras.saving.register_keras_serializable(package="rightloss")
class MultiClassPrecision(_AveragedClassMetric):
    """Precision per class, averaged as `average` says ("macro", "micro", "weighted", None: one number per class).

    Keras's `Precision` thresholds each cell at 0.5 instead and is 0 where every probability is below.
    """

    def score(self, counts: Tensor) -> Tensor:
        return statistics.precision(counts)


@keras.saving.register_keras_serializable(package="rightloss")
class MultiClassRecall(_AveragedClassMetric):
    """Recall per class, averaged as `average` says ("macro", "micro", "weighted", None: one number per class)."""

    def score(self, counts: Tensor) -> Tensor:
        return statistics.recall(counts)


@keras.saving.register_keras_serializable(package="rightloss")
class MultiClassF1(_AveragedClassMetric):
    """F1 per class, averaged as `average` says ("macro", "micro", "weighted", None: one number per class).

    "macro" is the mean of the F1 of each class that occurs, not the F1 of mean precision and mean recall. "micro"
    is accuracy. Keras's `F1Score` counts a class that does not occur as 0.
    """

    def score(self, counts: Tensor) -> Tensor:
        return statistics.f1(counts)
