"""What a live report tells of the time before the first step: first loss, the losses of guessing, labels read."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
import tensorflow as tf
from check.measured import BCE, BINARY, CCE, IDS, MULTIHOT, ONEHOT, SCCE, SEQUENCES, TOKENS, X, net
from keras import layers, losses

import rightloss as rl
from rightloss.views.model import data as model_data

SHARES = np.bincount(IDS) / len(IDS)
ENTROPY = -float((SHARES * np.log(SHARES)).sum())


def flat(units: int, activation: str | None) -> Any:
    """A last layer that knows nothing yet."""
    return layers.Dense(units, activation=activation, kernel_initializer="zeros")


def binary_entropy(y: Any) -> float:
    """Mean entropy of columns of 0 and 1."""
    p = np.asarray(y, float).reshape(len(y), -1).mean(axis=0)
    return float(-(p * np.log(p) + (1 - p) * np.log(1 - p)).mean())


SOFT = BINARY * 0.5 + 0.25
CASES: dict[str, tuple[Any, Any, Any, float, float | None]] = {
    "ids": (flat(3, "softmax"), SCCE(), IDS, math.log(3), ENTROPY),
    "ids, more units than classes": (flat(10, "softmax"), SCCE(), IDS, math.log(10), ENTROPY),
    "one-hot, raw scores": (flat(3, None), CCE(from_logits=True), ONEHOT, math.log(3), ENTROPY),
    "two classes": (flat(1, "sigmoid"), BCE(), BINARY, math.log(2), binary_entropy(BINARY)),
    "several labels": (flat(4, "sigmoid"), BCE(), MULTIHOT, math.log(2), binary_entropy(MULTIHOT)),
    "soft yes or no": (flat(1, "sigmoid"), BCE(), SOFT, math.log(2), binary_entropy(SOFT)),
    "smoothing moves the entropy": (flat(3, "softmax"), CCE(label_smoothing=0.1), ONEHOT, math.log(3), None),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_a_layer_of_zeros_starts_at_equal_probabilities(name: str) -> None:
    """The first loss is ln K, and the entropy is that of the labels."""
    head, loss, y, uniform, prior = CASES[name]
    ((output, start),) = rl.check(net(head, loss=loss), (X, y)).starts
    assert output is None
    assert start.first_loss == pytest.approx(uniform, rel=1e-5)
    assert start.uniform == pytest.approx(uniform)
    assert start.prior == (None if prior is None else pytest.approx(prior, rel=1e-6))
    assert (start.rows, start.capped) == (len(X), False)


def test_tokens_count_each() -> None:
    """The entropy is that of all tokens."""
    ((_, start),) = rl.check(net(flat(3, "softmax"), loss=SCCE(), x=SEQUENCES), (SEQUENCES, TOKENS)).starts
    shares = np.bincount(TOKENS.ravel()) / TOKENS.size
    assert start.prior == pytest.approx(-float((shares * np.log(shares)).sum()))


def test_other_losses_have_a_first_loss_and_no_entropy() -> None:
    """Focal loss of a guess is no entropy."""
    ((_, start),) = rl.check(net(flat(1, "sigmoid"), loss=losses.BinaryFocalCrossentropy()), (X, BINARY)).starts
    assert start.first_loss == pytest.approx(math.log(2) / 4, rel=1e-4)
    assert start.uniform is None
    assert start.prior is None


def test_text_json_and_html_tell_it() -> None:
    """One sentence after the counts, and numbers for programs."""
    report = rl.check(net(flat(3, "softmax"), loss=SCCE()), (X, IDS))
    sentence = f"Before training: first loss 1.099; ln 3 = 1.099; prior entropy {ENTROPY:.4g}."
    assert str(report).endswith(sentence)
    assert sentence in report._repr_html_()
    (output,) = json.loads(json.dumps(report.to_json()))["summary"]["outputs"]
    assert output["output"] is None
    assert output["first_loss"] == pytest.approx(math.log(3), rel=1e-5)
    assert output["uniform_loss"] == pytest.approx(math.log(3))
    assert output["prior_loss"] == pytest.approx(ENTROPY)
    assert (output["rows"], output["capped"]) == (len(X), False)


def test_several_outputs_are_told_by_name() -> None:
    """A line for each."""
    inputs = keras.Input((8,))
    model = keras.Model(inputs, {"kind": flat(3, "softmax")(inputs), "tag": flat(1, "sigmoid")(inputs)})
    model.compile(loss={"kind": SCCE(), "tag": BCE()})
    text = str(rl.check(model, (X, {"kind": IDS, "tag": BINARY})))
    assert "Before training: output kind: first loss 1.099; ln 3" in text
    assert "Before training: output tag: first loss 0.6931; ln 2" in text


def test_a_first_loss_far_above_guessing_is_worth_a_word_and_no_finding() -> None:
    """Large inputs and trained models explain any value, so no rule speaks; the word comes where no finding does."""
    bias = keras.initializers.Constant([0.0, 30.0, 0.0])
    model = net(layers.Dense(3, activation="softmax", kernel_initializer="zeros", bias_initializer=bias), loss=SCCE())
    report = rl.check(model, (X, IDS))
    assert report.findings == ()
    assert "far above guessing" in str(report)
    assert "far above" not in str(rl.check(net(flat(3, "softmax"), loss=SCCE()), (X, IDS)))


def test_where_reading_stopped_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream is read up to a cap, and the report says so; arrays are read whole."""
    monkeypatch.setattr(model_data, "ROWS_CAP", 64)
    model = net(flat(3, "softmax"), loss=SCCE())
    dataset = tf.data.Dataset.from_tensor_slices((X, IDS)).batch(32)
    report = rl.check(model, dataset)
    ((_, start),) = report.starts
    assert start.capped
    assert 64 <= start.rows < len(X)
    assert f"Labels: the first {start.rows} were read; what comes later was not seen." in str(report)
    assert "were read" not in str(rl.check(model, (X, IDS)))
    assert "were read" not in str(rl.check(model, dataset.take(1)))
