"""What only values tell: activations inside code, and losses of the user's own that compute a known one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
import tensorflow as tf
from check.measured import BCE, BINARY, CCE, IDS, MULTIHOT, ONEHOT, SCCE, SEQUENCES, TOKENS, X, net
from keras import layers, losses

import rightloss as rl
from rightloss.errors import UnsupportedInput


class Head(keras.Model):
    """A subclass that ends in a function of its own."""

    def __init__(self, layer: Any, function: Callable[[Any], Any] = lambda z: z, loss: Any = None) -> None:
        super().__init__()
        self.layer, self.function = layer, function
        self.compile(optimizer="adam", loss=loss)

    def call(self, inputs: Any) -> Any:
        return self.function(self.layer(inputs))


def found(model: keras.Model, y: Any, x: Any = X) -> list[tuple[str, str]]:
    """(code, severity) of the findings."""
    return [(each.code, str(each.severity)) for each in rl.check(model, (x, y)).findings]


def softmax_by_hand(z: Any) -> Any:
    """Which no graph shows."""
    shares = tf.exp(z - tf.reduce_max(z, axis=-1, keepdims=True))
    return shares / tf.reduce_sum(shares, axis=-1, keepdims=True)


SIGMOIDS = {"tf": (tf.sigmoid, "warning"), "keras": (keras.ops.sigmoid, "warning"),
            "formula": (lambda z: 1 / (1 + tf.exp(-z)), "error")}  # fmt: skip
SOFTMAXES = {"tf": (tf.nn.softmax, "warning"), "keras": (keras.ops.softmax, "warning"),
             "formula": (softmax_by_hand, "error")}  # fmt: skip


@pytest.mark.parametrize("name", list(SIGMOIDS))
def test_a_hidden_sigmoid_applied_twice(name: str) -> None:
    """An error where a compiled graph cannot undo it, a warning where Keras finds it by its type; never the metric."""
    function, severity = SIGMOIDS[name]
    assert found(Head(layers.Dense(1), function, BCE(from_logits=True)), BINARY) == [("RL201", severity)]
    assert found(Head(layers.Dense(1), function, BCE()), BINARY) == []


@pytest.mark.parametrize("name", list(SOFTMAXES))
def test_a_hidden_softmax_applied_twice(name: str) -> None:
    """As for the sigmoid."""
    function, severity = SOFTMAXES[name]
    assert found(Head(layers.Dense(3), function, SCCE(from_logits=True)), IDS) == [("RL201", severity)]
    assert found(Head(layers.Dense(3), function, SCCE()), IDS) == []


@pytest.mark.parametrize("bias", [0.0, 0.3])
@pytest.mark.parametrize("units", [1, 3])
def test_outputs_that_are_the_same_for_everything_tell_no_activation(units: int, bias: float) -> None:
    """A raw-score head that starts at zero is right with from_logits=True."""
    start = keras.initializers.Constant(bias)
    layer = layers.Dense(units, kernel_initializer="zeros", bias_initializer=start)
    loss, y = (BCE(from_logits=True), BINARY) if units == 1 else (SCCE(from_logits=True), IDS)
    assert found(Head(layer, loss=loss), y) == []


@pytest.mark.parametrize("seed", range(4))
def test_first_scores_that_happen_to_lie_between_0_and_1_are_raw(seed: int) -> None:
    """They leave [0, 1] when inputs grow, so the start of the weights does not decide what is found."""
    keras.utils.set_random_seed(seed)
    model = Head(layers.Dense(1), lambda z: 0.01 * z + 0.5, BCE())
    assert found(model, BINARY) == [("RL202", "error")]


def similarities(z: Any) -> Any:
    """Of normalised vectors that are not negative, as a retrieval model gives them to the loss."""
    unit = tf.math.l2_normalize(tf.nn.relu(z), axis=-1)
    return tf.matmul(unit, tf.math.l2_normalize(tf.ones((z.shape[-1], 3)) + tf.eye(z.shape[-1], 3), axis=0))


def test_similarities_between_0_and_1_may_be_raw_scores() -> None:
    """They stay where they are when inputs grow, and do not saturate: no activation is told."""
    model = Head(layers.Dense(8), similarities, SCCE(from_logits=True))
    values = model(X).numpy()
    assert values.min() >= 0
    assert values.max() <= 1
    assert found(model, IDS) == []


class Doubled(losses.BinaryCrossentropy):
    """A subclass of a loss of Keras."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return 2 * super().call(y_true, y_pred)


def of_tensorflow(y_true: Any, y_pred: Any) -> Any:
    """A loss of TensorFlow, which reads raw scores."""
    return tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(y_true, y_pred.dtype), y_pred)


def wrapper(y_true: Any, y_pred: Any) -> Any:
    """A function around a loss of Keras."""
    return losses.sparse_categorical_crossentropy(y_true, y_pred)


WRONG: dict[str, tuple[Any, Any, Any, str]] = {
    "subclass on raw scores": (layers.Dense(1), Doubled(), BINARY, "RL202"),
    "wrapper on raw scores": (layers.Dense(3), wrapper, IDS, "RL202"),
    "TensorFlow's loss on a sigmoid": (layers.Dense(1, activation="sigmoid"), of_tensorflow, BINARY, "RL201"),
    "lambda on a sigmoid of classes": (layers.Dense(3, activation="sigmoid"),
                                       lambda y, p: losses.categorical_crossentropy(y, p), ONEHOT, "RL203"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(WRONG))
def test_own_losses_are_known_by_what_they_compute(name: str) -> None:
    """The finding says which loss it is; `fix` does not replace somebody's own loss."""
    layer, loss, y, code = WRONG[name]
    model = net(layer, loss=loss)
    report = rl.check(model, (X, y))
    assert [each.code for each in report.findings] == [code]
    assert any("which computes" in text for text in report.findings[0].seen)
    assert not report.findings[0].fixes[0].safe
    with pytest.raises(UnsupportedInput):
        report.fix(model)


def without_padding(y: Any, z: Any) -> Any:
    """A loss of token ids that leaves out the id 0."""
    each = losses.sparse_categorical_crossentropy(y, z, from_logits=True)
    told = keras.ops.cast(y > 0, "float32")
    return keras.ops.sum(each * told) / keras.ops.sum(told)


@pytest.mark.parametrize(("activation", "wanted"), [("softmax", ["RL201"]), (None, [])])
def test_a_loss_that_leaves_padding_out_is_known_by_the_other_ids(activation: str | None, wanted: list[str]) -> None:
    """What it computes of labels without padding tells whether it reads raw scores."""
    model = net(layers.Dense(3, activation=activation), loss=without_padding, x=SEQUENCES)
    report = rl.check(model, (SEQUENCES, TOKENS))
    assert [each.code for each in report.findings] == wanted, str(report)


RIGHT: dict[str, tuple[Any, Any, Any]] = {
    "subclass": (layers.Dense(1, activation="sigmoid"), Doubled(), BINARY),
    "wrapper": (layers.Dense(3, activation="softmax"), wrapper, IDS),
    "TensorFlow's loss": (layers.Dense(4), of_tensorflow, MULTIHOT),
    "labels that only the own loss can read": (
        layers.Dense(3), lambda y, z: keras.ops.sum(keras.ops.relu(z) * keras.ops.cast(y >= 0, "float32")[:, None]),
        np.where(np.arange(len(X)) > 100, -1, IDS)),
    "masked by its own code": (
        layers.Dense(3), lambda y, z: losses.sparse_categorical_crossentropy(y, z, from_logits=True, ignore_class=-1),
        np.where(np.arange(len(X)) > 100, -1, IDS)),
}  # fmt: skip


@pytest.mark.parametrize("name", list(RIGHT))
def test_own_losses_that_are_right_are_silent(name: str) -> None:
    """Also where they read labels that no loss of Keras could."""
    layer, loss, y = RIGHT[name]
    assert found(net(layer, loss=loss), y) == []


def test_softmax_twice_is_not_undone_where_a_class_is_left_out() -> None:
    """ignore_class makes a new tensor of the predictions, so Keras finds no raw scores: an error, as measured."""
    model = net(layers.Dense(3, activation="softmax"), loss=SCCE(from_logits=True, ignore_class=2))
    assert found(model, IDS) == [("RL201", "error")]
    p = model(X)
    hidden = SCCE(from_logits=True, ignore_class=9)(IDS, p)
    plain = SCCE(from_logits=True)(IDS, p)
    assert abs(float(hidden) - float(plain)) > 0.01


def test_what_fix_cannot_repair_is_said() -> None:
    """The metric is mended, and what is left is warned about, with its line."""
    model = net(layers.Dense(4, activation="softmax"), loss=CCE(), metrics=["accuracy"])
    report = rl.check(model, (X, MULTIHOT))
    assert [each.code for each in report.findings] == ["RL101", "RL402"]
    with pytest.warns(UserWarning, match="RL101.*Dense"):
        report.fix(model)
    assert [each.code for each in rl.check(model, (X, MULTIHOT)).findings] == ["RL101"]


NOT_NUMBERS = {"dates": np.array(["2020-01-01"] * 256, "datetime64[D]"), "text": np.array(["cat"] * 256)}


@pytest.mark.parametrize("y", NOT_NUMBERS.values(), ids=list(NOT_NUMBERS))
def test_labels_that_are_no_numbers(y: Any) -> None:
    """One value of them is no smoothed label."""
    assert found(net(layers.Dense(3, activation="softmax"), loss=SCCE()), y) == [("RL106", "error")]
