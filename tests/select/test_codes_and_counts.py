"""Numbers that stand for "no label" and numbers that count something, beside numbers that only look like them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rightloss as rl

IDS = [3, 7, 12, 19, 22, 35, 41, 44, 58, 60, 71, 77, 83, 90, 95]


def mask(*levels: tuple[int, slice]) -> np.ndarray:
    """Five pictures, black but for a white square in the middle, with lines of other levels at its edge."""
    y = np.zeros((5, 64, 64), "uint8")
    y[:, 10:40, 10:40] = 255
    for level, columns in levels:
        y[:, 9, columns] = level
    return y


def disc() -> np.ndarray:
    """A small white field inside a larger grey one: three classes of a trimap."""
    y = np.zeros((5, 64, 64), "uint8")
    y[:, 10:40, 10:40], y[:, 20:30, 20:30] = 128, 255
    return y


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        pytest.param(np.repeat(np.arange(1, 7), 10), 6, id="even classes"),
        pytest.param(np.random.default_rng(3).integers(1, 8, 60), 7, id="a few rows of seven classes"),
        pytest.param(disc(), 3, id="a trimap"),
        pytest.param(mask((127, slice(10, 40))), 2, id="edges of a middle grey"),
        pytest.param(mask((10, slice(10, 20)), (20, slice(20, 30)), (30, slice(30, 40))), 2, id="edges of dark greys"),
        pytest.param(np.tile([0, 127, 255], 100), 3, id="grey levels of examples"),
        pytest.param(np.tile([-2, 0, 2], 100), 3, id="two steps to either side"),
    ],
)
def test_plain_classes_are_not_asked_about(y: Any, classes: int) -> None:
    """No number is taken for a code or a count, and nobody is asked."""
    advice = rl.select(y)
    assert (advice.questions, len(advice.classes), advice.contract.ignore) == ((), classes, None)


def test_a_hill_that_starts_at_one_is_a_quantity() -> None:
    """Ages, say, clipped to 1..30."""
    values = np.clip(np.round(np.random.default_rng(0).normal(15, 4, 50_000)), 1, 30).astype(int)
    advice = rl.select(values)
    assert (advice.contract, [each.keyword for each in advice.questions]) == (None, ["task"])


@pytest.mark.parametrize("code", [-1, 9999])
def test_whoever_says_classes_is_asked_about_a_code(code: int) -> None:
    """Product numbers and one that is far off: with the task told, the code is still a question."""
    y = np.tile([*IDS, code], 60)
    advice = rl.select(y, task="multiclass")
    assert (advice.contract.ignore, [each.keyword for each in advice.questions]) == (code, ["ignore"])
    assert len(rl.select(y, task="multiclass", ignore="none").classes) == len(IDS) + 1


def test_rows_of_numbers_as_text_stay_classes_for_whoever_says_so() -> None:
    """Stated answers are obeyed."""
    assert len(rl.select(["0 1 1", "1 0 1", "1 1 1"] * 30, task="multiclass").classes) == 3


@pytest.mark.parametrize("label", [5, np.int64(5), "5"])
def test_columns_of_a_frame_may_be_named_by_numbers(label: Any) -> None:
    """The name counts before the position."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({0: np.arange(60) % 3, 5: np.arange(60) % 2})
    assert rl.select(frame, label=label).task == "binary"
