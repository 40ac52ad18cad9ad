"""What a rule is: a predicate, and a docstring that is its page.

Contract rules name a region of the complement of the table: a predicate on points, on one metric against a row, or on
one way of reading predictions against a row. Condition rules speak about one condition. No rule sees a model, an array
or a syntax tree.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from rightloss.contract import Condition, Confidence, Evidence, Field, Point
from rightloss.contract.recipe import Call
from rightloss.findings import Severity

SECTIONS = (
    "Why is this bad?",
    "What you will see",
    "Bad",
    "Good",
    "Fix safety",
    "References",
)
"""Headings of every page, in order. The text before the first one says what the rule is."""


class Subject(StrEnum):
    """What a rule judges."""

    POINT = "point"  # contract rule on the fields of a row
    METRIC = "metric"  # contract rule on one metric against a row
    DECODE = "decode"  # contract rule on one reading of predictions against a row
    CONDITION = "condition"  # condition rule


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's docstring, taken apart."""

    summary: str
    sections: dict[str, str]

    def code(self, heading: str) -> str:
        """The Python of a section, without its fence."""
        found = re.search(r"```python\n(.*?)```", self.sections[heading], re.DOTALL)
        return found.group(1) if found else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule on a metric, a reading of predictions or a condition says: an offence with its way out.

    `line` is the exact line to write; `safe` as in `findings.Fix`. `metric` is the metric to compile instead, where
    that is the repair; `diagnosis` what to look at one after the other, where the cause is not known.
    """

    message: str
    expected: str
    line: str
    severity: Severity = Severity.ERROR
    safe: bool = False
    metric: Call | None = None
    diagnosis: tuple[str, ...] = ()


def another_metric(
    message: str, expected: str, metric: Call, severity: Severity = Severity.ERROR, *, argument: str = "metrics"
) -> Outcome:
    """An offence that another metric repairs: only a reported number changes, so it is safe."""
    return Outcome(message, expected, f"{argument}=[{metric.code()}]", severity, safe=True, metric=metric)


def _error(point: Point, seen: Evidence) -> Severity:
    return Severity.ERROR


@dataclass(frozen=True)
class Rule:
    """One rule. `judge` has the signature that its subject needs; `says` is the message of a rule on points."""

    code: str
    name: str
    since: str
    subject: Subject
    reads: tuple[Field | Condition | str, ...]
    judge: Callable[..., Any]
    says: str = ""
    severity: Callable[[Point, Evidence], Severity] = _error
    consequence: bool = False  # a symptom: goes under the finding that explains it, where there is one

    @property
    def kind(self) -> str:
        """ "contract" or "condition"."""
        return "condition" if self.subject is Subject.CONDITION else "contract"

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields among what it reads."""
        return tuple(each for each in self.reads if isinstance(each, Field))

    @cached_property
    def page(self) -> Page:
        """The docstring, parsed once."""
        text = inspect.cleandoc(self.judge.__doc__ or "")
        parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
        sections = {heading.strip(): body.strip("\n") for heading, body in zip(parts[1::2], parts[2::2], strict=True)}
        return Page(" ".join(parts[0].split()), sections)

    @property
    def symptom(self) -> str:
        """What the user sees who goes on."""
        return " ".join(self.page.sections["What you will see"].split())

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def rule(
    code: str,
    *,
    since: str,
    reads: tuple[Field | Condition | str, ...],
    subject: Subject = Subject.POINT,
    says: str = "",
    severity: Callable[[Point, Evidence], Severity] = _error,
    consequence: bool = False,
) -> Callable[[Callable[..., Any]], Rule]:
    """Make a rule of a function. Its name is the function's; its page is the function's docstring.

    The function of a rule takes, by subject:
        POINT: a Point; returns whether the point lies in the rule's region.
        METRIC: a Row, a MetricUse and the Evidence; returns an Outcome or None.
        DECODE: a Row and a DecodeUse; returns an Outcome or None.
        CONDITION: the condition's value (never the default) and the Evidence; returns an Outcome or None.
    """

    def make(judge: Callable[..., Any]) -> Rule:
        name = judge.__name__.replace("_", "-")
        return Rule(code, name, since, subject, reads, judge, says, severity, consequence)

    return make


def capped(severity: Severity, confidence: Confidence) -> Severity:
    """The severity that facts of this confidence allow: what is only inferred is at most a warning."""
    inferred = confidence is Confidence.INFERRED and severity is Severity.ERROR
    return Severity.WARNING if inferred else severity
