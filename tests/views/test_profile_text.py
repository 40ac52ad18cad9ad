"""Text, bytes, dates, mixed objects and lists of tags."""

from __future__ import annotations

import datetime
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.source import Counted, LabelStream
from rightloss.views.labels.text import is_number, read_tags


def of(*cells: object) -> LabelProfile:
    array = np.empty(len(cells), object)
    array[:] = cells
    return profile(LabelStream(lambda: iter([array])))


@given(st.lists(st.one_of(st.none(), st.text(max_size=5)), min_size=1))
def test_text_is_counted(cells: list) -> None:
    """Counts of texts equal Python's, None apart."""
    seen = of(*cells)
    assert seen.values == Counter(cell for cell in cells if cell is not None)
    assert seen.none == cells.count(None)
    assert seen.kind == ("text" if any(cell is not None for cell in cells) else "empty")


@pytest.mark.parametrize("dtype", ["U3", "S3", object])
def test_text_types_agree(dtype: object) -> None:
    """Fixed-width text, bytes and Python strings give the same values."""
    labels = np.array(["cat", "dog", "cat"]).astype(dtype)
    assert profile(LabelStream(lambda: iter([labels]))).values == {"cat": 2, "dog": 1}


def test_bytes_that_are_not_utf8_do_not_fail() -> None:
    """Bytes outside UTF-8 are written as escapes, so that different bytes stay different."""
    assert of(b"a\xff", b"b").values == {"a\\xff": 1, "b": 1}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", True),
        (" 2.5", True),
        ("-1e3", True),
        ("nan", False),
        ("inf", False),
        ("1_000", False),
        ("", False),
        ("a", False),
    ],
)
def test_what_is_a_number(text: str, number: bool) -> None:
    """A text is a number where people would write it so."""
    assert is_number(text) is number


def test_text_that_holds_numbers() -> None:
    """Only where every text is a number does the profile say so."""
    assert of("1", "2", None).text_numbers
    assert not of("1", "two").text_numbers
    assert not of(1, 2).text_numbers


TAGS = [
    ["action,comedy", "drama", "comedy"],
    ["a,b", "b", "b,c"],
    ["a,b", "b,a", "a,c", "c,b"],
    ["red;green", "green", "red; blue", "blue"],
    ["rock|pop", "pop", "rock|jazz|pop", "jazz"],
    ["science fiction, drama", "drama", "drama, science fiction", "comedy, drama", "comedy"],
    ["['comedy', 'drama']", "['drama']", "['comedy']", "[]"],
    ["0,3,7", "3", "7,0", "1,3", "1"],
]
NAMES = [
    ["New York", "Paris", "London"],
    ["Washington, DC", "New York, NY", "Paris"],
    ["Springfield, IL", "Springfield, MA", "Boston, MA", "Chicago, IL"],
    ["Atlanta, Georgia", "Georgia", "Austin, Texas", "Texas"],
    ["Bananas, raw", "Bananas, cooked", "Apples, raw", "Apples, cooked"],
    ["Smith, John", "Smith, Anna", "Miller, John"],
    ["0,5", "1,5", "5,0", "1,0"],
    ["1,000", "2,000", "1,000,000"],
    ["Well, I think so", "No, never", "Yes"],
    ["a", "b", "c"],
]


@pytest.mark.parametrize("texts", TAGS)
def test_tags_in_text(texts: list[str]) -> None:
    """Texts whose parts combine freely are lists of tags."""
    assert read_tags(Counter(texts)) is not None


@pytest.mark.parametrize("texts", NAMES)
def test_names_with_separators_are_not_tags(texts: list[str]) -> None:
    """Place names, personal names, numbers and sentences with commas are single labels."""
    assert read_tags(Counter(texts)) is None


def test_tag_counts_weigh_the_rows() -> None:
    """Tags are counted over rows, not over distinct texts; the profile carries separator, counts and lengths."""
    seen = of("a,b", "a,b", "b", "b, a", "c", None)
    assert (seen.tag_separator, seen.kind) == (",", "text")
    assert seen.tags == {"b": 4, "a": 3, "c": 1}
    assert seen.tags_per_row == pytest.approx(8 / 5)
    assert (seen.tags_min, seen.tags_max, seen.tags_repeated) == (1, 2, 0)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "New York"]), max_size=4), min_size=1))
def test_lists_of_tags(cells: list[list[str]]) -> None:
    """Lists of tags: counts, lengths and repeats equal a direct count."""
    seen = of(*cells)
    assert seen.kind == "tags"
    assert seen.tags == seen.values == Counter(tag for cell in cells for tag in cell)
    assert (seen.tags_min, seen.tags_max) == (min(map(len, cells)), max(map(len, cells)))
    assert seen.tags_repeated == sum(len(set(cell)) < len(cell) for cell in cells)
    assert seen.tags_per_row == pytest.approx(sum(map(len, cells)) / len(cells))


def test_ragged_ids_and_other_containers() -> None:
    """Ragged ids count like lists, whatever holds them, and None is a row without a label."""
    seen = of([0, 1], (2,), {1}, np.array([1, 3]), None)
    assert (seen.kind, seen.rows, seen.none) == ("tags", 5, 1)
    assert seen.tags == {1: 3, 0: 1, 2: 1, 3: 1}
    assert (seen.minimum, seen.maximum, seen.integral) == (0, 3, True)


def test_counted_lists_weigh_their_rows() -> None:
    """A list that an engine counted stands for all its rows."""
    values = np.empty(2, object)
    values[:] = [["a"], ["a", "b"]]
    seen = profile(LabelStream(lambda: iter([Counted(values, [3, 2])])))
    assert (seen.tags, seen.rows, seen.tags_per_row) == ({"a": 5, "b": 2}, 5, pytest.approx(7 / 5))


@pytest.mark.parametrize(
    ("cells", "kind", "types"),
    [
        ((1, "a"), "mixed", ("integer", "text")),
        (("a", 2.5, None), "mixed", ("float", "text")),
        (("a", ["a", "b"]), "mixed", ("tags", "text")),
        (("a", float("nan")), "text", ()),
        ((1, 2.5), "float", ()),
        ((True, None), "bool", ()),
        ((1, None), "integer", ()),
        ((datetime.date(2020, 1, 1), None), "datetime", ()),
    ],
)
def test_kinds_of_objects(cells: tuple, kind: str, types: tuple[str, ...]) -> None:
    """Objects are of the kind of their known cells, and mixed only where kinds really differ."""
    seen = of(*cells)
    assert (seen.kind, seen.types) == (kind, types)


def test_dates() -> None:
    """Dates and times are counted under their ISO text, NaT is missing."""
    seen = profile(LabelStream(lambda: iter([np.array(["2020-01-02", "NaT", "2020-01-02"], "M8[D]")])))
    assert (seen.kind, seen.nan, seen.distinct) == ("datetime", 1, 1)
    assert next(iter(seen.values)).startswith("2020-01-02")
    assert seen.minimum is None
    same = of(datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC))
    assert list(same.values) == list(seen.values)
