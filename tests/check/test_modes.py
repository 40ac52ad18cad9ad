"""The same findings however Keras runs: graph, eager, XLA, mixed precision, MirroredStrategy, saved and loaded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import tensorflow as tf
from check.measured import IDS, SCCE, SEQUENCES, TOKENS, X, net
from keras import layers

import rightloss as rl
from rightloss.errors import UnsupportedInput


@contextlib.contextmanager
def policy(name: str) -> Iterator[None]:
    """A global dtype policy, put back afterwards."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def make(mode: str, folder: Path, *head: Any, loss: Any, x: Any = X) -> keras.Model:
    """A model compiled or kept in this mode."""
    told: dict[str, Any] = {"eager": {"run_eagerly": True}, "xla": {"jit_compile": True}}.get(mode, {})
    model = net(*head, loss=loss, x=x, metrics=["accuracy"], **told)
    if mode == "loaded":
        model.save(folder / "model.keras")
        return keras.saving.load_model(folder / "model.keras")
    return model


MODES = ("graph", "eager", "xla", "mirrored", "loaded", "mixed_float16", "mixed_bfloat16")


def scope(mode: str) -> contextlib.AbstractContextManager[Any]:
    """Where models of this mode are built."""
    if mode == "mirrored":
        return tf.distribute.MirroredStrategy(["CPU:0"]).scope()
    return policy(mode) if mode.startswith("mixed") else contextlib.nullcontext()


@pytest.mark.parametrize("mode", MODES)
def test_broken_is_named_and_repaired_in_every_mode(mode: str, tmp_path: Path) -> None:
    """Raw scores read as probabilities; the repair leaves nothing but what half precision is told."""
    with scope(mode):
        model = make(mode, tmp_path, layers.Dense(3), loss=SCCE())
        report = rl.check(model, (X, IDS))
        assert [each.code for each in report.findings] == ["RL202"]
        report.fix(model)
        assert rl.check(model, (X, IDS)).ok
        model.fit(X, IDS, verbose=0)


@pytest.mark.parametrize("mode", MODES)
def test_right_is_silent_in_every_mode(mode: str, tmp_path: Path) -> None:
    """No error and no warning; a last layer in half precision is a note about its gradient."""
    with scope(mode):
        model = make(mode, tmp_path, layers.Dense(3, activation="softmax"), loss=SCCE(), x=SEQUENCES)
        report = rl.check(model, (SEQUENCES, TOKENS))
    assert report.ok
    assert [each.code for each in report.findings] == (["RL209"] if mode.startswith("mixed") else [])


@pytest.mark.parametrize("mode", MODES)
def test_the_guard_stops_in_every_mode(mode: str, tmp_path: Path) -> None:
    """Ids without a unit: an error on a CPU, NaN without a word under XLA, and the same finding here."""
    with scope(mode):
        model = make(mode, tmp_path, layers.Dense(3, activation="softmax"), loss=SCCE())
        with rl.guard(), pytest.raises(rl.errors.RightlossError, match="RL102"):
            model.fit(X, IDS + 1, verbose=0)


def test_other_backends_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a loss sees differs from backend to backend, so nothing is guessed; the guard says it and trains on."""
    model = net(layers.Dense(3, activation="softmax"), loss=SCCE())
    with monkeypatch.context() as patch:
        patch.setattr(keras.backend, "backend", lambda: "jax")
        with pytest.raises(UnsupportedInput, match="Keras on jax"):
            rl.check(model, (X, IDS))
        with rl.guard(), pytest.warns(UserWarning, match="Keras on jax"):
            model.fit(X, IDS, verbose=0)
