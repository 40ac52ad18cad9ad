"""What a model is judged by: the decision for it, chosen on validation rows, and how well it does on others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rightloss.advice.adjust import log_probabilities
from rightloss.advice.decision import Decision, balanced_accuracy, decide, macro_f1
from rightloss.advice.goals import Goal, Measure
from rightloss.advice.remedy import Kind
from rightloss.answer import Advice
from rightloss.contract import Contract
from rightloss.train.label_columns import independent
from rightloss.views.labels.decide import truth

_GIVES_PROBABILITIES = (Kind.TEMPERATURE, Kind.PRIOR_SHIFT)
"""Decisions whose probabilities are what the user wants; the others only move the answer."""


@dataclass(frozen=True)
class Aim:
    """A goal, the remedy for it, and the decision that carries the remedy out on predictions."""

    name: str
    goal: Goal
    remedy: Kind
    decision: Decision

    def answers(self, p: np.ndarray, contract: Contract) -> np.ndarray:
        """Class numbers (n,), or 0 and 1 (n, L), from the probabilities (n, K) that the saved model gives."""
        return self.decision.ids(_log_p(p, contract))

    def probabilities(self, p: np.ndarray, contract: Contract) -> np.ndarray:
        """Those of the model, or what the decision makes of them where that is what the goal is about."""
        if self.decision.kind not in _GIVES_PROBABILITIES:
            return p
        found = np.exp(self.decision.log_probabilities(_log_p(p, contract)))
        return found[..., 1] if independent(contract.labels) else found

    def to_json(self) -> dict[str, Any]:
        """As labels.json holds it."""
        return {
            "name": self.name,
            "goal": asdict(self.goal),
            "remedy": self.remedy.value,
            "decision": self.decision.to_json(),
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Aim:
        """The aim that `to_json` saved."""
        told = saved["goal"]
        costs, prior = told["costs"], told["prior"]
        goal = Goal(
            Measure(told["measure"]),
            told["label"],
            told["precision"],
            None if costs is None else tuple(map(tuple, costs)),
            None if prior is None else tuple(prior),
        )
        return cls(saved["name"], goal, Kind(saved["remedy"]), Decision.from_json(saved["decision"]))


@dataclass(frozen=True)
class GoalScore:
    """The measure of a goal: read as usual (`plain`), and by the decision (`decided`).

    Both are empty where the rows cannot tell, such as a ranking of rows of one class.
    """

    name: str
    remedy: Kind
    plain: Mapping[str, float]
    decided: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "goal": self.name,
            "remedy": self.remedy.value,
            "plain": dict(self.plain),
            "decided": dict(self.decided),
        }


def aim(advice: Advice, y: np.ndarray, p: np.ndarray) -> Aim | None:
    """The aim for the goal that `select` was given; None without one.

    Args:
        advice: whose counts are those of the training rows.
        y: encoded labels of the validation rows.
        p: (n, K) probabilities of the saved model for them.
    """
    if advice.goal is None or advice.remedy is None or advice.imbalance is None or advice.contract is None:
        return None
    goal, contract = advice.goal, advice.contract
    decision = decide(advice.remedy.kind, goal, advice.imbalance, truth_of(y, contract), _log_p(p, contract))
    name = str(goal) if goal.label is None else f"{goal} of {advice.classes[goal.label]}"
    done = advice.remedy.kind if decision.kind is Kind.NOTHING else decision.kind  # a temperature goes with log_loss
    return Aim(name, goal, done, decision)


def truth_of(y: np.ndarray, contract: Contract) -> np.ndarray:
    """Class numbers (n,), or rows of 0, 1 and NaN (n, L)."""
    found = truth(y, contract)
    return found if independent(contract.labels) else found.reshape(len(found))


def score(aim: Aim, y: np.ndarray, p: np.ndarray, contract: Contract) -> GoalScore:
    """The goal's measure on rows with labels, by both readings of the predictions."""
    real, log_p = truth_of(y, contract), _log_p(p, contract)
    measure = _MEASURES[aim.goal.measure]
    usual, by_decision = Decision(Kind.NOTHING), aim.decision
    plain, decided = (
        measure(_Rows(aim.goal, real, each.ids(log_p), each.log_probabilities(log_p))) for each in (usual, by_decision)
    )
    return GoalScore(aim.name, aim.remedy, plain, decided)


def _log_p(p: np.ndarray, contract: Contract) -> np.ndarray:
    """Log-probabilities (n, K); (n, L, 2), no and yes, for labels that can be true together."""
    pairs = np.stack([1 - p, p], axis=-1) if independent(contract.labels) else p
    return log_probabilities(pairs, logits=False, one_unit=False)


@dataclass(frozen=True)
class _Rows:
    """Labels (n,) or (n, L), answers alike, and log-probabilities (n, K) or (n, L, 2)."""

    goal: Goal
    truth: np.ndarray
    ids: np.ndarray
    log_p: np.ndarray

    @property
    def columns(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """(labels, answers, log-probabilities) of the known cells of each column; one column of exclusive classes."""
        if self.truth.ndim == 1:
            return [(self.truth, self.ids, self.log_p)]
        known = ~np.isnan(self.truth)
        return [
            (self.truth[rows, place].astype(int), self.ids[rows, place], self.log_p[rows, place])
            for place, rows in enumerate(known.T)
        ]

    @property
    def questions(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(yes or no, its log-probability) for each class against the rest, where both occur."""
        found = []
        for real, _, log_p in self.columns:
            places = range(log_p.shape[-1]) if log_p.shape[-1] > 2 else (1,)
            found += [(real == place, log_p[:, place]) for place in places]
        return [(yes, scores) for yes, scores in found if 0 < yes.sum() < len(yes)]

    def mean(self, of: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> float:
        """Mean of a number of each cell; each class counts by its stated share, if the goal states one."""
        values, weights = [], []
        for place, (real, ids, log_p) in enumerate(self.columns):
            values.append(of(real, ids, log_p))
            weights.append(self._weights(place, real))
        cells, total = np.concatenate(values), np.concatenate(weights)
        return float(np.average(cells, weights=total)) if total.sum() else 0.0

    def _weights(self, place: int, real: np.ndarray) -> np.ndarray:
        prior = self.goal.prior
        if prior is None:
            return np.ones(len(real))
        shares = np.array(prior) if self.truth.ndim == 1 else np.array([1 - prior[place], prior[place]])
        seen = np.bincount(real, minlength=len(shares)) / max(len(real), 1)
        return (shares / np.maximum(seen, 1e-12))[real]


def _log_loss(rows: _Rows) -> dict[str, float]:
    return {"log_loss": rows.mean(lambda real, _, log_p: -log_p[np.arange(len(real)), real])}


def _accuracy(rows: _Rows) -> dict[str, float]:
    return {"accuracy": rows.mean(lambda real, ids, _: (real == ids).astype(float))}


def _cost(rows: _Rows) -> dict[str, float]:
    costs = np.asarray(rows.goal.costs)
    return {"cost": rows.mean(lambda real, ids, _: costs[real, ids])}


def _over(name: str, values: Sequence[float]) -> dict[str, float]:
    """The mean over classes or labels; nothing where none of them can be measured on these rows."""
    return {name: float(np.mean(values))} if values else {}


def _balanced(rows: _Rows) -> dict[str, float]:
    return _over("balanced_accuracy", [balanced_accuracy(real, ids) for real, ids, _ in rows.columns if len(real)])


def _macro_f1(rows: _Rows) -> dict[str, float]:
    from sklearn.metrics import f1_score

    if rows.truth.ndim == 1:
        return {"macro_f1": macro_f1(rows.truth, rows.ids)}
    return _over("macro_f1", [f1_score(real, ids, zero_division=0) for real, ids, _ in rows.columns if real.any()])


def _found(rows: _Rows) -> dict[str, float]:
    """Precision, recall and F1 of the class or label that the goal is about."""
    from sklearn.metrics import precision_recall_fscore_support

    assert rows.goal.label is not None
    if rows.truth.ndim == 1:
        yes, said = rows.truth == rows.goal.label, rows.ids == rows.goal.label
    else:
        real, ids, _ = rows.columns[rows.goal.label]
        yes, said = real == 1, ids == 1
    precision, recall, f1, _ = precision_recall_fscore_support(yes, said, average="binary", zero_division=0)
    if rows.goal.measure is Measure.F1:
        return {"f1": float(f1)}
    return {"recall": float(recall), "precision": float(precision)}


def _auroc(rows: _Rows) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    return _over("auroc", [roc_auc_score(yes, scores) for yes, scores in rows.questions])


def _auprc(rows: _Rows) -> dict[str, float]:
    from sklearn.metrics import average_precision_score

    return _over("auprc", [average_precision_score(yes, scores) for yes, scores in rows.questions])


def _mae(rows: _Rows) -> dict[str, float]:
    return {"mae": float(np.abs(rows.truth - rows.ids).mean())}


def _kappa(rows: _Rows) -> dict[str, float]:
    from sklearn.metrics import cohen_kappa_score

    labels = np.arange(rows.log_p.shape[-1])
    return {"kappa": float(cohen_kappa_score(rows.truth, rows.ids, labels=labels, weights="quadratic"))}


_MEASURES: dict[Measure, Callable[[_Rows], dict[str, float]]] = {
    Measure.LOG_LOSS: _log_loss,
    Measure.ACCURACY: _accuracy,
    Measure.BALANCED_ACCURACY: _balanced,
    Measure.MACRO_F1: _macro_f1,
    Measure.F1: _found,
    Measure.RECALL_AT_PRECISION: _found,
    Measure.AUROC: _auroc,
    Measure.AUPRC: _auprc,
    Measure.COST: _cost,
    Measure.MAE: _mae,
    Measure.KAPPA: _kappa,
}
