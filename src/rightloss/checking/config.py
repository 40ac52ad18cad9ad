"""Configuration of the checker: `[tool.rightloss]` of pyproject.toml, and the same words on the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from rightloss.errors import UnreadableInput, WrongArgument

KEYS = ("select", "ignore", "per-file-ignores", "exclude")


@dataclass(frozen=True, slots=True)
class Config:
    """Which findings are wanted, and where. Codes may be prefixes: "RL2" is every code that starts with it."""

    select: tuple[str, ...] = ("RL",)
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    root: Path = Path()  # where patterns of this configuration are anchored

    def wants(self, code: str, path: str) -> bool:
        """Whether a finding with this code in this file is to be shown."""
        if not code.startswith(self.select) or code.startswith(self.ignore):
            return False
        return not any(
            code.startswith(codes) for pattern, codes in self.per_file_ignores.items() if self._is(path, pattern)
        )

    def excludes(self, path: Path) -> bool:
        """Whether a file or folder below a named folder is left out."""
        return any(self._is(str(path), pattern) for pattern in self.exclude)

    def _is(self, path: str, pattern: str) -> bool:
        given = Path(path)
        try:
            relative = given.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            relative = given.as_posix()
        plain = pattern.rstrip("/")
        names = (relative, given.name)
        return (
            any(fnmatch(name, plain) for name in names)
            or fnmatch(relative, f"{plain}/*")
            or ("/" not in plain and any(fnmatch(part, plain) for part in Path(relative).parts))
        )


def find(start: Path) -> Config:
    """The configuration of the nearest pyproject.toml with a `[tool.rightloss]` table, upwards from a path.

    Raises:
        UnreadableInput: a pyproject.toml that is not TOML.
        WrongArgument: a key or value that is not known.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            found = _table(file)
            if found is not None:
                return replace(_config(found, file), root=folder)
    return Config(root=here if here.is_dir() else here.parent)


def load(file: Path) -> Config:
    """The configuration of one pyproject.toml.

    Raises:
        UnreadableInput: the file is missing, or no TOML.
    """
    return replace(_config(_table(file) or {}, file), root=file.resolve().parent)


def _table(file: Path) -> dict[str, Any] | None:
    try:
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        raise UnreadableInput(f"{file} could not be read: {error}", fix="correct the file") from None
    found = tool.get("rightloss") if isinstance(tool, dict) else None
    return found if isinstance(found, dict) else None


def _config(table: dict[str, Any], file: Path) -> Config:
    for key in table:
        if key not in KEYS:
            raise WrongArgument(
                f"{file}: [tool.rightloss] has no key {key!r}", expected=", ".join(KEYS), fix="remove it"
            )
    ignores = table.get("per-file-ignores", {})
    if not isinstance(ignores, dict):
        raise WrongArgument(
            f"{file}: per-file-ignores is {ignores!r}",
            expected="a table of pattern = [codes]",
            fix='"tests/*" = ["RL401"]',
        )
    return Config(
        select=_codes(table.get("select", ["RL"]), "select", file),
        ignore=_codes(table.get("ignore", []), "ignore", file),
        per_file_ignores={pattern: _codes(codes, "per-file-ignores", file) for pattern, codes in ignores.items()},
        exclude=_strings(table.get("exclude", []), "exclude", file),
    )


def _strings(value: Any, key: str, file: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise WrongArgument(f"{file}: {key} is {value!r}", expected="a list of strings", fix=f'{key} = ["..."]')
    return tuple(value)


def _codes(value: Any, key: str, file: Path) -> tuple[str, ...]:
    return tuple(known_code(each, f"{file}: {key}") for each in _strings(value, key, file))


def known_code(code: str, where: str) -> str:
    """A code or prefix of codes, in capitals.

    Raises:
        WrongArgument: no rule has it.
    """
    from rightloss.rules import RULES

    given = code.strip().upper()
    if given != "ALL" and not any(rule.code.startswith(given) for rule in RULES):
        raise WrongArgument(
            f"{where} names {code!r}",
            expected="a rule code such as RL201, or a prefix such as RL2",
            fix="write a code that a finding shows",
        )
    return "RL" if given == "ALL" else given
