"""Memory and estimates: what happens when there are more distinct values than can be kept."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.distinct import LIMIT
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.source import LabelStream

CHUNK = 100_000


def wide(rows: int) -> Iterator[np.ndarray]:
    """Integers over the whole range of int64, nearly all different."""
    rng = np.random.default_rng(0)
    for _ in range(rows // CHUNK):
        yield rng.integers(-(2**63), 2**63 - 1, CHUNK)


def floats(rows: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(0)
    for _ in range(rows // CHUNK):
        yield rng.random(CHUNK)


def texts(rows: int) -> Iterator[np.ndarray]:
    for start in range(0, rows, CHUNK):
        yield np.arange(start, start + CHUNK).astype("U10")


def spread(rows: int) -> Iterator[np.ndarray]:
    """Integers far apart, so that no window of counters holds two of them."""
    for start in range(0, rows, CHUNK):
        yield np.arange(start, start + CHUNK, dtype=np.int64) * 3_000_000


def peak(chunks: Callable[[int], Iterator[np.ndarray]], rows: int) -> tuple[int, LabelProfile]:
    tracemalloc.start()
    seen = profile(LabelStream(lambda: chunks(rows)))
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used, seen


@pytest.mark.parametrize(("chunks", "rows"), [(wide, 300_000), (floats, 300_000), (spread, 300_000), (texts, 200_000)])
def test_memory_does_not_grow_with_the_rows(chunks: Callable[[int], Iterator[np.ndarray]], rows: int) -> None:
    """Three times the rows, all different, need no more memory, and far less than the values themselves would."""
    small, _ = peak(chunks, rows)
    large, seen = peak(chunks, 3 * rows)
    assert large < 1.15 * small
    assert large < (25_000_000 if chunks is not texts else 50_000_000)
    assert seen.rows == 3 * rows
    assert not seen.distinct_exact
    assert seen.values == {}
    assert seen.distinct == pytest.approx(3 * rows, rel=0.02)
    assert seen.all_unique


def test_values_are_kept_up_to_the_limit() -> None:
    """At the limit all values are kept and counted; one more makes the number of values an estimate."""
    labels = np.arange(LIMIT) * 1_000_003
    exact = profile(LabelStream(lambda: iter([labels, labels])))
    assert exact.distinct_exact
    assert exact.distinct == LIMIT
    assert set(exact.values.values()) == {2}
    more = profile(LabelStream(lambda: iter([labels, labels, np.array([-1])])))
    assert not more.distinct_exact
    assert more.distinct == pytest.approx(LIMIT + 1, rel=0.02)


@pytest.mark.parametrize("parts", [1, 3, 50])
def test_estimates_do_not_depend_on_chunks(parts: int) -> None:
    """Number of values and of values seen once come from the set of values, not from the order of chunks."""
    rng = np.random.default_rng(3)
    labels = np.concatenate([np.arange(150_000) * 7_919, np.arange(50_000) * 7_919])
    expected = profile(LabelStream(lambda: iter([labels])))
    shuffled = rng.permutation(labels)
    seen = profile(LabelStream(lambda: iter(np.array_split(shuffled, parts))))
    assert (seen.distinct, seen.once) == (expected.distinct, expected.once)
    assert seen.distinct == pytest.approx(150_000, rel=0.02)
    assert seen.once == pytest.approx(100_000, rel=0.02)
    assert not seen.all_unique


def test_whole_floats_and_integers_are_the_same_values() -> None:
    """A stream that turns from integers into floats still estimates the number of values rightly."""
    ids = np.arange(300_000) * 1_000_003
    seen = profile(LabelStream(lambda: iter([ids[:200_000], ids[100_000:].astype(np.float64)])))
    assert seen.distinct == pytest.approx(300_000, rel=0.02)
    assert seen.once == pytest.approx(200_000, rel=0.02)


def test_long_texts_are_kept_short() -> None:
    """Of documents only the beginning and a checksum stay, and different ones stay different."""
    labels = np.array(["x" * 10_000 + str(i) for i in range(50)] * 2, object)
    seen = profile(LabelStream(lambda: iter([labels])))
    assert seen.distinct == 50
    assert max(map(len, seen.values)) < 200
