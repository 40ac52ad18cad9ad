"""`rightloss select` as a user meets it: exit codes, JSON, errors of one screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rightloss.cli import run

ROWS = "species,size\n" + "adelie,1\ngentoo,2\nchinstrap,3\n" * 20


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small CSV file."""
    path = tmp_path / "birds.csv"
    path.write_text(ROWS)
    return path


def test_answers_with_exit_code_0(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text holds the last layer and the loss to write."""
    assert run(["select", str(table), "--label", "species"]) == 0
    out = capsys.readouterr().out
    assert 'keras.layers.Dense(3, activation="softmax")' in out
    assert "SparseCategoricalCrossentropy" in out


def test_json_is_all_that_is_on_stdout(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another program can read stdout as it is."""
    assert run(["select", str(table), "-l", "species", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["task"] == "multiclass"
    assert found["preparation"]["classes"] == ["adelie", "chinstrap", "gentoo"]


def test_position_from_the_end(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """-1 is the last column, not an option."""
    assert run(["select", str(table), "--label", "-1", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["contract"]["classes"] == 3


def test_no_cross_entropy_fits_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One class is an answer, not an error."""
    path = tmp_path / "one.csv"
    path.write_text("y,x\n" + "same,1\n" * 30)
    assert run(["select", str(path), "--label", "y"]) == 1
    assert "one class" in capsys.readouterr().out


def test_questions_are_answered_by_flags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The keyword of a question is a flag."""
    path = tmp_path / "ages.csv"
    path.write_text("age,x\n" + "".join(f"{18 + i % 60},{i}\n" for i in range(600)))
    assert run(["select", str(path), "--label", "age"]) == 1
    assert "--task multiclass" in capsys.readouterr().out
    assert run(["select", str(path), "--label", "age", "--format", "json"]) == 1
    question = json.loads(capsys.readouterr().out)["questions"][0]
    answer = question["answers"][-1]["value"]
    assert run(["select", str(path), "--label", "age", f"--{question['keyword']}", answer, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == []


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("missing.csv", None, "does not exist"),
        ("empty.csv", b"", "empty"),
        ("fake.parquet", b"species,size\nadelie,1\n", "parquet"),
        ("binary.csv", bytes(range(256)) * 8, "binary.csv"),
        ("mixed.csv", b"species,size\n" + b"adelie,1\n7,2\n" * 3, ""),
    ],
)
def test_bad_files_are_one_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, word: str
) -> None:
    """Received, expected, fix on stderr; nothing but JSON on stdout; never a traceback."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    code = run(["select", str(path), "--label", "species", "--format", "json"])
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    if code == 2:
        assert word.lower() in captured.err.lower()
        assert found["error"]["received"]
    else:
        assert name == "mixed.csv"
    assert "Traceback" not in captured.err


def test_missing_column_names_the_nearest(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typo is answered with the columns that exist."""
    assert run(["select", str(table), "--label", "specis"]) == 2
    assert "species" in capsys.readouterr().err


def test_save_writes_the_advice(table: Path, tmp_path: Path) -> None:
    """--save leaves the same JSON in a file."""
    target = tmp_path / "advice.json"
    assert run(["select", str(table), "--label", "species", "--save", str(target)]) == 0
    assert json.loads(target.read_text())["task"] == "multiclass"


def test_save_into_a_missing_folder_is_an_error(table: Path, tmp_path: Path) -> None:
    """Nothing is written, and the reason is said."""
    assert run(["select", str(table), "--label", "species", "--save", str(tmp_path / "no" / "a.json")]) == 2


def test_unknown_verb_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    """Usage errors could not run."""
    assert run(["selekt"]) == 2
