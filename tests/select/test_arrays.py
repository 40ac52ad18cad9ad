"""`select` on arrays that fool other systems: the right answer first, a question only where labels leave doubt."""

from __future__ import annotations

import pytest
from select_cases import BREAKERS, MORE_D, ONE_D, Case

import rightloss as rl


@pytest.mark.parametrize("case", [*ONE_D, *MORE_D, *BREAKERS], ids=str)
def test_right_answer_comes_first(case: Case) -> None:
    """Task, encoding, loss, ignore value and source are those of the table; sure only where that is justified."""
    advice = rl.select(case.make(), **case.keywords)
    if case.first in ("regression", "refuse"):
        assert advice.contract is None
        assert advice.reason.startswith("No cross-entropy fits")
        if case.first == "regression":
            assert "Dense(1" in advice.reason
    else:
        assert advice.task == case.first
        assert advice.contract.positions == case.positions
    if case.labels is not None:
        assert advice.contract.labels == case.labels
    if case.loss is not None:
        assert advice.contract.loss == case.loss
    if case.ignore is not None:
        assert advice.contract.to_json()["ignore"] == case.ignore
    if case.source is not None:
        assert advice.reading.source == case.source
    if case.sure is not None:
        assert (advice.questions == ()) is case.sure, advice.questions


@pytest.mark.parametrize("case", [case for case in (*ONE_D, *MORE_D, *BREAKERS) if case.sure is not True], ids=str)
def test_each_question_is_settled_by_its_own_answer(case: Case) -> None:
    """Giving any listed answer removes the question, and the answer that comes is the one that was promised."""
    advice = rl.select(case.make(), **case.keywords)
    for question in advice.questions:
        assert question.answers
        for value, means in question.answers:
            answered = rl.select(case.make(), **{**case.keywords, question.keyword: value})
            assert question.keyword not in [each.keyword for each in answered.questions]
            assert answered.reading.title == means
