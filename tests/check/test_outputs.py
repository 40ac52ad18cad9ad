"""Models and data as they come: outputs in dicts and tuples, hidden activations, own losses, bad input."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
import tensorflow as tf
from check.measured import BCE, BINARY, IDS, ONEHOT, SCCE, X, net
from keras import layers, losses

import rightloss as rl
from rightloss.errors import EmptyInput, RightlossError, UnsupportedInput


def codes(report: Any) -> list[tuple[str, str | None]]:
    """(code, output) of the findings."""
    return [(each.code, each.output) for each in report.findings]


class Head(keras.Model):
    """A subclass that ends in a function of its own."""

    def __init__(self, units: int, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.layer, self.function = layers.Dense(units), function

    def call(self, inputs: Any) -> Any:
        return self.function(self.layer(inputs))


class Two(keras.Model):
    """A subclass with two outputs, both raw scores."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form, self.a, self.b = form, layers.Dense(3), layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        a, b = self.a(inputs), self.b(inputs)
        return {"a": a, "b": b} if self.form == "dict" else (a, b)


LOSSES = {"a": "sparse_categorical_crossentropy", "b": "binary_crossentropy"}
LABELS = {"a": IDS, "b": BINARY}


@pytest.mark.parametrize("data", ["arrays", "dataset"])
def test_outputs_named_by_a_dict(data: str) -> None:
    """The keys name the outputs, whatever the layers are called and however the keys are sorted."""
    inputs = keras.Input((8,))
    model = keras.Model(inputs, {"b": layers.Dense(1)(inputs), "a": layers.Dense(3, "softmax")(inputs)})
    model.compile(loss=LOSSES)
    given = (X, LABELS) if data == "arrays" else tf.data.Dataset.from_tensor_slices((X, LABELS)).batch(32)
    report = rl.check(model, given)
    assert codes(report) == [("RL202", "b")]
    report.fix(model)
    assert rl.check(model, given).ok


@pytest.mark.parametrize(
    ("form", "loss", "y"),
    [("dict", LOSSES, LABELS), ("tuple", list(LOSSES.values()), list(LABELS.values())),
     ("tuple", list(LOSSES.values()), tuple(LABELS.values()))],
    ids=["dict", "list of labels", "tuple of labels"],
)  # fmt: skip
def test_subclasses_with_several_outputs(form: str, loss: Any, y: Any) -> None:
    """Each output is judged, and repaired."""
    model = Two(form)
    model.compile(loss=loss)
    report = rl.check(model, (X, y))
    names = ("a", "b") if form == "dict" else ("output_1", "output_2")
    assert codes(report) == [("RL202", name) for name in names]
    report.fix(model)
    assert rl.check(model, (X, y)).ok


SIGMOIDS = [tf.sigmoid, lambda z: 1 / (1 + tf.exp(-z)), keras.ops.sigmoid]


@pytest.mark.parametrize("function", SIGMOIDS, ids=["tf", "formula", "keras"])
def test_a_hidden_sigmoid_is_no_raw_score(function: Any) -> None:
    """It stays in [0, 1] for inputs a thousand times as large, so no metric is sent to a border of 0."""
    model = Head(1, function)
    model.compile(loss=BCE(from_logits=True), metrics=["accuracy"])
    assert [code for code, _ in codes(rl.check(model, (X, BINARY)))] == ["RL201"]
    model = Head(3, function)
    model.compile(loss=SCCE())
    report = rl.check(model, (X, IDS))
    assert [code for code, _ in codes(report)] == ["RL203"]
    assert not report.findings[0].fixes[0].safe


def test_small_raw_scores_are_still_raw_scores() -> None:
    """A linear output that happens to lie in [0, 1] leaves it when inputs grow."""
    model = Head(1, lambda z: 0.01 * z + 0.5)
    model.compile(loss=BCE())
    assert "RL203" not in [code for code, _ in codes(rl.check(model, (X, BINARY)))]
    inputs = np.abs(X)
    model.compile(loss=BCE(from_logits=True))
    assert rl.check(model, (inputs, BINARY)).ok


def test_probabilities_in_half_precision_are_probabilities() -> None:
    """Rows of bfloat16 miss 1 by rounding."""
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
    try:
        model = Head(10, tf.nn.softmax)
    finally:
        keras.mixed_precision.set_dtype_policy(before)
    model.compile(loss="sparse_categorical_crossentropy")
    assert rl.check(model, (X, IDS)).ok


def test_labels_shorter_than_the_output_are_what_ctc_is_for() -> None:
    """A loss that aligns labels itself is left alone."""
    model = keras.Sequential([keras.Input((None, 8)), layers.Dense(9)])
    model.compile(loss=losses.CTC())
    labels = np.random.default_rng(1).integers(1, 9, (40, 5))
    assert rl.check(model, (np.zeros((40, 20, 8), "float32"), labels)).findings == ()


@pytest.mark.parametrize("softmax", [1, -1])
def test_classes_before_pixels_are_one_cause(softmax: int) -> None:
    """Channels first: losses of Keras read classes on the last axis, whatever axis the softmax runs over."""
    inputs = keras.Input((6, 5, 3))
    scores = layers.Permute((3, 1, 2))(layers.Conv2D(4, 1)(inputs))
    model = keras.Model(inputs, layers.Softmax(axis=softmax)(scores))
    model.compile(loss=SCCE())
    masks = np.random.default_rng(2).integers(0, 4, (40, 6, 5))
    report = rl.check(model, (np.zeros((40, 6, 5, 3), "float32"), masks))
    assert codes(report) == [("RL207", None)]
    assert "Permute((2, 3, 1))" in report.findings[0].message


def test_the_axis_of_region_losses_is_no_axis_of_classes() -> None:
    """Dice(axis=...) says over what regions are summed."""
    assert rl.check(net(layers.Dense(3, activation="softmax"), loss=losses.Dice(axis=0)), (X, ONEHOT)).ok


class Mean(losses.Loss):
    """A loss that ends in a mean, as most do."""

    def __init__(self, axis: int | None) -> None:
        super().__init__()
        self.axis = axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=self.axis)


@pytest.mark.parametrize("axis", [None, -1])
def test_a_broadcast_inside_a_mean_is_found(axis: int | None) -> None:
    """(n,) against (n, 1) makes an (n, n) table, of which only one number is left."""
    model = net(layers.Dense(1), loss=Mean(axis))
    assert codes(rl.check(model, (X, X[:, 0]))) == [("RL304", None)]
    assert rl.check(model, (X, X[:, :1])).findings == ()


class Squeezing(losses.Loss):
    """A loss that puts shapes right itself: (n, 1) predictions for (n,) labels."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(keras.ops.square(y_true - keras.ops.squeeze(y_pred, -1)))


class Comparing(losses.Loss):
    """A loss that compares all examples on purpose, and ends in a mean."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(keras.ops.square(y_true - keras.ops.transpose(keras.ops.reshape(y_pred, (-1, 1)))))


def test_losses_that_mean_their_shapes_are_left_alone() -> None:
    """The given form adds up over examples, or no form does."""
    assert rl.check(net(layers.Dense(1), loss=Squeezing()), (X, X[:, 0])).findings == ()
    assert rl.check(net(layers.Dense(1), loss=Comparing()), (X, X[:, 0])).findings == ()


@pytest.mark.parametrize("y", [np.ones(len(X)), 2 * BINARY - 1.0], ids=["one value", "signs"])
def test_a_symmetric_loss_has_no_order(y: Any) -> None:
    """The critic of a Wasserstein GAN."""
    assert rl.check(net(layers.Dense(1), loss=lambda t, p: keras.ops.mean(t * p)), (X, y[:, None])).findings == ()


def test_weights_in_a_list_belong_to_outputs() -> None:
    """As `fit` takes them for several outputs."""
    inputs = keras.Input((8,))
    model = keras.Model(inputs, [layers.Dense(3, "softmax")(inputs), layers.Dense(1, "sigmoid")(inputs)])
    model.compile(loss=[SCCE(), BCE()])
    weights = [np.linspace(0.5, 1.5, len(X)), np.ones(len(X))]
    assert rl.check(model, (X, [IDS, BINARY]), sample_weight=weights).ok


def test_models_of_a_fixed_batch_size() -> None:
    """A batch of that size is sent through, of arrays and of datasets."""
    model = keras.Sequential([keras.Input((8,), batch_size=16), layers.Dense(3)])
    model.compile(loss=SCCE())
    dataset = tf.data.Dataset.from_tensor_slices((X, IDS)).batch(16)
    assert codes(rl.check(model, dataset)) == codes(rl.check(model, (X, IDS))) == [("RL202", None)]
    reshaped = Head(3, lambda z: tf.reshape(z, (64, 3)))
    reshaped.compile(loss=SCCE(from_logits=True))
    assert rl.check(reshaped, tf.data.Dataset.from_tensor_slices((X, IDS)).batch(64)).ok


def test_names_that_no_output_has_are_refused() -> None:
    """Nothing would be checked there, so it is no report."""
    inputs = keras.Input((8,))
    model = keras.Model(inputs, {"a": layers.Dense(3, "softmax")(inputs), "b": layers.Dense(1, "sigmoid")(inputs)})
    model.compile(loss=LOSSES)
    for labels in ({"a": IDS, "c": BINARY}, [IDS]):
        with pytest.raises(UnsupportedInput, match="a, b"):
            rl.check(model, (X, labels))
    model.compile(loss={"a": "sparse_categorical_crossentropy", "c": "binary_crossentropy"})
    with pytest.raises(UnsupportedInput, match="a loss for c"):
        rl.check(model, (X, LABELS))


def formula(y_pred: Any, y_true: Any) -> Any:
    """Written by hand, with its arguments in another order than Keras calls it with."""
    p = keras.ops.clip(y_pred, 1e-6, 1 - 1e-6)
    return -(y_true * keras.ops.log(p) + (1 - y_true) * keras.ops.log(1 - p))


SWAPPED = {
    "scaled": (lambda y, p: 2 * losses.binary_crossentropy(p, y), 1, BINARY, "binary_crossentropy(y_true"),
    "by hand": (formula, 1, BINARY, "binary_crossentropy(y_true"),
    "of classes": (lambda y, p: losses.categorical_crossentropy(p, y), 3, ONEHOT, "categorical_crossentropy(y_true"),
}


@pytest.mark.parametrize("name", list(SWAPPED))
def test_swapped_arguments_of_any_scale_are_found(name: str) -> None:
    """The line to write names the loss of these labels."""
    loss, units, y, line = SWAPPED[name]
    activation = "sigmoid" if units == 1 else "softmax"
    report = rl.check(net(layers.Dense(units, activation=activation), loss=loss), (X, y))
    assert codes(report) == [("RL302", None)]
    assert line in report.findings[0].message


def test_scaled_losses_in_order_are_not_swapped() -> None:
    """A multiple of the right loss."""
    model = net(layers.Dense(3, activation="softmax"), loss=lambda y, p: 3 * losses.categorical_crossentropy(y, p))
    assert rl.check(model, (X, ONEHOT)).ok


BAD: dict[str, tuple[Any, type[RightlossError], str]] = {
    "nothing": ((None, None), UnsupportedInput, "without labels"),
    "no labels": ((X, None), UnsupportedInput, "without labels"),
    "labels that are a number": ((X, 3), UnsupportedInput, "type int"),
    "no rows": ((X[:0], BINARY[:0]), EmptyInput, "single example"),
    "another number of labels": ((X, BINARY[:100]), UnsupportedInput, "256 rows of x and 100 labels"),
    "ragged lists": (([[1.0], [1.0, 2.0]], [0, 1]), UnsupportedInput, "no batch"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_data_are_refused(name: str) -> None:
    """What was received, what was expected, and the line to write."""
    data, error, text = BAD[name]
    with pytest.raises(error, match=text):
        rl.check(net(layers.Dense(1, activation="sigmoid"), loss=BCE()), data)


def test_a_dataset_of_single_examples_is_refused() -> None:
    """The line that makes batches is named."""
    with pytest.raises(UnsupportedInput, match=r"dataset\.batch\(32\)"):
        rl.check(net(layers.Dense(1), loss=BCE()), tf.data.Dataset.from_tensor_slices((X, BINARY)))


def test_sparse_labels_are_refused_with_the_line_that_makes_them_dense() -> None:
    """A batch cannot be cut from a SparseTensor."""
    with pytest.raises(UnsupportedInput, match=r"tf\.sparse\.to_dense"):
        rl.check(net(layers.Dense(3), loss=SCCE()), (X, tf.sparse.from_dense(ONEHOT)))


def test_a_layer_is_no_model() -> None:
    """It has nothing that could be compiled."""
    with pytest.raises(UnsupportedInput, match="Dense"):
        rl.check(layers.Dense(3), (X, IDS))


def test_infinite_labels_are_an_error() -> None:
    """The loss is not finite; they are not one class."""
    report = rl.check(
        net(layers.Dense(1, activation="sigmoid"), loss=BCE()), (X, np.where(BINARY, np.inf, 0.0).astype("float32"))
    )
    assert codes(report) == [("RL702", None)]


BY_NAME = ["sparse_categorical_crossentropy", "binary_crossentropy"]
ACCURACIES = [["sparse_categorical_accuracy"], ["binary_accuracy"]]


def two_heads(kind: type[dict[str, Any]]) -> keras.Model:
    """A binary output "b", written first, and three classes "a"."""
    inputs = keras.Input((8,))
    heads = [("b", layers.Dense(1, "sigmoid", name="b")(inputs)), ("a", layers.Dense(3, "softmax", name="a")(inputs))]
    return keras.Model(inputs, kind(heads))


@pytest.mark.parametrize("y", [LABELS, [IDS, BINARY]], ids=["dict of labels", "list of labels"])
def test_lists_beside_outputs_of_a_dict_follow_the_sorted_names(y: Any) -> None:
    """As in Keras, which trains this model; losses in the order in which the outputs are written are the wrong ones."""
    model = two_heads(dict)
    model.compile(loss=BY_NAME, metrics=ACCURACIES)
    model.fit(X, y, verbose=0)
    assert rl.check(model, (X, y)).ok
    model.compile(loss=BY_NAME[::-1])
    assert {code for code, _ in codes(rl.check(model, (X, y)))} == {"RL203"}


def test_lists_beside_outputs_of_an_ordered_dict_follow_its_order() -> None:
    """Keras keeps it."""
    model = two_heads(OrderedDict)
    model.compile(loss=BY_NAME[::-1], metrics=ACCURACIES[::-1])
    model.fit(X, LABELS, verbose=0)
    assert rl.check(model, (X, LABELS)).ok


def by_the_attribute(self: Any, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
    """`self.loss` is what `compile` got."""
    return self.loss(y, y_pred)


def by_the_method(self: Any, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
    """The method of Keras, called by the name of its class."""
    return keras.Model.compute_loss(self, x, y, y_pred)


def by_a_formula(self: Any, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
    """Never asks for the compiled loss."""
    return tf.reduce_mean(tf.square(tf.one_hot(tf.cast(y, tf.int32), 3) - y_pred))


@pytest.mark.parametrize(
    ("compute", "expected"),
    [(by_the_attribute, [("RL202", None)]), (by_the_method, [("RL202", None)]), (by_a_formula, [])],
)
def test_the_compiled_loss_counts_where_an_own_compute_loss_asks_for_it(compute: Any, expected: Any) -> None:
    """Raw scores into a loss of probabilities: an error where that loss is used at all."""
    model = type("Own", (Head,), {"compute_loss": compute})(3, tf.identity)
    model.compile(loss=SCCE())
    model.fit(X, IDS, verbose=0)
    assert codes(rl.check(model, (X, IDS))) == expected


class TwoNamed(keras.Model):
    """A subclass whose `call` names its outputs, not in the order of the alphabet."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.three = layers.Dense(1, "sigmoid"), layers.Dense(3, "softmax")

    def call(self, inputs: Any) -> Any:
        """A dictionary."""
        return {"b": self.one(inputs), "a": self.three(inputs)}


def test_lists_beside_the_dict_of_a_subclass_follow_sorted_names() -> None:
    """As beside a functional model."""
    y = {"a": IDS, "b": BINARY}
    model = TwoNamed()
    model.compile(loss=["sparse_categorical_crossentropy", "binary_crossentropy"])
    model.fit(X, y, verbose=0)
    assert rl.check(model, (X, y)).ok
    model.compile(loss=["binary_crossentropy", "sparse_categorical_crossentropy"])
    assert {code for code, _ in codes(rl.check(model, (X, y)))} == {"RL203"}
