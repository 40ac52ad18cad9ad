"""The twin check: losses recomputed in float64 from what `predict` returns, by their definitions.

Where Keras reports another number, something stands between what is trained and what is delivered: an activation that
the loss looks behind, one applied twice, a softmax over another axis, ids that are stretched over columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.views.model.loss_facts import LossFacts

CLIP = 1e-7
"""Keras cuts probabilities at this distance from 0 and 1."""
LARGEST_PROBE = 50_000_000
"""Cells of an output beyond which the loss is not recomputed."""
ONE_BY_ONE = 6
"""Examples that a loss of this package is asked about one at a time."""
LARGEST_TERM = {"float16": 4.6, "bfloat16": 3.0, "float32": 13.0}
"""-ln p up to which a probability of this dtype still tells its logarithm to 2 %; beyond, 1 - p is mostly rounding."""

Array = NDArray[np.float64]


class _NotToBeTold(ValueError):
    """The predictions do not determine the loss: another shape, or probabilities that rounding has eaten."""


@dataclass(frozen=True)
class Predicted:
    """What `predict` returned, and how it is to be read."""

    values: Array  # (n, ..., units)
    raw: bool  # scores before the activation
    limit: float = np.inf  # largest -ln p that these probabilities still tell

    def logs(self, independent: bool) -> tuple[Array, Array]:
        """(ln p, ln (1 - p)); classes are exclusive unless `independent`."""
        z = self.values
        if not self.raw:
            p = z if independent else z / z.sum(axis=-1, keepdims=True)
            p = np.clip(p, CLIP, 1 - CLIP)
            return np.log(p), np.log1p(-p)
        if independent:
            return -np.logaddexp(0, -z), -np.logaddexp(0, z)
        log_p = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
        return log_p, np.log1p(-np.clip(np.exp(log_p), 0, 1 - CLIP))

    def tells(self, *terms: Array) -> None:
        """Refuse terms -ln p that lie where rounding decides."""
        if not self.raw and any(term.size and term.max() > self.limit for term in terms):
            raise _NotToBeTold


def recomputed(loss: LossFacts, labels: Any, predicted: Predicted, mask: Any = None) -> float | None:
    """The loss of predictions, by its definition; None where there is none here, or predictions do not determine it.

    Args:
        loss: what was compiled; only losses of Keras that average over the batch are known here.
        labels: as the loss sees them.
        predicted: of the same rows.
        mask: (n, ...) where Keras carries one with the output; False is left out.
    """
    definition = _DEFINITIONS.get(loss.name) if loss.home == "keras" else None
    told = loss.options
    averaged = str(told.get("reduction", "sum_over_batch_size")) in ("sum_over_batch_size", "mean")
    if definition is None or not averaged or predicted.values.size > LARGEST_PROBE:
        return None
    if loss.name not in _REGIONS and told.get("axis", -1) != -1:
        return None
    try:
        each = definition(np.asarray(labels, dtype=np.float64), predicted, told)
        return _mean(each, labels, told, mask)
    except ValueError:
        return None


def _mean(each: Array, labels: Any, told: Mapping[str, Any], mask: Any) -> float | None:
    """Mean over what counts."""
    counts = np.ones(each.shape, bool) if mask is None else np.broadcast_to(np.asarray(mask), each.shape)
    ignored = told.get("ignore_class")
    if ignored is not None:
        counts = counts & (np.asarray(labels).reshape(each.shape) != ignored)
    return float(each[counts].mean()) if counts.any() else None


def one_by_one(loss: LossFacts, labels: Any, tensor: Any) -> tuple[float, float] | None:
    """What `apart` says of a loss of this package; None for others, and where labels are missing."""
    import keras

    known = labels.dtype.kind != "f" or not np.isnan(labels).any()
    if loss.home != "rightloss" or not isinstance(loss.live, keras.losses.Loss) or not known:
        return None
    if loss.options.get("ignore") is not None and (labels == loss.options["ignore"]).any():
        return None
    return apart(loss.live, labels, tensor)


def apart(live: Any, labels: Any, tensor: Any) -> tuple[float, float] | None:
    """(loss of a few examples together, mean of the loss of each alone); None where one of them is no number.

    Each alone cannot meet the labels of another one, and fresh values carry nothing that a loss could look behind.
    """
    import keras

    rows = min(len(labels), ONE_BY_ONE)
    values = keras.ops.convert_to_numpy(tensor)
    try:
        whole = live if isinstance(live, keras.losses.Loss) else keras.losses.BinaryCrossentropy.__base__(live)
        parts = [(labels[:rows], tensor[:rows]), *((labels[i : i + 1], values[i : i + 1]) for i in range(rows))]
        found = [float(whole(keras.ops.convert_to_tensor(y), p)) for y, p in parts]
    except Exception:  # labels or shapes that this loss refuses: rules on labels say which
        return None
    return (found[0], float(np.mean(found[1:]))) if np.isfinite(found).all() else None


def _binary(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    y = _same(y, predicted)
    log_p, log_q = predicted.logs(independent=True)
    predicted.tells(np.where(y > 0, -log_p, 0), np.where(y < 1, -log_q, 0))
    y = y * (1 - _smoothing(told)) + _smoothing(told) / 2
    return -(y * log_p + (1 - y) * log_q)


def _binary_crossentropy(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    return _binary(y, predicted, told).mean(axis=-1)


def _binary_focal(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    """Lin et al. (2017), equation 5."""
    each = _binary(y, predicted, told)
    y = _same(y, predicted) * (1 - _smoothing(told)) + _smoothing(told) / 2
    p = np.exp(predicted.logs(independent=True)[0])
    weight = (1 - y * p - (1 - y) * (1 - p)) ** told.get("gamma", 2.0)
    if told.get("apply_class_balancing"):
        alpha = told.get("alpha", 0.25)
        weight = weight * (y * alpha + (1 - y) * (1 - alpha))
    return (weight * each).mean(axis=-1)


def _categorical(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    y = _rows(y, predicted)
    log_p, _ = predicted.logs(independent=False)
    predicted.tells(np.where(y > 0, -log_p, 0))
    y = y * (1 - _smoothing(told)) + _smoothing(told) / y.shape[-1]
    return -y * log_p


def _categorical_crossentropy(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    if y.shape != predicted.values.shape:
        raise _NotToBeTold
    return _categorical(y, predicted, told).sum(axis=-1)


def _categorical_focal(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    p = np.exp(predicted.logs(independent=False)[0])
    weight = (1 - p) ** told.get("gamma", 2.0) * np.asarray(told.get("alpha", 0.25))
    return (weight * _categorical(y, predicted, told)).sum(axis=-1)


def _sparse_crossentropy(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    ignored = told.get("ignore_class")
    return _categorical(np.where(y == ignored, 0, y) if ignored is not None else y, predicted, {}).sum(axis=-1)


def _generalized(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    """Zhang and Sabuncu (2018), equation 6."""
    if predicted.raw:
        raise _NotToBeTold
    q = told.get("q", 0.5)
    return (1 - (predicted.values * _rows(y, predicted)).sum(axis=-1) ** q) / q


def _divergence(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    if predicted.raw:
        raise _NotToBeTold
    y, p = (np.clip(each, CLIP, 1) for each in (_rows(y, predicted), predicted.values))
    predicted.tells(np.where(y > CLIP, -np.log(p), 0))
    return (y * np.log(y / p)).sum(axis=-1)


def _squared(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    return ((_same(y, predicted) - predicted.values) ** 2).mean(axis=-1)


def _hinge(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    return _margins(y, predicted).mean(axis=-1)


def _squared_hinge(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    return (_margins(y, predicted) ** 2).mean(axis=-1)


def _margins(y: Array, predicted: Predicted) -> Array:
    signs = 2 * y - 1 if np.isin(y, (0, 1)).all() else y
    return np.maximum(1 - _same(signs, predicted) * predicted.values, 0)


def _categorical_hinge(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    y, values = _rows(y, predicted), predicted.values
    return np.maximum(((1 - y) * values).max(axis=-1) - (y * values).sum(axis=-1) + 1, 0)


def _tversky(y: Array, predicted: Predicted, told: Mapping[str, Any]) -> Array:
    """Salehi et al. (2017), equation 4; with alpha = beta = 1/2 it is Dice."""
    y, p, axis = _rows(y, predicted), predicted.values, told.get("axis")
    axis = tuple(axis) if isinstance(axis, list) else axis
    both = (y * p).sum(axis=axis)
    missed, added = (y * (1 - p)).sum(axis=axis), ((1 - y) * p).sum(axis=axis)
    return np.atleast_1d(1 - both / (both + told.get("alpha", 0.5) * missed + told.get("beta", 0.5) * added + CLIP))


def _smoothing(told: Mapping[str, Any]) -> float:
    return float(told.get("label_smoothing") or 0.0)


def _same(y: Array, predicted: Predicted) -> Array:
    """Labels in the shape of the predictions, cell by cell."""
    return y.reshape(predicted.values.shape)


def _rows(y: Array, predicted: Predicted) -> Array:
    """One column for each unit; ids are made one-hot."""
    shape = predicted.values.shape
    if y.shape == shape:
        return y
    ids = y.reshape(shape[:-1]).astype(np.int64)
    if not ids.size or ids.min() < 0 or ids.max() >= shape[-1]:
        raise _NotToBeTold
    rows: Array = np.eye(shape[-1])[ids]
    return rows


_DEFINITIONS: dict[str, Callable[[Array, Predicted, Mapping[str, Any]], Array]] = {
    "BinaryCrossentropy": _binary_crossentropy,
    "BinaryFocalCrossentropy": _binary_focal,
    "CategoricalCrossentropy": _categorical_crossentropy,
    "CategoricalFocalCrossentropy": _categorical_focal,
    "SparseCategoricalCrossentropy": _sparse_crossentropy,
    "CategoricalGeneralizedCrossEntropy": _generalized,
    "KLDivergence": _divergence,
    "MeanSquaredError": _squared,
    "Hinge": _hinge,
    "SquaredHinge": _squared_hinge,
    "CategoricalHinge": _categorical_hinge,
    "Dice": _tversky,
    "Tversky": _tversky,
}
"""Class name -> loss at each position, from labels, predictions and options."""
_REGIONS = frozenset({"Dice", "Tversky"})
"""Losses whose `axis` says over what regions are summed."""
