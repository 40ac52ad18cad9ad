"""Encoding of labels that were selected for, or that were not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rightloss as rl
from rightloss.errors import UnsupportedInput, WrongArgument


@pytest.mark.parametrize("wrong", [[0, 1, 5], [0.5, 1, 2], ["a"], [-1, 0, 1], [None, 1, 2]])
def test_ids_outside_the_classes_are_refused(wrong: list[Any]) -> None:
    """Ids that the last layer has no unit for never become other ids."""
    with pytest.raises(WrongArgument, match="0 to 2"):
        rl.select([0, 1, 2] * 20).encode(wrong)


@pytest.mark.parametrize("wrong", [[[1, 0]], [[1, 0, 7]], [[1, 0, 0.5]]])
def test_cells_that_are_no_multi_hot_are_refused(wrong: list[list[float]]) -> None:
    """Rows of another width, or cells other than 0 and 1, are no labels of several classes."""
    advice = rl.select(np.array([[1, 0, 1], [0, 1, 1], [0, 0, 0], [1, 1, 0]] * 20))
    with pytest.raises(WrongArgument):
        advice.encode(wrong)


def test_masked_cells_are_missing() -> None:
    """What a mask hides is no label."""
    labels = np.ma.masked_equal(np.array([0, 1, 2] * 20), 2)
    advice = rl.select(labels)
    assert advice.encode(labels)[:3].tolist() == [0, 1, advice.contract.ignore]  # type: ignore[union-attr]


def test_missing_cells_of_every_column_kind() -> None:
    """Missing cells of pandas and Arrow become the ignore value."""
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    cells = ["a", "b", None] * 20
    for labels in (pandas.Series(cells, dtype="string"), pyarrow.array(cells), pyarrow.chunked_array([cells])):
        advice = rl.select(labels)
        assert advice.encode(labels)[:3].tolist()[:2] == [0, 1]
        assert advice.encode(labels)[2] not in (0, 1)


def test_sparse_multi_hot_is_made_dense() -> None:
    """Sparse labels become the cells the loss reads."""
    sparse = pytest.importorskip("scipy.sparse")
    cells = np.array([[1, 0, 1], [0, 1, 1], [0, 0, 0], [1, 1, 0]] * 20)
    labels = sparse.csr_matrix(cells)
    assert (rl.select(labels).encode(labels) == cells).all()


def test_a_path_is_not_the_labels() -> None:
    """A path is refused with what to pass instead."""
    with pytest.raises(UnsupportedInput, match="themselves"):
        rl.select(["a", "b"] * 20).encode("labels.csv")


def test_code_with_any_class_name_keeps_it() -> None:
    """Backslashes, quotes and line ends in names are escaped: the script finds every label again."""
    labels = ["C:\\new", 'b"x', "c\n"] * 20
    advice = rl.select(labels)
    scope: dict[str, Any] = {}
    exec(advice.code().replace("epochs=10", "epochs=1, verbose=0"), scope)
    assert sorted(scope["classes"]) == sorted(set(labels))
    assert [scope["classes"][index] for index in advice.encode(labels)] == labels  # type: ignore[union-attr]


@pytest.mark.parametrize("labels", [[["a"], ["a", "b"], None] * 20, ["a,b", "b", None, "a"] * 20])
def test_prepared_lines_take_missing_tags(labels: list[Any]) -> None:
    """The lines to copy prepare the labels as `encode` does, cells without tags included."""
    advice = rl.select(labels)
    scope = {"np": np, "y": labels}
    exec("\n".join(advice.preparation.lines()), scope)  # type: ignore[union-attr]
    assert np.array_equal(scope["y"], advice.encode(labels))  # type: ignore[arg-type]


def test_code_for_sequences_of_different_lengths_runs() -> None:
    """The made-up labels of the script have the lengths that its padding is for."""
    advice = rl.select([["B", "O", "O"], ["O", "B"], ["I", "I"]] * 9, positions="token")
    scope: dict[str, Any] = {}
    exec(advice.code().replace("epochs=10", "epochs=1, verbose=0"), scope)
    assert np.isfinite(scope["model"].history.history["loss"]).all()
    assert scope["y"].shape[:2] == scope["x"].shape[:2]  # one label for each step, padded alike


def test_long_names_are_encoded_by_what_is_kept_of_them() -> None:
    """Of a long text the beginning and a checksum stand among the classes."""
    y = np.array(["x" * 300 + "a", "x" * 300 + "b"] * 30)
    assert rl.select(y).encode(y)[:4].tolist() == [0, 1, 0, 1]


def test_predictions_of_another_width_are_refused() -> None:
    """Five numbers for three classes: another model, or the wrong axis."""
    for y, shape in ((["a", "b", "c"] * 20, (2, 5)), ([["a"], ["b", "c"]] * 20, (2, 1))):
        with pytest.raises(WrongArgument, match="for 3 classes"):
            rl.select(y).decode(np.zeros(shape))
