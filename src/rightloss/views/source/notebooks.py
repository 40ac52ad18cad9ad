"""Text of a program: one Python file, a percent-format script, or the code cells of a notebook, as one line axis.

Cells are joined in order, so that names flow from cell to cell as they do in a kernel; `Program.cell_at` maps a joined
line back to its cell. Where the joined text does not parse, each cell is parsed alone and the broken ones are skipped.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import warnings
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from rightloss.errors import UnreadableInput

_MAGIC_LINE = re.compile(r"^(\s*)(?:[!%]|\?[A-Za-z]|[A-Za-z_][\w.]*\?{1,2}\s*$)")
_TIMED = re.compile(r"^(\s*)(%(time|timeit)\s+(?:-[A-Za-z]+\s*\d*\s+)*)(\S.*)$")
_WRITES = re.compile(r"""^%%(?:writefile|file)\s+(-a\s+|--append\s+)?["']?([^"']+\.py)["']?\s*$""")
_MAGIC_VALUE = re.compile(r"^(\s*[A-Za-z_][\w, ]*=\s*)([!%].*)$")
_PYTHON_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun", "%%memit", "%%tf", "%%heat")
_CELL_MARK = re.compile(r"^#\s*(?:%%|In\s*\[)")


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines of one code cell. `index` counts the notebook's cells of every type; None in a plain file."""

    index: int | None
    first: int  # joined line number of its first line, from 1
    lines: tuple[str, ...]


@dataclass(slots=True)
class Program:
    """A program ready for reading: statements on the joined line axis, and the way back to cells."""

    cells: tuple[Cell, ...]
    body: list[ast.stmt] = field(default_factory=list)
    broken: list[tuple[int | None, str]] = field(default_factory=list)  # (cell, why) of what does not parse
    files: list[Program] = field(default_factory=list)  # what cells write with %%writefile: programs of their own
    _starts: list[int] = field(default_factory=list)
    _offsets: dict[int, list[int]] = field(
        default_factory=dict
    )  # first line of a cell -> where each of its lines starts

    def __post_init__(self) -> None:
        self._starts = [cell.first for cell in self.cells]

    def cell_at(self, line: int) -> Cell:
        """The cell that holds a joined line."""
        return self.cells[max(0, bisect_right(self._starts, line) - 1)]

    def offsets(self, cell: Cell) -> list[int]:
        """Character offset of each line of a cell, from the cell's start."""
        found = self._offsets.get(cell.first)
        if found is None:
            found = self._offsets[cell.first] = [0, *accumulate(len(line) + 1 for line in cell.lines)]
        return found

    def text_at(self, line: int) -> str:
        """One line of text, as the user wrote it; empty outside the program."""
        cell = self.cell_at(line)
        offset = line - cell.first
        return cell.lines[offset] if 0 <= offset < len(cell.lines) else ""


def decode(data: bytes) -> str:
    """Text of a file: its declared encoding, else UTF-8, else Latin-1, so that a stray byte hides nothing."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return data.decode("latin-1")


def parse(text: str, notebook: bool) -> Program:
    """Read a program from text.

    Raises:
        UnreadableInput: a notebook that is not JSON with a list of cells.
    """
    return _parse_notebook(text) if notebook else _parse_file(text)


def _split(text: str) -> tuple[str, ...]:
    """Lines as Python counts them; form feeds and the like do not end a line."""
    return tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _parse_file(text: str) -> Program:
    lines = _split(text.lstrip("\ufeff"))
    program = Program((Cell(None, 1, lines),))
    why = _try(program, "\n".join(lines))
    if why is None:
        return program
    plain = _without_magics(lines)
    if plain != lines and _try(program, "\n".join(plain)) is None:
        return program
    marks = [number for number, line in enumerate(lines) if _CELL_MARK.match(line)]
    if not marks:
        program.broken.append((None, why))
        return program
    for start, end in zip([0, *marks], [*marks, len(lines)], strict=True):
        _parse_alone(program, Cell(None, start + 1, lines[start:end]))
    return program


def _parse_notebook(text: str) -> Program:
    try:
        found = json.loads(text)
        cells = found.get("cells")
        if cells is None and found.get("worksheets"):  # the format before version 4
            cells = [cell for sheet in found["worksheets"] for cell in sheet["cells"]]
        code = [(index, cell) for index, cell in enumerate(cells) if cell.get("cell_type") == "code"]
        sources = [(index, _source(cell)) for index, cell in code]
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError) as error:
        raise UnreadableInput(
            f"the notebook could not be read: {error}",
            expected="JSON with a list of cells",
            fix="open and save it again",
        ) from None
    joined: list[Cell] = []
    line = 1
    for index, source in sources:
        lines = _split(source)
        joined.append(Cell(index, line, lines))
        line += len(lines) + 1  # a blank line between cells
    program = Program(tuple(joined) or (Cell(0, 1, ("",)),))
    if _try(program, "\n".join("\n".join((*_without_magics(cell.lines), "")) for cell in joined)) is not None:
        for cell in joined:
            _parse_alone(program, cell)
    program.files.extend(_written(joined))
    return program


def _written(cells: list[Cell]) -> list[Program]:
    """The files that cells write. A cell that does not parse writes a template, or no Python."""
    files: list[list[Cell]] = []
    newest: dict[str, list[Cell]] = {}
    for cell in cells:
        writes = _WRITES.match(cell.lines[0])
        if writes is None:
            continue
        appends, name = writes.groups()
        if not appends or name not in newest:
            newest[name] = []
            files.append(newest[name])
        parts = newest[name]
        parts.append(Cell(cell.index, parts[-1].first + len(parts[-1].lines) if parts else 1, cell.lines))
    found: list[Program] = []
    for parts in files:
        program = Program(tuple(parts))
        if _try(program, "\n".join("\n".join(("", *cell.lines[1:])) for cell in parts)) is None:
            found.append(program)
    return found


def _source(cell: dict[str, object]) -> str:
    source = cell.get("source", cell.get("input", ""))
    return source if isinstance(source, str) else "".join(source)  # type: ignore[arg-type]


def _parse_alone(program: Program, cell: Cell) -> None:
    """Parse one cell at its place on the joined axis; a broken one is noted and skipped."""
    before = len(program.body)
    tree = Program((cell,))
    why = _try(tree, "\n".join(_without_magics(cell.lines)))
    if why is not None:
        program.broken.append((cell.index, why))
        return
    for statement in tree.body:
        ast.increment_lineno(statement, cell.first - 1)
    program.body[before:] = tree.body


def _try(program: Program, text: str) -> str | None:
    """Fill `program.body`, or say why the text does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in a user's strings are no business of ours
            program.body[:] = ast.parse(text).body
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def _without_magics(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines with magics and shell lines blanked; columns of the rest do not move."""
    first = next((line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if first.startswith("%%") and not first.startswith(_PYTHON_CELL_MAGICS):
        return ("",) * len(lines)
    if "!" not in (text := "\n".join(lines)) and "%" not in text and "?" not in text:
        return lines
    plain: list[str] = []
    continues = quoted = False
    indent = ""
    for line in lines:
        magic = None if quoted else _MAGIC_LINE.match(line)
        timed = _timed(line) if magic and not continues and not _continues_expression(plain) else ""
        if timed:
            plain.append(timed)
            continue
        if continues or (magic and not _continues_expression(plain)):
            indent = indent if continues or magic is None else magic.group(1)
            plain.append(indent + "pass")
            continues = line.rstrip().endswith("\\")
            continue
        value = _MAGIC_VALUE.match(line)
        plain.append(value.group(1) + "None" if value else line)
        if (line.count('"""') + line.count("'''")) % 2:
            quoted = not quoted
    return tuple(plain)


def _timed(line: str) -> str:
    """The line with the statement that `%time` runs, where it stands; empty where it is none of one line. `%timeit`
    binds no names, so that only its expressions are read."""
    found = _TIMED.match(line)
    if found is None:
        return ""
    indent, magic, name, statement = found.groups()
    plain = f"0;{' ' * (len(magic) - 2)}{statement}"
    tree = Program(())
    if _try(tree, plain) is not None or (name == "timeit" and not all(isinstance(s, ast.Expr) for s in tree.body)):
        return ""
    return indent + plain


def _continues_expression(before: list[str]) -> bool:
    """Whether a line that starts with % or ! goes on an expression (`"..."\\n % value`) rather than being a magic."""
    last = next((line.split("#")[0].rstrip() for line in reversed(before) if line.strip()), "")
    return last.endswith(("(", ",", "\\", "+", "[", "{")) or last.count("(") > last.count(")")
