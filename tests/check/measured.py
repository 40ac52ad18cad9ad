"""Set-ups whose behaviour on Keras 3.15 was measured: what is broken, what is right. One function for each id.

256 rows. Each function returns (model, data, keywords of `check`). Labels: two classes, three classes, four labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, losses, metrics

ROWS, STEPS = 256, 6
random = np.random.default_rng(7)
X = random.normal(size=(ROWS, 8)).astype("float32")
SEQUENCES = random.normal(size=(ROWS, STEPS, 8)).astype("float32")
BINARY = (X[:, 0] + 0.5 * X[:, 1] > 0.4).astype("int64")
IDS = np.digitize(X[:, 0], [-0.3, 0.8]).astype("int64")
ONEHOT = np.eye(3, dtype="float32")[IDS]
MULTIHOT = (X[:, :4] > 0.3).astype("float32")
TOKENS = np.digitize(SEQUENCES[:, :, 0], [-0.4, 0.4]).astype("int64")

Made = tuple[keras.Model, Any, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """One measured set-up. `codes`: any of these names it; empty: right, so neither error nor warning."""

    id: str
    codes: tuple[str, ...]
    make: Callable[[], Made]
    visible: bool = True  # False: nothing in model or data shows it


CASES: list[Case] = []


def case(id_: str, *codes: str, visible: bool = True) -> Callable[[Callable[[], Made]], Callable[[], Made]]:
    """Register a set-up."""

    def add(make: Callable[[], Made]) -> Callable[[], Made]:
        CASES.append(Case(id_, codes, make, visible))
        return make

    return add


def net(*head: Any, loss: Any, x: Any = X, metrics: Any = None, **told: Any) -> keras.Model:
    """A compiled model: input, then the given layers."""
    model = keras.Sequential([keras.Input(x.shape[1:]), *head])
    model.compile(optimizer="adam", loss=loss, metrics=metrics, **told)
    return model


def simple(id_: str, *codes: str, head: Callable[[], list[Any]], loss: Callable[[], Any] | str, y: Any, x: Any = X,
           metrics: Callable[[], Any] | None = None, **keywords: Any) -> None:  # fmt: skip
    """Register a set-up made of layers, a loss and arrays."""

    @case(id_, *codes)
    def made() -> Made:
        built = net(*head(), loss=loss() if callable(loss) else loss, x=x, metrics=metrics() if metrics else None)
        return built, (x, y), keywords


def dense(units: int, activation: str | None = None, **told: Any) -> Callable[[], list[Any]]:
    """Layers: one Dense."""
    return lambda: [layers.Dense(units, activation=activation, **told)]


def reshaped(units: int, activation: str) -> Callable[[], list[Any]]:
    """Layers: a Dense and a Reshape, behind which Keras does not see the raw scores."""
    return lambda: [layers.Dense(units, activation=activation), layers.Reshape((units,))]


def unknown_dim(y: Any) -> Any:
    """A dataset whose labels have an unknown last axis."""
    return tf.data.Dataset.from_generator(
        lambda: ((X[i : i + 64], y[i : i + 64]) for i in range(0, ROWS, 64)),
        output_signature=(tf.TensorSpec((None, 8), tf.float32), tf.TensorSpec((None, None), tf.float32)),
    )


def logits(loss: type, **told: Any) -> Callable[[], Any]:
    """A loss that is told to expect raw scores."""
    return lambda: loss(from_logits=True, **told)


BCE, CCE, SCCE = losses.BinaryCrossentropy, losses.CategoricalCrossentropy, losses.SparseCategoricalCrossentropy
GCE = losses.CategoricalGeneralizedCrossEntropy
OBJECTS = np.array(list(BINARY), dtype=object)
NAN3 = np.where(np.arange(ROWS) < 3, np.nan, BINARY)

# A. two classes
simple("A01", head=dense(1, "sigmoid"), loss=BCE, y=BINARY, metrics=lambda: ["accuracy"])
simple("A02", head=dense(1, "sigmoid"), loss=BCE, y=BINARY[:, None].astype("float32"))
simple("A03", "RL202", head=dense(1), loss=BCE, y=BINARY, metrics=lambda: ["accuracy"])
simple("A03b", "RL202", head=dense(1), loss="binary_crossentropy", y=BINARY)
simple("A04", "RL201", head=dense(1, "sigmoid"), loss=logits(BCE), y=BINARY)
simple("A05", "RL201", head=reshaped(1, "sigmoid"), loss=logits(BCE), y=BINARY)
simple("A05b", head=reshaped(1, "sigmoid"), loss=BCE, y=BINARY)
simple("A06", "RL204", head=dense(1, "softmax"), loss=BCE, y=BINARY)
simple("A07b", "RL204", "RL101", head=dense(1, "softmax"), loss=CCE, y=BINARY)
simple("A08", "RL101", "RL203", head=dense(1, "sigmoid"), loss=CCE, y=BINARY[:, None])
simple("A08b", "RL101", head=dense(1), loss=logits(CCE), y=BINARY[:, None])
simple("A10", "RL203", head=dense(2, "softmax"), loss=BCE, y=np.eye(2)[BINARY])
simple("A11", "RL101", "RL203", head=dense(2, "softmax"), loss=BCE, y=BINARY)
simple("A11b", "RL101", "RL203", head=dense(2, "softmax"), loss=BCE, y=BINARY[:, None])
simple("A12", "RL203", head=dense(1, "tanh"), loss=BCE, y=BINARY)
simple("A14", "RL102", head=dense(1, "sigmoid"), loss=BCE, y=2 * BINARY - 1)
simple("A15", "RL102", head=dense(1, "sigmoid"), loss=BCE, y=BINARY + 1)
simple("A16", head=dense(1, "sigmoid"), loss=BCE, y=BINARY.astype(bool))
simple("A17", "RL106", head=dense(1, "sigmoid"), loss=BCE, y=BINARY.astype(str))
simple("A17b", "RL106", head=dense(1, "sigmoid"), loss=BCE, y=OBJECTS)
simple("A18", "RL103", head=dense(1, "sigmoid"), loss=BCE, y=NAN3)
RAW_METRICS = (metrics.BinaryAccuracy, {"threshold": 0.0}), (metrics.AUC, {"from_logits": True}), (
    metrics.Precision, {"thresholds": 0.0})  # fmt: skip
simple("A20b", head=dense(1), loss=logits(BCE), y=BINARY, metrics=lambda: [kind(**told) for kind, told in RAW_METRICS])
simple("A21b", "RL207", head=lambda: [layers.Dense(1), layers.Reshape(())], loss=logits(BCE), y=BINARY,
       metrics=lambda: ["accuracy"])  # fmt: skip
simple("A22", head=dense(1, "sigmoid"), loss=BCE, y=BINARY, class_weight={0: 1, 1: 20})
simple("A22b", "RL207", "RL501", head=lambda: [layers.Dense(1), layers.Reshape(())], loss=logits(BCE), y=BINARY,
       class_weight={0: 1, 1: 20})  # fmt: skip


def elementwise(y_true: Any, y_pred: Any) -> Any:
    """A loss function of the user's own."""
    p = keras.ops.clip(y_pred, 1e-7, 1 - 1e-7)
    return -(y_true * keras.ops.log(p) + (1 - y_true) * keras.ops.log(1 - p))


simple("A23b", head=dense(1, "sigmoid"), loss=lambda: elementwise, y=BINARY)
simple("A24", head=dense(1, "sigmoid"), loss="crossentropy", y=BINARY)
simple("A26", "RL101", "RL203", head=dense(1, "sigmoid"), loss=losses.KLDivergence, y=BINARY[:, None])
simple("A27", head=dense(1, "sigmoid"), loss="mse", y=BINARY)
simple("A28", head=dense(2, "sigmoid"), loss=BCE, y=np.eye(2)[BINARY])
simple("A29", "RL102", head=dense(2, "softmax"), loss=SCCE, y=2 * BINARY - 1)
simple("A30", "RL205", head=dense(1, "sigmoid"), loss=BCE, y=np.eye(2)[BINARY])

# B. three classes
simple("B03", "RL202", head=dense(3), loss=SCCE, y=IDS)
simple("B04", "RL202", head=dense(3), loss=CCE, y=ONEHOT)
simple("B05", "RL201", head=dense(3, "softmax"), loss=logits(SCCE), y=IDS)
simple("B06", "RL201", head=reshaped(3, "softmax"), loss=logits(SCCE), y=IDS)


@case("B08c", "RL101")
def _() -> Made:
    return net(*dense(3, "softmax")(), loss=CCE()), unknown_dim(IDS[:, None]), {}


simple("B09", "RL101", head=dense(3, "softmax"), loss=SCCE, y=ONEHOT)


@case("B09c", "RL101")
def _() -> Made:
    return net(*dense(3, "softmax")(), loss=SCCE()), unknown_dim(ONEHOT), {}


@case("B09d", "RL101", "RL203")
def _() -> Made:
    return net(*dense(3, "softmax")(), loss=BCE()), unknown_dim(IDS[:, None]), {}


simple("B11", "RL102", head=dense(3, "softmax"), loss=SCCE, y=IDS + 0.9)
simple("B12", "RL102", head=dense(3, "softmax"), loss=SCCE, y=IDS + 1)
simple("B13", "RL102", "RL103", head=dense(3, "softmax"), loss=SCCE, y=np.where(np.arange(ROWS) % 50 == 0, -1, IDS))
simple("B15", "RL203", head=dense(3, "sigmoid"), loss=SCCE, y=IDS)
simple("B15b", "RL203", head=dense(3, "sigmoid"), loss=CCE, y=ONEHOT)
simple("B17", "RL101", "RL203", head=dense(3, "softmax"), loss=BCE, y=IDS)
simple("B18", head=dense(5, "softmax"), loss=SCCE, y=IDS)
simple("B18b", "RL205", head=dense(5, "softmax"), loss=CCE, y=ONEHOT)
simple("B20", "RL101", "RL104", head=dense(3, "softmax"), loss=CCE, y=np.minimum(ONEHOT + np.roll(ONEHOT, 1, 1), 1))
simple("B21", "RL104", head=dense(3, "softmax"), loss=CCE, y=ONEHOT * (X[:, 1:2] > 0))
simple("B22", "RL102", head=dense(3, "softmax"), loss=CCE, y=2 * ONEHOT - 1)
simple("B23", "RL102", head=dense(3, "softmax"), loss=CCE, y=255 * ONEHOT)
simple("B27", "RL202", head=dense(3, "log_softmax"), loss=SCCE, y=IDS)
simple("B27b", head=dense(3, "log_softmax"), loss=logits(SCCE), y=IDS)
simple("B28", "RL203", head=dense(3, "relu"), loss=SCCE, y=IDS)
simple("B28b", head=dense(3, "relu"), loss=logits(SCCE), y=IDS)
simple("B31", "RL402", head=dense(3, "softmax"), loss=CCE, y=ONEHOT, metrics=lambda: [metrics.BinaryAccuracy()])
simple("B32b", "RL402", head=dense(3, "softmax"), loss=SCCE, y=IDS[:, None], metrics=lambda: [metrics.F1Score()])
simple("B32c", head=dense(3, "softmax"), loss=CCE, y=ONEHOT, metrics=lambda: [metrics.F1Score(average="macro")])
simple("B33c", "RL402", head=dense(3, "softmax"), loss=SCCE, y=IDS[:, None],
       metrics=lambda: [metrics.Precision(), metrics.Recall()])  # fmt: skip
simple("B33d", "RL402", head=dense(3, "softmax"), loss=SCCE, y=IDS, metrics=lambda: [metrics.AUC()])
simple("B36", "RL402", head=dense(3, "softmax"), loss=SCCE, y=IDS,
       metrics=lambda: [metrics.SparseTopKCategoricalAccuracy()])  # fmt: skip
simple("B40", "RL701", head=dense(3, "softmax"), loss=lambda: CCE(label_smoothing=0.1), y=ONEHOT)
simple("B41", head=dense(3, "softmax"), loss=losses.KLDivergence, y=ONEHOT)
simple("B43", "RL106", head=dense(3, "softmax"), loss=SCCE, y=np.array(["cat", "dog", "owl"])[IDS])

# C. several labels
MISSING = np.where(random.random((ROWS, 4)) < 0.3, -1, MULTIHOT)
f1 = metrics.F1Score
simple("C01", head=dense(4, "sigmoid"), loss=BCE, y=MULTIHOT,
       metrics=lambda: [metrics.BinaryAccuracy(), f1(threshold=0.5, average="macro")])  # fmt: skip
simple("C02", "RL203", head=dense(4, "softmax"), loss=BCE, y=MULTIHOT)
simple("C03", "RL101", "RL203", head=dense(4, "sigmoid"), loss=CCE, y=MULTIHOT)
simple("C05", "RL103", head=dense(4, "sigmoid"), loss=BCE, y=MISSING)


@case("C05b", "RL103", visible=False)
def _() -> Made:
    return net(*dense(4, "sigmoid")(), loss=BCE()), (X, np.maximum(MISSING, 0)), {}


simple("C06", "RL103", head=dense(4, "sigmoid"), loss=BCE, y=np.where(MISSING < 0, np.nan, MISSING))
simple("C09", "RL503", head=dense(4, "sigmoid"), loss=BCE, y=MULTIHOT, sample_weight=np.ones((ROWS, 4)))
simple("C10", "RL101", head=dense(4, "softmax"), loss=SCCE, y=MULTIHOT)
simple("C14", "RL402", head=dense(4, "sigmoid"), loss=BCE, y=MULTIHOT, metrics=lambda: [f1(average="macro")])
simple("C15", "RL202", head=dense(4), loss=BCE, y=MULTIHOT)
simple("C16", "RL401", head=dense(4), loss=logits(BCE), y=MULTIHOT,
       metrics=lambda: [f1(threshold=0.5), metrics.BinaryAccuracy()])  # fmt: skip
simple("C17", "RL205", head=dense(1, "sigmoid"), loss=BCE, y=MULTIHOT)
simple("C18", "RL404", head=dense(4, "sigmoid"), loss=BCE, y=(X[:, :4] > 2).astype("float32"),
       metrics=lambda: [metrics.BinaryAccuracy()])  # fmt: skip

# D. tokens
simple("D01", head=dense(3, "softmax"), loss=SCCE, y=TOKENS, x=SEQUENCES, metrics=lambda: ["accuracy"])
simple("D01b", head=dense(3, "softmax"), loss=SCCE, y=TOKENS[..., None], x=SEQUENCES)
WEIGHTS = {0: 0.8, 1: 1.0, 2: 1.2}
simple("D02", "RL501", head=dense(3, "softmax"), loss=SCCE, y=TOKENS, x=SEQUENCES, class_weight=WEIGHTS)
simple("D02b", "RL501", head=dense(3, "softmax"), loss=SCCE, y=TOKENS[..., None], x=SEQUENCES, class_weight=WEIGHTS)


@case("D02c", "RL501")
def _() -> Made:
    data = tf.data.Dataset.from_tensor_slices((SEQUENCES, TOKENS)).batch(64)
    return net(*dense(3, "softmax")(), loss=SCCE(), x=SEQUENCES), data, {"class_weight": WEIGHTS}


simple("D04", "RL206", head=lambda: [layers.Dense(3), layers.Softmax(axis=1)], loss=SCCE, y=TOKENS, x=SEQUENCES)
simple("D09", "RL207", head=dense(1, "sigmoid"), loss=BCE, y=BINARY, x=SEQUENCES)
simple("D09b", "RL207", head=dense(1, "sigmoid"), loss=BCE, y=BINARY[:, None], x=SEQUENCES)
simple("D10", "RL304", head=dense(3, "softmax"), loss=losses.Dice, y=TOKENS[..., None], x=SEQUENCES)
simple("D10b", head=dense(3, "softmax"), loss=lambda: losses.Dice(axis=(1,)), y=np.eye(3)[TOKENS], x=SEQUENCES)
simple("D10c", "RL503", head=dense(3, "softmax"), loss=losses.Dice, y=np.eye(3)[TOKENS], x=SEQUENCES,
       sample_weight=random.random(ROWS) + 0.5)  # fmt: skip

# E. weights
three: dict[str, Any] = {"head": dense(3, "softmax"), "loss": SCCE, "y": IDS}
simple("E01", "RL501", **three, class_weight={0: 0.1, 1: 0.1})


@case("E01b", "RL501")
def _() -> Made:
    data = tf.data.Dataset.from_tensor_slices((X, IDS)).batch(64)
    return net(*dense(3, "softmax")(), loss=SCCE()), data, {"class_weight": {0: 0.1, 1: 0.1}}


@case("E03b", "RL501")
def _() -> Made:
    data = tf.data.Dataset.from_tensor_slices((X, IDS)).batch(64)
    return net(*dense(3, "softmax")(), loss=SCCE()), data, {"class_weight": {"a": 1.0, "b": 1.0, "c": 1.0}}


simple("E04", "RL501", **three, class_weight=np.ones(3))
simple("E04b", "RL501", **three, class_weight=[1.0, 1.0, 1.0])
simple("E04c", "RL501", **three, class_weight="balanced")
simple("E07", head=dense(3, "softmax"), loss=CCE, y=ONEHOT, class_weight={0: 1.0, 1: 2.0, 2: 1.0})
simple("E09", "RL502", head=dense(1, "sigmoid"), loss=BCE, y=BINARY, class_weight={0: 1.0, 1: 10.0})
simple("E11", "RL503", **three, sample_weight=np.where(np.arange(ROWS) == 3, np.nan, 1.0))
simple("E12", "RL503", **three, sample_weight=np.where(IDS == 0, -1.0, 1.0))


@case("E16", "RL501")
def _() -> Made:
    inputs = keras.Input((8,))
    outputs = {"a": layers.Dense(3, "softmax", name="a")(inputs), "b": layers.Dense(1, "sigmoid", name="b")(inputs)}
    model = keras.Model(inputs, outputs)
    model.compile(loss={"a": SCCE(), "b": BCE()})
    return model, (X, {"a": IDS, "b": BINARY}), {"class_weight": WEIGHTS}


# H. focal and robust losses
focal = losses.CategoricalFocalCrossentropy
simple("H01", "RL101", head=dense(3, "softmax"), loss=focal, y=IDS[:, None])
simple("H01d", head=dense(3, "softmax"), loss=lambda: focal(alpha=[0.2, 0.3, 0.5]), y=ONEHOT)
simple("H02b", "RL304", head=dense(3, "softmax"), loss=GCE, y=IDS[:, None])
simple("H02c", "RL101", head=dense(3, "softmax"), loss=GCE, y=ONEHOT)
simple("H02d", "RL202", head=dense(3), loss=GCE, y=IDS)
simple("H02e", "RL102", head=dense(3, "softmax"), loss=GCE, y=IDS + 1)
simple("H02f", "RL102", "RL103", head=dense(3, "softmax"), loss=GCE, y=np.full(ROWS, -1))


# F. mixed precision and saturation
def mixed(id_: str, policy: str, *codes: str, loss: Callable[[], Any], y: Any, dtype: str | None = None) -> None:
    """Register a set-up under a mixed precision policy."""

    @case(id_, *codes)
    def made() -> Made:
        head = layers.Dense(3, activation="softmax", dtype=dtype or policy)
        return net(layers.Dense(4, activation="relu", dtype=policy), head, loss=loss()), (X, y), {}


for policy in ("mixed_bfloat16", "mixed_float16"):
    mixed(f"F22 {policy}", policy, loss=SCCE, y=IDS)
    mixed(f"F22b {policy}", policy, loss=SCCE, y=IDS, dtype="float32")
    mixed(f"F22c {policy}", policy, "RL201", loss=logits(SCCE), y=IDS)
    mixed(f"F22d {policy}", policy, "RL203", loss=BCE, y=ONEHOT)
simple("F23b", "RL209", head=reshaped(1, "sigmoid"), loss=BCE, y=BINARY, x=200 * X)
