"""Which columns are learned from, as what, and what is kept of them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from rightloss.errors import UnsupportedInput
from rightloss.train.features import MOST_CATEGORIES, Feature, Kind, choose, learn

ROWS = 40
NUMBERS = {
    "floats": np.linspace(0.0, 1.0, ROWS),
    "flags": [i % 2 == 0 for i in range(ROWS)],
    "gaps": [None if i % 3 == 0 else i * i for i in range(ROWS)],
    "slips": ["n/a?" if i == 7 else str(i / 3) for i in range(ROWS)],
    "marks": ["?" if i % 2 == 0 else str(i % 9) for i in range(ROWS)],
}
CATEGORIES = {"colour": ["red", "green", None, "blue"] * 10, "codes": ["1a", "2b"] * 20}
LEFT_OUT = {
    "stamp": ([dt.datetime(2024, 1, 1) + dt.timedelta(days=i) for i in range(ROWS)], "dates"),
    "day": ([f"{i % 28 + 1}/3/2024" for i in range(ROWS)], "dates"),
    "row": (list(range(100, 100 + ROWS)), "numbers the rows"),
    "customer_id": ([i * 17 + 3 for i in range(ROWS)], "numbers the rows"),
    "name": ([f"person {i}" for i in range(ROWS)], "different in nearly every row"),
    "story": ([f"once there was a row number {i % 30}" for i in range(ROWS)], "free text"),
    "same": ([5] * ROWS, "same value"),
    "same_text": (["x"] * ROWS, "same value"),
    "nothing": (pa.nulls(ROWS, pa.float64()), "no values"),
    "lists": ([[1, 2]] * ROWS, "list"),
}


def table(**columns: object) -> pa.Table:
    """An Arrow table."""
    return pa.table(columns)


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(name: str) -> None:
    """Numbers, flags, and texts that are numbers but for a few slips are read as numbers."""
    choice = choose(table(**{name: NUMBERS[name]}), [name])
    assert [each.kind for each in choice.features] == [Kind.NUMBER]


@pytest.mark.parametrize("name", CATEGORIES)
def test_categories(name: str) -> None:
    """Texts that repeat are categories."""
    assert [each.kind for each in choose(table(**{name: CATEGORIES[name]}), [name]).features] == [Kind.CATEGORY]


@pytest.mark.parametrize("name", LEFT_OUT)
def test_left_out_with_a_reason(name: str) -> None:
    """Dates, ids, free text, constants and lists are left out, and the reason is told."""
    cells, reason = LEFT_OUT[name]
    choice = choose(table(keep=NUMBERS["floats"], **{name: cells}), ["keep", name])
    assert [each.column for each in choice.features] == ["keep"]
    assert reason in choice.left_out[name]


def test_slips_are_told() -> None:
    """Cells of a number column that are no numbers are named in a note."""
    (note,) = choose(table(slips=NUMBERS["slips"]), ["slips"]).notes
    assert "'slips'" in note
    assert "1 cells" in note
    assert "n/a?" in note


def test_a_named_column_is_kept_although_it_is_constant() -> None:
    """What the user asks for is not overruled by a guess."""
    assert choose(table(same=[5] * ROWS), ["same"], asked=True).features[0].column == "same"


def test_a_named_column_that_cannot_be_read_is_an_error() -> None:
    """A column of dates that was asked for is not dropped in silence."""
    with pytest.raises(UnsupportedInput, match="holds dates"):
        choose(table(stamp=LEFT_OUT["stamp"][0]), ["stamp"], asked=True)


def test_nothing_to_learn_from_is_an_error() -> None:
    """Where every column is left out the error names them."""
    with pytest.raises(UnsupportedInput, match="'story' holds free text"):
        choose(table(story=LEFT_OUT["story"][0]), ["story"])


def read(name: str, cells: object) -> Feature:
    """The feature of one column, learned from all its rows."""
    rows = table(**{name: cells})
    (feature,) = choose(rows, [name], asked=True).features
    return learn(feature, feature.read(rows))


def test_mean_and_variance_are_those_of_known_cells() -> None:
    """Missing cells do not move the scale and are remembered."""
    feature = read("x", [1.0, None, 3.0, float("nan"), 5.0] * 4)
    assert feature.missing
    assert (feature.mean, feature.variance) == (3.0, pytest.approx(8 / 3))


def test_skewed_numbers_are_scaled_by_their_logarithm() -> None:
    """A long tail is learned on the logarithmic scale, with mean and variance of that scale."""
    cells = np.random.default_rng(0).lognormal(3, 2, 400)
    feature = read("x", cells)
    assert feature.log
    assert feature.mean == pytest.approx(np.log1p(cells).mean(), rel=1e-5)


def test_categories_of_one_row_are_rare() -> None:
    """A category needs two training rows to get a place of its own; missing cells get one."""
    feature = read("x", ["a", "a", "b", "b", "once", None] * 1 + ["a"] * 20)
    assert feature.vocabulary == ("a", "b", "")


def test_only_the_most_frequent_categories_have_a_place() -> None:
    """The vocabulary is bounded."""
    assert len(read("x", [f"c{i % 500}" for i in range(2000)]).vocabulary) == MOST_CATEGORIES


@pytest.mark.parametrize("cells", [NUMBERS["gaps"], CATEGORIES["colour"]])
def test_survives_json(cells: object) -> None:
    """A feature read back from its JSON is the same."""
    feature = read("x", cells)
    assert Feature.from_json(feature.to_json()) == feature
