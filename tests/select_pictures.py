"""Labels of pixels and voxels as users have them, each with the answer of somebody who knows."""

from __future__ import annotations

from typing import Any

import numpy as np
from select_inputs import Input, pixels, rng


def _channels_first(classes: int, *shape: int) -> Any:
    """One-hot masks, their classes in axis 1."""
    return np.moveaxis(np.eye(classes, dtype=np.uint8)[rng().integers(0, classes, shape)], -1, 1)


def _sampled_mask() -> Any:
    """Four pictures with one object each, of 20 kinds, and a border of 255 that belongs to none."""
    y = np.zeros((4, 32, 32), "uint8")
    for picture, kind in enumerate((15, 7, 12, 3)):
        y[picture, 8:20, 8:20] = kind
    y[:, 7] = 255
    return y


def _antialiased() -> Any:
    y = np.zeros((5, 64, 64), "uint8")
    y[:, 10:40, 10:40], y[:, 9, 10:40], y[:, 40, 10:40] = 255, 64, 191
    return y


PICTURES = (
    Input("0/255", lambda: pixels(20, 16, 16) * 255, "binary", positions="pixel"),
    Input("0/1", lambda: pixels(20, 16, 16), "binary", positions="pixel"),
    Input("0/1 of any shape", lambda: pixels(20, 16, 24), "binary", positions="pixel", asks=("positions",)),
    Input(
        "channel first", lambda: pixels(20, 1, 16, 16), "refuse", asks=("several_true",), says="np.moveaxis(y, 1, -1)"
    ),
    Input(
        "one-hot channels first",
        lambda: np.moveaxis(np.eye(3)[rng().integers(0, 3, (20, 16, 16))], -1, 1),
        "refuse",
        asks=("several_true",),
        says="np.moveaxis(y, 1, -1)",
    ),
    Input(
        "one-hot of 21 channels first",
        lambda: _channels_first(21, 3, 64, 64),
        "refuse",
        asks=("several_true", "positions"),
        says="np.moveaxis(y, 1, -1)",
    ),
    Input(
        "one-hot of 10 channels first, as many as slices",
        lambda: _channels_first(10, 5, 16, 24),
        "refuse",
        asks=("several_true", "positions"),
        says="np.moveaxis(y, 1, -1)",
    ),
    Input(
        "channels first, no square",
        lambda: pixels(5, 3, 12, 16),
        "multilabel",
        labels="multihot",
        positions="pixel",
        asks=("several_true",),
    ),
    Input(
        "volume, channel first",
        lambda: pixels(4, 1, 16, 16, 16),
        "refuse",
        asks=("several_true",),
        says="before depth, height and width",
    ),
    Input("volume of ids, channel first", lambda: pixels(4, 1, 8, 16, 16) * 3, "refuse", says="np.moveaxis(y, 1, -1)"),
    Input(
        "one-hot volume, channels first",
        lambda: _channels_first(4, 3, 16, 16, 16),
        "refuse",
        asks=("several_true",),
        says="np.moveaxis(y, 1, -1)",
    ),
    Input(
        "one-hot channels last",
        lambda: np.eye(3)[rng().integers(0, 3, (20, 16, 16))],
        "multiclass",
        labels="onehot",
        positions="pixel",
    ),
    Input("two colours", lambda: pixels(10, 16, 16)[..., None] * np.array([128, 0, 64]), "refuse", says="palette"),
    Input("trimap", lambda: rng().integers(1, 4, (10, 16, 16)), "multiclass", positions="pixel"),
    Input("volume", lambda: rng().integers(0, 3, (5, 4, 8, 8)), "multiclass", positions="voxel"),
    Input("volume of 0/1 with a channel", lambda: pixels(5, 8, 8, 8)[..., None], "binary", positions="voxel"),
    Input("cube of 0/1", lambda: pixels(5, 8, 8, 8), "binary", positions="voxel", asks=("positions",)),
    Input(
        "slices of 0/1",
        lambda: pixels(5, 8, 16, 16),
        "binary",
        positions="voxel",
        asks=("positions", "several_true"),
    ),
    Input("many masks", lambda: pixels(5, 16, 16, 8), "multilabel", positions="pixel", asks=("positions",)),
    Input("four masks", lambda: pixels(5, 16, 16, 4), "multilabel", positions="pixel"),
    Input(
        "few ids of a picture, and 255", _sampled_mask, "multiclass", asks=("ignore",), ignore=255, positions="pixel"
    ),
    Input(
        "80 ids of a picture, and 255",
        lambda: rng().choice([*range(80), 255], (5, 32, 32)).astype("uint8"),
        "multiclass",
        asks=("ignore", "task"),
        ignore=255,
        positions="pixel",
    ),
    Input("grey edges on both sides", _antialiased, "binary", positions="pixel"),
)
