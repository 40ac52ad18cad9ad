"""What a check gives back: findings, and what was understood. Shared by the live and the source checker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rightloss.errors import RightlossError
from rightloss.files import JSON_VERSION
from rightloss.findings import Finding, Place, Severity


@dataclass(frozen=True, slots=True)
class Understood:
    """One site as it was understood: a row of `--show-resolved`."""

    place: Place
    output: str | None
    layer: str
    units: str
    activation: str
    loss: str
    from_logits: str
    labels: str
    resolved: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts. `setups`, `resolved` and `unresolved` count sites; `reasons` says why sites were not resolved."""

    files: int = 0
    skipped: int = 0
    setups: int = 0
    resolved: int = 0
    unresolved: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Summary) -> Summary:
        return Summary(
            self.files + other.files,
            self.skipped + other.skipped,
            self.setups + other.setups,
            self.resolved + other.resolved,
            self.unresolved + other.unresolved,
            dict(Counter(self.reasons) + Counter(other.reasons)),
        )

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        names = ("files", "skipped", "setups", "resolved", "unresolved")
        return {**{name: getattr(self, name) for name in names}, "reasons": dict(self.reasons)}


@dataclass(frozen=True, slots=True)
class Report:
    """Findings of one check, errors first within a file.

    `excerpts` holds the source line of each place that a finding names; `problems` are inputs that could not be read.
    """

    findings: tuple[Finding, ...] = ()
    summary: Summary = Summary()
    understood: tuple[Understood, ...] = ()
    problems: tuple[str, ...] = ()
    excerpts: Mapping[Place, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is neither an error nor a warning."""
        return all(each.severity is Severity.NOTE for each in self.findings)

    def raise_if_errors(self) -> None:
        """Raise when a finding is an error.

        Raises:
            RightlossError: the first error, with its repair.
        """
        for each in self.findings:
            if each.severity is Severity.ERROR:
                fix = each.fixes[0].title if each.fixes else ""
                raise RightlossError(f"{each.code}: {each.message}", expected=each.expected, fix=fix)

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        found = [each.to_json() for each in self.findings]
        return {"version": JSON_VERSION, "findings": found, "summary": self.summary.to_json()}


def joined(reports: Iterable[Report]) -> Report:
    """One report for several inputs, in their order."""
    parts = list(reports)
    summary = Summary()
    for part in parts:
        summary = summary + part.summary
    excerpts = {place: line for part in parts for place, line in part.excerpts.items()}
    return Report(
        tuple(each for part in parts for each in part.findings),
        summary,
        tuple(each for part in parts for each in part.understood),
        tuple(each for part in parts for each in part.problems),
        excerpts,
    )
