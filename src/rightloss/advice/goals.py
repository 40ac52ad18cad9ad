"""What a model is judged by, as users write it: a goal string, stated costs, a known deployment prior."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rightloss.advice.imbalance import Imbalance
from rightloss.contract import Term
from rightloss.errors import WrongArgument

Costs = Mapping[tuple[Any, Any], float]
"""{(true class, decision): cost}. Right decisions cost 0, mistakes that are not named cost 1."""
Prior = Mapping[Any, float]
"""{class: share where the model will be used}; for labels that can be true together {label: rate}."""


class Measure(Term):
    """The measures a goal can name; the example is how it is written."""

    LOG_LOSS = "log_loss", "Probabilities that can be trusted.", "log_loss"
    ACCURACY = "accuracy", "The share of right answers.", "accuracy"
    BALANCED_ACCURACY = "balanced_accuracy", "Recall, averaged over classes.", "balanced_accuracy"
    MACRO_F1 = "macro_f1", "F1, averaged over classes or labels.", "macro_f1"
    F1 = "f1", "F1 of one class or label.", "f1:spam"
    AUROC = "auroc", "How often a positive is ranked above a negative.", "auroc"
    AUPRC = "auprc", "Precision, averaged over recall.", "auprc"
    RECALL_AT_PRECISION = (
        "recall@precision",
        "The positives found while this share of the alarms is right.",
        "recall@precision=0.9",
    )
    COST = "cost", "The mean cost of the decisions, as stated by costs=.", "cost"
    MAE = "mae", "How many steps of the order a decision is off, on average.", "mae"
    KAPPA = "kappa", "Agreement beyond chance, mistakes by the square of their distance (quadratic kappa).", "kappa"


@dataclass(frozen=True)
class Wish:
    """What the user asks for, before the classes are known: the keywords of `rightloss.select`."""

    goal: str | None = None
    costs: Costs | None = None
    prior: Prior | None = None

    @property
    def stated(self) -> str:
        """The keywords that were given, as text; empty without a wish."""
        return ", ".join(
            f"{name}={value!r}"
            for name, value in (("goal", self.goal), ("costs", self.costs), ("prior", self.prior))
            if value is not None
        )

    @property
    def left_out(self) -> str:
        """What to say where no cross-entropy fits the labels, so that nothing reads a goal."""
        return f"{self.stated} is left out: goals, costs and priors are about classes; leave it out of the call too"

    def read(self, found: Imbalance | None, *, ordered: bool) -> Goal | None:
        """The goal in terms of the classes that were counted; None without a wish. Errors as `read_goal`."""
        if not self.stated:
            return None
        if found is None:
            raise WrongArgument(
                f"{self.stated} for labels that are probabilities, or too many classes to count",
                expected="one class, or rows of 0 and 1, for each example",
                fix=f"leave {self.stated} out: plain cross-entropy is right for soft labels; or decide them first: "
                "y = (y > 0.5).astype(int) for yes and no, y = y.argmax(axis=-1) for rows of probabilities",
            )
        told = (self.goal, self.costs, self.prior)
        return read_goal(*told, names=found.names, exclusive=found.exclusive, ordered=ordered, counts=found.counts)


_WRITTEN = re.compile(r"^(?P<name>[a-z0-9_]+)(?::(?P<label>.+?))?(?:@precision=(?P<precision>[0-9.]+))?$")


@dataclass(frozen=True)
class Goal:
    """A measure with its arguments: `label` the number of a class or column, `costs` (K, K), true by decided."""

    measure: Measure
    label: int | None = None
    precision: float | None = None
    costs: tuple[tuple[float, ...], ...] | None = None
    prior: tuple[float, ...] | None = None

    def __str__(self) -> str:
        text = self.measure.value
        if self.precision is not None:
            text = f"recall@precision={self.precision:g}"
        return f"{text} under a known prior" if self.prior is not None else text


def read_goal(
    goal: str | None,
    costs: Costs | None,
    prior: Prior | None,
    *,
    names: Sequence[Any],
    exclusive: bool,
    ordered: bool,
    counts: Sequence[float] | None = None,
) -> Goal | None:
    """The goal, or None where nothing was stated. Costs alone mean their mean, a prior alone means accuracy.

    Args:
        goal: one of the examples of `Measure`; a class or label after a colon.
        costs: see `Costs`; with goal "cost" or none.
        prior: see `Prior`; with the goals log_loss, accuracy and cost, which depend on how frequent classes are.
        names: what the classes or columns are called.
        exclusive: whether exactly one of them is true.
        ordered: whether the classes are known to have an order.
        counts: of the classes or columns, where they are known.

    Raises:
        WrongArgument: an unknown goal, class, cost or share; or arguments that do not go together.
    """
    if goal is None and costs is None and prior is None:
        return None
    written = goal if goal is not None else "cost" if costs is not None else "accuracy"
    found = _WRITTEN.match(written)
    measure = _measure(written, found)
    label = None if found is None or found["label"] is None else _place(found["label"], names, "goal")
    _together(measure, costs, prior, ordered=ordered)
    if measure in (Measure.F1, Measure.RECALL_AT_PRECISION):
        label = _positive(names, counts, exclusive, measure) if label is None else label
    elif label is not None:
        raise WrongArgument(f"goal={goal!r}", expected="a class only after f1 or recall", fix=f'goal="{measure.value}"')
    return Goal(
        measure,
        label,
        _precision(found["precision"] if found else None, measure),
        None if costs is None else _costs(costs, names, exclusive),
        None if prior is None else _prior(prior, names, exclusive),
    )


def _measure(written: str, found: re.Match[str] | None) -> Measure:
    name = "" if found is None else found["name"]
    wants_precision = found is not None and found["precision"] is not None
    if name == "recall" and wants_precision:
        return Measure.RECALL_AT_PRECISION
    if name in set(Measure) - {Measure.RECALL_AT_PRECISION} and not wants_precision:
        return Measure(name)
    examples = ", ".join(each.example for each in Measure)
    raise WrongArgument(f"goal={written!r}", expected=f"one of {examples}", fix='goal="balanced_accuracy"')


def _together(measure: Measure, costs: Costs | None, prior: Prior | None, *, ordered: bool) -> None:
    if (measure is Measure.COST) != (costs is not None):
        raise WrongArgument(
            f"goal={measure.value!r} {'without' if costs is None else 'together with'} costs=",
            expected='costs= with goal="cost", or alone',
            fix='costs={("bad", "good"): 5}',
        )
    if prior is not None and measure not in (Measure.LOG_LOSS, Measure.ACCURACY, Measure.COST):
        raise WrongArgument(
            f"prior= with goal={measure.value!r}",
            expected="prior= with log_loss, accuracy or costs, which it changes in a known way",
            fix="choose thresholds on validation rows that look like those the model will meet, and leave prior= out",
        )
    if measure in (Measure.MAE, Measure.KAPPA) and not ordered:
        raise WrongArgument(
            f"goal={measure.value!r} for classes without an order",
            expected="ordered classes, in the order of their ids",
            fix=f'ordered=True, goal="{measure.value}"',
        )


def _positive(names: Sequence[Any], counts: Sequence[float] | None, exclusive: bool, measure: Measure) -> int:
    """The class that F1 or recall is about where none is named: the second one of two.

    Names in words have no second one by nature, only by the alphabet: if that is the frequent one, it is hardly meant.
    """
    two = exclusive and len(names) == 2
    alphabet = two and isinstance(names[1], str) and counts is not None and counts[1] > counts[0]
    if two and not alphabet:
        return 1
    name = "f1" if measure is Measure.F1 else "recall"
    raise WrongArgument(
        f'goal="{measure.value}" for {f"{names[0]!r} and {names[1]!r}" if alphabet else f"{len(names)} classes"}',
        expected="the class it is about, after a colon",
        fix=f'goal="{name}:{names[0]}{"@precision=0.9" if name == "recall" else ""}"',
    )


def _precision(written: str | None, measure: Measure) -> float | None:
    if measure is not Measure.RECALL_AT_PRECISION or written is None:
        return None
    try:
        value = float(written)
    except ValueError:
        value = 2.0
    if not 0 < value < 1:
        raise WrongArgument(
            f"precision={written}", expected="a share between 0 and 1", fix='goal="recall@precision=0.9"'
        )
    return value


def _place(name: Any, names: Sequence[Any], what: str) -> int:
    for place, known in enumerate(names):
        if known == name or str(known) == str(name):
            return place
    shown = ", ".join(str(each) for each in names[:20])
    raise WrongArgument(f"{name!r} in {what}=", expected=f"one of {shown}", fix=f"use {names[0]!r}")


def _costs(costs: Costs, names: Sequence[Any], exclusive: bool) -> tuple[tuple[float, ...], ...]:
    if not exclusive:
        raise WrongArgument(
            "costs= for labels that can be true together",
            expected="exclusive classes",
            fix="advice.decode(p, thresholds=c_false_alarm / (c_false_alarm + c_miss)), one for each label",
        )
    table = [[0.0 if true == decided else 1.0 for decided in range(len(names))] for true in range(len(names))]
    for pair, cost in costs.items():
        if not isinstance(pair, tuple) or len(pair) != 2 or not float(cost) >= 0:
            raise WrongArgument(
                f"costs={{{pair!r}: {cost!r}}}",
                expected="{(true class, decision): cost of at least 0}",
                fix='costs={("bad", "good"): 5}',
            )
        table[_place(pair[0], names, "costs")][_place(pair[1], names, "costs")] = float(cost)
    return tuple(tuple(row) for row in table)


def _prior(prior: Prior, names: Sequence[Any], exclusive: bool) -> tuple[float, ...]:
    shares: dict[int, float] = {_place(name, names, "prior"): float(share) for name, share in prior.items()}
    rest = set(range(len(names))) - set(shares)
    if exclusive and len(rest) == 1:
        shares[rest.pop()] = 1 - sum(shares.values())
    whole = not exclusive or abs(sum(shares.values()) - 1) < 1e-3
    if rest or not whole or not all(0 < share < 1 for share in shares.values()):
        total = "shares that sum to 1" if exclusive else "rates"
        raise WrongArgument(
            f"prior={dict(prior)!r}",
            expected=f"{total}, above 0 and below 1, for all of {', '.join(map(str, names[:20]))}",
            fix="leave at most one class out",
        )
    return tuple(shares[place] for place in range(len(names)))
