"""A model's last layer narrows what labels leave open; where it contradicts them, labels win and the conflict shows."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import rightloss as rl


def model(*layers: keras.Layer, shape: tuple[int, ...] = (4,)) -> keras.Model:
    """A Sequential model of these layers."""
    return keras.Sequential([keras.Input(shape), *layers])


def test_units_decide_between_one_and_two() -> None:
    """0/1 labels go with one sigmoid unit, or with two softmax units where the model has two."""
    y = np.array([0, 1] * 20)
    one = rl.select(y, model=model(keras.layers.Dense(1, activation="sigmoid")))
    two = rl.select(y, model=model(keras.layers.Dense(2, activation="softmax")))
    assert one.contract.loss == "binary_crossentropy"
    assert two.contract.loss == "sparse_categorical_crossentropy"
    assert one.conflicts == two.conflicts == ()


def test_activation_decides_the_form() -> None:
    """Raw scores go with from_logits=True."""
    advice = rl.select(np.arange(3).repeat(20), model=model(keras.layers.Dense(3)))
    assert advice.contract.from_logits == "true"


def test_one_logit_for_each_token() -> None:
    """Labels (n, 5) of 0 and 1 are tokens where the model gives one value for each step."""
    y = (np.random.default_rng(0).random((60, 5)) < 0.4).astype(int)
    advice = rl.select(y, model=model(keras.layers.Dense(1, activation="sigmoid"), shape=(5, 3)))
    assert advice.contract.positions == "token"
    assert advice.contract.loss == "binary_crossentropy"
    assert rl.select(y, model=model(keras.layers.Dense(5, activation="sigmoid"))).task == "multilabel"


def test_many_softmax_units_answer_the_question() -> None:
    """Ages are numbers, unless the last layer has a softmax unit for each of them."""
    y = np.random.default_rng(1).integers(18, 91, 5000)
    classes = len(np.unique(y))
    assert rl.select(y).contract is None
    assert rl.select(y, model=model(keras.layers.Dense(classes, activation="softmax"))).task == "multiclass"
    assert rl.select(y, model=model(keras.layers.Dense(1))).contract is None


@pytest.mark.parametrize(
    ("labels", "layer", "code"),
    [
        (np.arange(5).repeat(20), keras.layers.Dense(3, activation="softmax"), "RL205"),
        (np.arange(3).repeat(20), keras.layers.Dense(1, activation="softmax"), "RL204"),
        (np.arange(3).repeat(20), keras.layers.Dense(3, activation="sigmoid"), "RL203"),
        (np.eye(4)[np.arange(4).repeat(20)], keras.layers.Dense(4, activation="sigmoid"), "RL203"),
    ],
)
def test_contradiction_is_shown_beside_the_answer(labels: np.ndarray, layer: keras.Layer, code: str) -> None:
    """The contract follows the labels; the finding names what is wrong with the model."""
    advice = rl.select(labels, model=model(layer))
    assert advice.task == "multiclass"
    assert advice.contract.units == (labels.shape[1] if labels.ndim > 1 else len(np.unique(labels)))
    assert not any("from_logits" in finding.message for finding in advice.conflicts)
    found = {name for each in advice.conflicts for name in (each.code, *each.also)}
    assert code in found
    assert code in str(advice)


def test_half_precision_asks_for_logits() -> None:
    """A softmax in float16 throws away what the loss needs: advice is the form with raw scores where both fit."""
    half = keras.layers.Dense(3, dtype="float16", name="half")
    advice = rl.select(np.arange(3).repeat(20), model=model(half))
    assert advice.contract.from_logits == "true"


def test_a_model_without_shape_is_an_error() -> None:
    """What is not built cannot be looked at."""
    with pytest.raises(rl.errors.UnsupportedInput, match="build"):
        rl.select([0, 1] * 20, model=keras.Sequential([keras.layers.Dense(1)]))
