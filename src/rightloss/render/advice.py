"""Advice as text for terminals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rightloss.contract import Contract, recipe
from rightloss.render.console import plain
from rightloss.render.remedy import draw_remedy, draw_structure

if TYPE_CHECKING:
    from rich.console import Console

    from rightloss.answer import Advice, Question
    from rightloss.contract.recipe import Call

MOST_CLASSES = 8
"""Rows of the class table; the rest is counted."""


def to_text(advice: Advice) -> str:
    """Advice without colour."""
    return plain(lambda console: draw(advice, console))


def draw(advice: Advice, console: Console, *, code: bool = False, flags: bool = False, call: str | None = None) -> None:
    """Draw advice on a rich console.

    `code` adds the whole script, `flags` writes answers for the command line, and `call` is what makes this advice in
    Python, for those who only have it on the screen.
    """
    from rich.markup import escape

    head = "no cross-entropy fits" if advice.contract is None else f"{advice.task} classification"
    console.print(f"[bold]{escape(head)}[/bold]: {escape(advice.reading.title)}")
    console.print(escape(advice.reason))
    if advice.contract is not None:
        console.print()
        console.print(_contract_table(advice, advice.contract))
        _draw_imbalance(advice, console)
        if advice.structure is not None:
            draw_structure(advice.structure, console)
        if advice.remedy is not None:
            draw_remedy(advice.remedy, console, call)
    for question in advice.questions:
        console.print()
        _draw_question(question, console, flags)
    for finding in advice.conflicts:
        console.print(f"\n[bold red]{escape(finding.code)}[/bold red] {escape(finding.message)}")
    _draw_alternatives(advice, console)
    for note in advice.notes:
        console.print(f"note: {escape(note)}")
    if code and advice.contract is not None:
        from rich.syntax import Syntax

        console.print()
        console.print(Syntax(advice.code(), "python", background_color="default"))


def lines_to_write(contract: Contract, watch: Sequence[Call] = ()) -> Sequence[tuple[str, str]]:
    """(what, expression) for each clause of the contract, as the user writes it; `watch`: metrics of the goal."""
    metrics = (*recipe.metrics(contract), *watch)
    return (
        ("last layer", recipe.head(contract).code()),
        ("loss", recipe.loss(contract).code()),
        *((("metrics" if index == 0 else ""), metric.code()) for index, metric in enumerate(metrics)),
        ("read with", contract.decode.example),
    )


def _contract_table(advice: Advice, contract: Contract) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    if advice.preparation is not None:
        for index, line in enumerate(advice.preparation.lines()):
            table.add_row("labels" if index == 0 else "", Text(_short(line)))
    for what, expression in lines_to_write(contract, advice.watch):
        table.add_row(what, Text(expression))
    first = advice.first_loss
    if first is not None:
        told = f"about {first['uniform']:.3f} before training ({first['prior']:.3f} if it knows the class frequencies)"
        table.add_row("first loss", Text(told))
    baseline = advice.baseline
    if baseline:
        # always answering yes has a recall of 1: nothing to beat there
        scores = ", ".join(f"{name} {_below_one(score)}" for name, score in baseline.items() if score < 1)
        table.add_row("must beat", Text(f"{scores} (the best constant answer)"))
    return table


def _short(line: str, most: int = 160) -> str:
    return line if len(line) <= most else f"{line[: most - 3]}..."


def _draw_imbalance(advice: Advice, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    found = advice.imbalance
    if found is None or len(found.counts) < 2:
        return
    order = sorted(range(len(found.counts)), key=lambda index: -found.counts[index])
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("class" if found.exclusive else "label", overflow="ellipsis", max_width=30)
    table.add_column("rows" if advice.reading.total == advice.profile.rows else "labels", justify="right")
    table.add_column("share", justify="right")
    table.add_column("")
    largest = max(found.counts) or 1
    for index in order[:MOST_CLASSES]:
        bar = "█" * max(1, round(24 * found.counts[index] / largest)) if found.counts[index] else ""
        table.add_row(Text(str(found.names[index])), found.written(index), percent(found.shares[index]), bar)
    console.print()
    console.print(table)
    if len(order) > MOST_CLASSES:
        console.print(f"... and {len(order) - MOST_CLASSES:,} more")
    if found.uneven and found.ratio is not None:
        console.print(
            f"uneven: the most frequent has {found.ratio:.0f} x the rows of the rarest; "
            f"always answering the same is right {percent(found.majority)} of the time"
        )


def percent(share: float) -> str:
    """A share with one decimal; with more where it would read as none or all and is neither."""
    written = (f"{share:.{digits}%}" for digits in range(1, 6))
    return next((text for text in written if share in (0, 1) or 0 < float(text[:-1]) < 100), f"{share:.2g}")


def _below_one(score: float) -> str:
    """A score with three decimals; with more where it would read as 1."""
    written = (f"{score:.{digits}f}" for digits in range(3, 8))
    return next((text for text in written if float(text) < 1), "1")


def flag(keyword: str, value: Any) -> str:
    """How an answer is given on the command line."""
    on_off = {"several_true": ("--several-true", "--one-true"), "ordered": ("--ordered", "--unordered")}
    if keyword in on_off:
        return on_off[keyword][0 if value else 1]
    return f"--{keyword} {value}"


def _draw_question(question: Question, console: Console, flags: bool) -> None:
    from rich.markup import escape

    console.print(f"[bold yellow]?[/bold yellow] {escape(question.text)}")
    for value, means in question.answers:
        written = flag(question.keyword, value) if flags else f"{question.keyword}={value!r}"
        console.print(f"    {escape(written)}  {escape(means)}")


def _draw_alternatives(advice: Advice, console: Console) -> None:
    from rich.markup import escape

    if not advice.alternatives:
        return
    console.print("\n[dim]also right[/dim]")
    for each in advice.alternatives:
        head, loss = recipe.head(each.contract).code(), recipe.loss(each.contract).code()
        console.print(f"  {escape(each.why)}: {escape(head)} + {escape(loss)}", style="dim")
