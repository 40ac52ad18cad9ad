"""Questions keep their promise: each offered answer settles its question, and leads to what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from select_cases import BREAKERS, MORE_D, ONE_D, Case
from select_inputs import INPUTS, Input
from select_pictures import PICTURES

import rightloss as rl
from rightloss.contract import Source
from rightloss.views.labels.readings import NO_IGNORE

ASKING = [
    *(case for case in (*ONE_D, *MORE_D, *BREAKERS) if case.sure is not True),
    *(case for case in (*INPUTS, *PICTURES) if case.asks),
]


def _said(case: Case | Input) -> dict[str, Any]:
    return case.keywords if isinstance(case, Case) else {}


def _task(advice: rl.Advice, value: Any) -> None:
    if value == "regression":
        assert advice.contract is None
        assert advice.reading.answers["task"] == "regression"
        assert "Dense(" in advice.reading.instead
    else:
        assert advice.task == value


def _positions(advice: rl.Advice, value: Any) -> None:
    found = advice.reading.answers["positions"] if advice.contract is None else advice.contract.positions
    assert found == value


def _several_true(advice: rl.Advice, value: Any) -> None:
    assert (advice.task == "multilabel") is value


def _ignore(advice: rl.Advice, value: Any, offered: list[Any], labels: Any) -> None:
    """A code is no class and counts nowhere; "none" makes every offered code a class."""
    if value == NO_IGNORE:
        assert advice.contract is not None
        codes = [each for each in offered if each != NO_IGNORE]
        if advice.contract.labels != "multihot":
            assert set(codes) <= set(advice.classes)
        assert advice.contract.ignore not in codes or advice.contract.ignore != advice.contract.ignore
        return
    assert str(value) not in list(map(str, advice.classes))
    if advice.contract is None:
        assert advice.reading.source is Source.CONSTANT
        return
    assert advice.contract.ignore is not None
    array = np.asarray(labels)
    if array.dtype != object:
        gone = advice.encode(labels).reshape(array.shape)[array == value]
        assert len(gone)
        assert (gone == advice.contract.ignore).all()


def _check(advice: rl.Advice, keyword: str, value: Any, offered: list[Any], labels: Any) -> None:
    if keyword == "ignore":
        _ignore(advice, value, offered, labels)
    else:
        {"task": _task, "positions": _positions, "several_true": _several_true}[keyword](advice, value)


@pytest.mark.parametrize("case", ASKING, ids=str)
def test_every_answer_leads_to_what_it_says(case: Case | Input) -> None:
    """The question is gone, the reading is the one that was offered, and the contract has the task, the positions and
    the ignore value of the answer."""
    advice = rl.select(case.make(), **_said(case))
    for question in advice.questions:
        assert question.answers
        offered = [value for value, _ in question.answers]
        assert len(offered) == len(set(map(str, offered)))
        for value, means in question.answers:
            answered = rl.select(case.make(), **{**_said(case), question.keyword: value})
            assert question.keyword not in [each.keyword for each in answered.questions]
            assert answered.reading.title == means
            _check(answered, question.keyword, value, offered, case.make())


@pytest.mark.parametrize(
    ("advice", "keyword", "value"),
    [
        (rl.select([0, 1, 2] * 20), "task", "regression"),
        (rl.select([0, 1, 2] * 20), "task", "binary"),
        (rl.select([0, 1, 2] * 20), "positions", "token"),
        (rl.select([0, 1, 2] * 20), "several_true", True),
        (rl.select(np.array([0, 1, 255] * 20)), "ignore", NO_IGNORE),
        (rl.select(np.array([0, 1, 255] * 20), ignore=NO_IGNORE), "ignore", 255),
    ],
)
def test_a_broken_promise_is_seen(advice: rl.Advice, keyword: str, value: Any) -> None:
    """The check above can fail: advice for one answer is not taken for that of another."""
    with pytest.raises(AssertionError):
        _check(advice, keyword, value, [255, NO_IGNORE], np.array([0, 1, 255] * 20))
