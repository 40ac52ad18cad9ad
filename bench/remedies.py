"""The advised remedy against plain training, class weights, focal loss and oversampling, on real imbalanced data.

    python bench/remedies.py DATA_FOLDER [--sets bank_marketing ecoli ...] [--markdown FILE]

For each data set, goal and seed: one small network is trained in every way, with the same steps; the advised remedy
reads the plain one as `advice.decision` decides on validation rows. All are scored on the same test rows. Larger is
better: losses and costs are shown with a minus. Each cell is the advised score minus that of another way, paired over
seeds: mean ± half of the 95 % interval of Student's t; a star where Holm's method, over the whole table, holds it to
5 %. The other ways are read as their users read them: the largest, or above one half; only recall at a precision needs
a cut from all of them, and gets it in the same way.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from remedies_data import Data, Split, attributes, load
from scipy import stats
from sklearn import metrics as sk

import rightloss as rl
from rightloss.advice.decision import Decision
from rightloss.advice.goals import Measure
from rightloss.advice.remedy import Kind
from rightloss.contract import Labels

tf.get_logger().setLevel("ERROR")

SEEDS = 5
UNITS = 64
BATCH = 64
LARGE = 10_000  # rows from which batches are larger
LARGE_BATCH = 256
LATE = 0.8
GROUP_EPOCHS = 6
LEVEL = 0.05
ADVISED = "advised"
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
        return ("plain", "class weights", "focal", "asymmetric")
    several = ("prior-adjusted loss", "late weights") if len(advice.classes) > 2 else ()
    return (*OTHERS, *several, *(("CORN",) if advice.goal.measure in ORDERED else ()))


def train(way: str, advice: rl.Advice, split: Split, seed: int, epochs: int) -> Trained:
    """Train one network in one way."""
    y = advice.encode(split.y["train"])
    loss, weight, draw = _recipe(way, advice, y)
    keras.utils.set_random_seed(seed)
    width = split.x["train"].shape[1]
    last = keras.layers.Dense(len(advice.classes) - 1) if way == "CORN" else advice.head()
    net = keras.Sequential([keras.Input((width,)), keras.layers.Dense(UNITS, activation="relu"), last])
    batch = LARGE_BATCH if len(y) > LARGE else BATCH
    steps = epochs * max(1, len(y) // batch)
    rows = _order(np.random.default_rng(seed), len(y), steps, batch, draw)
    run = _runner(net, loss, split.x["train"], y, weight)
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
            "asymmetric": rl.losses.AsymmetricBinaryCrossentropy(),
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


def _order(rng: np.random.Generator, rows: int, steps: int, batch: int, draw: np.ndarray | None) -> np.ndarray:
    """Rows of each step: permutations one after another, or draws with replacement."""
    if draw is not None:
        return rng.choice(rows, (steps, batch), p=draw.astype(np.float64) / draw.astype(np.float64).sum())
    passes = -(-steps * batch // rows)
    return np.concatenate([rng.permutation(rows) for _ in range(passes)])[: steps * batch].reshape(steps, batch)


def _runner(
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


def score(advice: rl.Advice, way: str, trained: Trained, split: Split) -> float:
    """The score of one way on the test rows for the advice's goal; larger is better (costs and losses are negative)."""
    y, logits = split.y["test"], trained.test
    if way == "CORN":
        squared = advice.goal.measure is Measure.KAPPA
        ids = rl.losses.corn_decode(logits, cost="squared" if squared else "absolute").numpy()
        return _of_decisions(advice, y, np.asarray(advice.classes)[ids])
    measure = advice.goal.measure
    decides = way == ADVISED or measure is Measure.RECALL_AT_PRECISION
    decision = advice.decision(split.y["validation"], trained.validation) if decides else None
    if measure in (Measure.LOG_LOSS, Measure.AUROC, Measure.AUPRC):
        found = advice.probabilities(logits, decision=decision or Decision(Kind.NOTHING))
        return _of_probabilities(advice, y, found)
    return _of_decisions(advice, y, advice.decode(logits, decision=decision))


def _of_probabilities(advice: rl.Advice, y: np.ndarray, p: np.ndarray) -> float:
    goal, encoded = advice.goal, advice.encode(y)
    p = np.clip(p, 1e-12, 1 - 1e-12)
    if advice.contract.labels in (Labels.MULTIHOT, Labels.BINARY):
        cells, p = encoded.reshape(len(y), -1), p.reshape(len(y), -1)
        if goal.measure is Measure.AUROC:
            return float(np.mean([sk.roc_auc_score(cells[:, each], p[:, each]) for each in range(cells.shape[1])]))
        if goal.measure is Measure.AUPRC:
            return float(sk.average_precision_score(cells.ravel(), p.ravel()))
        return float((cells * np.log(p) + (1 - cells) * np.log(1 - p)).mean())
    weight = _test_weight(advice, encoded)
    return float((weight * np.log(p[np.arange(len(p)), encoded])).sum())


def _test_weight(advice: rl.Advice, ids: np.ndarray) -> np.ndarray:
    """Weights of test rows under which classes are as frequent as the goal's prior says; all equal without one."""
    if advice.goal.prior is None:
        return np.full(len(ids), 1 / len(ids))
    rows = np.bincount(ids, minlength=len(advice.classes))
    each = np.array(advice.goal.prior) / np.maximum(rows, 1)
    return each[ids] / each[ids].sum()


def _of_decisions(advice: rl.Advice, y: np.ndarray, found: np.ndarray) -> float:
    goal, measure = advice.goal, advice.goal.measure
    if advice.contract.labels is Labels.MULTIHOT:
        if measure is Measure.MACRO_F1:
            return float(sk.f1_score(y, found, average="macro", zero_division=0))
        if measure is Measure.F1:
            return float(sk.f1_score(y[:, goal.label], found[:, goal.label], zero_division=0))
        return float(np.mean([sk.balanced_accuracy_score(y[:, each], found[:, each]) for each in range(y.shape[1])]))
    place = {name: index for index, name in enumerate(advice.classes)}
    true, said = (np.array([place[name] for name in each]) for each in (y.tolist(), found.tolist()))
    if measure is Measure.ACCURACY:
        return float((_test_weight(advice, true) * (true == said)).sum())
    if measure is Measure.COST:
        return -float(np.array(goal.costs)[true, said].mean())
    if measure is Measure.MAE:
        return -float(np.abs(true - said).mean())
    if measure is Measure.BALANCED_ACCURACY:
        return float(np.mean([(said[true == each] == each).mean() for each in np.unique(true)]))
    if measure is Measure.MACRO_F1:
        return float(sk.f1_score(true, said, average="macro", labels=np.unique(true), zero_division=0))
    if measure is Measure.F1:
        return float(sk.f1_score(true == goal.label, said == goal.label, zero_division=0))
    hits = (said == goal.label) & (true == goal.label)
    return float(hits.sum() / (true == goal.label).sum())


@dataclass(frozen=True)
class Row:
    """One comparison: the advised remedy minus another way, paired over seeds."""

    data: str
    goal: str
    remedy: str
    other: str
    advised: float
    score: float
    low: float
    high: float
    p: float


def measure(data: Data) -> Iterator[Row]:
    """All comparisons of one data set."""
    scores: dict[tuple[int, str], list[float]] = {}
    wishes, made = list(enumerate(data.goals)), {}
    for seed in range(SEEDS):
        split = data.split(seed)
        advices = {place: rl.select(split.y["train"], form="logits", **data.told, **wish) for place, wish in wishes}
        every = {way for advice in advices.values() for way in ways(advice)}
        trained = {way: train(way, advices[0], split, seed, data.epochs) for way in sorted(every)}
        trained[ADVISED] = trained["plain"]
        for place, advice in advices.items():
            made[place] = (str(advice.goal), advice.remedy.kind.value)
            for way in (ADVISED, *ways(advice)):
                scores.setdefault((place, way), []).append(score(advice, way, trained[way], split))
    for place, (goal, kind) in made.items():
        best = np.array(scores[place, ADVISED])
        for other in (way for key, way in scores if key == place and way != ADVISED):
            against = np.array(scores[place, other])
            yield Row(data.name, goal, kind, other, best.mean(), against.mean(), *_paired(best - against))


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
        ends = _paired(best - against)
        yield Row("bank attributes", goal, "grouped softmax", other, best.mean(), against.mean(), *ends)


def _largest(scores: np.ndarray, groups: list[list[int]]) -> np.ndarray:
    """1 for the largest score of each group, and for scores above 0 elsewhere."""
    said = (scores > 0).astype(int)
    for group in groups:
        said[:, group] = np.eye(len(group), dtype=int)[scores[:, group].argmax(1)]
    return said


def _paired(difference: np.ndarray) -> tuple[float, float, float]:
    """Ends of the 95 % interval of the mean, and the two-sided p-value; equal scores everywhere have p = 1."""
    error = float(difference.std(ddof=1) / np.sqrt(len(difference)))
    if error < 1e-12:
        return float(difference.mean()), float(difference.mean()), 1.0 if abs(difference.mean()) < 1e-12 else 0.0
    reach = float(stats.t.ppf(0.975, len(difference) - 1)) * error
    p = float(2 * stats.t.sf(abs(difference.mean()) / error, len(difference) - 1))
    return difference.mean() - reach, difference.mean() + reach, p


def verdicts(rows: list[Row]) -> list[str]:
    """better, worse, or nothing: by Holm over the whole table."""
    order = sorted(range(len(rows)), key=lambda place: rows[place].p)
    found, going = [""] * len(rows), True
    for rank, place in enumerate(order):
        going &= rows[place].p <= LEVEL / (len(rows) - rank)
        if going:
            found[place] = "better" if rows[place].advised > rows[place].score else "worse"
    return found


def table(rows: list[Row]) -> list[tuple[str, ...]]:
    """A line for each data set and goal, the heading first: advised remedy, its score, its lead over other ways."""
    others = list(dict.fromkeys(row.other for row in rows))
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    for row, verdict in zip(rows, verdicts(rows), strict=True):
        line = cells.setdefault((row.data, row.goal, row.remedy, f"{row.advised:.3f}"), {})
        mark = {"better": " *", "worse": " * worse", "": ""}[verdict]
        line[row.other] = f"{row.advised - row.score:+.3f} ± {(row.high - row.low) / 2:.3f}{mark}"
    found = [("data", "goal", "advised", "score", *others)]
    return found + [(*key, *(line.get(other, "") for other in others)) for key, line in cells.items()]


def main() -> None:
    """Measure and print."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="*", help="only these data sets")
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    told = parser.parse_args()
    rows: list[Row] = []
    console = Console(width=190)
    for data in load(told.folder):
        if not told.sets or data.name in told.sets:
            rows += measure(data)
            console.print(f"{data.name}: {len(rows)} comparisons", style="dim")
    if not told.sets:
        rows += measure_groups(told.folder)
    head, *lines = table(rows)
    drawn = Table(*head, box=box.SIMPLE, padding=(0, 1))
    for line in lines:
        drawn.add_row(*line)
    console.print(drawn)
    said = verdicts(rows)
    console.print(
        f"{len(rows)} comparisons: {said.count('better')} better, {said.count('worse')} worse, the rest undecided"
    )
    if told.markdown:
        text = ["| " + " | ".join(line) + " |" for line in (head, ("---",) * len(head), *lines)]
        told.markdown.write_text("\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
