"""Any labels with any keywords: an answer that holds together, or an error that says what to write."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import rightloss as rl
from rightloss.errors import RightlossError

CELLS: tuple[list[Any], ...] = (
    [0, 1],
    [0, 1, 2],
    [-1, 0, 1],
    [-100, -1, 0, 1, 2],
    [0, 1, 255],
    [1, 2, 3, 4, 5],
    [0, 2, 4, 9, 99],
    [-2, -1, 0, 1, 2],
    [0.1, 0.9],
    [0.5, 1.0, 2.0],
    [0, 1, float("nan")],
    [10**19, 1],
    [1e300, -1e300],
    [True, False, None],
    ["a", "b"],
    ["a", "?", "unknown", "none"],
    ["none", "0", "1"],
    ["-", "+", "."],
    ["yes", "no", ""],
    ["A", "a", " a"],
    ["1", "2", "3.5"],
    ["1,5", "2"],
    ["a,b", "b", "c"],
    [None, "a", "b"],
)
SHAPES = ((), (), (1,), (2,), (3,), (5,), (1, 1), (4, 4), (8, 8), (1, 8, 8), (3, 8, 8), (8, 8, 3))
KEYWORDS: dict[str, list[Any]] = {
    "task": ["binary", "multiclass", "multilabel", "regression"],
    "positions": ["example", "token", "pixel", "voxel"],
    "several_true": [True, False],
    "ordered": [True, False],
    "ignore": ["none", -1, 0, "?", "a"],
    "form": ["logits", "probabilities"],
}


@st.composite
def labels(draw: st.DrawFn) -> Any:
    """Labels of some shape whose cells come from one small set, as a list or an array."""
    cells = draw(st.sampled_from(CELLS))
    shape = (draw(st.sampled_from([0, 1, 2, 5, 30])), *draw(st.sampled_from(SHAPES)))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    array = np.empty(shape, object)
    array.reshape(-1)[:] = [cells[place] for place in random.integers(0, len(cells), array.size)]
    return array.tolist() if draw(st.booleans()) else array


def _select(y: Any, keywords: dict[str, Any]) -> Any:
    try:
        return rl.select(y, **keywords)
    except RightlossError as error:
        return error


@settings(max_examples=250, deadline=None, derandomize=True)
@given(labels(), st.dictionaries(st.sampled_from(sorted(KEYWORDS)), st.integers(0, 99), max_size=2))
def test_an_answer_holds_together_or_the_error_says_what_to_write(y: Any, chosen: dict[str, int]) -> None:
    """No other exception than ours; an answer shows itself, encodes its labels as the lines to copy do, and every
    question is settled by its answers."""
    keywords = {name: KEYWORDS[name][place % len(KEYWORDS[name])] for name, place in chosen.items()}
    advice = _select(y, keywords)
    if isinstance(advice, RightlossError):
        assert "fix: " in str(advice)
        return
    assert str(advice)
    assert advice.to_json()["reason"]
    for question in advice.questions:
        for value, _ in question.answers:
            stated = {name: each for name, each in keywords.items() if name != "form"}  # the answer may not allow it
            answered = rl.select(y, **{**stated, question.keyword: value})
            assert question.keyword not in [each.keyword for each in answered.questions]
    if advice.contract is None:
        return
    encoded = advice.encode(y)
    assert len(encoded) == len(y)
    if advice.preparation is not None:
        scope = {"np": np, "y": y}
        exec("\n".join(advice.preparation.lines()), scope)
        np.testing.assert_array_equal(np.asarray(scope["y"], dtype=float), encoded.astype(float))
