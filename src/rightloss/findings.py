"""A finding: one root cause, what was seen, what was expected, the smallest repair, the line to write. No printing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rightloss.contract import Confidence


class Severity(StrEnum):
    """How bad it is. Data of a finding, never part of its code."""

    ERROR = "error"  # trains wrong, or a reported number lies; every fact is declared or observed
    WARNING = "warning"  # likely wrong, or wrong only elsewhere (XLA, GPU, another backend)
    NOTE = "note"  # right, and worth knowing


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in source. Lines and columns count from 1, cells from 0; all None for live models."""

    path: str | None = None
    line: int | None = None
    column: int | None = None
    cell: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters start..end (offsets into the file, or into the cell) of a source with `text`."""

    text: str
    path: str | None = None
    cell: int | None = None
    start: int | None = None
    end: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {"path": self.path, "cell": self.cell, "start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out. `safe` means: what `predict` returns keeps its meaning, and the labels are left alone."""

    title: str  # ends with the line to write
    safe: bool
    edits: tuple[Edit, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {"title": self.title, "safe": self.safe, "edits": [edit.to_json() for edit in self.edits]}


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken clause of a contract."""

    code: str
    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    seen: tuple[str, ...]
    expected: str
    symptom: str = ""  # what the user would see if they went on
    where: str = ""  # layer or argument
    output: str | None = None
    place: Place = Place()
    fixes: tuple[Fix, ...] = ()
    also: tuple[str, ...] = ()  # codes of rules that the same repair explains
    diagnosis: tuple[str, ...] = ()  # what to look at, in this order, with what was already seen to be right
    question: str = ""  # where two repairs are equally near: what decides

    def to_json(self) -> dict[str, Any]:
        """The documented object; what was not computed is null."""
        return {
            "code": self.code,
            "rule": self.rule,
            "severity": self.severity,
            "confidence": self.confidence.word,
            "path": self.place.path,
            "line": self.place.line,
            "column": self.place.column,
            "cell": self.place.cell,
            "output": self.output,
            "where": self.where,
            "message": self.message,
            "seen": list(self.seen),
            "expected": self.expected,
            "symptom": self.symptom or None,
            "question": self.question or None,
            "diagnosis": list(self.diagnosis),
            "also": list(self.also),
            "fixes": [fix.to_json() for fix in self.fixes],
        }
