"""The same labels, written in every format, are read back as the same counts."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from tfrecord_files import record

from rightloss.errors import MissingColumn
from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.files import from_path
from rightloss.views.labels.formats.file_paths import find_files
from rightloss.views.labels.formats.tfrecord import masked_crc32c
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.table_files import join_tables

KINDS = ["cat", "dog", None, "cat", "owl"] * 40
GRADES = [3, 1, 2, 1, 7] * 40
TABLE = pa.table({"kind": KINDS, "grade": GRADES, "size": [0.5, 1.5, 2.5, 3.5, 4.5] * 40})
ARFF_HEADER = (
    "% a comment\n@RELATION pets\n\n@attribute 'kind' {cat,dog,owl}\n@attribute grade integer\n@attribute size real\n"
)


def one(path: Path | str, *columns: str, **options: object) -> LabelProfile:
    outputs = from_path(path, columns=columns or None, **options)  # type: ignore[arg-type]
    assert list(outputs) == [None]
    return profile(outputs[None])


def write_csv(folder: Path) -> Path:
    pacsv.write_csv(TABLE, folder / "pets.csv")
    return folder / "pets.csv"


def write_tsv(folder: Path) -> Path:
    pacsv.write_csv(TABLE, folder / "pets.tsv", pacsv.WriteOptions(delimiter="\t", quoting_style="none"))
    return folder / "pets.tsv"


def write_gzip(folder: Path) -> Path:
    path = folder / "pets.csv.gz"
    path.write_bytes(gzip.compress(write_csv(folder).read_bytes()))
    return path


def write_parquet(folder: Path) -> Path:
    pq.write_table(TABLE, folder / "pets.parquet", row_group_size=70)
    return folder / "pets.parquet"


def write_parts(folder: Path) -> Path:
    pq.write_table(TABLE.slice(0, 90), folder / "part-0.parquet")
    pq.write_table(TABLE.slice(90), folder / "part-1.parquet")
    (folder / "_SUCCESS").touch()
    return folder


def write_glob(folder: Path) -> Path:
    pacsv.write_csv(TABLE.slice(0, 90), folder / "a.csv")
    pacsv.write_csv(TABLE.slice(90), folder / "b.csv")
    return folder / "*.csv"


def write_json(folder: Path) -> Path:
    lines = [json.dumps({key: value for key, value in row.items() if value is not None}) for row in TABLE.to_pylist()]
    (folder / "pets.jsonl").write_text("\n".join(lines))
    return folder / "pets.jsonl"


def write_json_array(folder: Path) -> Path:
    (folder / "pets.json").write_text(json.dumps(TABLE.to_pylist()))
    return folder / "pets.json"


def write_feather(folder: Path) -> Path:
    feather.write_feather(TABLE, folder / "pets.feather", chunksize=64)
    return folder / "pets.feather"


def write_arrow_stream(folder: Path) -> Path:
    with pa.OSFile(str(folder / "pets.arrow"), "wb") as sink, pa.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=64)
    return folder / "pets.arrow"


def write_arff(folder: Path) -> Path:
    rows = [f"{kind or '?'},{grade},{size}" for kind, grade, size in zip(*TABLE.to_pydict().values(), strict=True)]
    (folder / "pets.arff").write_text(ARFF_HEADER + "@DATA\n" + "\n".join(rows) + "\n")
    return folder / "pets.arff"


def write_sparse_arff(folder: Path) -> Path:
    rows = []
    for kind, grade, size in zip(*TABLE.to_pydict().values(), strict=True):
        kept = "" if kind == "cat" else f"0 {kind or '?'}, "  # the first class is what sparse rows leave out
        rows.append(f"{{{kept}1 {grade}, 2 {size}}}")
    (folder / "pets.arff").write_text(ARFF_HEADER + "@data\n" + "\n".join(rows))
    return folder / "pets.arff"


TABLE_WRITERS = [
    write_csv,
    write_tsv,
    write_gzip,
    write_parquet,
    write_parts,
    write_glob,
    write_json,
    write_json_array,
    write_feather,
    write_arrow_stream,
    write_arff,
    write_sparse_arff,
]


@pytest.mark.parametrize("write", TABLE_WRITERS)
def test_each_format_gives_the_same_counts(write: Callable[[Path], Path], tmp_path: Path) -> None:
    """Text with missing cells and whole numbers have the same counts in every table format."""
    path = write(tmp_path)
    kinds, grades = one(path, "kind"), one(path, "grade")
    assert (kinds.kind, kinds.values, kinds.none) == ("text", {"cat": 80, "dog": 40, "owl": 40}, 40)
    assert (grades.kind, grades.values, grades.rows) == ("integer", {1: 80, 3: 40, 2: 40, 7: 40}, 200)


@pytest.mark.parametrize("write", TABLE_WRITERS)
def test_feature_batches_hold_the_table(write: Callable[[Path], Path], tmp_path: Path) -> None:
    """A table gives every cell of every format, in order and in bounded batches."""
    opened = join_tables(find_files(write(tmp_path)))
    assert opened.names == ("kind", "grade", "size")
    batches = list(opened.batches(["size", "grade"], 32, {}))
    assert max(batch.num_rows for batch in batches) <= 32
    table = pa.Table.from_batches(batches)
    assert table.column_names == ["size", "grade"]
    assert table.to_pydict() == {"size": TABLE["size"].to_pylist(), "grade": GRADES}


def test_several_columns_are_several_outputs(tmp_path: Path) -> None:
    """Label columns of different kinds stay apart, named by their columns."""
    outputs = from_path(write_parquet(tmp_path), columns=["kind", "grade"])
    assert {name: stream.name for name, stream in outputs.items()} == {"kind": "kind", "grade": "grade"}
    assert profile(outputs["grade"]).distinct == 4


def test_zero_one_columns_are_one_matrix(tmp_path: Path) -> None:
    """Columns of 0, 1, booleans and missing cells become one (n, K) output that knows the column names."""
    table = pa.table({"x": [9.5, 8.5, 7.5], "a": [0, 1, 1], "b": [True, False, True], "c": [1.0, None, 0.0]})
    pq.write_table(table, tmp_path / "tags.parquet")
    stream = from_path(tmp_path / "tags.parquet", columns=["-3:"])[None]
    seen = profile(stream)
    assert (seen.shape, seen.column_names, seen.rows) == ((3,), ("a", "b", "c"), 3)
    assert seen.row_facts is not None
    assert (seen.row_facts.positives, seen.row_facts.missing_per_column) == ((2, 2, 1), (0, 0, 1))
    assert any("one label matrix" in note for note in stream.notes)


def test_number_columns_outside_zero_one_are_no_matrix(tmp_path: Path) -> None:
    """Two columns of class ids are two outputs."""
    pq.write_table(pa.table({"a": [0, 1, 2], "b": [0, 1, 1]}), tmp_path / "ids.parquet")
    assert set(from_path(tmp_path / "ids.parquet", columns=["a", "b"])) == {"a", "b"}


def test_lists_arrive_as_lists(tmp_path: Path) -> None:
    """A list column is read as tags, empty lists included."""
    pq.write_table(pa.table({"tags": [["a", "b"], [], ["b"], None] * 5}), tmp_path / "tags.parquet")
    seen = one(tmp_path / "tags.parquet", "tags")
    assert (seen.kind, seen.tags, seen.rows) == ("tags", {"b": 10, "a": 5}, 20)


def test_declared_categories_arrive(tmp_path: Path) -> None:
    """Dictionary columns and ARFF classes declare their categories, those without rows too."""
    column = pa.DictionaryArray.from_arrays(pa.array([0, 2, 0]), pa.array(["low", "mid", "high"]), ordered=True)
    feather.write_feather(pa.table({"y": column}), tmp_path / "y.feather")
    declared = from_path(tmp_path / "y.feather")[None].declared
    assert (declared.categories, declared.ordered) == (("low", "mid", "high"), True)
    pq.write_table(pa.table({"y": pa.chunked_array([column, column[1:]])}), tmp_path / "y.parquet", row_group_size=3)
    stored = from_path(tmp_path / "y.parquet")[None]
    assert (stored.declared.categories, stored.declared.ordered) == (("low", "mid", "high"), True)
    assert profile(stored).values == {"low": 3, "high": 2}
    (tmp_path / "y.arff").write_text("@relation r\n@attribute y {1,2,'a b'}\n@data\n1\n'a b'\n")
    assert from_path(tmp_path / "y.arff")[None].declared.categories == ("1", "2", "a b")


def test_meka_names_its_label_columns(tmp_path: Path) -> None:
    """The -C option of a MEKA relation names the label columns, so none has to be given."""
    body = "@attribute a {0,1}\n@attribute b {0,1}\n@attribute x numeric\n@data\n0,1,5\n1,1,6\n"
    (tmp_path / "m.arff").write_text("@relation 'music: -C 2'\n" + body)
    stream = from_path(tmp_path / "m.arff")[None]
    assert stream.declared.column_names == ("a", "b")
    assert any("-C" in note for note in stream.notes)


def test_mixed_json_values_keep_their_types(tmp_path: Path) -> None:
    """A key that holds numbers and text gives both, not the text of a number."""
    (tmp_path / "m.jsonl").write_text('{"y": 1}\n{"y": "a"}\n{"y": 1}\n')
    chunks = list(from_path(tmp_path / "m.jsonl")[None].chunks())
    assert [cell for chunk in chunks for cell in chunk] == [1, "a", 1]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(5,), (5, 3), (5, 2, 2)])
def test_numpy_files_hold_the_array(shape: tuple[int, ...], order: str, tmp_path: Path) -> None:
    """.npy and .npz give the array's cells in any memory order, in chunks."""
    array = np.asarray(np.random.default_rng(0).integers(0, 9, shape), order=order)  # type: ignore[call-overload]
    np.save(tmp_path / "y.npy", array)
    np.savez(tmp_path / "a.npz", x=np.zeros(2), y=array)
    np.savez_compressed(tmp_path / "b.npz", other=array)
    for path in (tmp_path / "y.npy", tmp_path / "a.npz", tmp_path / "b.npz"):
        stream = from_path(path)[None]
        assert stream.rows == 5
        np.testing.assert_array_equal(np.concatenate(list(stream.chunks())), array)


def test_large_arrays_come_in_chunks(tmp_path: Path) -> None:
    """No chunk of a .npy or .npz holds more than a bounded number of rows."""
    array = np.arange(400_000) % 5
    np.save(tmp_path / "y.npy", array)
    np.savez(tmp_path / "y.npz", y=array)
    for name in ("y.npy", "y.npz"):
        chunks = list(from_path(tmp_path / name)[None].chunks())
        assert max(len(chunk) for chunk in chunks) <= 262_144
        np.testing.assert_array_equal(np.concatenate(chunks), array)


def test_npz_is_asked_which_array(tmp_path: Path) -> None:
    """Several arrays, none called like labels: the error lists them."""
    np.savez(tmp_path / "d.npz", images=np.zeros((2, 4)), kinds=np.array([0, 1]))
    with pytest.raises(MissingColumn, match=r"kinds \(2,\) int64"):
        from_path(tmp_path / "d.npz")
    assert one(tmp_path / "d.npz", "kinds").values == {0: 1, 1: 1}


def test_class_folders_are_counted(tmp_path: Path) -> None:
    """Folder names in order are the classes, files (also nested) are rows, hidden files are not."""
    for name, count in (("dog", 3), ("cat", 2), ("owl", 0)):
        (tmp_path / name / "more").mkdir(parents=True)
        for i in range(count):
            (tmp_path / name / ("more" if i else "") / f"{i}.jpg").write_bytes(b"not an image")
        (tmp_path / name / ".DS_Store").touch()
    stream = from_path(tmp_path)[None]
    seen = profile(stream)
    assert (seen.class_names, seen.values, seen.rows) == (("cat", "dog", "owl"), {1: 3, 0: 2}, 5)
    assert "class folder 'owl' holds no files" in stream.notes


def test_tfrecord_features_are_read(tmp_path: Path) -> None:
    """Numbers (also negative), text, vectors and ragged lists come out of TFRecord, plain and gzipped."""
    rows = [
        record(y=[i % 3 - 1], name=[f"c{i % 2}"], hot=[0.0, 1.0], tags=["a"] * (i % 3), image=["x" * 50])
        for i in range(30)
    ]
    (tmp_path / "a.tfrecord").write_bytes(b"".join(rows))
    (tmp_path / "a.tfrecord.gz").write_bytes(gzip.compress(b"".join(rows)))
    for path in (tmp_path / "a.tfrecord", tmp_path / "a.tfrecord.gz"):
        assert one(path, feature="y").values == {-1: 10, 0: 10, 1: 10}
        assert one(path, "name").values == {"c0": 15, "c1": 15}
        assert one(path, "hot").shape == (2,)
        assert one(path, "tags").tags == {"a": 30}
        with pytest.raises(MissingColumn, match=r"y \(int64\[1\]\)"):
            from_path(path)


def test_crc_of_tfrecord_is_the_published_one() -> None:
    """CRC-32C of "123456789" is E3069283 (RFC 3720, appendix B.4 polynomial), masked as TFRecord does."""
    crc = 0xE3069283
    assert masked_crc32c(b"123456789") == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.parametrize("write", [write_csv, write_parquet, write_json, write_arff])
def test_a_cap_stops_early_and_says_so(write: Callable[[Path], Path], tmp_path: Path) -> None:
    """A cap below the number of rows cuts there and is noted; one above it changes nothing."""
    path = write(tmp_path)
    stream = from_path(path, columns=["grade"], rows_cap=7)[None]
    seen = profile(stream)
    assert (seen.rows, seen.values, seen.capped) == (7, {1: 3, 3: 2, 2: 1, 7: 1}, True)
    assert any("cap" in note for note in stream.notes)
    stream = from_path(path, columns=["grade"], rows_cap=200)[None]
    assert profile(stream).rows == 200
    assert not stream.caps


def test_a_file_is_read_again_on_a_second_pass(tmp_path: Path) -> None:
    """Files can be read as often as asked."""
    stream = from_path(write_csv(tmp_path), columns=["grade"])[None]
    assert profile(stream).values == profile(stream).values == {1: 80, 3: 40, 2: 40, 7: 40}


def test_memory_stays_bounded_on_parquet(tmp_path: Path) -> None:
    """Arrow never holds more than a small part of a column of five million rows while it is profiled."""
    path = tmp_path / "big.parquet"
    with pq.ParquetWriter(path, pa.schema([("y", pa.int64()), ("pad", pa.int64())])) as writer:
        for _ in range(10):
            column = np.arange(500_000) % 1000
            writer.write_table(pa.table({"y": column, "pad": column}))
    stream = from_path(path, columns=["y"])[None]
    pa.default_memory_pool().release_unused()
    before, most = pa.total_allocated_bytes(), 0
    for _ in stream.chunks():
        most = max(most, pa.total_allocated_bytes() - before)
    assert 0 < most < 8 * 5_000_000 // 4
    assert profile(stream).rows == 5_000_000
