"""Shapes of symbolic tensors, as far as layers say: enough for the class axis, Flatten, labels per token."""

from __future__ import annotations

from rightloss.views.source import layers
from rightloss.views.source.models import FUNCTIONAL, SEQUENTIAL, is_application
from rightloss.views.source.values import Args, Const, Obj, Ref, Seq, Tensor, UserClass, Value, constant, number
from rightloss.views.source.worlds import World

Shape = tuple[Value | None, ...]
MAX_WALK = 200
_POOLS = {"1D": 2, "2D": 2, "3D": 2}


def rank(value: Value | None, world: World) -> int | None:
    """Axes of a tensor, the batch included; None where not known."""
    found = shape(value, world)
    return len(found) if found is not None else None


def last_dimension(value: Value | None, world: World) -> Value | None:
    """Size of the last axis."""
    found = shape(value, world)
    return found[-1] if found else None


def shape(value: Value | None, world: World, depth: int = MAX_WALK) -> Shape | None:
    """Sizes of the axes, the batch first (always None); None where the number of axes is not known."""
    value = world.peek(value)
    if depth <= 0 or not isinstance(value, Tensor):
        return None
    op = world.peek(value.op)
    if isinstance(op, Ref):
        if op.name == "keras.layers.Input":
            return _input(value.args)
        if op.name.rpartition(".")[2] in ("softmax", "sigmoid", "log_softmax", "relu", "tanh", "cast", "identity"):
            return shape(value.inputs[0], world, depth - 1) if value.inputs else None
        return None
    if not isinstance(op, Obj) or isinstance(op.cls, UserClass):
        return None
    if op.cls in (SEQUENTIAL, FUNCTIONAL):
        inner = op.attrs.get("top") or op.attrs.get("outputs")
        return shape(inner, world, depth - 1) if inner is not None else None
    if is_application(op.cls):
        return _application(op)
    below = _declared(op, world)
    if below is None:
        below = shape(value.inputs[0], world, depth - 1) if value.inputs else world.fed
    return _layer(op, below, world)


def _application(op: Obj) -> Shape | None:
    if constant(op.args.get(0, "include_top")) is False:
        return (None, None) if constant(op.args.get(None, "pooling")) in ("avg", "max") else (None, None, None, None)
    return (None, None)


def _input(args: Args | None) -> Shape | None:
    given = args.get(0, "shape") if args is not None else None
    batched = args.get(None, "batch_shape") if args is not None else None
    if batched is not None:
        return _sizes(batched)
    sizes = _sizes(given)
    return (None, *sizes) if sizes is not None else None


def _sizes(value: Value | None) -> Shape | None:
    if isinstance(value, Seq) and not value.is_open:
        return tuple(number(each) if constant(each) is not None else None for each in value.items)
    if isinstance(value, Const) and isinstance(value.value, int):
        return (value,)
    return None


def _declared(op: Obj, world: World) -> Shape | None:
    """What `input_shape=` and its older kin say at a first layer."""
    given = world.peek(op.args.get(None, "input_shape", "batch_input_shape"))
    if given is not None:
        sizes = _sizes(given)
        if sizes is not None and "batch_input_shape" in op.args.keywords:
            return sizes
        return (None, *sizes) if sizes is not None else None
    if op.short == "InputLayer":
        sizes = _sizes(world.peek(op.args.get(0, "shape", "input_shape")))
        return (None, *sizes) if sizes is not None else None
    if "input_dim" in op.args.keywords and op.short == "Dense":
        return (None, number(op.args.keywords["input_dim"]))
    if op.short == "Embedding":
        return (None, number(op.args.get(None, "input_length")))
    return None


def _layer(op: Obj, below: Shape | None, world: World) -> Shape | None:
    kind, layer = op.short, op
    if kind in layers.WRAPPERS:
        inner = world.peek(op.args.get(0, "layer"))
        if not isinstance(inner, Obj) or isinstance(inner.cls, UserClass):
            return None
        if kind == "TimeDistributed":
            return _time_distributed(inner, below, world)
        kind, layer = inner.short, inner
    if kind in ("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU"):
        return _recurrent(layer, below, world)
    if kind == "Embedding":
        return (*below, number(world.peek(layer.args.get(1, "output_dim")))) if below is not None else None
    if kind in layers.UNITS:
        return _units(kind, layer, below, world)
    if kind == "Flatten":
        return _flat(below)
    if kind == "Reshape":
        sizes = _sizes(world.peek(layer.args.get(0, "target_shape", "dims")))
        return (None, *(None if constant(each) == -1 else each for each in sizes)) if sizes is not None else None
    if kind.startswith("Global") and "Pool" in kind:
        return (None, below[-1]) if below else (None, None)
    if kind == "RepeatVector":
        return (None, number(layer.args.get(0, "n")), below[-1]) if below else None
    if kind in layers.PASSES or kind in layers.NORMALIZES or kind in layers.ACTIVATIONS or kind == "Activation":
        return below
    if kind in layers.RESHAPES and kind != "Permute" and below is not None:
        return (None, *(None for _ in below[1:-1]), below[-1])
    return None


def _time_distributed(inner: Obj, below: Shape | None, world: World) -> Shape | None:
    if below is None or len(below) < 3:
        return None
    found = _layer(inner, (None, *below[2:]), world)
    return (None, below[1], *found[1:]) if found is not None else None


def _recurrent(layer: Obj, below: Shape | None, world: World) -> Shape | None:
    keeps = world.peek(layer.args.get(None, "return_sequences"))
    size = number(world.peek(layer.args.get(0, "units", "output_dim")))
    if (keeps is None and not layer.args.is_open) or constant(keeps) is False:
        return (None, size)
    if constant(keeps) is True:
        return (None, below[1] if below is not None and len(below) > 1 else None, size)
    return None


def _units(kind: str, layer: Obj, below: Shape | None, world: World) -> Shape | None:
    index, names, _, _ = layers.UNITS[kind]
    size = number(world.peek(layer.args.get(index, *names)))
    if kind in ("Dense", "TimeDistributedDense"):
        return (*below[:-1], size) if below is not None else None
    for dims, word in ((3, "1D"), (4, "2D"), (5, "3D")):
        if word in kind:
            return (None, *([None] * (dims - 2)), size)
    return None


def _flat(below: Shape | None) -> Shape | None:
    if below is None:
        return (None, None)
    if len(below) == 2:
        return below
    total = 1
    for each in below[1:]:
        size = constant(each)
        if not isinstance(size, int):
            return (None, None)
        total *= size
    return (None, Const(total))
