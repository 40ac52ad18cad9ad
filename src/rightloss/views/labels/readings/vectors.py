"""Readings of labels whose last axis may hold classes: (n, K), (n, T, K), (n, H, W, K)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rightloss.contract import Fact, Labels, Positions, Source
from rightloss.contract.preparation import Op, Preparation, Step
from rightloss.errors import UnsupportedInput
from rightloss.views.labels.profile import LabelProfile, RowFacts
from rightloss.views.labels.readings.notes import column_notes
from rightloss.views.labels.readings.reading import NO_IGNORE, Ask, Given, Reading, evidence, observed, regression
from rightloss.views.labels.readings.scalars import constant
from rightloss.views.labels.readings.sentinels import CODES

ENOUGH = 20  # with fewer vectors, "each has exactly one 1" may be chance
ROUNDED = 0.01  # probabilities with two decimals sum to 1 within this

SEVERAL = Ask("several_true", "Can several columns be 1 in the same row, or always exactly one?")


def column_readings(profile: LabelProfile, given: Given, positions: Positions) -> list[Reading]:
    """Readings under which the last axis holds one column for each class; empty where it cannot."""
    rows = profile.row_facts
    if rows is None or rows.columns < 2:
        return []
    cells = {value for value in profile.values if value != given.ignore}
    if len(cells) == 1 and cells <= {0, 1}:
        return [constant(profile, next(iter(cells)))]
    if profile.distinct_exact and profile.integral:
        code = _code(profile, cells, given)
        if cells - {code} <= {0, 1} and (rows.zero_one or code is not None):
            return _zero_one(profile, rows, positions, code)
        pair = tuple(sorted(cells))
        if pair in ((-1, 1), (0, 255)):
            return _two_valued(profile, rows, positions, (int(pair[0]), int(pair[1])))
        return []
    low, high = profile.minimum, profile.maximum
    if low is None or high is None or low < 0 or high > 1:
        return []
    return _fractions(profile, rows, positions)


def _code(profile: LabelProfile, cells: set[Any], given: Given) -> Any:
    """The value that stands for an unlabelled cell beside 0 and 1.

    Raises:
        UnsupportedInput: several values do.
    """
    if given.ignore is not None:
        return None if given.ignore == NO_IGNORE else given.ignore
    extra = [code for code in CODES if code in cells]
    if not extra or cells - set(extra) != {0, 1}:
        return None
    if len(extra) > 1:
        raise UnsupportedInput(
            f"cells of {', '.join(map(str, extra))} beside 0 and 1 ({profile.where or 'labels'})",
            expected="one value for a cell that nobody labelled",
            fix=f"y = np.where(np.isin(y, {extra}), {extra[0]}, y)",
        )
    return extra[0]


def _zero_one(profile: LabelProfile, rows: RowFacts, positions: Positions, code: Any) -> list[Reading]:
    if profile.missing or code is not None:
        return _with_missing(profile, rows, positions, code)
    several = multi_hot(profile, rows, positions)
    if rows.one_positive == rows.vectors:
        single = one_hot(profile, rows, positions)
        return [single, several.asking(SEVERAL)] if rows.vectors < ENOUGH else [single, several]
    if rows.sum_max <= 1:
        # Rows without any 1: none of the classes, or nobody labelled them.
        empty = rows.sum_is_zero
        ask = Ask("several_true", f"{empty:,} rows have no 1 and none has two: can several columns be 1 in one row?")
        single = one_hot(profile, rows, positions)
        return [several, replace(single, title=f"{single.title}, some rows unlabelled").asking(ask)]
    return [several]


def _with_missing(profile: LabelProfile, rows: RowFacts, positions: Positions, code: Any) -> list[Reading]:
    ignore = code if code is not None else float("nan")
    reading = multi_hot(profile, rows, positions)
    gone = sum(rows.missing_per_column) if code is None else profile.values.get(code, 0)
    facts = (
        *reading.facts,
        observed(f"{gone:,} of {profile.cells:,} cells hold no label ({code or 'NaN'})", profile.where),
    )
    found = replace(
        reading,
        title=f"{reading.title}, some cells unlabelled",
        evidence=evidence(Labels.MULTIHOT_MISSING, rows.columns, facts=facts, positions=positions, ignore=ignore),
        answers={**reading.answers, "ignore": code if code is not None else NO_IGNORE},
        counts=rows.ones,
        cells=_labelled(rows, code),
        facts=facts,
        notes=column_notes(reading.class_names, rows.ones, _labelled(rows, code)),
    )
    return [found]


def _labelled(rows: RowFacts, code: Any) -> tuple[int, ...]:
    """Cells of each column that hold a label: neither NaN nor the code."""
    if code is None:
        coded = [0] * rows.columns
    elif code < 0:
        coded = list(rows.negative_per_column)
    else:
        coded = [positive - one for positive, one in zip(rows.positives, rows.ones, strict=True)]
    return tuple(rows.vectors - gone - each for gone, each in zip(rows.missing_per_column, coded, strict=True))


def one_hot(profile: LabelProfile, rows: RowFacts, positions: Positions) -> Reading:
    """Exactly one column is 1."""
    facts = (observed(f"{rows.one_positive:,} of {rows.vectors:,} rows have exactly one 1", profile.where),)
    return Reading(
        title=f"one of {rows.columns:,} exclusive classes, one-hot",
        evidence=evidence(Labels.ONEHOT, rows.columns, facts=facts, positions=positions),
        answers={
            "task": "binary" if rows.columns == 2 else "multiclass",
            "positions": positions.value,
            "several_true": False,
        },
        class_names=_names(profile, rows),
        counts=rows.positives,
        total=rows.vectors,
        facts=facts,
        notes=column_notes(_names(profile, rows), rows.positives, _labelled(rows, None)),
    )


def multi_hot(profile: LabelProfile, rows: RowFacts, positions: Positions) -> Reading:
    """Any number of columns is 1."""
    text = f"{rows.columns:,} columns of 0 and 1, {rows.cardinality:.2f} ones for each row"
    above = f"; {rows.sum_above_one:,} of {rows.vectors:,} rows have several" if rows.sum_above_one else ""
    facts = (observed(text + above, profile.where),)
    return Reading(
        title=f"any of {rows.columns:,} labels, several at once",
        evidence=evidence(Labels.MULTIHOT, rows.columns, facts=facts, positions=positions),
        answers={"task": "multilabel", "positions": positions.value, "several_true": True},
        class_names=_names(profile, rows),
        counts=rows.positives,
        total=rows.vectors,
        facts=facts,
        notes=column_notes(_names(profile, rows), rows.positives, _labelled(rows, None)),
    )


def _two_valued(profile: LabelProfile, rows: RowFacts, positions: Positions, pair: tuple[int, int]) -> list[Reading]:
    """Columns of two other values than 0 and 1. `positives` counts cells above zero, so it is right for both."""
    source = Source.SIGNED if pair == (-1, 1) else Source.GREYMASK
    low, high = pair
    # A positive cell is the high one in both pairs, so rows with one positive cell have one high cell.
    exclusive = rows.one_positive == rows.vectors and not profile.missing
    base = one_hot if exclusive else multi_hot
    target = Labels.ONEHOT if exclusive else Labels.MULTIHOT
    reading = base(profile, rows, positions)
    facts: tuple[Fact, ...] = (observed(f"cells are {low} and {high} instead of 0 and 1", profile.where),)
    steps = (Step(Op.HIGH, high),)
    ignore = float("nan") if profile.missing else None
    if profile.missing:
        target = Labels.MULTIHOT_MISSING
        facts = (*facts, observed(f"{profile.missing:,} of {profile.cells:,} cells hold no label", profile.where))
    return [
        replace(
            reading,
            evidence=evidence(target, rows.columns, facts=facts, positions=positions, ignore=ignore),
            source=source,
            preparation=Preparation(source, target, reading.class_names, ignore, steps),
            facts=facts,
        )
    ]


def _fractions(profile: LabelProfile, rows: RowFacts, positions: Positions) -> list[Reading]:
    soft = profile.distinct_exact is False or not profile.integral
    rounded = rows.vectors >= ENOUGH and 1 - rows.sum_min < ROUNDED and rows.sum_max - 1 < ROUNDED
    if rows.sum_is_one == rows.vectors or (rounded and not profile.missing):
        exact = rows.sum_is_one == rows.vectors
        told = "1" if exact else f"{rows.sum_min:.3g} ... {rows.sum_max:.3g}, so they were rounded"
        facts = (observed(f"all {rows.vectors:,} rows are probabilities that sum to {told}", profile.where),)
        found = replace(
            one_hot(profile, rows, positions),
            title=f"probabilities of {rows.columns:,} exclusive classes",
            evidence=evidence(Labels.DISTRIBUTION, rows.columns, facts=facts, positions=positions),
            soft=soft,
            counts=rows.sums,
            facts=facts,
            notes=() if exact else ("rows sum nearly to 1: y = y / y.sum(axis=-1, keepdims=True) makes it exact",),
        )
        return [found]
    low, high = f"{rows.sum_min:.3g}", f"{rows.sum_max:.3g}"
    facts = (observed(f"values in [0, 1], rows sum to {low} ... {high}", profile.where),)
    several = replace(
        multi_hot(profile, rows, positions),
        title=f"probabilities of {rows.columns:,} labels, several at once",
        evidence=evidence(Labels.MULTIHOT, rows.columns, facts=facts, positions=positions),
        soft=soft,
        counts=rows.sums,
        facts=facts,
        notes=(),
    )
    if profile.minimum == 0 and profile.maximum == 1:
        return [several]
    ask = Ask("task", "Are the columns probabilities of labels, or quantities to predict?")
    return [several, regression(facts).asking(ask)]


def _names(profile: LabelProfile, rows: RowFacts) -> tuple[Any, ...]:
    names = profile.class_names or profile.column_names
    return tuple(names) if names and len(names) == rows.columns else tuple(range(rows.columns))
