"""Comparisons of bench/remedies.py that are no table of rows with one label: groups, gaps, pixels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from remedies_data import SEEDS, Split, attributes, multi_label, scenes
from remedies_rows import Row, paired
from remedies_train import order_of, runner, train
from sklearn import metrics as sk

import rightloss as rl

GROUP_EPOCHS = 6
GAP_EPOCHS = 30
HIDDEN = 0.3  # of the cells of the training rows
SCENE_EPOCHS = 10
SCENE_BATCH = 8


def measure_groups(folder: Path) -> Iterator[Row]:
    """Grouped softmax for the exclusive groups that `select` finds, against independent sigmoids: rows all right."""
    names = ("grouped", "plain", "largest of each group", "contradictory")
    found: dict[str, list[float]] = {name: [] for name in names}
    for seed in range(SEEDS):
        split = attributes(folder, seed)
        advice = rl.select(split.y["train"], form="logits")
        groups = [list(group) for group in advice.structure.groups]
        y, scores = split.y["test"], {way: train(way, advice, split, seed, GROUP_EPOCHS).test for way in names[:2]}
        alone = (scores["plain"] > 0).astype(int)
        said = {
            "grouped": _largest(
                rl.losses.grouped_probabilities(scores["grouped"], groups=groups).numpy() - 0.5, groups
            ),
            "plain": alone,
            "largest of each group": _largest(scores["plain"], groups),
        }
        for name, each in said.items():
            found[name].append(float((each == y).all(1).mean()))
        found["contradictory"].append(float(np.mean([any(row[group].sum() != 1 for group in groups) for row in alone])))
    best = np.array(found["grouped"])
    goal = f"rows all right ({np.mean(found['contradictory']):.0%} of plain ones contradict themselves)"
    for other in names[1:3]:
        against = np.array(found[other])
        ends = paired(best - against)
        yield Row("bank attributes", goal, "grouped softmax", other, best.mean(), against.mean(), *ends)


def _largest(scores: np.ndarray, groups: list[list[int]]) -> np.ndarray:
    """1 for the largest score of each group, and for scores above 0 elsewhere."""
    said = (scores > 0).astype(int)
    for group in groups:
        said[:, group] = np.eye(len(group), dtype=int)[scores[:, group].argmax(1)]
    return said


def measure_missing(folder: Path) -> Iterator[Row]:
    """The masked loss that `select` answers for cells without a label, against two ways of filling them."""
    found: dict[str, list[float]] = {}
    for seed in range(SEEDS):
        split = multi_label(folder, "yeast", 14, seed)
        hidden = np.random.default_rng(seed).random(split.y["train"].shape) < HIDDEN
        gaps, zeros = (np.where(hidden, code, split.y["train"]) for code in (-1, 0))
        advice, plain = rl.select(gaps, form="logits"), rl.select(zeros, form="logits")
        for way, chosen, y in (("masked", advice, gaps), ("gaps as 0", plain, zeros), ("gaps as -1", plain, gaps)):
            trained = train("plain", chosen, Split(split.x, {**split.y, "train": y}), seed, GAP_EPOCHS, encoded=True)
            z, cells = trained.test.astype(np.float64), split.y["test"]
            found.setdefault(way, []).append(-float((np.logaddexp(0, z) - cells * z).mean()))
    best = np.array(found["masked"])
    for other in ("gaps as 0", "gaps as -1"):
        against = np.array(found[other])
        ends = paired(best - against)
        yield Row("yeast, 30 % hidden", "log_loss", "masked loss", other, best.mean(), against.mean(), *ends)


def measure_scenes(folder: Path) -> Iterator[Row]:
    """Pixels of which 1 in 2,500 is a yes: the middles of the threes in pictures of many digits, by a small net."""
    found: dict[tuple[str, str], list[float]] = {}
    for seed in range(SEEDS):
        x, y = scenes(folder, seed)
        advices = {
            goal: rl.select(y["train"], goal=goal, positions="pixel", form="logits") for goal in ("f1:1", "auprc")
        }
        for way in ("plain", "class weights", "focal"):
            z = _scene_scores(way, advices["f1:1"], x, y["train"], seed)
            for goal, advice in advices.items():
                decision = advice.decision(y["validation"], z["validation"])
                said = advice.decode(z["test"], decision=decision).ravel()
                value = sk.f1_score(y["test"].ravel(), said) if goal != "auprc" else None
                if value is None:
                    value = sk.average_precision_score(y["test"].ravel(), z["test"].ravel())
                found.setdefault((goal, way), []).append(float(value))
    for goal, advice in advices.items():
        best = np.array(found[goal, "plain"])
        for other in ("class weights", "focal"):
            against = np.array(found[goal, other])
            ends = paired(best - against)
            kind = advice.remedy.kind.value
            yield Row("digit scenes", str(advice.goal), kind, other, best.mean(), against.mean(), *ends)


def _scene_scores(
    way: str, advice: rl.Advice, x: dict[str, np.ndarray], y: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Raw scores (n, side, side, 1) of one network; all start at the class frequencies."""
    losses = {
        "plain": advice.loss(),
        "class weights": rl.losses.MaskedBinaryCrossentropy(ignore=None, positive_weight=20.0),
        "focal": rl.losses.BinaryFocal(),
    }
    keras.utils.set_random_seed(seed)
    conv = keras.layers.Conv2D
    body = [conv(width, size, padding="same", activation="relu") for width, size in ((16, 5), (32, 3), (32, 3))]
    net = keras.Sequential([keras.Input(x["train"].shape[1:]), *body, advice.head()])
    steps = SCENE_EPOCHS * (len(y) // SCENE_BATCH)
    order = order_of(np.random.default_rng(seed), len(y), steps, SCENE_BATCH, None)
    runner(net, losses[way], x["train"], y[..., None].astype(np.float32), None)(tf.constant(order))
    parts = {part: np.array_split(x[part], 10) for part in ("validation", "test")}
    return {part: np.concatenate([net(each).numpy() for each in batches]) for part, batches in parts.items()}
