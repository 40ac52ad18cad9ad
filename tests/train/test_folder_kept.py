"""What comes to stand at --out while training runs is never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from rightloss.errors import WrongArgument
from rightloss.files import whole_folder
from rightloss.train.folder import check_target


def test_a_folder_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """The user's file stays, the finished result is kept beside it, and the error says where."""
    target = tmp_path / "m"
    with (
        pytest.raises(WrongArgument, match="kept as") as caught,
        whole_folder(target, allowed=lambda: check_target(target, overwrite=False)) as folder,
    ):
        (folder / "model").write_text("finished")
        target.mkdir()
        (target / "thesis.txt").write_text("mine")
    assert (target / "thesis.txt").read_text() == "mine"
    kept = Path(caught.value.received.rsplit(" ", 1)[-1])
    assert (kept / "model").read_text() == "finished"


def test_nothing_is_left_where_the_block_fails(tmp_path: Path) -> None:
    """No temporary folder stays behind."""
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "m"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
