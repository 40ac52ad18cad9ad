"""What gradient arrives where a model is sure and wrong: scores of +-20 in the place of those before the activation.

Nothing is trained and no weight is touched: while one small batch runs through the model, the activation of the last
layer is handed other scores than those that were computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.contract import Activation, FromLogits, Loss
from rightloss.views.model import probe
from rightloss.views.model.data import few
from rightloss.views.model.graph import Head
from rightloss.views.model.loss_facts import LossFacts
from rightloss.views.model.twin import LARGEST_PROBE

_CLASS_LOSSES = frozenset({Loss.BINARY, Loss.CATEGORICAL, Loss.SPARSE, Loss.MASKED_BINARY})
ROBUST = "CategoricalGeneralizedCrossEntropy"
"""Gives up on sure mistakes by design."""

SCORE = 20.0
"""How sure: beyond the limit of every dtype (16.2 in float32, 8 in float16, 5.6 in bfloat16)."""
ROWS = 8
"""Examples of the batch that are pushed."""
DEAD_SHARE = 1e-3
"""Below this share of the gradient at score 0, nothing is learned from a mistake."""


@dataclass(frozen=True)
class Pushed:
    """Gradient of sure mistakes, as a share of the gradient at score 0; the smaller of both sides."""

    share: float

    @property
    def alive(self) -> bool:
        """Whether sure mistakes are learned from."""
        return self.share >= DEAD_SHARE


def wrong_scores(labels: Any, shape: tuple[int, ...], activation: Activation) -> NDArray[np.float32] | None:
    """Scores of this shape that are sure and wrong for these labels; None where labels do not say what is wrong.

    Args:
        labels: of the rows, as the loss sees them.
        shape: of the output, (n, ..., units).
        activation: sigmoid for units that answer one by one, softmax for exclusive ones.
    """
    cells = int(np.prod(shape))
    if not labels.size or not np.isfinite(labels).all():
        return None
    if activation is Activation.SIGMOID:
        if labels.size != cells or labels.min() < 0 or labels.max() > 1:
            return None
        return np.where(labels.reshape(shape) > 0.5, -SCORE, SCORE).astype("float32")
    units = shape[-1]
    if labels.shape == shape:
        ids = labels.argmax(axis=-1)
    elif labels.size * units == cells and (labels == labels.astype(np.int64)).all():
        ids = labels.reshape(shape[:-1]).astype(np.int64)
    else:
        return None
    if units < 2 or ids.min() < 0 or ids.max() >= units:
        return None
    scores = np.zeros(shape, "float32")
    np.put_along_axis(scores, ids[..., None], -SCORE, axis=-1)
    np.put_along_axis(scores, ((ids + 1) % units)[..., None], SCORE, axis=-1)
    return scores


def pushed(model: Any, x: Any, name: str, names: list[str], head: Head, loss: LossFacts, labels: Any) -> Pushed | None:
    """What arrives of sure mistakes at this output; None where the scores cannot be reached or nothing can be said.

    Args:
        model: of which `x` and `labels` are one batch, the labels those of output `name` of `names`.
        head: of this output, with its shape.
        loss: of this output.
    """
    import keras

    kind = _kind(head, loss, labels)
    rows = min(ROWS, len(labels))
    shape = (rows, *(size or 0 for size in head.shape[1:]))
    if kind is None or labels.dtype.kind not in "biuf" or np.prod(shape) > LARGEST_PROBE:
        return None
    scores = wrong_scores(labels[:rows], shape, kind)
    if scores is None or not scores.size:
        return None
    target, whole, part = keras.ops.convert_to_tensor(labels[:rows]), probe.as_compiled(loss.live), few(x, rows)
    raw = head.activations == {Activation.LINEAR}
    with probe.quiet():
        return push(
            lambda predicted: whole(target, predicted),
            lambda: probe.run(model, part, names)[name],
            None if raw else head.operation,
            scores,
        )


def _kind(head: Head, loss: LossFacts, labels: Any) -> Activation | None:
    """What a sure mistake looks like: units one by one (sigmoid) or exclusive ones (softmax)."""
    own = loss.home == "" and loss.live is not None
    if not (own or (loss.families <= _CLASS_LOSSES and loss.name != ROBUST)) or not head.shape or head.twice:
        return None
    for kind in (Activation.SIGMOID, Activation.SOFTMAX):
        if head.activations == {kind}:
            reads = own or loss.from_logits == {FromLogits.FALSE}
            return kind if reads and head.operation is not None and head.recovered is not None else None
    raw = loss.from_logits == {FromLogits.TRUE} or loss.families == {Loss.MASKED_BINARY}
    if head.activations != {Activation.LINEAR} or not (own or raw):
        return None
    if own:
        return (
            Activation.SIGMOID
            if labels.size == labels.shape[0] * math.prod(size or 0 for size in head.shape[1:])
            else Activation.SOFTMAX
        )
    return Activation.SIGMOID if loss.families <= {Loss.BINARY, Loss.MASKED_BINARY} else Activation.SOFTMAX


def push(loss: Callable[[Any], Any], output: Callable[[], Any], operation: Any, scores: NDArray) -> Pushed | None:
    """Push scores through; None where they cannot be reached, or where nothing is learned at score 0 either.

    Args:
        loss: predictions -> loss of the batch.
        output: runs the model on the batch -> predictions.
        operation: the layer or operation that applies the activation; None where the output itself is the scores.
        scores: what to put in, in the shape of the output.
    """
    try:
        pushed, at_zero = (_gradient(loss, output, operation, each) for each in (scores, np.zeros_like(scores)))
    except Exception:  # a model or loss of the user's own may do anything; then nothing is said
        return None
    if pushed is None or at_zero is None:
        return None
    sides = [side for side in (scores.min(axis=-1) < 0, scores.max(axis=-1) > 0) if side.any()]
    shares = [_largest(pushed, side) / usual for side in sides if (usual := _largest(at_zero, side)) > 0]
    return Pushed(min(shares)) if shares else None


def _largest(gradient: NDArray, side: NDArray) -> float:
    return float(np.abs(gradient[side]).max())


def _gradient(loss: Callable[[Any], Any], output: Callable[[], Any], operation: Any, scores: NDArray) -> Any:
    """Gradient of the loss with respect to these scores, in their shape."""
    import keras
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        if operation is None:
            given = [tf.convert_to_tensor(scores)]
            tape.watch(given[0])
            value = loss(given[0])
        else:
            given = []
            with _handed(operation, scores, tape, given):
                value = loss(output())
    if len(given) != 1:  # a layer that is shared: which call was the last one is not known
        return None
    found = tape.gradient(value, given[0])
    if found is None:
        return None
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(found, "float32"))).reshape(scores.shape)


@contextmanager
def _handed(operation: Any, scores: NDArray, tape: Any, given: list[Any]) -> Iterator[None]:
    """While this lasts, the activation of `operation` gets `scores`, which the tape watches."""
    import tensorflow as tf

    name = "activation" if callable(getattr(operation, "activation", None)) else "call"
    original = getattr(operation, name)

    def instead(values: Any, *args: Any, **kwargs: Any) -> Any:
        handed = tf.cast(tf.reshape(tf.convert_to_tensor(scores), tf.shape(values)), values.dtype)
        tape.watch(handed)
        given.append(handed)
        return original(handed, *args, **kwargs)

    kept = operation.__dict__.get(name)
    operation.__dict__[name] = instead
    try:
        yield
    finally:
        if kept is None:
            del operation.__dict__[name]
        else:
            operation.__dict__[name] = kept
