"""Training, validation and held-out rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightloss.train.split import split


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.integers(0, 1000))
def test_every_row_once_and_every_class_trained_on(counts: list[int], seed: int) -> None:
    """Each row is in exactly one part, no part is empty, and every class has a training row."""
    y = np.repeat(np.arange(len(counts)), counts)
    if len(y) < 20:
        return
    parts = split(y, several_true=False, seed=seed)
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(together) == list(range(len(y)))
    assert min(len(parts.train), len(parts.validation), len(parts.test)) > 0
    assert set(y[parts.train]) == set(y)


def test_classes_keep_their_shares() -> None:
    """Stratified: a class of a tenth of the rows is a tenth of each part."""
    y = np.array([0] * 900 + [1] * 100)
    parts = split(y, several_true=False, seed=3)
    for rows in (parts.train, parts.validation, parts.test):
        assert y[rows].mean() == pytest.approx(0.1, abs=0.005)


def test_two_rows_are_both_trained_on_and_told() -> None:
    """A class with two rows cannot be measured, and the user is told so."""
    y = np.array([0] * 50 + [1] * 50 + [2, 2])
    parts = split(y, several_true=False, seed=0, names=("a", "b", "rare"))
    assert {100, 101} <= set(parts.train.tolist())
    assert "'rare' has 2 rows" in parts.notes[0]


def test_rare_labels_are_spread() -> None:
    """Of labels that can be true together the rarest one decides: ten positives are dealt out two a fold."""
    y = np.zeros((200, 2))
    y[:, 0] = 1
    y[:10, 1] = 1
    parts = split(y, several_true=True, seed=1)
    assert [int(y[rows, 1].sum()) for rows in (parts.train, parts.validation, parts.test)] == [6, 2, 2]


def test_seed_decides() -> None:
    """The same seed gives the same split, another seed another one."""
    y = np.arange(200) % 3
    first, again, other = (split(y, several_true=False, seed=seed) for seed in (5, 5, 6))
    assert first.test.tolist() == again.test.tolist()
    assert first.test.tolist() != other.test.tolist()
