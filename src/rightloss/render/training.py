"""Training and its scores, drawn on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rightloss.render.advice import flag, lines_to_write

if TYPE_CHECKING:
    from rich.console import Console

    from rightloss.answer import Advice
    from rightloss.train.goal import GoalScore
    from rightloss.train.scores import Scores
    from rightloss.train.training import Trained

MOST_CLASSES = 30
"""Rows of the table of classes; the rest is counted."""
MOST_LEFT_OUT = 12
EPOCHS_A_LINE = 10

_MEANING = {
    "accuracy": "share of right answers",
    "exact_match": "share of rows with every label right",
    "log_loss": "cross-entropy, lower is better",
    "macro_f1": "F1, mean over classes",
    "micro_f1": "F1 over all cells",
    "balanced_accuracy": "recall, mean over classes",
    "auc": "area under the ROC curve",
    "macro_auc": "area under the ROC curve, mean over labels",
}


@contextmanager
def progress(console: Console) -> Iterator[Callable[[int, Mapping[str, float]], None]]:
    """Follows training on one line, or by a line now and then where there is no terminal.

    Gives the function to call after each epoch.
    """
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    if not console.is_terminal:
        yield lambda epoch, logs: console.print(_told(epoch, logs)) if epoch % EPOCHS_A_LINE == 0 else None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
    task, best = bar.add_task("", total=None), float("inf")

    def on_epoch(epoch: int, logs: Mapping[str, float]) -> None:
        nonlocal best
        best = min(best, logs["val_loss"])
        bar.start()  # not before: what is said about the labels is printed first
        bar.update(task, description=f"{_told(epoch, logs)}   best {best:.4f}")

    try:
        yield on_epoch
    finally:
        bar.stop()


def _told(epoch: int, logs: Mapping[str, float]) -> str:
    return f"epoch {epoch}   loss {logs['loss']:.4f}   validation {logs['val_loss']:.4f}"


def draw_choice(advice: Advice, console: Console) -> None:
    """What will be trained with, and the questions that the labels leave open."""
    from rich.markup import escape

    assert advice.contract is not None
    console.print(f"[bold]{advice.task} classification[/bold]: {escape(advice.reading.title)}")
    for what, expression in lines_to_write(advice.contract, advice.watch):
        console.print(f"  [dim]{what:<11}[/dim] {escape(expression)}", soft_wrap=True)
    if advice.remedy is not None:
        console.print(f"  [dim]{'for ' + advice.remedy.goal:<11}[/dim] {escape(advice.remedy.kind.sentence)}")
        console.print(f"  [dim]{'why':<11}[/dim] {escape(advice.remedy.why)}")
    for question in advice.questions:
        console.print(f"[bold yellow]?[/bold yellow] {escape(question.text)} Trained on the first answer.")
        for value, means in question.answers:
            console.print(f"    {escape(flag(question.keyword, value)):<22} {escape(means)}")


def draw_trained(trained: Trained, console: Console, seconds: float) -> None:
    """Notes, scores on the held-out rows, and what to do next."""
    from rich.markup import escape

    draw_notes(trained.notes, console)
    left_out = list(trained.inputs.left_out.items())
    for name, why in left_out[:MOST_LEFT_OUT]:
        console.print(f"note: column {escape(repr(name))} {escape(why)}: left out")
    if len(left_out) > MOST_LEFT_OUT:
        console.print(f"note: {len(left_out) - MOST_LEFT_OUT} more columns are left out; see features.json")
    rows, run = trained.metrics["rows"], trained.metrics["training"]
    console.print(
        f"trained on {rows['train']:,} rows with {len(trained.inputs.features)} columns, {run['epochs']} epochs, best "
        f"after {run['best_epoch']} (on {rows['validation']:,} validation rows), {seconds:.0f} s in all\n"
    )
    draw_scores(trained.scores, console, f"{trained.scores.rows:,} held-out rows")
    if trained.folder is not None:
        console.print(f"\nmodel, label names, scores and code: [bold]{escape(str(trained.folder))}[/bold]")
        console.print(f"next: rightloss predict {escape(str(trained.folder))} NEW.csv", soft_wrap=True)


def draw_notes(notes: tuple[str, ...], console: Console) -> None:
    """One line for each note."""
    from rich.markup import escape

    for note in notes:
        console.print(f"note: {escape(note)}")


def draw_scores(scores: Scores, console: Console, title: str) -> None:
    """Scores beside those of a constant answer, then one row for each class."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    console.print(title, style="bold")
    table.add_column("score", min_width=17)
    table.add_column("model", justify="right", min_width=5)
    table.add_column("same answer", justify="right", min_width=11)
    table.add_column("")
    for name, value in scores.values.items():
        constant = scores.baseline.get(name)
        told = "" if constant is None else f"{constant:.3f}"
        table.add_row(name, f"{value:.3f}", told, Text(_MEANING[name], style="dim"))
    console.print(table)
    if scores.goal is not None:
        _draw_goal(scores.goal, console)
    if scores.values["log_loss"] >= scores.baseline["log_loss"]:
        console.print(
            "[bold yellow]no better than always giving the training frequencies[/bold yellow]: the columns say little "
            "about the label, or the rows are too few"
        )
    console.print()
    console.print(_class_table(scores))
    if len(scores.classes) > MOST_CLASSES:
        console.print(f"... and {len(scores.classes) - MOST_CLASSES} more, in the JSON")


def _draw_goal(found: GoalScore, console: Console) -> None:
    from rich.markup import escape

    if not found.decided:
        console.print(f"\nfor [bold]{escape(found.name)}[/bold]: not measured, these rows are all of one kind")
        return
    plain, decided = (
        ", ".join(f"{name} {value:.3f}" for name, value in each.items()) for each in (found.plain, found.decided)
    )
    console.print(f"\nfor [bold]{escape(found.name)}[/bold]: {decided} ({found.remedy.value}); read as usual: {plain}")


def _class_table(scores: Scores) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("class", overflow="ellipsis", max_width=30)
    for name in ("rows", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    for each in scores.classes[:MOST_CLASSES]:
        cells = (f"{each.precision:.3f}", f"{each.recall:.3f}", f"{each.f1:.3f}") if each.rows else ("-", "-", "-")
        table.add_row(Text(str(each.name)), f"{each.rows:,}", *cells)
    return table
