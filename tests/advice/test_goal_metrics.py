"""The goal brings its metric along, and ways back of what it does are in the words users read."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import rightloss as rl

RNG = np.random.default_rng(0)
FIVE = RNG.permutation(np.repeat(range(5), [500, 300, 100, 60, 40]))
YES = (RNG.random(600) < 0.1).astype(int)
TAGS = (RNG.random((600, 4)) < 0.2).astype(int)


@pytest.mark.parametrize(
    ("labels", "told", "name"),
    [
        (FIVE, {"goal": "balanced_accuracy"}, "BalancedAccuracy"),
        (FIVE, {"goal": "macro_f1"}, "MultiClassF1"),
        (FIVE, {"goal": "log_loss"}, "LogLossSkill"),
        (FIVE, {"goal": "kappa", "ordered": True}, "QuadraticKappa"),
        (YES, {"goal": "balanced_accuracy"}, "BalancedAccuracy"),
        (YES, {"goal": "f1"}, "MultiLabelF1"),
        (YES, {"goal": "log_loss"}, "MultiLabelLogLossSkill"),
        (TAGS, {"goal": "log_loss"}, "MultiLabelLogLossSkill"),
    ],
    ids=str,
)
@pytest.mark.parametrize("form", ["logits", "probabilities"])
def test_metric_of_a_goal(labels: np.ndarray, told: dict[str, Any], name: str, form: str) -> None:
    """It is compiled in, written in the script, and measures the model in the form of its outputs."""
    task = "multiclass" if labels is FIVE else None
    advice = rl.select(labels, task=task, form=form, **told)
    own = advice.metrics()[-1]
    assert type(own).__name__ == name
    assert f"rightloss.metrics.{name}(" in advice.code()
    assert len(advice.metrics()) == len(rl.select(labels, task=task, form=form).metrics()) + 1
    model = keras.Sequential([keras.Input((1,)), advice.head(bias=None)])
    model.layers[-1].set_weights([np.zeros(each.shape) for each in model.layers[-1].get_weights()])
    advice.compile(model)
    zeros = np.zeros((len(labels), 1))
    found = model.evaluate(zeros, advice.encode(labels), verbose=0, return_dict=True)[own.name]
    assert found == pytest.approx(float(own(advice.encode(labels), model.predict(zeros, verbose=0))), abs=1e-5)
    assert np.isfinite(found)


def test_goals_without_a_metric_of_their_own_change_nothing() -> None:
    """Accuracy is there already, ranking is left to evaluation, probabilities as labels have no yes and no."""
    for goal in ("accuracy", "auroc", "auprc"):
        assert len(rl.select(YES, goal=goal).metrics()) == len(rl.select(YES).metrics())
    assert "decision" not in rl.select(YES, goal="auroc").code()
    assert "# decision = advice.decision(y_val" in rl.select(YES, goal="f1").code()


def test_alternatives_tell_their_conditions() -> None:
    """What comes instead of the remedy says when, from which paper, what it does to probabilities and the way back."""
    text = " ".join(str(rl.select(FIVE, task="multiclass", goal="balanced_accuracy")).split())
    for part in ("a network trained from scratch", "add tau * log(prior)", "Ren et al.", "rare classes come out"):
        assert part in text


def test_lines_of_losses_keep_what_is_ignored() -> None:
    """Padding tokens reach no loss of an alternative: its value is finite, and that of the tokens with a label."""
    y = np.where(RNG.random((200, 6)) < 0.3, -1, RNG.choice(3, (200, 6), p=[0.95, 0.04, 0.01]))
    advice = rl.select(y, positions="token", ignore=-1, goal="balanced_accuracy")
    assert advice.remedy.alternatives
    for each in advice.remedy.alternatives:
        space: dict[str, Any] = {"advice": advice, "rightloss": rl, "keras": keras, "epochs": 5}
        exec("\n".join(each.code), space)
        assert np.isfinite(float(space["loss"](advice.encode(y), np.zeros((200, 6, 3)))))


def test_weights_of_several_outputs() -> None:
    """One weight for each label of each output, with mean 1."""
    labels = {"a": FIVE[:600], "b": YES}
    found = rl.select(labels).sample_weight(labels)
    for name, each in labels.items():
        assert found[name].shape == each.shape
        assert found[name].mean() == pytest.approx(1, abs=1e-5)


def test_rare_positives_are_not_left_to_the_auc_of_keras() -> None:
    """Where its cuts are wider than the rate of positives its number is wrong, which the answer says beside it."""
    rng = np.random.default_rng(0)
    rate, rows = 5e-5, 400_000
    y = (rng.random(rows) < rate).astype(int)
    x = rng.normal(size=rows) + y
    p = 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + x - 0.5)))
    advice = rl.select(y, goal="auroc")
    auc = next(each for each in advice.metrics() if isinstance(each, keras.metrics.AUC))
    auc.update_state(y, p)
    assert float(auc.result()) < roc_auc_score(y, p) - 0.05
    assert any("sklearn.metrics.roc_auc_score" in note for note in advice.notes)
    assert "sklearn.metrics.roc_auc_score" in str(advice.remedy.conditions)
    assert not rl.select(YES).notes
    assert any(
        "1,000 cuts" in note for note in rl.select((rng.random((9000, 3)) < [0.003, 0.4, 0.2]).astype(int)).notes
    )


def test_the_exact_ranking_is_a_line_that_runs() -> None:
    """Three classes are ranked one against the rest; missing cells are left out by label."""
    ids = rl.select([0, 1, 2] * 60, goal="auroc").remedy
    assert "sklearn.metrics.roc_auc_score(np.eye(3)[y_val], p_val)" in " ".join(ids.conditions)
    y_val, p_val = (
        np.array([0, 1, 2, 1]),
        np.array([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.1, 0.3, 0.6], [0.3, 0.4, 0.3]]),
    )
    assert roc_auc_score(np.eye(3)[y_val], p_val) == pytest.approx(1.0)
    two = rl.select([0, 1] * 60, goal="auprc").remedy
    assert "sklearn.metrics.average_precision_score(y_val, p_val)" in " ".join(two.conditions)
    cells = rl.select(np.array([[1, 0, -1], [0, 1, 1], [1, 1, 0], [0, 0, 1]] * 30), goal="auroc", ignore=-1).remedy
    assert "roc_auc_score(y_val[known, j], p_val[known, j])" in " ".join(cells.conditions)
