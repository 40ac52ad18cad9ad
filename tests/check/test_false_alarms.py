"""Correct set-ups that look broken: neither an error nor a warning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
import tensorflow as tf
from check.measured import BCE, BINARY, CCE, IDS, MULTIHOT, ONEHOT, SCCE, SEQUENCES, TOKENS, X, net
from keras import layers, losses, metrics

import rightloss as rl

random = np.random.default_rng(11)
IMAGES = random.random((40, 8, 8, 1)).astype("float32")
COLOUR = random.random((40, 8, 8, 3)).astype("float32")
MASKS = (random.random((40, 8, 8)) * 3).astype("int64")
ROWS = len(X)
SOFT = random.dirichlet(np.ones(3), ROWS).astype("float32")

CASES: dict[str, Callable[[], tuple[Any, ...]]] = {}


def case(name: str) -> Callable[[Callable[[], tuple[Any, ...]]], Callable[[], tuple[Any, ...]]]:
    """Register a set-up: (model, data) or (model, data, keywords)."""

    def add(make: Callable[[], tuple[Any, ...]]) -> Callable[[], tuple[Any, ...]]:
        CASES[name] = make
        return make

    return add


def plain(name: str, head: Callable[[], list[Any]], loss: Any, y: Any, x: Any = X, **told: Any) -> None:
    """Register a Sequential model on arrays."""
    CASES[name] = lambda: (net(*head(), loss=loss, x=x, **told), (x, y))


def softmax(units: int) -> Callable[[], list[Any]]:
    """One Dense softmax layer."""
    return lambda: [layers.Dense(units, activation="softmax")]


def sigmoid(units: int) -> Callable[[], list[Any]]:
    """One Dense sigmoid layer."""
    return lambda: [layers.Dense(units, activation="sigmoid")]


def conv(units: int, activation: str) -> Callable[[], list[Any]]:
    """One convolution."""
    return lambda: [layers.Conv2D(units, 3, padding="same", activation=activation)]


plain("autoencoder of grey pixels in [0, 1]", conv(1, "sigmoid"), "binary_crossentropy", IMAGES, IMAGES)
plain("autoencoder of colour pixels in [0, 1]", conv(3, "sigmoid"), "binary_crossentropy", COLOUR, COLOUR)
plain("autoencoder of flat pixels", sigmoid(64), "binary_crossentropy", IMAGES.reshape(40, 64), IMAGES.reshape(40, 64))
plain("autoencoder with mse", conv(1, "sigmoid"), "mse", IMAGES, IMAGES)
plain("binary autoencoder with mse and no activation", lambda: [layers.Dense(8)], "mse", (X > 0).astype(float), X)
plain("soft labels", softmax(3), "categorical_crossentropy", SOFT)
plain("soft labels with kl divergence", softmax(3), "kl_divergence", SOFT)
plain("mixup of one-hot rows", softmax(3), CCE(), 0.7 * ONEHOT + 0.3 * np.roll(ONEHOT, 1, 0))
plain("label smoothing by hand", sigmoid(1), BCE(), BINARY * 0.9 + 0.05)
plain("ratings scaled to [0, 1]", sigmoid(1), BCE(), random.integers(1, 6, ROWS) / 5.0)
plain("discriminator, half real half fake", sigmoid(1), BCE(), np.repeat([0.0, 1.0], ROWS // 2))
plain(
    "discriminator with noisy labels", sigmoid(1), BCE(), np.repeat([0.0, 1.0], ROWS // 2) + 0.05 * random.random(ROWS)
)
plain("segmentation with softmax and ids", conv(3, "softmax"), SCCE(), MASKS, IMAGES)
plain("segmentation with a trailing axis", conv(3, "softmax"), SCCE(), MASKS[..., None], IMAGES)
plain("segmentation with softmax and one-hot masks", conv(3, "softmax"), CCE(), np.eye(3)[MASKS], IMAGES)
plain("segmentation with one sigmoid channel", conv(1, "sigmoid"), BCE(), (MASKS[..., None] > 0) * 1.0, IMAGES)
plain("segmentation with sigmoid channels", conv(3, "sigmoid"), BCE(), (COLOUR > 0.5) * 1.0, IMAGES)
plain("two softmax units, 0/1 labels", softmax(2), "sparse_categorical_crossentropy", BINARY, metrics=["accuracy"])
plain("two softmax units, one-hot", softmax(2), CCE(), np.eye(2)[BINARY], metrics=["accuracy", metrics.AUC()])
plain("unused class ids in a small sample", softmax(10), SCCE(), IDS)
plain("only two of many classes in the sample", softmax(10), SCCE(), BINARY)
plain("multi-label with binary accuracy", sigmoid(4), BCE(), MULTIHOT, metrics=["binary_accuracy"])
plain("raw scores with right metrics", lambda: [layers.Dense(1)], BCE(from_logits=True), BINARY,
      metrics=[metrics.BinaryAccuracy(threshold=0.0), metrics.AUC(from_logits=True)])  # fmt: skip
plain("raw scores of three classes", lambda: [layers.Dense(3)], SCCE(from_logits=True), IDS, metrics=["accuracy"])
plain("regression", lambda: [layers.Dense(1)], "mse", X[:, 0] * 30 + 100, metrics=["mae"])
plain("regression of whole numbers", lambda: [layers.Dense(1)], "mae", random.integers(0, 90, ROWS))
plain("ratings as regression", lambda: [layers.Dense(1)], "mse", random.integers(1, 6, ROWS))
plain("two quantities", lambda: [layers.Dense(2)], "mse", X[:, :2])
plain("hinge on signs", lambda: [layers.Dense(1)], "hinge", 2 * BINARY - 1)
plain("tokens", softmax(3), SCCE(), TOKENS, SEQUENCES, metrics=["accuracy"])
plain("tokens, one yes/no for each", sigmoid(1), BCE(), (TOKENS > 1)[..., None] * 1.0, SEQUENCES)
plain("padding left out by the loss", softmax(3), SCCE(ignore_class=-1), np.where(TOKENS == 2, -1, TOKENS), SEQUENCES)
plain("mask of MaskedBinaryCrossentropy", lambda: [layers.Dense(4)], rl.losses.MaskedBinaryCrossentropy(),
      np.where(random.random((ROWS, 4)) < 0.2, np.nan, MULTIHOT))  # fmt: skip
plain("span over positions: Dense(1), Flatten, softmax", lambda: [layers.Dense(1), layers.Flatten(), layers.Softmax()],
      SCCE(), TOKENS[:, 0], SEQUENCES)  # fmt: skip
plain("softmax over axis 1 of (n, K)", lambda: [layers.Dense(3), layers.Softmax(axis=1)], SCCE(), IDS)
plain("float32 cast after softmax", lambda: [*softmax(3)(), layers.Activation("linear", dtype="float32")], SCCE(), IDS)
plain("ids as floats", softmax(3), SCCE(), IDS.astype("float32"))
plain("boolean labels", sigmoid(1), BCE(), BINARY.astype(bool))
plain("log_softmax with from_logits", lambda: [layers.Dense(3, activation="log_softmax")], SCCE(from_logits=True), IDS)
plain("softmax hidden in a Lambda", lambda: [layers.Dense(3), layers.Lambda(lambda z: tf.nn.softmax(z))], SCCE(), IDS)
plain("pooled pixel probabilities", lambda: [*conv(3, "softmax")(), layers.GlobalAveragePooling2D()], SCCE(), IDS[:40],
      IMAGES)  # fmt: skip
plain("own loss with any head", lambda: [layers.Dense(3, activation="tanh")], lambda y, p: keras.ops.mean(p), IDS)
plain("negative loss of the user's own", lambda: [layers.Dense(1)], lambda y, p: -keras.ops.mean(y * p), X[:, :1])
plain("balanced class weights", softmax(3), SCCE(), IDS)
plain("focal loss as it comes", sigmoid(1), losses.BinaryFocalCrossentropy(), BINARY)


@case("attention softmax inside, sigmoid at the end")
def _() -> tuple[Any, ...]:
    inputs = keras.Input((6, 8))
    score = layers.Softmax(axis=1)(layers.Dense(1)(inputs))
    pooled = layers.Dot(axes=1)([score, inputs])
    outputs = layers.Dense(1, activation="sigmoid")(layers.Flatten()(pooled))
    model = keras.Model(inputs, outputs)
    model.compile(loss="binary_crossentropy")
    return model, (SEQUENCES, BINARY)


@case("metric learning: similarities as raw scores")
def _() -> tuple[Any, ...]:
    inputs = keras.Input((8,))
    similarity = layers.Dense(16, use_bias=False)(layers.UnitNormalization()(layers.Dense(4)(inputs)))
    model = keras.Model(inputs, layers.Rescaling(5.0)(similarity))
    model.compile(loss=SCCE(from_logits=True))
    return model, (X, IDS)


@case("similarities of a Dot layer as raw scores")
def _() -> tuple[Any, ...]:
    left, right = keras.Input((8,)), keras.Input((8,))
    model = keras.Model([left, right], layers.Dot(axes=-1)([layers.Dense(4)(left), layers.Dense(4)(right)]))
    model.compile(loss=BCE(from_logits=True))
    return model, ([X, X], BINARY)


@case("a loss for one of two outputs only")
def _() -> tuple[Any, ...]:
    inputs = keras.Input((8,))
    model = keras.Model(inputs, [layers.Dense(3, activation="softmax")(inputs), layers.Dense(5)(inputs)])
    model.compile(loss=[SCCE(), None])
    return model, (X, [IDS, IDS])


@case("two outputs, two encodings")
def _() -> tuple[Any, ...]:
    inputs = keras.Input((8,))
    outputs = {"kind": layers.Dense(3, activation="softmax", name="kind")(inputs),
               "tags": layers.Dense(4, activation="sigmoid", name="tags")(inputs)}  # fmt: skip
    model = keras.Model(inputs, outputs)
    model.compile(loss={"kind": SCCE(), "tags": BCE()}, metrics={"kind": ["accuracy"], "tags": ["binary_accuracy"]})
    return model, (X, {"kind": IDS, "tags": MULTIHOT})


class Custom(keras.Model):
    """A model with a step of its own that never asks for the compiled loss."""

    def __init__(self) -> None:
        super().__init__()
        self.head = layers.Dense(3)

    def call(self, inputs: Any) -> Any:
        return self.head(inputs)

    def train_step(self, data: Any) -> dict[str, Any]:
        return {}


class Subclassed(keras.Model):
    """A subclassed model; softmax only when not training."""

    def __init__(self, units: int = 3) -> None:
        super().__init__()
        self.head = layers.Dense(units)

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.head(inputs)


@case("custom train_step with a loss it does not use")
def _() -> tuple[Any, ...]:
    model = Custom()
    model.compile(loss="sparse_categorical_crossentropy")
    return model, (X, IDS)


class OwnLoss(keras.Model):
    """A model whose compute_loss applies softmax itself and never asks for the compiled loss."""

    def __init__(self) -> None:
        super().__init__()
        self.head = layers.Dense(3)

    def call(self, inputs: Any) -> Any:
        return self.head(inputs)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, **others: Any) -> Any:
        return keras.ops.mean(losses.sparse_categorical_crossentropy(y, keras.ops.softmax(y_pred)))


@case("custom compute_loss with a loss it does not use")
def _() -> tuple[Any, ...]:
    model = OwnLoss()
    model.compile(loss="sparse_categorical_crossentropy")
    return model, (X, IDS)


@case("subclassed model with raw scores")
def _() -> tuple[Any, ...]:
    model = Subclassed()
    model.compile(loss=SCCE(from_logits=True), metrics=["accuracy"])
    return model, (X, IDS)


@case("tf.data with labels of known shape")
def _() -> tuple[Any, ...]:
    data = tf.data.Dataset.from_tensor_slices((X, IDS)).batch(32)
    return net(*softmax(3)(), loss=SCCE(), metrics=["accuracy"]), data


@case("sample weights for each token")
def _() -> tuple[Any, ...]:
    weights = {"sample_weight": random.random(TOKENS.shape) + 0.5}
    return net(*softmax(3)(), loss=SCCE(), x=SEQUENCES), (SEQUENCES, TOKENS), weights


class Contrastive(losses.Loss):
    """Compares all examples with each other, on purpose."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        same = keras.ops.cast(keras.ops.reshape(y_true, (-1, 1)) == keras.ops.reshape(y_true, (1, -1)), "float32")
        return same * keras.ops.matmul(y_pred, keras.ops.transpose(y_pred))


@case("contrastive loss on embeddings")
def _() -> tuple[Any, ...]:
    return net(layers.Dense(16, activation="relu"), loss=Contrastive()), (X, IDS)


@case("compiled without a loss, as a VAE is")
def _() -> tuple[Any, ...]:
    model = Custom()
    model.compile(optimizer="adam")
    return model, (X, X)


@case("validation labels with a trailing axis")
def _() -> tuple[Any, ...]:
    return net(*softmax(3)(), loss=SCCE()), (X, IDS), {"validation_data": (X, IDS[:, None])}


@case("validation sequences of another length")
def _() -> tuple[Any, ...]:
    model = keras.Sequential([keras.Input((None, 8)), layers.Dense(3, activation="softmax")])
    model.compile(loss=SCCE())
    return model, (SEQUENCES, TOKENS), {"validation_data": (SEQUENCES[:, :4], TOKENS[:, :4])}


for _scale in (50.0, 1000.0):
    plain(f"inputs x{_scale:g}, raw scores recovered by Keras: softmax", softmax(3), SCCE(), IDS, _scale * X)
    plain(f"inputs x{_scale:g}, raw scores recovered by Keras: sigmoid", sigmoid(1), BCE(), BINARY, _scale * X)
    plain(f"inputs x{_scale:g}, several labels", sigmoid(4), BCE(), MULTIHOT, _scale * X)
    plain(f"inputs x{_scale:g}, one-hot", softmax(3), CCE(), ONEHOT, _scale * X)
    plain(f"inputs x{_scale:g}, raw scores", lambda: [layers.Dense(3)], SCCE(from_logits=True), IDS, _scale * X)


@case("nested model")
def _() -> tuple[Any, ...]:
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model = keras.Sequential([keras.Input((8,)), inner, layers.Dropout(0.1)])
    model.compile(loss=SCCE())
    return model, (X, IDS)


@pytest.mark.parametrize("name", list(CASES))
def test_silent(name: str) -> None:
    """No error and no warning."""
    made = CASES[name]()
    report = rl.check(made[0], made[1], **(made[2] if len(made) > 2 else {}))
    assert report.ok, str(report)


def test_the_same_subclassed_model_is_named_where_it_is_broken() -> None:
    """Silence above is not blindness: without from_logits the observed values tell."""
    model = Subclassed()
    model.compile(loss=SCCE())
    assert "RL202" in {each.code for each in rl.check(model, (X, IDS)).findings}


def test_a_compute_loss_that_hands_on_is_still_checked() -> None:
    """A penalty added to the compiled loss hides nothing."""

    class Penalty(Subclassed):
        def compute_loss(self, *args: Any, **kwargs: Any) -> Any:
            return super().compute_loss(*args, **kwargs) + 0.1

    model = Penalty()
    model.compile(loss=SCCE())
    assert "RL202" in {each.code for each in rl.check(model, (X, IDS)).findings}


def test_a_model_without_input_shape_is_built_for_any_batch() -> None:
    """Looking at it twice looks at as many rows the second time; a few rows of one class are no imbalance."""
    model = keras.Sequential([layers.Dense(4, activation="sigmoid")])
    model.compile(loss=BCE(), metrics=["binary_accuracy"])
    for _ in range(2):
        assert not rl.check(model, (X, MULTIHOT)).findings
        assert model.output_shape == (None, 4)
    assert not rl.check(model, (X[:2], np.eye(4)[[1, 1]])).findings
