"""Memory and estimates: what happens when there are more distinct values than can be kept."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from rightloss.views.labels import distinct
from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.distinct import LIMIT
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.source import LabelStream

CHUNK = 20_000


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
        yield np.char.add("u", np.arange(start, start + CHUNK).astype("U10"))


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


@pytest.mark.parametrize("chunks", [wide, floats, spread, texts])
def test_memory_does_not_grow_with_the_rows(
    chunks: Callable[[int], Iterator[np.ndarray]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five times the rows, all different, need no more memory (with a lower limit, so that few rows pass it)."""
    monkeypatch.setattr(distinct, "LIMIT", 10_000)
    monkeypatch.setattr(distinct, "_PENDING", 8_192)
    small, _ = peak(chunks, 3 * CHUNK)
    large, seen = peak(chunks, 15 * CHUNK)
    assert large < 1.15 * small
    assert seen.rows == 15 * CHUNK
    assert not seen.distinct_exact
    assert seen.values == {}
    assert seen.distinct == pytest.approx(15 * CHUNK, rel=0.05)
    assert seen.all_unique


def test_memory_in_bytes() -> None:
    """A million different ids of 64 bits are profiled in less memory than 25 MB, beside chunks of 160 kB."""
    used, seen = peak(wide, 1_000_000)
    assert used < 25_000_000
    assert seen.distinct == pytest.approx(1_000_000, rel=0.02)


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


@pytest.mark.parametrize("near", [np.array([0, 1, 0]), np.array([-4, 3]), np.array([0, 700]), np.array([0.0, 1.0])])
def test_counters_are_not_laid_between_far_values(near: np.ndarray) -> None:
    """Small labels beside large ids do not allocate counters for what lies between, in either order."""
    far = np.array([10**15, 10**15 + 1])
    for chunks in ([near, far], [far, near]):
        tracemalloc.start()
        seen = profile(LabelStream(lambda chunks=chunks: iter(chunks)))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert used < 20_000_000
        assert (seen.distinct, seen.maximum) == (len(np.unique(near)) + 2, 10**15 + 1)
