"""Thresholds chosen on validation rows. Pure NumPy functions of yes / no labels and scores; a score is only ordered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENOUGH = 30
"""Validation positives from which a label gets a threshold of its own."""
Z = 1.645  # one-sided 95 %


@dataclass(frozen=True, slots=True)
class Threshold:
    """Say yes where the score is above `value`. `score` is what it reached on the validation rows."""

    value: float
    score: float
    positives: int


@dataclass(frozen=True)
class _Curve:
    """Everything that can be had by cutting: true and false positives above each cut, from strict to loose."""

    cuts: NDArray[np.float64]
    true: NDArray[np.int64]
    false: NDArray[np.int64]
    positives: int


def _curve(truth: Any, scores: Any) -> _Curve:
    truth, scores = np.asarray(truth).ravel() > 0, np.asarray(scores, np.float64).ravel()
    order = np.argsort(-scores, kind="stable")
    ranked, yes = scores[order], truth[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # ties are cut together
    true = np.cumsum(yes)[last]
    below = np.append(ranked[last[:-1] + 1], ranked[-1:] - 1) if len(last) else np.empty(0)
    return _Curve((ranked[last] + below) / 2, true, last + 1 - true, int(yes.sum()))


def f1_threshold(truth: Any, scores: Any) -> Threshold:
    """The cut with the largest F1. For calibrated probabilities it lies near half the F1 that it reaches
    (Lipton, Elkan, Naryanaswamy, Optimal Thresholding of Classifiers to Maximize F1 Measure, ECML 2014).

    Args:
        truth: (n,) of 0 and 1.
        scores: (n,).
    """
    curve = _curve(truth, scores)
    if not curve.positives:
        return Threshold(math.inf, 0.0, 0)
    f1 = 2 * curve.true / (curve.true + curve.false + curve.positives)
    best = int(f1.argmax())
    return Threshold(float(curve.cuts[best]), float(f1[best]), curve.positives)


def precision_threshold(truth: Any, scores: Any, precision: float) -> Threshold:
    """The loosest cut whose precision is, with about 95 % confidence, at least `precision`; its score is its recall.

    Confidence is Wilson's lower bound of a proportion: the cut with exactly this precision on validation rows misses it
    on new rows half of the time. The bound is that of each cut alone; as the loosest of many is taken, it misses in up
    to one of ten where the validation rows hold a hundred positives. `value` is infinity (never yes) where no cut
    reaches it.
    """
    curve = _curve(truth, scores)
    lower = wilson_lower(curve.true, curve.true + curve.false)
    reached = np.flatnonzero(lower >= precision)
    if not len(reached):
        return Threshold(math.inf, 0.0, curve.positives)
    best = int(reached[-1])
    return Threshold(float(curve.cuts[best]), float(curve.true[best] / max(curve.positives, 1)), curve.positives)


def wilson_lower(hits: Any, total: Any, z: float = Z) -> NDArray[np.float64]:
    """Lower end of Wilson's interval for a proportion (Journal of the American Statistical Association, 1927)."""
    hits, total = np.asarray(hits, np.float64), np.maximum(np.asarray(total, np.float64), 1)
    share = hits / total
    centre = share + z**2 / (2 * total)
    spread = z * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    found: NDArray[np.float64] = (centre - spread) / (1 + z**2 / total)
    return found


def label_thresholds(truth: Any, scores: Any, *, enough: int = ENOUGH) -> NDArray[np.float64]:
    """One cut for each label (column), each with the largest F1; labels with few validation positives share one.

    The shared cut has the largest F1 over all cells (micro-F1). NaN labels are left out.

    Args:
        truth: (n, L) of 0 and 1.
        scores: (n, L).
        enough: positives from which a label gets a cut of its own.
    """
    truth, scores = np.asarray(truth, np.float64), np.asarray(scores, np.float64)
    known = ~np.isnan(truth)
    shared = f1_threshold(truth[known], scores[known])
    found = np.full(truth.shape[1], shared.value)
    for label in range(truth.shape[1]):
        rows = known[:, label]
        own = f1_threshold(truth[rows, label], scores[rows, label])
        if own.positives >= enough:
            found[label] = own.value
    return found
