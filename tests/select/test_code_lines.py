"""The lines of `advice.code()` that prepare labels, carried out on the user's own labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import select_cases
from select_cases import Case

import rightloss as rl
from rightloss.answer import Advice
from rightloss.errors import NoCrossEntropyFits

CASES = (*select_cases.ONE_D, *select_cases.MORE_D, *select_cases.BREAKERS)


def prepared(code: str, y: Any) -> Any:
    """What the script makes of labels put in the marked place."""
    lines = code.partition("# Labels as the loss reads them")[2].partition("model = keras.Sequential(")[0]
    scope = {"np": np, "y": y}
    exec("#" + lines, scope)
    return scope["y"]


def agrees(advice: Advice, labels: Any) -> None:
    """The lines give what `encode` gives."""
    found, expected = np.asarray(prepared(advice.code(), labels)), advice.encode(labels)
    assert found.shape == expected.shape
    assert found.dtype.kind in "iuf"
    np.testing.assert_allclose(found.astype(float), expected.astype(float), atol=1e-6)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_code_prepares_labels_as_encode_does(case: Case) -> None:
    """A user who puts the labels in the marked place trains on what `encode` gives, or is told that nothing fits."""
    labels = case.make()
    advice = rl.select(labels, **case.keywords)
    if isinstance(advice, rl.Several):
        for each in advice.outputs.values():
            compile(each.code(), "script.py", "exec")
    elif advice.contract is None:
        with pytest.raises(NoCrossEntropyFits):
            advice.code()
    else:
        agrees(advice, labels)


def _pandas(cells: list[Any], dtype: str) -> Any:
    return pytest.importorskip("pandas").Series(cells, dtype=dtype)


def _polars(cells: list[Any]) -> Any:
    return pytest.importorskip("polars").Series(cells)


def _arrow(cells: list[Any], chunked: bool = False) -> Any:
    pa = pytest.importorskip("pyarrow")
    return pa.chunked_array([cells]) if chunked else pa.array(cells)


HELD: dict[str, Callable[[], Any]] = {
    "bytes": lambda: np.array([b"no", b"yes", b"yes"] * 20),
    "bytes beyond ASCII": lambda: ["süß".encode(), b"sauer", b"salzig"] * 20,
    "bytes with missing": lambda: [b"a", b"b", None] * 20,
    "bytes of tags": lambda: [b"a,b", b"b,c", b"a", b"c"] * 20,
    "pandas text with NA": lambda: _pandas(["a", "b", None] * 20, "string"),
    "pandas objects with NA": lambda: _pandas(["a", "b", pytest.importorskip("pandas").NA] * 20, "object"),
    "pandas Int64 with NA": lambda: _pandas([0, 1, None] * 20, "Int64"),
    "pandas Int64 ids with NA": lambda: _pandas([0, 1, 2, None] * 20, "Int64"),
    "pandas boolean with NA": lambda: _pandas([True, False, None] * 20, "boolean"),
    "pandas Int64": lambda: _pandas([0, 1, 2] * 20, "Int64"),
    "pandas category": lambda: _pandas(["low", "mid", "high"] * 20, "category"),
    "polars text": lambda: _polars(["a", "b", None] * 20),
    "polars tags": lambda: _polars([["a"], ["a", "b"], ["c"], []] * 20),
    "Arrow text": lambda: _arrow(["a", "b", None] * 20),
    "Arrow tags": lambda: _arrow([["a"], ["a", "b"], None, ["c"]] * 20),
    "Arrow chunks of tags": lambda: _arrow([["a"], ["a", "b"], None, ["c"]] * 20, chunked=True),
    "Arrow tags in text": lambda: _arrow(["a,b", "b,c", "a", "c"] * 20),
    "Arrow sequences": lambda: _arrow([["B", "O", "O"], ["O", "B"], ["I", "I"]] * 9),
    "masked ids": lambda: np.ma.masked_equal(np.array([0, 1, 2] * 20), 2),
    "masked text": lambda: np.ma.masked_array(["a", "b", "c"] * 20, mask=[0, 1, 0, 0, 0, 0] * 10),
    "list of one-hot rows": lambda: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] * 20,
    "list of multi-hot rows": lambda: [[1, 0, 1], [0, 1, 1], [0, 0, 0]] * 20,
    "list of ids": lambda: [0, 1, 2] * 20,
    "list of truth values": lambda: [True, False] * 20,
    "tags as sets": lambda: [{"a"}, {"a", "b"}, set(), {"c"}] * 20,
    "tags as tuples of one length": lambda: [("a", "b"), ("b", "c"), ("a", "c")] * 20,
}


@pytest.mark.parametrize("kind", HELD)
def test_code_takes_labels_from_any_container(kind: str) -> None:
    """Bytes, nullable columns, Arrow lists, masked arrays and plain lists need no conversion by the user."""
    labels = HELD[kind]()
    agrees(rl.select(labels), labels)


def _names(count: int) -> list[str]:
    return [f"class {number:04d}" for number in range(count)]


MANY: dict[str, Callable[[], Any]] = {
    "text": lambda: _names(3000) * 3,
    "bytes": lambda: [name.encode() for name in _names(3000)] * 3,
    "numbers in text": lambda: [str(number) for number in range(2000)] * 3,
    "ids from 1": lambda: list(range(1, 3001)) * 3,
    "ids with gaps": lambda: list(range(0, 300, 3)) * 3,
    "text with missing": lambda: [*(_names(300) * 3), None],
    "tags": lambda: [[a, b] for a, b in zip(_names(300) * 3, _names(300)[::-1] * 3, strict=True)] + [["class 0007"]],
    "tags of ids": lambda: [[a, a + 1] for a in range(0, 298, 3)] * 3 + [[7]],
}


@pytest.mark.parametrize("kind", MANY)
def test_code_of_many_classes_is_short(kind: str) -> None:
    """Thousands of names are not written out: they are computed, in the same order, and so is the number of units."""
    labels = MANY[kind]()
    advice = rl.select(labels, task="multilabel" if "tags" in kind else "multiclass")
    agrees(advice, labels)
    assert len(advice.code()) < 3000
    if "classes = sorted(" in advice.code():
        assert "Dense(len(classes)" in advice.code()


def test_an_order_that_cannot_be_computed_is_written_out() -> None:
    """Categories in an order of their own keep it, however many they are."""
    pandas = pytest.importorskip("pandas")
    order = _names(15)[::-1] + [f"x{number:02d}" for number in range(10)]
    labels = pandas.Series(pandas.Categorical(order * 5, categories=order, ordered=True))
    agrees(rl.select(labels, task="multiclass"), labels)


@pytest.mark.parametrize("kind", ["bytes", "pandas Int64 with NA", "Arrow tags", "list of one-hot rows", "masked ids"])
def test_whole_code_trains_on_the_labels(kind: str) -> None:
    """With the user's labels in the marked place, the whole script runs."""
    labels = HELD[kind]()
    code = rl.select(labels).code().replace("epochs=10", "epochs=1, verbose=0")
    place = "# Labels as the loss reads them"
    scope: dict[str, Any] = {"__name__": "script", "labels": labels}
    exec(code.replace(place, f"x, y = x[:{len(labels)}], labels\n{place}"), scope)
    assert np.isfinite(scope["model"].history.history["loss"]).all()
