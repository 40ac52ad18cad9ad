"""Labels as users have them, each with the answer of somebody who knows: a table that `select` is held against."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Input:
    """One container of labels: how to make it, and what must be said."""

    name: str
    make: Callable[[], Any]
    first: str  # task, or "regression", "refuse" (an answer without a contract), "error"
    labels: str | None = None
    asks: tuple[str, ...] = ()  # keywords of exactly these questions
    classes: tuple[Any, ...] | None = None
    ignore: Any = None
    says: str = ""  # stands in the notes, the facts, the reason or the error
    positions: str = "example"

    def __str__(self) -> str:
        return self.name


class _Colour(enum.Enum):
    RED = 1
    BLUE = 2


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def _eye(rows: int, columns: int) -> Any:
    return np.eye(columns)[rng().integers(0, columns, rows)]


def _cells(rows: int, columns: int) -> Any:
    return (rng().random((rows, columns)) < 0.4).astype(int)


def pixels(*shape: int) -> Any:
    return (rng().random(shape) < 0.5).astype(int)


def _filled_up() -> Any:
    """Sequences of 1 to 19 steps with 8 classes, 20 places each."""
    steps = rng().integers(1, 9, (300, 20))
    return np.where(np.arange(20) < rng().integers(1, 20, (300, 1)), steps, 0)


def _frame(columns: Any) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


def _steps(*values: int, length: int = 12) -> Any:
    return rng().choice(values, (200, length))


def _intervals() -> Any:
    import pandas

    return pandas.Series(pandas.cut(range(60), 3))


def _pandas(values: Any, dtype: Any) -> Any:
    import pandas

    return pandas.Series(values, dtype=dtype)


def _category(values: Any, levels: list[str], ordered: bool = False) -> Any:
    import pandas

    return pandas.Series(pandas.Categorical(values, levels, ordered=ordered))


def _ages() -> Any:
    return np.clip(rng().normal(40, 20, 5000).astype(int), 0, 90)


NAMES = (
    Input("case", lambda: ["Yes", "yes", "no"] * 20, "multiclass", says="'Yes' and 'yes'"),
    Input("spaces", lambda: ["a", "a ", "b"] * 20, "multiclass", says="' '.join(label.split())"),
    Input("case and spaces", lambda: ["Yes", "YES ", "no"] * 20, "multiclass", says="case and spaces only"),
    Input("accents stored twice", lambda: ["caf\u00e9", "cafe\u0301", "tea"] * 20, "multiclass", says="unicodedata"),
    Input("1 and 1.0", lambda: ["1", "1.0", "0"] * 20, "multiclass", says="float(label)"),
    Input("01 and 1", lambda: ["01", "1", "2"] * 20, "multiclass", says="'01' and '1'"),
    Input("leading zeros", lambda: ["007", "012", "133"] * 20, "multiclass", classes=("007", "012", "133")),
    Input("plus and minus", lambda: ["-", "+"] * 20, "binary", classes=("-", "+")),
    Input("bytes", lambda: np.array([b"a", b"b"] * 20), "binary", classes=("a", "b")),
    Input("emoji", lambda: ["\U0001f44d", "\U0001f44e"] * 20, "binary"),
    Input("thousands", lambda: ["1,000", "2,500", "900"] * 20, "regression", asks=("task",), says="replace(',', '')"),
    Input("percent", lambda: ["10%", "12.5%", "5%", ""] * 20, "regression", asks=("task",), says="a unit"),
    Input(
        "prices",
        lambda: ["$10", "$1,250.50", "€5"] * 20,
        "regression",
        asks=("task",),
        says="label.replace('$', '').replace('€', '').replace(',', '')",
    ),
    Input("sizes", lambda: ["5", "10", "more"] * 20, "multiclass"),
    Input("versions", lambda: ["1.0.1", "1.2.0", "2.0.0"] * 20, "multiclass"),
    Input("intervals", _intervals, "error", says="y = y.cat.rename_categories(str)"),
    Input(
        "decimal commas", lambda: ["0,5", "1,25", "3,75"] * 20, "regression", asks=("task",), says="replace(',', '.')"
    ),
    Input("enum members", lambda: [_Colour.RED, _Colour.BLUE] * 20, "error", says="item.name"),
    Input("dicts", lambda: [{"a": 1}, {"b": 2}] * 20, "error", says="item['label']"),
    Input("text beside booleans", lambda: [True, "True", False] * 20, "error", says="str(label)"),
)

MISSING = (
    Input("None in text", lambda: ["None", "a", "b"] * 20, "multiclass", asks=("ignore",)),
    Input("unknown", lambda: ["unknown", "ham", "spam"] * 20, "multiclass", asks=("ignore",)),
    Input("none is a name", lambda: ["none", "mild", "strong"] * 20, "multiclass"),
    Input("unknown beside numbers", lambda: ["0", "1", "unknown"] * 20, "binary", asks=("ignore",), ignore=-1),
    Input("none beside numbers", lambda: ["0", "1", "none"] * 20, "error", says="None if label in"),
    Input("empty text", lambda: ["", "a", "b"] * 20, "binary", asks=("ignore",), ignore=-1),
    Input("a blank and a word", lambda: ["?", "unknown", "a", "b"] * 20, "multiclass", asks=("ignore",), ignore=-1),
    Input("nothing but words", lambda: ["?", "unknown", "none"] * 20, "binary", asks=("ignore",), ignore=-1),
    Input("three blanks", lambda: ["n/a", "?", "nan", "a", "b"] * 20, "binary", asks=("ignore",), ignore=-1),
    Input("nan and one name", lambda: ["nan", "a"] * 20, "binary", asks=("ignore",)),
    Input("nothing but blanks", lambda: ["", "nan"] * 20, "refuse", says="missing"),
    Input("two codes", lambda: np.array([-1, -100, 0, 1, 2] * 20), "multiclass", asks=("ignore",), ignore=-1),
    Input(
        "two codes and NaN",
        lambda: np.array([-1, -100, 0, 1, 2, np.nan] * 20),
        "multiclass",
        asks=("ignore",),
        ignore=-1,
    ),
    Input("two codes in cells", lambda: np.array([[1, 0, -1, 255], [0, 1, 1, 0]] * 30), "error", says="np.isin"),
    Input("yes, no, 9", lambda: np.array([1, 2, 1, 9] * 20), "binary", asks=("ignore",), ignore=9),
    Input("some digits", lambda: np.array([3, 8, 9] * 20), "multiclass", ignore=None),
    Input("-1 and 255", lambda: np.array([-1, 0, 1, 255] * 20), "binary", asks=("ignore",), ignore=-1),
    Input(
        "steps, 9",
        lambda: _steps(0, 1, 2, 9),
        "multiclass",
        asks=("positions", "ignore"),
        ignore=9,
        positions="token",
    ),
    Input(
        "steps, 99",
        lambda: _steps(0, 1, 2, 99),
        "multiclass",
        asks=("positions", "ignore"),
        ignore=99,
        positions="token",
    ),
    Input("steps, -1", lambda: _steps(0, 1, 2, -1), "multiclass", asks=("positions",), ignore=-1, positions="token"),
    Input("cells, 9", lambda: _steps(0, 1, 9, length=5), "multilabel", asks=("ignore",), ignore=9),
    Input("pandas boolean", lambda: _pandas([True, False, None] * 20, "boolean"), "binary", ignore=-1),
    Input("pandas Int64", lambda: _pandas([0, 1, 2, None] * 20, "Int64"), "multiclass", ignore=-1),
    Input("pandas string", lambda: _pandas(["a", "b", None] * 20, "string"), "binary", ignore=-1),
    Input("booleans and None", lambda: np.array([True, False, None] * 20, dtype=object), "binary", ignore=-1),
    Input("all NaN", lambda: np.full(20, np.nan), "refuse", says="missing"),
    Input("masked", lambda: np.ma.masked_equal(np.array([0, 1, 2] * 20), 2), "binary", ignore=-1),
)

DECLARED = (
    Input("level without rows", lambda: _category(["a", "b"] * 20, ["a", "b", "z"]), "multiclass", says="class 'z'"),
    Input(
        "ordered", lambda: _category(["lo", "hi"] * 20, ["lo", "mid", "hi"], True), "multiclass", says="lo < ... < hi"
    ),
    Input("one level seen", lambda: _category(["a"] * 20, ["a", "b"]), "refuse"),
    Input("categories of ints", lambda: _pandas([3, 1, 2] * 20, "category"), "multiclass", classes=(1, 2, 3)),
)

NUMBERS = (
    Input("booleans as objects", lambda: np.array([True, False] * 20, dtype=object), "binary"),
    Input("all True", lambda: np.array([True] * 20), "refuse"),
    Input("Decimal", lambda: [Decimal(0), Decimal(1)] * 20, "binary"),
    Input("prices in Decimal", lambda: [Decimal(i * 37 % 101) / 7 for i in range(60)], "regression"),
    Input("Fraction", lambda: [Fraction(1, 3), Fraction(2, 3)] * 20, "binary", asks=("task",)),
    Input("uint64", lambda: np.array([2**63 + 1, 2**63 + 2, 2**63 + 3] * 20, dtype=np.uint64), "multiclass"),
    Input("30 digits", lambda: [10**30, 10**30 + 1] * 20, "error", says="64 bits"),
    Input("complex", lambda: np.array([0, 1] * 20, dtype=complex), "error", says="y.real"),
    Input("float16 one-hot", lambda: _eye(60, 4).astype(np.float16), "multiclass", labels="onehot"),
    Input(
        "dates", lambda: [datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)] * 20, "regression", says="datetime64[s]"
    ),
    Input("durations", lambda: np.array([1, 2, 3] * 20, dtype="timedelta64[D]"), "regression", says="timedelta64[s]"),
    Input("-2 to 2", lambda: np.array([-2, -1, 0, 1, 2] * 20), "multiclass", asks=("task",)),
    Input("0 to 100", lambda: rng().integers(0, 101, 2000), "multiclass", asks=("task",), says=""),
    Input("ages 0 to 90", _ages, "regression", asks=("task",)),
    Input(
        "counts, a gap in their tail", lambda: np.random.default_rng(3).poisson(3, 1000), "regression", asks=("task",)
    ),
    Input("counts, few of them", lambda: np.random.default_rng(0).poisson(1.5, 300), "regression", asks=("task",)),
    Input("counts, many of them", lambda: np.random.default_rng(0).poisson(8, 1000), "regression", asks=("task",)),
    Input("counts that halve", lambda: np.random.default_rng(0).geometric(0.5, 1000) - 1, "multiclass", asks=("task",)),
    Input(
        "stars around the middle", lambda: np.repeat(range(1, 6), [76, 100, 162, 134, 98]), "multiclass", asks=("task",)
    ),
    Input(
        "a code beside ids with gaps",
        lambda: np.r_[np.tile([0, 3, 7], 200), [-100] * 20],
        "multiclass",
        asks=("ignore",),
        ignore=-100,
    ),
    Input(
        "another code, ids from 10 on",
        lambda: np.r_[np.tile([10, 20, 30], 200), [999] * 20],
        "multiclass",
        asks=("ignore",),
        ignore=999,
    ),
    Input("rows of 0 and 1 as text", lambda: ["0 1 1 0", "1 0 0 1"] * 40, "error", says='if cell in "01"'),
    Input("such rows with brackets", lambda: ["[0, 1, 1]", "[1, 0, 0]"] * 40, "error", says='if cell in "01"'),
    Input("a frame with numbers as names", lambda: _frame(np.eye(3)[[0, 1, 2] * 20]), "multiclass"),
    Input(
        "a frame with names in two rows",
        lambda: _frame({("a", "b"): [0, 1] * 20}),
        "error",
        says="'_'.join(map(str, name))",
    ),
    Input(
        "ages as categories",
        lambda: _frame({"age": rng().integers(18, 90, 500)})["age"].astype("category"),
        "multiclass",
        asks=("task",),
    ),
    Input(
        "sequences filled up with 0",
        _filled_up,
        "multiclass",
        asks=("ignore", "positions"),
        ignore=-1,
        positions="token",
    ),
    Input(
        "weights of words", lambda: _cells(300, 20) * rng().uniform(0.1, 0.9, (300, 20)), "multilabel", asks=("task",)
    ),
    Input("8 classes of any size", lambda: np.repeat(range(8), rng().integers(20, 300, 8)), "multiclass"),
    Input("100 even classes", lambda: rng().integers(0, 100, 5000), "multiclass"),
    Input("100 classes of any size", lambda: np.repeat(np.arange(100), rng().integers(5, 300, 100)), "multiclass"),
    Input("months", lambda: rng().integers(1, 13, 600), "multiclass"),
    Input("structured", lambda: np.array([(1, 2)], dtype=[("a", int), ("b", int)]), "error", says="y['a']"),
)

SHAPES = (
    Input("no axis", lambda: np.array(3), "error", says="single value"),
    Input("column", lambda: np.array([[0], [1], [2]] * 20), "multiclass"),
    Input(
        "axis too many", lambda: np.array([[[0]], [[1]], [[2]]] * 20), "refuse", asks=("positions",), says="reshape(-1)"
    ),
    Input("one row", lambda: np.array([[0, 1, 2, 1] * 15]), "refuse", asks=("positions",), says="reshape(-1)"),
    Input(
        "one row of 0 and 1", lambda: _cells(1, 60), "refuse", asks=("several_true", "positions"), says="reshape(-1)"
    ),
    Input("no columns", lambda: np.zeros((20, 0)), "refuse", says="no columns"),
    Input("two quantities", lambda: rng().normal(size=(60, 2)), "regression", says="Dense(2)"),
    Input("cells all 0", lambda: np.zeros((20, 3), int), "refuse", says="every label is 0"),
    Input("class without rows", lambda: np.eye(5)[rng().integers(0, 4, 60)], "multiclass", says="column 4"),
    Input("column of ones", lambda: np.c_[_cells(60, 3), np.ones(60, int)], "multilabel", says="in every row"),
    Input("one-hot of -1 and 1", lambda: _eye(60, 4) * 2 - 1, "multiclass", labels="onehot"),
    Input("multi-hot of -1 and 1", lambda: _cells(60, 4) * 2 - 1, "multilabel", labels="multihot"),
    Input("rounded shares", lambda: np.array([[0.333, 0.333, 0.333]] * 60), "multiclass", labels="distribution"),
    Input(
        "percentages",
        lambda: np.array([[20, 30, 50], [10, 80, 10]] * 30),
        "refuse",
        asks=("positions",),
        says="y / y.sum",
    ),
    Input("yes and no columns", lambda: np.array([["yes", "no", "no"]] * 60), "error", says="== 'yes'"),
    Input("numbers in quotes", lambda: _cells(60, 3).astype(str), "error", says="astype(float)"),
    Input("lists of one", lambda: [["a"], ["b"], ["c"]] * 20, "multiclass", asks=("several_true",)),
    Input("lists of one or none", lambda: [["a"], [], ["b"]] * 20, "multilabel", asks=("several_true",)),
    Input("sets", lambda: [{"a", "b"}, {"c"}, set()] * 20, "multilabel"),
    Input(
        "written lists", lambda: ['["a","b"]', '["b"]', '["c","a"]', "[]"] * 20, "multilabel", asks=("several_true",)
    ),
    Input(
        "column of tags",
        lambda: np.array([["a,b"], ["b,c"], ["c"], ["a"]] * 20, object),
        "multilabel",
        asks=("several_true",),
    ),
    Input("empty cells of tags", lambda: ["a,b", "", "b,c", "c", "a"] * 20, "multilabel", asks=("several_true",)),
)


INPUTS = (*NAMES, *MISSING, *DECLARED, *NUMBERS, *SHAPES)
