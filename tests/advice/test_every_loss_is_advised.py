"""A loss ships only if `select` names it for some labels: for each public loss class, the case in which it does."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest

import rightloss as rl
from rightloss import losses

RNG = np.random.default_rng(0)
TAIL = np.repeat(range(10), [5000, 3000, 1800, 1080, 650, 390, 230, 140, 80, 50])
GROUP = np.eye(3, dtype=int)[RNG.integers(0, 3, 400)]
HOLES = np.where(RNG.random((400, 3)) < 0.2, -1, RNG.integers(0, 2, (400, 3)))
PIXELS = np.zeros((20, 100, 100), int)
PIXELS[:, 50, 50:53] = 1
ORGANS = PIXELS.copy()
ORGANS[:, :20] = 2

CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "MaskedBinaryCrossentropy": (HOLES, {}),
    "GroupedCrossentropy": (np.hstack([GROUP, (RNG.random((400, 2)) < 0.4).astype(int)]), {}),
    "PriorAdjustedCrossentropy": (TAIL, {"task": "multiclass", "goal": "balanced_accuracy"}),
    "LateWeightedCrossentropy": (TAIL, {"task": "multiclass", "goal": "balanced_accuracy"}),
    "CornCrossentropy": (TAIL, {"task": "multiclass", "ordered": True, "goal": "mae"}),
    "BinaryFocal": (PIXELS, {"positions": "pixel", "goal": "f1:1"}),
    "CategoricalFocal": (ORGANS, {"positions": "pixel", "goal": "f1:1"}),
}


def _public() -> set[str]:
    exported = {name: getattr(losses, name) for name in losses.__all__}
    return {name for name, it in exported.items() if isinstance(it, type) and issubclass(it, keras.losses.Loss)}


@pytest.mark.parametrize("name", sorted(_public()))
def test_every_loss_is_advised_in_a_case(name: str) -> None:
    """The answer names it, in the contract, the structure of the labels, or an alternative of the remedy."""
    labels, told = CASES[name]
    answer = rl.select(labels, **told).to_json()
    places = [answer["code"], (answer["structure"] or {}).get("observations"), (answer["remedy"] or {})]
    assert f"{name}(" in json.dumps(places)


@pytest.mark.parametrize("labels", [TAIL, RNG.integers(0, 2, 500), GROUP, (RNG.random((500, 4)) < 0.3).astype(int)])
def test_plain_labels_get_none_of_them(labels: Any) -> None:
    """Without a goal, gaps or structure the answer is a cross-entropy that Keras has."""
    answer = json.dumps(rl.select(labels, task="multiclass" if labels is TAIL else None).to_json())
    assert not [name for name in _public() if f"{name}(" in answer]
