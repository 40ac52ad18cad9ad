"""A program read as source and the same program run and inspected give the same findings."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

import rightloss as rl
from rightloss.checking.config import Config
from rightloss.checking.source import check_text

PROGRAM = """
import numpy as np
import keras
from keras import layers
np.random.seed(0)
x = np.random.random((64, 8))
{labels}
m = keras.Sequential([keras.Input((8,)), layers.{head}])
m.compile(loss={loss}, metrics=['accuracy'])
"""
LABELS = {
    "ids": "y = np.random.randint(0, 3, size=(64,))",
    "one-hot": "y = np.eye(3)[np.random.randint(0, 3, size=(64,))]",
    "0/1": "y = np.random.randint(0, 2, size=(64,))",
}
HEADS = (
    "Dense(3)", "Dense(3, activation='softmax')", "Dense(3, activation='sigmoid')", "Dense(1, activation='sigmoid')",
    "Dense(1)", "Dense(1, activation='softmax')", "Dense(3, activation='relu')",
)  # fmt: skip
LOSSES = (
    "'sparse_categorical_crossentropy'", "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    "'categorical_crossentropy'", "keras.losses.CategoricalCrossentropy(from_logits=True)",
    "'binary_crossentropy'", "keras.losses.BinaryCrossentropy(from_logits=True)",
)  # fmt: skip
WHY_NOT = {
    # The live checker has resolved 'accuracy' against the real shapes: one axis of labels against three units.
    ("0/1", "Dense(3, activation='sigmoid')", "'binary_crossentropy'"): "RL402",
}
"""Cases that differ, and the code that only the live checker gives."""


def codes(report: Any) -> set[tuple[str, str]]:
    """What a report says, without places."""
    return {(each.code, str(each.severity)) for each in report.findings}


@pytest.mark.parametrize(("labels", "head"), list(product(LABELS, HEADS)))
def test_source_and_live_agree(labels: str, head: str) -> None:
    """Six losses on each pair of labels and last layer."""
    for loss in LOSSES:
        program = PROGRAM.format(labels=LABELS[labels], head=head, loss=loss)
        static = codes(check_text(program + "m.fit(x, y)\n", "a.py", Config()))
        names: dict[str, Any] = {}
        exec(program, names)
        live = codes(rl.check(names["m"], (names["x"], names["y"])))
        extra = WHY_NOT.get((labels, head, loss))
        assert static == {(code, severity) for code, severity in live if code != extra}, loss
