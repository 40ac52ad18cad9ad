"""rightloss check PATH..."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rightloss.checking.config import Config
    from rightloss.checking.report import Report

STDIN = "-"
MODELS = (".keras", ".h5")


@click.command(short_help="Find the broken contract in Python files and notebooks, without running them.")
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--data", type=click.Path(), help="The data of a saved model: an .npz file with arrays x and y.")
@click.option("--select", "-s", "selected", multiple=True, metavar="CODES", help="Only these codes or prefixes (RL2).")
@click.option("--ignore", "-i", "ignored", multiple=True, metavar="CODES", help="Not these codes or prefixes.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Files or folders to leave out below the paths.")
@click.option("--config", type=click.Path(dir_okay=False), help="The pyproject.toml to use; the nearest by default.")
@click.option("--stdin-filename", metavar="PATH", help="What to call the text that comes through - (stdin).")
@click.option(
    "--statistics", is_flag=True, help="Also count findings by code, and reasons for what was not understood."
)
@click.option("--show-resolved", is_flag=True, help="Also show a table of what was understood of each compile.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="warning",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "concise", "json"]),
    default="text",
    show_default=True,
    help="What to print.",
)
def command(
    paths: tuple[str, ...],
    data: str | None,
    selected: tuple[str, ...],
    ignored: tuple[str, ...],
    exclude: tuple[str, ...],
    config: str | None,
    stdin_filename: str | None,
    statistics: bool,
    show_resolved: bool,
    fail_on: str,
    format_: str,
) -> int:
    """Read Python files and notebooks, and folders of them, and report where labels, last layer, loss, metrics and the
    way predictions are read do not fit each other. Nothing is run or imported.

    A PATH may also be a saved model: rightloss check model.keras --data data.npz

    PATHS may be - for a program on stdin. A path named here is always read; .gitignore and excludes apply below it.
    Silence one line with `# rightloss: ignore[RL201]`. Exit code 0: no error or warning; 1: there is one; 2: a path is
    not there, or no file could be read. One of many files that cannot be read is told on stderr.
    """
    from rightloss.checking.report import joined
    from rightloss.checking.source import check_source, check_text
    from rightloss.views.source.notebooks import decode

    chosen = _configuration(paths, config, selected, ignored, exclude)
    reports: list[Report] = []
    if STDIN in paths:
        text = decode(sys.stdin.buffer.read())
        reports.append(check_text(text, stdin_filename or "<stdin>", chosen))
    models = [path for path in paths if path.endswith(MODELS)]
    reports += [_model(path, data, chosen) for path in models]
    named = [path for path in paths if path != STDIN and path not in models]
    if named:
        reports.append(check_source(named, chosen))
    report = reports[0] if len(reports) == 1 else joined(reports)
    for problem in report.problems:
        click.echo(problem, err=True)
    _print(report, format_, show_resolved=show_resolved, statistics=statistics)
    return _exit_code(report, fail_on)


def _model(path: str, data: str | None, config: Config) -> Report:
    """The report of a saved model."""
    from rightloss.checking.file import check_model_file

    if data is None:
        raise click.UsageError(f"{path} is a saved model: also give --data, an .npz file with its arrays x and y")
    report = check_model_file(path, data)
    return replace(report, findings=tuple(each for each in report.findings if config.wants(each.code, path)))


def _configuration(
    paths: tuple[str, ...],
    file: str | None,
    selected: tuple[str, ...],
    ignored: tuple[str, ...],
    exclude: tuple[str, ...],
) -> Config:
    """The nearest pyproject.toml, and what the command line says beside it."""
    from rightloss.checking.config import find, load

    first = next((path for path in paths if path != STDIN), ".")
    found = load(Path(file)) if file is not None else find(Path(first))
    chosen = _codes(selected, "--select")
    return replace(
        found,
        select=chosen or found.select,
        ignore=(*found.ignore, *_codes(ignored, "--ignore")),
        exclude=(*found.exclude, *exclude),
    )


def _codes(given: tuple[str, ...], option: str) -> tuple[str, ...]:
    from rightloss.checking.config import known_code

    return tuple(known_code(code, option) for each in given for code in each.split(",") if code.strip())


def _print(report: Report, format_: str, *, show_resolved: bool, statistics: bool) -> None:
    from rightloss.render import findings

    if format_ == "json":
        click.echo(findings.to_json(report))
    elif format_ == "concise":
        for line in findings.concise(report):
            click.echo(line)
        click.echo(findings.summary_line(report), err=True)
    elif getattr(report, "advice", None) is not None:
        click.echo(str(report))
    else:
        from rich.console import Console

        findings.draw(report, Console(highlight=False), resolved=show_resolved, statistics=statistics)


def _exit_code(report: Report, fail_on: str) -> int:
    from rightloss.findings import Severity

    if report.summary.files and report.summary.files == report.summary.skipped:
        return 2
    serious = (Severity.ERROR,) if fail_on == "error" else (Severity.ERROR, Severity.WARNING)
    return int(any(each.severity in serious for each in report.findings))
