"""What is known before the first step, in words: for text and for HTML."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rightloss.checking.report import Report
from rightloss.contract import Start

FAR = 3.0
"""From this multiple of the loss of equal probabilities (and one nat more) on, a first loss is worth a word."""


def start_lines(report: Report) -> Iterator[str]:
    """A line for each output of a live model, and one where not all labels were read."""
    for name, start in getattr(report, "starts", ()):
        of = f"output {name}: " if name else ""
        parts = list(_losses(start, doubt=report.ok))
        if parts:
            yield f"Before training: {of}{'; '.join(parts)}."
        if start.capped:
            yield f"Labels: {of}the first {start.rows:,} were read; what comes later was not seen."


def _losses(start: Start, *, doubt: bool) -> Iterator[str]:
    """The losses; a word of doubt where no finding says more."""
    if start.first_loss is None or not math.isfinite(start.first_loss):
        return
    far = start.uniform is not None and start.first_loss > FAR * start.uniform + 1
    word = " (far above guessing: large inputs, or a wrong bias?)" if far and doubt else ""
    yield f"first loss {start.first_loss:.4g}{word}"
    if start.uniform is not None:
        yield f"ln {round(math.exp(start.uniform))} = {start.uniform:.4g}"
    if start.prior is not None:
        yield f"prior entropy {start.prior:.4g}"
