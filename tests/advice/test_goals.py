"""From a goal to a remedy: what is advised, when nothing is, and how wrong goals are answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rightloss.advice.choose import choose
from rightloss.advice.goals import Measure, read_goal
from rightloss.advice.imbalance import Imbalance
from rightloss.advice.remedy import EFFECTS, Kind, Remedy
from rightloss.errors import WrongArgument

BINARY = Imbalance(("no", "yes"), (900, 100), 1000, exclusive=True)
FEW = Imbalance(("no", "yes"), (990, 10), 1000, exclusive=True)
EVEN = Imbalance(("a", "b", "c"), (300, 350, 350), 1000, exclusive=True)
TAIL = Imbalance(tuple("abcdefghij"), (5000, 3000, 1800, 1080, 650, 390, 230, 140, 80, 50), 12420, exclusive=True)
LABELS = Imbalance(("rain", "wind", "snow"), (300, 60, 25), 1000, exclusive=False)


def _remedy(found: Imbalance, goal: str | None = None, **stated: Any) -> Remedy:
    ordered = stated.pop("ordered", False)
    told = (goal, stated.get("costs"), stated.get("prior"))
    known = {"names": found.names, "exclusive": found.exclusive, "counts": found.counts}
    read = read_goal(*told, **known, ordered=ordered)
    assert read is not None
    return choose(read, found)


@pytest.mark.parametrize(
    ("found", "goal", "kind"),
    [
        (BINARY, "log_loss", Kind.NOTHING),
        (BINARY, "accuracy", Kind.NOTHING),
        (BINARY, "auroc", Kind.NOTHING),
        (BINARY, "auprc", Kind.NOTHING),
        (BINARY, "f1", Kind.THRESHOLD),
        (BINARY, "f1:no", Kind.THRESHOLD),
        (BINARY, "recall@precision=0.9", Kind.THRESHOLD),
        (BINARY, "balanced_accuracy", Kind.LOGIT_ADJUSTMENT),
        (BINARY, "macro_f1", Kind.THRESHOLD),
        (FEW, "f1", Kind.COLLECT),
        (FEW, "recall@precision=0.9", Kind.COLLECT),
        (FEW, "balanced_accuracy", Kind.COLLECT),
        (FEW, "log_loss", Kind.NOTHING),
        (EVEN, "balanced_accuracy", Kind.NOTHING),
        (EVEN, "macro_f1", Kind.NOTHING),
        (TAIL, "balanced_accuracy", Kind.LOGIT_ADJUSTMENT),
        (TAIL, "macro_f1", Kind.LOGIT_ADJUSTMENT),
        (TAIL, "f1:j", Kind.THRESHOLD),
        (LABELS, "macro_f1", Kind.THRESHOLD),
        (LABELS, "balanced_accuracy", Kind.LOGIT_ADJUSTMENT),
        (LABELS, "recall:snow@precision=0.5", Kind.THRESHOLD),
        (LABELS, "log_loss", Kind.NOTHING),
    ],
)
def test_remedy_for_a_goal(found: Imbalance, goal: str, kind: Kind) -> None:
    """The decision table, goal by goal."""
    assert _remedy(found, goal).kind is kind


def test_stated_costs_and_prior() -> None:
    """Costs alone mean their mean, a prior alone means accuracy there; both together are one decision."""
    assert _remedy(BINARY, costs={("yes", "no"): 5}).kind is Kind.EXPECTED_COST
    assert "0.167" in _remedy(BINARY, costs={("yes", "no"): 5}).why
    assert _remedy(BINARY, prior={"yes": 0.4}).kind is Kind.PRIOR_SHIFT
    assert _remedy(BINARY, "log_loss", prior={"no": 0.6, "yes": 0.4}).kind is Kind.PRIOR_SHIFT
    assert _remedy(BINARY, costs={("yes", "no"): 5}, prior={"yes": 0.4}).kind is Kind.EXPECTED_COST
    assert _remedy(LABELS, prior={"rain": 0.5, "wind": 0.1, "snow": 0.1}).kind is Kind.PRIOR_SHIFT


def test_ordered_classes() -> None:
    """Steps of the order are costs of the decision; a loss that knows the order is the alternative."""
    found = _remedy(TAIL, "mae", ordered=True)
    assert found.kind is Kind.EXPECTED_COST
    assert [each.kind for each in found.alternatives] == [Kind.ORDINAL_LOSS]
    assert not _remedy(EVEN, "kappa", ordered=True).alternatives


def test_losses_are_alternatives_for_long_tails_only() -> None:
    """A second training is offered from 10 : 1 on, in place of the decision, never on top of it."""
    kinds = [each.kind for each in _remedy(TAIL, "balanced_accuracy").alternatives]
    assert kinds == [Kind.PRIOR_LOSS, Kind.LATE_WEIGHTS]
    assert not _remedy(BINARY, "balanced_accuracy").alternatives
    mild = Imbalance(("a", "b", "c"), (500, 300, 100), 900, exclusive=True)
    assert not _remedy(mild, "balanced_accuracy").alternatives


def test_focal_loss_for_drowned_positives() -> None:
    """It is an alternative only for dense labels; in the form, sigmoid or softmax, that the labels have."""
    pixels = Imbalance(("background", "lesion"), (1_000_000, 300), 1_000_300, exclusive=True)
    assert [each.kind for each in _remedy(pixels, "f1").alternatives] == [Kind.FOCAL_LOSS]
    assert "BinaryFocal(" in "".join(_remedy(pixels, "f1").alternatives[0].code)
    organs = Imbalance(("background", "lesion", "bone"), (1_000_000, 300, 90_000), 1_090_300, exclusive=True)
    assert "CategoricalFocal(" in "".join(_remedy(organs, "f1:lesion").alternatives[0].code)
    assert not _remedy(organs, "f1:bone").alternatives
    assert not _remedy(BINARY, "f1").alternatives


def test_the_class_that_f1_is_about_is_not_left_to_the_alphabet() -> None:
    """Of two names in words the second is meant only if it is the rarer one; 0 and 1 have a second one by nature."""
    fraud = Imbalance(("fraud", "ok"), (50, 950), 1000, exclusive=True)
    for goal in ("f1", "recall@precision=0.9"):
        with pytest.raises(WrongArgument, match="'fraud' and 'ok'"):
            _remedy(fraud, goal)
    assert "always fraud" in _remedy(fraud, "f1:fraud").why
    assert "always 1" in _remedy(Imbalance((0, 1), (50, 950), 1000, exclusive=True), "f1").why


def test_macro_f1_has_cuts_where_nothing_is_rare() -> None:
    """The best cut for F1 depends on how well a label is predicted, not only on how frequent it is."""
    even = Imbalance(("rain", "wind"), (480, 400), 1000, exclusive=False)
    assert _remedy(even, "macro_f1").kind is Kind.THRESHOLD
    assert _remedy(even, "balanced_accuracy").kind is Kind.NOTHING
    two = _remedy(Imbalance((0, 1), (500, 500), 1000, exclusive=True), "macro_f1")
    assert two.kind is Kind.THRESHOLD
    assert not any("of its own" in condition for condition in two.conditions)


@pytest.mark.parametrize("goal", ["log_loss", "accuracy", "auroc", "auprc"])
def test_few_rows_are_told_where_nothing_is_done(goal: str) -> None:
    """There is no remedy to take back, but the number about a class with ten rows is an interval all the same."""
    assert any("yes: fewer than 20 rows" in each for each in _remedy(FEW, goal).conditions)
    assert not any("fewer" in each for each in _remedy(BINARY, goal).conditions)


@pytest.mark.parametrize("keywords", [{"prior": {"yes": 0.5}}, {"costs": {("yes", "no"): 5}}], ids=str)
def test_ten_rows_are_not_multiplied(keywords: dict[str, Any]) -> None:
    """Neither a prior nor costs are brought to a class whose frequency and probabilities are guesses."""
    assert _remedy(FEW, **dict(keywords)).kind is Kind.COLLECT
    tail = Imbalance(("a", "b", "c"), (900, 90, 10), 1000, exclusive=True)
    told = {"prior": {"a": 0.2, "b": 0.2}} if "prior" in keywords else {"costs": {("a", "b"): 5}}
    assert any("c: fewer than 20 rows" in each for each in _remedy(tail, **told).conditions)


def test_classes_with_few_rows_are_named() -> None:
    """A class with fewer than 20 rows is said to make its part of the number an interval."""
    found = Imbalance(("cp", "im", "pp", "imL"), (143, 77, 52, 2), 274, exclusive=True)
    assert any("imL" in condition for condition in _remedy(found, "balanced_accuracy").conditions)


@pytest.mark.parametrize("found", [BINARY, FEW, EVEN, TAIL, LABELS], ids=lambda each: len(each.names))
@pytest.mark.parametrize("measure", list(Measure))
def test_every_remedy_is_complete(found: Imbalance, measure: Measure) -> None:
    """Whatever the goal, there is one remedy with a reason, a source, its effect, the way back and lines to write."""
    goal = {Measure.F1: f"f1:{found.names[0]}", Measure.RECALL_AT_PRECISION: f"recall:{found.names[0]}@precision=0.8"}
    if measure is Measure.COST or (not found.exclusive and measure in (Measure.MAE, Measure.KAPPA)):
        return
    remedy = _remedy(found, goal.get(measure, measure.value), ordered=True)
    assert remedy.why
    assert remedy.source
    assert remedy.probabilities
    assert remedy.undo
    assert remedy.code
    assert json.loads(json.dumps(remedy.to_json()))["kind"] == remedy.kind
    for each in remedy.alternatives:
        assert each.kind is not remedy.kind


def test_every_kind_has_an_effect() -> None:
    """No remedy without its source and its effect on probabilities."""
    assert set(EFFECTS) == set(Kind)


@pytest.mark.parametrize(
    ("found", "keywords", "word"),
    [
        (BINARY, {"goal": "f2"}, "balanced_accuracy"),
        (BINARY, {"goal": "recall"}, "recall@precision=0.9"),
        (BINARY, {"goal": "recall@precision=1.5"}, "between 0 and 1"),
        (BINARY, {"goal": "f1:maybe"}, "no, yes"),
        (BINARY, {"goal": "accuracy:yes"}, "only after f1"),
        (TAIL, {"goal": "f1"}, "f1:a"),
        (BINARY, {"goal": "cost"}, "costs="),
        (BINARY, {"goal": "f1", "costs": {("yes", "no"): 5}}, "costs="),
        (BINARY, {"costs": {"yes": 5}}, "true class, decision"),
        (BINARY, {"costs": {("yes", "no"): -1}}, "at least 0"),
        (LABELS, {"costs": {("rain", "wind"): 5}}, "exclusive"),
        (BINARY, {"prior": {"yes": 1.4}}, "sum to 1"),
        (TAIL, {"prior": {"a": 0.4}}, "sum to 1"),
        (BINARY, {"goal": "macro_f1", "prior": {"yes": 0.4}}, "validation rows"),
        (TAIL, {"goal": "mae"}, "ordered=True"),
    ],
)
def test_wrong_goals_say_what_is_right(found: Imbalance, keywords: dict[str, Any], word: str) -> None:
    """Every mistake names what would be right."""
    with pytest.raises(WrongArgument, match=word):
        _remedy(found, keywords.pop("goal", None), **keywords)
