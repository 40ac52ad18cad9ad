"""predict and evaluate: a saved model on new rows of the same table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rightloss.errors import MissingColumn, UnreadableInput, UnsupportedInput, WrongArgument
from rightloss.train.build import run
from rightloss.train.columns import holds_numbers, is_text, texts
from rightloss.train.data import Source, label_values, labelled, open_source
from rightloss.train.features import Kind
from rightloss.train.folder import LabelMap, Saved, load
from rightloss.train.label_columns import independent
from rightloss.train.measure import measure
from rightloss.train.scores import Scores
from rightloss.views.labels.columns import listing
from rightloss.views.labels.formats.csv_table import NOT_AVAILABLE


@dataclass(frozen=True)
class Predictions:
    """One row for each row of the data.

    `answers`: class names (n,), or 0 and 1 (n, K) for labels that can be true together. `probabilities`: (n, K), in the
    order of `classes`.
    """

    classes: tuple[Any, ...]
    answers: np.ndarray
    probabilities: np.ndarray
    notes: tuple[str, ...] = ()

    def header(self) -> list[str]:
        """Column names of the CSV: the answer, then a probability for each class."""
        names = list(map(str, self.classes))
        return [*(names if self.answers.ndim == 2 else ["class"]), *(f"probability_{name}" for name in names)]

    def rows(self) -> Any:
        """Rows of the CSV: the answer, then a probability for each class with six digits."""
        for answer, p in zip(self.answers, self.probabilities, strict=True):
            cells = answer.tolist() if self.answers.ndim == 2 else [answer]
            yield [*cells, *(f"{value:.6f}" for value in p)]


def predict(path: str | Path, data: Any, *, header: bool | None = None) -> Predictions:
    """Predict with the model in a folder; where it was trained for a goal, by the decision for that goal.

    Args:
        path: the folder that `train` wrote.
        data: path or glob of a table, or a data frame, with the feature columns of the training table. The label column
            may be missing and other columns are not looked at. Missing cells and unseen categories are fine.
        header: whether the first line of a text table holds names; None looks at it.

    Raises:
        UnreadableInput: the folder or the table could not be read. MissingColumn: a feature column is not there.
    """
    saved = load(path)
    source = _aligned(open_source(data, header=header), saved)
    table, notes = _read(saved, source, ())
    out = run(saved.model, saved.cells(table))
    labels, p = saved.labels, out["probabilities"]
    several = independent(labels.contract.labels)
    answers = out["labels"] if several else p.argmax(axis=1)
    if labels.aim is not None:
        answers, p = labels.aim.answers(p, labels.contract), labels.aim.probabilities(p, labels.contract)
    if several:
        return Predictions(labels.classes, answers, p, notes)
    names = np.empty(len(labels.classes), dtype=object)
    names[:] = labels.classes
    return Predictions(labels.classes, names[answers], p, notes)


def evaluate(path: str | Path, data: Any, *, header: bool | None = None) -> tuple[Scores, tuple[str, ...]]:
    """Scores of the model in a folder on new rows with labels, and notes about these rows.

    Args:
        path: the folder that `train` wrote.
        data: as for `predict`, with the label column. Rows without a label are left out.
        header: as for `predict`.

    Raises:
        UnreadableInput, MissingColumn: as for `predict`.
        UnsupportedInput: no row has a label. WrongArgument: a label that the model does not know.
    """
    saved = load(path)
    source = _aligned(open_source(data, header=header), saved)
    columns = saved.labels.columns
    _need(columns, source, "label")
    table, notes = _read(saved, source, columns)
    nothing = saved.labels.nothing
    if nothing is None and NOT_AVAILABLE not in saved.labels.classes:
        nothing = NOT_AVAILABLE  # no label, unless it is the name of a class
    known = labelled(table, columns, nothing)
    if not known.any():
        raise UnsupportedInput(
            f"{source.where} has no row with a label", expected="rows with labels", fix="use rightloss predict"
        )
    if not known.all():
        notes = (*notes, f"{int((~known).sum()):,} of {len(known):,} rows have no label and are left out")
    table = table.filter(known)
    y = _encoded(label_values(table, columns), saved.labels)
    return measure(saved.model, saved.cells(table), y, saved.labels), notes


def _aligned(source: Source, saved: Saved) -> Source:
    """A table without a line of names gets those of the training table, which had none either, by position."""
    wanted = saved.inputs
    if source.named or wanted.named:
        return source
    without = [name for name in wanted.columns if name not in saved.labels.columns]
    for names in (list(wanted.columns), without):
        if len(names) == len(source.names):
            load = partial(_renamed, source, dict(zip(names, source.names, strict=True)))
            return replace(source, names=tuple(names), load=load)
    raise UnreadableInput(
        f"{source.where} has {len(source.names)} columns and no line of names",
        expected=f"{len(wanted.columns)} columns as in training, or {len(without)} without the label",
        fix="give the columns in the order of the training table",
    )


def _renamed(
    source: Source,
    theirs: dict[str, str],
    columns: Sequence[str],
    texts: Collection[str] = (),
    declared: Collection[str] = (),
) -> Any:
    table = source.load(*([theirs[name] for name in names] for names in (columns, texts, declared)))
    return table.rename_columns(list(columns))


def _need(columns: Sequence[str], source: Source, what: str) -> None:
    gone = [name for name in columns if name not in source.names]
    if gone:
        raise MissingColumn(
            f"{source.where} has no {what} column {', '.join(map(repr, gone[:8]))}; it has {listing(source.names)}",
            expected=f"the {what} columns of the training table: {listing(columns)}",
            fix="name the columns as in training; cells may be empty, which the model reads as missing",
        )


def _read(saved: Saved, source: Source, more: Sequence[str]) -> tuple[Any, tuple[str, ...]]:
    """(the columns the model reads, and `more`; notes on what the model has not seen in training)."""
    features = saved.inputs.features
    _need([each.column for each in features], source, "feature")
    categories = [each.column for each in features if each.kind is Kind.CATEGORY]
    table = source.load(list(dict.fromkeys([*(each.column for each in features), *more])), categories)
    notes = list(source.notes)
    for each in features:
        cells = each.read(table)[:, 0]
        if each.kind is Kind.CATEGORY:
            unseen = sorted({*texts(table.column(each.column))} - {*each.vocabulary, ""})
            if unseen:
                told = f"{_number(len(unseen), 'value')} that training saw at most once"
                notes.append(f"{each.column!r} has {told}: {_first(unseen)}")
            missing = int((cells == "").sum())
        else:
            words = _words(table.column(each.column))
            if words:
                told = f"{_number(len(words), 'cell')} without a number ({_first(sorted(set(words)))})"
                notes.append(f"{each.column!r} has {told}: read as missing")
            missing = int((~np.isfinite(cells)).sum()) - len(words)
        if missing and not each.missing:
            notes.append(f"{each.column!r} has {_number(missing, 'missing cell')}, and had none in training")
    return table, tuple(notes)


def _words(column: Any) -> list[str]:
    """Cells of a column of numbers that are neither numbers nor a way to write "missing"."""
    return holds_numbers(cell for cell in texts(column) if cell)[1] if is_text(column.type) else []


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _first(values: Sequence[str]) -> str:
    return ", ".join(map(repr, values[:3]))


def _encoded(values: Any, labels: LabelMap) -> np.ndarray:
    """Labels of new rows as the loss reads them; WrongArgument where one is not among the classes."""
    from rightloss.views.labels.encode import encode

    prepared, contract = labels.preparation, labels.contract
    if not independent(contract.labels) and (prepared is None or prepared.classes):
        _refuse_unknown(values, labels.classes if prepared is None else prepared.classes)
    y = encode(values, prepared, contract)
    return y.reshape(len(y), -1) if y.ndim > 1 else y


def _refuse_unknown(values: Any, classes: Sequence[Any]) -> None:
    array = np.asarray(values)
    if array.ndim != 1:  # one-hot rows
        return
    unknown = sorted({each for each in array.tolist() if each not in set(classes)}, key=repr)
    if unknown:
        raise WrongArgument(
            f"labels that the model does not know: {_shown(unknown[:5])}",
            expected=f"one of {_shown(classes[:20])}",
            fix="correct or remove these rows, or train again with them",
        )


def _shown(labels: Sequence[Any]) -> str:
    return ", ".join(repr(each) if isinstance(each, str) else str(each) for each in labels)
