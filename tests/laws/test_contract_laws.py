"""The laws that the table, select and repair obey, checked over the whole finite space."""

from __future__ import annotations

import pytest

from rightloss.contract import (
    BY_POINT,
    LOSS_NAMES,
    LOSSES,
    METRIC_NAMES,
    METRICS,
    PREFERRED,
    ROWS,
    Contract,
    Evidence,
    Field,
    Form,
    FromLogits,
    Loss,
    Row,
    Term,
    difference,
    in_scope,
    repair,
    select,
    task_of,
    universe,
)
from rightloss.contract.repair import Repair
from rightloss.contract.vocabulary import Activation, ClassAxis, Decode, Labels, Positions, Source, Task, Width

SPACE = tuple(universe())


def test_space_is_the_product_of_the_fields() -> None:
    """Every combination is visited once, so that 'exhaustive' means what it says."""
    size = 1
    for field in Field:
        size *= len(field.everything)
    assert len(SPACE) == len(set(SPACE)) == size == 6 * 4 * 5 * 2 * 8 * 3


def test_rows_are_points_of_the_space_without_repeats() -> None:
    """A row is one line of the table."""
    assert len(BY_POINT) == len(ROWS)
    assert set(BY_POINT) <= set(SPACE)
    assert all(in_scope(row.point) for row in ROWS)


def test_every_trainable_encoding_has_a_preferred_row() -> None:
    """`select` can answer for every way to write labels."""
    assert {row.point.labels for row in PREFERRED} == set(Labels)


@pytest.mark.parametrize(
    "terms", [Task, Labels, Source, Width, Positions, Activation, ClassAxis, Loss, FromLogits, Decode, Form]
)
def test_every_word_has_a_sentence_and_an_example(terms: type[Term]) -> None:
    """Messages and docs are derived from the vocabulary."""
    for term in terms:
        assert term.sentence.endswith(".")
        assert term.example


def test_law_5_repair_reaches_the_table_and_nothing_is_nearer() -> None:
    """For every point of the space: the result is a row, the edits lead there, and no row costs less."""
    for point in SPACE:
        found = repair(point)
        assert found
        for each in found:
            assert BY_POINT[each.row.point] == each.row
            assert each.edits == difference(point, each.row)
            assert _apply(point, each) == each.row.point
        least = found[0].cost
        assert all(each.cost == least for each in found)
        assert all(Repair(row, difference(point, row)).cost >= least for row in ROWS)


def test_law_5_repairing_a_row_changes_nothing() -> None:
    """A right set-up is left alone."""
    for row in ROWS:
        assert repair(row.point) == (Repair(row, ()),)


def test_law_6_a_full_row_selects_itself() -> None:
    """Complete evidence of a right set-up leaves exactly that set-up, accepted rows included."""
    for row in ROWS:
        assert select(Evidence.of(row.point)).rows == (row,)


def test_law_6_evidence_outside_the_table_selects_nothing() -> None:
    """`select` never answers with a row that contradicts what was seen."""
    for point in SPACE:
        if point not in BY_POINT:
            assert select(Evidence.of(point)).rows == ()


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("ignore", [None, -1])
def test_law_6_more_evidence_never_gives_more_answers(form: Form, ignore: int | None) -> None:
    """From nothing seen, each further value of each field can only remove answers (two fields deep, exhaustively).

    The one exception is stated in `select`: a full accepted row selects itself, so accepted rows are left out here.
    """
    start = Evidence(ignore=ignore)
    before = _preferred(select(start, form=form).rows)
    for first in Field:
        for one in first.everything:
            narrowed = start.narrow(first, one)
            after = _preferred(select(narrowed, form=form).rows)
            assert after <= before
            for second in Field:
                for two in second.everything:
                    assert _preferred(select(narrowed.narrow(second, two), form=form).rows) <= after


def test_select_prefers_the_asked_form() -> None:
    """The first row has the asked form wherever such a row exists."""
    for labels in Labels:
        for form in Form:
            rows = select(Evidence().narrow(Field.LABELS, labels), form=form).rows
            if any(row.form is form for row in rows):
                assert rows[0].form is form


def test_select_masks_where_labels_are_missing() -> None:
    """With an ignore value only losses that can leave labels out remain."""
    for labels in (Labels.BINARY, Labels.INDEX, Labels.MULTIHOT_MISSING):
        rows = select(Evidence(ignore=255).narrow(Field.LABELS, labels)).rows
        assert rows
        assert {row.point.loss for row in rows} <= {Loss.SPARSE, Loss.MASKED_BINARY}


def test_ties_name_the_field_that_differs() -> None:
    """A tie lists rows that really differ from the best one in its field."""
    selection = select(Evidence())
    assert selection.ties
    for tie in selection.ties:
        assert all(row.point.value(tie.field) != tie.rows[0].point.value(tie.field) for row in tie.rows[1:])


def test_contradiction_is_kept_not_raised() -> None:
    """Facts that exclude each other leave an empty set that can be shown."""
    evidence = Evidence().narrow(Field.WIDTH, Width.ONE).narrow(Field.WIDTH, Width.K)
    assert evidence.possible(Field.WIDTH) == frozenset()
    assert select(evidence).rows == ()


def test_a_contract_is_a_row() -> None:
    """A contract outside the table cannot be built."""
    bad = next(point for point in SPACE if point not in BY_POINT)
    with pytest.raises(ValueError, match="row of the table"):
        Contract(Row(bad), classes=3)


def test_task_follows_labels_and_classes() -> None:
    """Two classes are binary in any exclusive encoding; columns that can be true together never are."""
    assert task_of(Labels.INDEX, 2) is task_of(Labels.ONEHOT, 2) is task_of(Labels.BINARY, None) is Task.BINARY
    assert task_of(Labels.INDEX, 3) is Task.MULTICLASS
    assert task_of(Labels.MULTIHOT, 2) is task_of(Labels.MULTIHOT_MISSING, 9) is Task.MULTILABEL


def test_decode_agrees_with_the_form() -> None:
    """Probabilities are cut at one half, raw scores at zero, exclusive classes by argmax."""
    for row in ROWS:
        decode = Contract(row, classes=3).decode
        if row.point.labels in (Labels.INDEX, Labels.ONEHOT, Labels.DISTRIBUTION):
            assert decode is Decode.ARGMAX
        else:
            assert decode is (Decode.ABOVE_HALF if row.form is Form.PROBABILITIES else Decode.ABOVE_ZERO)


def test_loss_and_metric_names_are_unambiguous() -> None:
    """No name means two things."""
    assert len(LOSS_NAMES) == sum(len({entry.name, *entry.aliases}) for entry in LOSSES)
    assert len(METRIC_NAMES) == sum(len({entry.name, *entry.aliases}) for entry in METRICS)
    assert {entry.family for entry in LOSSES} == set(Loss) - {Loss.OTHER}


def _preferred(rows: tuple[Row, ...]) -> set[Row]:
    return {row for row in rows if row.preferred}


def _apply(point, each):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(point, **{edit.field.label: edit.after for edit in each.edits})
