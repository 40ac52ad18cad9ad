"""rightloss explain CODE | "error text" """

from __future__ import annotations

import sys

import click


@click.command(short_help="What a rule or an error text means, and what to write.")
@click.argument("text", nargs=-1)
@click.option("--list", "list_", is_flag=True, help="List all rules.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print."
)
def command(text: tuple[str, ...], list_: bool, format_: str) -> int:
    """Explain a rule (RL204) or any error or warning that Keras or TensorFlow printed: causes in order, how to tell
    which, and the line to write. Without TEXT, or with -, a whole traceback is read from stdin.

    Exit code 0: explained; 1: nothing is known about this text; 2: no such rule.
    """
    if list_:
        from rightloss.rules import RULES

        for rule in RULES:
            click.echo(f"{rule.code}  {rule.name:<40} {rule.page.summary}")
        return 0
    from rightloss.explain import explain

    given = " ".join(text) if text not in ((), ("-",)) else sys.stdin.buffer.read().decode("utf-8", "replace")
    explanation = explain(given)
    if format_ == "json":
        import json

        click.echo(json.dumps(explanation.to_json(), indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        from rightloss.render.explanation import draw

        draw(explanation, Console(highlight=False))
    return 0 if explanation.found else 1
