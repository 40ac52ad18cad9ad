"""rightloss select DATA --label COL"""

from __future__ import annotations

import json
from typing import Any

import click

from rightloss.cli.options import answers, format_option, header_option, keywords, label_option, wished, wishes


@click.command(short_help="Which cross-entropy fits these labels, and why.")
@click.argument("data", type=click.Path())
@label_option
@header_option
@answers
@wishes
@click.option("--feature", metavar="NAME", help="The label feature of TFRecord files.")
@click.option("--code", is_flag=True, help="Also print the complete script.")
@click.option("--save", type=click.Path(dir_okay=False), help="Also write the advice to this JSON file.")
@format_option
def command(
    data: str,
    label: tuple[str, ...],
    header: bool | None,
    feature: str | None,
    code: bool,
    save: str | None,
    format_: str,
    **options: Any,
) -> int:
    """Read the labels in DATA and say which cross-entropy fits, why, and what to write.

    DATA is a CSV, TSV, Parquet, JSON lines, Arrow, ARFF, .npy, .npz or TFRecord file, a glob of such files, or a folder
    with one folder for each class. Exit code 0: answered, also with a question; 1: no cross-entropy fits; 2: could not
    run.
    """
    import rightloss

    columns = (*label, *((feature,) if feature else ())) or None
    told = {"label": columns, "header": header, **keywords(options), **wished(options)}
    advice = rightloss.select(data, **told)
    if save is not None:
        from rightloss.files import write_json

        write_json(save, advice.to_json())
    if format_ == "json":
        click.echo(json.dumps(advice.to_json(), indent=2, ensure_ascii=False, default=str))
    else:
        _draw(advice, code, _call(data, told))
    parts = list(advice.values()) if isinstance(advice, rightloss.Several) else [advice]
    return 0 if all(part.contract is not None for part in parts) else 1


def _call(data: str, told: dict[str, Any]) -> str:
    """The same question in Python."""
    given = {name: value for name, value in told.items() if value is not None and (name, value) != ("form", "auto")}
    if len(given.get("label", ())) == 1:
        given["label"] = given["label"][0]
    return f"rightloss.select({', '.join((repr(data), *(f'{name}={value!r}' for name, value in given.items())))})"


def _draw(advice: Any, code: bool, call: str) -> None:
    from rich.console import Console

    import rightloss
    from rightloss.render.advice import draw

    console = Console(highlight=False)
    outputs = advice.items() if isinstance(advice, rightloss.Several) else [(None, advice)]
    for name, part in outputs:
        if name is not None:
            console.rule(str(name), align="left")
        draw(part, console, code=code, flags=True, call=call if name is None else f"{call}[{name!r}]")
