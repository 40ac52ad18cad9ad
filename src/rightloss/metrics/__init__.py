"""Metrics that Keras lacks, or that lie there: streaming, over known labels, on logits or probabilities.

Importing this package imports keras; `import rightloss` does not import this package.
"""

from rightloss.metrics.brier import BrierScore
from rightloss.metrics.masked import (
    MaskedBinaryAccuracy,
    MaskedPrecision,
    MaskedRecall,
    MaskedSparseCategoricalAccuracy,
)
from rightloss.metrics.multiclass import (
    BalancedAccuracy,
    MatthewsCorrelation,
    MultiClassF1,
    MultiClassPrecision,
    MultiClassRecall,
    QuadraticKappa,
)
from rightloss.metrics.multilabel import (
    ExampleF1,
    HammingLoss,
    MultiLabelF1,
    MultiLabelPrecision,
    MultiLabelRecall,
    SubsetAccuracy,
)
from rightloss.metrics.skill import LogLossSkill, MultiLabelLogLossSkill

__all__ = [
    "BalancedAccuracy",
    "BrierScore",
    "ExampleF1",
    "HammingLoss",
    "LogLossSkill",
    "MaskedBinaryAccuracy",
    "MaskedPrecision",
    "MaskedRecall",
    "MaskedSparseCategoricalAccuracy",
    "MatthewsCorrelation",
    "MultiClassF1",
    "MultiClassPrecision",
    "MultiClassRecall",
    "MultiLabelF1",
    "MultiLabelLogLossSkill",
    "MultiLabelPrecision",
    "MultiLabelRecall",
    "QuadraticKappa",
    "SubsetAccuracy",
]
