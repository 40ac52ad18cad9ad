"""A folder with one sub-folder for each class: the names are the classes, the files are counted, nothing is opened."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rightloss.errors import EmptyInput, UnreadableInput, WrongArgument
from rightloss.views.labels.formats.file_paths import Found, is_hidden
from rightloss.views.labels.source import Counted, Declared, LabelStream, Outputs


def class_folder_outputs(found: Found) -> Outputs:
    """The stream of class ids 0..K-1 in the order of folder names, as Keras's *_dataset_from_directory assigns them.

    Raises:
        UnreadableInput: the sub-folders are splits (train, valid) that hold the class folders themselves.
        EmptyInput: no file in any of them.
    """
    root = Path(found.given)
    counts: list[int] = []
    suffixes: Counter[str] = Counter()
    nested = []
    for folder in found.files:
        files, only_folders, kinds = _count(folder)
        counts.append(files)
        suffixes.update(kinds)
        nested.append(only_folders)
    if nested and all(nested):
        raise UnreadableInput(
            f"the sub-folders of {root} hold no files but further folders: "
            + ", ".join(folder.name for folder in found.files[:5]),
            expected="one sub-folder for each class, with files in it",
            fix=f"rightloss select {found.files[0]}   (one split at a time)",
        )
    rows = sum(counts)
    if not rows:
        raise EmptyInput(
            f"the {len(counts)} sub-folders of {root} hold no files", expected="files in the class folders"
        )
    names = tuple(folder.name for folder in found.files)
    notes = [f"class folder {name!r} holds no files" for name, count in zip(names, counts, strict=True) if not count]
    if len(suffixes) > 1:
        common = ", ".join(f"{suffix or 'no suffix'} {count:,}" for suffix, count in suffixes.most_common(5))
        notes.append(f"files of several kinds were counted: {common}")
    counted = Counted(tuple(i for i, count in enumerate(counts) if count), tuple(count for count in counts if count))

    def chunks() -> Iterator[Any]:
        yield counted

    return {
        None: LabelStream(
            chunks=chunks,
            rows=rows,
            dtype="folder names",
            declared=Declared(class_names=names, where=f"the {len(names)} class folders of {root}"),
            notes=tuple(notes),
        )
    }


def refuse_columns(columns: object, path: str | Path) -> None:
    """Folder names are the labels; a column cannot be chosen."""
    if columns:
        raise WrongArgument(
            f"{path} is a folder of class folders, and a label column was named",
            expected="no column: the folder names are the labels",
            fix=f"rightloss select {path}",
        )


def _count(folder: Path) -> tuple[int, bool, Counter[str]]:
    """(files below, holds folders but no file of its own, suffixes). Links are not followed."""
    files, direct, has_folders = 0, 0, False
    suffixes: Counter[str] = Counter()
    try:
        for where, below, names in os.walk(folder, onerror=_raise):
            below[:] = [name for name in below if not is_hidden(Path(name))]
            kept = [name for name in names if not is_hidden(Path(name))]
            files += len(kept)
            suffixes.update(os.path.splitext(name)[1].lower() for name in kept)
            if Path(where) == folder:
                direct, has_folders = len(kept), bool(below)
    except PermissionError:
        raise UnreadableInput(
            f"{folder} may not be listed (permission denied)", fix=f"chmod -R u+rX {folder}"
        ) from None
    return files, has_folders and not direct, suffixes


def _raise(error: OSError) -> None:
    raise error
