"""The import gate: which folder of the package may import which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "rightloss"

# From the bottom up. A module may import its own layer's folder and every layer below; entries on one line are
# neighbours that may import each other only where ALLOWED says so.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "files", "parts"),
    ("contract",),
    ("findings",),
    ("views", "losses", "metrics", "advice", "rules"),
    (
        "answer",
        "reason",
        "select",
        "checking",
        "check",
        "guard",
        "explain",
        "known_errors",
        "running",
        "train",
        "render",
    ),
    ("cli", "__init__", "__main__"),
)
NEIGHBOURS = {
    ("metrics", "losses"),
    ("views", "losses"),
    ("views", "metrics"),
    ("views", "advice"),
}
"""(from, to) pairs of the fourth layer that are allowed: views write Keras objects of ours. Rules see nobody."""

STANDARD_ONLY = ("errors", "contract", "findings", "rules")
"""Folders that import the standard library and this package only."""


def part_of(module: str) -> str:
    """The folder or file directly below the package that a dotted name belongs to."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else "__init__"


def imports(source: str) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of every import, wherever it stands, `TYPE_CHECKING` blocks excepted."""
    tree = ast.parse(source)
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((node.lineno, name if node.module == "rightloss" else node.module) for name in named)


def offences(part: str, source: str, standard: frozenset[str]) -> list[str]:
    """What a module of folder `part` imports and may not."""
    level = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}
    found = []
    for line, module in imports(source):
        top = module.split(".")[0]
        if top != "rightloss":
            if part in STANDARD_ONLY and top not in standard:
                found.append(f"line {line}: {part} imports {module}, and may use the standard library only")
            continue
        target = part_of(module)
        if target == part or target not in level:
            continue
        neighbour = level[target] == level[part] and part in LAYERS[3] and (part, target) not in NEIGHBOURS
        if part != "__init__" and (level[target] > level[part] or neighbour):
            found.append(f"line {line}: {part} imports {module}, which lies {'beside' if neighbour else 'above'} it")
    return found
