"""Weights keep the mean at 1, rank classes as their scheme says, and fit every form of labels."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.utils.class_weight import compute_class_weight

from rightloss.advice import weights
from rightloss.advice.weights import SCHEMES, class_weights, label_counts, sample_weight
from rightloss.errors import WrongArgument

COUNTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=30).filter(any)
RNG = np.random.default_rng(0)


@given(COUNTS, st.sampled_from(SCHEMES), st.sampled_from([None, 1.0, 3.0, 10.0]))
def test_mean_weight_is_one_below_the_cap(counts: list[int], scheme: str, cap: float | None) -> None:
    """Whatever the counts, labels weigh 1 on average, none more than the cap, and rarer classes never less."""
    n = np.array(counts, float)
    w = class_weights(counts, scheme, cap=cap)
    assert_allclose(n @ w, n.sum(), rtol=1e-9)
    assert (w > 0).all()
    assert cap is None or w.max() <= cap * (1 + 1e-12)
    order = np.argsort(n)
    assert (np.diff(w[order]) <= 1e-12 * w.max()).all()


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=10))
def test_balanced_is_that_of_scikit_learn(counts: list[int]) -> None:
    """Without a cap "balanced" equals `compute_class_weight`."""
    y = np.repeat(np.arange(len(counts)), counts)
    expected = compute_class_weight("balanced", classes=np.arange(len(counts)), y=y)
    assert_allclose(class_weights(counts, cap=None), expected)


def test_effective_lies_between_nothing_and_balanced() -> None:
    """beta = 0 weighs nothing, beta near 1 is "balanced", and in between the ratio is that of the formula."""
    counts = [900, 90, 10]
    assert_allclose(class_weights(counts, "effective", beta=0), 1)
    near = class_weights(counts, "effective", beta=1 - 1e-9, cap=None)
    assert_allclose(near, class_weights(counts, cap=None), rtol=1e-5)
    w = class_weights(counts, "effective", beta=0.99, cap=None)
    assert_allclose(w[2] / w[0], (1 - 0.99**900) / (1 - 0.99**10))


def test_sqrt_is_half_the_way() -> None:
    """Weights of "sqrt" are those of "balanced" to the power one half, up to a factor."""
    half, full = class_weights([400, 25], "sqrt"), class_weights([400, 25])
    assert_allclose(half[1] / half[0], np.sqrt(full[1] / full[0]))


IDS = np.array([0, 0, 0, 2, 1, 0])
PER_CLASS = class_weights([4, 1, 1])


def test_ids_of_every_shape() -> None:
    """Examples, tokens and pixels get the weight of their class in the shape Keras's losses have; missing get 0."""
    expected = PER_CLASS[IDS]
    assert_allclose(sample_weight(IDS, "index"), expected, rtol=1e-6)
    assert_allclose(sample_weight(IDS[:, None], "index"), expected, rtol=1e-6)
    assert_allclose(sample_weight(IDS.reshape(2, 3), "index"), expected.reshape(2, 3), rtol=1e-6)
    assert_allclose(sample_weight(IDS.reshape(1, 2, 3, 1), "index"), expected.reshape(1, 2, 3), rtol=1e-6)
    gaps = np.append(IDS, -100)
    assert_allclose(sample_weight(gaps, "index", ignore=-100), np.append(expected, 0), rtol=1e-6)
    assert_allclose(sample_weight(np.append(IDS, np.nan), "index"), np.append(expected, 0), rtol=1e-6)


def test_rows_weigh_what_their_ids_weigh() -> None:
    """One-hot rows weigh as ids, a distribution its expected weight, a row with a missing cell nothing."""
    rows = np.eye(3)[IDS]
    assert_allclose(sample_weight(rows, "onehot"), PER_CLASS[IDS], rtol=1e-6)
    soft = RNG.dirichlet(np.ones(3), 50)
    found = sample_weight(soft, "distribution")
    assert_allclose(found.mean(), 1, rtol=1e-6)
    assert_allclose(found, soft @ class_weights(soft.sum(0)), rtol=1e-6)
    rows[0, 1] = np.nan
    assert sample_weight(rows, "onehot")[0] == 0


def test_each_label_of_multi_hot_rows_is_balanced_by_itself() -> None:
    """Per label the known cells weigh 1 on average, and its positives together as much as its negatives."""
    y = (RNG.random((500, 3)) < [0.1, 0.5, 0.9]).astype(float)
    y[RNG.random(y.shape) < 0.2] = -1
    w = sample_weight(y, "multihot-missing", ignore=-1)
    assert w.shape == y.shape
    assert not w[y == -1].any()
    for label in range(3):
        column, weight = y[:, label], w[:, label]
        assert_allclose(weight[column >= 0].mean(), 1, rtol=1e-5)
        assert_allclose(weight[column == 1].sum(), weight[column == 0].sum(), rtol=1e-5)


def test_binary_pixels() -> None:
    """Masks with a last axis of 1 get weights (n, H, W), as the loss of `BinaryCrossentropy` has; 255 is left out."""
    y = np.array([0, 0, 0, 1, 255, 0, 0, 0], "uint8").reshape(2, 2, 2, 1)
    w = sample_weight(y, "binary", ignore=255)
    assert w.shape == (2, 2, 2)
    expected = class_weights([6, 1])[np.where(y == 255, 0, y)[..., 0]] * (y[..., 0] != 255)
    assert_allclose(w, expected, rtol=1e-6)


def test_batches_use_the_counts_of_all_labels() -> None:
    """Weighted batch by batch with the counts of the whole, labels weigh what they weigh together."""
    y = RNG.integers(0, 3, 40)
    counts = label_counts(y, "index", classes=3)
    together = sample_weight(y, "index")
    parts = [sample_weight(part, "index", counts=counts) for part in np.split(y, 8)]
    assert_allclose(np.concatenate(parts), together)


def test_a_label_without_known_cells_has_no_weight_to_give() -> None:
    """A column that is missing everywhere weighs 0 and stops nothing."""
    assert not sample_weight([[-1.0], [-1.0]], "multihot", ignore=-1).any()


@pytest.mark.parametrize(
    "call",
    [
        lambda: class_weights([0, 0]),
        lambda: class_weights([1, -1]),
        lambda: class_weights([1, 2], "inverse"),  # type: ignore[arg-type]
        lambda: class_weights([1, 2], "effective", beta=1.0),
        lambda: class_weights([1, 2], cap=0.5),
        lambda: sample_weight([0, -1], "index"),
        lambda: sample_weight([0, 1.5], "index"),
        lambda: sample_weight([0, 3], "index", classes=3),
        lambda: sample_weight([[0, 2]], "multihot"),
        lambda: sample_weight(["a", "b"], "index"),
    ],
)
def test_bad_input_is_refused(call: object) -> None:
    """Each error says what to write instead."""
    with pytest.raises(WrongArgument) as error:
        call()  # type: ignore[operator]
    assert error.value.fix


def test_examples_in_docstrings_are_true() -> None:
    """Every example prints what it says."""
    found = doctest.testmod(weights)
    assert found.attempted > 1
    assert found.failed == 0
