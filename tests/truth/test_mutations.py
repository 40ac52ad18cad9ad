"""Law 8, second half: change one field of a row so that it leaves the table, and something can be seen to be wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from truth.observe import NO_SUM, SPARE, observe, units

from rightloss.contract import (
    BY_POINT,
    LOSSES,
    ROWS,
    Activation,
    ClassAxis,
    Field,
    FromLogits,
    Labels,
    Loss,
    Point,
    Row,
    Width,
    in_scope,
)

EXCLUSIVE = (Labels.INDEX, Labels.ONEHOT, Labels.DISTRIBUTION)


def _no_axis(point: Point) -> bool:
    """Neither the activation nor the loss sums over classes, so there is no axis to get wrong."""
    sums = point.activation in (Activation.SOFTMAX, Activation.LOG_SOFTMAX)
    return point.class_axis is ClassAxis.ANOTHER and not sums and point.loss not in (Loss.CATEGORICAL, Loss.SPARSE)


def _spare_units(point: Point) -> bool:
    """Units beyond the classes of ids learn to say 0; they cost memory and a higher first loss, nothing else."""
    return point.width is Width.MORE and point.labels is Labels.INDEX


def _softmax_under_binary(point: Point) -> bool:
    """Where Keras finds the scores it trains sigmoids and predicts a softmax: wrong. Where it does not, K binary log
    scores of a softmax are a proper score."""
    return (
        point.activation is Activation.SOFTMAX
        and point.class_axis is ClassAxis.LAST
        and point.loss is Loss.BINARY
        and point.from_logits is FromLogits.FALSE
        and point.labels in (Labels.ONEHOT, Labels.DISTRIBUTION)
        and point.width is Width.K
    )


# Mutations that Keras carries out rightly, always or where it cannot recover the scores. Each is checked to be so.
HARMLESS: dict[Callable[[Point], bool], tuple[bool, ...]] = {
    _no_axis: (False, True),
    _spare_units: (False, True),
    _softmax_under_binary: (True,),
}


def mutations(row: Row) -> Iterator[Point]:
    """Every point that differs from a row in one field and lies outside the table.

    Another loss comes with the option as it has it: its default, or none.
    """
    for field in Field:
        for value in field.terms:
            point = replace(row.point, **{field.label: value})
            if field is Field.LOSS and not in_scope(point):
                option = any(entry.from_logits for entry in LOSSES if entry.family is value)
                point = replace(point, from_logits=FromLogits.FALSE if option else FromLogits.ABSENT)
            if point not in BY_POINT and in_scope(point) and units(point) is not None:
                yield point


@pytest.mark.parametrize("hidden", [False, True], ids=["recovered", "hidden"])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_law_8_nothing_is_wrong_with_a_row(row: Row, hidden: bool) -> None:
    """A row runs without a word, reports the loss of its predictions, and has its optimum at the label frequencies.

    The one thing to see is why RL208 notes exclusive classes on independent units: their rows do not sum to 1.
    """
    by_unit = row.point.activation is Activation.SIGMOID or row.point.loss in (Loss.BINARY, Loss.MASKED_BINARY)
    expected = (NO_SUM,) if row.point.labels in EXCLUSIVE and by_unit else ()
    assert observe(row.point, hidden=hidden) == expected


@pytest.mark.parametrize("hidden", [False, True], ids=["recovered", "hidden"])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_law_8_something_is_wrong_with_every_mutation(row: Row, hidden: bool) -> None:
    """It raises, warns, reports another number than its predictions lose, or trains away from the label frequencies."""
    points = list(mutations(row))
    assert points
    for point in points:
        seen = set(observe(point, hidden=hidden)) - {SPARE}
        harmless = any(holds(point) and hidden in when for holds, when in HARMLESS.items())
        assert (seen <= {NO_SUM}) if harmless else seen, f"{point}: {sorted(seen)}"


def test_mutations_visit_every_field_and_value() -> None:
    """No value of any field escapes, but the loss that stands for what we do not know."""
    visited = {(field, point.value(field)) for row in ROWS for point in mutations(row) for field in Field}
    assert visited == {(field, value) for field in Field for value in field.terms} - {(Field.LOSS, Loss.OTHER)}
