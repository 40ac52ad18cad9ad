"""The command line: one file for each verb. Parse, call, render, exit code; no logic.

Exit codes: 0 done; 1 the answer is no (a finding, or no cross-entropy fits); 2 could not run.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise

import click

from rightloss import __version__
from rightloss.errors import RightlossError
from rightloss.files import JSON_VERSION
from rightloss.parts import named_parts

VERBS = ("check", "evaluate", "explain", "predict", "run", "select", "train")
"""Each is rightloss/cli/<verb>.py with a click command of the name `command`."""


class _Verbs(click.Group):
    """Finds a verb's file when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        found: click.Command = import_module(f"rightloss.cli.{cmd_name}").command
        return found


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rightloss")
def cli() -> None:
    """Select, check and train with the right cross-entropy for your labels."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; errors become one screen of text."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with named_parts(), _termination_as_interrupt():
            result = cli.main(args=given, standalone_mode=False)
    except RightlossError as error:
        if _wants_json(given):
            _print_json(error.received, error.expected, error.fix)
        click.echo(f"error: {error}", err=True)
        return 2
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        return 2
    except click.ClickException as error:
        if _wants_json(given):
            _print_json(error.format_message(), "", "rightloss --help")
        error.show()
        return 2
    return result if isinstance(result, int) else 0


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """SIGTERM ends the process as Ctrl-C does, by an exception, so that half-written files are taken away."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether `--format json` was given; "json" alone may be a column or a file."""
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _print_json(received: str, expected: str, fix: str) -> None:
    """Received, expected, fix on stdout, where JSON was asked for."""
    import json

    body = {"received": received, "expected": expected or None, "fix": fix or None}
    click.echo(json.dumps({"version": JSON_VERSION, "error": body}, indent=2))
