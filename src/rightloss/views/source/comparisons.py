"""Comparisons of data: predictions against a threshold, labels against one of them, a name against all names."""

from __future__ import annotations

import ast

from rightloss.contract.vocabulary import Labels
from rightloss.views.source.machine import Machine
from rightloss.views.source.ranges import keeps_shape
from rightloss.views.source.selections import is_random
from rightloss.views.source.values import Const, Data, Obj, Seq, Tensor, Unknown, Value, constant

_IDS = frozenset({Labels.INDEX, Labels.BINARY})


def compare(machine: Machine, left: Value, right: Value, kind: type[ast.cmpop], node: ast.AST) -> Value:
    """`left < right`: predictions against a threshold are decoded, data becomes 0/1."""
    names = _names(right) or _names(left)
    if kind is ast.Eq and names and isinstance(left if names is right else right, Unknown):
        units = Const(len(names.items))  # a text beside each name: true at its place among them
        return Data(frozenset({Labels.ONEHOT}), units, True, None, 0, 1, True, node, "a name compared with all names")
    for one, other in ((left, right), (right, left)):
        if kind in (ast.Eq, ast.NotEq) and _are_labels(other):
            machine.recorder.judge(one, whole=False)
    flipped = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
    for one, other, how in ((left, right, kind), (right, left, flipped.get(kind, kind))):
        limit = constant(other)
        ordered = how in (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
        if isinstance(one, Data | Tensor) and (limit is not None or not ordered):
            if ordered and isinstance(limit, int | float) and not isinstance(limit, bool):
                machine.recorder.threshold(machine, one, float(limit), node)
            shape = one.shape if isinstance(one, Data) and _alike(one, other) else None
            vector = shape is not None and (len(shape) == 1 or (len(shape) == 2 and constant(shape[1]) == 1))
            encoding = frozenset({Labels.BINARY, Labels.INDEX}) if vector else None
            why = (
                "random numbers that are compared"
                if isinstance(one, Data) and one.encoding is None and is_random(one.node)
                else "a comparison"
            )
            return Data(encoding, Const(2) if vector else None, True, shape, 0, 1, True, node, why)
    return Unknown("a condition", node)


def _names(value: Value) -> Seq | None:
    """A written-out list of several different names."""
    if not isinstance(value, Seq) or value.is_open or value.kind == "tuple":
        return None
    found = [each.value for each in value.items if isinstance(each, Const) and isinstance(each.value, str)]
    return value if len(found) == len(value.items) == len(set(found)) > 1 else None


def _are_labels(value: Value) -> bool:
    """Whether there is one class id for each example."""
    known = isinstance(value, Data) and value.encoding is not None and value.encoding <= _IDS
    return known and isinstance(value, Data) and len(value.shape or ()) == 1


def _alike(one: Data, other: Value) -> bool:
    """Whether a comparison leaves the shape of `one`: with a number, or with as many numbers."""
    if isinstance(other, Data):
        return keeps_shape(one, other) or (other.shape is None and other.encoding is None)
    return not isinstance(other, Seq | Obj)
