"""The program's own line without one of two activations that follow each other."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import TypeGuard

from rightloss.contract.setup import Twice
from rightloss.views.source import layers
from rightloss.views.source.head import Head
from rightloss.views.source.notebooks import Program
from rightloss.views.source.spans import span
from rightloss.views.source.written import head_call

LONGEST = 100
"""Characters of a line that is shown; a longer one is not read by anybody."""


def twice(program: Program, path: str, head: Head) -> Twice:
    """Both activations of a head that has two, with the line to write for either one alone."""
    place = span(program, path, head.activation_node)
    where = f"the model without the second {head.activation} at {place}" if place is not None else ""
    line = _without(program, head.activation_node)
    shown = line if len(line) <= LONGEST and "\n" not in line else ""
    own = head_call(head) if _has_activation(head) else None
    return Twice(str(head.twice), str(head.activation), shown or where, own.code() if own is not None else "")


def _has_activation(head: Head) -> bool:
    """Whether the first activation is an argument of the last layer that has units, and these stand there too."""
    call = head.node
    if not isinstance(call, ast.Call) or head.layer not in layers.UNITS:
        return False
    place = layers.UNITS[head.layer][2]
    named = any(each.arg == "activation" for each in call.keywords)
    inside = any(each is head.units_node for each in ast.walk(call))
    return inside and (named or (place is not None and len(call.args) > place))


def _without(program: Program, node: ast.AST | None) -> str:
    """The statement or the call without the layer that `node` belongs to; empty where it is written in another way."""
    if node is None or not hasattr(node, "lineno"):
        return ""
    chain = next((found for each in program.body if (found := _chain(each, node))), [])
    if _is_function(node):  # keras.ops.softmax(x)
        return _with(chain[:-1], node, node.args[0])
    for position in range(len(chain) - 1, 0, -1):
        inner, above = chain[position], chain[position - 1]
        if isinstance(above, ast.Call) and above.func is inner:  # out = Softmax()(x)
            return _with(chain[: position - 1], above, above.args[0]) if len(above.args) == 1 else ""
        if isinstance(above, ast.List | ast.Tuple):  # Sequential([…, Softmax()])
            return _with(chain[: position - 1], above, _fewer(above, inner))
        if _adds(above) and inner in above.args:  # model.add(Softmax())
            return _deleted(chain[: position - 1], above)
    return ""


def _chain(above: ast.AST, node: ast.AST) -> list[ast.AST]:
    """The way from a statement down to one of its nodes; empty where it is none of them."""
    if above is node:
        return [above]
    for child in ast.iter_child_nodes(above):
        if _covers(child, node) and (found := _chain(child, node)):
            return [above, *found]
    return []


def _covers(outer: ast.AST, inner: ast.AST) -> bool:
    """Whether a node may hold another one, by where they stand."""
    first, last = getattr(outer, "lineno", None), getattr(outer, "end_lineno", None)
    return first is None or last is None or first <= inner.lineno <= last  # type: ignore[attr-defined]


def _is_function(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether this is a function of one tensor, rather than the making of a layer."""
    return (
        isinstance(node, ast.Call) and len(node.args) == 1 and ast.unparse(node.func).rpartition(".")[2][:1].islower()
    )


def _adds(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add"


def _fewer(items: ast.List | ast.Tuple, gone: ast.AST) -> ast.expr:
    kept = copy.copy(items)
    kept.elts = [each for each in items.elts if each is not gone]
    return kept


def _deleted(outer: Sequence[ast.AST], call: ast.Call) -> str:
    """A statement of its own, as a comment; nothing else may hold it up."""
    if not outer or not isinstance(outer[-1], ast.Expr):
        return ""
    block = getattr(outer[-2], "body", ()) if len(outer) > 1 else (outer[-1], None)
    return f"# {ast.unparse(call)}" if len(block) > 1 else ""


def _with(outer: Sequence[ast.AST], old: ast.expr, new: ast.expr) -> str:
    """The assignment, return or call around an expression, with another one in its place; empty for other places."""
    if not outer:
        return ""
    kept: ast.AST = copy.copy(outer[-1])
    if isinstance(kept, ast.Assign | ast.Return) and kept.value is old:
        kept.value = new
        named = isinstance(new, ast.Name) and isinstance(kept, ast.Assign) and len(kept.targets) == 1
        if named and ast.unparse(kept.targets[0]) == ast.unparse(new):  # type: ignore[union-attr]
            return f"# {ast.unparse(outer[-1])}"
    elif isinstance(kept, ast.Call) and old in kept.args:
        kept.args = [new if each is old else each for each in kept.args]
    elif isinstance(kept, ast.List | ast.Tuple) and old in kept.elts and not isinstance(old, ast.List | ast.Tuple):
        kept.elts = [new if each is old else each for each in kept.elts]
        return _with(outer[:-1], outer[-1], kept)  # type: ignore[arg-type]
    elif isinstance(kept, ast.keyword) and kept.value is old and len(outer) > 1 and isinstance(outer[-2], ast.Call):
        call, word = copy.copy(outer[-2]), ast.keyword(kept.arg, new)
        call.keywords = [word if each is outer[-1] else each for each in call.keywords]
        return ast.unparse(call)
    else:
        return ""
    return ast.unparse(kept)
