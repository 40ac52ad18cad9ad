"""`rightloss check model.keras --data data.npz`: saved models, in safe mode only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("tensorflow")

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
