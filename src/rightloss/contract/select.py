"""Evidence -> the rows that lie inside it, in a stated order, with the question that would settle a tie.

The order: preferred rows only; rows whose loss can leave labels out where some must be; then the asked form
(probabilities first by default); then the encoding that needs the least memory and the fewest mistakes
(ids before one-hot); then table order.
"""

from __future__ import annotations

from dataclasses import dataclass

from rightloss.contract.contract import Evidence
from rightloss.contract.table import LOSSES, PREFERRED, ROWS, Row
from rightloss.contract.vocabulary import Field, Form, Labels, Loss

_ENCODING_ORDER = (
    Labels.BINARY,
    Labels.INDEX,
    Labels.ONEHOT,
    Labels.DISTRIBUTION,
    Labels.MULTIHOT,
    Labels.MULTIHOT_MISSING,
)


@dataclass(frozen=True, slots=True)
class Tie:
    """Rows that differ only in one field: what a question about that field would settle."""

    field: Field
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows inside the evidence, best first, and the ties among them."""

    rows: tuple[Row, ...]
    ties: tuple[Tie, ...]

    @property
    def best(self) -> Row | None:
        """The recommended row, or None where nothing fits."""
        return self.rows[0] if self.rows else None


def can_mask(loss: Loss) -> bool:
    """Whether a loss of this family can leave labels out."""
    return any(entry.masks for entry in LOSSES if entry.family is loss)


def select(evidence: Evidence, *, form: Form = Form.PROBABILITIES) -> Selection:
    """The preferred rows inside the evidence, best first.

    Where labels hold an ignore value, rows whose loss can mask it are the only candidates, the accepted masked row of
    plain binary labels included; a full accepted row selects itself, as law 6 demands.
    """
    rows = [row for row in ROWS if evidence.admits(row.point)]
    if evidence.ignore is not None:
        rows = [row for row in rows if can_mask(row.point.loss)]
        kept = [row for row in rows if row.preferred or row.point.loss is Loss.MASKED_BINARY]
    else:
        kept = [row for row in rows if row in PREFERRED]
    if not kept and len(rows) == 1:
        kept = rows
    kept.sort(key=lambda row: _rank(row, form, masked=evidence.ignore is not None))
    return Selection(tuple(kept), _ties(kept))


def _rank(row: Row, form: Form, *, masked: bool) -> tuple[bool, int, bool, int]:
    encoding = _ENCODING_ORDER.index(row.point.labels)
    advised = row.preferred or (masked and row.point.loss is Loss.MASKED_BINARY)
    return (not advised, encoding, row.form is not form, ROWS.index(row))


def _ties(rows: list[Row]) -> tuple[Tie, ...]:
    """Fields on which the leading row and others disagree, in the order in which findings look at fields."""
    if len(rows) < 2:
        return ()
    ties = []
    for field in Field:
        best = rows[0].point.value(field)
        others = [row for row in rows[1:] if row.point.value(field) != best]
        if others:
            ties.append(Tie(field, (rows[0], *others)))
    return tuple(ties)
