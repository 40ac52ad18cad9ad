"""Generators, iterators, loaders and lists of batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rightloss.errors import EmptyInput, MissingColumn, UnreadableInput
from rightloss.views.labels import iterables
from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.iterables import from_generator, from_pydataset
from rightloss.views.labels.limits import Limits, limited
from rightloss.views.labels.read import profile_all

X = np.zeros((6, 3))
Y = np.array([0, 1, 2, 0, 1, 0])
COUNTS = {0: 3, 1: 2, 2: 1}


def batches() -> Iterator[Any]:
    yield X[:4], Y[:4]
    yield X[4:], Y[4:]


def examples() -> Iterator[Any]:
    yield from zip(X, Y, strict=True)


SOURCES = {
    "batches": batches,
    "examples": examples,
    "weighted": lambda: ((x, y, np.ones(len(y))) for x, y in batches()),
    "dict features": lambda: (({"a": x, "b": x[:, 0]}, y) for x, y in batches()),
    "list items of a loader": lambda: [[x, y] for x, y in batches()],
    "labels alone, one by one": lambda: iter(Y.tolist()),
    "labels alone, in arrays": lambda: iter([Y[:2], Y[2:]]),
    "texts with labels": lambda: [("some words", int(y)) for y in Y],
    "python lists": lambda: [([[0.0]] * 6, Y.tolist())],
    "dictionaries": lambda: ({"image": x, "label": y} for x, y in batches()),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_each_kind_of_item_gives_the_labels(source: Any) -> None:
    """Batches, examples, weights, dictionaries and plain labels give the same counts."""
    assert profile(from_generator(source())[None]).values == COUNTS


def test_labels_of_varying_length_are_lists() -> None:
    """One label list for each example, of another length than its features, is ragged, not a batch."""
    pairs = [(np.zeros(5), np.arange(1 + i % 3)) for i in range(9)]
    seen = profile(from_generator(pairs)[None])
    assert (seen.rows, seen.shape, seen.values) == (9, (None,), {0: 9, 1: 6, 2: 3})
    assert profile(from_generator(iter([["a", "b"], ["c"], []]))[None]).tags == {"a": 1, "b": 1, "c": 1}


def test_vectors_of_single_examples_are_stacked() -> None:
    """One-hot vectors yielded one by one are an (n, K) label."""
    seen = profile(from_generator([(x, np.eye(4)[y]) for x, y in zip(X, Y, strict=True)])[None])
    assert (seen.shape, seen.rows) == ((4,), 6)


def test_a_generator_is_read_once() -> None:
    """The second pass over a generator raises with the way out; a function starts again."""
    stream = from_generator(batches())[None]
    assert profile(stream).rows == 6
    with pytest.raises(UnreadableInput, match="cannot start again"):
        profile(stream)
    again = from_generator(batches)[None]
    assert profile(again).values == profile(again).values == COUNTS


@pytest.mark.parametrize("make", [lambda items: iter(items), lambda items: items], ids=["once", "again"])
def test_several_outputs(make: Any) -> None:
    """Dictionaries and tuples of outputs are streams of their own, also where the source can be read once only."""
    items = [(x, {"kind": y, "hot": np.eye(3)[y]}) for x, y in batches()]
    outputs = from_generator(make(items))
    assert profile(outputs["kind"]).values == COUNTS
    assert profile(outputs["hot"]).shape == (3,)
    assert list(from_generator(make(items), columns=["kind"])) == ["kind"]
    with pytest.raises(MissingColumn, match="no output 'size'"):
        from_generator(make(items), columns=["size"])
    assert set(from_generator(make([(x, (y, y)) for x, y in batches()]))) == {"output_0", "output_1"}


def test_dictionaries_ask_for_the_key() -> None:
    """A dictionary without a key that means labels asks; a named key is taken."""
    items = [{"image": X, "kind": Y}]
    with pytest.raises(MissingColumn, match="image, kind"):
        from_generator(items)
    assert profile(from_generator(items, columns=["kind"])[None]).values == COUNTS


def test_nothing_is_empty_input() -> None:
    """A source that yields nothing says so."""
    with pytest.raises(EmptyInput):
        from_generator(iter([]))
    with pytest.raises(EmptyInput):
        profile(from_generator([(X[:0], Y[:0])])[None])


def test_an_endless_generator_stops_at_the_cap() -> None:
    """Reading stops at the cap in the middle of a batch; the note and the caps say so."""

    def endless() -> Iterator[Any]:
        while True:
            yield X, Y

    stream = from_generator(endless, rows_cap=100)[None]
    seen = profile(stream)
    assert (seen.rows, seen.capped, dict(stream.caps)) == (100, True, {"rows": 100})
    assert "100 rows" in stream.notes[0]


def test_a_default_cap_is_stated() -> None:
    """Where no end is known the default bounds are noted before anything is read."""
    (note,) = from_generator(batches())[None].notes
    assert "1,000,000 rows" in note
    assert "120 seconds" in note


def test_a_source_that_ends_below_the_cap_was_not_stopped() -> None:
    """Caps that were not reached are not reported as applied, also when the length equals the cap."""
    for cap in (6, 7):
        stream = from_generator(batches, rows_cap=cap)[None]
        assert (profile(stream).rows, dict(stream.caps)) == (6, {})


def test_time_is_a_bound_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the time bound the pass ends after the chunk in hand."""
    clock = iter([0.0, 10.0, 130.0, 140.0])
    monkeypatch.setattr("rightloss.views.labels.limits.time.monotonic", lambda: next(clock))
    caps: dict[str, int] = {}
    chunks = list(limited(iter([Y] * 4), Limits(1000, 120), "x", caps))
    assert (len(chunks), caps) == (2, {"seconds": 120})


class Batches:
    """What a Keras PyDataset offers."""

    def __init__(self, size: int | None) -> None:
        self.size = size

    def __len__(self) -> int:
        if self.size is None:
            raise ValueError("the number of batches is unknown")
        return self.size

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        return X, Y


def test_a_pydataset_is_read_by_index() -> None:
    """Each batch once; without a length, up to the cap; of length 0, empty input."""
    stream = from_pydataset(Batches(4))[None]
    assert (profile(stream).rows, stream.notes) == (24, ())
    assert profile(from_pydataset(Batches(None), rows_cap=50)[None]).rows == 50
    assert "repeats without end" in from_pydataset(Batches(None))[None].notes[0]
    with pytest.raises(EmptyInput):
        from_pydataset(Batches(0))


def test_examples_are_gathered_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Single examples reach the profiler in blocks, the last one shorter."""
    monkeypatch.setattr(iterables, "_CHUNK_ROWS", 4)
    assert [len(chunk) for chunk in from_generator(examples)[None].chunks()] == [4, 2]


def test_an_error_of_the_users_generator_is_told() -> None:
    """It leaves as unreadable input with the original message, chained, not as it was raised."""

    def broken() -> Iterator[Any]:
        yield X, Y
        raise RuntimeError("the disk is gone")

    with pytest.raises(UnreadableInput, match=r"RuntimeError after 1 blocks.*the disk is gone") as caught:
        profile(from_generator(broken)[None])
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert caught.value.fix


def test_a_source_read_to_its_end_has_no_note_of_a_stop() -> None:
    """The profile speaks of the bound only where it ended the pass."""
    assert profile(from_generator(batches)[None]).notes == ()
    (note,) = profile(from_generator(batches, rows_cap=4)[None]).notes
    assert "4 rows" in note


def test_bytes_that_are_no_text_stay_distinct() -> None:
    """Labels of different bytes are different classes, whatever they encode."""
    assert profile(from_generator([[b"\xff", b"\xfe"]] * 3)[None]).distinct == 2


def _fails(*_: Any) -> Any:
    raise OSError("the disk is gone")


def _failing_generator() -> Iterator[Any]:
    _fails()
    yield X, Y


class _FailingBatches(Batches):
    __getitem__ = _fails


class _FailingLength(Batches):
    __len__ = _fails


class _FailingIterable:
    __iter__ = _fails

    def __len__(self) -> int:
        return 3


@pytest.mark.parametrize(
    "make",
    [
        lambda: from_generator(_failing_generator()),
        lambda: from_generator(_failing_generator),
        lambda: from_generator(_fails),
        lambda: from_pydataset(_FailingBatches(4)),
        lambda: from_pydataset(_FailingLength(4)),
        lambda: from_generator(_FailingIterable()),
        lambda: profile_all(_FailingIterable()),
        lambda: from_generator(map(_fails, range(3))),
    ],
    ids=["generator", "generator function", "function", "PyDataset", "length", "loader", "iterable", "map"],
)
def test_an_error_on_the_first_element_is_told(make: Callable[[], Any]) -> None:
    """A source that fails at once is unreadable input like one that fails later."""
    with pytest.raises(UnreadableInput, match=r"raised OSError: the disk is gone") as caught:
        make()
    assert isinstance(caught.value.__cause__, OSError)


def test_a_function_that_fails_the_second_time_is_told() -> None:
    """The pass after the look at the first item fails as clearly as that look."""
    calls: list[int] = []

    def source() -> Iterator[Any]:
        calls.append(1)
        return iter([(X, Y)]) if len(calls) == 1 else _fails()

    with pytest.raises(UnreadableInput, match="raised OSError"):
        profile(from_generator(source)[None])
