"""Which files a path, a glob or a folder means."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from pathlib import Path

from rightloss.errors import EmptyInput, UnreadableInput, UnsupportedInput
from rightloss.views.labels.formats.sniff import file_kind, spoken, suffix_kind

CLASS_FOLDERS = "class folders"
_PARTITION = re.compile(r"[^=]+=.*")


@dataclass(frozen=True)
class Found:
    """Files of one kind, in name order. For a folder of class folders `files` are the class folders."""

    given: str
    kind: str
    files: tuple[Path, ...]


def find_files(path: str | Path) -> Found:
    """The files that `path` means: one file, the matches of a glob, or the parts in a folder.

    Raises:
        UnreadableInput: nothing there, files of several kinds, or not what the names say. EmptyInput: an empty folder.
    """
    given = str(path)
    place = Path(path).expanduser()
    if place.is_dir():
        return _in_folder(place)
    if not place.exists() and any(sign in given for sign in "*?["):
        matches = sorted(Path(match) for match in glob.glob(str(place), recursive=True))
        files = tuple(match for match in matches if match.is_file())
        if not files:
            raise UnreadableInput(f"no file matches {given}", expected="a glob that matches at least one file")
        return Found(given, _one_kind(files, given), files)
    return Found(given, file_kind(place), (place,))


def _one_kind(files: tuple[Path, ...], given: str) -> str:
    kinds = {file_kind(file): file for file in reversed(files)}
    if len(kinds) > 1:
        raise UnreadableInput(
            f"{given} holds files of several kinds: "
            + ", ".join(f"{file.name} ({spoken(k)})" for k, file in kinds.items()),
            expected="files of one kind",
            fix=f"name them by a glob, like '{files[0].parent}/*{files[0].suffix}'",
        )
    return next(iter(kinds))


def is_hidden(path: Path) -> bool:
    """Names that tools leave behind and nobody means as data: .DS_Store, __MACOSX, _SUCCESS, .ipynb_checkpoints."""
    return path.name.startswith((".", "_")) or path.name in {"Thumbs.db", "desktop.ini"}


def _in_folder(folder: Path) -> Found:
    try:
        children = sorted(child for child in folder.iterdir() if not is_hidden(child))
    except PermissionError:
        raise UnreadableInput(f"{folder} may not be listed (permission denied)", fix=f"chmod u+rx {folder}") from None
    folders = tuple(child for child in children if child.is_dir())
    tables = tuple(child for child in children if child.is_file() and suffix_kind(child) and child.suffix != ".txt")
    if folders and all(_PARTITION.fullmatch(child.name) for child in folders):
        raise UnsupportedInput(
            f"{folder} is partitioned by folder names like {folders[0].name!r}, whose values are not in the files",
            expected="files that hold the label column",
            fix=f"rightloss select '{folder}/*/*.parquet'   (if the label is a column of the files)",
        )
    if folders and tables:
        raise UnreadableInput(
            f"{folder}: folders ({folders[0].name}, …) and tables ({tables[0].name}, …); either may hold the labels",
            expected="a folder of class folders alone, or one table",
            fix=f"rightloss select {tables[0]} --label COLUMN   (if the table holds the labels)",
        )
    if folders:
        return Found(str(folder), CLASS_FOLDERS, folders)
    if tables:
        return Found(str(folder), _one_kind(tables, str(folder)), tables)
    raise EmptyInput(
        f"{folder} holds " + ("no class folders and no tables" if children else "nothing"),
        expected="a folder with one sub-folder for each class, or a folder of Parquet or CSV parts",
    )
