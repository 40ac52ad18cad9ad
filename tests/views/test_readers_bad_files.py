"""Files that are not what they seem: each a clear error, none a traceback of a library."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from tfrecord_files import record

from rightloss.errors import EmptyInput, MissingColumn, RightlossError, UnreadableInput, UnsupportedInput, WrongArgument
from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.files import from_path
from rightloss.views.labels.table_files import open_table


def parquet_bytes() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"y": [1, 2, 3]}), sink)
    return sink.getvalue()


def npy_bytes(array: np.ndarray, **options: bool) -> bytes:
    sink = io.BytesIO()
    np.save(sink, array, **options)  # type: ignore[arg-type]
    return sink.getvalue()


def zip_bytes(*names: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return sink.getvalue()


def holed(text: bytes) -> bytes:
    """Compressed text in which some bytes are lost."""
    whole = bytearray(gzip.compress(text))
    whole[20:26] = b"\xff" * 6
    return bytes(whole)


BAD = {
    "zip called csv": ("t.csv", zip_bytes("a.txt"), "a zip archive, not comma"),
    "workbook called csv": ("t.csv", zip_bytes("xl/workbook.xml"), "an Excel workbook"),
    "parquet called csv": ("t.csv", parquet_bytes(), "a Parquet file, not comma"),
    "text called parquet": ("t.parquet", b"a,b\n1,2\n", "text, not a Parquet file"),
    "cut parquet": ("t.parquet", parquet_bytes()[:-20], "could not be read"),
    "web page called csv": ("t.csv", b"<!DOCTYPE html><html>404</html>", "a web page"),
    "lfs pointer": ("t.parquet", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
    "pickle called npy": ("t.npy", pickle.dumps([1, 2, 3]), "never loaded"),
    "objects in npy": ("t.npy", npy_bytes(np.array([{}, "a"], object), allow_pickle=True), "never loaded"),
    "cut npy": ("t.npy", npy_bytes(np.arange(100))[:-50], "damaged"),
    "garbage called csv": ("t.csv", bytes(range(256)) * 20, "binary data"),
    "garbage without a name": ("t", b"\x00\x01\x02" * 50, "binary data"),
    "broken json": ("t.jsonl", b'{"y": 1}\n{"y": 2\n{"y": 3}\n', "line 2 is not JSON"),
    "json values": ("t.json", b"[1, 2, 3]", "not objects"),
    "arff class": ("t.arff", b"@relation r\n@attribute y {a,b}\n@data\na\nc\n", "line 5: 'c' is not one of"),
    "arff cells": ("t.arff", b"@relation r\n@attribute y {a,b}\n@data\na,1\n", "line 4: 2 cells for 1"),
    "arff header": ("t.arff", b"@relation r\n@attribute y\n@data\n", "line 2: not an attribute"),
    "gzip called npy": ("t.npy", b"\x1f\x8b\x08" + b"x" * 30, "gzip data"),
    "text called gzip": ("t.csv.gz", b"a,y\n1,2\n", "text, not compressed as its name says"),
    "cut gzip": ("t.csv.gz", gzip.compress(bytes(range(48, 58)) * 5000, 0)[:-200], "could not be read"),
    "gzip with a hole": ("t.csv.gz", holed(b"a,y\n" + b"1,2\n" * 500), "could not be read"),
    "JSON in a gzip with a hole": ("t.jsonl.gz", holed(b'{"y": 1}\n' * 500), "could not be read"),
    "text called tfrecord": ("t.tfrecord", b"hello, this is no record at all", "not a TFRecord file"),
}


@pytest.mark.parametrize(("name", "content", "words"), BAD.values(), ids=BAD)
def test_a_bad_file_is_named_for_what_it_is(name: str, content: bytes, words: str, tmp_path: Path) -> None:
    """The error says what the content looks like or where it breaks, with no library's traceback."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableInput) as caught:
        profile(from_path(tmp_path / name)[None])
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.npy", "t.tfrecord", "t.arff", "t.jsonl", "t"])
def test_an_empty_file_is_empty(name: str, tmp_path: Path) -> None:
    """No bytes is empty input under every name."""
    (tmp_path / name).touch()
    with pytest.raises(EmptyInput, match="0 bytes"):
        from_path(tmp_path / name)


def no_rows_parquet(folder: Path) -> Path:
    pq.write_table(pa.table({"y": pa.array([], pa.int64())}), folder / "t.parquet")
    return folder / "t.parquet"


def no_rows_feather(folder: Path) -> Path:
    feather.write_feather(pa.table({"y": pa.array([], pa.int64())}), folder / "t.feather")
    return folder / "t.feather"


def no_rows_npy(folder: Path) -> Path:
    np.save(folder / "t.npy", np.zeros((0, 3)))
    return folder / "t.npy"


def no_rows_arff(folder: Path) -> Path:
    (folder / "t.arff").write_text("@relation r\n@attribute y numeric\n@data\n")
    return folder / "t.arff"


def no_files(folder: Path) -> Path:
    return folder


def empty_class_folders(folder: Path) -> Path:
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    return folder


@pytest.mark.parametrize(
    "write", [no_rows_parquet, no_rows_feather, no_rows_npy, no_rows_arff, no_files, empty_class_folders]
)
def test_nothing_to_read_is_empty_input(write: Callable[[Path], Path], tmp_path: Path) -> None:
    """Files and folders without a row say so, at the latest when they are read."""
    with pytest.raises(EmptyInput):
        profile(from_path(write(tmp_path))[None])


def test_what_is_not_there(tmp_path: Path) -> None:
    """A path or glob that matches nothing is named."""
    with pytest.raises(UnreadableInput, match="does not exist"):
        from_path(tmp_path / "nothing.csv")
    with pytest.raises(UnreadableInput, match="no file matches"):
        from_path(tmp_path / "*.csv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_permission_denied_is_said(tmp_path: Path) -> None:
    """A file that may not be read gives the reason and the command."""
    (tmp_path / "t.csv").write_text("y\n1\n")
    (tmp_path / "t.csv").chmod(0)
    with pytest.raises(UnreadableInput, match="permission denied"):
        from_path(tmp_path / "t.csv")


def test_permission_error_of_the_system_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's refusal to open a file becomes our error, whoever runs the tests."""
    (tmp_path / "t.csv").write_text("y\n1\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableInput, match="permission denied"):
        from_path(tmp_path / "t.csv")


def test_a_folder_of_mixed_files(tmp_path: Path) -> None:
    """Parts of two formats are not guessed at."""
    (tmp_path / "a.csv").write_text("y\n1\n")
    (tmp_path / "b.parquet").write_bytes(parquet_bytes())
    with pytest.raises(UnreadableInput, match="several kinds"):
        from_path(tmp_path)


def test_splits_of_class_folders(tmp_path: Path) -> None:
    """train/cat, train/dog below: train is no class, and the error says what to pass."""
    for split in ("train", "valid"):
        for name in ("cat", "dog"):
            (tmp_path / split / name).mkdir(parents=True)
            (tmp_path / split / name / "1.jpg").touch()
    with pytest.raises(UnreadableInput, match="one split at a time") as caught:
        from_path(tmp_path)
    assert str(tmp_path / "train") in caught.value.fix
    with pytest.raises(WrongArgument, match="class folders"):
        from_path(tmp_path / "train", columns=["y"])


def test_a_folder_of_images_beside_a_table(tmp_path: Path) -> None:
    """images/ beside labels.csv is not one class called images: the error asks."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "1.jpg").touch()
    (tmp_path / "labels.csv").write_text("file,y\n1.jpg,a\n")
    with pytest.raises(UnreadableInput, match="either may hold the labels") as caught:
        from_path(tmp_path)
    assert "labels.csv" in caught.value.fix


def test_partition_folders(tmp_path: Path) -> None:
    """Folders named key=value are partitions, not classes."""
    (tmp_path / "y=1").mkdir()
    (tmp_path / "y=1" / "a.parquet").write_bytes(parquet_bytes())
    with pytest.raises(UnsupportedInput, match="partitioned"):
        from_path(tmp_path)


@pytest.mark.parametrize("cut", [3, 15, 40])
def test_a_cut_tfrecord_is_noticed(cut: int, tmp_path: Path) -> None:
    """A TFRecord file that ends inside a record, or whose length is damaged, is not read as shorter."""
    one = record(y=[1])
    kept = (one * 3)[:-cut]
    (tmp_path / "t.tfrecord").write_bytes(kept)
    with pytest.raises(UnreadableInput, match=f"record {len(kept) // len(one)}: "):
        profile(from_path(tmp_path / "t.tfrecord")[None])


def test_arrays_are_no_feature_tables(tmp_path: Path) -> None:
    """A file without columns is no table, and a column that is not there is named."""
    np.save(tmp_path / "x.npy", np.zeros(3))
    with pytest.raises(UnsupportedInput, match="no named columns"):
        open_table(tmp_path / "x.npy")
    (tmp_path / "t.csv").write_text("y,x\n1,2\n")
    with pytest.raises(MissingColumn, match="'z'"):
        from_path(tmp_path / "t.csv", columns=["z"])


def doubled(write: Callable[[pa.Table, io.BytesIO], None]) -> bytes:
    """A file of two columns of one name."""
    sink = io.BytesIO()
    write(pa.table([pa.array([0, 1]), pa.array([1, 1])], names=["y", "y"]), sink)
    return sink.getvalue()


DOUBLED = {
    "csv": ("t.csv", b"y,x,y\n0,5,1\n1,6,0\n", "t.csv has 2 columns called 'y', at positions 0 and 2"),
    "parquet": ("t.parquet", doubled(pq.write_table), "t.parquet has 2 columns called 'y', at positions 0 and 1"),
    "arrow": ("t.arrow", doubled(feather.write_feather), "t.arrow has 2 columns called 'y', at positions 0 and 1"),
    "arff": (
        "t.arff",
        b"@relation r\n@attribute y {0,1}\n@attribute y {0,1}\n@data\n0,1\n",
        "t.arff has 2 columns called 'y'",
    ),
}


@pytest.mark.parametrize(("name", "content", "words"), DOUBLED.values(), ids=DOUBLED)
def test_two_columns_of_one_name_are_not_told_apart_by_it(
    name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    """The first is never taken in silence: both positions are named."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableInput) as caught:
        from_path(tmp_path / name, columns=["y"])
    assert words in str(caught.value)


def test_a_doubled_column_is_taken_by_its_position(tmp_path: Path) -> None:
    """Each of the two can be had, and the other columns by their names."""
    (tmp_path / "t.csv").write_bytes(b"y,x,y\n0,5,1\n1,6,1\n")
    found = {word: profile(from_path(tmp_path / "t.csv", columns=[word])[None]).values for word in ("0", "2", "x")}
    assert found == {"0": {0: 1, 1: 1}, "2": {1: 2}, "x": {5: 1, 6: 1}}


RAGGED = {
    "commas": ("a,b,y\n1,2,0\n1,2\n1,2,1\n", "line 3: expected 3 columns, got 2"),
    "semicolons": ("a;b;y\n1;2;0;7\n1;2\n1;2;3\n1\n1;2;3;4;5\n", "line 2: expected 3 columns, got 4"),
    "text": ("name,kind,y\nanna,x,yes\nbob,no\ncarl,x,y,no\n", "line 3: expected 3 columns, got 2"),
}


@pytest.mark.parametrize(("text", "words"), RAGGED.values(), ids=RAGGED)
def test_a_ragged_table_says_which_line_has_how_many_cells(text: str, words: str, tmp_path: Path) -> None:
    """Rows of different lengths do not hide the line of names, nor what cuts the cells."""
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(UnreadableInput) as caught:
        profile(from_path(tmp_path / "t.csv", columns=["y"])[None])
    assert words in str(caught.value)


def test_a_name_in_a_table_without_names_points_to_the_header_flag(tmp_path: Path) -> None:
    """Where the first line was taken as data, the way to say that it is not is told."""
    (tmp_path / "t.csv").write_text("a,y\nb,y\na,n\nb,n\n")
    with pytest.raises(MissingColumn) as caught:
        from_path(tmp_path / "t.csv", columns=["y"])
    assert "--header" in caught.value.fix


@pytest.mark.parametrize("place", [0, 3])
def test_a_record_of_another_message_is_named(place: int, tmp_path: Path) -> None:
    """The file and the number of the record, whether it is looked at before the pass or in it."""
    damaged = bytearray(record(y=[1] * 5))
    damaged[13] = damaged[14] = 0xFF  # behind the length, whose checksum stays right
    (tmp_path / "t.tfrecord").write_bytes(record(y=[1]) * place + bytes(damaged) + record(y=[1]))
    with pytest.raises(UnreadableInput, match=rf"t\.tfrecord, record {place} is not"):
        profile(from_path(tmp_path / "t.tfrecord")[None])


def test_a_struct_is_no_label(tmp_path: Path) -> None:
    """Nested columns are refused with their type."""
    pq.write_table(pa.table({"y": [{"a": 1}, {"a": 2}]}), tmp_path / "t.parquet")
    with pytest.raises(RightlossError, match="struct"):
        profile(from_path(tmp_path / "t.parquet")[None])


@pytest.mark.parametrize("cap", [0, -1])
def test_a_cap_must_be_positive(cap: int, tmp_path: Path) -> None:
    """rows_cap below 1 is a wrong argument."""
    with pytest.raises(WrongArgument, match="rows_cap"):
        from_path(tmp_path, rows_cap=cap)
