"""Label columns: which rows stay, what select answers for them, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rightloss.errors import EmptyInput, NoCrossEntropyFits, UnsupportedInput
from rightloss.train.data import open_source
from rightloss.train.label_columns import advise

ROWS = 60


def answer(cells: Any, **answers: Any) -> Any:
    """What `advise` says of one label column."""
    return advise(pa.table({"y": cells}), ["y"], answers)


def test_rows_without_a_label_are_dropped() -> None:
    """A missing label is no class: the row leaves, and a note says how many did."""
    found = answer(["a", "b", None] * 20)
    assert found.table.num_rows == 40
    assert found.advice.classes == ("a", "b")
    assert "20 of 60 rows have no label" in found.notes[0]
    assert found.y.shape == (40, 1)


def test_a_stated_code_is_no_label() -> None:
    """--ignore names the value whose rows leave."""
    found = answer([1, 2, 3, 99] * 20, ignore=99)
    assert found.table.num_rows == 60
    assert found.advice.classes == (1, 2, 3)


def test_a_code_among_ids_leaves_and_is_asked_about() -> None:
    """-1 beside 0..3 is read as "no label"; the question stays, and nothing has to be masked any more."""
    found = answer([0, 1, 2, 3, -1] * 20)
    assert found.nothing == -1
    assert found.table.num_rows == 80
    assert found.advice.contract.ignore is None
    assert "ignore" in [question.keyword for question in found.advice.questions]


def test_a_code_that_is_a_class() -> None:
    """ignore="none" keeps -1 as a class."""
    found = answer([0, 1, 2, 3, -1] * 20, ignore="none")
    assert found.table.num_rows == 100
    assert len(found.advice.classes) == 5


def test_missing_cells_of_several_columns_are_masked() -> None:
    """Rows with some labels stay: the masked loss leaves out the cells that nobody labelled."""
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 2, (ROWS, 3)).astype(float)
    cells[rng.random(cells.shape) < 0.2] = np.nan
    cells[0] = np.nan
    found = advise(
        pa.table({f"l{i}": pa.array(cells[:, i], from_pandas=True) for i in range(3)}), ["l0", "l1", "l2"], {}
    )
    assert found.several_true
    assert found.table.num_rows == ROWS - 1
    assert np.isnan(found.y).any()


REFUSED = {
    "one class": (["a"] * ROWS, NoCrossEntropyFits, "one class"),
    "quantities": (np.random.default_rng(0).normal(size=ROWS), NoCrossEntropyFits, "regression"),
    "ids": ([f"u{i}" for i in range(ROWS)], NoCrossEntropyFits, "ids"),
    "numbers and words": (["1", "2", "3", "cat"] * 15, UnsupportedInput, "mixes numbers and words"),
    "too few rows": (["a", "b"] * 4, UnsupportedInput, "2 classes in 8 rows"),
    "more classes than rows can carry": ([f"c{i % 40}" for i in range(ROWS)], UnsupportedInput, "40 classes in 60"),
    "no label at all": (pa.nulls(ROWS, pa.string()), EmptyInput, "no value in any of 60 rows"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    """Labels that cannot be trained on are an error with all three parts."""
    cells, error, words = REFUSED[name]
    with pytest.raises(error, match=words) as caught:
        answer(cells)
    assert caught.value.expected
    assert caught.value.fix


def test_words_among_numbers_are_names_where_the_user_says_so() -> None:
    """--task multiclass settles that numbers and words are all names."""
    assert answer(["1", "2", "3", "cat"] * 15, task="multiclass").advice.classes == ("1", "2", "3", "cat")


def test_several_outputs_are_refused() -> None:
    """Columns that are no set of 0 and 1 are one model each."""
    rows = pa.table({"a": ["x", "y"] * 20, "b": ["u", "v"] * 20})
    with pytest.raises(UnsupportedInput, match="2 outputs"):
        advise(rows, ["a", "b"], {})


@pytest.mark.parametrize("source", ["parquet", "frame", "csv", "arff"])
def test_declared_categories_keep_their_order(source: str, tmp_path: Path) -> None:
    """Where a table declares its classes they stay in that order; a text file declares none."""
    import pandas as pd

    names = ["lo", "mid", "hi"]
    frame = pd.DataFrame({"x": range(60), "y": pd.Categorical(names[::-1] * 20, categories=names, ordered=True)})
    data: Any = frame
    if source != "frame":
        data = tmp_path / f"rows.{source}"
    if source == "parquet":
        frame.to_parquet(data)
    elif source == "csv":
        frame.to_csv(data, index=False)
    elif source == "arff":
        rows = "\n".join(f"{x},{y}" for x, y in zip(frame["x"], frame["y"], strict=True))
        data.write_text(f"@relation r\n@attribute x numeric\n@attribute y {{lo,mid,hi}}\n@data\n{rows}\n")
    found = advise(open_source(data).load(["y"], declared=["y"]), ["y"], {})
    assert list(found.advice.classes) == (sorted(names) if source == "csv" else names)
    assert found.y[0] == found.advice.classes.index("hi")
