"""Evaluation of expressions to abstract values; assignment to targets; truth and iteration of values."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from rightloss.views.source import access, arrays, calls, containers, layers, operators
from rightloss.views.source.gathered import decided_late, one_of
from rightloss.views.source.machine import Machine, OutOfSteps, Scope
from rightloss.views.source.names import conventional
from rightloss.views.source.outcomes import iterate, truth
from rightloss.views.source.ranges import arithmetic
from rightloss.views.source.selections import some
from rightloss.views.source.values import (
    ALWAYS,
    Const,
    Data,
    Function,
    Gap,
    Guard,
    Map,
    Ref,
    Seq,
    Tensor,
    Unknown,
    Value,
    guarded,
    merge,
)

MAX_RANGE = 64
_BUILTIN_REFS = frozenset((
    *containers.BUILTINS, "bool", "print", "abs", "round", "reversed", "filter", "setattr", "hasattr", "super", "type",
    "open", "any", "all", "object", "property",
))  # fmt: skip


def evaluate(machine: Machine, node: ast.expr) -> Value:
    """The abstract value of an expression."""
    machine.steps += 1  # `Machine.spend`, written out where it is called most
    if machine.steps > machine.limit:
        raise OutOfSteps
    handler = _EXPRESSIONS.get(type(node))
    return handler(machine, node) if handler is not None else Unknown("an expression that is not read", node)


def _constant(machine: Machine, node: ast.Constant) -> Value:
    try:
        cached: Value = node._value  # type: ignore[attr-defined]
    except AttributeError:
        cached = Const(node.value, node)
        node._value = cached  # type: ignore[attr-defined]
    return cached


def _name(machine: Machine, node: ast.Name) -> Value:
    found = machine.lookup(node.id)
    if found is not None:
        return found
    if node.id == "__name__":
        return Const("__main__", node)
    if node.id in ("NotImplementedError", "NotImplemented"):
        return Unknown("a method is left to a subclass", node)
    if node.id in _BUILTIN_REFS:
        return Ref(f"builtins.{node.id}")
    module = machine.scope.module()
    known = None if module.stars else conventional(node.id, layers.NAMES)
    made: Value = Ref(known) if known else Unknown(f"nothing in this file defines {node.id}", node)
    machine.store(module.names, node.id, made)  # reading it twice gives the same unknown
    return made


def _attribute(machine: Machine, node: ast.Attribute) -> Value:
    return access.attribute(machine, evaluate(machine, node.value), node.attr, node)


def _subscript(machine: Machine, node: ast.Subscript) -> Value:
    base = evaluate(machine, node.value)
    index = node.slice
    if isinstance(index, ast.Slice | ast.Tuple):
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        return access.sliced(machine, base, [_index_part(machine, part) for part in parts], node)
    return access.item(machine, base, evaluate(machine, index), node)


def _index_part(machine: Machine, part: ast.expr) -> Value | slice:
    if isinstance(part, ast.Slice):
        bounds = [evaluate(machine, each) if each is not None else None for each in (part.lower, part.upper, part.step)]
        return slice(*bounds)
    return evaluate(machine, part)


def _call(machine: Machine, node: ast.Call) -> Value:
    return calls.call(machine, node)


def _sequence(machine: Machine, node: ast.List | ast.Tuple | ast.Set) -> Value:
    items: list[Value] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            inner = iterate(evaluate(machine, element.value), element)
            items.extend(inner if inner is not None else [Gap()])
        else:
            items.append(evaluate(machine, element))
    return Seq.of(items, "tuple" if isinstance(node, ast.Tuple) else "list", node)


def _dict(machine: Machine, node: ast.Dict) -> Value:
    items: dict[Any, Value] = {}
    is_open = False
    for key, value_node in zip(node.keys, node.values, strict=True):
        value = evaluate(machine, value_node)
        if key is None:
            if isinstance(value, Map):
                items.update(value.items)
            is_open = is_open or not isinstance(value, Map) or value.is_open
            continue
        found = evaluate(machine, key)
        if isinstance(found, Const) and isinstance(found.value, str | int | float | bool | bytes | None):
            items[found.value] = value
        else:
            is_open = True
    return Map(items, is_open, node)


def _joined(machine: Machine, node: ast.JoinedStr) -> Value:
    text = ""
    for part in node.values:
        value = evaluate(machine, part.value if isinstance(part, ast.FormattedValue) else part)
        if not isinstance(value, Const) or (isinstance(part, ast.FormattedValue) and part.format_spec is not None):
            return Unknown("a text that is not known", node)
        text += str(value.value)
    return Const(text, node)


_OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
    ast.MatMult: ("@", operator.matmul),
}


def _binary(machine: Machine, node: ast.BinOp) -> Value:
    left, right = evaluate(machine, node.left), evaluate(machine, node.right)
    found = _OPERATORS.get(type(node.op))
    if found is None:
        return arithmetic(left, right, "&", node)
    sign, function = found
    if sign in ("//", "%"):
        machine.recorder.place(left, node.left)
    return operators.spread(lambda one, other: operators.binary(one, other, sign, function, node), left, right)


def _unary(machine: Machine, node: ast.UnaryOp) -> Value:
    value = evaluate(machine, node.operand)
    if isinstance(node.op, ast.Not):
        decided = truth(value)
        return Const(not decided, node) if decided is not None else Unknown("a condition", node)
    if isinstance(value, Const) and isinstance(value.value, int | float):
        return Const(-value.value if isinstance(node.op, ast.USub) else value.value, node)
    return arithmetic(value, Const(-1), "*", node) if isinstance(value, Data | Tensor) else Unknown("a sign", node)


def _compare(machine: Machine, node: ast.Compare) -> Value:
    left = evaluate(machine, node.left)
    rights = [evaluate(machine, each) for each in node.comparators]
    if len(rights) != 1:
        return Unknown("a condition", node)
    return operators.spread(lambda one, other: operators.comparison(machine, one, other, node), left, rights[0])


def _boolean(machine: Machine, node: ast.BoolOp) -> Value:
    """`a or b`, `a and b`: the deciding operand, or a choice where an earlier one is undecided."""
    possible: list[Value] = []
    stops_on = isinstance(node.op, ast.Or)
    for position, each in enumerate(node.values):
        value = evaluate(machine, each)
        decided = truth(value)
        last = position == len(node.values) - 1
        if decided is stops_on or last:
            possible.append(value)
            break
        if decided is None:
            possible.append(value)
    if len(possible) == 1:
        return possible[0]
    branch = machine.new_branch()
    return guarded([(frozenset({(branch, arm)}), value) for arm, value in enumerate(possible)])


def _conditional(machine: Machine, node: ast.IfExp) -> Value:
    decided = truth(evaluate(machine, node.test))
    if decided is not None:
        return evaluate(machine, node.body if decided else node.orelse)
    branch, before = machine.new_branch(), machine.path
    found: list[tuple[Guard, Value]] = []
    for arm, each in enumerate((node.body, node.orelse)):
        guard: Guard = frozenset({(branch, arm)})
        machine.path = merge(before, guard) or ALWAYS
        try:
            found.append((guard, evaluate(machine, each)))
        finally:
            machine.path = before
    return guarded(found)


def _lambda(machine: Machine, node: ast.Lambda) -> Value:
    spec = node.args
    plain = [*spec.posonlyargs, *spec.args]
    pairs = zip(plain[len(plain) - len(spec.defaults) :], spec.defaults, strict=True)
    made = Function(node, machine.scope, "<lambda>", {p.arg: evaluate(machine, d) for p, d in pairs})
    machine.recorder.defined(made)
    return made


def _comprehension(machine: Machine, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Value:
    outer = machine.scope
    machine.scope = Scope(parent=outer)
    try:
        items = _comprehend(machine, node.generators, node.elt)
    finally:
        machine.scope = outer
    return Seq.of(items, "list", node)


def _comprehend(machine: Machine, generators: list[ast.comprehension], element: ast.expr) -> list[Value]:
    if not generators:
        return [evaluate(machine, element)]
    first = generators[0]
    items = iterate(evaluate(machine, first.iter), first.iter)
    if items is None or len(items) > MAX_RANGE or any(isinstance(item, Gap) for item in items):
        sample = one_of(items or (), first.target)
        sample = sample or Unknown("one of many items", first.target)
        assign(machine, first.target, some(sample) if first.ifs else sample)
        inner = _comprehend(machine, generators[1:], element)
        one = inner[0] if inner else None
        if one is not None and first.ifs:
            one = decided_late(one, frozenset({(machine.new_branch(), 0)}))
        return [Gap(one)]
    found: list[Value] = []
    for item in items:
        assign(machine, first.target, item)
        decided = [truth(evaluate(machine, test)) for test in first.ifs]
        if any(each is False for each in decided):
            continue
        inner = _comprehend(machine, generators[1:], element)
        found.extend(inner if all(decided) else [Gap(inner[0] if inner else None)])
    return found


def _dict_comprehension(machine: Machine, node: ast.DictComp) -> Value:
    outer = machine.scope
    machine.scope = Scope(parent=outer)
    try:
        pair = ast.copy_location(ast.Tuple([node.key, node.value], ast.Load()), node)
        found = _comprehend(machine, node.generators, pair)
    finally:
        machine.scope = outer
    return containers.of_pairs(found, node)


def _await(machine: Machine, node: ast.Await) -> Value:
    return evaluate(machine, node.value)


def _yield(machine: Machine, node: ast.Yield) -> Value:
    value = evaluate(machine, node.value) if node.value is not None else Const(None, node)
    if machine.frames:
        machine.frames[-1].yields.append(value)
    return Unknown("what is sent to a generator", node)


def _named(machine: Machine, node: ast.NamedExpr) -> Value:
    value = evaluate(machine, node.value)
    assign(machine, node.target, value)
    return value


def assign(machine: Machine, target: ast.expr, value: Value) -> None:
    """Bind a target of an assignment."""
    if isinstance(target, ast.Name):
        machine.bind(target.id, value)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(machine, target.elts, value)
    elif isinstance(target, ast.Attribute):
        access.set_attribute(machine, evaluate(machine, target.value), target.attr, value)
    elif isinstance(target, ast.Subscript):
        index = target.slice
        plain = None if isinstance(index, ast.Slice | ast.Tuple) else evaluate(machine, index)
        home = evaluate(machine, target.value)
        if isinstance(index, ast.Tuple) and not isinstance(index.elts[-1], ast.Slice):
            access.overwrite(machine, home, evaluate(machine, index.elts[-1]))
        elif isinstance(plain, Data):
            access.overwrite(machine, home, None)
        changed: Value | None = None
        if isinstance(index, ast.Tuple) and isinstance(home, Data) and len(index.elts) == 2:
            changed = arrays.marked(home, evaluate(machine, index.elts[0]), value, index)
        changed = changed or access.set_item(machine, home, plain, value, index)
        if changed is not None:
            rebind(machine, target.value, changed)
    elif isinstance(target, ast.Starred):
        assign(machine, target.value, value)


_VIEWS = frozenset({"loc", "iloc", "at", "iat", "values", "array", "flat"})


def rebind(machine: Machine, place: ast.expr, changed: Value) -> None:
    """What was changed in place, where it is kept: `df["y"][mask] = 0` changes a column, as `y.loc[mask] = 0` does."""
    inside = False
    while isinstance(place, ast.Attribute) and place.attr in _VIEWS:
        place, inside = place.value, True
    whole = evaluate(machine, place) if inside else None
    if whole is not None and not isinstance(whole, Data):
        access.overwrite(machine, whole, None)  # the cells of a whole frame
        return
    plain = isinstance(place, ast.Subscript) and isinstance(place.slice, ast.Constant)
    if plain or isinstance(place, ast.Name | ast.Attribute):
        assign(machine, place, changed)


def _unpack(machine: Machine, targets: list[ast.expr], value: Value) -> None:
    star = next((n for n, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
    parts = access.unpacked(machine, value, len(targets), star)
    for target, part in zip(targets, parts, strict=True):
        assign(machine, target, part)


_EXPRESSIONS: dict[type[ast.expr], Callable[[Machine, Any], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dict,
    ast.JoinedStr: _joined,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.NamedExpr: _named,
}
