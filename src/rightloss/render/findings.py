"""Findings as text for terminals, one line each, or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rightloss.checking.report import Report, Understood
from rightloss.findings import Finding, Place, Severity
from rightloss.render.console import plain
from rightloss.render.starts import start_lines

if TYPE_CHECKING:
    from rich.console import Console

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_LABEL = 10  # columns of "expected  "


def to_text(report: Report, *, resolved: bool = False, statistics: bool = False) -> str:
    """The report without colour."""
    return plain(lambda console: draw(report, console, resolved=resolved, statistics=statistics))


def to_json(report: Report) -> str:
    """The documented JSON, and nothing else."""
    return json.dumps(report.to_json(), indent=2, ensure_ascii=False)


def where(place: Place) -> str:
    """`path:line:column`, with the cell of a notebook."""
    if place.path is None:
        return "model"
    cell = f"cell {place.cell}:" if place.cell is not None else ""
    return f"{place.path}:{cell}{place.line}:{place.column}" if place.line is not None else place.path


def concise(report: Report) -> Iterator[str]:
    """One line for each finding."""
    for each in report.findings:
        output = f" [{each.output}]" if each.output else ""
        yield f"{where(each.place)}: {each.severity} {each.code}{output} {each.message}"


def draw(report: Report, console: Console, *, resolved: bool = False, statistics: bool = False) -> None:
    """Draw a report on a rich console: findings, then what was understood, then counts."""
    from rich.text import Text

    for each in report.findings:
        _draw_finding(each, report.excerpts.get(each.place, ""), console)
    if resolved:
        _draw_understood(report, console)
    if statistics:
        _draw_statistics(report, console)
    console.print(summary_line(report), soft_wrap=True)
    for text in start_lines(report):
        console.print(Text(text), soft_wrap=True)


def _draw_finding(finding: Finding, line: str, console: Console) -> None:
    from rich.text import Text

    head = Text()
    live = f"model, {finding.where}" if finding.place.path is None and finding.where else ""
    head.append(live or where(finding.place), style="bold")
    head.append(f"  {finding.severity} ", style=_STYLE[finding.severity])
    head.append(f"{finding.code} {finding.rule}", style=_STYLE[finding.severity])
    if finding.output:
        head.append(f"  output {finding.output}")
    console.print(head, soft_wrap=True)
    _draw_excerpt(finding, line, console)
    console.print(Text(f"  {_here(finding.message, finding.place)}"), soft_wrap=True)
    for text in finding.seen:
        _labelled("seen", _here(text, finding.place), console)
    _labelled("expected", _here(finding.expected, finding.place), console)
    if finding.symptom:
        _labelled("you see", finding.symptom, console)
    for fix in finding.fixes:
        _labelled("fix", f"{_here(fix.title, finding.place)}{' (safe)' if fix.safe else ''}", console)
    for step in finding.diagnosis:
        _labelled("look at", step, console)
    if finding.question:
        _labelled("decide", finding.question, console)
    if finding.also:
        _labelled("also", ", ".join(finding.also), console)
    _labelled("more", f"rightloss explain {finding.code}", console)
    console.print()


def _here(text: str, place: Place) -> str:
    """The text with places in the finding's own file written short: its head names the file already."""
    if place.path is None:
        return text
    return text.replace(f"{place.path}:cell ", "cell ").replace(f"{place.path}:", "line ")


def _draw_excerpt(finding: Finding, line: str, console: Console) -> None:
    """The source line, and a mark under what the finding points at."""
    from rich.text import Text

    place = finding.place
    if not line or place.line is None or place.column is None:
        return
    number = str(place.line)
    start = place.column - 1
    same = place.end_line == place.line and place.end_column is not None
    end = place.end_column - 1 if same and place.end_column is not None else len(line.rstrip())
    lead = "".join("\t" if character == "\t" else " " for character in line[:start])
    console.print(Text(f"  {number} | {line.rstrip()}"), soft_wrap=True)
    marks = "^" * max(1, end - start)
    console.print(Text(f"  {' ' * len(number)} | {lead}{marks}", style=_STYLE[finding.severity]), soft_wrap=True)


def _labelled(label: str, text: str, console: Console) -> None:
    from rich.text import Text

    console.print(Text(f"  {label:<{_LABEL}}{text}"), soft_wrap=True)


def _draw_understood(report: Report, console: Console) -> None:
    """One table for each file, a row for each site and output."""
    from rich.table import Table

    for path in dict.fromkeys(each.place.path for each in report.understood):
        table = Table(title=str(path), title_justify="left", box=None, padding=(0, 2, 0, 0))
        for heading in ("line", "last layer", "loss", "labels"):
            table.add_column(heading, overflow="fold")
        for each in report.understood:
            if each.place.path == path:
                table.add_row(*_row(each))
        console.print(table)
        console.print()


def _row(each: Understood) -> tuple[str, ...]:
    cell = f"cell {each.place.cell}:" if each.place.cell is not None else ""
    layer = " ".join(part for part in (each.output or "", each.layer, each.units, each.activation) if part)
    loss = f"{each.loss} from_logits={each.from_logits}" if each.from_logits in ("true", "false") else each.loss
    why = f"not resolved: {each.reason}" if each.reason else layer
    return (f"{cell}{each.place.line}", why, loss, each.labels)


def _draw_statistics(report: Report, console: Console) -> None:
    counts = Counter((each.code, each.rule) for each in report.findings)
    for (code, rule), count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        console.print(f"{count:>5}  {code}  {rule}", soft_wrap=True)
    for reason, count in sorted(report.summary.reasons.items(), key=lambda pair: (-pair[1], pair[0])):
        console.print(f"{count:>5}  RL901  not resolved: {reason}", soft_wrap=True, markup=False)


def summary_line(report: Report) -> str:
    """Counts in one sentence."""
    summary = report.summary
    found = Counter(each.severity for each in report.findings)
    counts = ", ".join(f"{found[each]} {each}{'' if found[each] == 1 else 's'}" for each in Severity)
    if not summary.files:  # a live model
        outputs = f" in {summary.setups} output{'' if summary.setups == 1 else 's'}" if summary.setups else ""
        return f"{counts}{outputs}."
    files = f"{summary.files} file{'' if summary.files == 1 else 's'}"
    understood = f"{summary.resolved} of {summary.setups} set-ups understood" if summary.setups else "no set-up found"
    skipped = f", {summary.skipped} not readable" if summary.skipped else ""
    return f"{counts} in {files}{skipped}; {understood}."
