"""Gradients of sure mistakes: scores of 20 on the wrong side in the place of those before the activation."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
from check.measured import BCE, BINARY, CCE, IDS, MULTIHOT, ONEHOT, SCCE, SEQUENCES, TOKENS, X, net
from keras import layers, losses

import rightloss as rl
from rightloss.contract import Condition
from rightloss.contract.conditions import Gradient


def gradient(model: keras.Model, y: Any, x: Any = X) -> Any:
    """What was seen of the gradient."""
    (setup,) = rl.check(model, (x, y)).setups
    return setup.readings[0].seen(Condition.GRADIENT)


def clipped(y_true: Any, p: Any) -> Any:
    """A cross-entropy as people write it: probabilities are cut."""
    p = keras.ops.clip(p, 1e-7, 1 - 1e-7)
    return -(y_true * keras.ops.log(p) + (1 - y_true) * keras.ops.log(1 - p))


def by_hand(y_true: Any, z: Any) -> Any:
    """Sigmoid and logarithm inside the loss, with a small number added."""
    p = keras.ops.sigmoid(z)
    return -(y_true * keras.ops.log(p + 1e-7) + (1 - y_true) * keras.ops.log(1 - p + 1e-7))


def stable(y_true: Any, z: Any) -> Any:
    """The same from raw scores."""
    return keras.ops.softplus(z) - y_true * z


class OwnLoss(losses.Loss):
    """A loss class of the user's own that asks Keras."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return losses.binary_crossentropy(y_true, y_pred)


def dense(units: int, activation: Any = None, **told: Any) -> list[Any]:
    """One layer."""
    return [layers.Dense(units, activation=activation, **told)]


ONE, THREE = BINARY[:, None].astype("float32"), IDS
ALIVE: dict[str, tuple[list[Any], Any, Any]] = {
    "sigmoid": (dense(1, "sigmoid"), BCE(), BINARY),
    "softmax": (dense(3, "softmax"), SCCE(), IDS),
    "softmax layer": ([*dense(3), layers.Softmax()], CCE(), ONEHOT),
    "activation layer": ([*dense(4), layers.Activation("sigmoid")], BCE(), MULTIHOT),
    "nested, with dropout": ([keras.Sequential([keras.Input((8,)), *dense(3, "softmax")]), layers.Dropout(0.5)],
                             SCCE(), IDS),
    "raw scores": (dense(3), SCCE(from_logits=True), IDS),
    "raw scores and our loss": (dense(4), rl.losses.MaskedBinaryCrossentropy(), MULTIHOT),
    "focal loss": (dense(1, "sigmoid"), losses.BinaryFocalCrossentropy(), BINARY),
    "float32 head": ([layers.Dense(4, dtype="mixed_float16"), *dense(3, "softmax", dtype="float32")], SCCE(), IDS),
    "own loss that asks Keras": (dense(1, "sigmoid"), OwnLoss(), ONE),
    "own loss of raw scores": (dense(1), stable, ONE),
}  # fmt: skip
LOST: dict[str, tuple[list[Any], Any, Any]] = {
    "behind a Reshape": ([*dense(1, "sigmoid"), layers.Reshape((1,))], BCE(), BINARY),
    "behind a Flatten": ([*dense(3, "softmax"), layers.Flatten()], SCCE(), IDS),
    "float16": ([layers.Dense(4, dtype="mixed_float16"), *dense(3, "softmax", dtype="mixed_float16")], SCCE(), IDS),
    "bfloat16": (dense(1, "sigmoid", dtype="mixed_bfloat16"), BCE(), BINARY),
    "categorical focal loss, which cuts": (dense(3, "softmax"), losses.CategoricalFocalCrossentropy(), ONEHOT),
    "a class is left out": (dense(3, "softmax"), SCCE(ignore_class=7), np.where(np.arange(len(X)) % 40 == 9, 7, IDS)),
    "own loss that cuts": (dense(1, "sigmoid"), clipped, ONE),
    "own loss that cuts, several labels": (dense(4, "sigmoid"), clipped, MULTIHOT),
    "own loss with a small number": (dense(1), by_hand, ONE),
}


@pytest.mark.parametrize("name", list(ALIVE))
def test_sure_mistakes_are_learned_from(name: str) -> None:
    """The gradient arrives, and nothing is said."""
    head, loss, y = ALIVE[name]
    model = net(*head, loss=loss)
    assert gradient(model, y) is Gradient.ALIVE
    assert "RL209" not in {each.code for each in rl.check(model, (X, y)).findings}


@pytest.mark.parametrize("name", list(LOST))
def test_sure_mistakes_are_lost(name: str) -> None:
    """No gradient arrives: a note as long as no prediction lies there yet, whatever loss it is."""
    head, loss, y = LOST[name]
    model = net(*head, loss=loss)
    assert gradient(model, y) is Gradient.FRAGILE
    report = rl.check(model, (X, y))
    assert [(each.code, each.severity) for each in report.findings] == [("RL209", "note")]
    assert report.ok


def test_saturated_predictions_of_an_own_loss_are_a_warning() -> None:
    """Large inputs put predictions where the cut loss gives no gradient at all."""
    model = net(*dense(1, "sigmoid"), loss=clipped)
    assert gradient(model, ONE, 500 * X) is Gradient.DEAD
    assert not rl.check(model, (500 * X, ONE)).ok


def test_labels_of_tokens_against_one_unit() -> None:
    """Keras squeezes (n, T, 1) to the shape of (n, T) labels, which hides the scores."""
    model = net(*dense(1, "sigmoid"), loss=BCE(), x=SEQUENCES)
    assert gradient(model, (TOKENS > 1) * 1, SEQUENCES) is Gradient.FRAGILE
    assert gradient(model, ((TOKENS > 1) * 1)[..., None], SEQUENCES) is Gradient.ALIVE


def test_losses_that_give_up_on_purpose_are_left_alone() -> None:
    """Squares, divergence and the generalised loss are what they are; the table says so."""
    for loss, y in ((losses.MeanSquaredError(), ONEHOT), (losses.KLDivergence(), ONEHOT),
                    (losses.CategoricalGeneralizedCrossEntropy(), IDS)):  # fmt: skip
        assert rl.check(net(*dense(3, "softmax"), loss=loss), (X, y)).findings == ()


def test_the_model_is_as_it_was() -> None:
    """Activation, weights and output are those from before, also where the loss raised."""

    def raising(y_true: Any, y_pred: Any) -> Any:
        raise ValueError("not today")

    for loss in (BCE(), raising):
        model = net(*dense(1, "sigmoid"), loss=loss)
        layer = model.layers[-1]
        before, activation = model.predict(X, verbose=0), layer.activation
        rl.check(model, (X, BINARY))
        assert layer.activation is activation
        assert np.array_equal(before, model.predict(X, verbose=0))


def test_an_activation_used_twice_is_not_pushed() -> None:
    """Which of both calls is the output's is not known, so the graph alone speaks."""
    inputs = keras.Input((8,))
    shared = layers.Activation("sigmoid")
    model = keras.Model(inputs, shared(layers.Dense(1)(shared(layers.Dense(4)(inputs)))))
    model.compile(loss=BCE())
    assert rl.check(model, (X, BINARY)).ok
