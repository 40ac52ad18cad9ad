"""Running somebody's program under the guard."""

from __future__ import annotations

import inspect
import runpy
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rightloss.errors import RightlossError, UnreadableInput
from rightloss.explain import explain
from rightloss.guard import guard
from rightloss.render.findings import to_text


def run_program(program: str, arguments: Sequence[str] = (), *, warn: bool = False, ignore: Iterable[str] = ()) -> int:
    """Run a Python file as `python program arguments` would, inside `guard`; print the findings on stderr.

    Returns:
        0 without, 1 with an error or warning, 2 where the program itself failed.

    Raises:
        UnreadableInput: the file does not exist.
    """
    if not Path(program).is_file():
        raise UnreadableInput(f"{program} does not exist", expected="a Python file", fix="rightloss run train.py")
    watch = guard(warn=warn, ignore=ignore)
    failed = False
    with _as_main(program, arguments):
        try:
            with watch:
                runpy.run_path(program, run_name="__main__")
        except RightlossError as error:
            failed = not watch.findings
            if failed:
                _print(error, program)
            else:
                print(_place(error), file=sys.stderr)
        except SystemExit as stop:
            failed = stop.code not in (None, 0)
        except BaseException as error:
            _print(error, program)
            _explain(error)
            failed = True
    if watch.findings:
        print(to_text(watch.report), file=sys.stderr)
    return 2 if failed else int(not watch.report.ok)


@contextmanager
def _as_main(program: str, arguments: Sequence[str]) -> Iterator[None]:
    """sys.argv and sys.path as Python itself would set them."""
    argv, path = sys.argv, sys.path[:]
    sys.argv = [program, *arguments]
    sys.path.insert(0, str(Path(program).resolve().parent))
    try:
        yield
    finally:
        sys.argv, sys.path[:] = argv, path


def _place(error: BaseException) -> str:
    """The user's own call before which the program was stopped."""
    calls = traceback.extract_tb(error.__traceback__)
    inside = next((index for index, each in enumerate(calls) if each.filename == inspect.getfile(guard)), len(calls))
    call = calls[max(inside - 1, 0)]
    return f"{call.filename}:{call.lineno}: stopped before {call.line}"


def _print(error: BaseException, program: str) -> None:
    """The traceback as Python itself would print it: from the program's own first line on; none where it has none."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != program:
        trace = trace.tb_next
    if trace is None and not isinstance(error, SyntaxError):
        trace = error.__traceback__
    traceback.print_exception(type(error), error, trace)


def _explain(error: BaseException) -> None:
    """What is known about the program's own error."""
    explanation = explain(f"{type(error).__name__}: {error}")
    if explanation.found:
        print(f"\n{explanation}", file=sys.stderr)
