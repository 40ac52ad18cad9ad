"""Every metric equals scikit-learn on random and degenerate inputs, batch by batch, over the known labels."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import sklearn.metrics as sk
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from rightloss import metrics
from rightloss.errors import WrongArgument

MISSING = -1
AVERAGES = ("macro", "micro", "weighted", None)
QUICK = settings(max_examples=25, deadline=None)
Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


@st.composite
def class_batches(draw: st.DrawFn) -> Arrays:
    """Ids, probabilities and weights; few classes seen, constant labels and constant predictions included."""
    classes, rows = draw(st.integers(2, 5)), draw(st.integers(1, 30))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    seen = draw(st.integers(1, classes))
    ids = rng.integers(0, seen, rows)
    scores = rng.normal(size=(rows, classes))
    if draw(st.booleans()):
        scores[:, draw(st.integers(0, classes - 1))] += 9
    weight = rng.integers(1, 5, rows) / 4.0 if draw(st.booleans()) else np.ones(rows)
    return ids, np.exp(scores) / np.exp(scores).sum(1, keepdims=True), weight


@st.composite
def label_batches(draw: st.DrawFn) -> Arrays:
    """Multi-hot labels, probabilities and weights; empty rows, constant labels and constant predictions included."""
    labels, rows = draw(st.integers(1, 5)), draw(st.integers(1, 30))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rates = rng.choice([0.0, 0.2, 0.5, 1.0], labels)
    y = (rng.random((rows, labels)) < rates).astype(int)
    shift = rng.choice([-9.0, 0.0, 9.0], labels)
    weight = rng.integers(1, 5, rows) / 4.0 if draw(st.booleans()) else np.ones(rows)
    return y, 1 / (1 + np.exp(-rng.normal(size=(rows, labels)) - shift)), weight


def streamed(metric: Any, labels: np.ndarray, outputs: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """The result after up to three batches of unlike size."""
    for part in np.array_split(np.arange(len(labels)), 3):
        if len(part):
            metric.update_state(labels[part], outputs[part], None if weight is None else weight[part])
    return np.asarray(metric.result())


def quietly(score: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """scikit-learn warns of degenerate inputs; its number is what is compared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return score(*args, **kwargs)


def close(found: Any, expected: Any) -> None:
    assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=1e-5, atol=1e-6)


@QUICK
@given(class_batches())
def test_class_metrics_equal_scikit_learn(batch: Arrays) -> None:
    """Balanced accuracy, accuracy, MCC and quadratic kappa, weighted, from ids and probabilities."""
    y, p, w = batch
    said, told = p.argmax(1), {"sample_weight": w}
    close(streamed(metrics.BalancedAccuracy(), y, p, w), quietly(sk.balanced_accuracy_score, y, said, **told))
    close(streamed(metrics.MatthewsCorrelation(), y, p, w), quietly(sk.matthews_corrcoef, y, said, **told))
    close(streamed(metrics.MaskedSparseCategoricalAccuracy(), y, p, w), sk.accuracy_score(y, said, **told))
    kappa = streamed(metrics.QuadraticKappa(), y, p, w)
    if len(set(y) | set(said)) == 1:
        assert np.isnan(kappa)  # no disagreement was possible
    else:
        labels = range(p.shape[1])
        close(kappa, quietly(sk.cohen_kappa_score, y, said, weights="quadratic", labels=labels, **told))


@QUICK
@given(class_batches())
def test_class_averages_equal_scikit_learn(batch: Arrays) -> None:
    """Precision, recall and F1 in every average, one-hot labels; classes that do not occur take no part."""
    y, p, w = batch
    said, one_hot = p.argmax(1), np.eye(p.shape[1])[y]
    occurs = sorted(set(y) | set(said))
    for metric, score in (
        (metrics.MultiClassPrecision, sk.precision_score),
        (metrics.MultiClassRecall, sk.recall_score),
        (metrics.MultiClassF1, sk.f1_score),
    ):
        for average in AVERAGES:
            found = streamed(metric(average), one_hot, p, w)
            close(
                found[occurs] if average is None else found, quietly(score, y, said, average=average, sample_weight=w)
            )
        assert np.isnan(np.delete(found, occurs)).all()


@QUICK
@given(label_batches())
def test_label_metrics_equal_scikit_learn(batch: Arrays) -> None:
    """Hamming loss, subset accuracy, example-F1 and every average, on probabilities and on logits."""
    y, p, w = batch
    said = (p > 0.5).astype(int)
    z = np.log(p / (1 - p))
    told = {"sample_weight": w}
    logits = {"from_logits": True}
    if y.shape[1] > 1:  # scikit-learn takes one column for ids
        close(streamed(metrics.HammingLoss(), y, p, w), sk.hamming_loss(y, said, **told))
        close(streamed(metrics.SubsetAccuracy(**logits), y, z, w), sk.accuracy_score(y, said, **told))
        samples = quietly(sk.f1_score, y, said, average="samples", zero_division=1, **told)
        close(streamed(metrics.ExampleF1(**logits), y, z, w), samples)
    occurs = [label for label in range(y.shape[1]) if y[:, label].any() or said[:, label].any()]
    for metric, score in (
        (metrics.MultiLabelPrecision, sk.precision_score),
        (metrics.MultiLabelRecall, sk.recall_score),
        (metrics.MultiLabelF1, sk.f1_score),
    ):
        each = [quietly(score, y[:, j], said[:, j], zero_division=0, **told) for j in range(y.shape[1])]
        found = streamed(metric(None), y, p, w)
        close(found[occurs], np.array(each)[occurs])
        assert np.isnan(np.delete(found, occurs)).all()
        macro = streamed(metric(**logits), y, z, w)
        close(macro, np.mean(np.array(each)[occurs]) if occurs else np.nan)
        if occurs:
            cells = quietly(score, y.ravel(), said.ravel(), zero_division=0, sample_weight=np.repeat(w, y.shape[1]))
            close(streamed(metric("micro"), y, p, w), cells)
        support = (y * w[:, None]).sum(0)
        nowhere = 0.0 if occurs else np.nan  # as scikit-learn with zero_division=0, where something was predicted
        close(streamed(metric("weighted"), y, p, w), (support @ each) / support.sum() if support.any() else nowhere)


@QUICK
@given(class_batches(), label_batches())
def test_skill_is_log_loss_against_the_base_rate(batch: Arrays, several: Arrays) -> None:
    """1 - log-loss / entropy of the rates, weighted, from probabilities and logits; NaN where one class is all."""
    y, p, w = batch
    rates = np.bincount(y, weights=w) / w.sum()
    base = -(rates[rates > 0] * np.log(rates[rates > 0])).sum()
    log_loss = -(w * np.log(p[np.arange(len(y)), y])).sum() / w.sum()
    for told, outputs in ((False, p), (True, np.log(p) + 3)):
        found = streamed(metrics.LogLossSkill(from_logits=told), y, outputs, w)
        close(found, 1 - log_loss / base if len(set(y)) > 1 else np.nan)
    y, p, w = several
    rates = (y * w[:, None]).sum(0) / w.sum()
    inside = rates[(rates > 0) & (rates < 1)]
    base = -(inside * np.log(inside) + (1 - inside) * np.log(1 - inside)).sum()
    log_loss = -((y * np.log(p) + (1 - y) * np.log(1 - p)) * w[:, None]).sum() / w.sum()
    found = streamed(metrics.MultiLabelLogLossSkill(from_logits=True), y, np.log(p / (1 - p)), w)
    if inside.size:
        assert_allclose(found, 1 - log_loss / base, rtol=1e-4)
    else:
        assert np.isnan(found)


RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 4, 60)
SCORES = RNG.normal(size=(60, 4))
MULTI_HOT = RNG.integers(0, 2, (60, 4))
CLASS_METRICS = (
    metrics.BalancedAccuracy,
    metrics.MatthewsCorrelation,
    metrics.QuadraticKappa,
    metrics.MultiClassF1,
    metrics.MaskedSparseCategoricalAccuracy,
)
LABEL_METRICS = (
    metrics.HammingLoss,
    metrics.MultiLabelF1,
    metrics.MaskedBinaryAccuracy,
    metrics.MaskedPrecision,
    metrics.MaskedRecall,
    metrics.SubsetAccuracy,
    metrics.ExampleF1,
    metrics.MultiLabelLogLossSkill,
)
BY_NAME = {"ids": lambda metric: metric.__name__}


@pytest.mark.parametrize("metric", [*CLASS_METRICS, metrics.LogLossSkill], **BY_NAME)
def test_missing_positions_are_not_counted(metric: type) -> None:
    """Ignored ids, NaN, weight 0 and Keras's mask all equal leaving the positions out; so does token shape."""
    logits = {"from_logits": True}
    gone = IDS == 2
    gone[::7] = True
    expected = np.asarray(metric(**logits)(IDS[~gone], SCORES[~gone]))
    labels = np.where(gone, MISSING, IDS)
    close(metric(ignore=MISSING, **logits)(labels, SCORES), expected)
    close(metric(ignore=MISSING, **logits)(labels.reshape(6, 10), SCORES.reshape(6, 10, 4)), expected)
    close(metric(**logits)(np.where(gone, np.nan, IDS), SCORES), expected)
    close(metric(**logits)(IDS, SCORES, (~gone).astype(float)), expected)
    rows = np.eye(4)[IDS]
    rows[gone] = np.nan
    close(metric(**logits)(rows, SCORES), expected)
    outputs = tf.constant(SCORES)
    outputs._keras_mask = tf.constant(~gone)
    close(metric(**logits)(IDS, outputs), expected)


@pytest.mark.parametrize("metric", LABEL_METRICS, **BY_NAME)
def test_missing_cells_are_not_counted(metric: type) -> None:
    """Cells that are missing change nothing, whatever is predicted there; rows without known cells are as if absent."""
    logits = {"from_logits": True, "ignore": MISSING}
    labels = np.where(RNG.random((60, 4)) < 0.3, MISSING, MULTI_HOT)
    labels[5:9] = MISSING
    swapped = np.where(labels == MISSING, -SCORES, SCORES)
    expected = metric(**logits)(labels, SCORES)
    close(metric(**logits)(labels, swapped), expected)
    close(metric(**logits)(np.delete(labels, range(5, 9), 0), np.delete(SCORES, range(5, 9), 0)), expected)
    close(metric(**logits)(np.where(labels == MISSING, np.nan, labels), SCORES), expected)
    unsigned = metric(from_logits=True, ignore=255)(np.where(labels == MISSING, 255, labels).astype("uint8"), SCORES)
    close(unsigned, expected)


def test_masked_metrics_are_those_of_the_known_cells() -> None:
    """Accuracy, precision and recall equal scikit-learn on the cells that are left."""
    labels = np.where(RNG.random((60, 4)) < 0.3, MISSING, MULTI_HOT)
    known = labels != MISSING
    y, said = labels[known], SCORES[known] > 0
    close(metrics.MaskedBinaryAccuracy(from_logits=True)(labels, SCORES), sk.accuracy_score(y, said))
    close(metrics.MaskedPrecision(from_logits=True)(labels, SCORES), sk.precision_score(y, said))
    close(metrics.MaskedRecall(from_logits=True)(labels, SCORES), sk.recall_score(y, said))


def test_per_cell_weights() -> None:
    """A weight of 0 for a cell is a missing cell."""
    weight = (RNG.random((60, 4)) < 0.7).astype(float)
    labels = np.where(weight == 0, MISSING, MULTI_HOT)
    for metric in (metrics.HammingLoss, metrics.MultiLabelF1, metrics.ExampleF1):
        close(metric()(MULTI_HOT, SCORES + 0.5, weight), metric(ignore=MISSING)(labels, SCORES + 0.5))


def test_thresholds_are_probabilities() -> None:
    """A threshold per label cuts probabilities there and logits at its log-odds; one unit has one."""
    p = 1 / (1 + np.exp(-SCORES))
    cuts = [0.2, 0.5, 0.7, 0.9]
    expected = sk.hamming_loss(MULTI_HOT, (p > cuts).astype(int))
    close(metrics.HammingLoss(threshold=cuts)(MULTI_HOT, p), expected)
    close(metrics.HammingLoss(threshold=cuts, from_logits=True)(MULTI_HOT, SCORES), expected)
    y, z = MULTI_HOT[:, 0], SCORES[:, :1]
    expected = sk.f1_score(y, p[:, 0] > 0.7, average="macro")
    close(metrics.MultiClassF1(threshold=0.7, from_logits=True)(y, z), expected)
    close(metrics.MultiClassF1(threshold=0.7)(y[:, None], p[:, :1]), expected)
    skill = metrics.LogLossSkill()(y, p[:, :1])
    close(metrics.LogLossSkill(from_logits=True)(y, z), skill)
    close(skill, 1 - sk.log_loss(y, p[:, 0]) / sk.log_loss(y, np.full(60, y.mean())))


def test_what_cannot_be_counted_is_not_silent() -> None:
    """An id or cell outside its range, a NaN output, and probabilities that are none give NaN, not a number."""
    for metric in CLASS_METRICS:
        assert np.isnan(metric(ignore=None)([0, 1, 4], SCORES[:3]))
        assert np.isnan(metric()([0, 1, 2], np.where(np.eye(3, 4), np.nan, SCORES[:3])))
        assert np.isnan(metric()(np.zeros((3, 4)), SCORES[:3]))  # no class at all is not class 0
    for metric in LABEL_METRICS:
        assert np.isnan(metric(from_logits=True, ignore=None)([[0, 1, -1, 2]], SCORES[:1]))
        assert np.isnan(metric(from_logits=True)([[0, 1, 1, 0]], [[np.nan, 1, 1, 1]]))
    assert np.isnan(metrics.LogLossSkill()(IDS, SCORES))
    assert np.isnan(metrics.MultiLabelLogLossSkill()(MULTI_HOT, SCORES))
    for metric in (*CLASS_METRICS, *LABEL_METRICS):
        assert np.isnan(metric().result())


def test_correlation_of_one_positive_in_a_hundred_million() -> None:
    """A class is constant where the other never occurs, not where it is very rare."""
    from rightloss.metrics.statistics import matthews_correlation

    close(matthews_correlation(np.array([[1e8, 0.0], [0.0, 1.0]])), 1.0)
    close(matthews_correlation(np.array([[1e8, 1.0], [0.0, 1.0]])), 0.5**0.5)
    close(matthews_correlation(np.array([[1e8, 0.0], [1.0, 0.0]])), 0.0)


def test_brier_score_of_what_is_no_label() -> None:
    """A label outside [0, 1] is NaN unless it has weight 0; missing and masked positions do not count."""
    assert np.isnan(metrics.BrierScore()([[5.0]], [[0.5]]))
    close(metrics.BrierScore()([[5.0], [1.0]], [[0.5], [0.5]], [0, 1]), 0.25)
    masked = tf.convert_to_tensor([[0.5, 0.9]])
    masked._keras_mask = tf.convert_to_tensor([[True, False]])
    close(metrics.BrierScore()([[1.0, 0.0]], masked), 0.25)
    close(metrics.BrierScore(ignore=-1)([[1.0, -1.0, np.nan]], [[0.5, 0.9, 0.9]]), 0.25)


def test_shapes_are_not_broadcast() -> None:
    """Ids in a column are ids; any other difference of shapes is a ValueError."""
    close(metrics.MultiClassF1()(IDS[:, None], SCORES), metrics.MultiClassF1()(IDS, SCORES))
    for metric in (*CLASS_METRICS, *LABEL_METRICS):
        with pytest.raises(ValueError, match="shape"):
            metric()(np.zeros((3, 2)), SCORES[:3])
        with pytest.raises(ValueError, match="shape"):
            metric()(np.zeros(4), SCORES[:3])
    with pytest.raises(ValueError, match="sample_weight of shape"):
        metrics.MultiClassF1()(IDS, SCORES, np.ones(4))


def test_counts_do_not_stop_at_what_float32_can_count() -> None:
    """A metric that has seen 2^24 cells still counts the next one."""
    metric = metrics.MaskedBinaryAccuracy()
    metric.update_state([[1.0]], [[0.9]], [2.0**24])
    metric.update_state([[1.0]], [[0.9]], [1.0])
    assert float(metric.counts[0, 1, 1]) == 2**24 + 1


def test_arguments_are_checked() -> None:
    """An argument outside its range is an error that says what would do."""
    for bad in (
        lambda: metrics.MultiClassF1("samples"),
        lambda: metrics.HammingLoss(threshold=0.0),
        lambda: metrics.HammingLoss(threshold=[0.5, 1.5, 0.5, 0.5]),
        lambda: metrics.BalancedAccuracy(ignore="pad"),
        lambda: metrics.HammingLoss(threshold=[0.5, 0.5])(MULTI_HOT, SCORES),
    ):
        with pytest.raises(WrongArgument) as error:
            bad()
        assert error.value.fix


ALL = [getattr(metrics, name) for name in metrics.__all__]


@pytest.mark.parametrize("metric", [*CLASS_METRICS, *LABEL_METRICS, metrics.LogLossSkill], **BY_NAME)
def test_a_batch_without_rows_changes_nothing(metric: type) -> None:
    """Where a batch is split over devices, one of them may get no rows."""
    labels = MULTI_HOT if metric in LABEL_METRICS else IDS
    whole, split = metric(from_logits=True), metric(from_logits=True)
    whole.update_state(labels, SCORES)
    split.update_state(labels[:0], SCORES[:0])
    split.update_state(labels, SCORES)
    close(split.result(), whole.result())


@pytest.mark.parametrize("metric", ALL, **BY_NAME)
def test_survives_serialization_and_reset(metric: type) -> None:
    """Every exported metric comes back from its configuration, and starts anew after a reset."""
    labels = IDS if "ClassMetric" in str(metric.__mro__) or metric is metrics.LogLossSkill else MULTI_HOT
    made = metric(from_logits=True, ignore=3, name="mine")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(made))
    assert type(again) is metric
    assert again.get_config() == made.get_config()
    assert made.get_config()["ignore"] == 3
    first = np.asarray(made(labels, SCORES))
    close(again(labels, SCORES), first)
    made.update_state(labels[::-1], SCORES)
    made.reset_state()
    close(made(labels, SCORES), first)


@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
def test_in_a_trained_model(jit_compile: bool, tmp_path: Any) -> None:
    """Compiled into a model they follow batches, class weights and saving; monitors find them by their plain name."""
    x = SCORES.astype("float32")
    layer = keras.layers.Dense(4, use_bias=False, kernel_initializer="identity")
    model = keras.Sequential([keras.Input((4,)), layer])
    few = (metrics.MultiClassF1, metrics.BalancedAccuracy)  # compiling the rest for XLA as well takes its time
    made = [metric(from_logits=True) for metric in (few if jit_compile else (*CLASS_METRICS, metrics.LogLossSkill))]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    weighted = [metrics.MultiClassRecall(None, name="recalls")]
    model.compile("sgd", loss, metrics=made, weighted_metrics=weighted, jit_compile=jit_compile)
    found = model.evaluate(x, IDS, sample_weight=np.ones(60), batch_size=13, verbose=0, return_dict=True)
    close(found["multi_class_f1"], sk.f1_score(IDS, x.argmax(1), average="macro"))
    close(found["balanced_accuracy"], sk.balanced_accuracy_score(IDS, x.argmax(1)))
    close(found["recalls"], sk.recall_score(IDS, x.argmax(1), average=None))
    if jit_compile:
        return
    model.fit(x, IDS, validation_data=(x, IDS), epochs=1, verbose=0)
    found = model.evaluate(x, IDS, verbose=0, return_dict=True)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras").evaluate(x, IDS, verbose=0, return_dict=True)
    assert set(again) == set(found)
    for name in found:
        close(again[name], found[name])
