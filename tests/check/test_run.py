"""`rightloss run`: an unchanged program, checked while it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("tensorflow")

from rightloss.errors import UnreadableInput
from rightloss.running import run_program

PROGRAM = """
import sys
import numpy as np
import keras
from keras import layers

x = np.random.default_rng(0).normal(size=(128, 8)).astype("float32")
y = (x[:, :5] > 0.2).astype("float32")
model = keras.Sequential([keras.Input((8,)), layers.Dense(5, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=[METRICS])
model.fit(x, y, epochs=1, verbose=0)
print("trained", sys.argv[1:], __name__)
"""


def write(folder: Path, metrics: str, more: str = "") -> str:
    """The program with these metrics."""
    path = folder / "train.py"
    path.write_text(PROGRAM.replace("METRICS", metrics) + more, encoding="utf-8")
    return str(path)


def test_multi_label_with_accuracy_stops_with_the_line_to_write(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    """The most common silent mistake: 'accuracy' on several labels."""
    assert run_program(write(tmp_path, '"accuracy"')) == 1
    out, err = capsys.readouterr()
    assert "trained" not in out
    assert "RL402" in err
    assert "train.py:11: stopped before model.fit(x, y, epochs=1, verbose=0)" in err
    assert 'metrics=[keras.metrics.BinaryAccuracy(name="accuracy")]' in err


def test_warn_lets_the_program_finish(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    """Each finding is shown at the call of fit and again at the end; the exit code still says that there were some."""
    with pytest.warns(UserWarning, match="RL402") as caught:
        assert run_program(write(tmp_path, '"accuracy"'), ["--epochs", "3"], warn=True) == 1
    assert any(each.lineno == 11 and each.filename.endswith("train.py") for each in caught)
    out, err = capsys.readouterr()
    assert "trained ['--epochs', '3'] __main__" in out
    assert "RL402" in err


def test_ignored_rule_is_silent(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    """Each rule can be switched off."""
    assert run_program(write(tmp_path, '"accuracy"'), ignore=("RL402",)) == 0
    assert "trained" in capsys.readouterr().out


def test_a_right_program_runs_as_it_is(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    """Exit code 0 and nothing printed."""
    assert run_program(write(tmp_path, '"binary_accuracy"')) == 0
    out, err = capsys.readouterr()
    assert "trained" in out
    assert "RL" not in err


def test_the_programs_own_error_is_shown_and_explained(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    """Exit code 2: the program failed; what is known about its error is said below the traceback."""
    failing = "raise AttributeError(\"'list' object has no attribute 'get'\")\n"
    assert run_program(write(tmp_path, '"binary_accuracy"', failing)) == 2
    err = capsys.readouterr().err
    trace = err[err.index("Traceback") :]
    assert "train.py" in trace.splitlines()[1]
    assert "class_weight=dict(enumerate(weights))" in err


def test_arguments_of_fit_are_checked_too(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    """A class_weight that is no dict is named before Keras raises."""
    assert run_program(write(tmp_path, '"binary_accuracy"', "model.fit(x, y, class_weight=[1.0] * 5)\n")) == 1
    assert "RL501" in capsys.readouterr().err


def test_missing_file_is_said(tmp_path: Path) -> None:
    """Received, expected, fix."""
    with pytest.raises(UnreadableInput, match="does not exist"):
        run_program(str(tmp_path / "nothing.py"))


def test_a_program_that_does_not_parse_is_shown_as_python_shows_it(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    """The line and the error, no frame of anybody else."""
    path = tmp_path / "train.py"
    path.write_text("def f(:\n    pass\n")
    assert run_program(str(path)) == 2
    said = capsys.readouterr().err
    assert said.lstrip().startswith(f'File "{path}", line 1')
    assert "runpy" not in said
