"""Text tables as people write them: with and without names, odd delimiters, quotes, encodings, late surprises."""

from __future__ import annotations

from pathlib import Path

import pytest

from rightloss.errors import EmptyInput, MissingColumn, UnreadableInput
from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.files import from_path
from rightloss.views.labels.formats import csv_table
from rightloss.views.labels.profile import LabelProfile


def put(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def column(path: Path, name: str, **options: object) -> LabelProfile:
    return profile(from_path(path, columns=[name], **options)[None])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b\n1,x\n2,y\n", ("a", "b")),
        ("1,x\n2,y\n", ("column0", "column1")),
        ("name,kind\n" + "foo,x\nbar,x\nbaz,y\n" * 3, ("name", "kind")),
        ("foo,x\nbar,x\nbaz,y\nfoo,y\n", ("column0", "column1")),
        ("label\ncat\ndog\ncat\n", ("label",)),
        ("cat\ndog\ncat\n", ("column0",)),
        ("0,1\n0.5,7\n0.25,9\n", ("0", "1")),
        (",y\n0,a\n1,b\n", ("column0", "y")),
        ("y,y\n0,1\n1,1\n", ("y (column 0)", "y (column 1)")),
        ("\ufeffy,x\n0,1\n1,1\n", ("y", "x")),
        ("y;x\n0;1,5\n1;2,5\n", ("y", "x")),
        ("y\tx\n0\tone, two\n1\tthree\n", ("y", "x")),
        ("y|x\n0|1\n1|1\n", ("y", "x")),
    ],
)
def test_names_and_delimiter_are_found(text: str, names: tuple[str, ...], tmp_path: Path) -> None:
    """The first line is told from data, and the delimiter from other punctuation."""
    assert csv_table.open_csv(put(tmp_path, text)).names == names


def test_the_user_overrides_the_first_line(tmp_path: Path) -> None:
    """header= decides where only the user can know, and an unsure guess is noted."""
    path = put(tmp_path, "red,blue\ngreen,pink\nblack,white\n")
    (note,) = from_path(path, columns=["0"])[None].notes
    assert "first line" in note
    assert column(path, "0").rows == 2
    assert column(path, "0", header=False).rows == 3
    assert from_path(path, columns=["blue"], header=True)[None].notes == ()


def test_columns_by_position_slice_and_pattern(tmp_path: Path) -> None:
    """Positions count from 0 or from the end; slices and patterns give several columns; a name wins over all."""
    path = put(tmp_path, "9.5,0,1,x\n8.5,1,1,y\n")
    assert column(path, "-1").values == {"x": 1, "y": 1}
    assert column(path, "3").values == {"x": 1, "y": 1}
    assert from_path(path, columns=["1:3"])[None].declared.column_names == ("column1", "column2")
    named = put(tmp_path, "-1,Class1,Class2\n7,0,1\n8,1,1\n", "n.csv")
    assert column(named, "-1", header=True).values == {7: 1, 8: 1}
    assert from_path(named, columns=["Class*"], header=True)[None].declared.column_names == ("Class1", "Class2")


def test_a_misspelled_column_names_the_nearest(tmp_path: Path) -> None:
    """The error holds the columns there are, and the line to write with the nearest one."""
    path = put(tmp_path, "species,island\nA,1\nB,2\n")
    with pytest.raises(MissingColumn) as caught:
        from_path(path, columns=["Speceis"])
    assert "species, island" in caught.value.expected
    assert caught.value.fix == "--label species"
    with pytest.raises(MissingColumn, match="none was named"):
        from_path(path)
    with pytest.raises(MissingColumn, match="'7'"):
        from_path(path, columns=["7"])


def test_missing_cells_are_none(tmp_path: Path) -> None:
    """ "", NA, NaN and null are missing among numbers, "" among text, quoted or not: NA may be North America."""
    path = put(tmp_path, 'y,n\na,1\n,2\nNA,\n"NA",NaN\n"",null\nb,3\n')
    text, numbers = column(path, "y"), column(path, "n")
    assert (text.values, text.none) == ({"a": 1, "b": 1, "NA": 2}, 2)
    assert (numbers.values, numbers.missing, numbers.kind) == ({1: 1, 2: 1, 3: 1}, 3, "integer")


def test_quotes_hold_delimiters_and_line_breaks(tmp_path: Path) -> None:
    """A quoted cell may hold the delimiter, doubled quotes and line breaks."""
    path = put(tmp_path, 'y,text\n1,"a, ""b""\nc"\n2,d\n')
    assert column(path, "y").values == {1: 1, 2: 1}
    assert column(path, "text").values == {'a, "b"\nc': 1, "d": 1}


def test_stray_quotes_do_not_swallow_rows(tmp_path: Path) -> None:
    """Tab separated sentences with an unbalanced quote keep every row."""
    rows = [f"{'spam' if i % 5 == 0 else 'ham'}\tmessage {i}, hello" for i in range(300)]
    rows[40] = 'ham\t"he said'
    rows[90] = 'spam\t"and she said'
    path = put(tmp_path, "\n".join(rows) + "\n", "sms.tsv")
    assert column(path, "0").rows == 300


def test_old_encodings_are_read_and_noted(tmp_path: Path) -> None:
    """Latin-1 and UTF-16 text arrives as the same words; Latin-1 is a guess and is noted."""
    text = "y,n\ncafé,1\nthé,2\n"
    latin, wide = put(tmp_path, text.encode("latin-1")), put(tmp_path, text.encode("utf-16"), "w.csv")
    assert column(latin, "y").values == column(wide, "y").values == {"café": 1, "thé": 1}
    assert "Latin-1" in from_path(latin, columns=["y"])[None].notes[0]


def test_a_late_surprise_changes_the_type_of_all_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole numbers up to the last block, then a decimal, then a word: the column is read as what fits every row."""
    monkeypatch.setattr(csv_table, "BLOCK_BYTES", 256)
    rows = "y,z,b\n" + "1,2,true\n" * 500
    path = put(tmp_path, rows + "2.5,2,false\n3,unknown,maybe\n")
    table = csv_table.open_csv(path)
    kinds = {field.name: str(field.type) for field in table.exact(table.names)}
    assert kinds == {"y": "double", "z": "string", "b": "string"}
    assert column(path, "z").values == {"2": 501, "unknown": 1}
    assert column(path, "y").values == {1: 500, 2.5: 1, 3: 1}


@pytest.mark.parametrize(("text", "line"), [("a,b\n1,x\n2\n3,y\n", 3), ("a,b\n1,x\n2,y,z\n3,y\n", 3)])
def test_a_ragged_row_is_named(text: str, line: int, tmp_path: Path) -> None:
    """A row with too few or too many cells is an error that names its line, never a shifted column."""
    path = put(tmp_path, text)
    with pytest.raises(UnreadableInput, match=f"line {line}: expected 2 columns"):
        column(path, "b")


@pytest.mark.parametrize("text", ["a,b\n", "\n\n\n"])
def test_no_rows_is_an_error(text: str, tmp_path: Path) -> None:
    """Names without rows, and blank lines, are empty input."""
    with pytest.raises(EmptyInput):
        from_path(put(tmp_path, text), columns=["0"])


def test_parts_of_different_types_agree_on_one(tmp_path: Path) -> None:
    """Whole numbers in one part and decimals or words in another: one type for the column."""
    put(tmp_path, "y,n\na,1\nb,2\n", "1.csv")
    put(tmp_path, "y,n\nc,2.5\n5,7\n", "2.csv")
    seen = column(tmp_path / "*.csv", "n")
    assert (seen.kind, seen.rows) == ("float", 4)
    put(tmp_path, "y,other\nc,2\n", "3.csv")
    with pytest.raises(UnreadableInput, match="different columns: n, other"):
        from_path(tmp_path / "*.csv", columns=["y"])


def test_codes_with_leading_zeros_are_told(tmp_path: Path) -> None:
    """007 is read as 7, as other readers of tables do; that is said."""
    found = column(put(tmp_path, "y,n\n007,7\n010,10\n123,0\n"), "y")
    assert found.values == {7: 1, 10: 1, 123: 1}
    assert "leading zeros are read as numbers: 'y' (such as 007)" in " ".join(found.notes)


def test_decimal_commas_leave_the_delimiter_to_the_names(tmp_path: Path) -> None:
    """Every row but the first has a comma as regularly as semicolons: the line of names has none."""
    path = put(tmp_path, "a;b;y\n" + "0,65;3;lo\n0,75;4;hi\n" * 300)
    assert column(path, "y").values == {"lo": 300, "hi": 300}
