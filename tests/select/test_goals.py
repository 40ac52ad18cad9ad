"""Goals and structure as users meet them: keywords in, remedy and decision out, shown in text, HTML and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import rightloss as rl
from rightloss.cli import run
from rightloss.errors import WrongArgument
from rightloss.render import figures

RARE_YES = ["no"] * 900 + ["yes"] * 100
RNG = np.random.default_rng(0)


def _probabilities(y: np.ndarray, rate: float, seed: int) -> np.ndarray:
    """Calibrated probabilities of the rare class."""
    x = 2 * (y == "yes") + np.random.default_rng(seed).normal(size=len(y))
    odds = rate / (1 - rate) * np.exp(2 * x - 2)
    return odds / (1 + odds)


def test_without_a_goal_nothing_changes() -> None:
    """The contract is the same with and without a goal; without one there is no remedy."""
    assert rl.select(RARE_YES).remedy is None
    assert rl.select(RARE_YES, goal="f1").contract == rl.select(RARE_YES).contract


@pytest.mark.parametrize("form", ["probabilities", "logits"])
def test_a_decision_reads_predictions_as_users_call_their_classes(form: str) -> None:
    """Chosen on validation rows, applied to new ones, in either form; it names classes and helps its goal."""
    from sklearn.metrics import f1_score

    advice = rl.select(RARE_YES, goal="f1:yes", form=form)
    y = np.array(RARE_YES * 2)
    p = [_probabilities(y, 0.1, seed)[:, None] for seed in (1, 2)]
    if form == "logits":
        p = [np.log(each / (1 - each)) for each in p]
    decision = advice.decision(y, p[0])
    found = advice.decode(p[1], decision=decision)
    assert set(found) == {"no", "yes"}
    assert f1_score(y, found, pos_label="yes") > f1_score(y, advice.decode(p[1]), pos_label="yes")


def test_costs_need_no_validation_rows() -> None:
    """Stated costs fix the cut: five times the cost of a miss is a cut at one sixth."""
    advice = rl.select(RARE_YES, costs={("yes", "no"): 5})
    found = advice.decode([[0.16], [0.17]], decision=advice.decision())
    np.testing.assert_array_equal(found, ["no", "yes"])


def test_a_known_prior_moves_probabilities() -> None:
    """From 10 % to 50 % positives the odds grow ninefold."""
    advice = rl.select(RARE_YES, goal="log_loss", prior={"yes": 0.5})
    moved = advice.probabilities(np.array([[0.1], [0.5]]), decision=advice.decision())
    np.testing.assert_allclose(moved, [[0.5], [0.9]], atol=1e-9)


def test_decisions_leave_out_what_has_no_label() -> None:
    """Padding tokens choose nothing."""
    y = np.where(RNG.random((300, 6)) < 0.3, -1, RNG.choice(3, (300, 6), p=[0.9, 0.07, 0.03]))
    advice = rl.select(y, positions="token", ignore=-1, goal="balanced_accuracy")
    p = np.full((300, 6, 3), 0.01) + np.eye(3)[np.maximum(y, 0)]
    p /= p.sum(-1, keepdims=True)
    decision = advice.decision(y, p)
    assert decision.validation_score == pytest.approx(1.0)
    assert advice.decode(p, decision=decision).shape == y.shape


def test_independent_labels_get_cuts_of_their_own() -> None:
    """Rows of 0 and 1 come back, and a label with a low rate has a low cut."""
    y = (RNG.random((3000, 3)) < [0.4, 0.3, 0.08]).astype(int)
    p = 1 / (1 + np.exp(-(np.log([0.4 / 0.6, 0.3 / 0.7, 0.08 / 0.92]) + 3 * (y - 0.5) + RNG.normal(size=y.shape))))
    advice = rl.select(y, goal="macro_f1")
    decision = advice.decision(y, p)
    found = advice.decode(p, decision=decision)
    assert set(np.unique(found)) == {0, 1}
    assert decision.thresholds is not None
    assert len(set(decision.thresholds)) == 3


def test_a_decision_without_goal_or_rows_is_an_error() -> None:
    """What is missing is named."""
    with pytest.raises(WrongArgument, match="goal="):
        rl.select(RARE_YES).decision()
    with pytest.raises(WrongArgument, match="validation"):
        rl.select(RARE_YES, goal="f1").decision()
    with pytest.raises(WrongArgument, match="same rows"):
        rl.select(RARE_YES, goal="f1").decision(RARE_YES, np.zeros((10, 1)))


def test_rates_are_those_of_labelled_cells() -> None:
    """Where cells are unlabelled, shares, starting bias and first loss count only the others."""
    y = np.array([[1, 0], [0, 1], [1, np.nan], [0, np.nan]] * 25)
    advice = rl.select(y)
    assert advice.imbalance.shares == (0.5, 0.5)
    np.testing.assert_allclose(advice.prior_bias, [0, 0], atol=1e-12)


@pytest.mark.parametrize("code", [-1, 255])
@pytest.mark.parametrize("shape", [(500, 3), (100, 5, 3)], ids=str)
def test_codes_of_unlabelled_cells_are_not_counted(code: int, shape: tuple[int, ...]) -> None:
    """Neither as a yes nor as a no, for examples and for tokens."""
    y = RNG.choice([0, 1, code], shape, p=[0.5, 0.3, 0.2])
    advice = rl.select(y)
    rows = y.reshape(-1, 3)
    assert advice.imbalance.counts == tuple((rows == 1).sum(0).tolist())
    assert advice.imbalance.cells == tuple((rows != code).sum(0).tolist())


def test_structure_changes_what_is_said_not_what_is_right() -> None:
    """An exclusive group brings the grouped loss into reason and text; binary cross-entropy stays the answer."""
    group = np.eye(3, dtype=int)[RNG.integers(0, 3, 400)]
    y = np.hstack([group, (RNG.random((400, 2)) < 0.4).astype(int)])
    advice = rl.select(y)
    assert advice.structure.groups == ((0, 1, 2),)
    assert advice.contract.loss == "binary_crossentropy"
    assert "GroupedCrossentropy(groups=[[0, 1, 2]])" in advice.reason
    assert "exactly one of column 0, column 1, column 2" in str(advice)


@pytest.mark.parametrize(
    "labels", [[0, 1, 2] * 20, RARE_YES, np.zeros((30, 8, 8), int) + np.eye(8, dtype=int)], ids=str
)
def test_plain_labels_have_no_structure(labels: object) -> None:
    """Class ids, names and pixels are no matrix of labels."""
    assert rl.select(labels).structure is None


def test_figures_are_well_formed_and_escaped() -> None:
    """The HTML holds two figures; names are text in them, whatever they contain."""
    import pandas as pd

    y = pd.DataFrame((RNG.random((200, 3)) < 0.5).astype(int), columns=["<b>", "a&b", "c"])
    advice = rl.select(y, label=list(y.columns))
    html = advice._repr_html_()
    assert html.count("<svg") == 2
    assert "<b>a" not in html
    for figure in (figures.class_counts(advice.imbalance), figures.cooccurrence(advice.structure)):
        texts = [each.text for each in ElementTree.fromstring(figure).iter("{http://www.w3.org/2000/svg}text")]
        assert "<b>" in texts
        assert "a&b" in texts


def test_the_command_line_takes_goals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--goal, --cost and --prior are the keywords of `select`; a wrong one is an error of one screen."""
    path = tmp_path / "mail.csv"
    path.write_text("kind,words\n" + "".join(f"{kind},{place}\n" for place, kind in enumerate(RARE_YES)))
    base = ["select", str(path), "--label", "kind", "--format", "json"]
    for flags, kind in (
        (["--goal", "balanced_accuracy"], "logit-adjustment"),
        (["--cost", "yes:no=5"], "expected-cost"),
        (["--prior", "yes=0.4"], "prior-shift"),
        (["--goal", "recall@precision=0.9"], "threshold"),
    ):
        assert run([*base, *flags]) == 0
        assert json.loads(capsys.readouterr().out)["remedy"]["kind"] == kind
    assert run([*base, "--goal", "f7"]) == 2
    assert "balanced_accuracy" in capsys.readouterr().err
    assert run([*base, "--cost", "yes"]) == 2


def test_the_command_line_shows_the_metric_and_how_to_make_the_advice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines that use `advice` come after the one that makes it; the metric of the goal stands among the metrics."""
    path = tmp_path / "rows.csv"
    path.write_text("x,y\n" + "\n".join(f"{place},{label}" for place, label in enumerate(RARE_YES)), encoding="utf-8")
    assert run(["select", str(path), "--label", "y", "--goal", "balanced_accuracy"]) == 0
    shown = "".join(capsys.readouterr().out.split())
    assert 'rightloss.metrics.BalancedAccuracy(name="balanced_accuracy")' in shown
    call = "".join(f"rightloss.select({str(path)!r}, label='y', goal='balanced_accuracy')".split())
    assert f"advice={call}" in shown
    assert rl.select(str(path), label="y", goal="balanced_accuracy").remedy is not None


def test_rare_classes_are_not_rounded_away() -> None:
    """A class of 48 rows has more than 0.0 % of them, and a constant answer is right less than 100.0 % of the time."""
    shown = str(rl.select([0] * 199_952 + [1] * 48))
    assert "0.02%" in shown
    assert "99.98% of the time" in " ".join(shown.split())
    assert "accuracy 0.9998" in shown
    assert "100.0%" not in shown


TAIL = np.repeat(range(10), [5000, 3000, 1800, 1080, 650, 390, 230, 140, 80, 50])


@pytest.mark.parametrize(
    ("labels", "keywords"),
    [
        (TAIL, {"goal": "balanced_accuracy"}),
        (TAIL, {"goal": "mae", "ordered": True}),
        ([0] * 99_990 + [1] * 50, {"goal": "f1"}),
    ],
    ids=["long tail", "ordered", "dense"],
)
def test_the_lines_of_losses_run(labels: object, keywords: dict) -> None:
    """What an alternative says to write makes a last layer and a loss that train together."""
    import keras

    advice = rl.select(labels, task="multiclass" if labels is TAIL else None, **keywords)
    assert advice.remedy.alternatives
    for each in advice.remedy.alternatives:
        space = {"advice": advice, "rightloss": rl, "keras": keras, "epochs": 10}
        exec("\n".join(line for line in each.code if "val" not in line and "predict" not in line), space)
        last, loss = space["last_layer"], space["loss"]
        y = advice.encode(np.asarray(labels)[-8:])
        value = float(loss(y if y.ndim > 1 or last.units > 1 else y[:, None], last(np.ones((8, 3), np.float32))))
        assert np.isfinite(value)
        assert value > 0


def test_remedy_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """The text names the remedy, its source and the lines to write; alternatives come instead, not on top."""
    text = str(rl.select(TAIL, task="multiclass", goal="balanced_accuracy"))
    assert "Menon" in text
    assert "advice.decision(y_val, model.predict(x_val))" in text
    assert text.count("instead of it") == 2


def test_structure_of_tags() -> None:
    """Labels that come as lists, or as texts with commas, have the structure of the matrix they stand for."""
    genus = RNG.choice(["oak", "ash", "elm"], 300)
    more = np.where(RNG.random(300) < 0.5, "tall", "old")
    lists = [
        [kind, other] if place % 3 else [kind] for place, (kind, other) in enumerate(zip(genus, more, strict=True))
    ]
    lists = [row[::-1] if place % 2 else row for place, row in enumerate(lists)]
    for labels in (lists, [",".join(row) for row in lists]):
        advice = rl.select(labels, several_true=True)
        names = [advice.classes[column] for column in advice.structure.groups[0]]
        assert names == ["ash", "elm", "oak"]


@pytest.mark.parametrize("goal", ["f1", "log_loss", "balanced_accuracy"])
def test_a_goal_for_probabilities_is_refused(goal: str) -> None:
    """Labels that are no yes and no have no right decision; read as if they had, nearly all would be a no."""
    shares = np.random.default_rng(0).beta(1, 6, 400)
    with pytest.raises(WrongArgument, match=r"goal='\w+' for labels that are probabilities") as refused:
        rl.select(shares, goal=goal)
    assert "y = (y > 0.5).astype(int)" in str(refused.value)


def test_a_goal_beside_numbers_is_not_dropped_in_silence() -> None:
    """Where no cross-entropy fits, the answer says that the goal was left out."""
    answer = rl.select(np.random.default_rng(0).normal(size=400) * 10, goal="f1")
    assert answer.contract is None
    assert "goal='f1' is left out" in str(answer)
    assert not [note for note in rl.select(np.random.default_rng(0).normal(size=400)).notes if "left out" in note]
