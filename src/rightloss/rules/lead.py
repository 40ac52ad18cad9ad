"""Which finding leads. One root cause, one finding: rules that the same repair explains go under it.

For a point outside the table: the nearest row's edits name the first changed field, in field order; of the rules that
fire there and read that field, the one with the smallest region leads. Evidence that leaves several points speaks about
the point that is nearest to the table, the reading most favourable to the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import product

from rightloss.contract import (
    BY_POINT,
    QUANTITY_LOSSES,
    ROWS,
    Evidence,
    Field,
    Labels,
    Loss,
    Point,
    Possible,
    Repair,
    Row,
    Term,
    in_scope,
    universe,
)
from rightloss.contract import repair as repairs_of
from rightloss.findings import Severity
from rightloss.rules import RULES, Rule, Subject

POINT_RULES = tuple(rule for rule in RULES if rule.subject is Subject.POINT)
LAYER = frozenset({Field.WIDTH, Field.ACTIVATION, Field.CLASS_AXIS})
"""What the last layer alone says."""
EXCLUSIVE = frozenset({Labels.INDEX, Labels.ONEHOT, Labels.DISTRIBUTION})
SEVERAL = frozenset({Labels.MULTIHOT, Labels.MULTIHOT_MISSING})


Sets = tuple[frozenset[Term], ...]
"""The values that are still possible for each field."""
MOST_SETS = 4096


@dataclass(frozen=True, slots=True)
class Lead:
    """The leading rule of a point, the others that fire there, and the equally near repairs."""

    point: Point
    rule: Rule
    also: tuple[Rule, ...]
    repairs: tuple[Repair, ...]

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Cheapest repair first, then the earliest field, then the smallest region, then the code."""
        first = _first_changed(self.repairs)
        return (self.repairs[0].cost, list(Field).index(first), region_size(self.rule.code), self.rule.code)


@cache
def fired(point: Point) -> tuple[Rule, ...]:
    """The contract rules on points whose region holds this point; none out of scope."""
    return tuple(rule for rule in POINT_RULES if rule.judge(point)) if in_scope(point) else ()


@cache
def region_size(code: str) -> int:
    """Number of points in scope that a rule's region holds."""
    return sum(any(rule.code == code for rule in fired(point)) for point in universe())


@cache
def lead(point: Point) -> Lead | None:
    """The leading finding of a point; None in the table (but for a note) and out of scope."""
    rules = fired(point)
    if not rules:
        return None
    repairs = repairs_of(point)
    if not repairs[0].edits:
        return Lead(point, rules[0], rules[1:], repairs)
    field = _first_changed(repairs)
    broken = [rule for rule in rules if rule.severity(point, Evidence.of(point)) is not Severity.NOTE] or list(rules)
    candidates = [rule for rule in broken if field in rule.reads] or broken
    leader = min(candidates, key=lambda rule: (region_size(rule.code), rule.code))
    return Lead(point, leader, tuple(rule for rule in rules if rule is not leader), repairs)


def judge_point(evidence: Evidence) -> Lead | None:
    """The leading finding of evidence: None where some row lies inside it, or where there is nothing to say."""
    return _judged(tuple(map(evidence.possible, Field)))


@lru_cache(maxsize=MOST_SETS)
def _judged(sets: Sets) -> Lead | None:
    """The same, from the sets of the fields alone: programs differ in their facts more than in these."""
    evidence = _of_sets(sets)
    if not speaks(evidence):
        return _layer_alone(evidence)
    inside = rows_inside(evidence)
    if inside:
        notes = [lead(row.point) for row in inside]
        return notes[0] if all(notes) else None
    return _nearest([found for found in map(lead, _points(evidence)) if found is not None])


def _nearest(leads: list[Lead]) -> Lead | None:
    """The lead that is nearest to the table, with the repairs of all that are as near.

    What labels mean is not told from the price of an edit: where it is not known whether several can be true at once,
    loss and activation disagree about it, and both keep their repair, first the one for exactly one true label.
    """
    if not leads:
        return None
    best = min(leads, key=lambda each: each.rank)
    least = best.repairs[0].cost
    equal = [repair for each in (best, *leads) if each.repairs[0].cost == least for repair in each.repairs]
    if best.point.labels in SEVERAL and _first_changed(best.repairs) is Field.LOSS:
        near = [repair for each in leads if each.point.labels in EXCLUSIVE for repair in each.repairs]
        equal = [*(each for each in near if each.cost == least + 1 and each.row.preferred), *equal]
    elif best.point.labels in EXCLUSIVE and _first_changed(best.repairs) is Field.LOSS:
        near = [repair for each in leads if each.point.labels in SEVERAL for repair in each.repairs]
        equal = [*equal, *(each for each in near if each.cost == least + 1 and each.row.preferred)]
    return Lead(best.point, best.rule, best.also, tuple({repair.row: repair for repair in equal}.values()))


def _layer_alone(evidence: Evidence) -> Lead | None:
    """What is wrong with a last layer whatever the loss is: a rule that reads nothing else and fires for each loss."""
    if any(len(evidence.possible(each)) != 1 for each in LAYER):
        return None
    losses = replace(evidence.fields[Field.LOSS], values=Field.LOSS.everything - {Loss.OTHER})
    free = {each: Evidence().fields[each] for each in (Field.LABELS, Field.FROM_LOGITS)}
    points = list(_points(replace(evidence, fields={**evidence.fields, **free, Field.LOSS: losses})))
    rules = [rule for rule in POINT_RULES if set(rule.reads) <= LAYER and all(rule in fired(each) for each in points)]
    if not points or not rules:
        return None
    found = _nearest([each for each in map(lead, points) if each is not None and each.rule is rules[0]])
    return replace(found, also=()) if found is not None else None


def speaks(evidence: Evidence) -> bool:
    """Whether the table has anything to say: an unknown loss may fit anything, quantities fit regression losses."""
    losses = evidence.possible(Field.LOSS)
    if Loss.OTHER in losses:
        return False
    return not (losses & QUANTITY_LOSSES and evidence.possible(Field.LABELS) == Field.LABELS.everything)


def rows_inside(evidence: Evidence) -> tuple[Row, ...]:
    """Rows that the evidence admits; the loss is not looked at where it is unknown."""
    return _inside(tuple(map(evidence.possible, Field)))


@lru_cache(maxsize=MOST_SETS)
def _inside(sets: Sets) -> tuple[Row, ...]:
    evidence = _of_sets(sets)
    if Loss.OTHER in evidence.possible(Field.LOSS):
        shape = (Field.LABELS, Field.WIDTH, Field.ACTIVATION)
        return tuple(row for row in ROWS if all(row.point.value(each) in evidence.possible(each) for each in shape))
    return tuple(row for row in ROWS if evidence.admits(row.point))


def _of_sets(sets: Sets) -> Evidence:
    return Evidence({each: Possible(values) for each, values in zip(Field, sets, strict=True)})


def _points(evidence: Evidence) -> Iterator[Point]:
    for values in product(*(sorted(evidence.possible(field)) for field in Field)):
        point = Point(**dict(zip((field.label for field in Field), values, strict=True)))  # type: ignore[arg-type]
        if in_scope(point) and point not in BY_POINT:
            yield point


def _first_changed(repairs: tuple[Repair, ...]) -> Field:
    edited = [edit.field for repair in repairs for edit in repair.edits]
    return next((field for field in Field if field in edited), Field.LABELS)


QUESTIONS = {
    Field.LABELS: "Can several labels be true at once, or is it always exactly one?",
    Field.LOSS: "Can several labels be true at once, or is it always exactly one?",
    Field.WIDTH: "How many classes are there?",
    Field.ACTIVATION: "Shall predict() give probabilities or raw scores?",
    Field.CLASS_AXIS: "Which axis holds the classes?",
    Field.FROM_LOGITS: "Shall predict() give probabilities or raw scores?",
}


def question(repairs: tuple[Repair, ...]) -> str:
    """What decides between equally near repairs: the first field on which they differ."""
    if len(repairs) < 2:
        return ""
    for field in Field:
        if len({repair.row.point.value(field) for repair in repairs}) > 1:
            return QUESTIONS[field]
    return ""
