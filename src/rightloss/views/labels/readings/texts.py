"""Readings of text labels and of lists of tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rightloss.contract import Labels, Positions, Source
from rightloss.contract.preparation import Op, Preparation, Step
from rightloss.errors import UnsupportedInput
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings.blanks import all_blanks, one_or_all, with_blanks
from rightloss.views.labels.readings.class_names import NO, YES, class_order, is_number, text_classes
from rightloss.views.labels.readings.notes import class_notes
from rightloss.views.labels.readings.quantities import FEW_REPEATS, FEW_ROWS, quantity
from rightloss.views.labels.readings.reading import (
    NO_IGNORE,
    Ask,
    Given,
    Reading,
    evidence,
    no_fit,
    observed,
    regression,
)
from rightloss.views.labels.readings.scalars import class_reading, constant, nothing, unique
from rightloss.views.labels.readings.sentinels import MISSING_WORDS, PADDING, blank
from rightloss.views.labels.readings.written_numbers import Writing, writings

MOSTLY = 0.9  # share of cells that are numbers, from which on a few others are mistakes
MOST_ODD = 3


def text_readings(profile: LabelProfile, given: Given, positions: Positions) -> list[Reading]:
    """Readings of text, best first."""
    if not profile.distinct_exact:
        return [unique(profile) if profile.once > FEW_REPEATS * profile.distinct else _many_names(profile, positions)]
    stated = stated_ignore(given)
    gone = all_blanks(profile.values, stated)
    if stated is not None:
        gone.add(given.ignore)  # a number may stand for itself written as text
    kept = {value: count for value, count in profile.values.items() if value not in gone}
    if all(map(blank, kept)):
        return [nothing(profile)]
    if len(kept) == 1:
        return [constant(profile, next(iter(kept)))]
    refuse_odd_cells(profile, kept)
    refuse_yes_no_columns(profile, kept, given, positions)
    if not any(each is not None for each in (given.task, given.several_true, given.ignore)):
        refuse_written_rows(profile, kept)
    readings = _as_classes(profile, kept, positions, one_or_all(profile, gone) if stated is not None else None)
    tagged = profile.tag_separator is not None and positions is Positions.EXAMPLE
    if given.ignore is None and readings[0].evidence is not None and not tagged:
        return with_blanks(profile, kept, readings, positions)
    if tagged:
        ask = Ask(
            "several_true",
            f"Does {profile.tag_separator!r} separate several labels of one row, or is it part of a name?",
        )
        readings = [tag_reading(profile), *(each.asking(ask) for each in readings if each.evidence is not None)]
    return readings


def refuse_odd_cells(profile: LabelProfile, kept: Mapping[Any, int]) -> None:
    """A column of numbers in which a few cells are text was read as text; the odd cells are mistakes, not classes.

    Raises:
        UnsupportedInput: names the odd cells.
    """
    odd = [value for value in kept if not is_number(value) and str(value).strip().lower() not in MISSING_WORDS]
    numbers = sum(count for value, count in kept.items() if is_number(value))
    if not odd or len(odd) > MOST_ODD or numbers < MOSTLY * sum(kept.values()) or sum(kept.values()) < FEW_ROWS:
        return
    shown = ", ".join(repr(value) for value in odd)
    raise UnsupportedInput(
        f"labels mix numbers and text ({profile.where or 'labels'}): {numbers:,} numbers, and {shown}",
        expected="labels of one kind",
        fix=f"correct or leave out the rows with {shown}; or say what means 'no label': ignore={odd[0]!r}",
    )


def refuse_yes_no_columns(profile: LabelProfile, kept: Mapping[Any, int], given: Given, positions: Positions) -> None:
    """A matrix of "yes" and "no", or of numbers in quotes: columns have to be numbers before they can be looked at.

    Raises:
        UnsupportedInput: the line that makes them numbers. Who states positions="token" has sequences, and is obeyed.
    """
    if positions is not Positions.TOKEN or len(profile.shape) != 1 or profile.kind != "text":
        return
    if given.positions == Positions.TOKEN or profile.shape[0] is None:
        return
    low = [value for value in kept if str(value).strip().lower() in NO]
    high = [value for value in kept if str(value).strip().lower() in YES]
    if not profile.text_numbers and not (len(kept) == 2 and len(low) == len(high) == 1):
        return
    line = (
        "y = np.asarray(y).astype(float)" if profile.text_numbers else f"y = (np.asarray(y) == {high[0]!r}).astype(int)"
    )
    raise UnsupportedInput(
        f"{profile.shape[0]} columns of text ({profile.where or 'labels'}): {', '.join(map(repr, list(kept)[:4]))}",
        expected="columns of numbers, or sequences of class names",
        fix=f"{line}; where each row is a sequence: positions='token'",
    )


_WRITTEN_ROW = re.compile(r"[\[({]?\s*[01](?:[\s,;|]+[01]){2,}\s*[\])}]?")


def refuse_written_rows(profile: LabelProfile, kept: Mapping[Any, int]) -> None:
    """Rows of 0 and 1, one cell for each label, that were written as one text each: "0 1 1 0".

    Raises:
        UnsupportedInput: the line that makes them columns.
    """
    texts = [str(value).strip() for value in kept]
    cells = {sum(sign in "01" for sign in text) for text in texts}
    if len(texts) < 2 or len(cells) > 1 or not all(map(_WRITTEN_ROW.fullmatch, texts)):
        return
    raise UnsupportedInput(
        f"labels are rows of 0 and 1 written as text ({profile.where or 'labels'}): {', '.join(map(repr, texts[:3]))}",
        expected="one column of numbers for each label",
        fix='y = np.array([[int(cell) for cell in row if cell in "01"] for row in y])',
    )


def stated_ignore(given: Given) -> Any:
    """The text that the user said stands for "no label"."""
    return None if given.ignore in (None, NO_IGNORE) else str(given.ignore)


def _as_classes(
    profile: LabelProfile, kept: Mapping[Any, int], positions: Positions, ignored: Any = None
) -> list[Reading]:
    classes = text_classes(profile, kept, positions, ignored)
    rows, distinct = sum(kept.values()), len(kept)
    if profile.text_numbers:
        return _numbers_in_text(profile, kept, classes)
    texts = [str(value).strip() for value in kept if not blank(value)]
    if not all(map(is_number, texts)) and (ways := writings(texts)):
        return _written_numbers(profile, classes, texts, ways)
    if distinct == rows and rows >= FEW_ROWS:
        return [unique(profile), classes.asking(Ask("task", "Will each of these labels come again in other rows?"))]
    if distinct > FEW_REPEATS * rows and rows >= FEW_ROWS:
        ask = Ask("task", f"Are the {distinct} different texts in {rows} rows classes, or names and free text?")
        return [classes, unique(profile).asking(ask)]
    return [classes]


def _many_names(profile: LabelProfile, positions: Positions) -> Reading:
    """More names than a profile keeps, most of them several times: the vocabulary has to be built by the user."""
    how = "encode them with keras.layers.StringLookup(num_oov_indices=0)"
    facts = (observed(f"about {profile.distinct:,} different texts in {profile.rows:,} rows; {how}", profile.where),)
    return Reading(
        title=f"one of about {profile.distinct:,} exclusive classes",
        evidence=evidence(Labels.INDEX, profile.distinct, facts=facts, positions=positions, exact=False),
        answers={"task": "multiclass", "positions": positions.value, "several_true": False},
        source=Source.TEXT,
        facts=facts,
    )


def _numbers_in_text(profile: LabelProfile, kept: Mapping[Any, int], classes: Reading) -> list[Reading]:
    """Numbers in quotes: someone may have meant names, or a file was read as text."""
    pairs = sorted((float(value), count) for value, count in kept.items())
    values, counts = [value for value, _ in pairs], [count for _, count in pairs]
    whole = all(value.is_integer() for value in values)
    sign = quantity(values, counts) if whole else None
    if whole and (sign is None or not sign.leads):
        return [classes]
    why = sign.why if sign else f"fractions from {values[0]:g} to {values[-1]:g} written as text"
    ask = Ask("task", "Are these texts names of classes, or numbers to predict?")
    return [regression((observed(why, profile.where),)), classes.asking(ask)]


def _written_numbers(
    profile: LabelProfile, classes: Reading, texts: Sequence[str], ways: Sequence[Writing]
) -> list[Reading]:
    """Numbers as people write them: 1,000 or 0,5 or 12 %. Where two ways fit, both lines are told."""
    best, *others = ways
    told = [text for text in texts if not is_number(text)]
    shown = next((text for text in told if any(way.number(text) != best.number(text) for way in others)), told[0])
    meant = [f"{way.number(shown):.15g}" for way in ways]
    lines = [f"y = [{way.line} for label in y]" for way in ways]
    what, fact = best.what, f"texts such as {shown!r} are numbers with {best.what}"
    if others:
        what = "a separator"
        fact = f"texts such as {shown!r} are numbers, and do not say whether {' or '.join(meant)}"
        lines = [f"{line} if {shown!r} means {number}" for line, number in zip(lines, meant, strict=True)]
    first = "leave out the rows without a label, " if any(map(blank, profile.values)) else ""
    numbers = no_fit(
        f"numbers with {what} (regression)",
        Source.CONTINUOUS,
        f"{first}make numbers of them, {', or '.join(lines)}, and predict those: "
        "keras.layers.Dense(1) with loss='mean_squared_error'",
        answers={"task": "regression"},
        facts=(observed(fact, profile.where),),
    )
    return [numbers, classes.asking(Ask("task", "Are these texts names of classes, or numbers to predict?"))]


def list_readings(profile: LabelProfile, given: Given) -> list[Reading]:
    """Readings of labels that are lists of different lengths: tags of an example, or a sequence of labelled tokens."""
    if not profile.tags:
        return [nothing(profile)]
    if len(profile.tags) == 1:
        return [constant(profile, next(iter(profile.tags)))]
    tags = tag_reading(profile)
    if profile.tags_max == 1:
        return _one_tag_each(profile, tags)
    if not profile.tags_repeated:
        return [tags]
    ask = Ask("positions", "Is each list a set of tags of one example, or one label for each step of a sequence?")
    names = class_order(profile.tags, None)
    counts = [profile.tags[name] for name in names]
    tokens = class_reading(profile, names, counts, positions=Positions.TOKEN)
    return [tokens, tags.asking(ask)]


def _one_tag_each(profile: LabelProfile, tags: Reading) -> list[Reading]:
    """Lists that never hold two labels: the container says that several can be true, the labels that one is."""
    names = class_order(profile.tags, None)
    classes = class_reading(profile, names, [profile.tags[name] for name in names], positions=Positions.EXAMPLE)
    ask = Ask("several_true", "No list holds two labels: can several be true for one example, or always one?")
    return [classes, tags.asking(ask)] if profile.tags_min == 1 else [tags, classes.asking(ask)]


def tag_reading(profile: LabelProfile) -> Reading:
    """Several labels can be true at once."""
    names = class_order(profile.tags, None)
    counts = tuple(profile.tags[name] for name in names)
    steps = [Step(Op.MULTI_HOT)]
    if profile.tag_separator is not None:
        steps.insert(0, Step(Op.SPLIT, profile.tag_separator))
    mean = profile.tags_per_row or 0.0
    facts = (observed(f"lists of labels: {len(names):,} different ones, {mean:.1f} for each row", profile.where),)
    return Reading(
        title=f"any of {len(names):,} labels, several at once",
        evidence=evidence(Labels.MULTIHOT, len(names), facts=facts),
        answers={"task": "multilabel", "positions": "example", "several_true": True},
        source=Source.TAGLISTS,
        preparation=Preparation(Source.TAGLISTS, Labels.MULTIHOT, tuple(names), None, tuple(steps)),
        class_names=tuple(names),
        counts=counts,
        total=profile.rows,
        facts=facts,
        notes=class_notes(names, counts),
    )


def are_padded(profile: LabelProfile) -> bool:
    """Whether every row holds rising ids and then only a padding value."""
    rows = profile.row_facts
    return rows is not None and profile.distinct_exact and rows.sorted_ids == rows.vectors


def id_lists(profile: LabelProfile, given: Given) -> list[Reading]:
    """Rows of ids, filled up with a padding value where they are shorter: lists of labels in a rectangular array.

    The padding is what was stated; else -1, -100, or 0 beside rows that end in it. Beside other rows 0 is asked about.
    """
    low = min(profile.values)
    if given.ignore is not None:
        return [_id_lists(profile, None if given.ignore == NO_IGNORE else given.ignore)]
    if isinstance(low, str):
        return [_id_lists(profile, low if blank(low) else None)]
    if low != 0 or are_padded(profile):
        return [_id_lists(profile, low if low in (0, *PADDING) else None)]
    filled, labelled = _id_lists(profile, 0), _id_lists(profile, None)
    ask = Ask("ignore", "Is 0 what short lists are filled up with, or the id of a label?")
    return [
        replace(filled, answers={**filled.answers, "ignore": 0}),
        replace(labelled, answers={**labelled.answers, "ignore": NO_IGNORE}).asking(ask),
    ]


def _id_lists(profile: LabelProfile, padding: Any) -> Reading:
    names = sorted(value for value in profile.values if value != padding)
    if len(names) < 2:
        return constant(profile, names[0]) if names else nothing(profile)
    counts = tuple(profile.values[name] for name in names)
    what = f"every row rises, then repeats {padding}" if are_padded(profile) else f"rows of {profile.shape[0]} ids"
    facts = (observed(what, profile.where),)
    return Reading(
        title=f"any of {len(names):,} labels, written as a padded list of ids",
        evidence=evidence(Labels.MULTIHOT, len(names), facts=facts),
        answers={"task": "multilabel", "positions": "example", "several_true": True},
        source=Source.TAGLISTS,
        preparation=Preparation(Source.TAGLISTS, Labels.MULTIHOT, tuple(names), None, (Step(Op.MULTI_HOT, padding),)),
        class_names=tuple(names),
        counts=counts,
        total=profile.rows,
        facts=facts,
    )
