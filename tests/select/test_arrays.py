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
