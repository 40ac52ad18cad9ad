"""What can be seen to be wrong with a point of the space, on Keras, by direct calls of the loss.

Four examples share one row of scores and disagree about the label, so the right answer is known: the predictions must
become the frequencies of the labels. A set-up is right if Keras runs it without a word, reports the loss of its own
predictions, gives out probabilities, and has its optimum at the frequencies.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from truth.definitions import sigmoid, softmax

from rightloss.contract import LOSSES, Activation, ClassAxis, FromLogits, Labels, Loss, Point, Width
from rightloss.contract.recipe import Call
from rightloss.views.model import write

GROUPS, MEMBERS = 7, 4
MISSING = -1.0
EXCLUSIVE = (Labels.INDEX, Labels.ONEHOT, Labels.DISTRIBUTION)
NO_SUM = "rows do not sum to 1"
SPARE = "a unit that no label uses"
OTHER = "tanh"  # the activation that stands for all others
WRITTEN = {Loss.REGRESSION: "MeanAbsoluteError"}  # the loss that stands for its family, where there are several
for _entry in LOSSES:
    WRITTEN.setdefault(_entry.family, _entry.name)


def classes(labels: Labels) -> int:
    """Two for binary labels, else three."""
    return 2 if labels is Labels.BINARY else 3


def units(point: Point) -> int | None:
    """Units of the last layer; None where the width does not exist for so few classes."""
    k = classes(point.labels)
    found = {Width.ONE: 1, Width.K: k, Width.FEWER: k - 1, Width.MORE: k + 2}[point.width]
    return None if point.width is Width.FEWER and found < 2 else found


@dataclass(frozen=True)
class Data:
    """Labels as Keras takes them, and as float64 cells (n, columns) with NaN for missing ones."""

    given: np.ndarray
    cells: np.ndarray

    @property
    def frequencies(self) -> np.ndarray:
        """Mean of the known cells of each group, (groups, columns)."""
        return np.nanmean(self.cells.reshape(GROUPS, MEMBERS, -1), axis=1)


def data(labels: Labels) -> Data:
    """The most general labels of an encoding: with soft values where it allows them."""
    rng = np.random.default_rng(5)
    size, k = GROUPS * MEMBERS, classes(labels)
    ids = np.array([rng.permutation([*range(k), *rng.integers(k, size=MEMBERS - k)]) for _ in range(GROUPS)]).ravel()
    onehot = np.eye(k)[ids]
    if labels is Labels.BINARY:
        soft = np.where(np.arange(size) % MEMBERS == 0, 0.25, ids).astype("float32")
        return Data(soft, soft[:, None].astype(float))
    if labels is Labels.INDEX:
        return Data(ids, onehot)
    if labels is Labels.ONEHOT:
        return Data(onehot.astype("float32"), onehot)
    if labels is Labels.DISTRIBUTION:
        rows = rng.dirichlet(np.ones(k), size=size)
        return Data(rows.astype("float32"), rows)
    cells = np.concatenate([rng.permuted(np.resize([[1, 0, 0, 1]], (k, 4)), axis=1).T for _ in range(GROUPS)])
    cells[::MEMBERS] = np.array([1, 1, 0])  # frequencies other than one half; rows that do not sum to 1
    if labels is Labels.MULTIHOT:
        return Data(cells.astype("float32"), cells.astype(float))
    gaps = _gaps(cells)
    return Data(np.where(gaps, MISSING, cells).astype("float32"), np.where(gaps, np.nan, cells))


def _gaps(cells: np.ndarray) -> np.ndarray:
    """One cell of each group and column, of the commoner value, so that the others still disagree."""
    gaps = np.zeros(cells.shape, dtype=bool)
    for start in range(0, len(cells), MEMBERS):
        group = cells[start : start + MEMBERS]
        commoner = group == (group.mean(axis=0) >= 0.5)
        gaps[start + commoner.argmax(axis=0), np.arange(cells.shape[1])] = True
    return gaps


def last_operation(point: Point, scores: Any, hidden: bool) -> Any:
    """Predictions from scores. `hidden` reshapes them, after which Keras no longer finds the scores."""
    axis = -1 if point.class_axis is ClassAxis.LAST else 0
    if point.activation in (Activation.SOFTMAX, Activation.LOG_SOFTMAX):
        found = getattr(keras.activations, point.activation.value)(scores, axis=axis)
    else:
        name = OTHER if point.activation is Activation.OTHER else point.activation.value
        found = keras.activations.get(name)(scores)
    return keras.ops.reshape(found, found.shape) if hidden else found


def loss(point: Point) -> Any:
    """The loss object of a point."""
    told: dict[str, Any] = {}
    if point.from_logits is not FromLogits.ABSENT:
        told["from_logits"] = point.from_logits is FromLogits.TRUE
    if point.loss is Loss.MASKED_BINARY:
        told["ignore"] = MISSING
    reads_another = point.class_axis is ClassAxis.ANOTHER and point.activation is Activation.LINEAR
    if reads_another and point.loss in (Loss.CATEGORICAL, Loss.SPARSE):
        told["axis"] = 0
    module = "rightloss.losses" if point.loss is Loss.MASKED_BINARY else "keras.losses"
    return write.build(Call(module, WRITTEN[point.loss], (), told))


def observe(point: Point, *, hidden: bool) -> tuple[str, ...]:
    """Everything that can be seen to be wrong; empty where the set-up is right."""
    width, found = units(point), data(point.labels)
    assert width is not None
    scores = np.random.default_rng(6).normal(size=(GROUPS, width))
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            reported, out, slope = _run(point, found, scores, hidden)
    except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
        return (f"raises {type(error).__name__}",)
    seen = [f"warns {each.category.__name__}" for each in said] + _of_predictions(point, found, out)
    if not seen or set(seen) <= {NO_SUM, SPARE}:
        seen += _of_loss(point, found, out, reported)
    if not np.abs(slope).max() > 1e-6:
        seen.append("no gradient")
    if not any(each.startswith(("shape", "not prob", "cannot")) for each in seen):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it was said and noted above
            seen += _of_optimum(point, found, hidden)
    return tuple(seen)


def _run(point: Point, found: Data, scores: np.ndarray, hidden: bool) -> tuple[float, np.ndarray, np.ndarray]:
    """Reported loss, predictions, gradient by the scores of each group."""
    variable = tf.constant(scores, dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch(variable)
        out = last_operation(point, tf.repeat(variable, MEMBERS, axis=0), hidden)
        reported = loss(point)(found.given, out)
    slope = tape.gradient(reported, variable)
    return float(reported), out.numpy().astype(float), np.zeros_like(scores) if slope is None else slope.numpy()


def read(point: Point, out: np.ndarray) -> np.ndarray:
    """Predictions as probabilities, the way a reader of the last layer and of the loss understands them."""
    if point.activation in (Activation.SIGMOID, Activation.SOFTMAX):
        return out
    if point.activation is Activation.LOG_SOFTMAX:
        return np.exp(out)
    if point.from_logits is FromLogits.TRUE or point.loss is Loss.MASKED_BINARY:
        return sigmoid(out) if point.loss in (Loss.BINARY, Loss.MASKED_BINARY) else softmax(out)
    return out


def _of_predictions(point: Point, found: Data, out: np.ndarray) -> list[str]:
    chances, columns = read(point, out), found.cells.shape[1]
    spare = point.labels is Labels.INDEX and chances.shape[1] > columns
    if chances.shape[1] != columns and not spare:
        return [f"shape: {chances.shape[1]} units for {columns} columns"]
    if not ((chances > -1e-6) & (chances < 1 + 1e-6)).all():
        return ["not probabilities"]
    off = point.labels in EXCLUSIVE and not np.allclose(chances.sum(-1), 1, atol=1e-5)
    return [*([NO_SUM] if off else []), *([SPARE] if spare else [])]


def _of_loss(point: Point, found: Data, out: np.ndarray, reported: float) -> list[str]:
    p, y = read(point, out)[:, : found.cells.shape[1]], found.cells
    known = ~np.isnan(y)
    y = np.where(known, y, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if point.loss in (Loss.BINARY, Loss.MASKED_BINARY):
            right = -(y * np.log(p) + (1 - y) * np.log(1 - p))[known].mean()
        elif point.loss in (Loss.CATEGORICAL, Loss.SPARSE):
            right = -(y * np.log(p) * known).sum(-1).mean()
        elif point.loss is Loss.DIVERGENCE:
            right = (np.where(y > 0, y * np.log(np.where(y > 0, y, 1) / p), 0) * known).sum(-1).mean()
        elif point.loss is Loss.SQUARED:
            right = ((y - p) ** 2)[known].mean()
        else:
            right = np.abs(y - p)[known].mean()
    return [] if abs(reported - right) < 1e-4 else [f"reports {reported:.4f}, predictions lose {right:.4f}"]


def _of_optimum(point: Point, found: Data, hidden: bool) -> list[str]:
    """Whether the frequencies can be predicted, are a stationary point, and attract from nearby."""
    truth = found.frequencies
    best = _scores_of(point, truth)
    if best is None:
        return ["cannot predict the frequencies"]
    _, out, slope = _run(point, found, best, hidden)
    reached = read(point, out)[::MEMBERS, : truth.shape[1]]
    if not np.allclose(reached, truth, atol=1e-4):
        return ["cannot predict the frequencies"]
    if not np.abs(slope).max() <= 1e-4:
        return [f"leaves the frequencies: gradient {np.abs(slope).max():.4f}"]
    away = np.random.default_rng(7).normal(size=best.shape) * 0.3
    if point.labels in EXCLUSIVE and point.activation is not Activation.SIGMOID:
        away -= away.mean(-1, keepdims=True)
    _, _, back = _run(point, found, best + away, hidden)
    return [] if (back * away).sum(-1).min() > 0 else ["does not return to the frequencies"]


def _scores_of(point: Point, truth: np.ndarray) -> np.ndarray | None:
    """Scores whose predictions are the frequencies, through the activation or the one inside the loss."""
    spare = (units(point) or 0) - truth.shape[1]
    padded = np.pad(truth, ((0, 0), (0, max(spare, 0))), constant_values=1e-9)
    if point.activation is Activation.OTHER:
        return None  # tanh lies between -1 and 1
    by_unit = point.activation is Activation.SIGMOID or (
        point.activation is Activation.LINEAR and point.loss in (Loss.BINARY, Loss.MASKED_BINARY)
    )
    assert 0 < truth.min() <= truth.max() < 1
    return np.log(padded / (1 - padded)) if by_unit else np.log(padded)
