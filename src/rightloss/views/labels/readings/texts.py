"""Readings of text labels and of lists of tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rightloss.contract import Labels, Positions, Source
from rightloss.contract.preparation import Op, Preparation, Step
from rightloss.errors import UnsupportedInput
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings.quantities import FEW_REPEATS, FEW_ROWS, quantity
from rightloss.views.labels.readings.reading import (
    NO_IGNORE,
    Ask,
    Given,
    Reading,
    evidence,
    observed,
    regression,
)
from rightloss.views.labels.readings.scalars import class_reading, constant, nothing, unique
from rightloss.views.labels.readings.sentinels import TEXT_CODES

MOSTLY = 0.9  # share of cells that are numbers, from which on a few others are mistakes
MOST_ODD = 3
YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "positive", "pos", "spam", "on", "present", "abnormal", "bad"})
NO = frozenset({"no", "n", "false", "f", "0", "0.0", "-1", "negative", "neg", "ham", "off", "absent", "normal", "good"})


def text_readings(profile: LabelProfile, given: Given, positions: Positions) -> list[Reading]:
    """Readings of text, best first."""
    if not profile.distinct_exact:
        return [unique(profile) if profile.once > FEW_REPEATS * profile.distinct else _many_names(profile, positions)]
    # a number may stand for itself written as text
    gone = {given.ignore, None if given.ignore is None else str(given.ignore)}
    kept = {value: count for value, count in profile.values.items() if value not in gone}
    if not kept:
        return [nothing(profile)]
    if len(kept) == 1:
        return [constant(profile, next(iter(kept)))]
    refuse_odd_cells(profile, kept)
    readings = _as_classes(profile, kept, positions, stated_ignore(given))
    code = next((value for value in kept if str(value).strip().lower() in TEXT_CODES), None)
    if code is not None and given.ignore is None and len(kept) > 2 and readings[0].evidence is not None:
        return _with_text_code(profile, kept, code, readings[0], positions)
    if profile.tag_separator is not None and positions is Positions.EXAMPLE:
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
    odd = [value for value in kept if not _is_number(value) and str(value).strip().lower() not in TEXT_CODES]
    numbers = sum(count for value, count in kept.items() if _is_number(value))
    if not odd or len(odd) > MOST_ODD or numbers < MOSTLY * sum(kept.values()) or sum(kept.values()) < FEW_ROWS:
        return
    shown = ", ".join(repr(value) for value in odd)
    raise UnsupportedInput(
        f"labels mix numbers and text ({profile.where or 'labels'}): {numbers:,} numbers, and {shown}",
        expected="labels of one kind",
        fix=f"correct or leave out the rows with {shown}; or say what means 'no label': ignore={odd[0]!r}",
    )


def _is_number(value: Any) -> bool:
    try:
        return float(value) == float(value)
    except (TypeError, ValueError):
        return False


def _with_text_code(
    profile: LabelProfile, kept: Mapping[Any, int], code: Any, classes: Reading, positions: Positions
) -> list[Reading]:
    """A text such as "nan" or "?" beside class names: more likely no label than a class."""
    rest = {value: count for value, count in kept.items() if value != code}
    known = text_classes(profile, rest, positions, code)
    ask = Ask("ignore", f"Does {code!r} mean 'no label', or is it a class of its own?")
    stated = replace(known, answers={**known.answers, "ignore": code})
    return [stated, replace(classes, answers={**classes.answers, "ignore": NO_IGNORE}).asking(ask)]


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
    if distinct == rows and rows >= FEW_ROWS:
        return [unique(profile), classes.asking(Ask("task", "Will each of these labels come again in other rows?"))]
    if distinct > FEW_REPEATS * rows and rows >= FEW_ROWS:
        ask = Ask("task", f"Are the {distinct} different texts in {rows} rows classes, or names and free text?")
        return [classes, unique(profile).asking(ask)]
    return [classes]


def text_classes(profile: LabelProfile, kept: Mapping[Any, int], positions: Positions, ignored: Any = None) -> Reading:
    """One of K class names, in the order declared, else by number, else no before yes, else from a to z."""
    names = class_order(kept, profile.categories)
    counts = [kept.get(name, 0) for name in names]
    return class_reading(profile, names, counts, positions=positions, ignored=ignored)


def class_order(kept: Mapping[Any, int], categories: Sequence[Any] | None) -> list[Any]:
    """Class names in the order of their ids."""
    if categories is not None and set(kept) <= set(categories):
        return list(categories)
    names = sorted(kept, key=str)
    if len(names) == 2 and str(names[0]).lower() in YES and str(names[1]).lower() in NO:
        return names[::-1]
    try:
        return sorted(names, key=float)
    except (TypeError, ValueError):
        return names


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


def list_readings(profile: LabelProfile, given: Given) -> list[Reading]:
    """Readings of labels that are lists of different lengths: tags of an example, or a sequence of labelled tokens."""
    if not profile.tags:
        return [nothing(profile)]
    if len(profile.tags) == 1:
        return [constant(profile, next(iter(profile.tags)))]
    tags = tag_reading(profile)
    if not profile.tags_repeated:
        return [tags]
    ask = Ask("positions", "Is each list a set of tags of one example, or one label for each step of a sequence?")
    names = class_order(profile.tags, None)
    counts = [profile.tags[name] for name in names]
    tokens = class_reading(profile, names, counts, positions=Positions.TOKEN)
    return [tokens, tags.asking(ask)]


def tag_reading(profile: LabelProfile) -> Reading:
    """Several labels can be true at once."""
    names = class_order(profile.tags, None)
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
        counts=tuple(profile.tags[name] for name in names),
        total=profile.rows,
        facts=facts,
    )


def padded_ids(profile: LabelProfile) -> Reading | None:
    """Rows of rising ids that end in a padding value: lists of labels in a rectangular array."""
    rows = profile.row_facts
    if rows is None or not profile.distinct_exact or rows.sorted_ids < rows.vectors:
        return None
    padding = min(profile.values)
    names = sorted(value for value in profile.values if value != padding)
    counts = tuple(profile.values[name] for name in names)
    facts = (observed(f"every row rises, then repeats {padding}", profile.where),)
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
