"""Numbers: the profile against NumPy's own definitions, for any dtype and any split into chunks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.source import Counted, LabelStream

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", ">i4", "<u8")


def of(*chunks: object) -> LabelProfile:
    return profile(LabelStream(lambda: iter(chunks)))


@st.composite
def integer_arrays(draw: st.DrawFn) -> np.ndarray:
    """Arrays of every integer width: narrow ranges, offsets, and the whole range of the dtype."""
    dtype = np.dtype(draw(st.sampled_from(INTEGERS)))
    info = np.iinfo(dtype)
    low = draw(st.sampled_from([info.min, max(info.min, -3), 0, 1, info.max - 5]))
    high = draw(st.sampled_from([min(info.max, low + 3), min(info.max, low + 2_000_000), info.max]))
    return draw(hnp.arrays(dtype, st.integers(1, 60), elements=st.integers(low, high)))


@given(integer_arrays())
def test_integers_are_counted_as_numpy_counts_them(labels: np.ndarray) -> None:
    """Counts, smallest, largest and distinct values of integers of any width equal np.unique's."""
    values, counts = np.unique(labels, return_counts=True)
    seen = of(labels)
    assert seen.values == dict(zip(values.tolist(), counts.tolist(), strict=True))
    assert (seen.minimum, seen.maximum) == (int(values[0]), int(values[-1]))
    assert (seen.distinct, seen.distinct_exact, seen.rows, seen.cells) == (len(values), True, len(labels), len(labels))
    assert (seen.kind, seen.integral, seen.missing) == ("integer", True, 0)
    assert seen.once == int((counts == 1).sum())
    assert seen.all_unique == (len(values) == len(labels))
    assert list(seen.values.values()) == sorted(counts.tolist(), reverse=True)


@given(
    hnp.arrays(
        st.sampled_from(["float16", "float32", "float64", ">f8"]),
        st.integers(1, 60),
        elements=st.one_of(
            st.sampled_from([0.0, -0.0, 1.0, 2.0, 0.5, float("nan"), float("inf"), -float("inf")]),
            st.floats(-60_000, 60_000, width=16),
        ),
    )
)
def test_floats_are_counted_as_numpy_counts_them(labels: np.ndarray) -> None:
    """Counts of finite floats, NaN and infinities, and whether all are whole, equal NumPy's."""
    finite = labels[np.isfinite(labels)].astype(np.float64)
    values, counts = np.unique(finite, return_counts=True)
    seen = of(labels)
    assert seen.values == dict(zip(values.tolist(), counts.tolist(), strict=True))
    assert (seen.nan, seen.infinite) == (np.isnan(labels).sum(), np.isinf(labels).sum())
    assert seen.kind == "float"
    if finite.size:
        assert (seen.minimum, seen.maximum) == (finite.min(), finite.max())
        assert seen.integral == bool((finite == np.trunc(finite)).all())


@given(st.data())
@settings(max_examples=60)
def test_chunks_do_not_matter(data: st.DataObject) -> None:
    """Any split of the labels into chunks gives the same profile, also with floats and objects among them."""
    labels = data.draw(
        st.one_of(
            integer_arrays(),
            hnp.arrays("float32", st.integers(2, 40), elements=st.sampled_from([0.0, 1.0, 2.5, float("nan")])),
            hnp.arrays("bool", st.integers(2, 40)),
            hnp.arrays("int8", st.tuples(st.integers(2, 12), st.integers(1, 4)), elements=st.integers(-1, 3)),
            hnp.arrays("float64", (9, 3), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, float("nan"), -1.0])),
            st.lists(st.one_of(st.none(), st.integers(0, 3), st.sampled_from([0.5, float("nan")])), min_size=2).map(
                _objects
            ),
            st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "a,b"]), st.just(b"a")), min_size=2).map(_objects),
            st.lists(st.lists(st.integers(0, 3), max_size=3), min_size=2).map(_objects),
        )
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(labels)), max_size=4)))
    parts = [labels[a:b] for a, b in zip([0, *cuts], [*cuts, len(labels)], strict=True)]
    cut, whole = of(*parts), of(labels)
    assert cut.tag_sets == whole.tag_sets  # by value: the order of rows with equal counts follows the chunks
    cut, whole = replace(cut, tag_sets={}), replace(whole, tag_sets={})
    assert repr(cut) == repr(whole)  # repr, because NaN in a column's extremes is not equal to itself


def _objects(cells: list) -> np.ndarray:
    array = np.empty(len(cells), object)
    array[:] = cells
    return array


@pytest.mark.parametrize("limit", [70_000, 250_000])
def test_chunks_do_not_matter_for_long_arrays(limit: int) -> None:
    """The blocks that the profiler itself cuts long arrays into do not show in the profile."""
    labels = np.random.default_rng(1).integers(0, limit, 200_000)
    values, counts = np.unique(labels, return_counts=True)
    whole, parts = of(labels), of(*np.array_split(labels, 7))
    assert repr(whole) == repr(parts)
    if len(values) <= 100_000:
        assert whole.values == dict(zip(values.tolist(), counts.tolist(), strict=True))
    else:
        assert not whole.distinct_exact
        assert whole.values == {}
        assert whole.distinct == pytest.approx(len(values), rel=0.02)


@given(st.lists(st.sampled_from([0, 1, 2, None, 7]), min_size=1))
def test_counted_chunks_equal_the_labels_they_count(labels: list) -> None:
    """A chunk that an engine counted says the same as the rows themselves."""
    values = list(dict.fromkeys(labels))
    counted = of(Counted(values, [labels.count(value) for value in values]))
    plain = of(_objects(labels))
    for name in ("rows", "cells", "kind", "values", "none", "minimum", "maximum", "distinct", "once", "shape"):
        assert getattr(counted, name) == getattr(plain, name)


def test_booleans_keep_their_kind() -> None:
    """Booleans are counted as False and True, and beside integers they count as 0 and 1."""
    assert of(np.array([True, False, True])).values == {True: 2, False: 1}
    assert of(np.array([True, False])).kind == "bool"
    assert of(np.array([True, False]), np.array([2, 0])).kind == "integer"


def test_large_ids_keep_every_digit() -> None:
    """Ids above 2**53, also above int64, stay exact, in one chunk or several."""
    labels = np.array([2**63 + 1, 5, 2**64 - 1], np.uint64)
    for seen in (of(labels), of(labels[:1], labels[1:])):
        assert seen.values == {5: 1, 2**63 + 1: 1, 2**64 - 1: 1}
        assert (seen.minimum, seen.maximum) == (5, 2**64 - 1)


def test_integers_then_floats_are_floats() -> None:
    """A stream whose first chunk is whole and whose second is not is one of floats, with all counts kept."""
    seen = of(np.array([0, 1, 1]), np.array([0.5, 1.0, np.nan]))
    assert seen.kind == "float"
    assert not seen.integral
    assert seen.values == {1.0: 3, 0.0: 1, 0.5: 1}


def test_small_float_types_of_other_packages() -> None:
    """bfloat16 labels, which NumPy does not know, are read as floats."""
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    seen = of(np.array([0.0, 1.0, 1.0], bfloat16))
    assert seen.values == {1.0: 2, 0.0: 1}
    assert (seen.kind, seen.dtype) == ("float", "bfloat16")


@pytest.mark.parametrize(
    ("chunks", "increasing"),
    [
        ([np.arange(5)], True),
        ([np.array([1, 1, 2]), np.array([2, 3])], True),
        ([np.array([1, 2]), np.array([1, 3])], False),
        ([np.array([1.0, np.nan, 2.0]), np.array([np.nan, 3.0])], True),
        ([np.array([3.0, np.nan, 2.0])], False),
        ([np.array([3.0, np.nan]), np.array([2.0])], False),
        ([np.array(["2020-01-01", "2021-01-01"], "M8[D]")], True),
        ([np.array(["a", "b"])], False),
        ([np.array([4])], False),
        ([Counted([1, 2], [1, 1])], False),
    ],
)
def test_increasing(chunks: list, increasing: bool) -> None:
    """Labels that never fall from row to row are told from others, across chunks; text and counts have no order."""
    assert of(*chunks).increasing is increasing


def test_ids_offset_and_gaps() -> None:
    """Offset and gaps of ids follow from the values."""
    seen = of(np.array([1, 2, 5, 5]))
    assert (seen.offset, seen.gaps, seen.fewest, seen.most) == (1, 2, 1, 2)
    assert (of(np.array([0.5])).offset, of(np.array([0.5])).gaps) == (None, None)


def test_no_labels_and_no_known_labels() -> None:
    """No rows, or nothing but missing cells, is kind "empty", not an error."""
    assert (of().kind, of(np.zeros(0)).kind, of(_objects([None, None])).kind) == ("empty",) * 3
    assert of(_objects([None, float("nan")])).missing == 2
