"""Scores against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from rightloss.train.scores import of_classes, of_labels

RNG = np.random.default_rng(0)


def test_log_loss_and_accuracy_are_their_definitions() -> None:
    """Accuracy is the share of right answers; log loss the mean of -log p of the true class."""
    truth = RNG.integers(0, 4, 200)
    p = RNG.dirichlet(np.ones(4), 200)
    scores = of_classes(truth, p, "abcd", np.full(4, 0.25))
    assert scores.values["accuracy"] == pytest.approx((p.argmax(axis=1) == truth).mean())
    assert scores.values["log_loss"] == pytest.approx(-np.log(p[np.arange(200), truth]).mean())


def test_the_baseline_is_the_most_frequent_class_of_training() -> None:
    """Always the same answer: its accuracy is that class's share here, its log loss that of the training shares."""
    truth = np.array([0] * 70 + [1] * 30)
    scores = of_classes(truth, np.full((100, 2), 0.5), ("no", "yes"), np.array([0.6, 0.4]))
    assert scores.baseline["accuracy"] == pytest.approx(0.7)
    assert scores.baseline["log_loss"] == pytest.approx(-(0.7 * np.log(0.6) + 0.3 * np.log(0.4)))
    assert scores.baseline["auc"] == pytest.approx(0.5)


def test_macro_means_are_over_classes_that_occur() -> None:
    """A class without a row here neither helps nor harms."""
    truth = np.array([0, 0, 1, 1])
    p = np.eye(3)[truth]
    scores = of_classes(truth, p, "abc", np.full(3, 1 / 3))
    assert scores.values["macro_f1"] == 1.0
    assert [each.rows for each in scores.classes] == [2, 2, 0]


def test_cells_that_nobody_labelled_do_not_count() -> None:
    """Unknown cells leave every score unchanged whatever was predicted for them."""
    truth = RNG.integers(0, 2, (100, 3)).astype(float)
    truth[RNG.random(truth.shape) < 0.3] = np.nan
    p = RNG.random((100, 3))
    other = np.where(np.isnan(truth), 1 - p, p)
    prior = np.full(3, 0.5)
    assert of_labels(truth, p, "abc", prior).to_json() == of_labels(truth, other, "abc", prior).to_json()


def test_labels_are_scored_cell_by_cell_and_row_by_row() -> None:
    """Accuracy counts cells, exact match counts rows."""
    truth = np.array([[1, 0], [1, 1]], dtype=float)
    p = np.array([[0.9, 0.1], [0.9, 0.1]])
    values = of_labels(truth, p, "ab", np.array([0.5, 0.5])).values
    assert (values["accuracy"], values["exact_match"]) == (0.75, 0.5)
