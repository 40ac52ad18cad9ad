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

    def write() -> None:
        with whole_folder(target, allowed=lambda: check_target(target, overwrite=False)) as folder:
            (folder / "model").write_text("finished")
            target.mkdir()
            (target / "thesis.txt").write_text("mine")

    with pytest.raises(WrongArgument, match="kept as") as caught:
        write()
    assert (target / "thesis.txt").read_text() == "mine"
    kept = Path(caught.value.received.rsplit(" ", 1)[-1])
    assert (kept / "model").read_text() == "finished"


def test_nothing_is_left_where_the_block_fails(tmp_path: Path) -> None:
    """No temporary folder stays behind."""
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "m"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_of_two_trainings_the_second_is_refused(tmp_path: Path) -> None:
    """Both start while the place is free; the one that ends last does not replace the other's result."""
    target = tmp_path / "m"

    def both() -> None:
        with whole_folder(target) as slow:
            (slow / "who").write_text("slow")
            with whole_folder(target) as quick:
                (quick / "who").write_text("quick")

    with pytest.raises(WrongArgument, match="kept as"):
        both()
    assert (target / "who").read_text() == "quick"


def test_a_stated_replacement_leaves_nothing_beside_it(tmp_path: Path) -> None:
    """What may go is replaced whole."""
    target = tmp_path / "m"
    target.mkdir()
    (target / "old").write_text("x")
    with whole_folder(target, allowed=lambda: None) as folder:
        (folder / "new").write_text("y")
    assert [each.name for each in target.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]
