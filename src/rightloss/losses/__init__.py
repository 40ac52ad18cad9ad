"""Losses that Keras lacks: pure functions per example on logits, and a thin Keras class beside each.

Importing this package imports keras; `import rightloss` does not import this package.
"""

from rightloss.losses.masked import MaskedBinaryCrossentropy, masked_binary_crossentropy

__all__ = [
    "MaskedBinaryCrossentropy",
    "masked_binary_crossentropy",
]
