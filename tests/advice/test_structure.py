"""Structure of label matrices: planted relations are found, with their counts; chance makes none."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightloss.advice import relations
from rightloss.advice.observations import Kind
from rightloss.advice.relations import LEVEL, log_disjoint, log_factorial
from rightloss.advice.structure import Structure, structure
from rightloss.views.labels.read import profile_all


def _structure(y: Any, names: Any = None, **keywords: Any) -> Structure:
    pairs = profile_all(y)[None].pairs
    assert pairs is not None
    return structure(pairs, names or list(range(y.shape[1])), **keywords)


def _seen(found: Structure) -> set[tuple[str, tuple[int, ...]]]:
    return {(each.kind.value, each.columns) for each in found.observations}


def _yeast_like(rows: int = 1500) -> np.ndarray:
    """Fourteen columns of rates 1.4 % to 75 %; column 12 only where column 11, column 13 only where column 2."""
    rng = np.random.default_rng(0)
    rates = [0.32, 0.43, 0.4, 0.35, 0.29, 0.25, 0.17, 0.19, 0.07, 0.11, 0.13, 0.75, 0, 0]
    y = (rng.random((rows, 14)) < rates).astype(np.uint8)
    y[:, 12] = y[:, 11] & (rng.random(rows) < 0.99)
    y[:, 13] = y[:, 2] & (rng.random(rows) < 0.06)
    y[y.sum(1) == 0, 11] = 1
    return y


def test_implications_of_a_matrix_like_yeast() -> None:
    """The planted implications are found, with their counts; nothing else is."""
    y = _yeast_like()
    found = _structure(y, [f"Class{place + 1}" for place in range(14)])
    assert {key for key in _seen(found) if key[0] != "rare"} == {("implies", (12, 11)), ("implies", (13, 2))}
    first = found.of(Kind.IMPLIES)[0]
    assert first.labels == ("Class13", "Class12")
    assert first.counts == {
        "first": int(y[:, 12].sum()), "second": int(y[:, 11].sum()), "without": 0, "rows": 1500,
    }  # fmt: skip
    p = np.full((1, 14), 0.2)
    p[0, 12] = 0.9
    exec(first.code or "", {"np": np, "p": p})
    assert p[0, 11] == 0.9


@pytest.mark.parametrize("expected", [relations.EXPECTED, 0.0])
def test_chance_makes_no_relation(expected: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over 200 shuffles of every column the share of matrices with any relation stays within the stated level.

    Holm's method alone does it, without the rule that chance must expect ten rows.
    """
    monkeypatch.setattr(relations, "EXPECTED", expected)
    rng = np.random.default_rng(1)
    y = _yeast_like(400)
    false = {
        Kind.IMPLIES, Kind.EXCLUSIVE, Kind.DUPLICATE, Kind.COMPLEMENT, Kind.EXCLUSIVE_GROUP, Kind.EXHAUSTIVE_GROUP,
        Kind.NEARLY_MULTICLASS,
    }  # fmt: skip
    wrong = sum(bool(_structure(rng.permuted(y, axis=0)).of(*false)) for _ in range(200))
    assert wrong <= 200 * LEVEL + 3 * math.sqrt(200 * LEVEL)


def test_absence_alone_is_no_exclusion() -> None:
    """Two rare columns that never met could not have been expected to meet: nothing is said."""
    y = np.zeros((1000, 3), int)
    y[:30, 0] = y[500:530, 1] = y[::2, 2] = 1
    assert not _structure(y).of(Kind.EXCLUSIVE, Kind.IMPLIES)


def test_attributes_like_those_of_medical_records() -> None:
    """One-hot attributes, an opposite, a copy, a constant and a rare column beside independent findings."""
    rng = np.random.default_rng(2)
    stage = np.eye(4, dtype=int)[rng.choice(4, 800, p=[0.5, 0.3, 0.18, 0.02])]
    female = rng.integers(0, 2, (800, 1))
    finding = (rng.random((800, 3)) < 0.3).astype(int)
    rare = (np.arange(800) % 100 == 7).astype(int)[:, None]
    y = np.hstack([stage, female, 1 - female, finding, finding[:, :1], np.zeros((800, 1), int), rare])
    assert _seen(_structure(y)) == {
        ("exhaustive-group", (0, 1, 2, 3)),
        ("complement", (4, 5)),
        ("duplicate", (6, 9)),
        ("constant", (10,)),
        ("rare", (11,) if stage[:, 3].sum() >= 20 else (11, 3)),
    }


@given(st.permutations(range(9)), st.integers(0, 5))
@settings(max_examples=25)
def test_the_order_of_columns_does_not_matter(order: list[int], seed: int) -> None:
    """A group is found wherever its columns stand."""
    rng = np.random.default_rng(seed)
    group = np.eye(4, dtype=int)[rng.choice(4, 600, p=[0.4, 0.3, 0.2, 0.1])]
    y = np.hstack([group, (rng.random((600, 5)) < [0.1, 0.3, 0.5, 0.7, 0.2]).astype(int)])[:, order]
    assert _structure(y).groups == (tuple(sorted(order.index(column) for column in range(4))),)


def test_scenes_are_nearly_multiclass() -> None:
    """Rows with one label, few with two: reported with its counts, and not where chance makes as many."""
    rng = np.random.default_rng(3)
    y = np.eye(6, dtype=int)[rng.integers(0, 6, 2000)]
    y[:140, 0] = 1
    found = _structure(y).of(Kind.NEARLY_MULTICLASS)
    assert found[0].counts["one"] == int((y.sum(1) == 1).sum())
    chance = (rng.random((2000, 4)) < [0.95, 0.01, 0.01, 0.01]).astype(int)
    assert (chance.sum(1) == 1).mean() > 0.9
    assert not _structure(chance).of(Kind.NEARLY_MULTICLASS)


def test_a_group_that_leaves_rows_empty() -> None:
    """Columns of which at most one is 1 are a group of their own kind, and its pairs are not told again."""
    rng = np.random.default_rng(4)
    pick = rng.integers(0, 4, 1000)
    y = np.hstack([np.eye(4, dtype=int)[pick][:, :3], (rng.random((1000, 2)) < 0.4).astype(int)])
    assert _seen(_structure(y)) - {("empty-rows", ())} == {("exclusive-group", (0, 1, 2))}


def test_chains_are_told_once() -> None:
    """Of A ⇒ B ⇒ C, A ⇒ C follows and is not listed."""
    rng = np.random.default_rng(5)
    c = rng.random(2000) < 0.5
    b = c & (rng.random(2000) < 0.6)
    a = b & (rng.random(2000) < 0.5)
    found = _structure(np.stack([a, b, c], 1).astype(int))
    assert [each.columns for each in found.of(Kind.IMPLIES)] == [(0, 1), (1, 2)]


def test_unlabelled_cells_are_no_evidence() -> None:
    """Where B was never labelled beside A, A = 1 with B unknown supports no relation; elsewhere it is found."""
    rng = np.random.default_rng(6)
    y = (rng.random((2000, 3)) < 0.5).astype(float)
    y[:, 1] = np.where(y[:, 0] == 1, 0, y[:, 1])  # A excludes B
    assert ("exclusive", (0, 1)) in _seen(_structure(y))
    y[y[:, 0] == 1, 1] = np.nan  # but nobody looked
    found = _structure(y)
    assert not found.of(Kind.EXCLUSIVE, Kind.IMPLIES)
    assert found.of(Kind.MISSING)[0].counts["cells"] == int(np.isnan(y).sum())


def test_an_exclusive_group_of_rare_columns() -> None:
    """Twelve columns of 6 % that leave rows empty say together what no pair could; shuffled they say nothing."""
    rng = np.random.default_rng(0)
    rare = np.eye(12, dtype=int)[rng.integers(0, 12, 2000)] * (rng.random((2000, 1)) < 0.7)
    y = np.hstack([rare, (rng.random((2000, 5)) < [0.1, 0.3, 0.5, 0.02, 0.2]).astype(int)])
    assert _seen(_structure(y)) - {("empty-rows", ())} == {("exclusive-group", tuple(range(12)))}
    for seed in range(20):
        shuffled = np.random.default_rng(seed).permuted(y, axis=0)
        assert _seen(_structure(shuffled)) <= {("empty-rows", ())}


def test_a_frequent_rival_lends_no_weight() -> None:
    """A column that excludes only the frequent member of a group, and met the others by luck never, stays outside."""
    rng = np.random.default_rng(0)
    a = rng.random(2000) < 0.5
    b = ~a & (rng.random(2000) < 0.2)
    c = ~a & ~b & (rng.random(2000) < 0.2)
    d = ~a & ~b & ~c & (rng.random(2000) < 0.04)
    y = np.stack([a, b, c, d, rng.random(2000) < 0.3], axis=1).astype(int)
    assert _seen(_structure(y)) - {("empty-rows", ())} == {
        ("exclusive-group", (0, 1, 2)),
        ("exclusive", (0, 3)),
    }


def test_single_positive_labels() -> None:
    """Rows with one 1 each are exclusive classes, or, where several can be true, labels that were not all looked at."""
    y = np.eye(5, dtype=int)[np.arange(500) % 5]
    assert _seen(_structure(y, several_true=False)) == {("multiclass", ())}
    assert _seen(_structure(y)) == {("single-positive", ())}


def test_wide_matrices() -> None:
    """In two thousand columns, counted sparsely, the planted relation is found and no other."""
    rng = np.random.default_rng(7)
    y = (rng.random((3000, 2000)) < 0.02).astype(np.uint8)
    y[:, 5] = rng.random(3000) < 0.3
    y[:, 9] = (y[:, 5] == 0) & (rng.random(3000) < 0.3)
    assert {key for key in _seen(_structure(y)) if key[0] != "rare"} == {("exclusive", (5, 9))}


def test_probability_of_disjoint_sets() -> None:
    """The p-value is the hypergeometric probability that SciPy gives."""
    from scipy.stats import hypergeom

    for rows, first, second in ((50, 10, 12), (1000, 200, 37), (10**6, 300, 5000)):
        expected = hypergeom.logpmf(0, rows, first, second)
        assert log_disjoint(rows, first, second) == pytest.approx(expected, rel=1e-6)
    np.testing.assert_allclose(
        log_factorial(np.array([0, 1, 127, 128, 5000])),
        [math.lgamma(n + 1) for n in (0, 1, 127, 128, 5000)],
        rtol=1e-12,
    )


def test_json_is_complete() -> None:
    """Kinds, counts, level and consequences survive as JSON."""
    found = json.loads(json.dumps(_structure(_yeast_like()).to_json()))
    assert found["level"] == LEVEL
    assert found["tests"] == 3 * 14 * 13 // 2
    assert sum(found["rows_by_ones"]) == found["rows"] == 1500
    assert {"kind", "columns", "labels", "text", "counts", "log10_p", "consequence", "code"} == set(
        found["observations"][0]
    )
