"""The scripts in examples/ run, and their models learn."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
EXPECTED = {
    "binary": ("keras.losses.BinaryCrossentropy", "Dense(1", 0.9),
    "multiclass": ("CategoricalCrossentropy", "3 units", 0.9),
    "multilabel": ("keras.losses.BinaryCrossentropy", "Dense(5", 0.75),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_example_runs_and_learns(name: str) -> None:
    """The advice names the right loss and last layer, and held-out accuracy is far above a constant answer."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(str(EXAMPLES / f"{name}.py"))
    text = out.getvalue()
    loss, layer, least = EXPECTED[name]
    assert loss in text
    assert layer in text
    scores = [ast.literal_eval(line) for line in text.splitlines() if re.match(r"^\{'", line)]
    assert scores
    for score in scores:
        assert score["accuracy"] >= least
        if name == "multilabel":
            assert {"precision", "recall", "macro_f1"} <= set(score)
