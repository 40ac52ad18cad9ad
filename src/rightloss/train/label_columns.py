"""The label columns of a table: rows without a label leave, `select` answers, and what cannot be trained on is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rightloss.answer import Advice, Several
from rightloss.contract import Labels, Positions
from rightloss.errors import EmptyInput, NoCrossEntropyFits, UnsupportedInput
from rightloss.select import select
from rightloss.train.columns import holds_numbers, is_text, texts
from rightloss.train.data import label_values, labelled
from rightloss.views.labels.readings import NO_IGNORE

if TYPE_CHECKING:
    import pyarrow as pa

FEWEST = 20  # rows; with fewer, the held-out rows are a handful


@dataclass(frozen=True)
class Labelled:
    """The rows that have a label, the advice for their labels, and the labels as the loss reads them."""

    table: pa.Table
    advice: Advice
    y: np.ndarray
    nothing: Any  # the value that stood for "no label", None where there was none
    notes: tuple[str, ...]

    @property
    def several_true(self) -> bool:
        """Whether several labels of one row can be true at once."""
        return independent(self.advice.contract.labels) if self.advice.contract else False


def independent(labels: Labels) -> bool:
    """Whether each column of the labels is a yes or no of its own."""
    return labels in (Labels.MULTIHOT, Labels.MULTIHOT_MISSING)


def advise(table: pa.Table, columns: Sequence[str], answers: Mapping[str, Any]) -> Labelled:
    """Select for the label columns of a table.

    Args:
        table: the rows, labels and all.
        columns: the label columns.
        answers: keywords of `rightloss.select`.

    Raises:
        NoCrossEntropyFits: one class, quantities, ids.
        UnsupportedInput: several outputs, labels for tokens, probabilities as labels, numbers mixed with words, too
            few rows or more classes than they can carry.
        WrongArgument: an answer contradicts the labels.
    """
    ignore = answers.get("ignore")
    nothing = None if ignore in (None, NO_IGNORE) else ignore
    kept, notes = _with_label(table, columns, nothing)
    _refuse_mixed(kept, columns, answers)
    advice = _one_answer(kept, columns, {**answers, "ignore": NO_IGNORE if ignore == NO_IGNORE else None})
    code = advice.reading.answers.get("ignore")
    if len(columns) == 1 and advice.contract is not None and advice.contract.ignore is not None and code is not None:
        # A code such as -1 among class ids: those rows leave, and the rest is plain classes.
        nothing = code
        kept, notes = _with_label(table, columns, nothing)
        questions = advice.questions
        advice = replace(_one_answer(kept, columns, {**answers, "ignore": None}), questions=questions)
    _refuse(advice, kept.num_rows, columns)
    y = advice.encode(label_values(kept, columns))
    one_unit = advice.contract is not None and advice.contract.labels is Labels.BINARY
    return Labelled(kept, advice, y.reshape(-1, 1) if one_unit else y, nothing, notes)


def _with_label(table: pa.Table, columns: Sequence[str], nothing: Any) -> tuple[pa.Table, tuple[str, ...]]:
    known = labelled(table, columns, nothing)
    gone = int((~known).sum())
    if gone == len(known):
        raise EmptyInput(
            f"label {_spoken(columns)} has no value in any of {gone:,} rows",
            expected="rows with a label",
            fix="--label COL",
        )
    why = "" if nothing is None else f" (missing, or {nothing!r})"
    notes = (f"{gone:,} of {len(known):,} rows have no label{why} and are left out",) if gone else ()
    return table.filter(known) if gone else table, notes


def _one_answer(table: pa.Table, columns: Sequence[str], answers: Mapping[str, Any]) -> Advice:
    advice = select(table.select(list(columns)), **answers)
    if isinstance(advice, Several):
        raise UnsupportedInput(
            f"label columns {_spoken(columns)} are {len(advice)} outputs, not one set of 0/1 columns",
            expected="one label column, or columns of 0 and 1 that belong together",
            fix=f"train one model for each: --label {columns[0]}",
        )
    return advice


def _refuse_mixed(table: pa.Table, columns: Sequence[str], answers: Mapping[str, Any]) -> None:
    """Numbers and a few words in one label column: a slip or a code for "missing", unless the user knows better."""
    column = table.column(columns[0])
    if len(columns) > 1 or not is_text(column.type) or answers.get("task") is not None:
        return
    counts = dict.fromkeys(texts(column).tolist())
    found, _ = holds_numbers(counts)
    odd = [each for each in counts if not holds_numbers([each])[0]]
    if found > len(odd) > 0:
        shown = ", ".join([*(each for each in counts if each not in odd)][:3] + odd[:3])
        raise UnsupportedInput(
            f"label {columns[0]!r} mixes numbers and words: {shown}",
            expected="labels of one kind",
            fix=f"correct them; --ignore {odd[0]!r} where that means 'no label'; --task multiclass where all are names",
        )


def _refuse(advice: Advice, rows: int, columns: Sequence[str]) -> None:
    """Errors for labels that this verb does not train on."""
    contract, name = advice.contract, _spoken(columns)
    if contract is None:
        ways = [f"--{each.keyword} {answer}" for each in advice.questions for answer, _ in each.answers[1:2]]
        raise NoCrossEntropyFits(
            f"label {name}: {advice.reading.title}; no cross-entropy fits"
            + "".join(f"\n  {fact}" for fact in advice.facts[:4]),
            expected="labels that are classes",
            fix=advice.reading.instead + (f"; if they are classes after all: {ways[0]}" if ways else ""),
        )
    if contract.positions is not Positions.EXAMPLE:
        raise UnsupportedInput(
            f"label {name} holds one label for each {contract.positions.value}",
            expected="one label for each row",
            fix="rightloss select prints the code for such labels: add --code",
        )
    if contract.soft:
        raise UnsupportedInput(
            f"label {name} holds probabilities",
            expected="labels that are decided: 0 or 1, ids, names",
            fix="rightloss select prints the code for such labels: add --code",
        )
    several = independent(contract.labels)
    if rows < FEWEST or (not several and len(advice.classes) * 2 > rows) or (several and len(advice.classes) > rows):
        what = "labels" if several else "classes"
        raise UnsupportedInput(
            f"label {name} has {len(advice.classes)} {what} in {rows} rows",
            expected=f"at least {FEWEST} rows, and more rows than {what}",
            fix="add rows, or join rare classes into one",
        )


def _spoken(columns: Sequence[str]) -> str:
    return repr(columns[0]) if len(columns) == 1 else f"{columns[0]!r} to {columns[-1]!r} ({len(columns)} columns)"
