"""A reading: one way to understand labels, as evidence, with what was seen and the question that could overturn it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rightloss.contract import Confidence, Evidence, Fact, Field, Labels, Positions, Source
from rightloss.contract.preparation import Preparation

NO_IGNORE = "none"
"""Answer to "which value means no label?" that says: none of them does."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the user stated; None where nothing was said. Field names are the keywords of `select`."""

    task: str | None = None
    positions: str | None = None
    several_true: bool | None = None
    ordered: bool | None = None
    ignore: Any = None

    def stated(self) -> dict[str, Any]:
        """Only what was said."""
        names = ("task", "positions", "several_true", "ordered", "ignore")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that labels cannot answer: the keyword whose value answers it, and the text."""

    keyword: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One product of sets, and everything `select` says about it.

    `answers` gives this reading's value for each keyword it takes a stand on. `ask` is the question by which this
    reading could overturn the leading one; None where it is only formally possible. `evidence` is None where no
    cross-entropy fits; then `instead` says what does.
    """

    title: str
    evidence: Evidence | None
    answers: Mapping[str, Any]
    source: Source | None = None
    preparation: Preparation | None = None
    instead: str = ""
    ask: Ask | None = None
    ordered: bool = False
    soft: bool = False
    class_names: tuple[Any, ...] = ()
    counts: tuple[float, ...] = ()  # examples of each class, or positives of each column; sums where labels are soft
    total: int = 0  # labels counted: examples, tokens or pixels
    cells: tuple[int, ...] = ()  # labelled cells of each column, where some are not
    facts: tuple[Fact, ...] = field(default=())
    notes: tuple[str, ...] = ()  # what the user should look at, each with the line to write

    def asking(self, ask: Ask) -> Reading:
        """The same reading, as a serious rival behind `ask`."""
        return replace(self, ask=ask)


def evidence(
    labels: Labels | tuple[Labels, ...],
    classes: int,
    *,
    facts: tuple[Fact, ...],
    positions: Positions = Positions.EXAMPLE,
    ignore: Any = None,
    exact: bool = True,
) -> Evidence:
    """Evidence that only says how labels are encoded."""
    start = Evidence(classes=classes, classes_exact=exact, positions=positions, ignore=ignore)
    wanted = (labels,) if isinstance(labels, Labels) else labels
    found = start.narrow(Field.LABELS, wanted, facts[0] if facts else None)
    for fact in facts[1:]:
        found = found.narrow(Field.LABELS, wanted, fact)
    return found


def no_fit(title: str, source: Source, instead: str, *, answers: Mapping[str, Any], facts: tuple[Fact, ...]) -> Reading:
    """A reading under which no cross-entropy fits."""
    return Reading(title, None, answers, source=source, instead=instead, facts=facts)


def observed(text: str, where: str = "") -> Fact:
    """A fact read off the data."""
    return Fact(text, where, Confidence.OBSERVED)


REGRESSION = "predict the number itself: keras.layers.Dense(1) with loss='mean_squared_error'"
COUNT_REGRESSION = "predict the count: keras.layers.Dense(1, activation='exponential') with loss='poisson'"
EVENTS = {"regression": REGRESSION, "counts": COUNT_REGRESSION}


def regression(facts: tuple[Fact, ...], *, counts: bool = False) -> Reading:
    """Labels are quantities."""
    title = "counts (regression)" if counts else "numbers (regression)"
    instead = COUNT_REGRESSION if counts else REGRESSION
    return no_fit(title, Source.CONTINUOUS, instead, answers={"task": "regression"}, facts=facts)
