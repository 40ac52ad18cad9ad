"""What single losses claim: relations to Keras's own losses and to each other, decoding, the late switch."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose

import rightloss.losses
import rightloss.metrics
from rightloss import losses
from rightloss.errors import WrongArgument

RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 4, 20)
ONE_HOT = np.eye(4)[IDS]
LOGITS = RNG.normal(0, 3, (20, 4))
MULTI_HOT = RNG.integers(0, 2, (20, 4)).astype(float)
PRIOR = [7, 2, 1, 4]


def gradient(loss: Any, logits: Any) -> np.ndarray:
    z = tf.convert_to_tensor(logits)
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = tf.reduce_sum(loss(z))
    return tape.gradient(value, z).numpy()


def test_plain_settings_are_keras_own_losses() -> None:
    """Without weights, exponents or adjustment each loss is the cross-entropy Keras has."""
    binary = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)(MULTI_HOT, LOGITS)
    softmax = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)(IDS, LOGITS)
    z = LOGITS
    assert_allclose(losses.masked_binary_crossentropy(MULTI_HOT, z), binary, rtol=1e-5)
    assert_allclose(losses.binary_focal(MULTI_HOT, z, gamma=0), binary, rtol=1e-5)
    assert_allclose(losses.prior_adjusted_crossentropy(IDS, z, prior=PRIOR, tau=0), softmax, rtol=1e-5)
    assert_allclose(losses.prior_adjusted_crossentropy(IDS, z, prior=[1, 1, 1, 1]), softmax, rtol=1e-5)
    assert_allclose(losses.categorical_focal(IDS, z, gamma=0), softmax, rtol=1e-5)
    assert_allclose(losses.class_weighted_crossentropy(IDS, z, class_weight=PRIOR, share=0), softmax, rtol=1e-5)
    assert_allclose(losses.grouped_crossentropy(ONE_HOT, z, groups=[[0, 1, 2, 3]]), softmax, rtol=1e-5)


def test_ids_and_one_hot_rows_agree() -> None:
    """An id, an id in a column and its one-hot row cost the same."""
    smooth = {"prior": PRIOR, "label_smoothing": 0.2}
    for loss, config in (
        (losses.prior_adjusted_crossentropy, smooth),
        (losses.categorical_focal, {"alpha": PRIOR}),
        (losses.class_weighted_crossentropy, {"class_weight": PRIOR}),
    ):
        expected = loss(IDS, LOGITS, **config)
        assert_allclose(loss(ONE_HOT, LOGITS, **config), expected)
        assert_allclose(loss(IDS[:, None], LOGITS, **config), expected)


def test_smoothing_ids_is_keras_smoothing_of_rows() -> None:
    """Label smoothing, which Keras has for rows only, is the same for ids."""
    keras_loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2, reduction=None)
    ours = losses.prior_adjusted_crossentropy(IDS, LOGITS, prior=[1, 1, 1, 1], label_smoothing=0.2)
    assert_allclose(ours, keras_loss(ONE_HOT, LOGITS), rtol=1e-5)


def test_tau_one_is_balanced_softmax() -> None:
    """With tau = 1, counts and shares, and any multiple of them, give the same loss: the constant cancels."""
    counts = losses.prior_adjusted_crossentropy(IDS, LOGITS, prior=PRIOR)
    assert_allclose(losses.prior_adjusted_crossentropy(IDS, LOGITS, prior=np.array(PRIOR) / 14), counts)
    e = np.array(PRIOR) * np.exp(LOGITS)
    assert_allclose(counts, -np.log(e[np.arange(20), IDS] / e.sum(1)))


def test_focal_on_two_classes_is_binary_focal() -> None:
    """Softmax over (0, z) is a sigmoid of z, also in the focal loss."""
    z, y = LOGITS[:, 0], IDS % 2
    two = np.stack([np.zeros(20), z], 1)
    binary = losses.binary_focal(y, z, gamma=1.5, alpha=0.25)
    assert_allclose(losses.categorical_focal(y, two, gamma=1.5, alpha=[0.75, 0.25]), binary)


def test_focal_alpha_acts() -> None:
    """Alpha weighs positives against negatives; Keras's own loss ignores it by default."""
    one, zero = (float(losses.binary_focal([y], [0.0], alpha=0.25)[0]) for y in (1, 0))
    assert_allclose(zero / one, 3)
    with pytest.raises(WrongArgument, match="balances nothing"):
        losses.categorical_focal(IDS, LOGITS, alpha=0.25)


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 5.0])
@pytest.mark.parametrize("size", [0.0, 20.0, 1e4])
def test_focal_gradient_is_never_nan(gamma: float, size: float) -> None:
    """Also for gamma < 1 on a saturated, correct cell, where Keras's is NaN; ties of the largest logit included."""
    z = np.array([[size, 0, -size], [0, size, size]], "float32")
    for labels in ([0, 1], [2, 0]):
        slope = gradient(lambda z, y=labels: losses.categorical_focal(y, z, gamma=gamma), z)
        assert np.isfinite(slope).all()
    cells = np.array([[1, 0, 1], [0, 1, 1]])
    assert np.isfinite(gradient(lambda z: losses.binary_focal(cells, z, gamma=gamma), z)).all()


def test_rows_that_are_no_distribution() -> None:
    """Two ones, none, or a negative share are refused, and divided by their sum on request where that helps."""
    rows = np.array([[1.0, 1, 0, 0], [0, 0, 0, 0], [1.5, -0.5, 0, 0], [1, 0, 0, 0]])
    z = LOGITS[:4]
    refused = losses.prior_adjusted_crossentropy(rows, z, prior=PRIOR).numpy()
    assert list(np.isnan(refused)) == [True, True, True, False]
    shared = losses.prior_adjusted_crossentropy(rows, z, prior=PRIOR, normalize=True).numpy()
    assert list(np.isnan(shared)) == [False, True, True, False]
    expected = losses.prior_adjusted_crossentropy([[0.5, 0.5, 0, 0]], z[:1], prior=PRIOR)
    assert_allclose(shared[:1], expected)


def test_ids_that_are_no_class() -> None:
    """An id outside 0..K-1 or between two ids is NaN, not another class."""
    found = losses.categorical_focal([4.0, -1.0, 1.5, 3.0], LOGITS[:4]).numpy()
    assert list(np.isnan(found)) == [True, True, True, False]


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint8", "int32", "float16"])
def test_as_many_classes_as_the_label_dtype_has_numbers(dtype: str) -> None:
    """128 classes are one more than the largest int8: ids are compared with their number as wide integers."""
    uniform = losses.prior_adjusted_crossentropy(np.array([0, 5, 127], dtype), np.zeros((3, 128)), prior=np.ones(128))
    assert_allclose(uniform, np.log(128), rtol=1e-6)


def test_ignore_is_compared_as_it_was_said() -> None:
    """int8 labels have no 255, so -1 is not taken for it; no whole number equals 0.5."""
    labels = np.array([[1, -1]], "int8")
    assert np.isnan(losses.masked_binary_crossentropy(labels, [[0.0, 9.0]], ignore=255)).all()
    assert_allclose(losses.masked_binary_crossentropy([[1, 0]], [[0.0, 0.0]], ignore=0.5), np.log(2), rtol=1e-6)


def test_positive_weight_is_tensorflow_own() -> None:
    """`positive_weight` is that of `tf.nn.weighted_cross_entropy_with_logits`, per label."""
    weight = np.array([1.0, 2.0, 0.5, 7.0])
    expected = tf.nn.weighted_cross_entropy_with_logits(MULTI_HOT, LOGITS, pos_weight=weight)
    ours = losses.masked_binary_crossentropy(MULTI_HOT, LOGITS, positive_weight=weight)
    assert_allclose(ours, np.mean(expected, axis=1))


def test_unsigned_labels_meet_a_negative_ignore() -> None:
    """255 in uint8 is ignored when told so, and is not taken for -1 when -1 is ignored."""
    labels = np.array([[1, 255]], "uint8")
    assert_allclose(losses.masked_binary_crossentropy(labels, [[0.0, 9.0]], ignore=255), np.log(2), rtol=1e-6)
    assert np.isnan(losses.masked_binary_crossentropy(labels, [[0.0, 9.0]], ignore=-1)[0])


def test_arguments_are_checked() -> None:
    """An argument outside its range is an error that says what would do."""
    for bad in (
        lambda: losses.MaskedBinaryCrossentropy(ignore="none"),
        lambda: losses.MaskedBinaryCrossentropy(positive_weight=[1, 0]),
        lambda: losses.PriorAdjustedCrossentropy([5, 0, 2]),
        lambda: losses.PriorAdjustedCrossentropy(3.0),
        lambda: losses.PriorAdjustedCrossentropy(PRIOR, label_smoothing=1.0),
        lambda: losses.PriorAdjustedCrossentropy({1: 2.0, 2: 3.0}),
        lambda: losses.BinaryFocal(gamma=-1),
        lambda: losses.BinaryFocal(alpha=1.5),
        lambda: losses.GroupedCrossentropy([[0, 1], [1, 2]]),
        lambda: losses.GroupedCrossentropy([[0]]),
        lambda: losses.grouped_crossentropy(MULTI_HOT, LOGITS, groups=[[0, 9]]),
        lambda: losses.prior_adjusted_crossentropy(IDS, LOGITS, prior=[1, 2]),
        lambda: losses.corn_decode(LOGITS, cost="cubic"),
        lambda: losses.masked_binary_crossentropy(np.array(["a", "b"]), [0.0, 1.0]),
    ):
        with pytest.raises(WrongArgument) as error:
            bad()
        assert error.value.fix


def test_corn_probabilities_are_the_model() -> None:
    """They sum to 1, multiply the conditional answers, and minus their log is the sum of the questions' costs."""
    z = LOGITS[:, :3]
    p = losses.corn_probabilities(z).numpy()
    assert_allclose(p.sum(1), 1)
    above = np.cumprod(1 / (1 + np.exp(-z)), axis=1)
    assert_allclose(p, np.diff(1 - above, prepend=0, append=1), atol=1e-12)
    asked = np.minimum(IDS + 1, 3)
    assert_allclose(losses.corn_crossentropy(IDS, z) * asked, -np.log(p[np.arange(20), IDS]))
    assert np.isfinite(losses.corn_probabilities(np.sign(z) * 1e4)).all()


def test_corn_decode_costs_least() -> None:
    """The median has the least expected absolute error, the rounded mean the least expected squared error."""
    p = losses.corn_probabilities(LOGITS[:, :3]).numpy()
    distance = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    for cost, power in (("absolute", 1), ("squared", 2)):
        best = (p @ distance**power).argmin(1)
        assert (losses.corn_decode(LOGITS[:, :3], cost=cost).numpy() == best).all()


def test_grouped_probabilities_keep_the_columns() -> None:
    """Groups sum to 1, other columns are sigmoids, and every column stays in its place."""
    p = losses.grouped_probabilities(LOGITS, groups=[[3, 0]]).numpy()
    e = np.exp(LOGITS)
    assert_allclose(p[:, 3], e[:, 3] / (e[:, 0] + e[:, 3]))
    assert_allclose(p[:, 0] + p[:, 3], 1)
    assert_allclose(p[:, [1, 2]], e[:, [1, 2]] / (1 + e[:, [1, 2]]))


def test_late_weights_switch_on_at_their_epoch() -> None:
    """Training is plain before `start_epoch` and weighted from it on, in a compiled graph; loading starts plain."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, kernel_initializer="zeros", trainable=False)])
    loss = losses.LateWeightedCrossentropy([3.0, 3.0])
    model.compile("sgd", loss)
    history = model.fit(
        np.ones((4, 2)), np.array([0, 1, 1, 1]), epochs=4, verbose=0, callbacks=[losses.LateWeights(2)]
    ).history["loss"]
    assert_allclose(history, np.log(2) * np.array([1, 1, 3, 3]), rtol=1e-5)
    again = losses.LateWeightedCrossentropy.from_config(loss.get_config())
    assert float(again.share) == 0


def test_late_weights_need_their_loss() -> None:
    """The callback says so where the model was compiled with another loss."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    with pytest.raises(WrongArgument, match="LateWeights on a model"):
        model.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0, callbacks=[losses.LateWeights(1)])


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_model_trains_saves_and_loads(policy: str, tmp_path: Any) -> None:
    """A model with missing labels learns under both policies, and its saved file evaluates to the same loss."""
    keras.utils.set_random_seed(0)
    x = RNG.normal(size=(64, 3)).astype("float32")
    y = (x @ RNG.normal(size=(3, 4)) > 0).astype("float32")
    y[RNG.random(y.shape) < 0.4] = np.nan
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, dtype=policy)])
    metric = rightloss.metrics.MaskedBinaryAccuracy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.1), losses.MaskedBinaryCrossentropy(), metrics=[metric], jit_compile=True)
    model.fit(x, y, epochs=15, verbose=0)
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    assert found["loss"] < 0.3
    assert found["masked_binary_accuracy"] > 0.9
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras").evaluate(x, y, verbose=0, return_dict=True)
    assert again == pytest.approx(found, rel=1e-5)


def test_floats_are_wide_even_where_keras_is_told_half() -> None:
    """Under `floatx` float16 the loss still computes in float32: a soft label 0.7 stays 0.7."""
    before = keras.config.floatx()
    keras.config.set_floatx("float16")
    try:
        assert losses.MaskedBinaryCrossentropy().dtype == "float32"
    finally:
        keras.config.set_floatx(before)


@pytest.mark.parametrize("package", [rightloss.losses, rightloss.metrics], ids=lambda package: package.__name__)
def test_examples_in_docstrings_are_true(package: Any) -> None:
    """Every example of a public docstring prints what it says."""
    examples = 0
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        found = doctest.testmod(importlib.import_module(module.name))
        assert found.failed == 0, module.name
        examples += found.attempted
    assert examples
