"""Every kind of object that holds labels in memory, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rightloss.errors import MissingColumn, RightlossError, UnreadableInput, UnsupportedInput, WrongArgument
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.read import profile_all, read

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
sparse = pytest.importorskip("scipy.sparse")


def of(labels: Any, **options: Any) -> LabelProfile:
    outputs = profile_all(labels, **options)
    assert list(outputs) == [None]
    return outputs[None]


IDS = [0, 1, 1, 2]


@pytest.mark.parametrize(
    "labels",
    [
        IDS,
        tuple(IDS),
        deque(IDS),
        dict(enumerate(IDS)).values(),
        memoryview(bytes(IDS)),
        [np.int64(i) for i in IDS],
        [np.array(i) for i in IDS],
        np.array(IDS, "int8"),
        np.repeat(IDS, 2)[::2],
        np.array(IDS, object),
        np.ma.array([*IDS, 9], mask=[0, 0, 0, 0, 1])[:4],
        pd.Series(IDS),
        pd.Series(IDS, dtype="Int64"),
        pd.Series(IDS, dtype="int64[pyarrow]"),
        pd.Index(IDS),
        pd.array(IDS, dtype="Int8"),
        pd.DataFrame({"y": IDS}),
        pl.Series(IDS),
        pl.DataFrame({"y": IDS}),
        pl.LazyFrame({"y": IDS}),
        pa.array(IDS),
        pa.chunked_array([IDS[:1], IDS[1:]]),
        pa.table({"y": IDS}),
        pa.RecordBatch.from_pydict({"y": IDS}),
        pa.table({"y": IDS}).to_reader(),
    ],
    ids=lambda labels: f"{type(labels).__module__}.{type(labels).__name__}",
)
def test_containers_of_ids(labels: Any) -> None:
    """Whole numbers are the same labels in every container."""
    seen = of(labels)
    assert seen.values == {1: 2, 0: 1, 2: 1}
    assert next(iter(seen.values)) == 1
    assert (seen.kind, seen.rows, seen.shape, seen.missing) == ("integer", 4, (), 0)


TEXT = ["cat", "dog", "cat", None]


@pytest.mark.parametrize(
    "labels",
    [
        TEXT,
        np.array(TEXT, object),
        pd.Series(TEXT),
        pd.Series(TEXT, dtype=object),
        pd.Series(TEXT, dtype="category"),
        pd.Series(TEXT, dtype="string"),
        pd.Categorical(TEXT),
        pl.Series(TEXT),
        pl.Series(TEXT, dtype=pl.Categorical),
        pl.Series(TEXT, dtype=pl.Enum(["dog", "cat"])),
        pa.array(TEXT),
        pa.array(TEXT).dictionary_encode(),
        pa.array(TEXT, pa.large_string()),
    ],
    ids=lambda labels: f"{type(labels).__module__}.{type(labels).__name__}",
)
def test_containers_of_text(labels: Any) -> None:
    """Text with a missing cell is the same labels in every container."""
    seen = of(labels)
    assert (seen.values, seen.missing, seen.kind, seen.rows) == ({"cat": 2, "dog": 1}, 1, "text", 4)


@pytest.mark.parametrize(
    "labels",
    [
        [["a", "b"], [], ["b"]],
        pd.Series([["a", "b"], [], ["b"]]),
        pl.Series([["a", "b"], [], ["b"]]),
        pa.array([["a", "b"], [], ["b"]]),
    ],
)
def test_containers_of_tag_lists(labels: Any) -> None:
    """Lists of tags are the same labels in every container."""
    seen = of(labels)
    assert (seen.kind, seen.tags, seen.tags_min, seen.tags_max) == ("tags", {"b": 2, "a": 1}, 0, 2)


@pytest.mark.parametrize(
    "labels",
    [
        [[1, 0, 1], [0, 0, 1]],
        [(1, 0, 1), (0, 0, 1)],
        [np.array([1, 0, 1]), np.array([0, 0, 1])],
        sparse.csr_matrix([[1, 0, 1], [0, 0, 1]]),
        sparse.coo_array(np.array([[1, 0, 1], [0, 0, 1]])),
        sparse.csc_matrix([[1, 0, 1], [0, 0, 1]]),
        pl.Series([[1, 0, 1], [0, 0, 1]], dtype=pl.Array(pl.Int8, 3)),
        pd.Series([[1, 0, 1], [0, 0, 1]]),
        pd.DataFrame({"a": [1, 0], "b": [0, 0], "c": [1, 1]}),
        pd.DataFrame({"a": [True, False], "b": [False, False], "c": [1, 1]}),
        pl.DataFrame({"a": [1, 0], "b": [0, 0], "c": [1, 1]}),
        pa.table({"a": [1, 0], "b": [0, 0], "c": [1, 1]}),
    ],
    ids=lambda labels: f"{type(labels).__module__}.{type(labels).__name__}",
)
def test_containers_of_multi_hot_rows(labels: Any) -> None:
    """Multi-hot labels are the same (2, 3) matrix in every container."""
    seen = of(labels)
    assert (seen.kind, seen.shape, seen.rows) == ("integer", (3,), 2)
    assert seen.row_facts is not None
    assert (seen.row_facts.zero_one, seen.row_facts.positives) == (True, (1, 0, 2))


def test_sparse_labels_are_not_written_out() -> None:
    """A sparse matrix whose dense form would need 80 GB is profiled from its stored cells."""
    labels = sparse.csr_matrix((np.ones(3, np.uint8), ([0, 5, 99_999], [1, 2, 799_999])), shape=(100_000, 800_000))
    seen = of(labels)
    assert seen.values == {0: 100_000 * 800_000 - 3, 1: 3}
    assert seen.row_facts is not None
    assert (seen.row_facts.one_positive, seen.row_facts.sum_is_zero) == (3, 99_997)


def test_categories_are_declared() -> None:
    """Ordered and unordered categories reach the profile with their order, unseen ones included."""
    ordered = of(pd.Series(pd.Categorical(["low"], ["low", "mid", "high"], ordered=True), name="size"))
    assert (ordered.categories, ordered.ordered) == (("low", "mid", "high"), True)
    assert ordered.where == "column 'size'"
    assert of(pd.Series(["b", "a"], dtype="category")).ordered is False
    assert of(pl.Series(["b"], dtype=pl.Enum(["b", "a"]))).categories == ("b", "a")
    assert of(pl.Series(["b"], dtype=pl.Categorical)).categories is None
    assert of(pd.Series(["b", "a"])).categories is None


def test_missing_cells_of_columns() -> None:
    """pandas.NA, nulls and NaN are missing, and leave the kind of the others alone."""
    assert (of(pd.Series([1, None], dtype="Int64")).kind, of(pd.Series([1, None], dtype="Int64")).none) == (
        "integer",
        1,
    )
    assert of(pd.Series([True, None], dtype="boolean")).values == {True: 1}
    assert (of(pd.Series([1.0, None])).nan, of(pl.Series([1.0, None])).none) == (1, 1)
    assert of(pd.Series([True, pd.NA, 1, pd.NaT], dtype=object)).none == 2


def test_frames_of_several_columns() -> None:
    """0/1 columns are one matrix under their names; anything else is one output per column."""
    frame = pd.DataFrame({"a": [0, 1, None], "b": [True, False, True], "c": ["x", "y", "x"], "d": [3, 4, 5]})
    matrix = of(frame, columns=["a", "b"])
    assert (matrix.column_names, matrix.shape, matrix.missing) == (("a", "b"), (2,), 1)
    outputs = profile_all(frame[["c", "d"]])
    assert {name: seen.kind for name, seen in outputs.items()} == {"c": "text", "d": "integer"}
    assert outputs["c"].where == "column 'c'"
    assert set(profile_all(frame, columns=["a", "d"])) == {"a", "d"}
    assert of(frame, columns="c").rows == 3


def test_dict_of_outputs() -> None:
    """A dict is one profile per named output, whatever holds each; columns choose among them."""
    labels = {"kind": pd.Series(["a", "b"]), "tags": [[1, 0], [1, 1]]}
    outputs = profile_all(labels)
    assert {name: seen.kind for name, seen in outputs.items()} == {"kind": "text", "tags": "integer"}
    assert set(profile_all(labels, columns=["tags"])) == {"tags"}


@pytest.mark.parametrize("labels", [list(range(9)), np.arange(9), pd.Series(range(9)), pl.LazyFrame({"y": range(9)})])
def test_a_cap_is_said(labels: Any) -> None:
    """With a cap only so many rows are read, and the profile says so; a cap that was not reached leaves no trace."""
    seen = of(labels, rows_cap=4)
    assert (seen.rows, seen.maximum, seen.capped) == (4, 3, True)
    assert "cap" in seen.notes[0]
    assert (of(labels, rows_cap=9).capped, of(labels, rows_cap=9).notes) == (False, ())


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(300_001,), (70_001, 3), (5, 0), (3, 1, 2)])
def test_memory_mapped_arrays(shape: tuple[int, ...], order: str, tmp_path: Path) -> None:
    """A mapped file, a slice of one and a writable one have the profile of the array itself."""
    labels = np.asfortranarray(np.random.default_rng(0).integers(0, 9, shape), dtype=np.int16)
    np.save(tmp_path / "y.npy", labels if order == "F" else np.ascontiguousarray(labels))
    for mode in ("r", "r+", "c"):
        mapped = np.load(tmp_path / "y.npy", mmap_mode=mode)
        assert repr(of(mapped)) == repr(of(labels))
        assert repr(of(mapped[1::2])) == repr(of(labels[1::2]))
        assert repr(of(mapped[1:])) == repr(of(labels[1:]))


def test_arrays_of_different_sizes() -> None:
    """Masks of different sizes, and one-hot rows per token of different lengths, have axes of unknown length."""
    assert of([np.zeros((2, 3), int), np.ones((4, 3), int)]).shape == (None, 3)
    assert of([np.zeros((2, 3, 1), int), np.ones((4, 5, 1), int)]).values == {1: 20, 0: 6}


def test_a_second_pass_reads_the_same() -> None:
    """Labels in memory can be read again and again."""
    from rightloss.views.labels.accumulate import profile

    for labels in (IDS, np.array(IDS), pd.Series(TEXT), pd.DataFrame({"a": [0, 1], "b": [1, 1]})):
        stream = read(labels)[None]
        assert profile(stream) == profile(stream)


class Thing:
    """Holds no labels."""


@pytest.mark.parametrize(
    ("labels", "error", "said"),
    [
        (5, UnsupportedInput, "single value"),
        (np.float64(3), UnsupportedInput, "single value"),
        (np.array(3), UnsupportedInput, "single value"),
        (None, UnsupportedInput, "NoneType"),
        ({1, 2}, UnsupportedInput, "set"),
        (b"abc", UnsupportedInput, "bytes"),
        (Thing(), UnsupportedInput, "Thing"),
        (Thing, UnsupportedInput, "type"),
        (np.array([1j]), UnsupportedInput, "complex"),
        (np.zeros(3, [("a", int), ("b", int)]), UnsupportedInput, "fields a, b"),
        (np.zeros(3, "V4"), UnsupportedInput, "raw bytes"),
        ([{"a": 1}], UnsupportedInput, "dict objects"),
        ([[["a"], ["b"]], [["c"]]], UnsupportedInput, "lists of lists"),
        ((np.zeros((3, 2)), np.zeros(3)), UnsupportedInput, "is it (x, y)"),
        (([0], [1]), UnsupportedInput, "is it (x, y)"),
        ({}, UnreadableInput, "empty dict"),
        ({"a": 3}, UnsupportedInput, "output 'a'"),
        ({"a": [1], "b": [1, 2]}, UnreadableInput, "different numbers of rows"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), UnreadableInput, "data frame"),
        (pd.DataFrame(), UnreadableInput, "no columns"),
        (pa.array([{"a": 1}]), UnreadableInput, "struct"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_what_is_refused(labels: Any, error: type[RightlossError], said: str) -> None:
    """What holds no labels, or not labels alone, gives an error that names it and says what to do or to pass."""
    with pytest.raises(error) as caught:
        profile_all(labels)
    assert said in caught.value.received
    assert caught.value.expected or caught.value.fix


def test_wrong_arguments() -> None:
    """Columns of arrays, unknown columns and caps below 1 are refused."""
    with pytest.raises(WrongArgument, match="no named columns"):
        profile_all([1, 2], columns=["a"])
    with pytest.raises(MissingColumn, match="species"):
        profile_all(pd.DataFrame({"species": [1], "sex": [0]}), columns=["specie"])
    with pytest.raises(WrongArgument, match="rows_cap"):
        profile_all([1, 2], rows_cap=0)


def test_labels_that_change_their_rank() -> None:
    """Chunks whose numbers of axes differ are no labels of one output."""
    from rightloss.views.labels.accumulate import profile
    from rightloss.views.labels.source import LabelStream

    with pytest.raises(UnreadableInput, match="change their shape"):
        profile(LabelStream(lambda: iter([np.zeros(3), np.zeros((3, 1))])))


def test_files_and_generators_go_to_their_readers(tmp_path: Path) -> None:
    """A path and a generator of batches are read, too."""
    np.save(tmp_path / "y.npy", np.array(IDS))
    assert of(tmp_path / "y.npy").values == of(str(tmp_path / "y.npy")).values == {1: 2, 0: 1, 2: 1}
    batches = ((np.zeros((2, 3)), np.array(part)) for part in ([0, 1], [1, 2]))
    assert of(batches).values == {1: 2, 0: 1, 2: 1}


def test_no_library_is_imported_for_the_question() -> None:
    """Profiling an array loads neither TensorFlow, Keras, pandas, polars, pyarrow, SciPy nor narwhals."""
    program = (
        "import sys, numpy as np; from rightloss.views.labels.read import profile_all; "
        "profile_all(np.arange(3)); profile_all([[0, 1], [2]]); "
        "heavy = {'tensorflow', 'keras', 'pandas', 'polars', 'pyarrow', 'scipy', 'narwhals', 'ibis'}; "
        "heavy &= set(sys.modules); "
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
