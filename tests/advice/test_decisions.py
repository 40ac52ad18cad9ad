"""What is done after training: each part equals its definition, helps its goal, and is undone."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import balanced_accuracy_score, f1_score

from rightloss.advice import adjust
from rightloss.advice.decision import Decision, balanced_accuracy, decide, macro_f1
from rightloss.advice.goals import Goal, Measure
from rightloss.advice.imbalance import Imbalance
from rightloss.advice.remedy import Kind
from rightloss.advice.thresholds import f1_threshold, label_thresholds, precision_threshold, wilson_lower
from rightloss.errors import WrongArgument

IDS = arrays(np.int64, st.integers(2, 40), elements=st.integers(0, 3))


def _world(rows: int, prior: tuple[float, ...], seed: int = 0, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and the true log-probabilities of their classes given x: classes are Gaussians around unit vectors."""
    rng = np.random.default_rng(seed)
    y = rng.choice(len(prior), rows, p=prior)
    x = np.eye(len(prior))[y] + spread * rng.normal(size=(rows, len(prior)))
    return y, adjust.log_softmax(np.log(prior) + x / spread**2)


@given(IDS, st.integers(0, 9))
def test_scores_are_those_of_scikit_learn(truth: np.ndarray, seed: int) -> None:
    """Balanced accuracy and macro-F1 agree with scikit-learn, absent classes included."""
    predicted = np.random.default_rng(seed).integers(0, 4, len(truth))
    seen = np.intersect1d(truth, truth)
    recalls = [np.mean(predicted[truth == each] == each) for each in seen]
    assert balanced_accuracy(truth, predicted) == pytest.approx(np.mean(recalls))
    if set(predicted) <= set(truth):
        assert balanced_accuracy(truth, predicted) == pytest.approx(balanced_accuracy_score(truth, predicted))
    assert macro_f1(truth, predicted) == pytest.approx(f1_score(truth, predicted, average="macro"))


@given(arrays(np.float64, (5, 3), elements=st.floats(-8, 8)), st.sampled_from([0.5, 1.0, 2.0]))
def test_adjusting_twice_with_opposite_sign_changes_nothing(scores: np.ndarray, tau: float) -> None:
    """A shift is undone by the shift back."""
    log_p = adjust.log_softmax(scores)
    weights = [0.2, 1.0, 30.0]
    np.testing.assert_allclose(adjust.shift(adjust.shift(log_p, weights, tau=tau), weights, tau=-tau), log_p, atol=1e-9)


def test_shift_gives_the_probabilities_of_the_new_place() -> None:
    """Where only frequencies change, shifted probabilities are those of a model made for the new frequencies."""
    old, new = (0.9, 0.1), (0.3, 0.7)
    _, log_p = _world(50, old)
    evidence = log_p - np.log(old)
    expected = adjust.log_softmax(evidence + np.log(new))
    np.testing.assert_allclose(adjust.shift(log_p, np.array(new) / old), expected, atol=1e-9)


def test_tau_one_is_best_for_balanced_accuracy() -> None:
    """With true probabilities, tau = 1 has the largest balanced accuracy in the population, within its noise."""
    prior = (0.9, 0.08, 0.02)
    y, log_p = _world(200_000, prior)
    scores = {
        tau: balanced_accuracy(y, adjust.shift(log_p, 1 / np.array(prior), tau=tau).argmax(1)) for tau in adjust.TAUS
    }
    assert scores[1.0] >= max(scores.values()) - 0.005
    assert scores[1.0] > scores[0.0] + 0.1


def test_tau_leaves_its_default_only_for_a_reason() -> None:
    """On few rows the default stays; where the model already answers as if classes were even, tau goes to 0."""
    prior = (0.9, 0.08, 0.02)
    few = [_world(60, prior, seed=seed) for seed in range(20)]
    assert sum(adjust.choose_tau(log_p, y, prior, balanced_accuracy)[0] == 1.0 for y, log_p in few) >= 17
    y, log_p = _world(20_000, prior)
    even = adjust.shift(log_p, 1 / np.array(prior))
    assert adjust.choose_tau(even, y, prior, balanced_accuracy)[0] == 0.0


@given(arrays(np.float64, (4, 3), elements=st.floats(-5, 5)), arrays(np.float64, (3, 3), elements=st.floats(0, 9)))
def test_cheapest_decision(scores: np.ndarray, costs: np.ndarray) -> None:
    """No other decision has a smaller expected cost."""
    log_p = adjust.log_softmax(scores)
    chosen = adjust.cheapest(log_p, costs)
    for row, decided in enumerate(chosen):
        expected = [sum(np.exp(log_p[row, k]) * costs[k, d] for k in range(3)) for d in range(3)]
        assert expected[decided] == pytest.approx(min(expected))


def test_temperature_is_recovered() -> None:
    """Raw scores that were made three times too large get a temperature of three."""
    y, log_p = _world(20_000, (0.5, 0.3, 0.2))
    assert adjust.temperature(3 * log_p, y) == pytest.approx(3, rel=0.05)
    assert adjust.temperature(log_p, y) == pytest.approx(1, rel=0.05)


@given(
    arrays(np.int64, 12, elements=st.integers(0, 1)),
    arrays(np.float64, 12, elements=st.sampled_from([0.1, 0.2, 0.4, 0.4, 0.7, 0.9])),
)
def test_f1_threshold_is_the_best_cut(truth: np.ndarray, scores: np.ndarray) -> None:
    """No cut between or beyond the scores has a larger F1, ties included."""
    found = f1_threshold(truth, scores)
    if not truth.any():
        assert math.isinf(found.value)
        return
    tried = [f1_score(truth, scores > cut, zero_division=0) for cut in (0.0, 0.15, 0.3, 0.5, 0.8, 1.0)]
    assert f1_score(truth, scores > found.value, zero_division=0) == pytest.approx(max(tried))
    assert found.score == pytest.approx(max(tried))


def test_f1_threshold_of_calibrated_scores_is_half_the_f1() -> None:
    """Lipton et al.: the best cut of true probabilities is half the F1 it reaches."""
    y, log_p = _world(200_000, (0.95, 0.05), spread=0.7)
    found = f1_threshold(y == 1, np.exp(log_p[:, 1]))
    assert found.value == pytest.approx(found.score / 2, abs=0.03)


def test_recall_at_precision_holds_on_new_rows() -> None:
    """The cut keeps its promise on new rows most of the time; without the bound it would break it half of the time."""
    kept = 0
    for seed in range(40):
        y, log_p = _world(2000, (0.9, 0.1), seed=seed, spread=0.5)
        cut = precision_threshold(y == 1, log_p[:, 1], 0.8)
        new, new_p = _world(20_000, (0.9, 0.1), seed=1000 + seed, spread=0.5)
        said = new_p[:, 1] > cut.value
        kept += (new[said] == 1).mean() >= 0.8
    assert kept >= 34
    assert math.isinf(precision_threshold([0, 1, 0], [0.1, 0.2, 0.3], 0.99).value)


def test_wilson_bound() -> None:
    """The lower end of the 90 % two-sided interval that statsmodels and textbooks give for 8 of 10."""
    assert float(wilson_lower(8, 10)) == pytest.approx(0.5408, abs=1e-3)


def test_rare_labels_share_one_threshold() -> None:
    """A label with fewer than 30 positives gets the threshold of all cells together, a frequent one its own."""
    rng = np.random.default_rng(0)
    truth = (rng.random((500, 3)) < [0.4, 0.3, 0.02]).astype(float)
    scores = np.clip(0.4 * truth + 0.6 * rng.random((500, 3)), 0, 1) * [1.0, 0.5, 1.0]
    found = label_thresholds(truth, scores)
    shared = f1_threshold(truth.ravel(), scores.ravel()).value
    assert found[2] == shared
    assert found[0] == f1_threshold(truth[:, 0], scores[:, 0]).value
    assert found[1] != shared
    truth[::2, 0] = np.nan
    assert label_thresholds(truth, scores)[0] == f1_threshold(truth[1::2, 0], scores[1::2, 0]).value


DECISIONS = (
    Decision(Kind.NOTHING),
    Decision(Kind.LOGIT_ADJUSTMENT, weights=(1.1, 9.0, 40.0), tau=0.5),
    Decision(Kind.EXPECTED_COST, temperature=1.4, costs=((0.0, 1.0, 1.0), (5.0, 0.0, 1.0), (2.0, 1.0, 0.0))),
    Decision(Kind.THRESHOLD, thresholds=(0.2,), label=2, validation_score=0.4),
    Decision(Kind.THRESHOLD, thresholds=(math.inf,), label=2, note="never"),
)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda each: each.kind)
def test_decisions_survive_json(decision: Decision) -> None:
    """What is kept beside a model decides the same when it is loaded."""
    loaded = Decision.from_json(json.loads(json.dumps(decision.to_json())))
    assert loaded == decision
    _, log_p = _world(200, (0.7, 0.2, 0.1))
    np.testing.assert_array_equal(loaded.ids(log_p), decision.ids(log_p))


def test_threshold_of_one_class_among_several() -> None:
    """Above the cut it is that class, below it the most likely other one."""
    log_p = np.log([[0.5, 0.2, 0.3], [0.5, 0.35, 0.15], [0.1, 0.1, 0.8]])
    np.testing.assert_array_equal(Decision(Kind.THRESHOLD, thresholds=(0.25,), label=2).ids(log_p), [2, 0, 2])
    np.testing.assert_array_equal(Decision(Kind.THRESHOLD, thresholds=(0.9,), label=2).ids(log_p), [0, 0, 0])


def test_decisions_help_their_goal() -> None:
    """On rows that were not used to choose, each decision scores better than the most likely class on its own goal."""
    prior = (0.9, 0.08, 0.02)
    found = Imbalance(("a", "b", "c"), (9000, 800, 200), 10_000, exclusive=True)
    y_val, p_val = _world(5000, prior, seed=1)
    y_new, p_new = _world(50_000, prior, seed=2)
    plain = p_new.argmax(1)
    for measure, score in ((Measure.BALANCED_ACCURACY, balanced_accuracy), (Measure.MACRO_F1, macro_f1)):
        decision = decide(Kind.LOGIT_ADJUSTMENT, Goal(measure), found, y_val, p_val)
        assert score(y_new, decision.ids(p_new)) > score(y_new, plain) + 0.02
        assert decision.validation_score is not None
    costs = ((0.0, 1.0, 1.0), (20.0, 0.0, 1.0), (50.0, 1.0, 0.0))
    decision = decide(Kind.EXPECTED_COST, Goal(Measure.COST, costs=costs), found, y_val, p_val)
    table = np.array(costs)
    assert table[y_new, decision.ids(p_new)].mean() < table[y_new, plain].mean()
    for measure, power in ((Measure.MAE, 1), (Measure.KAPPA, 2)):
        decided = decide(Kind.EXPECTED_COST, Goal(measure), found).ids(p_new)
        assert (np.abs(decided - y_new) ** power).mean() <= (np.abs(plain - y_new) ** power).mean()


def test_independent_labels() -> None:
    """Each label is decided by itself: at its own rate for equal recalls, at its own cut for F1."""
    rng = np.random.default_rng(0)
    truth = (rng.random((4000, 2)) < [0.05, 0.3]).astype(float)
    log_p = adjust.log_pair(np.log([0.05 / 0.95, 0.3 / 0.7]) + 2 * (truth - 0.5) + rng.normal(size=truth.shape))
    found = Imbalance(("x", "y"), tuple(truth.sum(0).astype(int).tolist()), 4000, exclusive=False)
    even = decide(Kind.LOGIT_ADJUSTMENT, Goal(Measure.BALANCED_ACCURACY), found)
    np.testing.assert_array_equal(even.ids(log_p), np.exp(log_p[..., 1]) > np.array(found.shares))
    one = decide(Kind.THRESHOLD, Goal(Measure.F1, label=0), found, truth, log_p)
    assert one.thresholds is not None
    assert one.thresholds[1] == 0.5
    assert f1_score(truth[:, 0], one.ids(log_p)[:, 0]) > f1_score(truth[:, 0], log_p[:, 0].argmax(1))
    cuts = decide(Kind.THRESHOLD, Goal(Measure.MACRO_F1), found, truth, log_p)
    assert cuts.thresholds == tuple(label_thresholds(truth, np.exp(log_p[..., 1])))


def test_too_few_validation_rows_decide_nothing() -> None:
    """With fewer than 20 positives the cut stays at one half, and the decision says why."""
    found = Imbalance((0, 1), (950, 50), 1000, exclusive=True)
    y, log_p = np.array([0] * 90 + [1] * 10), np.log(np.full((100, 2), 0.5))
    decision = decide(Kind.THRESHOLD, Goal(Measure.F1, label=1), found, y, log_p)
    assert decision.thresholds == (0.5,)
    assert "10 validation rows" in decision.note
    with pytest.raises(WrongArgument, match="validation"):
        decide(Kind.THRESHOLD, Goal(Measure.F1, label=1), found)


@pytest.mark.parametrize(("one_unit", "logits"), list(itertools.product([True, False], [True, False])))
def test_predictions_in_every_form_are_the_same_probabilities(one_unit: bool, logits: bool) -> None:
    """Probabilities and raw scores, one unit and one unit for each class, become the same log-probabilities."""
    p = np.array([0.1, 0.5, 0.97])
    both = np.stack([1 - p, p], 1)
    given_ = p[:, None] if one_unit else both
    if logits:
        given_ = np.log(p / (1 - p))[:, None] if one_unit else np.log(both) + 3
    np.testing.assert_allclose(
        adjust.log_probabilities(given_, logits=logits, one_unit=one_unit), np.log(both), atol=1e-9
    )


def test_one_temperature_for_labels_that_can_be_true_together() -> None:
    """Raw scores six times too large are found out, whatever cells are missing; few rows say why they are not."""
    rng = np.random.default_rng(0)
    z = rng.normal(-1, 1, (3000, 4))
    y = (rng.random(z.shape) < 1 / (1 + np.exp(-z))).astype(float)
    y[rng.random(z.shape) < 0.2] = np.nan
    found = Imbalance(tuple("abcd"), (900, 900, 900, 900), 3000, exclusive=False)
    goal = Goal(Measure.LOG_LOSS)
    sure = adjust.log_pair(6 * z)
    decision = decide(Kind.NOTHING, goal, found, y, sure)
    assert decision.temperature == pytest.approx(6, rel=0.1)
    np.testing.assert_allclose(decision.log_probabilities(sure), adjust.log_pair(6 * z / decision.temperature))
    assert "too few" in decide(Kind.NOTHING, goal, found, y[:200], sure[:200]).note


def test_validation_rows_that_cannot_decide_are_refused() -> None:
    """None with a label, or predictions that are NaN, are an error that says what is needed."""
    found = Imbalance(("a", "b", "c"), (900, 90, 30), 1020, exclusive=True)
    goal = Goal(Measure.BALANCED_ACCURACY)
    good = np.log(np.full((4, 3), 1 / 3))
    for truth, log_p in ((np.full(4, -1), good), (np.empty(0, int), good[:0]), (np.arange(4) % 3, good * np.nan)):
        with pytest.raises(WrongArgument) as error:
            decide(Kind.LOGIT_ADJUSTMENT, goal, found, truth, log_p)
        assert error.value.fix


def test_notes_say_what_validation_rows_could_not_support() -> None:
    """A tau that stayed for want of rows, labels that share a cut, labels without any positive."""
    found = Imbalance(("a", "b", "c"), (900, 90, 30), 1020, exclusive=True)
    truth, log_p = _world(30, (0.8, 0.1, 0.1))
    assert "tau" in decide(Kind.LOGIT_ADJUSTMENT, Goal(Measure.BALANCED_ACCURACY), found, truth, log_p).note
    tags = Imbalance(("a", "b"), (300, 40), 1000, exclusive=False)
    y = np.zeros((500, 2))
    p = np.random.default_rng(0).normal(size=(500, 2))
    none = decide(Kind.THRESHOLD, Goal(Measure.MACRO_F1), tags, y, adjust.log_pair(p))
    assert none.thresholds == (0.5, 0.5)
    assert "0 validation positives" in none.note
    y[:100, 0] = y[:5, 1] = 1
    assert decide(Kind.THRESHOLD, Goal(Measure.MACRO_F1), tags, y, adjust.log_pair(p)).note.startswith("1 of 2 labels")


def test_a_precision_that_no_cut_is_sure_of_is_told() -> None:
    """The class is then never said, and the note says so and what to do; it is a matter of being sure, too."""
    found = Imbalance(("no", "yes"), (5000, 200), 5200, exclusive=True)
    truth = np.r_[np.zeros(5000, int), np.ones(200, int)]
    p = np.where(np.arange(5200) < 5190, 0.1, 0.9)  # ten rows at the top, all right: 100 %, but only ten
    log_p = np.log(np.stack([1 - p, p], axis=-1))
    decision = decide(Kind.THRESHOLD, Goal(Measure.RECALL_AT_PRECISION, 1, 0.9), found, truth, log_p)
    assert not decision.ids(log_p).any()
    assert "no cut is sure" in decision.note
    assert "more validation rows" in decision.note
