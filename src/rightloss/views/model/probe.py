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
from rightloss.views.model.twin import CLIP


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
    try:
        tensors = run(model, x, names)
    except Exception as error:  # Keras and TensorFlow raise anything where x does not fit
        first = str(error).strip().splitlines()[0][:300] if str(error).strip() else ""
        raise UnsupportedInput(
            f"the model does not take this x: {type(error).__name__}: {first}",
            expected=f"x as model.input_shape says: {getattr(model, 'input_shape', None)}",
            fix="model.predict(x[:2])  # try it alone first",
        ) from error
    return {name: (tensor, _output(tensor)) for name, tensor in tensors.items()}


def run(model: Any, x: Any, names: list[str]) -> dict[str, Any]:
    """{output name: tensor} of one pass that changes nothing."""
    with _unchanged(model), quiet():
        result = model(x, training=False)
    if isinstance(result, dict):
        return {name: result[name] for name in names if name in result}
    flat = list(result) if isinstance(result, list | tuple) else [result]
    return dict(zip(names, flat, strict=False))


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
def quiet() -> Iterator[None]:
    """Keras's own warnings belong to training; a finding says the same, and what to write."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def reported(loss: LossFacts, labels: NDArray, tensor: Any) -> Reported | None:
    """The loss as Keras computes it for this batch; None where it raises."""
    if loss.families == {Loss.SPARSE} and _outside(labels, tensor, loss.options.get("ignore_class")):
        return None  # TensorFlow would raise, and write to stderr
    with quiet():
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
        whole = as_compiled(live)
        value = float(keras.ops.convert_to_numpy(keras.ops.cast(whole(target, tensor), "float32")))
        dtype = getattr(whole, "dtype", None) or "float32"
        raw = whole.call(keras.ops.cast(target, dtype), keras.ops.cast(tensor, dtype))
        return Reported(value, tuple(int(size) for size in raw.shape))
    except Exception:  # shapes or values that this loss does not take: rules on labels say which
        return None


def as_compiled(loss: Any) -> Any:
    """A loss object; a plain function as `compile` wraps it."""
    import keras

    if isinstance(loss, keras.losses.Loss):
        return loss
    wrapper: Any = keras.losses.BinaryCrossentropy.__base__  # LossFunctionWrapper, which has no public name
    return wrapper(loss, name="loss")


def swapped(loss: LossFacts, labels: NDArray, tensor: Any, value: float) -> bool:
    """Whether a function of the user's own equals a cross-entropy with its arguments the other way round."""
    import keras

    target = keras.ops.cast(keras.ops.reshape(keras.ops.convert_to_tensor(labels), tensor.shape), "float32")
    for function in (keras.losses.binary_crossentropy, keras.losses.categorical_crossentropy):
        with quiet():
            right = float(keras.ops.mean(function(target, tensor)))
            wrong = float(keras.ops.mean(function(tensor, target)))
        if np.isclose(value, wrong, rtol=1e-4) and not np.isclose(right, wrong, rtol=1e-2):
            return True
    return False
