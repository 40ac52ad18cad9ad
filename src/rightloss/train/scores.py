"""How good predictions are on rows with labels, beside what always giving the same answer scores. By scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rightloss.train.goal import GoalScore

CUT = 0.5


@dataclass(frozen=True)
class ClassScore:
    """One class, or one label: how many rows have it, and how well it is found."""

    name: Any
    rows: int
    precision: float
    recall: float
    f1: float

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "class": self.name,
            "rows": self.rows,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
        }


@dataclass(frozen=True)
class Scores:
    """Numbers on `rows` rows. `baseline` has the same names: the training rows' most frequent answer, every time; its
    log loss is that of the training rows' frequencies.

    Exclusive classes: accuracy, log_loss (nats), macro_f1, balanced_accuracy, and for two classes auc. Labels that can
    be true together: accuracy (over cells), exact_match (whole rows), log_loss (mean over cells), macro_f1, micro_f1,
    macro_auc. Macro numbers are means over the classes that occur in these rows. All of them read predictions as usual:
    the most probable class, labels above one half; `goal` also has the reading for a stated goal.
    """

    rows: int
    values: Mapping[str, float]
    baseline: Mapping[str, float]
    classes: tuple[ClassScore, ...]
    goal: GoalScore | None = None

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "rows": self.rows,
            "scores": dict(self.values),
            "baseline": dict(self.baseline),
            "classes": [each.to_json() for each in self.classes],
            "goal": None if self.goal is None else self.goal.to_json(),
        }


def of_classes(truth: np.ndarray, p: np.ndarray, names: Sequence[Any], prior: np.ndarray) -> Scores:
    """Scores of exclusive classes.

    Args:
        truth: (n,) class ids.
        p: (n, K) probabilities.
        names: K class names.
        prior: (K,) share of each class in the training rows.
    """
    from sklearn.metrics import precision_recall_fscore_support

    found = precision_recall_fscore_support(truth, p.argmax(axis=1), labels=range(len(names)), zero_division=0)
    constant = np.tile(prior, (len(truth), 1))
    return Scores(
        rows=len(truth),
        values=_class_values(truth, p),
        baseline=_class_values(truth, constant),
        classes=_class_scores(names, found),
    )


def _class_values(truth: np.ndarray, p: np.ndarray) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, f1_score, log_loss, recall_score, roc_auc_score

    answer = p.argmax(axis=1)
    seen = np.unique(truth)
    macro: dict[str, Any] = {"labels": seen, "average": "macro", "zero_division": 0}
    p = p.astype(np.float64)
    values = {
        "accuracy": accuracy_score(truth, answer),
        "log_loss": log_loss(truth, p / p.sum(axis=1, keepdims=True), labels=range(p.shape[1])),
        "macro_f1": f1_score(truth, answer, **macro),
        "balanced_accuracy": recall_score(truth, answer, **macro),
    }
    if p.shape[1] == 2 and len(seen) == 2:
        values["auc"] = roc_auc_score(truth, p[:, 1])
    return _floats(values)


def of_labels(truth: np.ndarray, p: np.ndarray, names: Sequence[Any], prior: np.ndarray) -> Scores:
    """Scores of labels that can be true together.

    Args:
        truth: (n, K) cells of 0 and 1, NaN where nobody labelled.
        p: (n, K) probabilities.
        names: K label names.
        prior: (K,) share of positives of each label in the training rows.
    """
    rows = []
    for column, name in enumerate(names):
        real, guess = _known(truth[:, column], p[:, column])
        rows.append(_label_score(name, real, guess > CUT))
    return Scores(
        rows=len(truth),
        values=_label_values(truth, p),
        baseline=_label_values(truth, np.tile(prior, (len(truth), 1))),
        classes=tuple(rows),
    )


def _known(truth: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = ~np.isnan(truth)
    return truth[known].astype(int), p[known].astype(np.float64)


def _label_score(name: Any, truth: np.ndarray, answer: np.ndarray) -> ClassScore:
    from sklearn.metrics import precision_recall_fscore_support

    found = precision_recall_fscore_support(truth, answer.astype(int), labels=[1], zero_division=0)
    return _class_scores([name], found)[0]


def _label_values(truth: np.ndarray, p: np.ndarray) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, f1_score, log_loss, roc_auc_score

    real, guess = _known(truth, p)
    columns = [_known(truth[:, each], p[:, each]) for each in range(truth.shape[1])]
    present = [(t, q) for t, q in columns if t.any()]
    mixed = [(t, q) for t, q in present if not t.all()]
    whole = np.isnan(truth) | ((p > CUT) == (truth > CUT))
    values = {
        "accuracy": accuracy_score(real, guess > CUT),
        "exact_match": whole.all(axis=1).mean(),
        "log_loss": log_loss(real, guess, labels=[0, 1]),
        "macro_f1": np.mean([f1_score(t, q > CUT, zero_division=0) for t, q in present]) if present else 0.0,
        "micro_f1": f1_score(real, guess > CUT, zero_division=0),
    }
    if mixed:
        values["macro_auc"] = np.mean([roc_auc_score(t, q) for t, q in mixed])
    return _floats(values)


def _class_scores(names: Sequence[Any], found: Any) -> tuple[ClassScore, ...]:
    precision, recall, f1, support = found
    return tuple(
        ClassScore(name, int(support[i]), float(precision[i]), float(recall[i]), float(f1[i]))
        for i, name in enumerate(names)
    )


def _floats(values: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}
