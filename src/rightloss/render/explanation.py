"""An explanation as text for terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightloss.known_errors import KnownText
from rightloss.render.console import plain
from rightloss.rules import Rule

if TYPE_CHECKING:
    from rich.console import Console

    from rightloss.explain import Explanation

UNKNOWN = (
    "This text is not known here. If it is about labels, the last layer or the loss, look before training: "
    "rl.check(model, (x, y)) in Python, or rightloss check train.py."
)


def to_text(explanation: Explanation) -> str:
    """The explanation without colour."""
    return plain(lambda console: draw(explanation, console))


def draw(explanation: Explanation, console: Console) -> None:
    """Draw on a rich console."""
    if explanation.rule is not None:
        _draw_rule(explanation.rule, console)
    for each in explanation.known:
        _draw_known(each, console)
    if not explanation.found:
        console.print(UNKNOWN)


def _draw_rule(rule: Rule, console: Console) -> None:
    from rich.text import Text

    console.print(Text(f"{rule.code} {rule.name}", style="bold"))
    console.print(rule.page.summary, markup=False)
    for heading, body in rule.page.sections.items():
        console.print()
        console.print(Text(heading, style="bold"))
        _draw_body(body, console)


def _draw_body(body: str, console: Console) -> None:
    """Paragraphs are wrapped, code keeps its lines. (rich's Markdown takes longer to import than all the rest.)"""
    from rich.text import Text

    for index, part in enumerate(body.split("```")):
        if index % 2:
            for line in part.removeprefix("python").strip("\n").splitlines():
                console.print(Text(f"    {line}", style="green"), soft_wrap=True)
        elif part.strip():
            for paragraph in part.strip().split("\n\n"):
                lines = paragraph.splitlines()
                listed = lines[0].startswith("- ")
                console.print(Text("\n".join(lines) if listed else " ".join(lines)))


def _draw_known(known: KnownText, console: Console) -> None:
    from rich.text import Text

    console.print(Text(known.heading, style="bold"))
    if known.aside:
        console.print(known.aside, markup=False)
    several = len(known.causes) > 1
    for number, cause in enumerate(known.causes, start=1):
        first = cause.what.split(" ")[0]
        word = first.isalpha()  # and no name of Python, which keeps its case
        what = cause.what[:1].upper() * word + cause.what[word:] if cause.what else "Otherwise"
        code = f"  ({cause.code})" if cause.code else ""
        console.print(Text(f"  {f'{number}. ' if several else ''}{what}{code}"))
        console.print(Text(f"     tell  {cause.tell}"), soft_wrap=True)
        console.print(Text(f"     fix   {cause.fix}", style="green"), soft_wrap=True)
    console.print()
