"""What `rl.guard()` adds to an epoch after the first batch has been checked.

    python bench/guard.py

Fits the same model with and without the guard in turns, in one process; the first guarded fit, which checks, is shown
apart. Whole epochs differ by more than the guard costs, so the time inside its own code is added up too.
"""

from __future__ import annotations

import statistics
import time

import keras
import numpy as np
from keras import layers

import rightloss as rl
from rightloss.views.model.watch import Watch

ROWS, RUNS = 64_000, 9


def model() -> keras.Model:
    """A dense classifier, 2,000 steps in an epoch."""
    net = keras.Sequential([keras.Input((64,)), layers.Dense(256, activation="relu"), layers.Dense(10, "softmax")])
    net.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return net


def main() -> None:
    """Measure and print."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(ROWS, 64)).astype("float32"), random.integers(0, 10, ROWS)
    net = model()
    net.fit(x, y, verbose=0)  # trace once

    def epoch() -> float:
        start = time.process_time()
        net.fit(x, y, verbose=0)
        return time.process_time() - start

    guard = rl.guard(warn=True)
    with guard:
        first = epoch()
    plain, guarded = [], []
    with Inside() as inside:
        for _ in range(RUNS):
            plain.append(epoch())
            with guard:
                guarded.append(epoch())
    without, with_guard = statistics.median(plain), statistics.median(guarded)
    print(
        f"epoch of {ROWS // 32:,} steps: {without:.3f} s without guard, {with_guard:.3f} s with (CPU, median of {RUNS})"
    )
    print(f"whole epochs: ratio {with_guard / without:.4f} (spread of the plain ones {spread(plain):.1%})")
    print(
        f"inside the guard's own code: {inside.seconds / RUNS:.4f} s, {inside.seconds / sum(guarded):.2%} of an epoch"
    )
    print(f"first guarded epoch, which checks: {first:.3f} s")


def spread(values: list[float]) -> float:
    """Half of the range, in parts of the median."""
    return (max(values) - min(values)) / 2 / statistics.median(values)


class Inside:
    """Adds up the seconds spent in the code that the guard adds."""

    def __enter__(self) -> Inside:
        self.seconds = 0.0
        for owner, name in ((Watch, "on_train_batch_end"), (Watch, "on_epoch_end"), (rl.guard, "_before")):
            setattr(owner, name, self._timed(getattr(owner, name)))
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def _timed(self, method):  # type: ignore[no-untyped-def]
        def call(*arguments, **keywords):  # type: ignore[no-untyped-def]
            start = time.perf_counter()
            try:
                return method(*arguments, **keywords)
            finally:
                self.seconds += time.perf_counter() - start

        return call


if __name__ == "__main__":
    main()
