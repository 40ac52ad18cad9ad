"""What nobody called: functions and methods that hold a set-up, read with unknown arguments."""

from __future__ import annotations

import ast
import re
from collections import Counter

from rightloss.views.source import functions
from rightloss.views.source.machine import Machine
from rightloss.views.source.notebooks import Program
from rightloss.views.source.values import Args, Const, Function, Obj, Unknown, UserClass, Value

_INTEREST = re.compile(r"\.compile\(|ross_?entropy", re.IGNORECASE)
_NAMED_LOSS = re.compile(r"^\s*(?:self\.)?(\w+)\s*=\s*[\w.]*ross_?entropy\w*\(", re.IGNORECASE)


def run_uncalled(machine: Machine, program: Program) -> None:
    """Functions that nothing in the file called: their parameters are unknown, their defaults an assumption."""
    lines = [cell.first + n for cell in program.cells for n, line in enumerate(cell.lines) if _is_of_interest(line)]
    if not lines or not (machine.recorder.classes or machine.recorder.functions):
        return
    calls = _calls_of_losses(program, lines)
    rebound = _rebound(program)
    machine.inferred = True
    _forget_numbers(machine, rebound)
    predicts = [cell.first + n for cell in program.cells for n, line in enumerate(cell.lines) if ".predict" in line]
    for cls in list(machine.recorder.classes):
        if _holds(cls.node, [*lines, *calls]):
            _run_class(machine, cls, [*lines, *calls])
        if predicts and _holds(cls.node, predicts) and _has_model(machine.instances.get(cls.node)):
            _run_class(machine, cls, predicts)
    waiting = [
        each
        for each in machine.recorder.functions
        if each.owner is None
        and (_wants(machine, each, lines) or (_wants(machine, each, calls) and rebound.isdisjoint(_names(each))))
    ]
    for each in _callers_first(waiting):
        if each.node not in machine.executed and _is_plain(each):
            functions.inline(machine, each, Args(None))


def _calls_of_losses(program: Program, lines: list[int]) -> list[int]:
    """Lines that call a loss by the name it was given: `self.loss_fn = BinaryCrossentropy()` … `self.loss_fn(y, p)`."""
    found = (_NAMED_LOSS.match(program.text_at(line)) for line in lines)
    names = {match.group(1) for match in found if match is not None}
    if not names:
        return []
    called = re.compile(rf"\b(?:{'|'.join(sorted(names))})\(")
    texts = ((cell.first + n, line) for cell in program.cells for n, line in enumerate(cell.lines))
    return [number for number, line in texts if called.search(line)]


def _forget_numbers(machine: Machine, rebound: frozenset[str]) -> None:
    """Sizes and words that the program binds to several values, `classes = 2` and later `classes = 10`."""
    names = machine.scope.module().names
    for name in rebound:
        found = names.get(name)
        if isinstance(found, Const):
            machine.store(names, name, Unknown(f"{name} has several values", found.node))


def _rebound(program: Program) -> frozenset[str]:
    """Names that the program binds to several things: which of them a function would meet is not known."""
    stores: Counter[str] = Counter()
    seen: set[tuple[str, object]] = set()
    waiting: list[ast.AST] = list(program.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for target in _targets(node):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(target, ast.Name):
                if (target.id, node.value.value) in seen:
                    continue
                seen.add((target.id, node.value.value))
            stores.update(each.id for each in ast.walk(target) if isinstance(each, ast.Name))
        for block in ("body", "orelse", "handlers", "finalbody"):
            waiting.extend(getattr(node, block, ()))
    return frozenset(name for name, count in stores.items() if count > 1)


def _targets(node: ast.AST) -> list[ast.expr]:
    """What a statement binds."""
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, ast.AnnAssign | ast.AugAssign | ast.For | ast.AsyncFor):
        return [node.target]
    if isinstance(node, ast.With | ast.AsyncWith):
        return [each.optional_vars for each in node.items if each.optional_vars is not None]
    return []


def _names(function: Function) -> set[str]:
    """Names that a function reads."""
    return {
        each.id for each in ast.walk(function.node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    }


def _is_of_interest(line: str) -> bool:
    """The plain tests come first: most lines hold neither word, and a search costs several times as much."""
    return (".compile(" in line or "ross" in line or "ROSS" in line) and _INTEREST.search(line) is not None


def _holds(node: ast.AST, lines: list[int]) -> bool:
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0) or 0
    return any(first <= line <= last for line in lines)


def _wants(machine: Machine, function: Function, lines: list[int]) -> bool:
    return function.node not in machine.executed and _holds(function.node, lines)


def _is_plain(function: Function) -> bool:
    """Lambdas are read where they are used."""
    return not isinstance(function.node, ast.Lambda)


def _callers_first(waiting: list[Function]) -> list[Function]:
    """Functions that no other waiting function mentions come first, so that callers bring their arguments."""
    mentioned: dict[str, int] = {}
    for each in waiting:
        names = {node.id for node in ast.walk(each.node) if isinstance(node, ast.Name)}
        for name in names - {each.name}:
            mentioned[name] = mentioned.get(name, 0) + 1
    return sorted(waiting, key=lambda each: mentioned.get(each.name, 0))


def _has_model(instance: Value | None) -> bool:
    """Whether an object holds a model that was compiled: then its methods may read what that model predicts."""
    held = instance.attrs.values() if isinstance(instance, Obj) else ()
    return any(isinstance(each, Obj) and "site" in each.attrs for each in held)


def _run_class(machine: Machine, cls: UserClass, lines: list[int]) -> None:
    """Methods that hold something of interest, on an instance that the program made, or on one made with unknowns."""
    methods = [each for each in cls.members.values() if isinstance(each, Function) and _wants(machine, each, lines)]
    if not methods:
        return
    instance = machine.instances.get(cls.node)
    if not isinstance(instance, Obj):
        instance = functions.instantiate(machine, cls, Args(None))
    for each in methods:
        if each.node not in machine.executed and not each.static:
            functions.inline(machine, functions.bound_plain(each, instance), Args(None))
