"""Training of bench/remedies.py: one small network, every way of training it, the same steps."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from remedies_data import Split
from remedies_losses import Asymmetric, TwoWay

import rightloss as rl
from rightloss.advice.goals import Measure
from rightloss.contract import Labels

tf.get_logger().setLevel("ERROR")

UNITS = 64
BATCH = 64
LARGE = 10_000  # rows from which batches are larger
LARGE_BATCH = 256
LATE = 0.8
ORDERED = (Measure.MAE, Measure.KAPPA)
OTHERS = ("plain", "class weights", "focal", "oversampling")


@dataclass(frozen=True)
class Trained:
    """Raw scores of one network on validation and test rows."""

    validation: np.ndarray
    test: np.ndarray


def ways(advice: rl.Advice) -> tuple[str, ...]:
    """The ways of training that exist for these labels."""
    if advice.contract.labels is Labels.MULTIHOT:
        return ("plain", "class weights", "focal", "asymmetric", "two-way")
    several = ("prior-adjusted loss", "late weights") if len(advice.classes) > 2 else ()
    return (*OTHERS, *several, *(("CORN",) if advice.goal.measure in ORDERED else ()))


def train(way: str, advice: rl.Advice, split: Split, seed: int, epochs: int, *, encoded: bool = False) -> Trained:
    """Train one network in one way; labels that are `encoded` reach the loss as they are."""
    y = split.y["train"].astype(np.float32) if encoded else advice.encode(split.y["train"])
    loss, weight, draw = _recipe(way, advice, y)
    keras.utils.set_random_seed(seed)
    width = split.x["train"].shape[1]
    last = keras.layers.Dense(len(advice.classes) - 1) if way == "CORN" else advice.head()
    net = keras.Sequential([keras.Input((width,)), keras.layers.Dense(UNITS, activation="relu"), last])
    batch = LARGE_BATCH if len(y) > LARGE else BATCH
    steps = epochs * max(1, len(y) // batch)
    rows = order_of(np.random.default_rng(seed), len(y), steps, batch, draw)
    run = runner(net, loss, split.x["train"], y, weight)
    late = int(LATE * steps)
    run(tf.constant(rows[:late]))
    if hasattr(loss, "share"):
        loss.share.assign(1.0)
    run(tf.constant(rows[late:]))
    return Trained(net(split.x["validation"]).numpy(), net(split.x["test"]).numpy())


def _recipe(way: str, advice: rl.Advice, y: np.ndarray) -> tuple[Any, np.ndarray | None, np.ndarray | None]:
    """(loss, weight of each row, probability of drawing each row)."""
    columns = advice.contract.labels is Labels.MULTIHOT
    counts = np.maximum(np.array(advice.imbalance.counts, np.float64), 1)
    plain = advice.loss()
    if way == "grouped":
        return rl.losses.GroupedCrossentropy(advice.structure.groups), None, None
    if columns:
        ratio = np.clip((len(y) - counts) / counts, 0.1, 20).tolist()
        losses = {
            "plain": plain,
            "class weights": rl.losses.MaskedBinaryCrossentropy(ignore=None, positive_weight=ratio),
            "focal": rl.losses.BinaryFocal(),
            "asymmetric": Asymmetric(),
            "two-way": TwoWay(),
        }
        return losses[way], None, None
    balanced = counts.sum() / (len(counts) * counts)
    each = balanced[y.astype(np.int64).ravel()].astype(np.float32)
    if way == "class weights":
        return plain, each, None
    if way == "oversampling":
        return plain, None, each / each.sum()
    if way == "focal":
        return (rl.losses.BinaryFocal() if len(counts) == 2 else rl.losses.CategoricalFocal()), None, None
    if way == "prior-adjusted loss":
        return rl.losses.PriorAdjustedCrossentropy(prior=counts.tolist()), None, None
    if way == "CORN":
        return rl.losses.CornCrossentropy(), None, None
    if way == "late weights":
        return rl.losses.LateWeightedCrossentropy(np.minimum(balanced, 20).tolist()), None, None
    return plain, None, None


def order_of(rng: np.random.Generator, rows: int, steps: int, batch: int, draw: np.ndarray | None) -> np.ndarray:
    """Rows of each step: permutations one after another, or draws with replacement."""
    if draw is not None:
        return rng.choice(rows, (steps, batch), p=draw.astype(np.float64) / draw.astype(np.float64).sum())
    passes = -(-steps * batch // rows)
    return np.concatenate([rng.permutation(rows) for _ in range(passes)])[: steps * batch].reshape(steps, batch)


def runner(
    net: keras.Model, loss: Any, x: np.ndarray, y: np.ndarray, weight: np.ndarray | None
) -> Callable[[tf.Tensor], None]:
    """All steps in one graph call: the networks are small, and a Python loop would cost more than they do."""
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(net.trainable_variables)
    y = y if y.ndim > 1 or y.dtype == np.int64 else y[:, None]
    features, labels = tf.constant(x), tf.constant(y)
    weights = None if weight is None else tf.constant(weight)

    @tf.function(reduce_retracing=True)
    def run(order: tf.Tensor) -> None:
        for step in tf.range(tf.shape(order)[0]):
            rows = order[step]
            with tf.GradientTape() as tape:
                chosen = None if weights is None else tf.gather(weights, rows)
                value = loss(tf.gather(labels, rows), net(tf.gather(features, rows), training=True), chosen)
            variables = net.trainable_variables
            optimizer.apply(tape.gradient(value, variables), variables)

    return run
