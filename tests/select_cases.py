"""Label arrays that fool other systems, each with the right answer.

ONE_D and MORE_D are arrays that were run through the label inference of AutoGluon, PyCaret, EvalML, mljar, deepchecks,
Ludwig, deep_autoviml, scikit-learn, SciKeras, ktrain, Flash, Keras, FastEstimator, Hugging Face, AutoKeras; no system
gets them all right. `first` is the reading that must come first; `sure` whether it may come without a question (None:
either way); `keywords` what the caller knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

RNG = np.random.default_rng(0)


@dataclass(frozen=True)
class Case:
    """One array: how to make it, and what `select` must say."""

    name: str
    make: Callable[[], Any]
    first: str  # task, or "regression", "refuse"
    sure: bool | None = True
    labels: str | None = None
    loss: str | None = None
    ignore: Any = None
    source: str | None = None
    positions: str = "example"
    keywords: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def _shuffled(values: Any) -> Any:
    return np.random.default_rng(1).permutation(np.asarray(values))


def _poisson() -> Any:
    return np.random.default_rng(2).poisson(3, 1000)


def _soft(rows: int, columns: int) -> Any:
    raw = np.random.default_rng(3).random((rows, columns)).astype("float32")
    return raw / raw.sum(1, keepdims=True)


def _multi_hot(rows: int, columns: int) -> Any:
    return (np.random.default_rng(4).random((rows, columns)) < 0.4).astype(int)


def _eye(rows: int, columns: int) -> Any:
    return np.eye(columns)[np.random.default_rng(5).integers(0, columns, rows)]


ONE_D = (
    Case("[0,1]*20", lambda: np.array([0, 1] * 20), "binary", labels="binary", loss="binary_crossentropy"),
    Case("[-1,1]*20", lambda: np.array([-1, 1] * 20), "binary", labels="binary", source="signed"),
    Case("[True,False]*20", lambda: np.array([True, False] * 20), "binary", labels="binary"),
    Case("[.3,.7]*20 soft", lambda: np.array([0.3, 0.7] * 20), "binary", sure=False, labels="binary"),
    Case("[0]*20 one class", lambda: np.array([0] * 20), "refuse", source="constant"),
    Case("[0,1,2]*3 (n=9)", lambda: np.array([0, 1, 2] * 3), "multiclass", labels="index"),
    Case("[1,2,3]*20", lambda: np.array([1, 2, 3] * 20), "multiclass", labels="index", source="offset"),
    Case("[10,20,30]*20", lambda: np.array([10, 20, 30] * 20), "multiclass", labels="index", source="offset"),
    Case("[0.,1.,2.]*20", lambda: np.array([0.0, 1.0, 2.0] * 20), "multiclass", labels="index"),
    Case("[0.,.5,1.]*20", lambda: np.array([0.0, 0.5, 1.0] * 20), "regression", sure=False),
    Case("half stars", lambda: np.random.default_rng(6).integers(1, 11, 500) / 2, "regression", sure=False),
    Case("10 cls x 9", lambda: _shuffled(list(range(10)) * 9), "multiclass", labels="index"),
    Case("11 cls x 50", lambda: _shuffled(list(range(11)) * 50), "multiclass", labels="index"),
    Case("21 cls x 50", lambda: _shuffled(list(range(21)) * 50), "multiclass", labels="index"),
    Case("1000 cls x 30", lambda: _shuffled(list(range(1000)) * 30), "multiclass", labels="index"),
    Case("1001 cls x 30", lambda: _shuffled(list(range(1001)) * 30), "multiclass", labels="index"),
    Case("ages 18-90", lambda: np.random.default_rng(7).integers(18, 91, 5000), "regression", sure=None),
    Case("years 2000-20", lambda: np.random.default_rng(8).integers(2000, 2021, 1000), "regression", sure=False),
    Case("counts Poisson(3)", _poisson, "regression", sure=None),
    Case("prices int n=300", lambda: np.random.default_rng(9).integers(5000, 900_000, 300), "regression", sure=None),
    Case("floats U(0,1) n=100", lambda: np.random.default_rng(10).random(100), "binary", sure=False),
    Case("1500.,2300.,1700.", lambda: np.array([1500.0, 2300.0, 1700.0]), "regression", sure=None),
    Case("[1500.,2300.,1700.]*20", lambda: np.array([1500.0, 2300.0, 1700.0] * 20), "regression", sure=None),
    Case("['a','b','c']*20", lambda: ["a", "b", "c"] * 20, "multiclass", labels="index", source="text"),
    Case("20 unique strings", lambda: [f"user-{i:02d}" for i in range(20)], "refuse", sure=None, source="ids"),
    Case("['1','2','3']*20", lambda: ["1", "2", "3"] * 20, "multiclass", labels="index", source="text"),
    Case("[0,1,NaN]*20", lambda: np.array([0, 1, np.nan] * 20), "binary", labels="binary", ignore="nan"),
    Case("[0,1,255]*20", lambda: np.array([0, 1, 255] * 20), "binary", sure=False, labels="binary", ignore=255),
)

_TOKEN = {"positions": "token"}

MORE_D = (
    Case(
        "one-hot 3 (eye)",
        lambda: _eye(60, 3).astype(int),
        "multiclass",
        labels="onehot",
        loss="categorical_crossentropy",
    ),
    Case("one-hot float", lambda: _eye(60, 3), "multiclass", labels="onehot", loss="categorical_crossentropy"),
    Case("multi-hot", lambda: _multi_hot(60, 5), "multilabel", labels="multihot", loss="binary_crossentropy"),
    Case("multi-hot 2 cols", lambda: _multi_hot(60, 2), "multilabel", labels="multihot", loss="binary_crossentropy"),
    Case(
        "soft rows sum 1", lambda: _soft(200, 3), "multiclass", labels="distribution", loss="categorical_crossentropy"
    ),
    Case(
        "soft multi-label rows",
        lambda: np.random.default_rng(11).random((60, 4)),
        "multilabel",
        sure=None,
        labels="multihot",
        loss="binary_crossentropy",
    ),
    Case(
        "mixup multi-hot sum>1",
        lambda: _multi_hot(60, 4) * 0.7 + _multi_hot(60, 4)[::-1] * 0.3,
        "multilabel",
        sure=None,
        labels="multihot",
        loss="binary_crossentropy",
    ),
    Case("multi-hot {0,255}", lambda: _multi_hot(60, 4) * 255, "multilabel", labels="multihot", source="greymask"),
    Case("column (n,1) 0/1", lambda: np.array([[0], [1]] * 20), "binary", labels="binary", loss="binary_crossentropy"),
    Case(
        "column (n,1) 0/1/2",
        lambda: np.array([[0], [1], [2]] * 20),
        "multiclass",
        labels="index",
        loss="sparse_categorical_crossentropy",
    ),
    Case(
        "token 0/1 (n,5), 1 logit per token",
        lambda: _multi_hot(60, 5),
        "binary",
        labels="binary",
        positions="token",
        loss="binary_crossentropy",
        keywords=_TOKEN,
    ),
    Case(
        "token one-hot (n,5,3)",
        lambda: _eye(300, 3).reshape(60, 5, 3),
        "multiclass",
        labels="onehot",
        positions="token",
        loss="categorical_crossentropy",
    ),
    Case(
        "seg mask (n,4,4,1) binary",
        lambda: _multi_hot(60, 16).reshape(60, 4, 4, 1),
        "binary",
        labels="binary",
        positions="pixel",
        loss="binary_crossentropy",
    ),
    Case(
        "ragged index lists",
        lambda: [[0, 1], [2], [0, 2], [1]] * 10,
        "multilabel",
        labels="multihot",
        source="taglists",
        loss="binary_crossentropy",
    ),
)

BREAKERS = (
    Case("two one-hot rows", lambda: np.array([[1, 0, 0], [0, 0, 1]]), "multiclass", sure=False, labels="onehot"),
    Case("unknown cells -1", lambda: _multi_hot(60, 3) - (_eye(60, 3) > 0), "multilabel", sure=None, ignore=-1),
    Case(
        "city names", lambda: ["New York", "Paris", "Washington, DC"] * 9, "multiclass", labels="index", source="text"
    ),
    Case("comma tags", lambda: ["a,b", "a", "b,c", "c", "a,c", "b"] * 9, "multilabel", sure=False, source="taglists"),
    Case("empty", lambda: np.array([]), "refuse", source="empty"),
    Case("yes/no", lambda: ["yes", "no", "no"] * 20, "binary", labels="binary", source="text"),
    Case(
        "token ids",
        lambda: np.random.default_rng(12).integers(0, 9, (60, 5)),
        "multiclass",
        sure=False,
        positions="token",
    ),
    Case(
        "mask 0/255",
        lambda: _multi_hot(20, 256).reshape(20, 16, 16) * 255,
        "binary",
        sure=None,
        source="greymask",
        positions="pixel",
    ),
    Case(
        "seg ids, 255 void",
        lambda: np.where(_multi_hot(20, 256) == 1, 255, np.arange(256) % 5).reshape(20, 16, 16),
        "multiclass",
        sure=False,
        ignore=255,
        positions="pixel",
    ),
    Case(
        "mask 0/1, 255 void",
        lambda: np.where(np.arange(5120) % 7 == 0, 255, np.arange(5120) % 2).reshape(20, 16, 16),
        "binary",
        sure=False,
        ignore=255,
        positions="pixel",
        labels="binary",
    ),
    Case(
        "binary tokens, -100 ignored",
        lambda: np.where(np.arange(480) % 7 == 0, -100, np.arange(480) % 2).reshape(60, 8),
        "binary",
        sure=False,
        ignore=-100,
        positions="token",
        labels="binary",
    ),
    Case(
        "tokens, -100 ignored",
        lambda: np.where(_multi_hot(60, 8) == 1, -100, np.arange(8) % 3),
        "multiclass",
        sure=False,
        ignore=-100,
        positions="token",
    ),
    Case("grades 3..8", lambda: np.repeat([3, 4, 5, 6, 7, 8], [10, 53, 681, 638, 199, 18]), "multiclass", sure=False),
    Case(
        "glass 1,2,3,5,6,7",
        lambda: np.repeat([1, 2, 3, 5, 6, 7], [70, 76, 17, 13, 9, 29]),
        "multiclass",
        source="offset",
    ),
    Case("credit 1/2", lambda: np.repeat([1, 2], [700, 300]), "binary", source="offset"),
    Case(
        "long tail of ids",
        lambda: np.repeat(range(10), [5000, 3000, 1800, 1080, 650, 390, 230, 140, 80, 50]),
        "multiclass",
        sure=None,
    ),
    Case(
        "tokens in ragged lists",
        lambda: [["B", "O", "O"], ["O", "B"], ["I", "I"]] * 9,
        "multiclass",
        sure=False,
        source="text",
        positions="token",
        ignore=-1,
    ),
    Case(
        "padded lists of ids",
        lambda: [[1, 4, 0], [2, 0, 0], [3, 5, 6]] * 20,
        "multiclass",
        sure=False,
        positions="token",
    ),
    Case("two outputs", lambda: np.stack([np.arange(300) % 3, np.arange(300) % 50], 1), "refuse", sure=False),
    Case("depth map", lambda: np.random.default_rng(20).integers(0, 65536, (5, 16, 16)), "regression", sure=False),
    Case("photo", lambda: np.random.default_rng(21).integers(0, 256, (20, 32, 32)), "regression", sure=False),
    Case(
        "mask saved as JPEG",
        lambda: np.abs(_multi_hot(20, 256).reshape(20, 16, 16) * 255 - np.arange(256).reshape(16, 16) % 4),
        "binary",
        sure=None,
        source="greymask",
        positions="pixel",
    ),
    Case("text code", lambda: ["a", "b", "nan", "a"] * 20, "binary", sure=False, ignore=-1, source="text"),
    Case("stated text code", lambda: ["a", "b", "-"] * 20, "binary", ignore=-1, keywords={"ignore": "-"}),
    Case(
        "plain order",
        lambda: np.repeat([1, 2, 3, 4, 5], [50, 25, 50, 125, 250]),
        "multiclass",
        keywords={"ordered": False},
    ),
    Case("stars 1..5", lambda: np.repeat([1, 2, 3, 4, 5], [50, 25, 50, 125, 250]), "multiclass", sure=False),
    Case("minus one and zero", lambda: np.array([-1, 0, 0] * 20), "binary", sure=False),
    Case(
        "a million ids",
        lambda: np.random.default_rng(13).integers(0, 10**6, 3 * 10**6),
        "multiclass",
        sure=None,
        labels="index",
    ),
    Case(
        "padding stated",
        lambda: np.array([[1, 2, 0], [3, 1, 2]] * 20),
        "multiclass",
        sure=None,
        ignore=-1,
        source="offset",
        positions="token",
        keywords={"positions": "token", "ignore": 0},
    ),
    Case("row numbers", lambda: np.arange(500), "refuse", sure=None),
)
