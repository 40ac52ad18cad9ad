"""A broken point -> the nearest rows of the table, as named edits with costs.

Costs say how much a user has to touch: an argument of compile() is cheap, the last layer dearer, the labels dearest,
and another meaning of the labels dearer than another way to write them.
"""

from __future__ import annotations

from dataclasses import dataclass

from rightloss.contract.table import BY_POINT, DIVERGENCE, NOTHING_MASKED, ROWS, SQUARED, Point, Row
from rightloss.contract.vocabulary import Field, Labels, Term

_COST = {
    Field.FROM_LOGITS: 2,
    Field.LOSS: 3,
    Field.CLASS_AXIS: 3,
    Field.ACTIVATION: 4,
    Field.WIDTH: 5,
    Field.LABELS: 6,
}
_SAME_MEANING = (
    frozenset({Labels.INDEX, Labels.ONEHOT, Labels.DISTRIBUTION}),
    frozenset({Labels.MULTIHOT, Labels.MULTIHOT_MISSING}),
)
_OTHER_MEANING = 12  # added when the edit would change what the labels say, not how they are written
_NOT_PREFERRED = 1  # between equal rows, one that we would also recommend
_ANOTHER_LOSS = 2  # a row that is right where somebody chose it, and that nobody shall be led to
_NEVER_LED_TO = (SQUARED, DIVERGENCE, NOTHING_MASKED)


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """Set one field to another value."""

    field: Field
    before: Term
    after: Term

    @property
    def cost(self) -> int:
        """How much the user has to touch; see the module."""
        dear = self.field is Field.LABELS and not any({self.before, self.after} <= group for group in _SAME_MEANING)
        return _COST[self.field] + (_OTHER_MEANING if dear else 0)

    def __str__(self) -> str:
        return f"{self.field.label}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class Repair:
    """One row of the table and the edits that lead to it, in field order."""

    row: Row
    edits: tuple[FieldEdit, ...]

    @property
    def cost(self) -> int:
        """Sum of the edits' costs, and more where the row is accepted only.

        Another loss is written with its own from_logits: that is one line, touched once.
        """
        with_loss = any(edit.field is Field.LOSS for edit in self.edits)
        paid = [edit for edit in self.edits if not (with_loss and edit.field is Field.FROM_LOGITS)]
        if self.row.preferred or not self.edits:
            return sum(edit.cost for edit in paid)
        return sum(edit.cost for edit in paid) + (_ANOTHER_LOSS if self.row.note in _NEVER_LED_TO else _NOT_PREFERRED)


def difference(point: Point, row: Row) -> tuple[FieldEdit, ...]:
    """The edits from a point to a row, in field order; none when they are equal."""
    pairs = ((field, point.value(field), row.point.value(field)) for field in Field)
    return tuple(FieldEdit(field, before, after) for field, before, after in pairs if before != after)


def repair(point: Point) -> tuple[Repair, ...]:
    """The nearest rows (all of equal least cost, in table order). A row's own repair is itself, with no edits."""
    if point in BY_POINT:
        return (Repair(BY_POINT[point], ()),)
    candidates = [Repair(row, difference(point, row)) for row in ROWS]
    least = min(each.cost for each in candidates)
    return tuple(each for each in candidates if each.cost == least)
