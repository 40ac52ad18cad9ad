"""RL105: all labels alike are worth a warning, unless the other half is evidently trained elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
import tensorflow as tf
from check.measured import BCE, SCCE, X, net
from keras import layers

import rightloss as rl

ONES = np.ones((len(X), 1))


def sigmoid(name: str | None = None, loss: Any = "binary_crossentropy") -> keras.Model:
    """One yes/no unit."""
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")], name=name)
    model.compile(optimizer="adam", loss=loss)
    return model


def generator_half() -> keras.Model:
    """A generator that is trained through a frozen judge."""
    judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="d")
    judge.trainable = False
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4), judge])
    model.compile(optimizer="adam", loss=BCE())
    return model


class Discriminator(keras.Model):
    """Called what it is."""

    def __init__(self) -> None:
        super().__init__()
        self.head = layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        return self.head(inputs)


def subclass() -> keras.Model:
    """A discriminator that is a class."""
    model = Discriminator()
    model.compile(optimizer="adam", loss=BCE(from_logits=True))
    return model


HALVES: dict[str, tuple[Callable[[], keras.Model], Any]] = {
    "discriminator, real": (lambda: sigmoid("discriminator"), ONES),
    "discriminator, fake": (lambda: sigmoid("patch_discriminator"), 0 * ONES),
    "critic": (lambda: sigmoid("critic_1"), ONES),
    "gan": (lambda: sigmoid("gan"), ONES),
    "class": (subclass, ONES),
    "generator through a frozen judge": (generator_half, ONES),
    "smoothed real labels": (sigmoid, 0.9 * ONES),
    "least squares": (lambda: sigmoid("discriminator", "mse"), ONES),
}


@pytest.mark.parametrize("name", list(HALVES))
def test_half_of_alternating_training_is_silent(name: str) -> None:
    """The labels of the other half are not here, so nothing is said about their number."""
    make, y = HALVES[name]
    assert rl.check(make(), (X, y)).findings == ()


def test_least_squares_discriminators_are_silent() -> None:
    """A linear unit trained with squares on 0 and 1 is meant, where the model is called a discriminator."""
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)], name="discriminator")
    model.compile(loss="mse")
    y = (np.arange(len(X)) % 2).astype("float32")
    assert rl.check(model, (X, y)).findings == ()
    other = keras.Sequential([keras.Input((8,)), layers.Dense(1)], name="classifier")
    other.compile(loss="mse")
    assert [each.code for each in rl.check(other, (X, y)).findings] == ["RL301"]


SINGLE: dict[str, tuple[Callable[[], keras.Model], Any]] = {
    "one yes/no unit": (sigmoid, ONES),
    "one yes/no unit, zeros": (sigmoid, np.zeros(len(X), int)),
    "classes": (lambda: net(layers.Dense(3, activation="softmax"), loss=SCCE()), np.zeros(len(X), int)),
    "a name that only sounds like it": (lambda: sigmoid("organ_classifier"), ONES),
    "frozen features, new last layer": (lambda: transfer(), ONES),
}


def transfer() -> keras.Model:
    """Frozen features under a last layer that is trained."""
    base = keras.Sequential([keras.Input((8,)), layers.Dense(4)], name="base")
    base.trainable = False
    model = keras.Sequential([keras.Input((8,)), base, layers.Dense(1, activation="sigmoid")])
    model.compile(loss=BCE())
    return model


@pytest.mark.parametrize("name", list(SINGLE))
def test_one_class_is_a_warning_elsewhere(name: str) -> None:
    """The usual mistakes: the wrong column, one folder, a comparison with the wrong value."""
    make, y = SINGLE[name]
    report = rl.check(make(), (X, y))
    assert [(each.code, each.severity) for each in report.findings] == [("RL105", "warning")]


def test_a_dataset_of_one_class_is_a_warning_too() -> None:
    """All of it was read."""
    data = tf.data.Dataset.from_tensor_slices((X, ONES)).batch(64)
    assert [each.code for each in rl.check(sigmoid(), data).findings] == ["RL105"]
