"""Options that several verbs share, said once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from rightloss.advice.goals import Measure
from rightloss.contract import Form, Positions
from rightloss.contract.vocabulary import TASKS
from rightloss.errors import WrongArgument

Command = TypeVar("Command", bound=Callable[..., Any])

format_option = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print."
)
label_option = click.option(
    "--label",
    "-l",
    "label",
    multiple=True,
    metavar="COL",
    help="Label column, by name or position (repeat for several).",
)


header_option = click.option(
    "--header/--no-header", default=None, help="Whether the first line of a CSV or TSV file names the columns."
)


def answers(command: Command) -> Command:
    """The flags that answer select's questions."""
    for option in reversed(_ANSWERS):
        command = option(command)
    return command


_ANSWERS = (
    click.option("--task", type=click.Choice(TASKS), help="What is being learned, where you know it."),
    click.option(
        "--positions", type=click.Choice([each.value for each in Positions]), help="What one label belongs to."
    ),
    click.option(
        "--several-true/--one-true", "several_true", default=None, help="Whether several labels can be true at once."
    ),
    click.option("--ordered/--unordered", "ordered", default=None, help="Whether the classes have an order."),
    click.option(
        "--ignore", metavar="VALUE", help="The label value that stands for 'no label'; 'none' for no such value."
    ),
    click.option(
        "--form",
        type=click.Choice(["auto", *(each.value for each in Form)]),
        default="auto",
        show_default=True,
        help="What the last layer should give out.",
    ),
)


def wishes(command: Command) -> Command:
    """The flags that say what the model is judged by."""
    for option in reversed(_WISHES):
        command = option(command)
    return command


_WISHES = (
    click.option(
        "--goal",
        metavar="GOAL",
        help="What the model is judged by: " + ", ".join(each.example for each in Measure) + ".",
    ),
    click.option(
        "--cost",
        "costs",
        multiple=True,
        metavar="TRUE:DECIDED=COST",
        help="Cost of a mistake, e.g. bad:good=5 (repeat; mistakes that are not named cost 1).",
    ),
    click.option(
        "--prior",
        "prior",
        multiple=True,
        metavar="CLASS=SHARE",
        help="Share of a class where the model will be used (repeat).",
    ),
)


def wished(options: dict[str, Any]) -> dict[str, Any]:
    """goal=, costs= and prior= of `rightloss.select` from the flags above."""
    costs = {
        (true, decided): cost
        for pair, cost in map(_assigned, options["costs"])
        for true, _, decided in [pair.partition(":")]
    }
    prior = dict(map(_assigned, options["prior"]))
    return {"goal": options["goal"], "costs": costs or None, "prior": prior or None}


def _assigned(text: str) -> tuple[str, float]:
    """NAME=NUMBER."""
    name, _, number = text.rpartition("=")
    try:
        return name, float(number)
    except ValueError:
        raise WrongArgument(f"{text!r}", expected="NAME=NUMBER", fix="--cost bad:good=5 or --prior yes=0.3") from None


def value(text: str | None) -> Any:
    """A value typed on the command line: a number where it is one."""
    if text is None:
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def keywords(options: dict[str, Any]) -> dict[str, Any]:
    """The keywords of `rightloss.select` from the flags above."""
    names = ("task", "positions", "several_true", "ordered", "form")
    return {**{name: options[name] for name in names}, "ignore": value(options["ignore"])}
