"""Columns of targets against units, for losses of quantities: Keras compares one column with all of the other side."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import rightloss as rl
from rightloss.checking.config import Config
from rightloss.checking.source import check_text

random = np.random.default_rng(3)
IDS = random.integers(0, 4, 64)


def quantities(*shape: int) -> np.ndarray:
    """Targets that are no classes."""
    return random.normal(size=shape).astype("float32")


def checked(y: np.ndarray, head: list, x: tuple[int, ...], loss: object = "mse", *, fit: bool = False) -> list[str]:
    """The codes that a check names; with `fit`, after Keras ran one epoch without an error."""
    model = keras.Sequential([keras.Input(x), *head])
    model.compile(optimizer="sgd", loss=loss)
    inputs = quantities(len(y), *x)
    found = [each.code for each in rl.check(model, (inputs, y)).findings]
    if fit:
        assert np.isfinite(model.fit(inputs, y, verbose=0).history["loss"][0])
    return found


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "log_cosh"])
@pytest.mark.parametrize(("columns", "units"), [(1, 4), (4, 1)])
def test_one_column_against_several_is_named_though_keras_is_silent(loss: str, columns: int, units: int) -> None:
    """Keras trains every unit on the one target, or the one unit on the mean of all."""
    y = quantities(64, columns)
    assert checked(y, [keras.layers.Dense(units)], (5,), loss, fit=True) == ["RL207"]


def test_steps_with_one_target_each_are_named() -> None:
    """Ten units for the one target of each step."""
    head = [keras.layers.LSTM(3, return_sequences=True), keras.layers.Dense(10)]
    assert checked(quantities(64, 10, 1), head, (10, 1), fit=True) == ["RL207"]


def test_other_numbers_of_columns_are_named() -> None:
    """Here Keras stops in the first batch, with words about graphs."""
    assert checked(quantities(64, 3), [keras.layers.Dense(4)], (5,)) == ["RL207"]
    assert checked(quantities(64), [keras.layers.Dense(4)], (5,)) == ["RL207"]


@pytest.mark.parametrize(
    ("y", "head", "x", "loss"),
    [
        pytest.param((64, 4), [keras.layers.Dense(4)], (5,), "mse", id="columns for units"),
        pytest.param((64,), [keras.layers.Dense(1)], (5,), "mse", id="one axis"),
        pytest.param((64, 5, 1), [keras.layers.Dense(5)], (5,), "mse", id="Keras drops the last axis"),
        pytest.param((64, 6, 6), [keras.layers.Conv2D(1, 3, padding="same")], (6, 6, 1), "mse", id="pictures"),
        pytest.param((64, 1), [keras.layers.Dense(4)], (5,), lambda y, p: keras.ops.mean((y - p) ** 2), id="own loss"),
    ],
)
def test_what_fits_is_silent(y: tuple[int, ...], head: list, x: tuple[int, ...], loss: object) -> None:
    """Columns for units, or axes that Keras puts right."""
    assert checked(quantities(*y), head, x, loss, fit=True) == []


def test_columns_whose_last_axis_keras_drops_are_silent_for_cross_entropy_too() -> None:
    """The same function of Keras stands before all its losses."""
    several = random.integers(0, 2, (64, 5, 1)).astype("float32")
    assert checked(several, [keras.layers.Dense(5, "sigmoid")], (5,), "binary_crossentropy", fit=True) == []
    onehot = np.eye(4, dtype="float32")[IDS][..., None]
    assert checked(onehot, [keras.layers.Dense(4, "softmax")], (5,), "categorical_crossentropy", fit=True) == []


def test_an_output_without_an_axis_is_still_said() -> None:
    """Labels of one more axis, of size one, beside an output of rank 1: nothing is dropped there."""
    inputs = keras.Input((5,))
    model = keras.Model(inputs, keras.ops.mean(inputs, -1))
    for loss in ("mse", "binary_crossentropy"):
        model.compile(optimizer="sgd", loss=loss)
        found = rl.check(model, (quantities(64, 5), (quantities(64, 1) > 0).astype("float32"))).findings
        assert "RL207" in [each.code for each in found]


class OwnSquares(keras.losses.Loss):
    """A loss class gets labels as they are: (n, 5, 1) against (n, 5) broadcasts to (n, 5, 5) where n is 5."""

    def call(self, y_true: object, y_pred: object) -> object:
        return keras.ops.mean(keras.ops.square(y_true - y_pred), -1)


def test_a_loss_class_of_ones_own_drops_no_axis() -> None:
    """Keras puts shapes right for losses that are functions, and for its own."""
    assert checked(quantities(64, 5, 1), [keras.layers.Dense(5)], (5,), OwnSquares()) == ["RL207"]


def test_classes_keep_their_own_finding() -> None:
    """Ids under a regression loss: the loss is what is wrong."""
    assert checked(IDS, [keras.layers.Dense(4, "softmax")], (5,)) == ["RL301"]


SOURCE = """
import numpy as np
import keras
from keras import layers
y = {y}
m = keras.Sequential([keras.Input(({x},)), {head}])
m.compile(loss={loss!r})
m.fit(x, y)
"""


@pytest.mark.parametrize(
    ("y", "head", "loss", "expected"),
    [
        ("np.random.random(100)", "layers.Dense(4)", "mse", ["RL207"]),
        ("np.random.random((100, 1))", "layers.Dense(4)", "mae", ["RL207"]),
        ("np.array([[-1., 1, 3, 5]])", "layers.Dense(1)", "mse", ["RL207"]),
        ("np.random.random((100, 4))", "layers.Dense(4)", "mse", []),
        ("np.random.random(100)", "layers.Dense(1)", "mse", []),
        ("np.random.random((100, 5, 1))", "layers.Dense(5)", "mse", []),
        ("np.random.random((100, n))", "layers.Dense(5)", "mse", []),
        ("read()", "layers.Dense(5)", "mse", []),
    ],
)
def test_source_says_the_same(y: str, head: str, loss: str, expected: list[str]) -> None:
    """The same set-ups as text; what is not known is not named."""
    program = SOURCE.format(y=y, head=head, loss=loss, x=5)
    assert [each.code for each in check_text(program, "a.py", Config()).findings] == expected
