"""The command line: one file for each verb. Parse, call, render, exit code; no logic.

Exit codes: 0 done; 1 the answer is no (a finding, or no cross-entropy fits); 2 could not run.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from rightloss import __version__
from rightloss.errors import RightlossError
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
    try:
        with named_parts():
            result = cli.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except RightlossError as error:
        return _report(error, sys.argv[1:] if arguments is None else arguments)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return 2
    return result if isinstance(result, int) else 0


def _report(error: RightlossError, arguments: Sequence[str]) -> int:
    """Received, expected, fix: as text on stderr, or as JSON on stdout where JSON was asked for."""
    if "json" in arguments or "--format=json" in arguments:
        import json

        body = {"received": error.received, "expected": error.expected or None, "fix": error.fix or None}
        click.echo(json.dumps({"version": 1, "error": body}, indent=2))
    click.echo(f"error: {error}", err=True)
    return 2
