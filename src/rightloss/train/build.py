"""The network: raw cells in, class names and probabilities out. Plain Keras layers, so that any Keras loads it.

Three models share their layers: `preprocessing` (raw cells -> one vector), `network` (vector -> the advised last layer)
and `inference`, the two in a row with class names at the end. Only the network is trained; what preprocessing needs to
know is in the features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from rightloss.contract import Activation, Contract, Labels
from rightloss.train.features import Feature, Kind

CLIP = 8.0  # standard deviations; a wilder value in new rows should not drown everything else
DROPOUT = 0.2
WIDE_FROM = 5_000  # training rows from which 128 hidden units pay


def preprocessing(features: Sequence[Feature]) -> keras.Model:
    """Raw cells to one float vector for each row.

    Inputs, by name: float32 (n, 1) for numbers, NaN for missing; text (n, 1) for categories, "" for missing. A missing
    number becomes the mean and, where training rows had missing cells, sets a flag. A category becomes one-hot; unit 0
    is for what is rare or was never seen.
    """
    inputs = {
        each.input: keras.Input((1,), name=each.input, dtype="float32" if each.kind is Kind.NUMBER else "string")
        for each in features
    }
    parts = []
    for log in (False, True):
        group = [each for each in features if each.kind is Kind.NUMBER and each.log == log]
        if group:
            parts.append(_numbers([inputs[each.input] for each in group], group, log=log))
    gaps = [inputs[each.input] for each in features if each.kind is Kind.NUMBER and each.missing]
    if gaps:
        parts.append(ops.cast(ops.logical_not(ops.isfinite(_joined(gaps))), "float32"))
    parts += [_one_hot(inputs[each.input], each) for each in features if each.kind is Kind.CATEGORY]
    return keras.Model(inputs, _joined(parts), name="preprocessing")


def _joined(parts: Sequence[Any]) -> Any:
    return parts[0] if len(parts) == 1 else layers.Concatenate()(list(parts))


def _numbers(inputs: Sequence[Any], group: Sequence[Feature], *, log: bool) -> Any:
    x = _joined(inputs)
    if log:
        x = ops.sign(x) * ops.log1p(ops.abs(x))
    scale = layers.Normalization(mean=[each.mean for each in group], variance=[each.variance for each in group])
    x = scale(x)
    x = ops.where(ops.isfinite(x), x, 0.0)
    return ops.clip(x, -CLIP, CLIP)


def _one_hot(x: Any, feature: Feature) -> Any:
    rare = "[rare or unseen]"
    while rare in feature.vocabulary:
        rare = f"[{rare}]"
    lookup = layers.StringLookup(vocabulary=list(feature.vocabulary), output_mode="one_hot", oov_token=rare)
    return lookup(x)


def hidden_units(rows: int) -> int:
    """Units of the first hidden layer; the second has half of them."""
    return 128 if rows >= WIDE_FROM else 64


def network(width: int, rows: int, head: Callable[[], Any]) -> keras.Model:
    """Two hidden layers and the advised last layer.

    Args:
        width: length of the vector that preprocessing gives.
        rows: training rows; more rows allow more units.
        head: makes the last layer. It is made last, so that a seed gives each layer the same weights as in a script
            that lists the layers in their order.
    """
    units = hidden_units(rows)
    return keras.Sequential(
        [
            keras.Input((width,)),
            layers.Dense(units, activation="relu"),
            layers.Dropout(DROPOUT),
            layers.Dense(units // 2, activation="relu"),
            layers.Dropout(DROPOUT),
            head(),
        ],
        name="network",
    )


def inference(prepare: keras.Model, core: keras.Model, contract: Contract, names: Sequence[str]) -> keras.Model:
    """Raw cells to names and probabilities.

    Returns:
        A model whose outputs are, for exclusive classes, `class` (n,) text and `probabilities` (n, K) in the order of
        `names`, also for two classes with one unit; for labels that can be true together, `labels` (n, K) of 0 and 1
        and `probabilities` (n, K).
    """
    inputs = {name: keras.Input((1,), name=name, dtype=each.dtype) for name, each in prepare.input.items()}
    # A compiled model inside another is saved with its loss and metrics, which may be ours and which Keras alone could
    # not load: the same layers go into a model that is not compiled.
    bare = keras.Sequential([keras.Input(core.input_shape[1:]), *core.layers], name=core.name)
    scores = bare(prepare(inputs))
    exclusive = contract.labels not in (Labels.BINARY, Labels.MULTIHOT, Labels.MULTIHOT_MISSING)
    p = scores
    if contract.activation is Activation.LINEAR:
        p = layers.Activation("softmax" if exclusive else "sigmoid")(scores)
    if contract.labels in (Labels.MULTIHOT, Labels.MULTIHOT_MISSING):
        return keras.Model(inputs, {"labels": ops.cast(p > 0.5, "int32"), "probabilities": p}, name="rightloss")
    if contract.labels is Labels.BINARY:
        p = layers.Concatenate()([1.0 - p, p])
    # argmax takes the first of equals, and "p > 0.5" does the same for one unit.
    lookup = layers.StringLookup(
        vocabulary=list(names), invert=True, num_oov_indices=0, oov_token="\x00", name="class_names"
    )
    return keras.Model(inputs, {"class": lookup(ops.argmax(p, axis=-1)), "probabilities": p}, name="rightloss")


def run(model: keras.Model, cells: dict[str, np.ndarray], batch: int = 4096) -> Any:
    """What a model gives for raw cells, as NumPy arrays.

    Args:
        model: `preprocessing` or `inference`.
        cells: input name -> (n, 1) array. Keras takes no NumPy text, so they travel as tensors.
    """
    import tensorflow as tf

    rows = {
        name: tf.constant(column.astype(str) if column.dtype == object else column) for name, column in cells.items()
    }
    return model.predict(tf.data.Dataset.from_tensor_slices(rows).batch(batch), verbose=0)
