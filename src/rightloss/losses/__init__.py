"""Losses that Keras lacks: pure functions per example on logits, and a thin Keras class beside each.

Importing this package imports keras; `import rightloss` does not import this package.
"""

from rightloss.losses.focal import BinaryFocal, CategoricalFocal, binary_focal, categorical_focal
from rightloss.losses.grouped import GroupedCrossentropy, grouped_crossentropy, grouped_probabilities
from rightloss.losses.late_weights import LateWeightedCrossentropy, LateWeights, class_weighted_crossentropy
from rightloss.losses.masked import MaskedBinaryCrossentropy, masked_binary_crossentropy
from rightloss.losses.ordinal import CornCrossentropy, corn_crossentropy, corn_decode, corn_probabilities
from rightloss.losses.prior import PriorAdjustedCrossentropy, prior_adjusted_crossentropy

__all__ = [
    "BinaryFocal",
    "CategoricalFocal",
    "CornCrossentropy",
    "GroupedCrossentropy",
    "LateWeightedCrossentropy",
    "LateWeights",
    "MaskedBinaryCrossentropy",
    "PriorAdjustedCrossentropy",
    "binary_focal",
    "categorical_focal",
    "class_weighted_crossentropy",
    "corn_crossentropy",
    "corn_decode",
    "corn_probabilities",
    "grouped_crossentropy",
    "grouped_probabilities",
    "masked_binary_crossentropy",
    "prior_adjusted_crossentropy",
]
