"""rightloss run PROGRAM [ARGUMENTS]"""

from __future__ import annotations

import click


@click.command(
    short_help="Run a training program and check every fit before its first step.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--warn", is_flag=True, help="Warn about errors and go on.")
@click.option("--ignore", "-i", "ignored", multiple=True, metavar="CODE", help="Not this rule.")
@click.argument("program", type=click.Path(exists=True, dir_okay=False))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(warn: bool, ignored: tuple[str, ...], program: str, arguments: tuple[str, ...]) -> int:
    """Run PROGRAM, a Python file that trains with Keras, unchanged. Model and labels are checked before the first step
    of every fit, evaluate and train_on_batch; an error stops the program with the line to write.

    Exit code 0: no error or warning was found; 1: there was one; 2: the program itself failed, or could not be run.
    """
    from rightloss.running import run_program

    return run_program(program, arguments, warn=warn, ignore=ignored)
