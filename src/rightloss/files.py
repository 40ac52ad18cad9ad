"""Writing results so that a file is either whole or not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any
from uuid import uuid4

from rightloss.errors import RightlossError, UnreadableInput, WrongArgument

JSON_VERSION = 1
"""Of every JSON object that other programs read; it rises when a field changes its meaning or goes."""


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text atomically: to a temporary neighbour, then renamed.

    Raises:
        UnreadableInput: the folder is missing or may not be written to.
    """
    target = Path(path)
    try:
        temporary = _neighbour(target)
        try:
            with temporary.open("x", encoding="utf-8") as file:
                file.write(text)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UnreadableInput(
            f"{target} could not be written: {error.strerror or error}",
            expected="a place where a file can be made",
            fix="choose a folder that exists and may be written",
        ) from error


def _neighbour(target: Path) -> Path:
    """A hidden name in the same folder, so that renaming is atomic and permissions are the user's own."""
    return target.with_name(f".{target.name}.{uuid4().hex}")


def write_json(path: str | Path, value: Any) -> None:
    """Write JSON atomically."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


@contextmanager
def whole_folder(path: str | Path, *, allowed: Callable[[], object] | None = None) -> Iterator[Path]:
    """A temporary folder that becomes `path` when the block ends well, and vanishes when it does not.

    Args:
        path: the folder to make; its parents are made too.
        allowed: called at the moment of the rename where a folder is there by then; it raises a RightlossError where
            that folder must stay. None: whatever holds anything stays.

    Raises:
        WrongArgument: something is there that must stay. The finished folder is kept and named.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _neighbour(target)
    temporary.mkdir()
    try:
        yield temporary
    except BaseException:
        rmtree(temporary, ignore_errors=True)
        raise
    _put(temporary, target, allowed)


def _put(finished: Path, target: Path, allowed: Callable[[], object] | None) -> None:
    """Rename, which by itself refuses a target that holds anything; only what may go is moved away first."""
    try:
        finished.rename(target)
        return
    except OSError as error:
        if not target.exists():
            rmtree(finished, ignore_errors=True)
            raise
        if allowed is None:
            raise _taken(finished, target) from error
    try:
        allowed()
        old = target.rename(_neighbour(target))
    except (RightlossError, OSError) as error:
        raise _taken(finished, target) from error
    try:
        finished.rename(target)
    except OSError as error:
        raise _taken(finished, target) from error
    finally:
        if not target.exists():
            old.rename(target)
    rmtree(old, ignore_errors=True)


def _taken(finished: Path, target: Path) -> WrongArgument:
    return WrongArgument(
        f"{target} was made by something else meanwhile; the finished folder is kept as {finished}",
        expected="a place that stays free until the work is done",
        fix=f"mv {finished} {target}-2",
    )
