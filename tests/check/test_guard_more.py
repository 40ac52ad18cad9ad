"""The guard on validation data, and the diagnosis of a run that is stuck."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
import tensorflow as tf
from check.measured import BCE, BINARY, IDS, SCCE, X, net
from keras import layers

import rightloss as rl
from rightloss.contract import Evidence
from rightloss.errors import RightlossError, UnsupportedInput
from rightloss.rules.rl703_loss_at_chance import OVERFIT, diagnosis


def right() -> keras.Model:
    """Softmax and ids."""
    return net(layers.Dense(3, activation="softmax"), loss=SCCE())


def dataset(y: Any) -> tf.data.Dataset:
    """Batches of x and y."""
    return tf.data.Dataset.from_tensor_slices((X, y)).batch(32)


def batches(y: Any, count: list[int]) -> Any:
    """A generator that counts what is taken from it."""
    for start in range(0, 128, 32):
        count.append(start)
        yield X[start : start + 32], y[start : start + 32]


class Batches(keras.utils.PyDataset):
    """Batches by index."""

    def __init__(self, y: Any) -> None:
        super().__init__()
        self.y = y

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> Any:
        part = slice(32 * index, 32 * index + 32)
        return X[part], self.y[part]


STREAMS = {"dataset": dataset, "pydataset": Batches, "generator": lambda y: batches(y, [])}


@pytest.mark.parametrize("stream", list(STREAMS))
@pytest.mark.parametrize("train", ["arrays", "dataset"])
def test_validation_streams_are_looked_at_before_the_first_step(stream: str, train: str) -> None:
    """One batch shows ids that have no unit; without the guard Keras says so only after an epoch, on a CPU."""
    given: dict[str, Any] = {"x": X, "y": IDS} if train == "arrays" else {"x": dataset(IDS)}
    model = right()
    before = [w.copy() for w in model.get_weights()]
    with rl.guard(), pytest.raises(RightlossError, match="RL107"):
        model.fit(**given, validation_data=STREAMS[stream](IDS + 1), validation_steps=4, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_grey_masks_in_validation_only_are_named() -> None:
    """0 and 255 where training holds 0 and 1."""
    model = net(layers.Dense(1, activation="sigmoid"), loss=BCE())
    with rl.guard(), pytest.raises(RightlossError, match="RL107"):
        model.fit(dataset(BINARY), validation_data=dataset(255 * BINARY), verbose=0)


def test_right_validation_streams_are_silent_and_lose_nothing() -> None:
    """The first batch of a generator is put back; a batch of one class is no missing class."""
    taken: list[int] = []
    sorted_labels = np.sort(IDS)
    with rl.guard():
        right().fit(X, IDS, validation_data=batches(sorted_labels, taken), validation_steps=4, verbose=0)
        right().fit(dataset(sorted_labels), validation_data=dataset(IDS), verbose=0)
    assert taken == [0, 32, 64, 96]


def stuck(model: keras.Model, y: Any) -> Any:
    """The finding about a run whose learning rate is far too small."""
    model.optimizer.learning_rate = 1e-9
    with rl.guard(warn=True) as watch, pytest.warns(UserWarning, match="RL703"):
        model.fit(X, y, epochs=9, verbose=0)
    (finding,) = [each for each in watch.report.findings if each.code == "RL703"]
    assert finding.to_json()["diagnosis"] == list(finding.diagnosis)
    for text in (str(watch.report), watch.report._repr_html_()):
        assert "1. labels: " in text
    return finding


def flat(units: int, activation: str) -> Any:
    """A last layer that knows nothing yet."""
    return layers.Dense(units, activation=activation, kernel_initializer="zeros")


def test_the_diagnosis_is_ordered_and_marks_what_was_checked() -> None:
    """What the check saw before training is ok; the learning rate it trains with is told."""
    finding = stuck(net(flat(1, "sigmoid"), loss=BCE()), BINARY)
    assert finding.diagnosis[:4] == (
        "1. labels: ok",
        "2. last layer: ok",
        "3. loss and last layer: ok",
        "4. gradient: ok",
    )
    assert [line.split(":")[0] for line in finding.diagnosis[4:]] == [
        "5. rows and labels belong together", "6. learning rate", "7. inputs", "8. capacity"]  # fmt: skip
    assert finding.diagnosis[-1].endswith(OVERFIT)
    assert "learning rate 1e-09 (optimizer, observed)" in finding.seen


def test_the_diagnosis_says_where_the_gradient_is_lost() -> None:
    """Behind a Reshape sure mistakes are not learned from."""
    finding = stuck(net(flat(1, "sigmoid"), layers.Reshape((1,)), loss=BCE()), BINARY)
    assert finding.diagnosis[3].startswith("4. gradient: not ok (gradient): ")
    assert finding.diagnosis[0] == "1. labels: ok"


def test_the_diagnosis_says_what_was_not_looked_at() -> None:
    """Without a check before, nothing is ok."""
    lines = diagnosis(Evidence())
    assert all(": not looked at: " in line for line in lines)


def test_a_stateful_layer_without_batch_size_is_refused_and_trains() -> None:
    """Looking at such a model would fix the size of its batches; left alone it trains as it did."""
    model = keras.Sequential([layers.LSTM(4, stateful=True), layers.Dropout(0.1), layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    x, y = np.zeros((64, 6, 3), "float32"), np.resize([0, 1], 64)
    with pytest.raises(UnsupportedInput, match=r"stateful=True.*\n.*\n.*batch_shape=\(batch_size, 6, 3\)"):
        rl.check(model, (x, y))
    with rl.guard(), pytest.warns(match="stateful=True"):
        model.fit(x, y, batch_size=32, verbose=0)
    plain = keras.Sequential([layers.Dropout(0.1), layers.LSTM(4), layers.Dense(1, activation="sigmoid")])
    plain.compile("adam", "binary_crossentropy")
    assert rl.check(plain, (x, y)).ok
