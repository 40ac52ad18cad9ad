"""Reading one program: run it abstractly, then run what nobody called, then report each set-up."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rightloss.errors import UnreadableInput
from rightloss.views.source import calls, functions
from rightloss.views.source.expressions import evaluate, rebind
from rightloss.views.source.machine import Machine, OutOfSteps
from rightloss.views.source.notebooks import Program, decode, parse
from rightloss.views.source.prefilter import may_train
from rightloss.views.source.recorder import Recorder
from rightloss.views.source.report import SetupSeen, report
from rightloss.views.source.statements import run_block
from rightloss.views.source.uncalled import run_uncalled
from rightloss.views.source.values import Unknown

functions.connect(run_block, evaluate)
calls.connect(evaluate, rebind)

STEPS_PER_LINE = 60
STEPS_AT_LEAST = 40_000


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
    files: list[SourceReport] = field(default_factory=list)  # what cells of a notebook write: programs of their own


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
        run_uncalled(machine, program)
    except (OutOfSteps, RecursionError):
        found.out_of_steps = True
    machine.limit = machine.steps + STEPS_AT_LEAST
    found.setups = report(machine)
    found.files = [_read_program(each, path) for each in program.files]
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


__all__ = ["SourceReport", "Unknown", "read", "read_text"]
