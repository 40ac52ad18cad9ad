"""rightloss predict DIR DATA"""

from __future__ import annotations

import csv
from io import StringIO

import click

from rightloss.cli.options import header_option
from rightloss.cli.training import quiet_start


@click.command(short_help="Predict classes and probabilities for new rows.")
@click.argument("folder", metavar="DIR", type=click.Path())
@click.argument("data", type=click.Path())
@click.option("--out", "-o", type=click.Path(dir_okay=False), help="CSV file to write; the terminal by default.")
@header_option
def command(folder: str, data: str, out: str | None, header: bool | None) -> int:
    """Predict each row of the table DATA with the model in DIR, which rightloss train has written.

    Writes CSV: the class and a probability for each class; for labels that can be true together a 0 or 1 and a
    probability for each. DATA needs the columns that the model was trained on; others are not looked at. Notes on what
    the model has not seen in training go to stderr. Exit code 0: done; 2: could not run.
    """
    with quiet_start():
        from rightloss.train import predict
    from rich.console import Console

    from rightloss.files import write_text
    from rightloss.render.training import draw_notes

    found = predict(folder, data, header=header)
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(found.header())
    writer.writerows(found.rows())
    if out is None:
        click.echo(buffer.getvalue(), nl=False)
    else:
        write_text(out, buffer.getvalue())
    draw_notes(found.notes, Console(stderr=True, highlight=False))
    return 0
