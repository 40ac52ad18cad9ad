"""rightloss train DATA --label COL"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from rightloss.cli.options import answers, format_option, header_option, keywords, label_option, wished, wishes
from rightloss.cli.training import quiet_start


@click.command(short_help="Train and measure a model with the cross-entropy that fits.")
@click.argument("data", type=click.Path())
@label_option
@click.option(
    "--features",
    "-f",
    multiple=True,
    metavar="COL",
    help="Column to learn from (repeat for several); all others by default.",
)
@click.option("--out", "-o", type=click.Path(), help="Folder to write; NAME-model beside you by default.")
@click.option("--overwrite", is_flag=True, help="Replace the folder of an earlier training.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same numbers.")
@header_option
@answers
@wishes
@format_option
def command(
    data: str,
    label: tuple[str, ...],
    features: tuple[str, ...],
    out: str | None,
    overwrite: bool,
    seed: int,
    header: bool | None,
    format_: str,
    **options: Any,
) -> int:
    """Read the table DATA, select the cross-entropy that fits its labels, train a small network with it, measure it on
    rows it has not seen, and write a folder with the model, its label names, its scores and the code.

    DATA is a CSV, TSV, Parquet, JSON lines, Arrow or ARFF file, or a glob of such files. Columns are named, numbered
    (-1 is the last), sliced (-14:) or patterned ("Class*"). Numbers and categories are learned from; missing cells are
    fine; dates, free text and ids are left out. Exit code 0: done; 2: could not run, and nothing is written.
    """
    started = time.monotonic()
    with quiet_start():
        from rightloss.train import train
    from rich.console import Console

    from rightloss.render.training import draw_choice, draw_trained, progress

    screen, log = Console(highlight=False), Console(stderr=True, highlight=False)
    text = format_ == "text"
    with progress(log) as on_epoch:
        trained = train(
            data,
            label,
            features=features or None,
            out=out or f"{Path(data.replace('*', '')).name.split('.')[0]}-model",
            overwrite=overwrite,
            seed=seed,
            header=header,
            on_advice=(lambda advice: draw_choice(advice, screen)) if text else None,
            on_epoch=on_epoch,
            **keywords(options),
            **wished(options),
        )
    if text:
        draw_trained(trained, screen, time.monotonic() - started)
    else:
        click.echo(json.dumps(trained.to_json(), indent=2, ensure_ascii=False, default=str))
    return 0
