"""The lines that findings about weights tell the user to write do what they say, and silence the finding."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("tensorflow")

import numpy as np
from check.measured import BCE, BINARY, CCE, IDS, ONEHOT, ROWS, SCCE, X, net
from keras import layers

import rightloss as rl
from rightloss.findings import Severity


def written(line: str, **names: Any) -> dict[str, Any]:
    """The names after running the line; a keyword argument is run as an assignment."""
    names["np"] = np
    exec(line, names)
    return names


def softmax(loss: Any = SCCE) -> Any:
    """Three exclusive classes, as they should be."""
    return net(layers.Dense(3, activation="softmax"), loss=loss())


def test_keys_that_count_from_one_are_named_and_shifted() -> None:
    """class_weight={1: a, 2: b, 3: c} for ids 0..2 is one class off; the line moves every weight to its class."""
    weights = {1: 0.9, 2: 1.0, 3: 1.1}
    (finding,) = rl.check(softmax(), (X, IDS), class_weight=weights).findings
    assert (finding.code, finding.severity) == ("RL501", Severity.ERROR)
    assert "count from 1" in finding.message
    line = finding.message.partition(" Write: ")[2]
    mended = written(line, class_weight=weights)["class_weight"]
    assert mended == {0: 0.9, 1: 1.0, 2: 1.1}
    assert rl.check(softmax(), (X, IDS), class_weight=mended).findings == ()


@pytest.mark.parametrize(("loss", "y"), [(SCCE, IDS), (CCE, ONEHOT)], ids=["ids", "one-hot"])
def test_class_weights_are_brought_to_mean_one(loss: Any, y: Any) -> None:
    """The line keeps the ratios, gives mean 1 over the examples, and works for ids and one-hot rows."""
    weights = {0: 5.0, 1: 10.0, 2: 20.0}
    (finding,) = rl.check(softmax(loss), (X, y), class_weight=weights).findings
    assert finding.code == "RL502"
    mended = written(finding.message.partition(" Write: ")[2], class_weight=weights, y=y)["class_weight"]
    assert np.mean([mended[each] for each in IDS]) == pytest.approx(1)
    assert mended[2] / mended[0] == pytest.approx(4)
    assert rl.check(softmax(loss), (X, y), class_weight=mended).findings == ()


def test_sample_weights_are_brought_to_mean_one() -> None:
    """The line for sample_weight speaks of sample_weight."""
    weights = np.where(IDS == 0, 30.0, 3.0)
    (finding,) = rl.check(softmax(), (X, IDS), sample_weight=weights).findings
    assert finding.code == "RL502"
    mended = written(finding.message.partition(" Write: ")[2], sample_weight=weights)["sample_weight"]
    assert mended.mean() == pytest.approx(1)
    assert rl.check(softmax(), (X, IDS), sample_weight=mended).findings == ()


def test_another_number_of_weights_than_examples_is_said() -> None:
    """Weights of other rows: cut all arrays alike, do not average them."""
    (finding,) = rl.check(softmax(), (X, IDS), sample_weight=np.ones(ROWS // 2)).findings
    assert (finding.code, finding.severity) == ("RL503", Severity.ERROR)
    assert "not as many weights" in finding.message
    assert "train_test_split" in finding.fixes[0].title


def test_negative_weights_are_likely_wrong_not_surely() -> None:
    """A policy gradient weighs by advantages of both signs."""
    (finding,) = rl.check(softmax(), (X, IDS), sample_weight=np.where(IDS == 0, -1.0, 1.0)).findings
    assert (finding.code, finding.severity) == ("RL503", Severity.WARNING)


@pytest.mark.parametrize("loss", ["mse", "categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_one_unit_without_activation_gets_the_plain_loss(loss: str) -> None:
    """Dense(1) for 0/1 labels: the line is BinaryCrossentropy on raw scores, not the loss for labels with gaps."""
    findings = rl.check(net(layers.Dense(1), loss=loss), (X, BINARY)).findings
    assert findings
    assert f"loss={BCE.__module__.partition('.')[0]}.losses.BinaryCrossentropy(from_logits=True)" in findings[0].message
