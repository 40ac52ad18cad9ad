"""The lines that findings about metrics tell the user to write keep what the user chose."""

from __future__ import annotations

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
from check.measured import BCE, CCE, IDS, MULTIHOT, ONEHOT, ROWS, SCCE, X, net
from keras import layers, losses, metrics

import rightloss as rl
import rightloss.metrics


def test_a_top_k_metric_becomes_its_sibling() -> None:
    """Top-k for ids beside one-hot rows: the line is top-k for one-hot rows, with the same k, not plain accuracy."""
    wrong = keras.metrics.SparseTopKCategoricalAccuracy(k=2)
    (finding,) = rl.check(net(layers.Dense(3, "softmax"), loss=CCE(), metrics=[wrong]), (X, ONEHOT)).findings
    assert finding.code == "RL402"
    line = finding.message.partition(" Write: ")[2]
    assert line == "metrics=[keras.metrics.TopKCategoricalAccuracy(k=2)]"
    right = eval(line.removeprefix("metrics="), {"keras": keras})
    assert rl.check(net(layers.Dense(3, "softmax"), loss=CCE(), metrics=right), (X, ONEHOT)).findings == ()


@pytest.mark.parametrize(
    ("metric", "sibling"),
    [(metrics.Precision(name="p"), "MultiClassPrecision"), (metrics.Recall(name="p"), "MultiClassRecall")],
)
def test_precision_and_recall_of_ids_stay_precision_and_recall(metric: keras.metrics.Metric, sibling: str) -> None:
    """Two softmax units and ids: the same score of the classes, under the same name; not accuracy once more."""
    model = net(layers.Dense(2, "softmax"), loss=SCCE(), metrics=[metric])
    report = rl.check(model, (X, IDS % 2))
    (finding,) = report.findings
    assert finding.message.endswith(f'metrics=[rightloss.metrics.{sibling}(name="p")]')
    report.fix(model)
    assert rl.check(model, (X, IDS % 2)).findings == ()
    assert set(model.fit(X, IDS % 2, verbose=0).history) == {"loss", "p"}


def test_mean_iou_of_a_sigmoid_becomes_binary_iou() -> None:
    """MeanIoU casts probabilities to whole numbers; BinaryIoU cuts them."""
    x = np.random.default_rng(0).normal(size=(ROWS, 6, 6, 2)).astype("float32")
    mask = (x[..., :1] > 0).astype("int32")
    model = keras.Sequential([keras.Input((6, 6, 2)), layers.Conv2D(1, 1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", metrics=[metrics.MeanIoU(num_classes=2)])
    report = rl.check(model, (x, mask))
    (finding,) = report.findings
    assert finding.code == "RL402"
    assert "keras.metrics.BinaryIoU(target_class_ids=[0, 1], threshold=0.5" in finding.message
    report.fix(model)
    assert rl.check(model, (x, mask)).findings == ()


def test_a_mask_of_class_ids_is_not_divided_by_its_maximum() -> None:
    """Ids 0, 1, 2 for one sigmoid channel are classes: three softmax channels, not grey levels."""
    x = np.random.default_rng(0).normal(size=(ROWS, 6, 6, 2)).astype("float32")
    mask = np.random.default_rng(1).integers(0, 3, size=(ROWS, 6, 6, 1))
    model = keras.Sequential([keras.Input((6, 6, 2)), layers.Conv2D(1, 1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    (finding,) = rl.check(model, (x, mask)).findings
    assert finding.code != "RL102"
    assert 'Conv2D(3, 1, activation="softmax")' in finding.message


def test_counts_are_cut_to_0_and_1() -> None:
    """Word counts where 0 and 1 are expected: present or not, not a share of the largest count of this split."""
    (finding,) = rl.check(net(layers.Dense(4, "sigmoid"), loss=BCE()), (X, MULTIHOT * 3 + (X[:, :4] > 1))).findings
    assert finding.code == "RL102"
    assert finding.message.endswith("y = (y > 0).astype(int)")


def test_nobody_is_led_to_squared_error() -> None:
    """Independent sigmoids with the categorical loss: softmax, or the loss for independent units."""
    (finding,) = rl.check(net(layers.Dense(3, "sigmoid"), loss=losses.CategoricalCrossentropy()), (X, ONEHOT)).findings
    assert "MeanSquaredError" not in str(finding.fixes)


def test_accuracy_of_numbers_is_named_once() -> None:
    """Prices with metrics=['accuracy']: the number says nothing; the mean absolute error does."""
    price = 100 + 20 * X[:, 0]
    (finding,) = rl.check(net(layers.Dense(1), loss="mse", metrics=["accuracy"]), (X, price)).findings
    assert finding.code == "RL405"
    assert rl.check(net(layers.Dense(1), loss="mse", metrics=["mae"]), (X, price)).findings == ()


def test_accuracy_of_squared_error_on_yes_and_no_is_an_accuracy() -> None:
    """A sigmoid trained by squared error on 0/1 labels: right answers can be counted."""
    model = net(layers.Dense(1, activation="sigmoid"), loss="mse", metrics=["accuracy"])
    assert "RL405" not in [each.code for each in rl.check(model, (X, (X[:, 0] > 0).astype(int))).findings]
