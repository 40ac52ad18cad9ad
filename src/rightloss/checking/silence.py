"""Comments that ask for silence: `# rightloss: ignore[RL201]`, `# noqa: RL201`, with codes, prefixes or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rightloss.errors import WrongArgument
from rightloss.views.source.notebooks import Program

_IGNORE = re.compile(r"#\s*(?:rightloss:\s*ignore|noqa)(?:\s*:\s*|\s*\[)?(?P<codes>[A-Z0-9, ]*)", re.IGNORECASE)
_OWN = re.compile(r"#\s*rightloss:\s*ignore\s*\[(?P<codes>[^\]]*)\]", re.IGNORECASE)


def silences(line: str, code: str) -> bool:
    """Whether a comment on this line asks for silence about a code."""
    match = _IGNORE.search(line) if "#" in line else None
    if match is None:
        return False
    codes = match.group("codes").replace(",", " ").upper().split()
    return not codes or code.startswith(tuple(each for each in codes if each.startswith("RL")))


def misspelt(program: Program, path: str) -> Iterator[str]:
    """Comments of our own kind that name no rule: they silence nothing, and should say so."""
    from rightloss.checking.config import known_code

    for cell in program.cells:
        for number, line in enumerate(cell.lines):
            match = _OWN.search(line) if "rightloss" in line else None
            for code in match.group("codes").replace(",", " ").split() if match is not None else ():
                place = f"cell {cell.index}:{number + 1}" if cell.index is not None else str(cell.first + number)
                try:
                    known_code(code, "rightloss: ignore")
                except WrongArgument as error:
                    yield f"{path}:{place}: {error.received}; expected {error.expected}"
