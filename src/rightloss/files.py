"""Writing results so that a file is either whole or not there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any
from uuid import uuid4

from rightloss.errors import UnreadableInput


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
            fix="choose a folder that exists and may be written",
        ) from error


def _neighbour(target: Path) -> Path:
    """A hidden name in the same folder, so that renaming is atomic and permissions are the user's own."""
    return target.with_name(f".{target.name}.{uuid4().hex}")


def write_json(path: str | Path, value: Any) -> None:
    """Write JSON atomically."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


@contextmanager
def whole_folder(path: str | Path) -> Iterator[Path]:
    """A temporary folder that becomes `path` when the block ends well, and vanishes when it does not."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _neighbour(target)
    temporary.mkdir()
    try:
        yield temporary
        old = _neighbour(target)
        if target.exists():
            target.rename(old)
        temporary.rename(target)
        rmtree(old, ignore_errors=True)
    except BaseException:
        rmtree(temporary, ignore_errors=True)
        raise
