"""Numbers as people write them, and intervals as texts: the line that is told gives the numbers that were meant."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

import rightloss as rl
from rightloss.errors import RightlossError, UnsupportedInput
from rightloss.views.labels.readings.written_numbers import writings

MEANT = [
    (["12,5 %", "3 %", "0,25 %"], [12.5, 3, 0.25]),
    (["$1,5", "$2,75"], [1.5, 2.75]),
    (["3,00 €", "12,50 €"], [3, 12.5]),
    (["1.000,50 €", "12,50 €", "1.000 €"], [1000.5, 12.5, 1000]),
    (["-$5", "$7.5"], [-5, 7.5]),
    (["$10", "$1,250.50", "€5"], [10, 1250.5, 5]),
    (["1,234,567", "900"], [1234567, 900]),
    (["0,5", "-1,25"], [0.5, -1.25]),
]
NAMES = [["12.5.3 %", "1.2.1 %"], ["10.100.200", "10.100.300"], ["12,5 %", "1.5 %"], ["- $5", "$6"]]


def _told(labels: list[str]) -> str:
    """All that is said of the labels, an error or not."""
    try:
        return str(rl.select(labels))
    except RightlossError as error:
        return str(error)


@pytest.mark.parametrize(("texts", "meant"), MEANT)
def test_the_line_gives_the_numbers_that_were_meant(texts: list[str], meant: list[float]) -> None:
    """The line itself, run on the labels, gives the numbers, and is what the user is told."""
    (way,) = writings(texts)
    assert eval(f"[{way.line} for label in texts]", {"texts": texts}) == meant
    assert [way.number(text) for text in texts] == meant
    assert way.line in re.sub(r"\s+", " ", _told(texts * 20))


@pytest.mark.parametrize("texts", NAMES)
def test_no_line_is_told_that_would_fail_or_guess(texts: list[str]) -> None:
    """Texts for which no line gives sure numbers stay names of classes."""
    assert writings(texts) == []
    assert "float(label" not in _told(texts * 20)


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [(["1,234", "5,678"], [1234, 1.234]), (["1.234 €", "5.678 €"], [1.234, 1234])],
)
def test_a_group_of_three_digits_may_be_decimals(texts: list[str], numbers: list[float]) -> None:
    """Where each label has one separator and three digits after it, both meanings are told."""
    ways = writings(texts)
    assert [way.number(texts[0]) for way in ways] == numbers
    told = re.sub(r"\s+", " ", _told(texts * 20))
    assert all(f"{way.line} for label in y] if {texts[0]!r} means {way.number(texts[0]):g}" in told for way in ways)


def _cut() -> Any:
    return pd.cut(list(range(60)), 3)


@pytest.mark.parametrize("held", [_cut, lambda: pd.CategoricalIndex(_cut()), lambda: pd.Series(_cut())])
def test_the_line_for_intervals_runs_and_leads_to_their_classes(held: Any) -> None:
    """What the error says to write works on the labels it is said of, and gives one class for each interval."""
    y = held()
    with pytest.raises(UnsupportedInput) as refused:
        rl.select(y)
    assert refused.value.fix is not None
    found = rl.select(eval(refused.value.fix.removeprefix("y = "), {"y": y}))
    assert (found.task, len(found.classes)) == ("multiclass", 3)


@pytest.mark.parametrize("right", [True, False])
def test_texts_of_intervals_are_not_lists_of_tags(right: bool) -> None:
    """The texts (a, b] and [a, b) name one class each, also where no categories are declared."""
    found = rl.select([str(each) for each in pd.cut(list(range(60)), 4, right=right)])
    assert (found.task, len(found.classes)) == ("multiclass", 4)


def test_lists_written_with_brackets_stay_lists() -> None:
    """Brackets of one kind are those of lists."""
    assert rl.select(["[a, b]", "[b, c]", "[a]", "[c, a]"] * 20).task == "multilabel"


def test_declared_categories_are_never_split() -> None:
    """A row of declared categories holds one of them, though its name holds a comma; the same texts alone are tags."""
    texts = ["a,b", "b,c", "a", "c,a"] * 20
    assert rl.select(pd.Series(texts, dtype="category")).task == "multiclass"
    assert rl.select(texts).task == "multilabel"


def test_empty_cells_are_left_out_before_the_line_runs() -> None:
    """`float('')` is an error, so the rows go first."""
    assert "leave out the rows without a label" in _told(["10%", "5%", ""] * 20)
    assert "leave out" not in _told(["10%", "5%"] * 20)
