"""`rightloss check model.keras --data data.npz`: saved models, in safe mode only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
from check.measured import IDS, SCCE, X, net
from click.testing import CliRunner
from keras import layers

from rightloss.checking.file import check_model_file
from rightloss.cli.check import command
from rightloss.errors import UnreadableInput, UnsupportedInput


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A broken model and its arrays."""
    net(layers.Dense(3), loss=SCCE()).save(tmp_path / "model.keras")
    np.savez(tmp_path / "data.npz", x=X, y=IDS)
    return str(tmp_path / "model.keras"), str(tmp_path / "data.npz")


def test_a_saved_model_is_checked_from_the_command_line(files: tuple[str, str]) -> None:
    """The same finding as live, in JSON, and the exit code of a finding."""
    result = CliRunner().invoke(command, [files[0], "--data", files[1], "--format", "json"], standalone_mode=False)
    assert result.return_value == 1, result.output
    assert [each["code"] for each in json.loads(result.output)["findings"]] == ["RL202"]


def test_data_must_be_named(files: tuple[str, str]) -> None:
    """A model alone cannot be checked; the message says what to add."""
    result = CliRunner().invoke(command, [files[0]])
    assert result.exit_code == 2
    assert "--data" in result.output


def test_a_model_that_holds_code_is_not_run(tmp_path: Path, files: tuple[str, str]) -> None:
    """A Lambda layer would run code while loading: refused, with the other way to check."""
    net(layers.Lambda(lambda z: z * 2), layers.Dense(3), loss=SCCE()).save(tmp_path / "lambda.keras")
    with pytest.raises(UnsupportedInput, match=r"rl\.check"):
        check_model_file(str(tmp_path / "lambda.keras"), files[1])


def test_data_of_another_kind_is_refused(tmp_path: Path, files: tuple[str, str]) -> None:
    """Wrong names of arrays are said, with the line that writes a right file."""
    np.savez(tmp_path / "other.npz", features=X)
    with pytest.raises(UnreadableInput, match="savez"):
        check_model_file(files[0], str(tmp_path / "other.npz"))
    with pytest.raises(UnreadableInput, match="does not exist"):
        check_model_file(str(tmp_path / "none.keras"), files[1])


def test_a_model_that_is_not_compiled_gets_the_answer_of_select(tmp_path: Path, files: tuple[str, str]) -> None:
    """As text and in JSON, as in Python."""
    keras.Sequential([keras.Input((8,)), layers.Dense(3)]).save(tmp_path / "plain.keras")
    arguments = [str(tmp_path / "plain.keras"), "--data", files[1]]
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert "not compiled" in result.output
    assert "SparseCategoricalCrossentropy" in result.output
    result = CliRunner().invoke(command, [*arguments, "--format", "json"], standalone_mode=False)
    assert json.loads(result.output)["advice"]["task"] == "multiclass"


def test_the_report_of_a_file_tells_what_is_known_before_training(files: tuple[str, str]) -> None:
    """The same as live."""
    arguments = [files[0], "--data", files[1]]
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert "Before training: first loss" in result.output
    result = CliRunner().invoke(command, [*arguments, "--format", "json"], standalone_mode=False)
    (output,) = json.loads(result.output)["summary"]["outputs"]
    assert output["rows"] == len(X)


def test_arrays_of_objects_are_refused(tmp_path: Path, files: tuple[str, str]) -> None:
    """They would have to be unpickled."""
    np.savez(tmp_path / "objects.npz", x=X, y=np.array([0, None] * 128, dtype=object))
    with pytest.raises(UnreadableInput, match="Python objects"):
        check_model_file(files[0], str(tmp_path / "objects.npz"))
