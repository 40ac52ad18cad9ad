"""Counts of label pairs: equal to their definition, whatever the container, the chunks and the gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rightloss.advice.cooccurrence import Cooccurrence
from rightloss.views.labels import structure
from rightloss.views.labels.read import profile_all
from rightloss.views.labels.structure import PairTally, as_bits, pair_counts

MATRICES = arrays(np.int8, st.tuples(st.integers(2, 150), st.integers(2, 7)), elements=st.integers(-1, 1))


def _pairs(labels: Any) -> Cooccurrence:
    found = profile_all(labels)[None].pairs
    assert found is not None
    return found


def _off_diagonal(matrix: Any) -> np.ndarray:
    matrix = matrix.toarray() if hasattr(matrix, "toarray") else np.asarray(matrix)
    return np.where(np.eye(len(matrix), dtype=bool), 0, matrix)


@given(MATRICES.map(np.abs))
def test_pairs_are_the_matrix_times_itself(y: np.ndarray) -> None:
    """Each pair counts the rows in which both columns are 1; integers, floats, booleans and sparse matrices agree."""
    from scipy.sparse import csr_matrix

    expected = _off_diagonal(y.astype(int).T @ y)
    for labels in (y, y.astype(np.float32), y.astype(bool), csr_matrix(y)):
        found = _pairs(labels)
        np.testing.assert_array_equal(_off_diagonal(found.together), expected)
        np.testing.assert_array_equal(found.ones, np.bincount(y.sum(1)))
        assert found.missing == 0


@given(MATRICES, st.booleans())
def test_pairs_know_which_cells_are_unlabelled(y: np.ndarray, nan: bool) -> None:
    """A pair is counted only over rows where both cells are known; -1 and NaN are the same."""
    y[0, 0] = 0  # without any 0, -1 and 1 are two classes
    ones, known = (y == 1).astype(int), (y >= 0).astype(int)
    found = _pairs(np.where(y < 0, np.nan, y) if nan else y)
    np.testing.assert_array_equal(found.known, known.sum(0))
    for a in range(y.shape[1]):
        for b in range(y.shape[1]):
            if a != b:
                expected = (
                    (known.T @ known)[a, b],
                    (ones.T @ known)[a, b],
                    (known.T @ ones)[a, b],
                    (ones.T @ ones)[a, b],
                )
                assert found.pair(a, b) == expected


@given(MATRICES, st.integers(1, 40))
def test_chunks_do_not_matter(y: np.ndarray, size: int) -> None:
    """Rows added in any portions give the same counts."""
    one, ones, known = y == 1, (y == 1).sum(0), (y >= 0).sum(0)
    whole, parts = PairTally(y.shape[1]), PairTally(y.shape[1])
    whole.add(one, one.sum(1), y >= 0)
    for start in range(0, len(y), size):
        block = slice(start, start + size)
        parts.add(one[block], one[block].sum(1), (y >= 0)[block])
    first, second = whole.conclude(ones, known), parts.conclude(ones, known)
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.together, second.together)
    assert (first.both_known is None) == (second.both_known is None)
    if first.both_known is not None:
        np.testing.assert_array_equal(first.both_known, second.both_known)
        np.testing.assert_array_equal(first.ones_where_known, second.ones_where_known)


def test_tiles_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than one tile holds lose nothing."""
    monkeypatch.setattr(structure, "_TILE_CELLS", 700)
    y = np.random.default_rng(0).integers(0, 2, (3001, 5))
    y[::3, 2] = -1
    found = _pairs(y)
    ones, known = (y == 1).astype(int), (y >= 0).astype(int)
    np.testing.assert_array_equal(_off_diagonal(found.together), _off_diagonal(ones.T @ ones))
    np.testing.assert_array_equal(found.both_known, known.T @ known)
    np.testing.assert_array_equal(found.ones_where_known, ones.T @ known)


def test_bits_without_numpy_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of bits counts what NumPy's own function counts."""
    y = np.random.default_rng(1).random((333, 6)) < 0.3
    expected = y.astype(int).T @ y
    np.testing.assert_array_equal(pair_counts(as_bits(y)), expected)
    monkeypatch.delattr(np, "bitwise_count", raising=False)
    np.testing.assert_array_equal(pair_counts(as_bits(y)), expected)


def test_wide_matrices_are_counted_sparsely() -> None:
    """Ten thousand columns with few ones are counted, and agree with the dense definition on the columns looked at."""
    rng = np.random.default_rng(2)
    y = np.zeros((400, 10_000), np.uint8)
    y[np.arange(400)[:, None], rng.integers(0, 10_000, (400, 3))] = 1
    y[:, 7] = rng.random(400) < 0.5
    found = _pairs(y)
    np.testing.assert_array_equal(
        _off_diagonal(found.together)[:20], _off_diagonal(y.astype(np.float32).T @ y).astype(int)[:20]
    )


def test_255_is_unlabelled_beside_0_and_1() -> None:
    """255 among 0 and 1 counts as -1 does, on every block, and alone beside 0 it means yes: then nothing is counted."""
    y = np.random.default_rng(5).choice([-1, 0, 1], (50_000, 5)).astype(np.int16)
    negative, void = _pairs(y), _pairs(np.where(y < 0, 255, y))
    for name in ("positives", "known", "ones", "together", "ones_where_known", "both_known"):
        np.testing.assert_array_equal(getattr(void, name), getattr(negative, name))
    assert profile_all(np.where(y < 0, 255, 0))[None].pairs is None
    assert profile_all(np.where(y < 0, 7, y))[None].pairs is None


def test_minus_one_and_one_are_two_classes() -> None:
    """Where cells are only -1 and 1, -1 says no: nothing is unlabelled."""
    y = np.random.default_rng(3).choice([-1, 1], (100, 4))
    found = _pairs(y)
    assert found.missing == 0
    assert found.both_known is None


@pytest.mark.parametrize(
    "labels",
    [np.arange(60).reshape(20, 3), np.full((20, 3), 0.5), np.zeros((20, 8, 8), int), np.zeros(20, int)],
    ids=["ids", "probabilities", "pixels", "scalars"],
)
def test_nothing_is_counted_where_columns_are_no_labels(labels: np.ndarray) -> None:
    """Ids, probabilities and pixels have no label pairs."""
    assert profile_all(labels)[None].pairs is None


@given(MATRICES.map(np.abs))
def test_tags_are_counted_like_columns(y: np.ndarray) -> None:
    """Lists of tags, and texts that list them, have the pairs of the matrix they stand for."""
    names = [f"t{column}" for column in range(y.shape[1])]
    rows = [[names[column] for column in np.flatnonzero(row)] for row in y]
    for labels in (rows, [tuple(row) for row in rows]):
        profile = profile_all(list(labels))[None]
        found = structure.pairs_of_sets(profile.tag_sets, names)
        assert found is not None
        np.testing.assert_array_equal(_off_diagonal(found.together), _off_diagonal(y.astype(int).T @ y))
        np.testing.assert_array_equal(found.positives, y.sum(0))
        np.testing.assert_array_equal(found.ones, np.bincount(y.sum(1)))
        assert found.rows == len(y)
