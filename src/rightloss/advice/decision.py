"""A decision: how predictions are read for a goal. Made from a remedy and, where it needs them, validation rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.advice import adjust
from rightloss.advice.choose import CALIBRATES
from rightloss.advice.goals import Goal, Measure
from rightloss.advice.imbalance import RARE, Imbalance
from rightloss.advice.remedy import Kind
from rightloss.advice.thresholds import ENOUGH, f1_threshold, label_thresholds, precision_threshold
from rightloss.errors import WrongArgument

Ids = NDArray[np.int64]
HALF = 0.5


@dataclass(frozen=True)
class Decision:
    """How log-probabilities (…, K), or (…, L, 2) for labels that can be true together, become class numbers.

    In this order: divide by `temperature`; multiply each class by its weight to the power `tau`; then the cheapest
    class by `costs`, or class `label` above its threshold, or the columns above theirs, or the largest. `note` says
    what validation rows could not support.
    """

    kind: Kind
    temperature: float = 1.0
    weights: tuple[Any, ...] | None = None  # (K,) or (L, 2)
    tau: float = 1.0
    costs: tuple[tuple[float, ...], ...] | None = None
    thresholds: tuple[float, ...] | None = None  # probabilities: one, or one for each label
    label: int | None = None
    validation_score: float | None = None
    note: str = ""

    def log_probabilities(self, log_p: Any) -> adjust.Floats:
        """What the decision takes for probable: calibrated, and under the frequencies it decides for."""
        found = adjust.log_softmax(np.asarray(log_p, np.float64) / self.temperature)
        return found if self.weights is None else adjust.shift(found, self.weights, tau=self.tau)

    def ids(self, log_p: Any) -> Ids:
        """Class numbers (…), or 0 and 1 (…, L)."""
        found = self.log_probabilities(log_p)
        if self.costs is not None:
            return adjust.cheapest(found, self.costs)
        if self.thresholds is None:
            return found.argmax(axis=-1)
        cuts = np.asarray(self.thresholds)
        if self.label is None:
            return (np.exp(found[..., 1]) > cuts).astype(np.int64)
        rest = found.copy()
        rest[..., self.label] = -np.inf
        return np.where(np.exp(found[..., self.label]) > cuts[0], self.label, rest.argmax(axis=-1))

    def to_json(self) -> dict[str, Any]:
        """All of it, so that it can be kept beside the model; infinity, "never yes", is written as the word."""
        cuts = None if self.thresholds is None else [cut if math.isfinite(cut) else "never" for cut in self.thresholds]
        return {
            "kind": self.kind.value,
            "temperature": self.temperature,
            "weights": None if self.weights is None else np.asarray(self.weights).tolist(),
            "tau": self.tau,
            "costs": None if self.costs is None else [list(row) for row in self.costs],
            "thresholds": cuts,
            "label": self.label,
            "validation_score": self.validation_score,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Decision:
        """The decision that `to_json` saved."""
        cuts, weights, costs = saved["thresholds"], saved["weights"], saved["costs"]
        return cls(
            **{name: saved[name] for name in ("temperature", "tau", "label", "validation_score", "note")},
            kind=Kind(saved["kind"]),
            weights=None if weights is None else tuple(tuple(row) if isinstance(row, list) else row for row in weights),
            costs=None if costs is None else tuple(tuple(row) for row in costs),
            thresholds=None if cuts is None else tuple(math.inf if cut == "never" else cut for cut in cuts),
        )


def decide(kind: Kind, goal: Goal, found: Imbalance, truth: Any = None, log_p: Any = None) -> Decision:
    """The decision for a remedy.

    Args:
        kind: of the remedy.
        goal: what it is for.
        found: the training counts.
        truth: validation labels that training never saw: (…) class numbers, -1 where there is no label, or (…, L) of
            0, 1 and NaN.
        log_p: the model's log-probabilities for them, (…, K) or (…, L, 2).

    Raises:
        WrongArgument: validation rows are needed and were not given, or come in another number than predictions.
    """
    given = truth is not None and log_p is not None
    if not given and kind in (Kind.THRESHOLD, Kind.LOGIT_ADJUSTMENT) and not _known_cut(kind, found):
        raise WrongArgument(
            f"no validation rows for the goal {goal}",
            expected="labels and predictions of rows that training never saw",
            fix="advice.decision(y_val, model.predict(x_val))",
        )
    if not given:
        return _MAKERS.get(kind, _usual)(goal, found, None, None)
    return _MAKERS.get(kind, _usual)(goal, found, *_labelled(np.asarray(truth), np.asarray(log_p, np.float64), found))


def _labelled(truth: Any, log_p: Any, found: Imbalance) -> tuple[Any, Any]:
    """Labels and log-probabilities of the examples, tokens or pixels that have a label, one on each row."""
    if truth.shape != log_p.shape[:-1]:
        raise WrongArgument(
            f"labels of shape {truth.shape}, predictions of shape {log_p.shape[:-1]}",
            expected="one prediction for each label",
            fix="advice.decision(y_val, model.predict(x_val)) with the same rows in both",
        )
    known = truth >= 0 if found.exclusive else ~np.isnan(truth)
    if not known.any() or np.isnan(log_p[known]).any():
        raise WrongArgument(
            "validation predictions that are NaN" if known.any() else "no validation rows with a label",
            expected="labels and predictions of rows that training never saw",
            fix="advice.decision(y_val, model.predict(x_val))",
        )
    if found.exclusive:
        return truth[known], log_p[known]
    columns = truth.shape[-1]
    return truth.reshape(-1, columns), log_p.reshape(-1, columns, 2)


def _known_cut(kind: Kind, found: Imbalance) -> bool:
    """Whether theory alone fixes the decision: tau = 1 for labels that can be true together."""
    return kind is Kind.LOGIT_ADJUSTMENT and not found.exclusive


def _usual(goal: Goal, found: Imbalance, truth: Any, log_p: Any) -> Decision:
    if goal.measure is Measure.LOG_LOSS:
        return _calibrated(Kind.TEMPERATURE, truth, log_p)
    return Decision(Kind.NOTHING)


def _calibrated(kind: Kind, truth: Any, log_p: Any, **rest: Any) -> Decision:
    """With a temperature where there are enough validation rows to know it; one for all labels that a row has."""
    if truth is None:
        return Decision(kind, **rest)
    if len(truth) < CALIBRATES:
        note = f"{len(truth):,} validation rows are too few for a temperature ({CALIBRATES:,}): it stays 1"
        return Decision(kind, note=note, **rest)
    known = ~np.isnan(truth)
    return Decision(kind, temperature=adjust.temperature(log_p[known], truth[known].astype(np.int64)), **rest)


def _prior_shift(goal: Goal, found: Imbalance, truth: Any, log_p: Any) -> Decision:
    return _calibrated(Kind.PRIOR_SHIFT, truth, log_p, weights=_new_over_old(goal, found))


def _new_over_old(goal: Goal, found: Imbalance) -> tuple[Any, ...]:
    assert goal.prior is not None
    new, old = np.array(goal.prior), _frequencies(found)
    if found.exclusive:
        return tuple((new / old).tolist())
    return tuple(map(tuple, np.stack([(1 - new) / (1 - old), new / old], axis=-1).tolist()))


def _frequencies(found: Imbalance) -> NDArray[np.float64]:
    """Training frequencies; a count of 0 is taken as half of one row."""
    counts = np.maximum(np.array(found.counts, np.float64), HALF)
    if found.exclusive:
        return counts / counts.sum()
    known = np.maximum([found.known(place) for place in range(len(counts))], 1.0)
    return np.minimum(counts, known - HALF) / known


def _cost(goal: Goal, found: Imbalance, truth: Any, log_p: Any) -> Decision:
    weights = None if goal.prior is None else _new_over_old(goal, found)
    if goal.measure in (Measure.MAE, Measure.KAPPA):
        steps = np.abs(np.subtract.outer(np.arange(len(found.names)), np.arange(len(found.names)))).astype(float)
        table = steps if goal.measure is Measure.MAE else steps**2
        return Decision(Kind.EXPECTED_COST, costs=tuple(map(tuple, table.tolist())))
    return _calibrated(Kind.EXPECTED_COST, truth, log_p, weights=weights, costs=goal.costs)


def _adjusted(goal: Goal, found: Imbalance, truth: Any, log_p: Any) -> Decision:
    """The network has learned the frequencies of its training rows, so these are taken out, however few they were."""
    prior = _frequencies(found)
    if not found.exclusive:
        weights = tuple(map(tuple, (1 / np.stack([1 - prior, prior], axis=-1)).tolist()))
        return Decision(Kind.LOGIT_ADJUSTMENT, weights=weights)
    score, first = _SCORES[goal.measure]
    note = "" if adjust.supports(truth, len(prior)) else f"too few validation rows to choose tau: it stays {first:g}"
    tau, reached = adjust.choose_tau(np.asarray(log_p), np.asarray(truth, np.int64), prior.tolist(), score, first=first)
    weights = tuple((1 / prior).tolist())
    return Decision(Kind.LOGIT_ADJUSTMENT, weights=weights, tau=tau, validation_score=reached, note=note)


def _threshold(goal: Goal, found: Imbalance, truth: Any, log_p: Any) -> Decision:
    truth, p = np.asarray(truth), np.exp(np.asarray(log_p, np.float64))
    if goal.measure is Measure.MACRO_F1:
        return _macro_threshold(found, truth, p)
    assert goal.label is not None
    if found.exclusive:
        yes, scores = truth == goal.label, p[..., goal.label]
    else:
        known = ~np.isnan(truth[:, goal.label])
        yes, scores = truth[known, goal.label] == 1, p[known, goal.label, 1]
    if goal.precision is None:
        cut = f1_threshold(yes, scores)
    else:
        cut = precision_threshold(yes, scores, goal.precision)
    value, note = cut.value, ""
    if cut.positives < RARE:
        value, note = HALF, f"{cut.positives} validation rows of {found.names[goal.label]}: the cut stays at one half"
    elif math.isinf(value):
        name = found.names[goal.label]
        note = (
            f"no cut is sure, at about 95 %, of a precision of {goal.precision:g} on {cut.positives:,} validation rows "
            f"of {name}: it is never said; ask for less precision or give more validation rows"
        )
    score = cut.score if not note else None
    if found.exclusive:
        return Decision(Kind.THRESHOLD, thresholds=(value,), label=goal.label, validation_score=score, note=note)
    cuts = [HALF] * len(found.names)
    cuts[goal.label] = value
    return Decision(Kind.THRESHOLD, thresholds=tuple(cuts), validation_score=score, note=note)


def _macro_threshold(found: Imbalance, truth: Any, p: Any) -> Decision:
    if not found.exclusive:
        return _label_cuts(truth, p[..., 1])
    if min((truth == place).sum() for place in (0, 1)) < RARE:
        note = f"fewer than {RARE} validation rows of one class: the cut stays at one half"
        return Decision(Kind.THRESHOLD, thresholds=(HALF,), label=1, note=note)
    cuts = np.unique(np.quantile(p[..., 1], np.linspace(0.005, 0.995, 199)))
    scores = [macro_f1(truth, (p[..., 1] > cut).astype(np.int64)) for cut in cuts]
    best = int(np.argmax(scores))
    return Decision(Kind.THRESHOLD, thresholds=(float(cuts[best]),), label=1, validation_score=scores[best])


def _label_cuts(truth: Any, p: Any) -> Decision:
    positives = (truth == 1).sum(0)
    few = int((positives < ENOUGH).sum())
    if positives.sum() < RARE:
        note = f"{positives.sum()} validation positives of all labels together: the cuts stay at one half"
        return Decision(Kind.THRESHOLD, thresholds=(HALF,) * len(positives), note=note)
    note = (
        f"{few} of {len(positives)} labels have fewer than {ENOUGH} validation positives and share one cut"
        if few
        else ""
    )
    return Decision(Kind.THRESHOLD, thresholds=tuple(label_thresholds(truth, p).tolist()), note=note)


def balanced_accuracy(truth: Ids, predicted: Ids) -> float:
    """Recall averaged over the classes that occur (as scikit-learn's `balanced_accuracy_score`)."""
    size = int(max(truth.max(), predicted.max())) + 1
    rows = np.bincount(truth, minlength=size)
    hits = np.bincount(truth[truth == predicted], minlength=size)
    return float((hits[rows > 0] / rows[rows > 0]).mean())


def macro_f1(truth: Ids, predicted: Ids) -> float:
    """F1 averaged over the classes that occur in labels or predictions (as scikit-learn's `f1_score`)."""
    size = int(max(truth.max(), predicted.max())) + 1
    rows, said = np.bincount(truth, minlength=size), np.bincount(predicted, minlength=size)
    hits = np.bincount(truth[truth == predicted], minlength=size)
    seen = rows + said > 0
    return float((2 * hits[seen] / (rows + said)[seen]).mean())


_Score = Callable[[Ids, Ids], float]
# measure -> its score, and the tau that theory names: 1 for equal recalls; for F1 the cut lies between tau 0 and tau 1.
_SCORES: dict[Measure, tuple[_Score, float]] = {
    Measure.BALANCED_ACCURACY: (balanced_accuracy, 1.0),
    Measure.MACRO_F1: (macro_f1, 0.5),
}
_MAKERS: dict[Kind, Callable[[Goal, Imbalance, Any, Any], Decision]] = {
    Kind.PRIOR_SHIFT: _prior_shift,
    Kind.LOGIT_ADJUSTMENT: _adjusted,
    Kind.THRESHOLD: _threshold,
    Kind.EXPECTED_COST: _cost,
}
