"""One place that decides how text is drawn: width, colour, and what happens off a terminal."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_WIDTH = 100
"""Columns where there is no terminal to ask."""


def plain(draw: Callable[[Console], None], *, width: int = PLAIN_WIDTH) -> str:
    """What `draw` draws, as text without colour codes and without trailing spaces."""
    from rich.console import Console

    buffer = StringIO()
    draw(Console(file=buffer, width=width, color_system=None, highlight=False, soft_wrap=False))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()).strip("\n")
