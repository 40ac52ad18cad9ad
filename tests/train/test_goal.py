"""Training for a goal: the decision is chosen on validation rows, kept, and used on new rows."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rightloss.advice.choose import choose
from rightloss.advice.decision import Decision
from rightloss.advice.goals import Goal, Measure
from rightloss.advice.remedy import Kind
from rightloss.contract import Activation, Contract, Labels
from rightloss.contract.table import PREFERRED
from rightloss.errors import WrongArgument
from rightloss.train import evaluate, predict, train
from rightloss.train.frequencies import frequencies
from rightloss.train.goal import Aim, aim, score, truth_of
from rightloss.train.training import Trained


def _contract(labels: Labels, classes: int) -> Contract:
    point = next(
        row for row in PREFERRED if row.point.labels is labels and row.point.activation is not Activation.LINEAR
    )
    return Contract(point, classes)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """893 rows, about one in five of them `yes`, which is likelier where `x` is large."""
    draw = random.Random(3)
    path = tmp_path_factory.mktemp("goal") / "rows.csv"
    lines = ["x,z,y"]
    for _ in range(893):
        x = draw.gauss(0, 1)
        yes = draw.random() < 1 / (1 + np.exp(2.4 - 1.8 * x))
        lines.append(f"{x:.4f},{draw.gauss(0, 1):.4f},{'yes' if yes else 'no'}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def for_f1(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Trained for F1 of the rare class."""
    return train(table, "y", goal="f1:yes", out=tmp_path_factory.mktemp("f1") / "model", epochs=30)


def test_the_start_is_that_of_the_training_rows(for_f1: Trained) -> None:
    """Rows kept for measuring say nothing about where the last layer starts."""
    share = for_f1.labels.shares[1]
    assert for_f1.start == pytest.approx(np.log(share / (1 - share)))
    assert for_f1.start != for_f1.advice.prior_bias


def test_metrics_hold_the_goal_beside_the_plain_answer(for_f1: Trained) -> None:
    """F1 of the class the goal names is better by the decision; the usual scores stay those of the usual reading."""
    saved = json.loads((for_f1.folder / "metrics.json").read_text())  # type: ignore[operator]
    found = saved["test"]["goal"]
    assert (found["goal"], found["remedy"]) == ("f1 of yes", "threshold")
    assert found["plain"]["f1"] == pytest.approx(saved["test"]["classes"][1]["f1"])
    assert found["decided"]["f1"] > found["plain"]["f1"]


def test_predict_and_evaluate_use_the_decision(for_f1: Trained, table: Path) -> None:
    """More rows are called `yes` than by one half; the probabilities are the model's own."""
    assert for_f1.labels.aim is not None
    assert for_f1.folder is not None
    (cut,) = for_f1.labels.aim.decision.thresholds  # type: ignore[misc]
    found = predict(for_f1.folder, table)
    assert ((found.probabilities[:, 1] > cut) == (found.answers == "yes")).all()
    assert (found.answers == "yes").sum() > (found.probabilities[:, 1] > 0.5).sum()
    scores, _ = evaluate(for_f1.folder, table)
    assert scores.goal is not None
    assert scores.goal.decided["f1"] > scores.goal.plain["f1"]


def test_a_prior_moves_the_probabilities(table: Path, tmp_path: Path) -> None:
    """Under a stated prior the mean probability of `yes` is near that prior, and the answers follow."""
    trained = train(table, "y", prior={"yes": 0.5}, out=tmp_path / "model", epochs=30)
    found = predict(tmp_path / "model", table)
    plain = trained.labels.aim.decision  # type: ignore[union-attr]
    assert plain.kind is Kind.PRIOR_SHIFT
    assert found.probabilities[:, 1].mean() > 0.35 > trained.labels.shares[1]
    assert ((found.probabilities[:, 1] > 0.5) == (found.answers == "yes")).all()


def test_labels_that_can_be_true_together_have_a_cut_each(tmp_path: Path) -> None:
    """Macro-F1 of several columns: predictions follow the cuts, on rows with unknown cells too."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(600, 3))
    cells = (x @ draw.normal(size=(3, 3)) + draw.normal(size=(600, 3)) > [1.5, 2, 2.5]).astype(int)
    lines = ["a,b,c,l1,l2,l3"]
    lines += [",".join(map(str, [*row, *cell])) for row, cell in zip(x.round(4).tolist(), cells.tolist(), strict=True)]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines) + "\n")
    trained = train(path, ["l1", "l2", "l3"], several_true=True, goal="macro_f1", out=tmp_path / "model", epochs=20)
    found = predict(tmp_path / "model", path)
    cuts = trained.labels.aim.decision.thresholds  # type: ignore[union-attr]
    assert (found.answers == (found.probabilities > cuts)).all()
    assert trained.scores.goal is not None
    assert set(trained.scores.goal.plain) == {"macro_f1"}


def test_a_wrong_goal_is_refused_before_training(table: Path, tmp_path: Path) -> None:
    """The class is named, and nothing is written."""
    with pytest.raises(WrongArgument, match="maybe"):
        train(table, "y", goal="f1:maybe", out=tmp_path / "model")
    assert not (tmp_path / "model").exists()


ROWS = np.random.default_rng(5)
CLASSES = ROWS.integers(0, 3, 300)
P_CLASSES = ROWS.dirichlet(np.ones(3), 300)
CELLS = np.where(ROWS.random((300, 2)) < 0.1, np.nan, ROWS.random((300, 2)) < 0.3)
P_CELLS = ROWS.random((300, 2))


def _by_sklearn(measure: Measure, truth: np.ndarray, p: np.ndarray) -> float:
    """The measure by scikit-learn, of the most probable class."""
    from sklearn import metrics

    ids = p.argmax(axis=1)
    return {
        Measure.LOG_LOSS: lambda: metrics.log_loss(truth, p),
        Measure.ACCURACY: lambda: metrics.accuracy_score(truth, ids),
        Measure.BALANCED_ACCURACY: lambda: metrics.balanced_accuracy_score(truth, ids),
        Measure.MACRO_F1: lambda: metrics.f1_score(truth, ids, average="macro"),
        Measure.AUROC: lambda: metrics.roc_auc_score(np.eye(3)[truth], p, average="macro"),
        Measure.AUPRC: lambda: metrics.average_precision_score(np.eye(3)[truth], p, average="macro"),
        Measure.MAE: lambda: metrics.mean_absolute_error(truth, ids),
        Measure.KAPPA: lambda: metrics.cohen_kappa_score(truth, ids, weights="quadratic"),
        Measure.F1: lambda: metrics.f1_score(truth == 1, ids == 1),
        Measure.RECALL_AT_PRECISION: lambda: metrics.recall_score(truth == 1, ids == 1),
        Measure.COST: lambda: metrics.mean_absolute_error(truth, ids),
    }[measure]()


def _aim(measure: Measure, **told: Any) -> Aim:
    return Aim("goal", Goal(measure, **told), Kind.NOTHING, Decision(Kind.NOTHING))


@pytest.mark.parametrize("measure", list(Measure))
def test_measures_are_those_of_scikit_learn(measure: Measure) -> None:
    """Every goal has a number, and it is the known one; both readings agree where nothing is decided."""
    steps = tuple(tuple(abs(i - j) + 0.0 for j in range(3)) for i in range(3))
    told: dict[str, Any] = {"costs": steps} if measure is Measure.COST else {}
    if measure in (Measure.F1, Measure.RECALL_AT_PRECISION):
        told["label"] = 1
    found = score(_aim(measure, **told), CLASSES, P_CLASSES, _contract(Labels.INDEX, 3))
    assert found.plain == found.decided
    assert next(iter(found.plain.values())) == pytest.approx(_by_sklearn(measure, CLASSES, P_CLASSES), abs=1e-9)


@pytest.mark.parametrize("measure", [Measure.LOG_LOSS, Measure.ACCURACY, Measure.AUROC, Measure.MACRO_F1])
def test_measures_leave_unknown_cells_out(measure: Measure) -> None:
    """A cell that nobody labelled changes nothing, whatever is predicted for it."""
    contract = _contract(Labels.MULTIHOT, 2)
    first = score(_aim(measure), CELLS, P_CELLS, contract)
    other = np.where(np.isnan(CELLS), 1 - P_CELLS, P_CELLS)
    assert score(_aim(measure), CELLS, other, contract) == first


@pytest.mark.parametrize("measure", [Measure.AUROC, Measure.AUPRC])
def test_a_ranking_of_one_class_has_no_number(measure: Measure) -> None:
    """Rows of one class cannot be ranked: no number is made up."""
    found = score(_aim(measure), np.zeros(9, int), P_CLASSES[:9, :2], _contract(Labels.INDEX, 2))
    assert found.plain == found.decided == {}


def test_a_prior_weighs_the_classes() -> None:
    """Accuracy under a prior is the recall of each class by its share."""
    prior = (0.7, 0.2, 0.1)
    found = score(_aim(Measure.ACCURACY, prior=prior), CLASSES, P_CLASSES, _contract(Labels.INDEX, 3))
    right = P_CLASSES.argmax(axis=1) == CLASSES
    expected = sum(share * right[place == CLASSES].mean() for place, share in enumerate(prior))
    assert found.plain["accuracy"] == pytest.approx(expected)


def test_an_aim_survives_json() -> None:
    """What labels.json holds reads back as the same goal and decision."""
    costs, prior = ((0.0, 1.0), (5.0, 0.0)), (0.4, 0.6)
    found = Aim(
        "cost", Goal(Measure.COST, costs=costs, prior=prior), Kind.EXPECTED_COST, Decision(Kind.NOTHING, costs=costs)
    )
    assert Aim.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_frequencies_count_known_cells() -> None:
    """Each column has the share of its own known cells."""
    found = frequencies(CELLS, _contract(Labels.MULTIHOT, 2), ("a", "b"))
    assert found.shares == pytest.approx(np.nanmean(CELLS, axis=0))
    assert frequencies(CLASSES, _contract(Labels.INDEX, 3), "abc").counts == tuple(np.bincount(CLASSES).tolist())


def test_no_goal_no_aim(trained: Trained) -> None:
    """Without a goal predictions are read as usual."""
    y = truth_of(np.zeros((4, 1)), trained.labels.contract)
    assert aim(trained.advice, y, np.full((4, 3), 1 / 3)) is None
    assert trained.labels.aim is None
    assert trained.scores.goal is None


def test_a_temperature_is_named(trained: Trained) -> None:
    """For log-loss the network is calibrated, and what was done is not called nothing."""
    goal = Goal(Measure.LOG_LOSS)
    contract = _contract(Labels.INDEX, 3)
    counts = frequencies(CLASSES, contract, "abc")
    advice = replace(trained.advice, goal=goal, remedy=choose(goal, counts), imbalance=counts, contract=contract)
    found = aim(advice, np.tile(CLASSES, 4), np.tile(P_CLASSES, (4, 1)))
    assert found is not None
    assert found.remedy is Kind.TEMPERATURE
    assert found.decision.temperature > 1
    assert found.probabilities(P_CLASSES, contract) != pytest.approx(P_CLASSES)
