"""Last layers without a layer object: layers called as functions, products with weights of the program's own."""

from __future__ import annotations

from rightloss.views.source import layers
from rightloss.views.source.head import Head, activation_name, unknown
from rightloss.views.source.values import Args, Data, Obj, Seq, Tensor, Value, number
from rightloss.views.source.worlds import World


def called_layer(name: str, value: Tensor, world: World) -> Head:
    """`tf.layers.dense(x, 10)` and its kin."""
    index, names, activation_index, default = layers.UNIT_FUNCTIONS[name]
    args = value.args or Args(None)
    given = world.pick(args.get(activation_index, "activation", "activation_fn"))
    activation = activation_name(given, world) if given is not None else None if args.is_open else default
    return Head(
        number(world.pick(args.get(index, *names))),
        activation,
        recovered=None,
        node=value.node,
        activation_node=args.place(activation_index, "activation", "activation_fn"),
        units_node=args.place(index, *names),
        layer=name.rpartition(".")[2],
        why="" if activation is not None else "the activation of the last layer is not known",
    )


def product(value: Tensor, world: World) -> Head:
    """`tf.matmul(x, w)`: raw scores, as many as the weights have columns."""
    if len(value.inputs) > 1:
        return unknown("a product of two branches is a similarity, not a layer", value.node)
    sides = value.args.positional if value.args is not None else value.inputs
    weights = [each for each in sides if not isinstance(world.pick(each), Tensor)]
    plain = value.args is not None and not value.args.keywords and len(value.args.positional) == 2
    units = _columns(world.pick(weights[-1]), world) if weights and plain else None
    return Head(units, "linear", recovered=None, node=value.node, layer="a product with weights")


def _columns(weights: Value | None, world: World, depth: int = 4) -> Value | None:
    """The last size of a variable, where its shape is written out."""
    if isinstance(weights, Data):
        return weights.shape[-1] if weights.shape else None
    if not isinstance(weights, Obj) or not depth:
        return None
    shape = world.pick(weights.args.get(None if weights.short == "Variable" else 1, "shape"))
    if isinstance(shape, Seq) and shape.items and not shape.is_open:
        return number(world.pick(shape.items[-1]))
    first = weights.args.positional[0] if weights.args.positional else None
    if isinstance(first, Seq) and first.items and not first.is_open and weights.short != "Variable":
        return number(world.pick(first.items[-1]))
    return _columns(world.pick(first), world, depth - 1) if weights.short == "Variable" else None
