"""Label vectors: row facts against their NumPy definitions, and the shapes of labels per token and per pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.profile import LabelProfile, RowFacts
from rightloss.views.labels.source import LabelStream

sparse = pytest.importorskip("scipy.sparse")


def of(*chunks: object) -> LabelProfile:
    return profile(LabelStream(lambda: iter(chunks)))


def rows(*chunks: object) -> RowFacts:
    facts = of(*chunks).row_facts
    assert facts is not None
    return facts


CELLS = st.sampled_from([0.0, 1.0, 0.5, 0.25, 2.0, -1.0, float("nan")])


@given(
    st.one_of(
        hnp.arrays("float64", st.tuples(st.integers(1, 12), st.integers(2, 5)), elements=CELLS),
        hnp.arrays("float32", st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(2, 4)), elements=CELLS),
        hnp.arrays("int8", st.tuples(st.integers(1, 12), st.integers(2, 5)), elements=st.integers(-1, 2)),
        hnp.arrays("uint8", st.tuples(st.integers(1, 12), st.integers(2, 5)), elements=st.integers(0, 1)),
        hnp.arrays("bool", st.tuples(st.integers(1, 12), st.integers(2, 5))),
    )
)
def test_row_facts_equal_their_definitions(labels: np.ndarray) -> None:
    """Sums, positives and missing cells per row and column equal a direct NumPy computation."""
    facts = rows(labels)
    cells = labels.reshape(-1, labels.shape[-1]).astype(np.float64)
    missing, negative, positive = np.isnan(cells), cells < 0, cells > 0
    any_known = (~(missing | negative)).any(axis=1)
    sums = np.where(positive, cells, 0).sum(axis=1)[any_known]
    assert (facts.vectors, facts.columns) == cells.shape
    assert facts.positives == tuple(positive.sum(axis=0))
    assert facts.missing_per_column == tuple(missing.sum(axis=0))
    assert facts.negative_per_column == tuple(negative.sum(axis=0))
    assert facts.one_positive == (positive.sum(axis=1) == 1).sum()
    assert facts.nothing_known == (~any_known).sum()
    assert facts.sum_is_one == (sums == 1).sum()
    assert facts.sum_is_zero == (sums == 0).sum()
    assert facts.sum_above_one == (sums > 1).sum()
    assert facts.cardinality == pytest.approx(positive.sum() / len(cells))
    assert facts.density == pytest.approx(positive.mean())
    if sums.size:
        assert (facts.sum_min, facts.sum_max) == (sums.min(), sums.max())
    known_values = set(np.unique(cells[~missing]).tolist())
    assert facts.zero_one == (bool(known_values) and known_values <= {0, 1})
    assert facts.two_valued == (tuple(sorted(known_values)) if len(known_values) == 2 else None)
    with np.errstate(all="ignore"):
        low, high = np.fmin.reduce(cells, axis=0), np.fmax.reduce(cells, axis=0)
    np.testing.assert_array_equal(facts.column_minimum, low)
    np.testing.assert_array_equal(facts.column_maximum, high)


@given(
    hnp.arrays(
        st.sampled_from(["uint8", "bool", "float32"]),
        st.tuples(st.integers(1, 12), st.integers(2, 5)),
        elements=st.integers(0, 1),
    )
)
def test_sparse_rows_say_the_same_as_dense_ones(labels: np.ndarray) -> None:
    """A CSR matrix has the profile of the same labels written out."""
    assert repr(of(sparse.csr_matrix(labels))) == repr(of(labels))


def test_sparse_duplicates_and_missing_cells() -> None:
    """Cells stored twice count as their sum; NaN in a sparse matrix is missing."""
    stored = sparse.coo_matrix(([1.0, 1.0, np.nan], ([0, 0, 1], [1, 1, 0])), shape=(2, 3))
    seen = of(stored)
    assert seen.values == {0.0: 4, 2.0: 1}
    assert seen.nan == 1
    assert seen.row_facts is not None
    assert seen.row_facts.missing_per_column == (1, 0, 0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_softmax_rows_sum_to_one(dtype: str) -> None:
    """Rounded softmax rows of any float width count as summing to 1, and none as above 1."""
    scores = np.random.default_rng(0).normal(size=(500, 20)).astype(dtype)
    labels = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    facts = rows(labels.astype(dtype))
    assert (facts.sum_is_one, facts.sum_above_one) == (500, 0)


def test_two_percent_off_is_no_distribution() -> None:
    """The tolerance forgives rounding, not labels that are off."""
    facts = rows(np.array([[0.5, 0.48], [0.5, 0.52]], np.float32))
    assert (facts.sum_is_one, facts.sum_above_one) == (0, 1)


@pytest.mark.parametrize(
    ("labels", "padded"),
    [
        ([[3, 7, 0], [1, 2, 3], [5, 0, 0]], 3),
        ([[3, 7, -1], [2, -1, -1]], 2),
        ([[0, 3, -1], [0, 2, 0]], 2),
        ([[7, 3, 0], [2, 2, 0], [5, 0, 1], [0, 0, 0]], 0),
        ([[3, 7, -2]], 0),
        ([[0, 1, 0], [1, 0, 0]], 0),
        ([[3.0, 7.0, 0.0], [2.5, 3.0, 0.0]], 1),
    ],
)
def test_padded_lists_of_ids(labels: list, padded: int) -> None:
    """Rows of rising ids that end in repeated 0 or -1 are counted; rows in any other order are not."""
    assert rows(np.array(labels)).sorted_ids == padded


@pytest.mark.parametrize(
    "shape", [(4,), (4, 1), (4, 5), (4, 5, 1), (4, 5, 3), (2, 4, 4), (2, 4, 4, 1), (2, 4, 4, 3), (1, 2, 2, 2, 2)]
)
def test_shape_of_one_label(shape: tuple[int, ...]) -> None:
    """The shape is that of one example's label; vectors are looked at only where the last axis is longer than 1."""
    seen = of(np.zeros(shape, np.int32))
    assert seen.shape == shape[1:]
    assert (seen.row_facts is not None) == (len(shape) > 1 and shape[-1] > 1)
    assert (seen.rows, seen.cells) == (shape[0], np.prod(shape))


def test_lengths_that_vary_are_none() -> None:
    """Batches padded to different lengths give an axis of unknown length and no facts about vectors."""
    seen = of(np.zeros((2, 5), int), np.ones((3, 7), int))
    assert seen.shape == (None,)
    assert seen.row_facts is None
    assert seen.values == {1: 21, 0: 10}


def test_matrix_with_none_is_a_matrix_with_missing_cells() -> None:
    """Python numbers and None in two axes keep their kind, and their rows."""
    seen = of(np.array([[1, None], [0, 1]], dtype=object))
    assert (seen.kind, seen.none, seen.shape) == ("integer", 1, (2,))
    assert seen.row_facts is not None
    assert seen.row_facts.missing_per_column == (0, 1)
    assert seen.row_facts.zero_one


def test_lists_of_one_length_are_vectors() -> None:
    """A column of lists of numbers, all of one length, is a matrix; lists of varying length are tags."""
    cells = np.empty(2, object)
    cells[:] = [[0, 1, 1], [1, 0, 0]]
    seen = of(cells)
    assert (seen.kind, seen.shape) == ("integer", (3,))
    assert seen.row_facts is not None
    assert seen.row_facts.positives == (1, 1, 1)
    ragged = np.empty(2, object)
    ragged[:] = [[0, 1, 1], [1]]
    assert (of(ragged).kind, of(cells, ragged).kind, of(ragged).shape) == ("tags", "tags", (None,))


def test_text_matrices_have_no_row_facts() -> None:
    """Two text columns side by side have a shape and values, but no sums."""
    seen = of(np.array([["a", "b"], ["b", "b"]]))
    assert (seen.kind, seen.shape, seen.row_facts, seen.values) == ("text", (2,), None, {"b": 3, "a": 1})
