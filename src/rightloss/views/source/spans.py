"""Exact places of syntax nodes: path, cell, line, column, and character offsets for edits."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from rightloss.findings import Place
from rightloss.views.source.notebooks import Program


@dataclass(frozen=True, slots=True)
class Span:
    """Where an expression stands. Lines and columns count from 1, in Unicode characters; `cell` from 0, None in a plain
    file; `line` counts inside the cell. `start` and `end` are character offsets into the file, or into the cell."""

    path: str
    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int

    @property
    def place(self) -> Place:
        """The same, as findings carry it."""
        return Place(self.path, self.line, self.column, self.cell, self.end_line, self.end_column)

    def __str__(self) -> str:
        cell = f"cell {self.cell}:" if self.cell is not None else ""
        return f"{self.path}:{cell}{self.line}:{self.column}"


def span(program: Program, path: str, node: ast.AST | None) -> Span | None:
    """The place of a node; None for nodes without one."""
    line = getattr(node, "lineno", None)
    if node is None or line is None:
        return None
    end_line = getattr(node, "end_lineno", None) or line
    cell = program.cell_at(line)
    column = _characters(program.text_at(line), getattr(node, "col_offset", 0))
    end_column = _characters(program.text_at(end_line), getattr(node, "end_col_offset", None) or 0)
    first, last = line - cell.first, end_line - cell.first
    starts = program.offsets(cell)
    start, end = starts[first] + column, starts[last] + end_column
    return Span(path, cell.index, first + 1, column + 1, last + 1, end_column + 1, start, end)


def _characters(text: str, offset: int) -> int:
    """A byte offset of the parser as a number of characters."""
    if text.isascii():
        return offset
    return len(text.encode("utf-8", errors="surrogatepass")[:offset].decode("utf-8", errors="ignore"))
