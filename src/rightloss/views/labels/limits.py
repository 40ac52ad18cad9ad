"""How far a stream without a known end is read, and how that is said."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rightloss.errors import EmptyInput, RightlossError, UnreadableInput

UNKNOWN_ROWS = 1024  # cells assumed for an axis of unknown length, to bound chunks
ROWS = 1_000_000
ENDLESS_ROWS = 100_000  # a sample is all that can be had
_NODE = re.compile(r"^\{\{.*?\}\}")  # what TensorFlow writes in front of an error
SECONDS = 120  # features are computed along with the labels, and may be slow


@dataclass(frozen=True)
class Limits:
    """Bounds on one pass; None means none. `reason` says why there are any."""

    rows: int | None
    seconds: int | None = None
    reason: str = ""

    def notes(self, known_rows: int | None = None) -> tuple[str, ...]:
        """One sentence on the bounds, none where they cannot be reached."""
        if self.rows is None or (known_rows is not None and known_rows <= self.rows):
            return ()
        if known_rows is not None:
            return (f"stopped after {self.rows:,} of {known_rows:,} rows (cap)",)
        within = f" or {self.seconds} seconds, whichever comes first" if self.seconds else ""
        return (f"{self.reason}reading stops after {self.rows:,} rows{within} (cap)",)


def held_notes(notes: Iterable[str], stopped: bool) -> tuple[str, ...]:
    """The notes that hold after a pass: what is said of a bound goes where the pass came to its end."""
    return tuple(note for note in notes if stopped or not note.endswith("(cap)"))


def limits_for(what: str, rows_cap: int | None, *, endless: bool = False, known: bool = False) -> Limits:
    """The bounds for a stream: the user's own, none where its length is known, else the defaults."""
    if rows_cap is not None:
        return Limits(rows_cap)
    if endless:
        return Limits(ENDLESS_ROWS, SECONDS, f"{what} repeats without end: ")
    return Limits(None) if known else Limits(ROWS, SECONDS, f"the length of {what} is unknown: ")


def limited(chunks: Iterable[Any], limits: Limits, what: str, caps: dict[str, int]) -> Iterator[Any]:
    """The chunks (anything with a `shape` that can be sliced) within the limits, the last one cut to size.

    `caps` is cleared, and gets the bound that ended the pass before its end.

    Raises:
        EmptyInput: there was not a single row.
        UnreadableInput: the source raised an error of its own.
    """
    caps.clear()
    seen = 0
    start = time.monotonic()
    for chunk in told(chunks, what):
        rows = chunk.shape[0]
        if limits.rows is not None and seen + rows > limits.rows:
            caps["rows"] = limits.rows
            if seen < limits.rows:
                yield chunk[: limits.rows - seen]
            return
        seen += rows
        if rows:
            yield chunk
        if limits.seconds is not None and seen and time.monotonic() - start > limits.seconds:
            caps["seconds"] = limits.seconds
            return
    if not seen:
        raise EmptyInput(f"{what} yields no rows", expected="at least one example")


def told(chunks: Iterable[Any], what: str) -> Iterator[Any]:
    """The chunks; an error that the user's own pipeline raises is told with the place where it happened.

    Raises:
        UnreadableInput: from that error.
    """
    place = 0
    try:
        for place, chunk in enumerate(chunks, 1):  # noqa: B007 (the place is told if the next one fails)
            yield chunk
    except RightlossError:
        raise
    except Exception as error:
        raise source_error(what, error, f" after {place:,} blocks of labels" if place else "") from error


def source_error(what: str, error: Exception, when: str = "") -> UnreadableInput:
    """An error that the user's own pipeline raised, told in one line."""
    message = (_NODE.sub("", str(error)).strip().splitlines() or ["no message"])[0][:300]
    return UnreadableInput(
        f"{what} raised {type(error).__name__}{when}: {message}",
        expected="a source of labels that can be read to its end",
        fix="mend the function that makes the examples: iterating over it alone shows the same error",
    )
