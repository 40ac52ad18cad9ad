"""Training on a small table: the folder, what is in it, and that it means the same everywhere."""

from __future__ import annotations

import json
import runpy
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.small_table import write_table

from rightloss.contract import Loss
from rightloss.errors import MissingColumn, UnreadableInput, WrongArgument
from rightloss.train import Trained, evaluate, predict, train
from rightloss.train.folder import FILES, check_target, load


def test_beats_the_same_answer(trained: Trained) -> None:
    """On rows it has not seen the model is better than the most frequent class and than the class frequencies."""
    values, baseline = trained.scores.values, trained.scores.baseline
    assert values["accuracy"] > baseline["accuracy"] + 0.1
    assert values["log_loss"] < baseline["log_loss"] - 0.1


def test_the_folder_is_complete(trained: Trained) -> None:
    """Model, label names, inputs, advice, scores and script; nothing else, nothing left beside it."""
    assert trained.folder is not None
    assert sorted(each.name for each in trained.folder.iterdir()) == sorted(FILES)
    assert [each.name for each in trained.folder.parent.iterdir()] == ["model"]
    assert json.loads((trained.folder / "advice.json").read_text())["contract"]["units"] == 3
    assert json.loads((trained.folder / "metrics.json").read_text())["test"] == trained.scores.to_json()


def _masked_columns(path: Path) -> Path:
    """Two columns of 0 and 1 with cells that nobody labelled."""
    lines = [f"{i % 7},{i % 2},{'' if i % 5 == 0 else int(i % 3 == 0)}" for i in range(60)]
    path.write_text("\n".join(["x,a,b", *lines]) + "\n")
    return path


@pytest.mark.parametrize("ours", ["a metric", "a loss"])
def test_what_it_was_trained_with_is_not_saved(ours: str, rows: Path, tmp_path: Path) -> None:
    """A loss or metric of ours, which a fresh Python does not know, leaves no trace in the saved model."""
    if ours == "a metric":
        found = train(rows, "sort", goal="macro_f1", out=tmp_path / "model", epochs=1)
        assert any("rightloss" in each.code() for each in found.advice.watch)
    else:
        found = train(_masked_columns(tmp_path / "t.csv"), ["a", "b"], out=tmp_path / "model", epochs=1)
        assert found.labels.contract.loss is Loss.MASKED_BINARY
    with zipfile.ZipFile(tmp_path / "model" / "model.keras") as archive:
        config = archive.read("config.json").decode()
    assert "rightloss>" not in config
    assert "rightloss." not in config


def test_the_model_needs_nothing_but_keras(trained: Trained) -> None:
    """No Lambda, and no class of ours, is in the saved model."""
    with zipfile.ZipFile(trained.folder / "model.keras") as archive:  # type: ignore[operator]
        config = json.loads(archive.read("config.json"))
    modules, names = set(), set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "module" in node and "class_name" in node:
                modules.add(str(node["module"]).split(".")[0])
                names.add(node["class_name"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(config)
    assert modules == {"keras"}
    assert "Lambda" not in names


def test_the_saved_model_takes_raw_rows_and_names_classes(trained: Trained) -> None:
    """Loaded in safe mode, with cells missing and a category never seen, it gives names and probabilities."""
    import keras
    import tensorflow as tf

    model = keras.models.load_model(trained.folder / "model.keras", safe_mode=True)  # type: ignore[operator]
    cells = {
        "size": tf.constant([[2.0], [float("nan")]]),
        "place": tf.constant([["south"], ["the moon"]]),
        "weight (kg)": tf.constant([[float("nan")], [1e9]]),
        "in_out": tf.constant([["in"], [""]]),
    }
    out = model.predict(cells, verbose=0)
    assert out["class"][0] == b"big"
    assert np.allclose(out["probabilities"].sum(axis=1), 1, atol=1e-5)


def test_new_rows_are_scored_as_in_training(trained: Trained, rows: Path, tmp_path: Path) -> None:
    """evaluate on the held-out rows, read from a file again, gives the scores that training printed."""
    from rightloss.train.split import split

    lines = rows.read_text().splitlines()
    ids = np.array([trained.advice.classes.index(line.rsplit(",", 1)[1]) for line in lines[1:]])
    held_out = split(ids, several_true=False, seed=7).test
    new = tmp_path / "new.csv"
    new.write_text("\n".join([lines[0], *(lines[1 + row] for row in held_out)]) + "\n")
    scores, _ = evaluate(trained.folder, new)  # type: ignore[arg-type]
    assert scores.rows == trained.scores.rows
    assert scores.values == pytest.approx(trained.scores.values, abs=1e-6)


def test_predict_reads_what_training_did_not_see(trained: Trained, tmp_path: Path) -> None:
    """No label column, a column more, another order, unseen categories, missing cells: predicted, with notes."""
    new = tmp_path / "new.csv"
    new.write_text("extra,place,weight (kg),in/out,size\n9,moon,heavy,in,2.0\n9,south,1.5,,\n")
    found = predict(trained.folder, new)  # type: ignore[arg-type]
    assert found.header() == ["class", "probability_big", "probability_far", "probability_plain"]
    assert found.answers[0] == "big"
    told = " ".join(found.notes)
    assert "'moon'" in told
    assert "'size' has 1 missing cell, and had none in training" in told
    assert "'weight (kg)' has 1 cell without a number ('heavy'): read as missing" in told


def test_a_missing_feature_column_is_an_error(trained: Trained, tmp_path: Path) -> None:
    """A column the model needs is not made up."""
    new = tmp_path / "new.csv"
    new.write_text("size,place,in/out\n1.0,south,in\n2.0,south,out\n")
    with pytest.raises(MissingColumn, match=r"no feature column 'weight \(kg\)'"):
        predict(trained.folder, new)  # type: ignore[arg-type]


def test_an_unknown_label_is_an_error(trained: Trained, tmp_path: Path) -> None:
    """evaluate does not score rows of a class that the model cannot name."""
    new = write_table(tmp_path / "new.csv", rows=30)
    new.write_text(new.read_text().replace("big", "huge"))
    with pytest.raises(WrongArgument, match="'huge'"):
        evaluate(trained.folder, new)  # type: ignore[arg-type]


def test_same_seed_same_metrics(trained: Trained, rows: Path) -> None:
    """A second run with the seed gives the same numbers, another seed does not."""
    assert train(rows, "sort", seed=7, epochs=40).metrics == trained.metrics
    assert train(rows, "sort", seed=8, epochs=2).metrics != trained.metrics


def test_the_script_trains_the_same_model(trained: Trained, capsys: pytest.CaptureFixture[str]) -> None:
    """train.py in the folder runs as it stands and reaches the same loss on the held-out rows."""
    found = runpy.run_path(str(trained.folder / "train.py"))  # type: ignore[operator]
    assert found["scores"]["loss"] == pytest.approx(trained.scores.values["log_loss"], abs=1e-5)
    assert "held-out rows" in capsys.readouterr().out


def test_labels_that_can_be_true_together(tmp_path: Path) -> None:
    """Several 0/1 columns, some cells unknown: raw scores inside, 0/1 and probabilities outside."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(240, 2))
    y = (np.stack([x[:, 0], x[:, 1], x.sum(axis=1)], axis=1) > 0.3).astype(float)
    y[rng.random(y.shape) < 0.1] = np.nan
    columns = {f"x{i}": x[:, i] for i in range(2)} | {f"y{i}": y[:, i] for i in range(3)}
    lines = [",".join(columns)]
    lines += [
        ",".join("" if np.isnan(cell) else f"{cell:g}" for cell in row) for row in zip(*columns.values(), strict=True)
    ]
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(lines) + "\n")
    trained = train(file, "y*", out=tmp_path / "model", epochs=60)
    assert trained.scores.values["accuracy"] > trained.scores.baseline["accuracy"] + 0.1
    found = predict(tmp_path / "model", file)
    assert found.header() == ["y0", "y1", "y2", "probability_y0", "probability_y1", "probability_y2"]
    assert set(np.unique(found.answers)) == {0, 1}
    assert evaluate(tmp_path / "model", file)[0].rows == 240


def test_a_table_without_names_is_read_by_position(tmp_path: Path) -> None:
    """No header, label 1 or 2 in the first column: new rows may come with or without that column."""
    rng = np.random.default_rng(1)
    label = rng.integers(1, 3, 80)
    lines = [f"{y},{rng.normal() + 3 * y:.3f},{rng.normal():.3f}" for y in label]
    file, new = tmp_path / "rows.csv", tmp_path / "new.csv"
    file.write_text("\n".join(lines) + "\n")
    new.write_text("\n".join(line.split(",", 1)[1] for line in lines) + "\n")
    train(file, "0", out=tmp_path / "model", epochs=20)
    with_label, without = predict(tmp_path / "model", file), predict(tmp_path / "model", new)
    assert np.array_equal(with_label.probabilities, without.probabilities)
    assert set(with_label.answers) <= {1, 2}


def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path) -> None:
    """With --overwrite too: what is not ours is named and left alone."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(WrongArgument, match=r"notes\.txt"):
        check_target(tmp_path, overwrite=True)


def test_our_folder_is_replaced_only_when_asked(trained: Trained) -> None:
    """An earlier model is refused without --overwrite and the fix says the flag."""
    with pytest.raises(WrongArgument, match=r"model\.keras") as caught:
        check_target(trained.folder, overwrite=False)  # type: ignore[arg-type]
    assert caught.value.fix == "--overwrite"
    assert check_target(trained.folder, overwrite=True) == trained.folder  # type: ignore[arg-type]


def test_a_damaged_folder_is_an_error(trained: Trained, tmp_path: Path) -> None:
    """A folder that lacks or garbles a file is named, without a traceback."""
    with pytest.raises(UnreadableInput, match=r"model\.keras"):
        load(tmp_path)
    for name in FILES:
        (tmp_path / name).write_bytes((trained.folder / name).read_bytes())  # type: ignore[operator]
    (tmp_path / "model.keras").write_bytes(b"PK nothing")
    with pytest.raises(UnreadableInput, match="could not be loaded"):
        load(tmp_path)


# Waits inside the first epoch's callback, so that the kill always meets it in the middle of training.
_HELD = """
import sys, time
from rightloss.train import train

def hold(epoch, logs):
    print("epoch", epoch, flush=True)
    time.sleep(600)

train(sys.argv[1], "sort", out=sys.argv[2], on_epoch=hold)
"""


def test_killing_it_leaves_nothing(rows: Path, tmp_path: Path) -> None:
    """A process killed in the middle of training leaves no folder, hidden or half written."""
    run = [sys.executable, "-c", _HELD, str(rows), str(tmp_path / "model")]
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "epoch 1\n"
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_each_field_of_the_json_is_documented(trained: Trained) -> None:
    """docs/json.md has a row for every field that training and scoring print."""
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    told = trained.to_json()
    for fields in (told, told["test"]):
        assert [name for name in fields if f"\n| `{name}` |" not in page] == []
    for fields in (told["rows"], told["training"], told["test"]["classes"][0], told["test"]["scores"]):
        assert [name for name in fields if name not in page] == []
