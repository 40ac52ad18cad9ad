"""What every loss of the package must do, whatever its formula is."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from losses.cases import CASES, MISSING, Case, unknown
from numpy.testing import assert_allclose

EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
SEEDS = (0, 1, 2)
ROWS = 12


def batch(case: Case, seed: int = 0, rows: int = ROWS) -> tuple[np.ndarray, np.ndarray]:
    """Labels and logits, float64, the last row without any known label."""
    labels, logits = case.draw(np.random.default_rng(seed), rows)
    labels[-1] = MISSING
    return labels, logits


def value_and_gradient(loss: Any, labels: Any, logits: Any, *weights: Any) -> tuple[np.ndarray, np.ndarray]:
    """The loss and the gradient of its sum in the logits."""
    z = tf.convert_to_tensor(logits)
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = loss(tf.convert_to_tensor(labels), z, *weights)
        total = tf.reduce_sum(value)
    return value.numpy(), tape.gradient(total, z).numpy()


def on(loss: Any) -> Any:
    """`loss` with the weights of `LateWeightedCrossentropy`, which starts plain, switched on."""
    if hasattr(loss, "share"):
        loss.share.assign(1.0)
    return loss


def example_mean(cells: np.ndarray) -> np.ndarray:
    """Mean over the known cells of each row; 0 where none is known."""
    flat = cells.reshape(len(cells), -1)
    known = ~np.isnan(flat)
    return np.nansum(flat, axis=1) / np.maximum(known.sum(1), 1)


@EVERY_CASE
@pytest.mark.parametrize("seed", SEEDS)
def test_function_equals_its_definition(case: Case, seed: int) -> None:
    """Per example, the mean over known cells of the definition in float64 NumPy."""
    labels, logits = batch(case, seed)
    expected = example_mean(case.definition(labels, logits))
    assert_allclose(case(labels, logits), expected, rtol=1e-9, atol=1e-12)
    assert_allclose(case(labels, logits.astype("float32")), expected, rtol=2e-5, atol=1e-6)
    assert expected[-1] == 0


@EVERY_CASE
def test_gradient_is_that_of_the_reported_value(case: Case) -> None:
    """The gradient equals central differences of the value; 0 for a row without a known label."""
    labels, logits = batch(case)
    _, gradient = value_and_gradient(case, labels, logits)
    step = 1e-5
    for index in np.ndindex(*logits.shape[1:]):  # examples are independent: the same logit of all rows at once
        shift = np.zeros_like(logits)
        shift[(slice(None), *index)] = step
        slope = (case(labels, logits + shift).numpy() - case(labels, logits - shift).numpy()) / (2 * step)
        assert_allclose(gradient[(slice(None), *index)], slope, rtol=1e-5, atol=1e-8)
    assert not gradient[-1].any()


@EVERY_CASE
def test_class_weighs_every_known_cell_alike(case: Case) -> None:
    """The mean is over all known cells of the batch; a weight multiplies, and does not change what is divided by."""
    labels, logits = batch(case)
    cells = case.definition(labels, logits)
    weight = np.linspace(0, 3, ROWS)
    spread = np.broadcast_to(weight.reshape((-1,) + (1,) * (cells.ndim - 1)), cells.shape)
    known = ~np.isnan(cells)
    loss = on(case.loss())
    assert_allclose(loss(labels, logits), np.nanmean(cells), rtol=1e-5)
    weighted = np.nansum(cells * spread)
    assert_allclose(loss(labels, logits, weight), weighted / known.sum(), rtol=1e-5)
    assert_allclose(loss(labels, logits, weight[:, None]), weighted / known.sum(), rtol=1e-5)
    assert_allclose(loss(labels, logits, spread), weighted / known.sum(), rtol=1e-5)
    by_weight = on(case.loss(reduction="mean_with_sample_weight"))
    assert_allclose(by_weight(labels, logits, weight), weighted / spread[known].sum(), rtol=1e-5)
    rows = example_mean(cells)
    assert_allclose(on(case.loss(reduction=None))(labels, logits), rows, rtol=2e-5, atol=1e-6)
    assert_allclose(on(case.loss(reduction="sum"))(labels, logits), rows.sum(), rtol=1e-5)


@EVERY_CASE
def test_masking_a_row_is_dropping_it(case: Case) -> None:
    """Rows without known labels change neither the value nor the gradient of the others, whatever their logits are."""
    labels, logits = batch(case)
    logits = logits.astype("float32")
    gone = np.arange(ROWS) % 3 == 0
    labels[gone], logits[gone] = np.nan, np.nan
    loss = on(case.loss())
    value, gradient = value_and_gradient(loss, labels, logits)
    short_value, short_gradient = value_and_gradient(loss, labels[~gone], logits[~gone])
    assert np.isfinite(short_value)
    assert_allclose(value, short_value, rtol=1e-6)
    assert_allclose(gradient[~gone], short_gradient, rtol=1e-5, atol=1e-8)
    assert not gradient[gone].any()


@EVERY_CASE
def test_keras_mask_is_dropping_rows(case: Case) -> None:
    """A mask that Keras carries with the logits takes rows out of the mean."""
    labels, logits = batch(case)
    kept = np.arange(ROWS) % 2 == 0
    masked = tf.convert_to_tensor(logits, dtype="float32")
    masked._keras_mask = tf.convert_to_tensor(kept)
    loss = on(case.loss())
    assert_allclose(loss(labels, masked), loss(labels[kept], logits[kept]), rtol=1e-5)


@EVERY_CASE
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("switch", ["weight", "mask"])
def test_switched_off_rows_may_hold_anything(case: Case, switch: str, broken: float) -> None:
    """Logits that are no numbers in a row of weight 0, or one that Keras masks, reach neither value nor gradient."""
    labels, logits = batch(case)
    kept = np.arange(ROWS) % 3 != 0
    z = tf.Variable(np.where(kept.reshape((-1,) + (1,) * (logits.ndim - 1)), logits, broken).astype("float32"))
    loss = on(case.loss())
    with tf.GradientTape() as tape:
        outputs = tf.identity(z)
        if switch == "mask":
            outputs._keras_mask = tf.convert_to_tensor(kept)
        value = loss(labels, outputs, kept.astype("float32") if switch == "weight" else None)
    gradient = tape.gradient(value, z).numpy()
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert not gradient[~kept].any()
    assert gradient[kept].any()


@EVERY_CASE
def test_no_label_at_all_costs_nothing(case: Case) -> None:
    """A batch in which nothing is known has loss 0 and gradient 0, not NaN."""
    labels, logits = batch(case)
    value, gradient = value_and_gradient(case.loss(), np.full_like(labels, np.nan), logits.astype("float32"))
    assert value == 0
    assert not gradient.any()


@EVERY_CASE
def test_no_rows_cost_nothing(case: Case) -> None:
    """A batch of no rows, which a filtered dataset can hold, adds up to 0 and raises nothing, as Keras's own losses."""
    labels, logits = batch(case)
    value, gradient = value_and_gradient(case.loss(), labels[:0], logits[:0].astype("float32"))
    assert value.sum() == 0
    assert gradient.shape == (0, *logits.shape[1:])


@EVERY_CASE
def test_a_label_that_is_none_is_not_silent(case: Case) -> None:
    """A known label outside its range makes the loss NaN, leaves the gradient finite, and weight 0 switches it off."""
    labels, logits = batch(case)
    spot = tuple(np.argwhere(~unknown(labels))[0])
    labels[spot] = case.broken
    loss = case.loss()
    value, gradient = value_and_gradient(loss, labels, logits.astype("float32"))
    assert np.isnan(value)
    assert np.isfinite(gradient).all()
    weight = np.ones(ROWS)
    weight[spot[0]] = 0
    assert np.isfinite(loss(labels, logits, weight))


@EVERY_CASE
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("size", [30.0, 1e4, 6e4])
def test_extremes_are_finite(case: Case, dtype: str, size: float) -> None:
    """Loss and gradient are finite for logits of any size, and wrong sides still have a gradient."""
    labels, logits = batch(case, rows=40)
    logits = tf.cast(np.sign(logits) * size, dtype)
    value, gradient = value_and_gradient(on(case.loss()), labels, logits)
    assert np.isfinite(value)
    assert value > 0
    assert np.isfinite(np.asarray(gradient, "float32")).all()
    assert np.asarray(gradient, "float32").any()


@EVERY_CASE
@pytest.mark.parametrize("policy", ["float16", "bfloat16"])
def test_labels_keep_their_value_in_half_precision(case: Case, policy: str) -> None:
    """Half-precision logits, and a half-precision loss dtype, are computed as their float32 values."""
    labels, logits = batch(case)
    half = tf.cast(logits, policy)
    expected = on(case.loss())(labels, tf.cast(half, "float32"))
    assert_allclose(on(case.loss())(labels, half), expected, rtol=1e-6)
    assert_allclose(on(case.loss(dtype=policy))(labels, half), expected, rtol=1e-6)


@EVERY_CASE
def test_label_dtype_does_not_matter(case: Case) -> None:
    """Whole labels give the same loss in every dtype that holds them, lists included."""
    labels, logits = case.draw(np.random.default_rng(3), ROWS)
    labels = np.rint(np.where(unknown(labels), 0, labels))
    if case.name in ("grouped", "prior-soft", "focal-soft"):  # rounding broke the row sums
        labels = np.tile(np.eye(labels.shape[1])[0], (ROWS, 1))
        labels[:, 5:6] = labels[:, 5:6] + (case.name == "grouped")
    loss = on(case.loss())
    expected = float(loss(labels, logits))
    assert np.isfinite(expected)
    for dtype in ("float64", "float32", "float16", "int64", "int32", "int8", "uint8", "uint16"):
        assert_allclose(loss(labels.astype(dtype), logits), expected, rtol=1e-6)
    assert_allclose(loss(labels.tolist(), logits.tolist()), expected, rtol=1e-6)


@EVERY_CASE
def test_unlike_shapes_are_refused(case: Case) -> None:
    """Labels never broadcast: the error is a ValueError that shows both shapes."""
    for labels, logits in case.bad_shapes:
        with pytest.raises(ValueError, match="shape") as error:
            case.loss()(np.ones(labels), np.ones(logits, "float32"))
        text = str(error.value)
        assert str(labels) in text or str(logits) in text
        with pytest.raises(ValueError, match="shape"):
            case(np.ones(labels), np.ones(logits, "float32"))


@EVERY_CASE
def test_unlike_weights_are_refused(case: Case) -> None:
    """A weight of another length raises instead of broadcasting."""
    labels, logits = batch(case)
    with pytest.raises(ValueError, match="sample_weight of shape"):
        case.loss()(labels, logits, np.ones(ROWS + 1))


@EVERY_CASE
def test_survives_serialization(case: Case) -> None:
    """The loss comes back from its own configuration, through JSON, with all it was told."""
    loss = case.loss(reduction="sum", name="mine")
    config = keras.saving.serialize_keras_object(loss)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is case.cls
    assert again.get_config() == loss.get_config() == case.cls.from_config(loss.get_config()).get_config()
    assert loss.get_config()["ignore"] == MISSING
    labels, logits = batch(case)
    assert_allclose(again(labels, logits), loss(labels, logits))


@EVERY_CASE
@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
def test_compiled_equals_eager(case: Case, jit_compile: bool) -> None:
    """Value and gradient are the same in graph and XLA, also where the batch size is unknown while tracing."""
    labels, logits = batch(case)
    labels, logits = labels.astype("float32"), logits.astype("float32")
    loss = on(case.loss())
    shapes = [tf.TensorSpec((None, *x.shape[1:]), "float32") for x in (labels, logits)]

    @tf.function(jit_compile=jit_compile, input_signature=shapes)
    def compiled(y: Any, z: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(z)
            value = loss(y, z)
        return value, tape.gradient(value, z)

    value, gradient = compiled(labels, logits)
    expected_value, expected_gradient = value_and_gradient(loss, labels, logits)
    assert_allclose(value, expected_value, rtol=1e-5)
    assert_allclose(gradient, expected_gradient, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("case", [c for c in CASES if c.name in ("masked", "prior-soft")], ids=lambda c: c.name)
def test_label_width_unknown_while_tracing_never_broadcasts(case: Case) -> None:
    """Where only the running graph knows that labels are (n, 1) against (n, 4), it stops instead of broadcasting."""
    loss = case.loss()
    spec = [tf.TensorSpec((None, None), "float32"), tf.TensorSpec((None, 4), "float32")]
    compiled = tf.function(lambda y, z: loss(y, z), input_signature=spec)
    labels, logits = batch(case)
    assert_allclose(compiled(labels, logits), loss(labels, logits), rtol=1e-5)
    with pytest.raises(tf.errors.InvalidArgumentError):
        compiled(np.ones((4, 1)), np.ones((4, 4)))


def test_suite_covers_every_class() -> None:
    """No loss class is exported without a case here."""
    from rightloss import losses

    exported = {getattr(losses, name) for name in losses.__all__}
    classes = {thing for thing in exported if isinstance(thing, type) and issubclass(thing, keras.losses.Loss)}
    assert classes == {case.cls for case in CASES}
    functions = {name for name in losses.__all__ if name.endswith(("crossentropy", "focal"))}
    assert functions == {case.function.__name__ for case in CASES}
