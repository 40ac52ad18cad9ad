"""The definitions that Keras is measured against, in float64 NumPy. Nothing here knows Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from rightloss.contract import Activation, Contract, Labels, Loss

Array = np.ndarray[Any, Any]


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def softmax(z: Array, axis: int = -1) -> Array:
    """exp(z) over its sum along `axis`."""
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def known(contract: Contract, y: Array) -> Array:
    """True where a label says something."""
    with np.errstate(invalid="ignore"):
        missing = np.isnan(y) if contract.ignore is None else np.isnan(y) | (y == contract.ignore)
    return ~missing


def probabilities(contract: Contract, z: Array) -> Array:
    """What the model believes, from the scores before the last activation."""
    return sigmoid(z) if by_unit(contract) else softmax(z)


def by_unit(contract: Contract) -> bool:
    """Whether each unit answers a yes/no question of its own."""
    if contract.activation in (Activation.SIGMOID, Activation.SOFTMAX):
        return contract.activation is Activation.SIGMOID
    return contract.loss in (Loss.BINARY, Loss.MASKED_BINARY)


def loss(contract: Contract, y: Array, z: Array) -> float:
    """Mean loss of labels `y` and scores `z`, as textbooks write it."""
    y = like_scores(y, z)
    if contract.loss in (Loss.BINARY, Loss.MASKED_BINARY):
        cells = np.logaddexp(0, z) - np.where(known(contract, y), y, 0) * z
        return float(cells[known(contract, y)].mean())
    if contract.loss is Loss.SQUARED:
        return float(((y - probabilities(contract, z)) ** 2).mean())
    log_p = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
    if contract.loss is Loss.SPARSE:
        kept = known(contract, y)
        ids = np.where(kept, y, 0).astype(int)
        return float(-np.take_along_axis(log_p, ids[..., None], -1)[..., 0][kept].mean())
    cross = -(y * log_p).sum(-1).mean()
    if contract.loss is Loss.DIVERGENCE:
        return float(cross + np.where(y > 0, y * np.log(np.where(y > 0, y, 1)), 0).sum(-1).mean())
    return float(cross)


def like_scores(y: Array, z: Array) -> Array:
    """One label for each score: (n,) beside (n, 1) becomes (n, 1)."""
    y = np.asarray(y, dtype=np.float64)
    return y[..., None] if z.shape[-1] == 1 and y.ndim == z.ndim - 1 else y


def metric(contract: Contract, name: str, y: Array, z: Array) -> float:
    """The metric that a recipe calls `name`."""
    p, y = probabilities(contract, z), like_scores(y, z)
    if contract.labels in (Labels.INDEX, Labels.ONEHOT, Labels.DISTRIBUTION):
        ids = y if contract.labels is Labels.INDEX else y.argmax(-1)
        kept = known(contract, ids)
        most = {"accuracy": 1, "top_5": 5}[name]
        best = np.argsort(-p, axis=-1)[..., :most]
        return float((best == np.where(kept, ids, -9)[..., None]).any(-1)[kept].mean())
    kept = known(contract, y)
    if name == "macro_f1" or (name == "auc" and contract.labels is not Labels.BINARY and y.ndim == 2):
        columns = [(y[..., k][kept[..., k]], p[..., k][kept[..., k]]) for k in range(y.shape[-1])]
        return float(np.mean([_CELLS[name](labels, chances) for labels, chances in columns]))
    return float(_CELLS[name](y[kept], p[kept]))


def _accuracy(y: Array, p: Array) -> Any:
    return ((p > 0.5) == (y > 0.5)).mean()


def _precision(y: Array, p: Array) -> Any:
    return y[p > 0.5].mean()


def _recall(y: Array, p: Array) -> Any:
    return (p > 0.5)[y > 0.5].mean()


def _f1(y: Array, p: Array) -> Any:
    both = ((p > 0.5) & (y > 0.5)).sum()
    return 2 * both / ((p > 0.5).sum() + (y > 0.5).sum())


def _auc(y: Array, p: Array) -> Any:
    """How often a positive scores above a negative; ties count half (Mann and Whitney)."""
    yes, no = p[y > 0.5][:, None], p[y <= 0.5][None, :]
    return ((yes > no) + 0.5 * (yes == no)).mean()


def _brier(y: Array, p: Array) -> Any:
    return ((p - y) ** 2).mean()


_CELLS = {
    "accuracy": _accuracy,
    "precision": _precision,
    "recall": _recall,
    "macro_f1": _f1,
    "auc": _auc,
    "brier_score": _brier,
}


def gradient(contract: Contract, y: Array, z: Array, step: float = 1e-5) -> Array:
    """d loss / d z by central differences."""
    found = np.zeros_like(z)
    for place in np.ndindex(*z.shape):
        up, down = z.copy(), z.copy()
        up[place] += step
        down[place] -= step
        found[place] = (loss(contract, y, up) - loss(contract, y, down)) / (2 * step)
    return found
