"""What `rl.check(model, (x, y))` costs, beside the first five steps of the same model freshly compiled.

    python bench/check_model.py

Prints seconds and ratios; each line is the median of several runs in one process. Both sides build a new model.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import keras
import numpy as np
from keras import layers

import rightloss as rl

RUNS = 5
BATCH, STEPS = 32, 5


def small() -> tuple[keras.Model, tuple[np.ndarray, np.ndarray]]:
    """A dense classifier of table rows."""
    random = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((20,)), layers.Dense(64, activation="relu"), layers.Dense(10, "softmax")])
    return model, (random.normal(size=(100_000, 20)).astype("float32"), random.integers(0, 10, 100_000))


def images() -> tuple[keras.Model, tuple[np.ndarray, np.ndarray]]:
    """A convolutional classifier of 64 x 64 images."""
    random = np.random.default_rng(0)
    hidden = [
        layer
        for width in (32, 64, 128)
        for layer in (layers.Conv2D(width, 3, activation="relu"), layers.MaxPooling2D())
    ]
    head = [layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input((64, 64, 3)), *hidden, *head])
    return model, (random.random((512, 64, 64, 3), dtype="float32"), random.integers(0, 10, 512))


def tokens() -> tuple[keras.Model, tuple[np.ndarray, np.ndarray]]:
    """A tagger of sequences."""
    random = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((40,)), layers.Embedding(5000, 64), layers.LSTM(64, return_sequences=True),
                              layers.Dense(12, activation="softmax")])  # fmt: skip
    return model, (random.integers(0, 5000, (4096, 40)), random.integers(0, 12, (4096, 40)))


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compiled(make: Callable[[], tuple[keras.Model, tuple[np.ndarray, np.ndarray]]]):  # type: ignore[no-untyped-def]
    """A fresh model, compiled with the right loss, and its data."""
    model, data = make()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, data


def main() -> None:
    """Measure and print."""
    print(f"{'model':<8} {'5 steps':>9} {'check':>9} {'labels':>9} {'check / (5 steps + labels)':>27}")
    for make in (small, images, tokens):
        rl.check(*compiled(make))  # imports and first traces are no part of either side
        runs = [one(make) for _ in range(RUNS)]
        first, check, read = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"{make.__name__:<8} {first:>8.3f}s {check:>8.3f}s {read:>8.3f}s {check / (first + read):>27.3f}")


def one(make: Callable[[], tuple[keras.Model, tuple[np.ndarray, np.ndarray]]]) -> tuple[float, float, float]:
    """Seconds of five steps, of the check, and of one pass over the labels, each on a fresh model."""
    model, (x, y) = compiled(make)
    rows = BATCH * STEPS
    steps = seconds(lambda: model.fit(x[:rows], y[:rows], batch_size=BATCH, verbose=0))
    fresh, data = compiled(make)
    return steps, seconds(lambda: rl.check(fresh, data)), seconds(lambda: np.unique(y, return_counts=True))


if __name__ == "__main__":
    main()
