"""One batch through the model: what comes out, and whether the loss of it is the loss Keras reports.

Nothing is changed: weights are not trained, and whatever the pass moved (statistics, seeds) is put back.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.contract import Activation, Loss
from rightloss.contract.conditions import ROW_SUM_TOLERANCE
from rightloss.errors import UnsupportedInput
from rightloss.views.model.loss_facts import LossFacts

CLIP = 1e-7
"""Keras cuts probabilities at this distance from 0 and 1."""
LARGEST_PROBE = 50_000_000
"""Cells of an output beyond which the loss is not recomputed."""


@dataclass(frozen=True)
class Output:
    """One output of one batch."""

    values: NDArray[np.float64]  # (n, ...)
    recovered: bool | None  # whether the tensor still carries the values before its activation
    dtype: str

    @property
    def shape(self) -> tuple[int | None, ...]:
        """With an open batch axis."""
        return (None, *self.values.shape[1:])


def forward(model: Any, x: Any, names: list[str]) -> dict[str, tuple[Any, Output]]:
    """{output name: (the tensor, what it holds)}."""
    with _unchanged(model), _quiet():
        try:
            result = model(x, training=False)
        except Exception as error:  # Keras and TensorFlow raise anything where x does not fit
            first = str(error).strip().splitlines()[0][:300] if str(error).strip() else ""
            raise UnsupportedInput(
                f"the model does not take this x: {type(error).__name__}: {first}",
                expected=f"x as model.input_shape says: {getattr(model, 'input_shape', None)}",
                fix="model.predict(x[:2])  # try it alone first",
            ) from error
    if isinstance(result, dict):
        tensors = {name: result[name] for name in names if name in result}
    else:
        flat = list(result) if isinstance(result, list | tuple) else [result]
        tensors = dict(zip(names, flat, strict=False))
    return {name: (tensor, _output(tensor)) for name, tensor in tensors.items()}


@contextmanager
def _unchanged(model: Any) -> Iterator[None]:
    """Put back every variable that is not trained: moving statistics, seeds, counters."""
    kept = [variable for variable in model.variables if not variable.trainable] if model.built else []
    import keras

    before = [np.copy(keras.ops.convert_to_numpy(variable)) for variable in kept]
    try:
        yield
    finally:
        for variable, value in zip(kept, before, strict=True):
            if not np.array_equal(keras.ops.convert_to_numpy(variable), value, equal_nan=value.dtype.kind == "f"):
                variable.assign(value)


def _output(tensor: Any) -> Output:
    import keras

    values = np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32")), dtype=np.float64)
    dtype = str(keras.backend.standardize_dtype(tensor.dtype))
    recovered = hasattr(tensor, "_keras_logits") if keras.backend.backend() == "tensorflow" else False
    return Output(values, recovered, dtype)


def activations(output: Output) -> frozenset[Activation]:
    """What the values allow, where the graph says nothing."""
    values = output.values
    if values.ndim < 2 or not np.isfinite(values).all() or not values.size:
        return frozenset(Activation)
    if (values < 0).any() or (values > 1).any():
        return frozenset({Activation.LINEAR, Activation.OTHER, Activation.LOG_SOFTMAX})
    units = values.shape[-1]
    if units == 1:
        if (values == 1).all():
            return frozenset({Activation.SOFTMAX})
        return frozenset({Activation.SIGMOID}) if output.recovered else frozenset(Activation) - {Activation.SOFTMAX}
    if (np.abs(values.sum(axis=-1) - 1) <= ROW_SUM_TOLERANCE).all():
        return frozenset({Activation.SOFTMAX})
    return frozenset({Activation.SIGMOID}) if output.recovered else frozenset(Activation) - {Activation.SOFTMAX}


def saturated_share(values: NDArray[np.float64], activation: Activation) -> float:
    """Share of predictions at which the clip of the loss leaves no gradient."""
    if not values.size:
        return 0.0
    if activation is Activation.SOFTMAX:
        return float((values.max(axis=-1) >= 1 - CLIP).mean())
    return float(((values <= CLIP) | (values >= 1 - CLIP)).mean())


@dataclass(frozen=True)
class Reported:
    """What the loss says about one batch: its value, and the shape before it is averaged."""

    value: float
    shape: tuple[int, ...] | None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keras's own warnings belong to training; a finding says the same, and what to write."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def reported(loss: LossFacts, labels: NDArray, tensor: Any) -> Reported | None:
    """The loss as Keras computes it for this batch; None where it raises."""
    if loss.families == {Loss.SPARSE} and _outside(labels, tensor, loss.options.get("ignore_class")):
        return None  # TensorFlow would raise, and write to stderr
    with _quiet():
        return _reported(loss, labels, tensor)


def _outside(labels: NDArray, tensor: Any, ignored: float | None) -> bool:
    """Whether some id has no unit."""
    if labels.dtype.kind not in "iuf" or not labels.size:
        return False
    ids = labels[labels != ignored] if ignored is not None else labels
    return bool(ids.size) and not bool(ids.min() >= 0 and ids.max() < (tensor.shape[-1] or 1))


def _reported(loss: LossFacts, labels: NDArray, tensor: Any) -> Reported | None:
    import keras

    live = loss.live
    if live is None:
        return None
    try:
        target = keras.ops.convert_to_tensor(labels)
        whole = live if isinstance(live, keras.losses.Loss) else _wrapped(live)
        value = float(keras.ops.convert_to_numpy(keras.ops.cast(whole(target, tensor), "float32")))
        dtype = getattr(whole, "dtype", None) or "float32"
        raw = whole.call(keras.ops.cast(target, dtype), keras.ops.cast(tensor, dtype))
        return Reported(value, tuple(int(size) for size in raw.shape))
    except Exception:  # shapes or values that this loss does not take: rules on labels say which
        return None


def _wrapped(function: Any) -> Any:
    """A plain function, as `compile` wraps it."""
    import keras

    wrapper: Any = keras.losses.BinaryCrossentropy.__base__  # LossFunctionWrapper, which has no public name
    return wrapper(function, name="loss")


def log_loss(family: Loss, labels: NDArray, output: Output, raw: bool, ignored: float | None = None) -> float | None:
    """Mean cross-entropy of what `predict` returns, in float64; None where shapes or values do not allow it.

    Args:
        family: binary, categorical or sparse categorical.
        labels: as the loss sees them.
        output: the predictions, probabilities or raw scores.
        raw: whether they are raw scores.
        ignored: an id that is left out (sparse only).
    """
    if output.values.size > LARGEST_PROBE:
        return None
    try:
        terms = _terms(family, np.asarray(labels, dtype=np.float64), output.values, raw, ignored)
    except ValueError:
        return None
    limit = _LARGEST_TERM.get(output.dtype, _LARGEST_TERM["float32"])
    if terms is None or not terms.size or (not raw and terms.max() > limit):
        return None
    return float(terms.mean() if family is Loss.BINARY else terms.sum(axis=-1).mean())


_LARGEST_TERM = {"float16": 4.6, "bfloat16": 3.0, "float32": 13.0}
"""-ln p up to which a probability of this dtype still tells its logarithm to 2 %; beyond, 1 - p is mostly rounding."""


def _terms(family: Loss, y: Any, values: Any, raw: bool, ignored: float | None) -> NDArray[np.float64] | None:
    """-y ln p of every cell (binary: of both answers); None where this loss cannot be recomputed."""
    if family is Loss.BINARY:
        y = y.reshape(values.shape)
        if raw:
            return np.logaddexp(0, values) - y * values
        p = np.clip(values, CLIP, 1 - CLIP)
        return -(y * np.log(p) + (1 - y) * np.log1p(-p))
    if family is Loss.CATEGORICAL:
        return None if y.shape != values.shape else -y * _logs(values, raw)
    if family is not Loss.SPARSE or ignored is not None:
        return None
    ids = y.reshape(values.shape[:-1]).astype(np.int64)
    if ids.size == 0 or ids.min() < 0 or ids.max() >= values.shape[-1]:
        return None
    return -np.take_along_axis(_logs(values, raw), ids[..., None], axis=-1)


def _logs(values: NDArray[np.float64], raw: bool) -> NDArray[np.float64]:
    if raw:
        return values - np.logaddexp.reduce(values, axis=-1, keepdims=True)
    return np.log(np.clip(values, CLIP, 1 - CLIP))


def swapped(loss: LossFacts, labels: NDArray, tensor: Any, value: float) -> bool:
    """Whether a function of the user's own equals a cross-entropy with its arguments the other way round."""
    import keras

    target = keras.ops.cast(keras.ops.reshape(keras.ops.convert_to_tensor(labels), tensor.shape), "float32")
    for function in (keras.losses.binary_crossentropy, keras.losses.categorical_crossentropy):
        with _quiet():
            right = float(keras.ops.mean(function(target, tensor)))
            wrong = float(keras.ops.mean(function(tensor, target)))
        if np.isclose(value, wrong, rtol=1e-4) and not np.isclose(right, wrong, rtol=1e-2):
            return True
    return False
