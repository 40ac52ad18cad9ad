"""Weights from advice: mean 1, right for every label form, and the same from arrays and from tf.data."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

import rightloss as rl

RNG = np.random.default_rng(0)
MISSING = np.where(RNG.random((200, 3)) < 0.2, np.nan, (RNG.random((200, 3)) < 0.3).astype(float))
FORMS = {
    "ids": (np.repeat([0, 1, 2], [150, 40, 10]), {}),
    "names": (["a"] * 150 + ["b"] * 40 + ["c"] * 10, {}),
    "yes/no": (np.repeat([0, 1], [180, 20]), {}),
    "one-hot": (np.eye(3)[np.repeat([0, 1, 2], [150, 40, 10])], {}),
    "multi-hot": ((RNG.random((200, 4)) < [0.5, 0.2, 0.1, 0.05]).astype(int), {}),
    "missing cells": (MISSING, {}),
    "tokens": (np.repeat([0, 1, 2], [700, 200, 100]).reshape(-1, 5), {"positions": "token"}),
    "ignored tokens": (np.repeat([0, 1, 2, -100], [700, 150, 50, 100]).reshape(-1, 5), {"positions": "token"}),
    "pixels": ((RNG.random((4, 8, 8, 1)) < 0.1).astype(int), {}),
}


@pytest.mark.parametrize("form", FORMS)
def test_mean_is_one_over_known_labels(form: str) -> None:
    """Weights never change the size of the loss as a whole, and missing labels weigh nothing."""
    labels, keywords = FORMS[form]
    advice = rl.select(labels, **keywords)
    weights = advice.sample_weight(labels, cap=None)
    assert weights[weights > 0].mean() == pytest.approx(1, rel=1e-5)
    assert weights.min() >= 0


@pytest.mark.parametrize("form", FORMS)
def test_dataset_weighs_as_arrays_do(form: str) -> None:
    """Batch by batch, from the counts of all labels."""
    labels, keywords = FORMS[form]
    advice = rl.select(labels, **keywords)
    encoded = advice.encode(labels)
    dataset = tf.data.Dataset.from_tensor_slices((np.zeros((len(encoded), 2)), encoded)).batch(7)
    found = np.concatenate([weight.numpy() for _, _, weight in advice.weigh(dataset)])
    np.testing.assert_allclose(found, advice.sample_weight(labels), rtol=1e-5)


@pytest.mark.parametrize("form", ["names", "yes/no", "one-hot", "missing cells"])
def test_keras_takes_them(form: str) -> None:
    """`fit` runs with the weights, and a batch of labels is weighed like the whole."""
    labels, keywords = FORMS[form]
    advice = rl.select(labels, **keywords)
    weights = advice.sample_weight(labels)
    np.testing.assert_allclose(advice.sample_weight(labels[:9]), weights[:9], rtol=1e-6)
    model = keras.Sequential([keras.Input((2,)), advice.head()])
    advice.compile(model)
    y = advice.encode(labels)
    history = model.fit(RNG.normal(size=(len(y), 2)), y, sample_weight=weights, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
