"""Execution of statements, in flow order. A block returns True when flow does not leave it at its end."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from rightloss.views.source.expressions import assign, evaluate
from rightloss.views.source.gathered import one_of
from rightloss.views.source.machine import Machine, Scope, reference
from rightloss.views.source.outcomes import iterate, truth
from rightloss.views.source.values import (
    Const,
    Function,
    Gap,
    Unknown,
    UserClass,
    Value,
)

MAX_UNROLL = 24  # turns of a loop over a known list
MAX_COUNTED = 8  # turns of a loop over range(): past that it counts steps of training, not layers

_Handler = Callable[[Machine, Any], bool]


def run_block(machine: Machine, body: Sequence[ast.stmt]) -> bool:
    """Run statements one after the other."""
    for statement in body:
        machine.spend()
        handler = _STATEMENTS.get(type(statement))
        if handler is not None and handler(machine, statement):
            return True
    return False


def _expression(machine: Machine, node: ast.Expr) -> bool:
    value = node.value
    if type(value) is not ast.Constant:
        evaluate(machine, value)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name | ast.Attribute):
            name = value.func.id if isinstance(value.func, ast.Name) else value.func.attr
            if name in ("exit", "quit", "_exit"):
                return _stop(machine, node)
    return False


def _assign(machine: Machine, node: ast.Assign) -> bool:
    value = evaluate(machine, node.value)
    for target in node.targets:
        assign(machine, target, value)
    return False


def _annotated(machine: Machine, node: ast.AnnAssign) -> bool:
    if node.value is not None:
        assign(machine, node.target, evaluate(machine, node.value))
    return False


def _augmented(machine: Machine, node: ast.AugAssign) -> bool:
    read = ast.copy_location(ast.BinOp(_as_load(node.target), node.op, node.value), node)
    assign(machine, node.target, evaluate(machine, read))
    return False


def _as_load(target: ast.expr) -> ast.expr:
    """The expression that reads an assignment target."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if isinstance(target, ast.Attribute):
        return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    return target


def _if(machine: Machine, node: ast.If) -> bool:
    decided = truth(evaluate(machine, node.test))
    if decided is not None:
        return run_block(machine, node.body if decided else node.orelse)
    by_size = _asks_size(node.test)
    machine.recorder.by_size += by_size
    if by_size:
        machine.recorder.sized.add(machine.next_branch)
    try:
        return machine.try_arms((lambda: run_block(machine, node.body), lambda: run_block(machine, node.orelse)))
    finally:
        machine.recorder.by_size -= by_size


_SIZES = frozenset({"shape", "ndim", "output_shape", "size"})


def _asks_size(test: ast.expr) -> bool:
    """Whether a condition looks at how many values there are: each arm reads predictions of another width."""
    return any(
        (isinstance(each, ast.Attribute) and each.attr in _SIZES) or (isinstance(each, ast.Name) and each.id == "len")
        for each in ast.walk(test)
    )


def _for(machine: Machine, node: ast.For) -> bool:
    iterated = evaluate(machine, node.iter)
    items = iterate(iterated, node.iter)
    path = machine.path
    counted = isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name) and node.iter.func.id == "range"
    limit = MAX_COUNTED if counted else MAX_UNROLL
    if items is not None and len(items) <= limit and not any(isinstance(item, Gap) for item in items):
        for item in items:
            assign(machine, node.target, item)
            if run_block(machine, node.body) and not isinstance(machine.left_by, ast.Continue):
                machine.path = path
                return not isinstance(machine.left_by, ast.Break)
            machine.path = path
    else:
        sample = one_of(items or (), node.target)
        if sample is None and items:
            sample = next((item for item in items if not isinstance(item, Gap)), None)
            sample = Unknown("one of many items", node.target) if isinstance(sample, Const) else sample
        assign(machine, node.target, sample or Unknown("a loop variable", node.target))
        machine.once(lambda: run_block(machine, node.body))
    return run_block(machine, node.orelse)


def _while(machine: Machine, node: ast.While) -> bool:
    if truth(evaluate(machine, node.test)) is False:
        return run_block(machine, node.orelse)
    machine.once(lambda: run_block(machine, node.body))
    return False


def _stop(machine: Machine, node: ast.stmt) -> bool:
    machine.left_by = node
    return True


def _return(machine: Machine, node: ast.Return) -> bool:
    value = evaluate(machine, node.value) if node.value is not None else Const(None, node)
    if machine.frames:
        machine.frames[-1].returns.append((machine.path, value))
    machine.left_by = node
    return True


def _with(machine: Machine, node: ast.With) -> bool:
    for item in node.items:
        value = evaluate(machine, item.context_expr)
        if item.optional_vars is not None:
            assign(machine, item.optional_vars, value)
    return run_block(machine, node.body)


def _try(machine: Machine, node: ast.Try) -> bool:
    """The body is what happens; handlers are read for the set-ups in them, and what they change is undone."""
    dead = run_block(machine, node.body)
    for handler in node.handlers:
        machine.isolated(lambda handler=handler: run_block(machine, handler.body), machine.path)  # type: ignore[misc]
    if not dead:
        dead = run_block(machine, node.orelse)
    return run_block(machine, node.finalbody) or dead


def _function(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    machine.bind(node.name, make_function(machine, node))
    return False


def make_function(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Value:
    """The function a definition binds, its defaults evaluated now."""
    spec = node.args
    plain = [*spec.posonlyargs, *spec.args]
    defaults: dict[str, Value] = {}
    for parameter, default in zip(plain[len(plain) - len(spec.defaults) :], spec.defaults, strict=True):
        defaults[parameter.arg] = evaluate(machine, default)
    for parameter, keyword_default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        if keyword_default is not None:
            defaults[parameter.arg] = evaluate(machine, keyword_default)
    static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
    made = Function(node, machine.scope, node.name, defaults, static=static)
    machine.recorder.defined(made)
    return made


def _class(machine: Machine, node: ast.ClassDef) -> bool:
    bases = tuple(evaluate(machine, base) for base in node.bases)
    made = UserClass(node, machine.scope, bases, {})
    outer = machine.scope
    machine.scope = Scope(parent=outer, names=made.members, is_class=True)
    try:
        run_block(machine, node.body)
    finally:
        machine.scope = outer
    for member in made.members.values():
        if isinstance(member, Function):
            member.owner = made
            member.scope = outer
    machine.bind(node.name, made)
    machine.recorder.defined_class(made)
    return False


def _import(machine: Machine, node: ast.Import) -> bool:
    for alias in node.names:
        if alias.asname:
            machine.bind(alias.asname, reference(alias.name))
        else:
            root = alias.name.partition(".")[0]
            machine.bind(root, reference(root))
    return False


def _import_from(machine: Machine, node: ast.ImportFrom) -> bool:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            machine.scope.stars.append(module)
        else:
            machine.bind(alias.asname or alias.name, reference(f"{module}.{alias.name}"))
    return False


def _global(machine: Machine, node: ast.Global) -> bool:
    for name in node.names:
        machine.scope.outer[name] = machine.scope.module()
    return False


def _nonlocal(machine: Machine, node: ast.Nonlocal) -> bool:
    for name in node.names:
        scope = machine.scope.parent
        while scope is not None and name not in scope.names:
            scope = scope.parent
        if scope is not None:
            machine.scope.outer[name] = scope
    return False


def _delete(machine: Machine, node: ast.Delete) -> bool:
    for target in node.targets:
        if isinstance(target, ast.Name):
            machine.bind(target.id, Unknown("it was deleted", target))
    return False


def _match(machine: Machine, node: ast.Match) -> bool:
    """Each case is an arm, up to one that surely matches; a subject that is known decides."""
    subject = evaluate(machine, node.subject)
    arms: list[Callable[[], bool]] = []
    for case in node.cases:
        matches = _matches(case.pattern, subject) if case.guard is None else None
        if matches is True and not arms:
            return run_block(machine, case.body)
        if matches is not False:
            arms.append(lambda case=case: run_block(machine, case.body))  # type: ignore[misc]
        if matches is True:
            return machine.try_arms(arms)
    return machine.try_arms((*arms, lambda: False))


def _matches(pattern: ast.pattern, subject: Value) -> bool | None:
    """Whether a pattern matches; None where that is not known. Names that a pattern binds are not followed."""
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        return True
    if isinstance(pattern, ast.MatchOr):
        found = [_matches(each, subject) for each in pattern.patterns]
        return True if True in found else None if None in found else False
    if isinstance(pattern, ast.MatchValue) and isinstance(pattern.value, ast.Constant) and isinstance(subject, Const):
        return bool(pattern.value.value == subject.value)
    return None


_STATEMENTS: dict[type[ast.stmt], _Handler] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Break: _stop,
    ast.Continue: _stop,
    ast.Return: _return,
    ast.Raise: _stop,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Delete: _delete,
    ast.Match: _match,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = _try
