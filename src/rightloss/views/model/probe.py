"""One batch through the model: what comes out, and whether the loss of it is the loss Keras reports.

Nothing is changed: weights are not trained, and whatever the pass moved (statistics, seeds) is put back.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.contract import Activation, Loss
from rightloss.contract.conditions import ROW_SUM_TOLERANCE
from rightloss.errors import UnsupportedInput
from rightloss.views.model.data import few
from rightloss.views.model.guesses import as_probabilities, guesses, multiple
from rightloss.views.model.loss_facts import LossFacts
from rightloss.views.model.twin import CLIP


class Scaled(Enum):
    """What an output that lies in [0, 1] does for inputs a thousand times as large."""

    LEAVES = "leaves"  # raw scores grow with what they are made of
    SATURATES = "saturates"  # a sigmoid goes to 0 and 1
    STAYS = "stays"  # a similarity of normalised vectors, or a layer before it that loses the scale: nothing is told


@dataclass(frozen=True)
class Output:
    """One output of one batch."""

    values: NDArray[np.float64]  # (n, ...)
    recovered: bool | None  # whether the tensor still carries the values before its activation
    dtype: str
    scaled: Scaled | None = None  # what it does for inputs a thousand times as large; None: not asked, or no floats
    graph_recovers: bool | None = None  # whether a compiled graph finds the activation by its type; None: not asked

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


def build(model: Any, x: Any) -> None:
    """Build a Sequential model that has seen no data yet, for batches of any size; what cannot be built is left.

    Raises:
        UnsupportedInput: a layer keeps states between batches, so that whatever is tried fixes the size of batches.
    """
    import keras

    shape = getattr(x, "shape", None)
    if not isinstance(model, keras.Sequential) or model.built or shape is None:
        return
    if any(getattr(layer, "stateful", False) for layer in model.layers):
        raise UnsupportedInput(
            "a model without input shape in which a layer has stateful=True: looking at it would fix its batch size",
            expected="a model that knows its batch size",
            fix=f"keras.Input(batch_shape=(batch_size, {', '.join(map(str, shape[1:]))})) as the first entry",
        )
    try:
        with _unchanged(model), quiet():
            model.build((None, *shape[1:]))
    except Exception:  # `forward` says what does not fit
        return


def names(model: Any, x: Any) -> list[str]:
    """The outputs of a model that has no graph: keys of a dict, numbers of a tuple; [] for a single one."""
    try:
        with _unchanged(model), quiet():
            result = model(x, training=False)
    except Exception:  # `forward` says what does not fit
        return []
    if isinstance(result, dict):  # Keras sorts the names of a plain dictionary
        return list(result) if isinstance(result, OrderedDict) else sorted(result)
    several = isinstance(result, list | tuple) and len(result) > 1
    return [f"output_{index + 1}" for index in range(len(result))] if several else []


SCALE = 1e3
"""How much larger inputs are made, with both signs, to see whether an output is bounded."""


def inside(output: Output) -> bool:
    """Whether all values of this output lie in [0, 1]."""
    values = output.values
    return bool(values.size) and bool((values >= 0).all() and (values <= 1).all())


def scaled(model: Any, x: Any, name: str, names: list[str]) -> Scaled | None:
    """What this output does for large inputs; None where x cannot be scaled."""
    parts = [few(x, ROWS_SCALED)]
    larger = [scale_inputs(parts[0], sign * SCALE) for sign in (1, -1)]
    if any(each is None for each in larger):
        return None
    try:
        found = [_output(run(model, each, names)[name]) for each in larger]
    except Exception:  # a model of the user's own may refuse what it does not expect
        return None
    if not all(np.isfinite(each.values).all() for each in found):
        return None  # a formula that overflows says nothing
    if not all(inside(each) for each in found):
        return Scaled.LEAVES
    values = np.concatenate([each.values.ravel() for each in found])
    ends = float(((values < _NEAR_THE_END) | (values > 1 - _NEAR_THE_END)).mean())
    return Scaled.SATURATES if ends >= 0.5 else Scaled.STAYS


_NEAR_THE_END = 0.01
_FOUND_BY_TYPE = ("Sigmoid", "Softmax")
"""Operations behind which Keras looks in a compiled graph, whoever applied them."""


def graph_recovers(model: Any, x: Any, name: str, names: list[str]) -> bool | None:
    """Whether Keras finds the values before the activation once the model is compiled; None where it is not traced."""
    import tensorflow as tf

    if getattr(model, "run_eagerly", False):
        return False
    types: list[str] = []

    def traced(inputs: Any) -> Any:
        tensor = _by_name(model(inputs, training=False), names)[name]
        types.append(tensor.op.type)
        return tensor

    try:
        with quiet():
            tf.function(traced).get_concrete_function(x)
    except Exception:  # a model that runs eagerly only
        return None
    return types[-1] in _FOUND_BY_TYPE if types else None


def told_by_values(output: Output) -> bool:
    """Whether values in [0, 1] may tell an activation: a layer that answers the same to everything tells none."""
    return inside(output) and bool(np.ptp(output.values, axis=0).max() > _SPREAD)


_SPREAD = 1e-6


def scale_inputs(x: Any, factor: float) -> Any:
    """Inputs times a factor; None where one of them holds no floats (ids of words have no scale)."""
    if isinstance(x, dict):
        parts = {key: scale_inputs(part, factor) for key, part in x.items()}
        return None if any(part is None for part in parts.values()) else parts
    if isinstance(x, list | tuple):
        several = [scale_inputs(part, factor) for part in x]
        return None if any(part is None for part in several) else type(x)(several)
    array = np.asarray(x)
    return array * array.dtype.type(factor) if array.dtype.kind == "f" else None


ROWS_SCALED = 8
"""Examples of the batch that are scaled."""


def run(model: Any, x: Any, names: list[str]) -> dict[str, Any]:
    """{output name: tensor} of one pass that changes nothing."""
    with _unchanged(model), quiet():
        return _by_name(model(x, training=False), names)


def _by_name(result: Any, names: list[str]) -> dict[str, Any]:
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
    if values.shape[-1] == 1 and (values == 1).all():
        return frozenset({Activation.SOFTMAX})
    tolerance = _HALF_PRECISION_SUM.get(output.dtype, ROW_SUM_TOLERANCE)
    if values.shape[-1] > 1 and (np.abs(values.sum(axis=-1) - 1) <= tolerance).all():
        return frozenset({Activation.SOFTMAX})
    if not output.recovered and not told_by_values(output):
        return frozenset(Activation)
    if output.scaled is Scaled.LEAVES and not output.recovered:
        return frozenset({Activation.LINEAR, Activation.OTHER, Activation.LOG_SOFTMAX})
    if output.recovered or output.scaled is Scaled.SATURATES:
        return frozenset({Activation.SIGMOID})
    if output.scaled is None and values.size >= ENOUGH_CELLS:  # raw scores would have been negative somewhere
        return frozenset({Activation.SIGMOID, Activation.OTHER})
    return frozenset(Activation) - {Activation.SOFTMAX}


ENOUGH_CELLS = 20
"""From this many values in [0, 1] on, none of them negative, raw scores are ruled out."""
_HALF_PRECISION_SUM = {"float16": 5e-3, "bfloat16": 3e-2}
"""How far from 1 a row of probabilities may sum where each was rounded to this dtype."""


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


def swapped(loss: LossFacts, labels: NDArray, tensor: Any) -> bool:
    """Whether a function of the user's own is a cross-entropy with its arguments the other way round.

    For predictions of several degrees of sureness it must be the same multiple of the swapped cross-entropy (its scale,
    and where it cuts a logarithm, are the user's), and no multiple of the right one.
    """
    import keras

    if not labels.size or labels.min() < 0 or labels.max() > 1:
        return False
    target = keras.ops.cast(keras.ops.reshape(keras.ops.convert_to_tensor(labels), tensor.shape), "float32")
    whole = as_compiled(loss.live)
    forms = ((keras.losses.binary_crossentropy, True), (keras.losses.categorical_crossentropy, False))
    with quiet():
        for function, independent in forms:
            shares = [as_probabilities(each, independent=independent) for each in guesses(tuple(tensor.shape))]
            tried = [keras.ops.convert_to_tensor(each) for each in shares]
            own = [float(whole(target, p)) for p in tried]
            right = [float(keras.ops.mean(function(target, p))) for p in tried]
            wrong = [float(keras.ops.mean(function(p, target))) for p in tried]
            if multiple(own, wrong, 0.02) and not multiple(own, right, 0.05):
                return True
    return False
