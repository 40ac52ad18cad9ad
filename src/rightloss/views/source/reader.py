"""Reading one program: run it abstractly, then run what nobody called, then report each set-up."""

from __future__ import annotations

import ast
import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rightloss.errors import UnreadableInput
from rightloss.views.source import calls, functions
from rightloss.views.source.expressions import evaluate
from rightloss.views.source.machine import Machine, OutOfSteps
from rightloss.views.source.notebooks import Program, decode, parse
from rightloss.views.source.prefilter import may_train
from rightloss.views.source.recorder import Recorder
from rightloss.views.source.report import SetupSeen, report
from rightloss.views.source.statements import run_block
from rightloss.views.source.values import Args, Function, Obj, Unknown, UserClass

functions.connect(run_block, evaluate)
calls.connect(evaluate)

STEPS_PER_LINE = 60
STEPS_AT_LEAST = 40_000
_INTEREST = re.compile(r"\.compile\(|ross_?entropy", re.IGNORECASE)


@dataclass(slots=True)
class SourceReport:
    """What one program says. `broken` are the cells (or the file) that do not parse, with the reason."""

    path: str
    program: Program | None
    setups: list[SetupSeen] = field(default_factory=list)
    broken: list[tuple[int | None, str]] = field(default_factory=list)
    read: bool = True  # False: the text test found nothing to read
    out_of_steps: bool = False
    left_out: int = 0  # statements that nest too deeply to be read


def read(path: Path | str) -> SourceReport:
    """Read a Python file or notebook.

    Raises:
        UnreadableInput: the file cannot be opened, or a notebook is not one.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}", fix="check the path") from None
    if not may_train(data):
        return SourceReport(str(path), None, read=False)
    return read_text(decode(data), str(path))


def read_text(text: str, path: str = "<text>", *, notebook: bool | None = None) -> SourceReport:
    """Read a program from text. `notebook` is taken from the path's ending unless it is given."""
    with no_collection():
        return _read_program(parse(text, path.endswith(".ipynb") if notebook is None else notebook), path)


def _read_program(program: Program, path: str) -> SourceReport:
    """Run the program abstractly, then what nobody called; report what was met."""
    machine = Machine(max(STEPS_AT_LEAST, STEPS_PER_LINE * sum(len(cell.lines) for cell in program.cells)), Recorder())
    found = SourceReport(path, program, broken=program.broken)
    try:
        found.left_out = _run_module(machine, program)
        _run_uncalled(machine, program)
    except (OutOfSteps, RecursionError):
        found.out_of_steps = True
    machine.limit = machine.steps + STEPS_AT_LEAST
    found.setups = report(machine)
    return found


@contextmanager
def no_collection() -> Iterator[None]:
    """A syntax tree is many objects and little garbage: looking for cycles while it grows costs more than reading."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _run_module(machine: Machine, program: Program) -> int:
    """The statements of the program, in order. How many nest too deeply: they are left out, the others still count."""
    left_out = 0
    for statement in program.body:
        try:
            if run_block(machine, [statement]):
                break
        except RecursionError:
            machine.start_over()
            left_out += 1
    return left_out


def _run_uncalled(machine: Machine, program: Program) -> None:
    """Functions that nothing in the file called: their parameters are unknown, their defaults an assumption."""
    lines = [cell.first + n for cell in program.cells for n, line in enumerate(cell.lines) if _is_of_interest(line)]
    if not lines:
        return
    machine.inferred = True
    for cls in list(machine.recorder.classes):
        if _holds(cls.node, lines):
            _run_class(machine, cls, lines)
    waiting = [each for each in machine.recorder.functions if _wants(machine, each, lines) and each.owner is None]
    for each in _callers_first(waiting):
        if each.node not in machine.executed and _is_plain(each):
            functions.inline(machine, each, Args(None))


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


__all__ = ["SourceReport", "Unknown", "read", "read_text"]
