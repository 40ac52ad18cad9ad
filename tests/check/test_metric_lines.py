"""The lines that findings about metrics tell the user to write keep what the user chose."""

from __future__ import annotations

import pytest

pytest.importorskip("tensorflow")

import keras
from check.measured import CCE, ONEHOT, X, net
from keras import layers

import rightloss as rl


def test_a_top_k_metric_becomes_its_sibling() -> None:
    """Top-k for ids beside one-hot rows: the line is top-k for one-hot rows, with the same k, not plain accuracy."""
    wrong = keras.metrics.SparseTopKCategoricalAccuracy(k=2)
    (finding,) = rl.check(net(layers.Dense(3, "softmax"), loss=CCE(), metrics=[wrong]), (X, ONEHOT)).findings
    assert finding.code == "RL402"
    line = finding.message.partition(" Write: ")[2]
    assert line == "metrics=[keras.metrics.TopKCategoricalAccuracy(k=2)]"
    right = eval(line.removeprefix("metrics="), {"keras": keras})
    assert rl.check(net(layers.Dense(3, "softmax"), loss=CCE(), metrics=right), (X, ONEHOT)).findings == ()
