"""The program's own line without an activation that comes twice."""

from __future__ import annotations

import ast
import copy
from typing import TypeGuard

from rightloss.contract.setup import Twice
from rightloss.views.source import layers
from rightloss.views.source.head import Head
from rightloss.views.source.notebooks import Program
from rightloss.views.source.spans import span
from rightloss.views.source.written import head_call

LONGEST = 100
"""Characters of a line that is shown; a longer one is not read by anybody."""


def twice(program: Program, path: str, head: Head) -> Twice | None:
    """Both activations of a head that has two, with the line to write for either one alone."""
    if head.twice is None or head.activation is None:
        return None
    place = span(program, path, head.activation_node)
    where = f"the model without the second {head.activation} at {place}" if place is not None else ""
    own = head_call(head) if _has_activation(head) else None
    without_first = own.code() if own is not None else ""
    return Twice(head.twice, head.activation, _without(program, head.activation_node) or where, without_first)


def _has_activation(head: Head) -> bool:
    """Whether the first activation is an argument of the last layer that has units."""
    if not isinstance(head.node, ast.Call) or head.layer not in layers.UNITS:
        return False
    place = layers.UNITS[head.layer][2]
    named = any(each.arg == "activation" for each in head.node.keywords)
    return named or (place is not None and len(head.node.args) > place)


def _without(program: Program, node: ast.AST | None) -> str:
    """The statement or the call without the layer that `node` belongs to; empty where it is written in another way."""
    line = getattr(node, "lineno", None)
    found = (each for each in program.body if line and each.lineno <= line <= (each.end_lineno or each.lineno))
    outer = next(found, None)
    parents = {child: each for each in ast.walk(outer) for child in ast.iter_child_nodes(each)} if outer else {}
    if _is_function(node) and node in parents:  # keras.ops.softmax(x)
        return _short(_with(parents[node], node, node.args[0]))
    inner: ast.AST | None = node
    while inner is not None and (above := parents.get(inner)) is not None:
        line_left = _step(inner, above, parents)
        if line_left:
            return _short(line_left)
        inner = above
    return ""


def _is_function(node: ast.AST | None) -> TypeGuard[ast.Call]:
    """Whether this is a function of one tensor, rather than the making of a layer."""
    return (
        isinstance(node, ast.Call) and len(node.args) == 1 and ast.unparse(node.func).rpartition(".")[2][:1].islower()
    )


def _short(line: str) -> str:
    return line if len(line) <= LONGEST and "\n" not in line else ""


def _step(inner: ast.AST, above: ast.AST, parents: dict[ast.AST, ast.AST]) -> str:
    """What is left where `inner`, inside `above`, is the layer; empty where it is no such place."""
    place = parents.get(above)
    if isinstance(above, ast.List | ast.Tuple) and isinstance(place, ast.Call):  # Sequential([…, Softmax()])
        fewer = copy.copy(above)
        fewer.elts = [each for each in above.elts if each is not inner]
        return _with(place, above, fewer)
    if not isinstance(above, ast.Call) or place is None:
        return ""
    added = isinstance(above.func, ast.Attribute) and above.func.attr == "add" and inner in above.args
    if added and isinstance(place, ast.Expr):  # model.add(Softmax())
        return f"# {ast.unparse(above)}"
    if above.func is inner and len(above.args) == 1:  # out = Softmax()(x)
        return _with(place, above, above.args[0])
    return ""


def _with(place: ast.AST, old: ast.expr, new: ast.expr) -> str:
    """An assignment, a return or a call with one expression in the place of another."""
    kept: ast.AST = copy.copy(place)
    if isinstance(kept, ast.Assign | ast.Return) and kept.value is old:
        kept.value = new
    elif isinstance(kept, ast.Call) and old in kept.args:
        kept.args = [new if each is old else each for each in kept.args]
    else:
        return ""
    return ast.unparse(kept)
