"""rightloss train, predict and evaluate as a user meets them."""

from __future__ import annotations

import csv
import json
import random
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from train.small_table import write_table

from rightloss.cli import run


def labelled(labels: list[object], head: str = "a,b,y") -> str:
    """A table of two features and these labels."""
    draw = random.Random(0)
    return "\n".join([head, *(f"{draw.random():.3f},{draw.choice('uvw')},{label}" for label in labels)]) + "\n"


DRAW = random.Random(1)
GOOD = labelled([DRAW.choice("pq") for _ in range(60)])
# name -> (what the file holds, its name, flags, words of the message)
ERRORS: dict[str, tuple[str | bytes, str, list[str], str]] = {
    "missing label column": (GOOD, "rows.csv", ["--label", "z"], "has no column 'z'"),
    "no label named": (GOOD, "rows.csv", [], "none was named as the label"),
    "missing feature column": (GOOD, "rows.csv", ["--label", "y", "-f", "zz"], "has no column 'zz'"),
    "label as feature": (GOOD, "rows.csv", ["--label", "y", "-f", "y"], "is a label and a feature"),
    "one class": (labelled(["p"] * 60), "rows.csv", ["--label", "y"], "one class"),
    "quantities": (
        labelled([DRAW.gauss(0, 1) for _ in range(60)]),
        "rows.csv",
        ["--label", "y"],
        "no cross-entropy fits",
    ),
    "mixed types": (labelled([1, 2, 3, "cat"] * 15), "rows.csv", ["--label", "y"], "mixes numbers and words"),
    "mixed types in JSON": (
        "".join(json.dumps({"a": i, "y": i if i % 2 else "x"}) + "\n" for i in range(40)),
        "rows.jsonl",
        ["--label", "y"],
        "mixes kinds of values",
    ),
    "more classes than rows": (
        labelled([f"c{i % 40}" for i in range(60)]),
        "rows.csv",
        ["--label", "y"],
        "40 classes in 60",
    ),
    "no labels": (labelled([""] * 60), "rows.csv", ["--label", "y"], "no value in any of 60 rows"),
    "empty file": ("", "rows.csv", ["--label", "y"], "is empty"),
    "only names": ("a,b,y\n", "rows.csv", ["--label", "y"], "no rows"),
    "not what its name says": (b"PAR1" + bytes(100), "rows.csv", ["--label", "y"], "looks like a Parquet file"),
    "a web page": ("<!doctype html><p>404", "rows.csv", ["--label", "y"], "web page"),
    "binary": (bytes(range(256)) * 10, "rows.csv", ["--label", "y"], "binary"),
    "a broken row": (GOOD + "1,2,3,4,5\n", "rows.csv", ["--label", "y"], "expected 3 columns, got 5"),
    "free text only": (
        "t,y\n" + "".join(f"this is free text number {i},{'pq'[i % 2]}\n" for i in range(60)),
        "rows.csv",
        ["--label", "y"],
        "holds free text",
    ),
    "an answer that contradicts": (GOOD, "rows.csv", ["--label", "y", "--task", "multilabel"], "does not agree"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_fit_on_one_screen(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Received, expected and fix in a few lines, exit code 2, and nothing is written."""
    content, file, flags, words = ERRORS[name]
    (tmp_path / file).write_bytes(content.encode() if isinstance(content, str) else content)
    monkeypatch.chdir(tmp_path)
    assert run(["train", file, *flags]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert "expected: " in told
    assert told.count("\n") < 20
    assert "Traceback" not in told
    assert [each.name for each in tmp_path.iterdir()] == [file]


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The path is named."""
    assert run(["train", str(tmp_path / "gone.csv"), "--label", "y"]) == 2
    assert "gone.csv does not exist" in capsys.readouterr().err


def test_data_that_is_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An array and a folder of class folders are named for what they are, with the verb that reads them."""
    np.save(tmp_path / "y.npy", np.zeros(9))
    for name in ("cat", "dog"):
        (tmp_path / "images" / name).mkdir(parents=True)
        (tmp_path / "images" / name / "1.png").write_bytes(b"\x89PNG")
    for name in ("y.npy", "images"):
        assert run(["train", str(tmp_path / name), "--label", "y"]) == 2
        assert "is no table but" in capsys.readouterr().err


def test_a_place_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told before training and not after it."""
    data = write_table(tmp_path / "rows.csv")
    assert run(["train", str(data), "--label", "sort", "--out", str(data / "model")]) == 2
    told = capsys.readouterr()
    assert "cannot be written" in told.err
    assert "epoch" not in told.err


def test_train_predict_evaluate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The three commands in a row: a folder, a CSV with a row for each row, and the scores of new rows."""
    monkeypatch.setattr("rightloss.train.fit.PATIENCE", 3)
    monkeypatch.chdir(tmp_path)
    write_table(Path("rows.csv"), rows=120)
    assert run(["train", "rows.csv", "--label", "sort", "--seed", "3"]) == 0
    told = capsys.readouterr()
    assert "SparseCategoricalCrossentropy" in told.out
    assert "log_loss" in told.out
    assert "rightloss predict rows-model NEW.csv" in told.out

    assert run(["train", "rows.csv", "--label", "sort"]) == 2  # taken
    assert "--overwrite" in capsys.readouterr().err

    write_table(Path("new.csv"), rows=30, seed=1, label=False)
    assert run(["predict", "rows-model", "new.csv"]) == 0
    found = list(csv.DictReader(StringIO(capsys.readouterr().out)))
    assert len(found) == 30
    assert {row["class"] for row in found} <= {"big", "far", "plain"}
    assert run(["predict", "rows-model", "new.csv", "--out", "p.csv"]) == 0
    assert list(csv.DictReader(StringIO(Path("p.csv").read_text()))) == found
    capsys.readouterr()

    write_table(Path("labelled.csv"), rows=30, seed=1)
    assert run(["evaluate", "rows-model", "labelled.csv", "--format", "json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["rows"] == 30
    right = [line.rsplit(",", 1)[1] for line in Path("labelled.csv").read_text().splitlines()[1:]]
    assert scores["scores"]["accuracy"] == pytest.approx(
        sum(row["class"] == label for row, label in zip(found, right, strict=True)) / 30
    )
    assert run(["evaluate", "rows-model", "new.csv"]) == 2
    assert "no label column 'sort'" in capsys.readouterr().err


def test_a_goal_is_carried_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With costs, the remedy is said before training and measured after it; a goal that is none stops before both."""
    monkeypatch.setattr("rightloss.train.fit.PATIENCE", 3)
    monkeypatch.chdir(tmp_path)
    write_table(Path("rows.csv"), rows=120)
    assert run(["train", "rows.csv", "-l", "sort", "--goal", "best"]) == 2
    told = capsys.readouterr()
    assert "balanced_accuracy" in told.err
    assert "epoch" not in told.err
    assert not Path("rows-model").exists()

    assert run(["train", "rows.csv", "-l", "sort", "--cost", "big:plain=9"]) == 0
    told = capsys.readouterr()
    assert "least expected cost" in told.out
    assert "for cost: cost " in told.out
    assert run(["evaluate", "rows-model", "rows.csv", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["goal"]
    assert found["remedy"] == "expected-cost"
    assert found["decided"]["cost"] <= found["plain"]["cost"]


def test_json_is_all_that_is_on_stdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """-1 beside ids: training goes on with the leading answer, and the question is in the JSON."""
    monkeypatch.setattr("rightloss.train.fit.PATIENCE", 3)
    draw = random.Random(0)
    lines = ["x,y", *(f"{label + draw.gauss(0, 1):.3f},{label}" for label in draw.choices([-1, 0, 1, 2, 3], k=100))]
    data = tmp_path / "rows.csv"
    data.write_text("\n".join(lines) + "\n")
    assert run(["train", str(data), "-l", "y", "-o", str(tmp_path / "model"), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["task"] == "multiclass"
    assert [question["keyword"] for question in told["questions"]] == ["ignore"]
    assert sum(told["rows"].values()) == 100 - sum(line.endswith(",-1") for line in lines)


def test_the_example_table_is_what_its_script_makes() -> None:
    """examples/demo.csv is written by examples/make_demo.py and not by hand."""
    import runpy

    examples = Path(__file__).parents[2] / "examples"
    made = runpy.run_path(str(examples / "make_demo.py"))["table"]()
    assert made == (examples / "demo.csv").read_text(encoding="utf-8")
