"""What can be seen in a label matrix, its consequence, and how it is said."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.advice.cooccurrence import Cooccurrence
from rightloss.advice.groups import Group
from rightloss.advice.imbalance import RARE
from rightloss.advice.relations import Relation
from rightloss.advice.repeats import Repeat
from rightloss.contract import Term

Columns = Sequence[int] | NDArray[np.int64]


class Kind(Term):
    """What can be observed, in the order in which it is told; the example is the consequence."""

    MULTICLASS = (
        "multiclass",
        "Every row has exactly one 1.",
        "exclusive classes: softmax and categorical cross-entropy, which predict exactly one class",
    )
    SINGLE_POSITIVE = (
        "single-positive",
        "Every row has exactly one 1, although several can be true.",
        "a 0 may mean 'not looked at': predicted rates come out too low; judge the model on rows with all labels known",
    )
    NEARLY_MULTICLASS = (
        "nearly-multiclass",
        "Almost every row has exactly one 1.",
        "sigmoids stay right for probabilities; if the other rows are mistakes, mend them and use softmax",
    )
    EMPTY_ROWS = (
        "empty-rows",
        "Some rows have no 1.",
        "right for sigmoids if nothing applies; NaN instead of 0 if nobody looked; softmax cannot train on them",
    )
    MISSING = (
        "missing",
        "Some cells hold no label.",
        "leave them out of loss and metrics: rightloss.losses.MaskedBinaryCrossentropy",
    )
    CONSTANT = (
        "constant",
        "A column has the same value in every row.",
        "nothing to learn, and AUC is not defined: leave the column out",
    )
    DUPLICATE = (
        "duplicate",
        "Two columns are equal in every row.",
        "one unit is enough: leave one out, or it counts twice in loss and averages",
    )
    COMPLEMENT = (
        "complement",
        "One column is 1 exactly where the other is 0.",
        "one unit is enough: leave one out and read it as 1 - p of the other",
    )
    EXHAUSTIVE_GROUP = (
        "exhaustive-group",
        "Of these columns exactly one is 1 in every row.",
        "sigmoids stay right if the largest of the group is taken; one softmax over the group does it in training",
    )
    EXCLUSIVE_GROUP = (
        "exclusive-group",
        "Of these columns at most one is 1 in any row.",
        "sigmoids stay right; to rule contradictions out, add a column 'none of these' and a softmax over the group",
    )
    IMPLIES = (
        "implies",
        "The first column is never 1 without the second.",
        "sigmoids stay right; read predictions so that they cannot contradict",
    )
    EXCLUSIVE = (
        "exclusive",
        "Two columns are never 1 together.",
        "sigmoids stay right; where both are predicted, keep the likelier one",
    )
    RARE = (
        "rare",
        f"A column has fewer than {RARE} rows of one of its values.",
        "every number about it is an interval: no threshold and no weight of its own",
    )


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing seen: which columns, in words, in counts, how improbable by chance, and what to write."""

    kind: Kind
    columns: tuple[int, ...]
    labels: tuple[Any, ...]
    text: str
    counts: Mapping[str, int] = field(default_factory=dict)
    log_p: float | None = None  # natural logarithm; None where nothing was tested
    code: str | None = None

    @property
    def consequence(self) -> str:
        """What follows for last layer and loss."""
        return self.kind.example

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "kind": self.kind.value,
            "columns": list(self.columns),
            "labels": [each if isinstance(each, str | int) else str(each) for each in self.labels],
            "text": self.text,
            "counts": dict(self.counts),
            "log10_p": None if self.log_p is None else self.log_p / math.log(10),
            "consequence": self.consequence,
            "code": self.code,
        }


class Words:
    """Observations in words."""

    def __init__(self, pairs: Cooccurrence, names: tuple[Any, ...]) -> None:
        self.pairs = pairs
        self.names = names

    def name(self, column: int) -> str:
        """What the column is called."""
        name = self.names[column]
        return name if isinstance(name, str) else f"column {name}"

    def listed(self, columns: Columns, more: Callable[[int], str] = lambda column: "", most: int = 8) -> str:
        """The first names, the rest counted."""
        shown = ", ".join(f"{self.name(int(column))}{more(int(column))}" for column in columns[:most])
        return shown if len(columns) <= most else f"{shown} and {len(columns) - most:,} more"

    def see(
        self,
        kind: Kind,
        columns: Columns,
        text: str,
        counts: Mapping[str, int],
        log_p: float | None = None,
        code: str | None = None,
    ) -> Observation:
        """An observation about these columns (none: about rows)."""
        places = tuple(int(column) for column in columns)
        return Observation(kind, places, tuple(self.names[place] for place in places), text, counts, log_p, code)

    def repeated(self, seen: Repeat) -> Observation:
        """Equal or opposite columns."""
        a, b = self.name(seen.a), self.name(seen.b)
        every = f"all {seen.rows:,} rows"
        if self.pairs.missing:
            every = f"all {seen.rows:,} of {self.pairs.rows:,} rows where both hold a label"
        text = f"{b} is {'equal to' if seen.same else 'the opposite of'} {a} in {every}"
        kind = Kind.DUPLICATE if seen.same else Kind.COMPLEMENT
        counts = {"rows": seen.rows, "ones": seen.ones}
        code = None if self.pairs.missing else f"y = np.delete(y, {seen.b}, axis=1)"  # it may hold what the other lacks
        return self.see(kind, (seen.a, seen.b), text, counts, seen.log_p, code)

    def group(self, group: Group) -> Observation:
        """Columns that exclude each other."""
        names = self.listed(group.columns)
        if group.exhaustive:
            text = f"exactly one of {names} is 1 in each of the {group.covered:,} rows"
            code = f"rightloss.losses.GroupedCrossentropy(groups=[{list(group.columns)}])"
            counts = {"rows": self.pairs.rows}
            return self.see(Kind.EXHAUSTIVE_GROUP, group.columns, text, counts, group.log_p, code)
        text = f"no two of {names} are 1 together; {group.covered:,} of {self.pairs.rows:,} rows have one of them"
        if self.pairs.missing:
            text += ", and cells of the others may hold no label"
        counts = {"rows": self.pairs.rows, "covered": group.covered}
        return self.see(Kind.EXCLUSIVE_GROUP, group.columns, text, counts, group.log_p)

    def implies(self, seen: Relation) -> Observation:
        """The first column never without the second."""
        a, b = self.name(seen.a), self.name(seen.b)
        text = f"{a} ⇒ {b}: all {seen.count_a:,} rows with {a} have {b} (chance: {seen.count_a - seen.expected:,.0f})"
        code = f"p[:, {seen.b}] = np.maximum(p[:, {seen.b}], p[:, {seen.a}])"
        counts = {"first": seen.count_a, "second": seen.count_b, "without": 0, "rows": seen.rows}
        return self.see(Kind.IMPLIES, (seen.a, seen.b), text, counts, seen.log_p, code)

    def exclusive(self, seen: Relation) -> Observation:
        """Two columns never together."""
        text = (
            f"{self.name(seen.a)} ({seen.count_a:,} rows) and {self.name(seen.b)} ({seen.count_b:,}) are never 1 "
            f"together (chance: {seen.expected:,.0f})"
        )
        counts = {"first": seen.count_a, "second": seen.count_b, "together": 0, "rows": seen.rows}
        return self.see(Kind.EXCLUSIVE, (seen.a, seen.b), text, counts, seen.log_p)
