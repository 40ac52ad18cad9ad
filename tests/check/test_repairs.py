"""Repairs of a live check: what they keep, what they change together, and that the next check is silent."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
from check.measured import BCE, BINARY, CCE, IDS, MULTIHOT, ONEHOT, SCCE, SEQUENCES, TOKENS, X, net
from keras import layers, losses, metrics

import rightloss as rl
from rightloss.errors import UnsupportedInput
from rightloss.losses import BinaryFocal, CategoricalFocal, PriorAdjustedCrossentropy

KEPT: dict[str, tuple[Any, int, Any, dict[str, Any]]] = {
    "focal": (losses.BinaryFocalCrossentropy(gamma=3.0, alpha=0.5, apply_class_balancing=True), 1, BINARY,
              {"gamma": 3.0, "alpha": 0.5, "apply_class_balancing": True}),
    "categorical focal": (losses.CategoricalFocalCrossentropy(alpha=[0.2, 0.3, 0.5]), 3, ONEHOT,
                          {"alpha": [0.2, 0.3, 0.5]}),
    "smoothing and reduction": (CCE(label_smoothing=0.1, reduction="sum"), 3, ONEHOT,
                                {"label_smoothing": 0.1, "reduction": "sum"}),
    "ignored class": (SCCE(ignore_class=2), 3, IDS, {"ignore_class": 2}),
}  # fmt: skip


@pytest.mark.parametrize("name", list(KEPT))
def test_the_repair_keeps_the_loss_and_its_options(name: str) -> None:
    """Same class, same options; only from_logits changes, in the line to write and in what `fix` compiles."""
    loss, units, y, options = KEPT[name]
    model = net(layers.Dense(units), loss=loss)
    report = rl.check(model, (X, y))
    assert report.findings[0].code == "RL202"
    line = report.findings[0].fixes[0].title
    assert f"keras.losses.{type(loss).__name__}(from_logits=True" in line
    report.fix(model)
    assert type(model.loss) is type(loss)
    config = model.loss.get_config()
    assert {key: config[key] for key in options} == options
    assert config["from_logits"]
    assert all(key in line for key in options)
    assert "RL202" not in {each.code for each in rl.check(model, (X, y)).findings}


@pytest.mark.parametrize(
    ("loss", "y", "units", "activation"),
    [(BinaryFocal(), BINARY, 1, "sigmoid"), (CategoricalFocal(), IDS, 3, "softmax"),
     (PriorAdjustedCrossentropy([5, 3, 2]), ONEHOT, 3, "softmax")],
    ids=["binary", "ids", "rows"],
)  # fmt: skip
def test_losses_of_this_package_read_raw_scores(loss: Any, y: Any, units: int, activation: str) -> None:
    """They cannot be told otherwise, so it is the activation that goes, and `fix` says that it cannot do that."""
    model = net(layers.Dense(units, activation=activation), loss=loss)
    report = rl.check(model, (X, y))
    assert [each.code for each in report.findings] == ["RL201"]
    assert report.findings[0].fixes[0].title.endswith(f"keras.layers.Dense({units})")
    with pytest.raises(UnsupportedInput, match="Dense"):
        report.fix(model)
    assert rl.check(net(layers.Dense(units), loss=loss), (X, y)).findings == ()


def test_missing_labels_are_known_to_losses_of_this_package() -> None:
    """All of them leave NaN out."""
    y = np.where(X[:, :4] > 1, np.nan, MULTIHOT)
    assert rl.check(net(layers.Dense(4), loss=BinaryFocal()), (X, y)).ok


def test_a_loss_that_cannot_be_told_gets_the_activation_it_needs() -> None:
    """The generalised loss has no from_logits."""
    report = rl.check(net(layers.Dense(3), loss=losses.CategoricalGeneralizedCrossEntropy()), (X, IDS))
    assert report.findings[0].fixes[0].title.endswith('keras.layers.Dense(3, activation="softmax")')


def test_loss_and_metrics_are_repaired_in_one_go() -> None:
    """Raw scores need another border in every metric; each keeps the name under which it reports."""
    model = net(layers.Dense(1), loss="binary_crossentropy", weighted_metrics=[metrics.Recall(name="found")],
                metrics=["accuracy", metrics.AUC(curve="PR"), metrics.Precision(thresholds=0.4, name="p")])  # fmt: skip
    names = [each.name for each in model._compile_metrics._user_metrics[1:]]
    report = rl.check(model, (X, BINARY))
    assert [each.code for each in report.findings] == ["RL202"]
    line = report.findings[0].fixes[0].title
    for part in (
        "loss=keras.losses.BinaryCrossentropy(from_logits=True); metrics=[",
        'keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)',
        'keras.metrics.AUC(curve="PR", from_logits=True)',
        'keras.metrics.Precision(thresholds=0.0, name="p")',
        'weighted_metrics=[keras.metrics.Recall(name="found", thresholds=0.0)]',
    ):
        assert part in line
    report.fix(model)
    assert rl.check(model, (X, BINARY)).findings == ()
    history = model.fit(X, BINARY, verbose=0).history
    assert set(history) == {"loss", "accuracy", *names, "found"}


def test_metrics_alone_are_repaired() -> None:
    """The loss object stays the one it was."""
    model = net(layers.Dense(4, activation="sigmoid"), loss=BCE(), metrics=["accuracy", "binary_accuracy"])
    loss = model.loss
    report = rl.check(model, (X, MULTIHOT))
    assert [each.code for each in report.findings] == ["RL402"]
    report.fix(model)
    assert model.loss is loss
    assert rl.check(model, (X, MULTIHOT)).findings == ()


def test_metrics_of_one_output_of_two() -> None:
    """The other output keeps its metrics."""
    inputs = keras.Input((8,))
    outputs = {"a": layers.Dense(4, "sigmoid", name="a")(inputs), "b": layers.Dense(3, "softmax", name="b")(inputs)}
    model = keras.Model(inputs, outputs)
    model.compile(loss={"a": BCE(), "b": SCCE()}, metrics={"a": ["accuracy"], "b": ["accuracy"]})
    data = (X, {"a": MULTIHOT, "b": IDS})
    report = rl.check(model, data)
    assert [(each.code, each.output) for each in report.findings] == [("RL402", "a")]
    report.fix(model)
    assert rl.check(model, data).findings == ()
    model.fit(*data, verbose=0)


def test_the_masked_metric_is_part_of_one_finding() -> None:
    """As long as the loss does not know the missing label, the metric cannot be wrong about it by itself."""
    y = np.where(X[:, 1] > 1, 255, IDS)
    model = net(layers.Dense(3, activation="softmax"), loss=SCCE(), metrics=["accuracy"])
    report = rl.check(model, (X, y))
    assert [(each.code, each.also) for each in report.findings] == [("RL103", ("RL403",))]
    model = net(layers.Dense(3, activation="softmax"), loss=SCCE(ignore_class=255), metrics=["accuracy"])
    report = rl.check(model, (X, y))
    assert "RL403" in {each.code for each in report.findings}
    report.fix(model)
    assert {each.code for each in rl.check(model, (X, y)).findings} == {"RL209"}  # ignore_class hides the raw scores


def test_padding_without_weight_is_counted_by_metrics() -> None:
    """What stands in metrics= never sees sample_weight; Keras's own numbers show it."""
    weights = (TOKENS != 0).astype("float32")
    counted = net(layers.Dense(3, activation="softmax"), loss=SCCE(), x=SEQUENCES, metrics=["accuracy"])
    report = rl.check(counted, (SEQUENCES, TOKENS), sample_weight=weights)
    assert [(each.code, each.severity) for each in report.findings] == [("RL403", "warning")]
    assert report.findings[0].message.endswith("Write: weighted_metrics=['accuracy']")
    assert counted.evaluate(SEQUENCES, TOKENS, sample_weight=weights, verbose=0)[1] == pytest.approx(
        (counted.predict(SEQUENCES, verbose=0).argmax(-1) == TOKENS).mean(), abs=1e-3
    )
    left_out = net(layers.Dense(3, activation="softmax"), loss=SCCE(), x=SEQUENCES, weighted_metrics=["accuracy"])
    assert rl.check(left_out, (SEQUENCES, TOKENS), sample_weight=weights).findings == ()
    assert rl.check(counted, (SEQUENCES, TOKENS), sample_weight=weights + 1).findings == ()
