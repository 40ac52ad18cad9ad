"""The report of a live check: its text, JSON, HTML and repairs; what is refused; that nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
import tensorflow as tf
from check.measured import BCE, BINARY, CCE, IDS, MULTIHOT, ONEHOT, SCCE, SEQUENCES, TOKENS, X, net
from keras import layers

import rightloss as rl
from rightloss.errors import RightlossError, UnsupportedInput, WrongArgument
from rightloss.findings import Severity


def codes(report: Any) -> list[str]:
    """Codes of the findings."""
    return [each.code for each in report.findings]


def test_fix_recompiles_and_the_next_check_is_silent() -> None:
    """The safe repair is in compile arguments only: loss changes, optimizer, weights and metrics stay."""
    model = net(layers.Dense(3), loss=SCCE(), metrics=["accuracy"])
    optimizer, weights = model.optimizer, [w.copy() for w in model.get_weights()]
    report = rl.check(model, (X, IDS))
    assert codes(report) == ["RL202"]
    assert report.fix(model) is model
    assert model.optimizer is optimizer
    assert all(np.array_equal(a, b) for a, b in zip(weights, model.get_weights(), strict=True))
    assert rl.check(model, (X, IDS)).findings == ()
    assert model.fit(X, IDS, verbose=0).history["accuracy"]


def test_fix_repairs_one_output_of_several() -> None:
    """Other outputs keep their loss."""
    inputs = keras.Input((8,))
    model = keras.Model(
        inputs, {"a": layers.Dense(3, name="a")(inputs), "b": layers.Dense(1, "sigmoid", name="b")(inputs)}
    )
    model.compile(loss={"a": SCCE(), "b": BCE()})
    data = (X, {"a": IDS, "b": BINARY})
    report = rl.check(model, data)
    assert [(each.code, each.output) for each in report.findings] == [("RL202", "a")]
    report.fix(model)
    assert rl.check(model, data).ok
    model.fit(*data, verbose=0)


def test_fix_says_what_to_write_where_compiling_is_not_enough() -> None:
    """A repair of the last layer cannot be made here."""
    report = rl.check(net(layers.Dense(1, activation="softmax"), loss=BCE()), (X, BINARY))
    with pytest.raises(UnsupportedInput, match="Dense"):
        report.fix(net(layers.Dense(1), loss=BCE()))


def test_json_is_the_documented_object() -> None:
    """Keys of the design; places are null for live models."""
    report = rl.check(net(layers.Dense(3), loss=SCCE()), (X, IDS))
    body = json.loads(json.dumps(report.to_json()))
    assert body["version"] == 1
    (finding,) = body["findings"]
    assert finding["code"] == "RL202"
    assert finding["severity"] == "error"
    assert finding["confidence"] in ("declared", "observed")
    assert [finding[key] for key in ("path", "line", "column", "cell")] == [None] * 4
    assert finding["fixes"][0]["safe"]
    assert finding["fixes"][0]["title"].endswith("loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)")
    assert body["summary"]["setups"] == 1


def test_text_and_html_hold_the_same_words() -> None:
    """Every word of the message is in both; HTML is escaped and loads nothing."""
    report = rl.check(net(layers.Dense(3), loss=SCCE()), (X, IDS))
    html = report._repr_html_()
    for each in report.findings:
        assert each.message in str(report)
        assert each.expected.split("(")[0] in html
    assert "http" not in html.replace("https://", "")
    assert "<script" not in html


def test_raise_if_errors() -> None:
    """Errors raise with the line to write; a right model does not."""
    with pytest.raises(RightlossError, match=r"from_logits=True"):
        rl.check(net(layers.Dense(3), loss=SCCE()), (X, IDS)).raise_if_errors()
    rl.check(net(layers.Dense(3, activation="softmax"), loss=SCCE()), (X, IDS)).raise_if_errors()


def test_rules_can_be_switched_off_in_code_and_in_pyproject(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """ignore=, and [tool.rightloss] of the nearest pyproject.toml."""
    model = net(layers.Dense(3), loss=SCCE())
    assert rl.check(model, (X, IDS), ignore=["RL202"]).findings == ()
    (tmp_path / "pyproject.toml").write_text('[tool.rightloss]\nignore = ["RL202"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert rl.check(model, (X, IDS)).findings == ()


def test_a_model_that_is_not_compiled_gets_the_advice_of_select() -> None:
    """No loss yet, so nothing is wrong; the answer says what to compile."""
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    report = rl.check(model, (X, IDS))
    assert report.ok
    assert report.advice.contract.loss == "sparse_categorical_crossentropy"
    assert "SparseCategoricalCrossentropy" in report._repr_html_()


def test_what_cannot_be_checked_is_refused_with_a_way_out() -> None:
    """One-shot generators, models without data, things that are no model."""
    model = net(layers.Dense(3), loss=SCCE())
    with pytest.raises(UnsupportedInput, match="only once"):
        rl.check(model, ((X, IDS) for _ in range(3)))
    with pytest.raises(WrongArgument, match="without data"):
        rl.check(model)
    with pytest.raises(UnsupportedInput, match="type"):
        rl.check(object(), (X, IDS))
    with pytest.raises(UnsupportedInput, match="without labels"):
        rl.check(model, tf.data.Dataset.from_tensor_slices(X).batch(8))


@pytest.mark.parametrize("told", [{}, {"jit_compile": True}, {"run_eagerly": True}], ids=str)
def test_a_checked_model_trains_exactly_as_an_unchecked_one(told: dict[str, Any]) -> None:
    """Same seed, same weights, with dropout, noise and moving statistics."""
    weights = []
    for checked in (False, True):
        keras.utils.set_random_seed(5)
        model = keras.Sequential([layers.Dense(8), layers.BatchNormalization(), layers.GaussianNoise(0.1),
                                  layers.Dropout(0.3), layers.Dense(3, activation="softmax")])  # fmt: skip
        model.compile(optimizer="adam", loss=SCCE(), metrics=["accuracy"], **told)
        if checked:
            assert rl.check(model, (X, IDS)).ok
        model.fit(X, IDS, epochs=1, verbose=0)
        weights.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))


def test_state_that_a_pass_moves_is_put_back() -> None:
    """A layer that counts its calls at inference counts as before."""

    class Counter(layers.Layer):
        def build(self, shape: Any) -> None:
            self.calls = self.add_weight(shape=(), trainable=False, initializer="zeros", name="calls")

        def call(self, inputs: Any) -> Any:
            self.calls.assign_add(1.0)
            return inputs

    counter = Counter()
    model = net(counter, layers.Dense(3, activation="softmax"), loss=SCCE())
    before = float(counter.calls.value)
    rl.check(model, (X, IDS))
    assert float(counter.calls.value) == before


def test_saved_and_reloaded_models_are_read_alike(tmp_path: Path) -> None:
    """Layers, loss and metrics survive the file."""
    model = net(layers.Dense(4), loss=BCE(from_logits=True), metrics=[keras.metrics.BinaryAccuracy()])
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert codes(rl.check(loaded, (X, MULTIHOT))) == codes(rl.check(model, (X, MULTIHOT))) == ["RL401"]


def test_under_a_distribution_strategy() -> None:
    """A mirrored model on one CPU is read as any other."""
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = net(layers.Dense(3), loss=SCCE())
    assert codes(rl.check(model, (X, IDS))) == ["RL202"]


@pytest.mark.parametrize(
    "make", [lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)).batch(32), lambda x, y: [x, y]]
)
def test_kinds_of_data(make: Any) -> None:
    """Datasets and lists are read like a tuple of arrays."""
    assert codes(rl.check(net(layers.Dense(3), loss=SCCE()), make(X, IDS))) == ["RL202"]


def test_data_frames() -> None:
    """A pandas frame and series."""
    pandas = pytest.importorskip("pandas")
    model = net(layers.Dense(3), loss=SCCE())
    assert codes(rl.check(model, (pandas.DataFrame(X), pandas.Series(IDS)))) == ["RL202"]


def test_pydataset() -> None:
    """A keras.utils.PyDataset: one batch of x, all labels."""

    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int) -> Any:
            part = slice(64 * index, 64 * index + 64)
            return X[part], IDS[part] + 1

    assert codes(rl.check(net(layers.Dense(3, activation="softmax"), loss=SCCE()), Batches())) == ["RL102"]


@pytest.mark.parametrize("wrap", ["flatten", "nested", "concatenate", "time", "lambda", "ops", "subclass"])
def test_the_last_operation_is_found_behind_other_layers(wrap: str) -> None:
    """Softmax read as raw scores is named wherever the softmax stands."""
    inputs = keras.Input((6, 8)) if wrap == "time" else keras.Input((8,))
    soft = layers.Dense(3, activation="softmax")
    if wrap == "flatten":
        outputs = layers.Flatten()(layers.Reshape((3,))(soft(inputs)))
    elif wrap == "nested":
        outputs = keras.Sequential([keras.Input((8,)), soft])(inputs)
    elif wrap == "concatenate":
        outputs = layers.Average()([soft(inputs), layers.Dense(3, activation="softmax")(inputs)])
    elif wrap == "time":
        outputs = layers.TimeDistributed(soft)(inputs)
    elif wrap == "lambda":
        outputs = layers.Lambda(lambda z: tf.nn.softmax(z))(layers.Dense(3)(inputs))
    elif wrap == "ops":
        outputs = keras.ops.softmax(layers.Dense(3)(inputs))
    else:
        outputs = Wrapped()(inputs)
    model = keras.Model(inputs, outputs)
    model.compile(loss=SCCE(from_logits=True))
    report = rl.check(model, (SEQUENCES, TOKENS) if wrap == "time" else (X, IDS))
    assert codes(report) == ["RL201"], str(report)


class Wrapped(keras.Model):
    """Softmax inside a subclassed model."""

    def __init__(self) -> None:
        super().__init__()
        self.head = layers.Dense(3)

    def call(self, inputs: Any) -> Any:
        return keras.ops.softmax(self.head(inputs))


def test_severity_follows_the_recovery_of_raw_scores() -> None:
    """Where Keras undoes the second activation it is a warning, where it cannot an error."""
    seen = {}
    for name, more in (("visible", ()), ("hidden", (layers.Reshape((3,)),))):
        model = net(layers.Dense(3, activation="softmax"), *more, loss=CCE(from_logits=True))
        seen[name] = rl.check(model, (X, ONEHOT)).findings[0].severity
    assert seen == {"visible": Severity.WARNING, "hidden": Severity.ERROR}


def test_x_that_does_not_fit_the_model_is_said() -> None:
    """No traceback of Keras: received, expected, fix."""
    with pytest.raises(UnsupportedInput, match="does not take this x"):
        rl.check(net(layers.Dense(3), loss=SCCE()), (X[:, :5], IDS))


def test_empty_dataset_is_said() -> None:
    """A dataset without batches is no bug of the checker."""
    empty = tf.data.Dataset.from_tensor_slices((X, IDS)).take(0).batch(8)
    with pytest.raises(RightlossError, match="without a single batch"):
        rl.check(net(layers.Dense(3), loss=SCCE()), empty)


def test_an_endless_dataset_is_read_up_to_the_cap() -> None:
    """`repeat()` does not hang."""
    endless = tf.data.Dataset.from_tensor_slices((X, IDS + 1)).batch(64).repeat()
    assert codes(rl.check(net(layers.Dense(3, activation="softmax"), loss=SCCE()), endless)) == ["RL102"]


def test_keras_2_models_are_refused_by_name() -> None:
    """tf_keras is another package; its source can be checked."""

    class Base:
        pass

    Base.__module__ = "tf_keras.src.engine.training"
    with pytest.raises(UnsupportedInput, match="Keras 2"):
        rl.check(type("Model", (Base,), {})(), (X, IDS))


def test_class_weight_on_several_true_labels() -> None:
    """Only the first label that is true would count."""
    model = net(layers.Dense(4, activation="sigmoid"), loss=BCE())
    report = rl.check(model, (X, MULTIHOT), class_weight={0: 0.9, 1: 1.1, 2: 1.0, 3: 1.0})
    assert codes(report) == ["RL501"]


@pytest.mark.parametrize(("told", "expected"), [({}, ["RL402"]), ({"sparse_y_pred": False}, [])])
def test_mean_iou_wants_to_be_told_what_it_gets(told: dict[str, Any], expected: list[str]) -> None:
    """By default it expects ids from the model."""
    metric = keras.metrics.MeanIoU(num_classes=3, **told)
    model = net(layers.Dense(3, activation="softmax"), loss=SCCE(), metrics=[metric])
    assert codes(rl.check(model, (X, IDS))) == expected


def test_accuracy_class_is_never_right_on_probabilities() -> None:
    """keras.metrics.Accuracy() compares for equality."""
    model = net(layers.Dense(3, activation="softmax"), loss=SCCE(), metrics=[keras.metrics.Accuracy()])
    assert codes(rl.check(model, (X, IDS))) == ["RL402"]


@pytest.mark.parametrize("wrapper", ["layer", "activation", "nested"])
def test_a_second_activation_inside_the_model_is_named(wrapper: str) -> None:
    """Softmax on softmax: the loss sees probabilities, yet squeezed ones. The layer goes, no option of the loss."""
    soft = layers.Dense(3, activation="softmax")
    if wrapper == "nested":
        inner = keras.Sequential([keras.Input((8,)), soft])
        model = net(inner, layers.Softmax(), loss=SCCE())
    else:
        second = layers.Softmax() if wrapper == "layer" else layers.Activation("softmax")
        model = net(soft, second, loss=SCCE())
    report = rl.check(model, (X, IDS))
    assert codes(report) == ["RL201"], str(report)
    assert report.findings[0].severity is Severity.ERROR
    line = report.findings[0].fixes[0].title.rpartition(": ")[2]
    names = {"model": model, "keras": keras}
    exec(line, names)
    names["model"].compile(loss=SCCE())
    assert codes(rl.check(names["model"], (X, IDS))) == []
    with pytest.raises(UnsupportedInput):
        report.fix(model)


def test_a_layer_that_is_used_twice_is_not_cut_off() -> None:
    """A shared softmax: the graph before its first call is another one. The line is a sentence then."""
    inputs, soft = keras.Input((8,)), layers.Softmax(name="soft")
    model = keras.Model(inputs, soft(layers.Dense(3, activation="softmax")(soft(layers.Dense(4)(inputs)))))
    model.compile(loss=SCCE())
    (found,) = rl.check(model, (X, IDS)).findings
    assert found.message.endswith("Write: the model without the second softmax (soft)")


def test_of_two_activations_the_one_stays_that_the_loss_reads() -> None:
    """Sigmoid and then softmax, in a loss for one class of several: the softmax was meant."""
    report = rl.check(net(layers.Dense(3, activation="sigmoid"), layers.Softmax(), loss=SCCE()), (X, IDS))
    assert codes(report) == ["RL201"], str(report)
    assert report.findings[0].message.endswith("Write: activation=None where sigmoid is applied")


def test_grades_on_one_sigmoid_unit_are_one_finding() -> None:
    """Ids 3, 4, 5 and one unit: the last layer and the loss do not fit; where ids start is not a second error."""
    assert codes(rl.check(net(layers.Dense(1, activation="sigmoid"), loss=BCE()), (X, IDS + 3))) == ["RL101"]
