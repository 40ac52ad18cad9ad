"""Remedies and structure as text for terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from rightloss.advice.remedy import Remedy
    from rightloss.advice.structure import Structure

MOST_SEEN = 12
"""Observations shown; the rest is counted."""


def draw_remedy(remedy: Remedy, console: Console, call: str | None = None) -> None:
    """One remedy: what, why, when, effect, way back, lines to write; then what may come instead of it.

    `call` makes the advice that the lines use, where the reader has no such object yet.
    """
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    console.print(f"\n[bold]for {escape(remedy.goal)}[/bold]: {escape(remedy.kind.sentence)}")
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("why", Text(remedy.why))
    for place, condition in enumerate(remedy.conditions):
        table.add_row("if" if place == 0 else "", Text(condition))
    table.add_row("probabilities", Text(remedy.probabilities))
    if remedy.kind.moves_prior:
        table.add_row("undo", Text(remedy.undo))
    made = () if call is None else (f"advice = {call}",)
    for place, line in enumerate((*made, *remedy.code)):
        table.add_row("write" if place == 0 else "", Text(line))
    table.add_row("source", Text(remedy.source))
    console.print(table)
    for each in remedy.alternatives:
        console.print(f"  instead of it: {escape(each.kind.sentence)} {escape(each.why)}", style="dim")
        wanted = "; ".join((*each.conditions, f"probabilities: {each.probabilities}"))
        undo = f"; to undo it: {each.undo}" if each.kind.moves_prior else ""
        console.print(f"    if {escape(wanted)}{escape(undo)} ({escape(each.source)})", style="dim")
        for line in each.code:
            console.print(f"    {escape(line)}", style="dim")


def draw_structure(found: Structure, console: Console) -> None:
    """What the label columns say about each other, each with its consequence."""
    from rich.markup import escape

    from rightloss.advice.observations import Kind

    seen = [each for each in found.observations if each.kind is not Kind.MULTICLASS]  # which the answer itself says
    if not seen:
        return
    console.print("\n[bold]the label columns[/bold]")
    last = None
    for each in seen[:MOST_SEEN]:
        if last is not None and each.kind is not last.kind:
            console.print(f"    {escape(last.consequence)}", style="dim")
        console.print(f"  {escape(each.text)}")
        if each.code is not None:
            console.print(f"    {escape(each.code)}", style="dim")
        last = each
    if last is not None:
        console.print(f"    {escape(last.consequence)}", style="dim")
    if len(seen) > MOST_SEEN:
        console.print(f"  ... and {len(seen) - MOST_SEEN:,} more")
    if found.tests:
        console.print(
            f"  ({found.tests:,} tests of pairs; chance makes any relation at most {found.level:.0%} of the time)"
        )
