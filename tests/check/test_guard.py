"""The guard: unchanged programs are checked before their first step, and watched afterwards."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow")

import keras
from check.measured import BCE, BINARY, IDS, SCCE, X, net
from keras import layers

import rightloss as rl
from rightloss.errors import RightlossError


def broken() -> keras.Model:
    """Raw scores read as probabilities."""
    return net(layers.Dense(3), loss=SCCE())


def right() -> keras.Model:
    """Softmax and ids."""
    return net(layers.Dense(3, activation="softmax"), loss=SCCE())


def test_fit_of_a_broken_model_raises_before_the_first_step() -> None:
    """No weight moves."""
    model = broken()
    before = [w.copy() for w in model.get_weights()]
    with rl.guard(), pytest.raises(RightlossError, match="RL202"):
        model.fit(X, IDS, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_warn_goes_on() -> None:
    """With warn=True the finding is a warning and training runs."""
    model = broken()
    with rl.guard(warn=True) as watch, pytest.warns(UserWarning, match="RL202"):
        history = model.fit(X, IDS, verbose=0)
    assert len(history.history["loss"]) == 1
    assert {each.code for each in watch.report.findings} >= {"RL202"}


def test_a_right_model_trains_in_silence_and_exactly_as_without_guard() -> None:
    """Same seed, same weights."""
    weights = []
    for guarded in (False, True):
        keras.utils.set_random_seed(3)
        model = net(layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.BatchNormalization(),
                    layers.Dense(3, activation="softmax"), loss=SCCE(), metrics=["accuracy"])  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            if guarded:
                with rl.guard():
                    model.fit(X, IDS, epochs=2, verbose=0)
                    model.evaluate(X, IDS, verbose=0)
            else:
                model.fit(X, IDS, epochs=2, verbose=0)
        weights.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))


def test_keras_is_left_as_it_was() -> None:
    """After the context the methods are Keras's own."""
    before = keras.Model.fit, keras.Model.evaluate, keras.Model.train_on_batch
    with rl.guard():
        assert keras.Model.fit is not before[0]
    assert (keras.Model.fit, keras.Model.evaluate, keras.Model.train_on_batch) == before


def test_generator_gets_its_first_batch_back() -> None:
    """A one-shot generator is peeked at, and nothing is lost."""
    seen: list[int] = []

    def batches() -> Any:
        for start in range(0, 96, 32):
            seen.append(start)
            yield X[start : start + 32], IDS[start : start + 32]

    with rl.guard():
        history = right().fit(batches(), steps_per_epoch=3, verbose=0)
    assert seen[:3] == [0, 32, 64]
    assert len(history.history["loss"]) == 1


def test_broken_generator_is_named() -> None:
    """The first batch of a generator is enough to see ids outside the units."""
    batches = ((X[:32], IDS[:32] + 1) for _ in range(3))
    with rl.guard(), pytest.raises(RightlossError, match="RL102"):
        right().fit(batches, steps_per_epoch=3, verbose=0)


def test_train_on_batch_and_evaluate_are_watched() -> None:
    """Every way to use a loss is checked once."""
    with rl.guard(), pytest.raises(RightlossError, match="RL202"):
        broken().train_on_batch(X[:32], IDS[:32])
    with rl.guard(), pytest.raises(RightlossError, match="RL202"):
        broken().evaluate(X, IDS, verbose=0)


def test_a_discriminator_on_batches_of_one_class_is_silent() -> None:
    """One batch of ones is no single-class data set: GANs train so."""
    model = net(layers.Dense(1, activation="sigmoid"), loss=BCE())
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with rl.guard():
            model.train_on_batch(X[:32], np.ones((32, 1)))
            model.train_on_batch(X[:32], np.zeros((32, 1)))


def test_stuck_at_chance_is_said_once() -> None:
    """A model that cannot learn gets RL703 after two epochs."""
    model = net(layers.Dense(1, activation="sigmoid", kernel_initializer="zeros"), loss=BCE())
    model.optimizer.learning_rate = 1e-9
    with rl.guard(warn=True) as watch, pytest.warns(UserWarning, match="RL703"):
        model.fit(X, BINARY, epochs=8, verbose=0)
    assert [each.code for each in watch.report.findings].count("RL703") == 1


def test_nan_during_training_is_named() -> None:
    """A learning rate that explodes ends in RL702."""
    model = net(layers.Dense(1), loss="mse")
    model.compile(optimizer=keras.optimizers.SGD(1e6), loss="mse")
    with rl.guard(), pytest.raises(RightlossError, match="RL702"):
        model.fit(X, 20 * X[:, :1], epochs=30, verbose=0)


def test_what_the_guard_cannot_read_is_said_and_trained() -> None:
    """The guard never breaks a program: it warns that it could not check."""

    class Odd(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> Any:
            return (X[:8],)

    model = right()
    with rl.guard(), pytest.warns(UserWarning, match="could not check"), pytest.raises(ValueError):  # noqa: PT011
        model.fit(Odd(), verbose=0)


def test_a_step_that_makes_its_own_labels_is_silent() -> None:
    """Metric learning makes labels from the batch: data without labels are no news."""

    class Pairs(keras.Model):
        def train_step(self, data: Any) -> dict[str, Any]:
            return {"loss": keras.ops.mean(self(keras.utils.unpack_x_y_sample_weight(data)[0]))}

    inputs = keras.Input((8,))
    model = Pairs(inputs, layers.Dense(4)(inputs))
    model.compile(loss=SCCE(from_logits=True))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with rl.guard():
            model.fit(X, verbose=0)


def test_ids_out_of_range_are_named_where_xla_only_says_nan() -> None:
    """The guard looks at labels, not at the operation that fails: the same under XLA."""
    model = net(layers.Dense(3, activation="softmax"), loss=SCCE(), jit_compile=True)
    with rl.guard(), pytest.raises(RightlossError, match="RL102"):
        model.fit(X, IDS + 1, verbose=0)


def test_ipython_extension_watches_and_stops() -> None:
    """%load_ext rightloss warns about what follows; %unload_ext ends it."""

    class Shell:
        pass

    shell = Shell()
    before = keras.Model.fit
    rl.load_ipython_extension(shell)
    with pytest.warns(UserWarning, match="RL202"):
        broken().fit(X, IDS, verbose=0)
    rl.unload_ipython_extension(shell)
    assert keras.Model.fit is before
