"""rightloss evaluate DIR DATA"""

from __future__ import annotations

import json

import click

from rightloss.cli.options import format_option, header_option
from rightloss.cli.training import quiet_start
from rightloss.files import JSON_VERSION


@click.command(short_help="Measure a trained model on new rows with labels.")
@click.argument("folder", metavar="DIR", type=click.Path())
@click.argument("data", type=click.Path())
@header_option
@format_option
def command(folder: str, data: str, header: bool | None, format_: str) -> int:
    """Measure the model in DIR, which rightloss train has written, on the rows of the table DATA.

    DATA needs the label column and the columns that the model was trained on. Exit code 0: done; 2: could not run.
    """
    with quiet_start():
        from rightloss.train import evaluate
    from rich.console import Console

    from rightloss.render.training import draw_notes, draw_scores

    scores, notes = evaluate(folder, data, header=header)
    draw_notes(notes, Console(stderr=True, highlight=False))
    if format_ == "json":
        click.echo(json.dumps({"version": JSON_VERSION, **scores.to_json()}, indent=2, ensure_ascii=False, default=str))
    else:
        draw_scores(scores, Console(highlight=False), f"{scores.rows:,} labelled rows of {data}")
    return 0
