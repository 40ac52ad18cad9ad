"""What a loss gets: the last layer as far as it could be read, and the names of activations."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from rightloss.views.source import layers
from rightloss.views.source.values import Const, Function, Obj, Ref, Value
from rightloss.views.source.worlds import World


@dataclass(frozen=True, slots=True)
class Head:
    """What the loss gets. `activation` is None where it is not known; `why` says what could not be read."""

    units: Value | None = None
    activation: str | None = None
    axis: str | None = "last"  # "last", "another", None: not known
    recovered: bool | None = None  # whether Keras on TensorFlow finds the values before the activation
    twice: str | None = None  # the activation below, where a second one follows
    node: ast.AST | None = None  # the last layer that has units
    activation_node: ast.AST | None = None
    units_node: ast.AST | None = None
    layer: str = ""
    name: str | None = None
    rank: int | None = None  # axes of the output, the batch included
    why: str = ""
    through: tuple[str, ...] = field(default=())  # layers between the activation and the loss


def unknown(why: str, node: ast.AST | None = None) -> Head:
    """A head that could not be read."""
    return Head(None, None, None, None, None, node, why=why)


def activation_name(value: Value, world: World) -> str | None:
    """The name of an activation that was passed as an argument."""
    value = world.pick(value) or value
    if isinstance(value, Const):
        if value.value is None:
            return "linear"
        return layers.ACTIVATION_NAMES.get(value.value, value.value) if isinstance(value.value, str) else None
    if isinstance(value, Ref):
        last = value.name.rpartition(".")[2]
        return (
            layers.ACTIVATION_NAMES.get(last, last)
            if last.islower() or last in layers.ACTIVATIONS
            else (layers.ACTIVATIONS.get(last))
        )
    if isinstance(value, Obj) and isinstance(value.cls, str) and value.short in layers.ACTIVATIONS:
        return layers.ACTIVATIONS[value.short]
    if (
        isinstance(value, Obj)
        and isinstance(value.cls, str)
        and value.short in ("Activation", "get")
        and value.args.positional
    ):
        return activation_name(value.args.positional[0], world)
    if isinstance(value, Function):
        return None
    return None
