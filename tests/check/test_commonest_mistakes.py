"""The seven commonest mistakes, each as a program that people write: broken it is named, right it is left alone."""

from __future__ import annotations

import contextlib
import runpy
import warnings
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import tensorflow as tf

import rightloss as rl

MISTAKES = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "mistakes.py"))["MISTAKES"]
RAISES = (ValueError, tf.errors.InvalidArgumentError)
"""What Keras says itself, where it does."""


def guarded(program: str) -> Any:
    """The report of a program that is run, unchanged, under the guard."""
    keras.utils.set_random_seed(0)
    with warnings.catch_warnings(), rl.guard(warn=True) as watch, contextlib.suppress(*RAISES):
        warnings.simplefilter("ignore")
        exec(compile(program, "train.py", "exec"), {"__name__": "__main__"})
    return watch.report


def test_there_are_seven() -> None:
    """No title twice."""
    assert len({each.title for each in MISTAKES}) == len(MISTAKES) == 7


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.title)
def test_broken_is_named_with_the_line_to_write(mistake: Any) -> None:
    """One finding, of this rule, ending in this line."""
    (finding,) = guarded(mistake.broken).findings
    assert finding.code == mistake.code
    assert finding.message.endswith(f"Write: {mistake.line}")
    assert finding.fixes[0].title.endswith(mistake.line)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.title)
def test_right_is_left_alone(mistake: Any) -> None:
    """Not even a note, in the running program and in its source."""
    assert guarded(mistake.right).findings == ()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.title)
def test_source_says_the_same_or_nothing(mistake: Any, tmp_path: Path) -> None:
    """What the file alone shows has the same rule, at the line that holds the offence; the right program is silent."""
    path = tmp_path / "train.py"
    path.write_text(mistake.right, encoding="utf-8")
    assert rl.check(str(path)).findings == ()
    path.write_text(mistake.broken, encoding="utf-8")
    for finding in rl.check(str(path)).findings:
        assert finding.code == mistake.code
        line = mistake.broken.splitlines()[finding.place.line - 1]
        assert "compile(" in line or "keras.layers.Dense(" in line


def test_what_needs_no_labels_is_found_without_running_anything(tmp_path: Path) -> None:
    """The first and the fifth stand in the file."""
    for mistake in (MISTAKES[0], MISTAKES[4]):
        path = tmp_path / "train.py"
        path.write_text(mistake.broken, encoding="utf-8")
        assert [each.code for each in rl.check(str(path)).findings] == [mistake.code]
