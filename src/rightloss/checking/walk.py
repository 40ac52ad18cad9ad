"""Which files a check reads: paths as given, Python files and notebooks below folders, minus what is excluded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rightloss.checking.config import Config
from rightloss.errors import UnreadableInput

ENDINGS = (".py", ".ipynb", ".pyw")
NEVER = frozenset((
    ".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", "node_modules", "__pycache__", ".mypy_cache",
    ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints", "site-packages", ".eggs",
))  # fmt: skip


def files(paths: Iterable[str | Path], config: Config) -> Iterator[str]:
    """Every file to read, once, sorted within each path. A path named here is always read; excludes and .gitignore
    apply only below it.

    Raises:
        UnreadableInput: a path that does not exist.
    """
    seen: set[str] = set()
    for path in paths:
        given = Path(path)
        if not given.exists():
            raise UnreadableInput(f"{path} does not exist", expected="a file or folder", fix="check the path")
        found = _below(str(path), config) if given.is_dir() else iter((str(path),))
        for each in found:
            real = os.path.realpath(each)
            if real not in seen:
                seen.add(real)
                yield each


def _below(top: str, config: Config) -> Iterator[str]:
    ignores: dict[str, tuple[_Ignore, ...]] = {top: _outer_ignores(top)}
    entered = {os.path.realpath(top)}
    for folder, folders, names in os.walk(top, followlinks=True):
        rules = ignores.pop(folder, ())
        if ".gitignore" in names:
            rules = (*rules, _ignore_file(folder))
        kept = []
        for name in sorted(folders):
            path = os.path.join(folder, name)
            real = os.path.realpath(path)
            if name in NEVER or real in entered or _ignored(rules, path, True) or _excluded(config, path):
                continue
            entered.add(real)
            ignores[path] = rules
            kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(ENDINGS) and not _ignored(rules, path, False) and not _excluded(config, path):
                yield path


def _excluded(config: Config, path: str) -> bool:
    return bool(config.exclude) and config.excludes(Path(path))


@dataclass(frozen=True, slots=True)
class _Ignore:
    """The patterns of one .gitignore: (expression, negated, folders only)."""

    folder: str
    patterns: tuple[tuple[re.Pattern[str], bool, bool], ...]


def _outer_ignores(top: str) -> tuple[_Ignore, ...]:
    """The .gitignore files above a folder, up to the root of its repository."""
    here = Path(top).resolve()
    above = []
    for folder in here.parents:
        if not any((inner / ".git").exists() for inner in (folder, *folder.parents)):
            break
        if (folder / ".gitignore").is_file():
            above.append(_ignore_file(str(folder)))
        if (folder / ".git").exists():
            break
    return () if (here / ".git").exists() else tuple(reversed(above))


@lru_cache(maxsize=1024)
def _ignore_file(folder: str) -> _Ignore:
    try:
        text = Path(folder, ".gitignore").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return _Ignore(os.path.realpath(folder), tuple(_pattern(line) for line in text.splitlines() if _counts(line)))


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _pattern(line: str) -> tuple[re.Pattern[str], bool, bool]:
    """One line of a .gitignore, after gitignore(5)."""
    text = re.sub(r"(?<!\\)\s+$", "", line)
    negated = text.startswith("!")
    text = text[1:] if negated else text
    only_folders = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    return re.compile(("" if anchored else "(?:.*/)?") + _expression(text.lstrip("/")) + r"\Z"), negated, only_folders


def _expression(text: str) -> str:
    """Wildcards as a regular expression: * stops at a slash, ** does not."""
    parts: list[str] = []
    position = 0
    while position < len(text):
        rest = text[position:]
        special = re.match(r"\*\*/|/\*\*\Z|\*+|\?|\[!?\]?[^\]]*\]|\\.", rest)
        token = special.group() if special else rest[0]
        if token == "**/":
            parts.append("(?:.*/)?")
        elif token == "/**":
            parts.append("/.*")
        elif token.startswith("*"):
            parts.append("[^/]*")
        elif token == "?":
            parts.append("[^/]")
        elif token.startswith("[") and special:
            parts.append(
                "["
                + ("^" if token[1] == "!" else "")
                + token[2 if token[1] == "!" else 1 : -1].replace("\\", "\\\\")
                + "]"
            )
        else:
            parts.append(re.escape(token[-1]))
        position += len(token)
    return "".join(parts)


def _ignored(rules: tuple[_Ignore, ...], path: str, folder: bool) -> bool:
    """The last pattern that matches decides."""
    decided = False
    for each in rules:
        relative = os.path.relpath(
            os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)), each.folder
        )
        for expression, negated, only_folders in each.patterns:
            if (folder or not only_folders) and expression.match(relative.replace(os.sep, "/")):
                decided = not negated
    return decided
