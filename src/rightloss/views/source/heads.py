"""The last layer of a model: units, activation, class axis, and whether Keras can still see the raw scores."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from rightloss.views.source import layers, products, shapes
from rightloss.views.source.head import Head, activation_name, unknown
from rightloss.views.source.models import FUNCTIONAL, OPAQUE, SEQUENTIAL, is_application
from rightloss.views.source.values import (
    Args,
    Const,
    Data,
    Gap,
    Obj,
    Ref,
    Seq,
    Symbol,
    Tensor,
    Unknown,
    UserClass,
    Value,
    constant,
    number,
    same,
)
from rightloss.views.source.worlds import World

MAX_WALK = 400


def read_head(output: Value | None, world: World, depth: int = MAX_WALK) -> Head:
    """The head that a tensor is."""
    value = world.pick(output)
    if depth <= 0:
        return unknown("the chain of layers is too long")
    if isinstance(value, Seq | None):
        return unknown("the model has several outputs" if value is not None else "no branch leads here")
    if not isinstance(value, Tensor):
        why = (
            value.why if isinstance(value, Unknown | Data) and value.why else "the output is not a tensor of this file"
        )
        return unknown(why, getattr(value, "node", None))
    op = world.pick(value.op)
    if isinstance(op, Obj):
        found = _of_object(op, value, world, depth)
    elif isinstance(op, Ref):
        found = _of_operation(op.name, value, world, depth)
    elif isinstance(op, Unknown):
        found = unknown(op.why, op.node)
    else:
        found = unknown("a layer that is not read", getattr(op, "node", None))
    return found if found.rank is not None else replace(found, rank=shapes.rank(value, world))


def _below(value: Tensor, world: World, depth: int) -> Head:
    if len(value.inputs) != 1:
        return unknown("the layer has no input that is known", value.node)
    return read_head(value.inputs[0], world, depth - 1)


def _of_object(op: Obj, value: Tensor, world: World, depth: int) -> Head:
    if isinstance(op.cls, UserClass):
        for key in ("top", "outputs", "gives"):
            if isinstance(op.attrs.get(key), Value):
                return read_head(op.attrs[key], world, depth - 1)
        return unknown(f"{op.cls.node.name} is a layer of the program that could not be followed", op.node)
    if op.cls in (SEQUENTIAL, FUNCTIONAL):
        inner = op.attrs.get("top") or op.attrs.get("outputs")
        head = read_head(inner, world, depth - 1) if inner is not None else unknown("a model without layers", op.node)
        passes = op.cls == SEQUENTIAL and not head.layer and not head.why
        return _below(value, world, depth) if passes else head
    if op.cls in OPAQUE:
        return unknown(f"{op.short}() gives a model that is not in the file", op.node)
    if is_application(op.cls):
        return _application(op, world)
    kind, layer = op.short, op
    if kind in layers.WRAPPERS:
        inner_layer = world.pick(op.args.get(0, "layer"))
        if not isinstance(inner_layer, Obj) or isinstance(inner_layer.cls, UserClass):
            return unknown(f"{kind} around something that is not read", op.node)
        if inner_layer.cls in (SEQUENTIAL, FUNCTIONAL):
            return replace(_of_object(inner_layer, value, world, depth), recovered=False)
        kind, layer = inner_layer.short, inner_layer
    if not op.cls.startswith("keras.layers."):
        return unknown(f"{op.short} is not a layer of Keras", op.node)
    found = _of_layer(kind, layer, value, world, depth)
    if op.short == "Bidirectional":
        found = _both_ways(found, op)
    return replace(found, recovered=False) if layer is not op and found.activation != "linear" else found


def _both_ways(head: Head, op: Obj) -> Head:
    """A recurrent layer read in both directions: side by side unless it is told otherwise."""
    given, size = op.args.get(None, "merge_mode"), constant(head.units)
    mode = "concat" if given is None and not op.args.is_open else constant(given)
    if mode in ("sum", "mul", "ave"):
        return head
    doubled = mode == "concat" and isinstance(size, int)
    return replace(head, units=Const(2 * size, op.node) if doubled and isinstance(size, int) else None, units_node=None)


def _widest(heads: Sequence[Head]) -> Value | None:
    """The units of outputs that are added or multiplied: one unit is spread over the others."""
    units = [head.units for head in heads]
    if all(each is not None and units[0] is not None and same(each, units[0]) for each in units):
        return units[0]
    sizes = {constant(each) for each in units}
    wide = sizes - {1}
    return Const(wide.pop()) if None not in sizes and len(wide) == 1 else None


def _of_layer(kind: str, layer: Obj, value: Tensor, world: World, depth: int) -> Head:
    if kind in layers.UNITS:
        return _unit_layer(kind, layer, world)
    if kind in layers.ACTIVATIONS or kind == "Activation":
        return _activation_layer(kind, layer, value, world, depth)
    if kind in layers.PASSES:
        return _below(value, world, depth)
    if kind in layers.RESHAPES:
        below = _below(value, world, depth)
        keeps = below if kind not in layers.LOSES_UNITS else _moved(below, layer, kind, value, world)
        return replace(keeps, recovered=False, rank=None, through=(*below.through, kind))
    if kind in layers.NORMALIZES:
        below = _below(value, world, depth)
        return replace(
            below,
            activation="linear" if below.activation else None,
            recovered=None,
            twice=None,
            through=(*below.through, kind),
        )
    if kind in layers.MERGES:
        axis = world.pick(layer.args.get(0, "axis")) if kind == "Concatenate" else None
        return _merged(kind, axis, value, world, depth)
    return unknown(f"{kind} as the last layer is not read", layer.node)


def _moved(below: Head, layer: Obj, kind: str, value: Tensor, world: World) -> Head:
    """After Flatten, Reshape or Permute the last axis is another one."""
    size = shapes.last_dimension(value, world)
    same = size is not None and constant(size) is not None and constant(size) == constant(below.units)
    return replace(
        below, units=size, axis=below.axis if same else None, units_node=below.units_node if same else layer.node
    )


def _argument(layer: Obj, index: int | None, names: tuple[str, ...], world: World) -> Value | None:
    return world.pick(layer.args.get(index, *names))


def _unit_layer(kind: str, layer: Obj, world: World) -> Head:
    index, names, activation_index, default = layers.UNITS[kind]
    units = number(_argument(layer, index, names, world))
    if (
        units is None
        and not layer.args.is_open
        and layer.args.get(index, *names) is None
        and kind not in ("EinsumDense",)
    ):
        return unknown(f"{kind} without units", layer.node)
    given = _argument(layer, activation_index, ("activation",), world)
    name: str | None
    if "activation" in layer.attrs:
        name = None  # set from outside, and when that counts is not followed
    elif given is None:
        name = None if layer.args.is_open else default
    else:
        name = activation_name(given, world)
    place = layer.args.place(activation_index, "activation")
    label = constant(world.pick(layer.args.get(None, "name")))
    axis = constant(world.pick(given.args.get(0, "axis"))) if isinstance(given, Obj) else None
    return Head(
        units,
        name,
        "last" if axis in (None, -1) else None,
        True,
        None,
        layer.node,
        place,
        layer.args.place(index, *names),
        kind,
        label if isinstance(label, str) else None,
        why="" if name is not None else f"the activation of the last layer ({kind}) is not known",
    )


def _activation_layer(kind: str, layer: Obj, value: Tensor, world: World, depth: int) -> Head:
    below = _below(value, world, depth)
    if kind == "Activation":
        given = _argument(layer, 0, ("activation",), world)
        known = given is not None and "activation" not in layer.attrs
        name = activation_name(given, world) if known and given is not None else None
    else:
        name = layers.ACTIVATIONS[kind]
    axis = world.pick(layer.args.get(0, "axis")) if kind == "Softmax" else None
    casts = layer.args.get(None, "dtype") is not None
    place = layer.args.place(0, "activation") if kind == "Activation" else layer.node
    return compose(name, below, axis, value, world, place or layer.node, recovered=not (name == "linear" and casts))


def compose(
    name: str | None,
    below: Head,
    axis: Value | None,
    value: Tensor,
    world: World,
    place: ast.AST | None,
    *,
    recovered: bool | None,
) -> Head:
    """An activation on top of what is below."""
    if name is None:
        return replace(below, activation=None, why=below.why or "an activation that is not known")
    if name == "linear":
        return below if recovered else replace(below, recovered=False)
    twice = below.activation if below.activation in ("softmax", "sigmoid") else None
    why = "" if name in ("softmax", "sigmoid", "log_softmax") and below.units is None and below.why else below.why
    return replace(
        below,
        activation=name,
        axis=_axis(axis, value, world),
        recovered=recovered,
        activation_node=place,
        twice=twice,
        through=(),
        why=why,
    )


def _axis(axis: Value | None, value: Tensor, world: World) -> str | None:
    """Whether an axis is the last one."""
    position = constant(axis)
    if axis is None or position == -1 or (isinstance(axis, Const) and position is None):
        return "last"
    if not isinstance(position, int):
        return None
    if position == 0:
        return "another"  # the batch
    rank = shapes.rank(value, world)
    if rank is None:
        return None
    return "last" if position % rank == rank - 1 else "another"


def _application(op: Obj, world: World) -> Head:
    """A network that comes with Keras: its own top is softmax over `classes`."""
    top = world.pick(op.args.get(0, "include_top"))
    if top is not None and constant(top) is False:
        return unknown("features of a keras.applications network are not a classifier", op.node)
    if top is not None and constant(top) is not True:
        return unknown("include_top is not known", op.node)
    units = number(world.pick(op.args.get(None, "classes"))) or Const(1000, op.node)
    given = op.args.get(None, "classifier_activation")
    name = "softmax" if given is None else activation_name(given, world)
    return Head(
        units,
        name,
        "last",
        True,
        None,
        op.node,
        op.args.place(None, "classifier_activation"),
        op.args.place(None, "classes"),
        op.short,
        None,
        2,
    )


def _merged(kind: str, axis: Value | None, value: Tensor, world: World, depth: int) -> Head:
    """Add, Average, Concatenate: known only where all inputs agree."""
    inputs = [each.sample if isinstance(each, Gap) else each for each in value.inputs]  # a loop that was read once
    heads = [read_head(each, world, depth // 2) for each in inputs]
    if not heads or any(head.activation is None for head in heads):
        return unknown(f"{kind} of outputs that are not all known", value.node)
    names = {head.activation for head in heads}
    name = names.pop() if len(names) == 1 and (kind in layers.AVERAGES or heads[0].activation == "linear") else None
    if kind in ("Dot", "Multiply") and name != "linear":
        name = None
    units = _widest(heads)
    if kind == "Concatenate":
        units = heads[0].units
        place = _axis(axis, value, world)  # rows of several towers, or units side by side
        sizes = [constant(head.units) for head in heads]
        counted = not any(isinstance(each, Gap) for each in value.inputs)
        known = place == "last" and counted and all(isinstance(size, int) for size in sizes)
        units = Const(sum(sizes), value.node) if known else units if place == "another" else None
        if name == "softmax" and place != "another":
            name = None  # shares of several questions side by side: no row sums to 1
    if kind == "Dot":
        return unknown("a product of two branches is a similarity, not a layer", value.node)
    if name is None:
        several = len({head.activation for head in heads}) > 1
        return unknown(f"{kind} of {'different activations' if several else heads[0].activation}", value.node)
    return replace(
        heads[0],
        units=units,
        activation=name,
        recovered=False,
        node=value.node,
        units_node=None,
        name=None,
        through=(kind,),
    )


def _of_operation(name: str, value: Tensor, world: World, depth: int) -> Head:
    last = name.rpartition(".")[2]
    args = value.args or Args(None)
    if last in ("softmax", "sigmoid", "log_softmax") and name.startswith(layers.MODULES):
        below = _below(value, world, depth)
        axis = args.get(1, "axis") if last != "sigmoid" else None
        recovered = True if name.startswith("keras.") else None
        return compose(last, below, world.pick(axis), value, world, value.node, recovered=recovered)
    if last in ("relu", "tanh", "elu", "exp", "softplus", "gelu", "swish", "silu", "abs", "relu6", "leaky_relu"):
        return compose(last, _below(value, world, depth), None, value, world, value.node, recovered=True)
    if name in ("keras.layers.Input", "rightloss.y_pred"):
        return unknown("the output is an input", value.node)
    if name in layers.MERGE_FUNCTIONS:
        return _merged(layers.MERGE_FUNCTIONS[name], world.pick(args.get(1, "axis")), value, world, depth)
    if name in layers.UNIT_FUNCTIONS:
        return products.called_layer(name, value, world)
    if name in layers.PRODUCTS:
        return _product(value, world, depth)
    if last == "bias_add":
        below = _below(value, world, depth)
        return below if below.activation == "linear" else unknown("arithmetic after the last layer", value.node)
    if last in layers.SAME_VALUES:
        return replace(_below(value, world, depth), recovered=None)
    if last in layers.SHAPE_OPERATIONS or name == "tensor.item":
        below = _below(value, world, depth)
        return replace(below, recovered=False, units=None, axis=None, units_node=None, rank=None)
    if name.startswith("operator.") and len(value.inputs) == 2:
        return _arithmetic(value, world, depth)
    return unknown(f"{last}() on the way to the output is not read", value.node)


def _product(value: Tensor, world: World, depth: int) -> Head:
    """Raw scores, but for shares that weigh something: softmax times probabilities is a probability again."""
    if len(value.inputs) == 1 and read_head(value.inputs[0], world, depth // 2).activation == "softmax":
        return unknown("a mixture weighed by a softmax is not read", value.node)
    return products.product(value, world)


def _arithmetic(value: Tensor, world: World, depth: int) -> Head:
    """Sums and scaled raw scores are raw scores; what else arithmetic does to an activation is not known."""
    if getattr(value.op, "name", "") == "operator.@":
        sides = tuple(each for each in value.inputs if isinstance(world.pick(each), Tensor))
        return _product(replace(value, inputs=sides, args=Args(None, value.inputs)), world, depth)
    tensors = [each for each in (world.pick(one) for one in value.inputs) if isinstance(each, Tensor)]
    heads = [read_head(each, world, depth // 2) for each in tensors]
    linear = [head for head in heads if head.activation == "linear"]
    others = [each for each in value.inputs if not isinstance(world.pick(each), Tensor)]
    scale = all(isinstance(world.pick(each), Const | Symbol | Unknown | Obj | Data) for each in others)
    if linear and len(linear) == len(heads) and scale:
        node = linear[0].units_node if len(linear) == 1 else None
        return replace(linear[0], recovered=False, units=_widest(linear), units_node=node)
    return unknown("arithmetic after the last layer", value.node)
