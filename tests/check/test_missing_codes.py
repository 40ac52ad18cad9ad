"""A number out of line among class ids: a code for "no label", or a class whose id leaves a gap."""

from __future__ import annotations

import pytest

pytest.importorskip("tensorflow")

import numpy as np
from check.measured import SCCE, X, net
from keras import layers

import rightloss as rl

CODES = {"-1": ([0, 1, 2, -1], 3), "-2": ([0, 1, 2, -2], 3), "9": ([0, 1, 9], 2), "99": ([0, 1, 2, 99], 5),
         "255 and a unit too many": ([0, 1, 255], 3)}  # fmt: skip
CLASSES = {"a gap before 9": ([*range(8), 9], 9), "9 of 4": ([0, 1, 2, 9], 4), "9 of 5": ([0, 1, 2, 3, 9], 5),
           "99 of 99": ([*range(98), 99], 99)}  # fmt: skip


def found(values: list[int], units: int) -> list[tuple[str, str]]:
    """Codes and messages for labels that hold these values, and so many units."""
    y = np.resize(values, len(X))
    report = rl.check(net(layers.Dense(units, activation="softmax"), loss=SCCE()), (X, y))
    return [(each.code, each.message) for each in report.findings]


@pytest.mark.parametrize("name", list(CODES))
def test_codes_are_left_out(name: str) -> None:
    """Far beyond every class, or below 0: the loss is told to ignore it."""
    values, units = CODES[name]
    ((code, message),) = found(values, units)
    assert (code, message.endswith(f"SparseCategoricalCrossentropy(ignore_class={values[-1]})")) == ("RL103", True)


@pytest.mark.parametrize("name", list(CLASSES))
def test_classes_with_a_gap_are_numbered_anew(name: str) -> None:
    """As many units as values: nobody shall be led to drop a class."""
    ((code, message),) = found(*CLASSES[name])
    assert (code, message.endswith("np.unique(y, return_inverse=True)")) == ("RL102", True)
