"""Guesses of several degrees of sureness, by which losses are told apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SURE_AND_LEANING = ((0.5, 0.0), (2.0, 1.0), (5.0, 0.0), (1.0, -2.0))
"""How sure guesses are, and how far they lean to yes."""


def guesses(shape: tuple[int, ...]) -> list[NDArray[np.float32]]:
    """Raw scores of this shape, the same at each call."""
    random = np.random.default_rng(0)
    return [(sure * random.normal(size=shape) + lean).astype("float32") for sure, lean in _SURE_AND_LEANING]


def as_probabilities(scores: NDArray[np.float32], *, independent: bool) -> NDArray[np.float32]:
    """Sigmoid of independent units, softmax of exclusive ones."""
    if independent:
        return np.asarray(1 / (1 + np.exp(-scores)))
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def multiple(values: list[float], of: list[float], tolerance: float) -> bool:
    """Whether one positive factor makes these values of those."""
    if not all(np.isfinite(values)) or not all(np.isfinite(of)) or min(of) <= 0 or values[0] <= 0:
        return False
    ratios = [value / other for value, other in zip(values, of, strict=True)]
    return bool(np.allclose(ratios, ratios[0], rtol=tolerance, atol=0))
