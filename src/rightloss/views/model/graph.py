"""The last operation of an output, found by walking the graph back. Nothing is executed.

Layers that only carry values on (Reshape, Dropout, a nested model ...) are looked through; what cannot be looked
through leaves the activation unknown, and a probe may narrow it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rightloss.contract import Activation

_CARRIES = {"Identity", "Dropout", "ActivityRegularization", "SpatialDropout1D", "SpatialDropout2D", "InputLayer"}
"""Hand the very same values on, and at inference the very same tensor: Keras can still look behind them."""
_MOVES = {
    "Reshape",
    "Flatten",
    "Cast",
    "Squeeze",
    "ExpandDims",
    "Rescaling",
    "Copy",
    "StopGradient",
    "Ravel",
    "Masking",
}
"""Hand the same values on in a new tensor: Keras cannot look behind them."""
_JOINS = {"Concatenate", "Average", "Stack"}
"""Hand on the values of several inputs."""
_WRAPS = {"TimeDistributed"}
_SOURCES = ("Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose",
            "Conv3DTranspose", "SeparableConv1D", "SeparableConv2D", "DepthwiseConv2D")  # fmt: skip
"""Layers whose output is raw scores unless they have an activation of their own."""

_NAMES = {
    "sigmoid": Activation.SIGMOID,
    "softmax": Activation.SOFTMAX,
    "linear": Activation.LINEAR,
    "log_softmax": Activation.LOG_SOFTMAX,
    "identity": Activation.LINEAR,
}
_UNKNOWN = frozenset(Activation)


@dataclass(frozen=True)
class Head:
    """What the graph says about one output."""

    name: str
    shape: tuple[int | None, ...]  # with the batch axis; () where unknown
    activations: frozenset[Activation] = _UNKNOWN
    word: str = ""  # the activation's own name, "tanh"
    layer: str = ""  # name of the layer that made the values
    axis: int | None = None  # of a softmax, counted from the end of `shape`: -1 is the last
    twice: Activation | None = None  # what was applied before, where this activation follows another one
    recovered: bool | None = None  # whether Keras can look behind the activation, as far as the graph says
    dtype: str = "float32"  # in which the activation is computed
    operation: Any = field(default=None, compare=False, repr=False)  # what applies the activation, where it is one

    @property
    def units(self) -> int | None:
        """Size of the last axis; 1 for an output without one."""
        if len(self.shape) == 1:
            return 1
        return self.shape[-1] if self.shape else None


def output_names(model: Any) -> list[str]:
    """Names of the outputs, in the order of a list of losses, metrics or labels; one unnamed output is "output".

    A model that returns a dict names them itself. Keras sorts those names wherever it meets a list, but for an
    OrderedDict, which keeps its order.
    """
    outputs = getattr(_functional(model), "_outputs_struct", None)
    if isinstance(outputs, Mapping):
        return list(outputs) if isinstance(outputs, OrderedDict) else sorted(outputs)
    names = getattr(model, "output_names", None)
    return list(names) if names else ["output"]


def heads(model: Any) -> list[Head]:
    """One Head for each output of a model, in the order of `output_names`; empty where the model has no graph."""
    inner, names = _functional(model), output_names(model)
    outputs = getattr(inner, "_outputs_struct", None)
    named = [outputs[name] for name in names] if isinstance(outputs, Mapping) else None
    tensors = named or getattr(inner, "outputs", None)
    if not tensors:
        return []
    found = []
    for name, tensor in zip(names, tensors, strict=False):
        shape = tuple(tensor.shape)
        found.append(replace(_walk(tensor, shape), name=name, shape=shape))
    return found


def _functional(model: Any) -> Any:
    """The functional graph of a model; a Sequential model keeps one inside."""
    inner = getattr(model, "_functional", None)
    return inner if inner is not None else model


def _walk(tensor: Any, shape: tuple[int | None, ...]) -> Head:
    history = getattr(tensor, "_keras_history", None)
    if history is None:
        return Head("", shape)
    operation, node_index, tensor_index = history
    kind = type(operation).__name__
    inner = getattr(_functional(operation), "outputs", None)
    if inner:
        return _walk(inner[tensor_index], shape)
    inputs = operation._inbound_nodes[node_index].input_tensors
    if kind in _CARRIES or (kind == "Activation" and _name(operation.activation) == "linear"):
        found = _walk(inputs[0], shape)
        # A cast between the activation and this layer makes a new tensor.
        same = not inputs or _dtype(operation) == found.dtype
        return found if same else replace(found, recovered=_unless_raw(found))
    if kind in _MOVES:
        return _moved(inputs[0], shape, operation)
    if kind in _JOINS:
        return _joined([_walk(each, tuple(each.shape)) for each in inputs], operation)
    if kind in _WRAPS:
        found = _of_layer(operation.layer, tuple(tensor.shape))
        return replace(found, recovered=_unless_raw(found))
    return _of_layer(operation, tuple(tensor.shape), inputs)


def _moved(source: Any, shape: tuple[int | None, ...], operation: Any) -> Head:
    """Values in a new tensor: the axis of a softmax survives where the last axis does."""
    found = _walk(source, shape)
    before = tuple(source.shape)
    lost = found.axis is not None and (not before or not shape or before[-1] != shape[-1] or found.axis != -1)
    if lost and Activation.SOFTMAX in found.activations and before[-1:] != (1,):
        return Head("", shape, _UNKNOWN, layer=getattr(operation, "name", ""))
    return replace(found, recovered=_unless_raw(found))


def _joined(found: list[Head], operation: Any) -> Head:
    """Several inputs: known where all have the same activation."""
    kinds = {each.activations for each in found}
    first = found[0]
    several = type(operation).__name__ != "Average" and first.activations == {Activation.SOFTMAX}
    if len(kinds) != 1 or several:  # softmaxes side by side do not sum to 1
        return Head("", first.shape, _UNKNOWN, layer=getattr(operation, "name", ""))
    return replace(first, recovered=_unless_raw(first), layer=getattr(operation, "name", ""), operation=None)


def _unless_raw(head: Head) -> bool | None:
    """A new tensor hides what lies behind an activation; raw scores have nothing to hide."""
    return head.recovered if head.activations == {Activation.LINEAR} else False


def _before(inputs: Any, kind: str) -> Activation | None:
    """The activation that an activation layer follows; a Dense in between makes new values."""
    if kind in _SOURCES or not inputs:
        return None
    below = _walk(inputs[0], tuple(inputs[0].shape)).activations
    return next(iter(below)) if below in ({Activation.SIGMOID}, {Activation.SOFTMAX}) else None


def _of_layer(operation: Any, shape: tuple[int | None, ...], inputs: Any = ()) -> Head:
    kind, name = type(operation).__name__, str(getattr(operation, "name", ""))
    dtype = _dtype(operation)
    half = dtype in ("float16", "bfloat16")
    activation, axis = _activation(operation, kind)
    if activation is None:
        return Head("", shape, _UNKNOWN, layer=name, dtype=dtype)
    known = _NAMES.get(activation, Activation.OTHER)
    hides = known in (Activation.SIGMOID, Activation.SOFTMAX)
    of_keras = str(getattr(getattr(operation, "activation", None), "__module__", "keras")).startswith("keras")
    recovered = None if not hides else False if half else True if of_keras else None
    rank = len(shape)
    from_end = None if known is not Activation.SOFTMAX else (axis if axis < 0 else axis - rank)
    twice = _before(inputs, kind) if hides else None
    return Head("", shape, frozenset({known}), activation, name, from_end, twice, recovered, dtype, operation)


def _activation(operation: Any, kind: str) -> tuple[str | None, int]:
    """Name of the activation an operation applies last, and the axis; None where nothing can be said."""
    if kind in ("Softmax", "LogSoftmax", "Sigmoid"):
        axis = getattr(operation, "axis", -1)
        name = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "Sigmoid": "sigmoid"}[kind]
        return (name, axis) if isinstance(axis, int) else (None, -1)
    if kind in ("ReLU", "Relu", "LeakyReLU", "PReLU", "ELU", "Tanh"):
        return kind.lower(), -1
    if kind == "Activation" or kind in _SOURCES:
        return _name(operation.activation) or None, -1
    return None, -1


def _name(activation: Any) -> str:
    """The name of an activation function; "" for functions without one, such as lambdas."""
    if activation is None:
        return "linear"
    name = str(getattr(activation, "__name__", ""))
    module = str(getattr(activation, "__module__", ""))
    return name if module.startswith(("keras", "tensorflow")) and name in _all_names() else ""


def _all_names() -> set[str]:
    import keras

    return {name for name in dir(keras.activations) if not name.startswith("_")}


def _dtype(operation: Any) -> str:
    return str(getattr(operation, "compute_dtype", None) or "float32")
