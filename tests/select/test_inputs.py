"""Labels as users have them: the answer of somebody who knows, in any container, and no question without a doubt."""

from __future__ import annotations

import numpy as np
import pytest
from select_inputs import INPUTS, Input
from select_pictures import PICTURES

import rightloss as rl
from rightloss.errors import RightlossError


@pytest.mark.parametrize("case", [*INPUTS, *PICTURES], ids=str)
def test_the_answer_is_that_of_somebody_who_knows(case: Input) -> None:
    """Task, encoding, classes, ignore value, the questions, and the line to write, are those of the table."""
    if case.first == "error":
        with pytest.raises(RightlossError) as raised:
            rl.select(case.make())
        assert case.says in str(raised.value)
        return
    advice = rl.select(case.make())
    assert {each.keyword for each in advice.questions} == set(case.asks)
    assert case.says in " ".join((*advice.notes, *advice.facts, advice.reason))
    if case.first in ("regression", "refuse"):
        assert advice.contract is None
        assert ("Dense(" in advice.reason) is (case.first == "regression")
        return
    contract = advice.contract
    assert contract is not None
    assert advice.task == case.first
    assert contract.positions == case.positions
    assert contract.ignore == case.ignore
    if case.labels is not None:
        assert contract.labels == case.labels
    if case.classes is not None:
        assert advice.classes == case.classes


@pytest.mark.parametrize(
    "case", [case for case in (*INPUTS, *PICTURES) if case.first in ("binary", "multiclass", "multilabel")], ids=str
)
def test_labels_are_encoded_and_the_lines_to_copy_do_the_same(case: Input) -> None:
    """Whatever the container, `encode` gives a row for each example, and so do the lines of the preparation.

    Lines for bytes stand in the script of `code()` only.
    """
    advice = rl.select(case.make())
    encoded = advice.encode(case.make())
    assert len(encoded) == len(case.make())
    if advice.preparation is not None and advice.profile.dtype != "bytes":
        scope = {"np": np, "y": case.make()}
        exec("\n".join(advice.preparation.lines()), scope)
        np.testing.assert_array_equal(np.asarray(scope["y"], dtype=float), encoded.astype(float))
