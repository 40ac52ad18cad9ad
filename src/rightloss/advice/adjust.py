"""Moving what was learned to another purpose, after training: other class frequencies, costs, confidence.

Pure NumPy functions on log-probabilities. `log_p` is (n, K) for exclusive classes; for independent labels it is a pair
of columns (no, yes), which `pair` makes. All of it is undone by doing it with the opposite sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.imbalance import RARE

Floats = NDArray[np.float64]

TINY = 1e-12  # predictions of exactly 0 stand for "less than float32 can say"
TAUS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
STANDARD_ERRORS = 2.0  # by which another tau must beat the one that theory names


def log_probabilities(predictions: Any, *, logits: bool, one_unit: bool) -> Floats:
    """Predictions of a model as log-probabilities of exclusive classes.

    Args:
        predictions: (…, K), or (…,) or (…, 1) for one unit; probabilities, or raw scores where `logits`.
        one_unit: two classes on one unit: the result has two columns.

    Returns:
        (…, K) or (…, 2), rows normalised.
    """
    scores = np.asarray(predictions, np.float64)
    if one_unit:
        scores = scores[..., 0] if scores.ndim > 1 and scores.shape[-1] == 1 else scores
        return log_pair(scores) if logits else _log(np.stack([1 - scores, scores], axis=-1))
    return log_softmax(scores) if logits else log_softmax(_log(scores))


def log_pair(scores: Any) -> Floats:
    """Raw scores (…) of yes / no units as log-probabilities (…, 2) of no and yes."""
    scores = np.asarray(scores, np.float64)
    return np.stack([-np.logaddexp(0, scores), -np.logaddexp(0, -scores)], axis=-1)


def log_softmax(scores: Any) -> Floats:
    """Log of the softmax over the last axis."""
    scores = np.asarray(scores, np.float64)
    shifted = scores - scores.max(axis=-1, keepdims=True)
    found: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return found


def _log(probabilities: Any) -> Floats:
    found: Floats = np.log(np.maximum(probabilities, TINY))
    return found


def shift(log_p: Any, weights: Any, *, tau: float = 1.0) -> Floats:
    """Log-probabilities after p_k is multiplied by weights_k ** tau, and normalised.

    With weights 1 / prior and tau = 1 the largest entry minimises balanced error (Menon et al., Long-Tail Learning via
    Logit Adjustment, ICLR 2021, equation 9); with weights new prior / old prior they are the probabilities under the
    new prior, where p(x | class) is unchanged (Saerens, Latinne, Decaestecker, Neural Computation 2002, equation 2.4).
    """
    return log_softmax(np.asarray(log_p, np.float64) + tau * np.log(np.asarray(weights, np.float64)))


def supports(truth: NDArray[np.int64], classes: int) -> bool:
    """Whether the classes beside the largest have enough validation rows, on average, to choose a tau by them."""
    rows = np.bincount(truth, minlength=classes)
    return bool(rows.sum() - rows.max() >= RARE * (classes - 1))


def choose_tau(
    log_p: Floats,
    truth: NDArray[np.int64],
    prior: Sequence[float],
    score: Callable[[NDArray[np.int64], NDArray[np.int64]], float],
    *,
    first: float = 1.0,
    taus: Sequence[float] = TAUS,
    seed: int = 0,
) -> tuple[float, float]:
    """The strength of the adjustment, chosen on validation rows, and its score there.

    Another value than `first`, the one that theory names for the goal, is taken only where it is better by more than
    two standard errors of the paired difference (bootstrap over rows), and where the classes beside the largest have 20
    rows each on average: the best of several on few rows is mostly noise.

    Args:
        log_p: (n, K) of validation rows that training never saw.
        truth: (n,) class numbers.
        prior: (K,) training frequencies, all above 0.
        score: of (truth, predicted class numbers), larger is better.
    """
    weights = 1 / np.asarray(prior, np.float64)
    if not supports(truth, len(weights)):
        taus = ()
    predicted = {tau: shift(log_p, weights, tau=tau).argmax(axis=-1) for tau in {*taus, first}}
    scores = {tau: score(truth, each) for tau, each in predicted.items()}
    best = max(scores, key=lambda tau: (scores[tau], -abs(tau - first)))
    if best == first:
        return first, scores[first]
    rng = np.random.default_rng(seed)
    differences = []
    for _ in range(200):
        drawn = rng.integers(0, len(truth), len(truth))
        differences.append(score(truth[drawn], predicted[best][drawn]) - score(truth[drawn], predicted[first][drawn]))
    chosen = best if scores[best] - scores[first] > STANDARD_ERRORS * float(np.std(differences)) else first
    return chosen, scores[chosen]


def cheapest(log_p: Any, costs: Any) -> NDArray[np.int64]:
    """The decision with the least expected cost (Elkan, The Foundations of Cost-Sensitive Learning, IJCAI 2001, eq. 1).

    Args:
        log_p: (n, K).
        costs: (K, K): row the true class, column the decision.
    """
    expected = np.exp(np.asarray(log_p, np.float64)) @ np.asarray(costs, np.float64)
    found: NDArray[np.int64] = expected.argmin(axis=-1)
    return found


def temperature(log_p: Floats, truth: NDArray[np.int64], *, lowest: float = 0.05, highest: float = 20.0) -> float:
    """T > 0 for which log_softmax(log_p / T) has the least log-loss on validation rows (Guo et al., ICML 2017, 4.2).

    The loss is convex in 1 / T, so golden-section search over log T finds it to one in a thousand.
    """

    def log_loss(log_t: float) -> float:
        return -float(log_softmax(log_p / np.exp(log_t))[np.arange(len(truth)), truth].mean())

    low, high = float(np.log(lowest)), float(np.log(highest))
    ratio = (np.sqrt(5) - 1) / 2
    while high - low > 1e-3:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if log_loss(left) < log_loss(right) else (left, high)
    return float(np.exp((low + high) / 2))
