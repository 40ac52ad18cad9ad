"""Functions and classes of the program: binding arguments, inlining bodies, making instances."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from rightloss.views.source.machine import MAX_DEPTH, MAX_SAME, Frame, Machine, Scope
from rightloss.views.source.values import (
    NOTHING,
    Args,
    Const,
    Dataset,
    Function,
    Gap,
    Map,
    Obj,
    Seq,
    Unknown,
    UserClass,
    Value,
    guarded,
)

_Body = Callable[[Machine, Sequence[ast.stmt]], bool]
_Evaluate = Callable[[Machine, ast.expr], Value]
_run_block: _Body
_evaluate: _Evaluate


def connect(run_block: _Body, evaluate: _Evaluate) -> None:
    """Tie the knot: statements run functions, functions run statements."""
    global _run_block, _evaluate
    _run_block, _evaluate = run_block, evaluate


def bound(machine: Machine, member: Function, receiver: Value) -> Value:
    """A method with its receiver; a property is read at once."""
    names = _decorators(member)
    if "staticmethod" in names:
        return member
    made = Function(member.node, member.scope, member.name, member.defaults, member.owner, receiver)
    if "classmethod" in names and isinstance(receiver, Obj) and isinstance(receiver.cls, UserClass):
        made.receiver = receiver.cls
    if "property" in names or "cached_property" in names:
        return inline(machine, made, NOTHING)
    return made


def _decorators(member: Function) -> set[str]:
    if isinstance(member.node, ast.Lambda):
        return set()
    nodes = (each.func if isinstance(each, ast.Call) else each for each in member.node.decorator_list)
    return {each.id if isinstance(each, ast.Name) else getattr(each, "attr", "") for each in nodes}


def run(machine: Machine, called: Value, positional: Sequence[Value], node: ast.AST | None) -> Value:
    """Call a function of the program with positional values."""
    if not isinstance(called, Function):
        return Unknown("it is not a function of this file", node)
    return inline(machine, called, Args(node, tuple(positional)))


def inline(machine: Machine, function: Function, args: Args) -> Value:
    """The value of a call to a function of the program: its body is read with the arguments bound."""
    running = sum(frame.function.node is function.node for frame in machine.frames)
    if running >= MAX_SAME or len(machine.frames) >= MAX_DEPTH:
        return Unknown("recursion", args.node)
    scope = Scope(parent=function.scope)
    _bind_parameters(function, args, scope)
    outer, path, left_by = machine.scope, machine.path, machine.left_by
    frame = Frame(function)
    machine.scope = scope
    machine.frames.append(frame)
    machine.executed.add(function.node)
    try:
        if isinstance(function.node, ast.Lambda):
            return _evaluate(machine, function.node.body)
        dead = _run_block(machine, function.node.body)
        if not dead:
            frame.returns.append((machine.path, Const(None, function.node)))
    finally:
        machine.frames.pop()
        machine.scope, machine.path, machine.left_by = outer, path, left_by
    if frame.yields:
        return Dataset(frame.yields[0], function.node)
    if len(frame.returns) == 1:
        return frame.returns[0][1]
    return guarded([(guard - path, value) for guard, value in frame.returns])


def _bind_parameters(function: Function, args: Args, scope: Scope) -> None:
    spec = function.node.args
    plain = [each.arg for each in (*spec.posonlyargs, *spec.args)]
    given = list(args.positional)
    if function.receiver is not None:
        given.insert(0, function.receiver)
    names = scope.names
    for name, value in zip(plain, given, strict=False):
        names[name] = Unknown("one of several arguments", args.node) if isinstance(value, Gap) else value
    if spec.vararg is not None:
        names[spec.vararg.arg] = Seq.of(given[len(plain) :], "tuple", args.node)
    known = {*plain, *(each.arg for each in spec.kwonlyargs)}
    extra = {name: value for name, value in args.keywords.items() if name not in known}
    names.update({name: value for name, value in args.keywords.items() if name in known})
    if spec.kwarg is not None:
        names[spec.kwarg.arg] = Map(extra, args.is_open, args.node)
    for parameter in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs):
        if parameter.arg not in names:
            default = function.defaults.get(parameter.arg)
            unknown = args.is_open or default is None
            names[parameter.arg] = Unknown(f"the parameter {parameter.arg}", parameter) if unknown else default  # type: ignore[assignment]


def instantiate(machine: Machine, cls: UserClass, args: Args) -> Obj:
    """An instance of a class of the program: `__init__` is read with the arguments bound."""
    made = Obj(cls, args)
    machine.instances.setdefault(cls.node, made)
    init = cls.find("__init__")
    if isinstance(init, Function):
        inline(machine, bound_plain(init, made), args)
    elif "dataclass" in _class_decorators(cls) or not cls.bases:
        _fill_fields(machine, cls, args, made)
    return made


def bound_plain(member: Function, receiver: Value) -> Function:
    """A method with its receiver, whatever its decorators."""
    return Function(member.node, member.scope, member.name, member.defaults, member.owner, receiver)


def _class_decorators(cls: UserClass) -> set[str]:
    nodes = (each.func if isinstance(each, ast.Call) else each for each in cls.node.decorator_list)
    return {each.id if isinstance(each, ast.Name) else getattr(each, "attr", "") for each in nodes}


def _fill_fields(machine: Machine, cls: UserClass, args: Args, made: Obj) -> None:
    """What `@dataclass` would write into the instance."""
    fields = [
        each.target.id
        for each in cls.node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]
    for name in fields:
        default = cls.members.get(name)
        if isinstance(default, Obj) and default.cls == "dataclasses.field":
            factory = default.args.get(None, "default_factory")
            plain = default.args.get(None, "default") or Unknown(f"the field {name}", default.node)
            made.attrs[name] = run(machine, factory, (), default.node) if isinstance(factory, Function) else plain
    made.attrs.update(zip(fields, args.positional, strict=False))
    made.attrs.update({name: value for name, value in args.keywords.items() if name in fields})
