"""Readings of labels that are one number each: for an example, a token or a pixel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from rightloss.contract import Labels, Positions, Source
from rightloss.contract.preparation import Op, Preparation, Step
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings.notes import class_notes
from rightloss.views.labels.readings.pictures import (
    AREAS,
    GREY,
    PICTURE_LEVELS,
    code_beside,
    noisy_grey,
    picture_or_classes,
)
from rightloss.views.labels.readings.quantities import FEW_REPEATS, FULL, Quantity, quantity
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
from rightloss.views.labels.readings.sentinels import sentinel, several_sentinels

FILLED_UP = 10  # from so many sequences on, and from this share of them, zeros at the end alone are no chance
FILLED_SHARE = 0.1
GRID = 20  # at most this many repeated fractions can be steps of a scale

_TASK_TEXT = {
    "ids": "Is each value a class that will come again, or is it different for every row (an id or a quantity)?",
    "counts": "Are these numbers counts of something, or class ids?",
    "years": "Are the years classes to tell apart, or a number to predict?",
    "ratings": "Is this a grade to predict as a number, or are the grades classes?",
    "numbers": "Are these numbers quantities to predict, or class ids?",
}


def number_readings(profile: LabelProfile, given: Given, positions: Positions) -> list[Reading]:
    """Readings of numbers, best first."""
    if not profile.distinct_exact:
        return _too_many(profile, positions)
    codes = several_sentinels(sorted(profile.values)) if profile.integral else ()
    gone = codes if given.ignore in codes else (given.ignore,)
    kept = {value: count for value, count in profile.values.items() if value not in gone}
    if not kept:
        return [nothing(profile)]
    values = sorted(kept)
    counts = [kept[value] for value in values]
    if not profile.integral:
        return _fractions(profile, kept, positions)
    ignored = list(codes) if given.ignore in codes else _ignored(profile, given)
    if len(values) == 1:
        return [constant(profile, values[0])]
    if values == [-1, 0] and given.ignore is None:
        return _minus_one_and_zero(profile, counts, positions)
    readings: list[Reading] = []
    codes = codes if set(codes) <= set(values) else ()
    # ids beside a code such as 255 are no picture, whatever the code means
    grey = noisy_grey(profile, positions, values, kept) if sentinel(values) is None else None
    named = codes or (code_beside(values, positions) if grey is None else None)
    if named in ((), None) and positions is Positions.TOKEN and _fills_up(profile, values):
        named = 0
    code = named if given.ignore is None else None
    sign = _sign(profile, kept, named) if positions is Positions.EXAMPLE else None
    if code is not None:
        readings.append(_with_code(profile, kept, code, positions))
    if grey is not None:
        readings.append(grey)
    classes = class_reading(profile, values, counts, positions=positions, ignored=ignored, answers=_no_code(code))
    if positions in AREAS and grey is None and len(values) > PICTURE_LEVELS:
        if code is None:
            return picture_or_classes(profile, values, classes)
        rest = [value for value in values if value not in _codes(code)]
        found = picture_or_classes(profile, rest, readings[0])
        return [*found, classes.asking(ask_code(_codes(code)))] if found[0] is readings[0] else found
    if sign is not None and profile.ordered is not None:
        sign = replace(sign, leads=False)  # somebody declared categories
    if sign is None:
        return _rank_code(readings, classes, code, values, positions)
    if code is None:
        return _against_quantity(classes, sign, profile)
    rival = classes if sign.leads and given.task is None else classes.asking(ask_code(_codes(code)))
    return [*_against_quantity(readings[0], sign, profile), rival]


def class_reading(
    profile: LabelProfile,
    values: Sequence[Any],
    counts: Sequence[int],
    *,
    positions: Positions,
    ignored: Any = None,
    answers: Mapping[str, Any] | None = None,
    ordered: bool = False,
) -> Reading:
    """One of K exclusive classes, whatever the ids are called."""
    classes = len(values)
    as_they_stand = list(values) == list(range(classes))
    labels = (Labels.BINARY, Labels.INDEX) if classes == 2 else (Labels.INDEX,)
    task = "binary" if classes == 2 else "multiclass"
    span = f"{values[0]} and {values[1]}" if classes == 2 else f"{values[0]} to {values[-1]}"
    facts = (observed(f"{classes} different labels, {span}, in {sum(counts):,} {_unit(positions)}", profile.where),)
    ignore, preparation = _prepare(profile, values, as_they_stand, classes, positions, ignored)
    return Reading(
        title="one of two classes" if classes == 2 else f"one of {classes:,} exclusive classes",
        evidence=evidence(labels, classes, facts=facts, positions=positions, ignore=ignore),
        answers={"task": task, "positions": positions.value, "several_true": False, **(answers or {})},
        source=preparation.source if preparation else None,
        preparation=preparation,
        class_names=tuple(profile.class_names or values),
        counts=tuple(counts),
        total=sum(counts),
        ordered=ordered or bool(profile.ordered),
        facts=facts,
        notes=class_notes(values, counts),
    )


def _prepare(
    profile: LabelProfile, values: Sequence[Any], as_they_stand: bool, classes: int, positions: Positions, ignored: Any
) -> tuple[Any, Preparation | None]:
    """The ignore value of the prepared labels, and the steps to them (None where there is nothing to do)."""
    steps: list[Step] = []
    uneven = profile.kind == "tags" and profile.tags_min != profile.tags_max
    missing = profile.missing > 0 or uneven  # uneven lists are padded to one length
    ignore = ignored
    if ignored is None and missing:
        # Binary labels may stay NaN, which the masked loss leaves out; ids need a whole number.
        ignore = float("nan") if classes == 2 and as_they_stand and profile.none == 0 and profile.nan else -1
    elif isinstance(ignored, list) or (not as_they_stand and (isinstance(ignored, str) or ignored in range(classes))):
        ignore = -1  # one value for several; and after mapping, the stated value would be the id of a class
    if uneven or (profile.kind == "tags" and profile.tags_max == 1):
        steps.append(Step(Op.PAD))
    if not as_they_stand or isinstance(ignored, list) or (missing and ignored is not None):
        steps.append(Step(Op.MAP, ignored))
    elif missing and not isinstance(ignore, float):
        steps.append(Step(Op.FILL))
    if classes == 2 and positions is not Positions.EXAMPLE and profile.shape[-1:] != (1,):
        steps.append(Step(Op.ADD_AXIS))
    if not steps:
        return ignore, None
    target = Labels.BINARY if classes == 2 else Labels.INDEX
    return ignore, Preparation(_source(values), target, tuple(values), ignore, tuple(steps))


def _source(values: Sequence[Any]) -> Source:
    if any(isinstance(value, str) for value in values):
        return Source.TEXT
    pair = tuple(values)
    if pair == (-1, 1):
        return Source.SIGNED
    return Source.GREYMASK if pair == GREY else Source.OFFSET


def _fills_up(profile: LabelProfile, values: Sequence[Any]) -> bool:
    """Whether 0 only fills up sequences that are shorter than the longest one."""
    facts = profile.row_facts
    if facts is None or facts.zero_inside or len(values) < 3 or values[0] != 0:
        return False
    return facts.zero_tails >= max(FILLED_UP, FILLED_SHARE * facts.vectors)


def _ignored(profile: LabelProfile, given: Given) -> Any:
    stated = given.ignore is not None and given.ignore != NO_IGNORE
    return given.ignore if stated and given.ignore in profile.values else None


def _no_code(code: int | tuple[int, ...] | None) -> dict[str, Any]:
    return {} if code is None else {"ignore": NO_IGNORE}


def _with_code(
    profile: LabelProfile, kept: Mapping[Any, int], code: int | tuple[int, ...], positions: Positions
) -> Reading:
    """One value, or several, mean "no label"; naming one of several names all."""
    codes = _codes(code)
    rest = sorted(value for value in kept if value not in codes)
    counts = [kept[value] for value in rest]
    ignored, answers = (list(codes) if len(codes) > 1 else codes[0]), {"ignore": codes[0]}
    return class_reading(profile, rest, counts, positions=positions, ignored=ignored, answers=answers)


def _codes(code: int | tuple[int, ...]) -> tuple[int, ...]:
    return code if isinstance(code, tuple) else (code,)


def _sign(profile: LabelProfile, kept: Mapping[Any, int], code: int | tuple[int, ...] | None) -> Quantity | None:
    """The sign of a quantity in what remains without the codes."""
    gone = () if code is None else _codes(code)
    rest = sorted(value for value in kept if value not in gone)
    return quantity(rest, [kept[value] for value in rest], floating=profile.kind == "float")


def ask_code(codes: Sequence[Any]) -> Ask:
    """Whether values stand for "no label"."""
    if len(codes) == 1:
        return Ask("ignore", f"Does {codes[0]!r} mean 'no label', or is it a class of its own?")
    shown = f"{', '.join(map(repr, codes[:-1]))} and {codes[-1]!r}"
    return Ask("ignore", f"Do {shown} mean 'no label', or are they classes of their own?")


def _minus_one_and_zero(profile: LabelProfile, counts: Sequence[int], positions: Positions) -> list[Reading]:
    """Two classes, or one class beside unlabelled rows."""
    ask = Ask("ignore", "Does -1 mean 'no label' (then there is only one class), or is it a class of its own?")
    classes = class_reading(profile, [-1, 0], counts, positions=positions, answers={"ignore": NO_IGNORE})
    only = constant(profile, 0)
    return [classes, replace(only, answers={"ignore": -1}).asking(ask)]


def _rank_code(
    coded: list[Reading],
    classes: Reading,
    code: int | tuple[int, ...] | None,
    values: Sequence[Any],
    positions: Positions,
) -> list[Reading]:
    """-1, 0, 1 for each example are more often three classes; any other code more often means "no label"."""
    if code is None:
        return [*coded, classes]
    ask = ask_code(_codes(code))
    if len(values) == 3 and values[0] == -1 and values[1] == 0 and positions is Positions.EXAMPLE:
        return [classes, *(each.asking(ask) for each in coded)]
    return [*coded, classes.asking(ask)]


def _against_quantity(classes: Reading, sign: Quantity, profile: LabelProfile) -> list[Reading]:
    ask = Ask("task", _TASK_TEXT[sign.kind])
    numbers = regression((observed(sign.why, profile.where),), counts=sign.kind == "counts")
    if sign.kind == "ids":
        numbers = unique(profile) if profile.increasing else numbers
    if sign.kind == "ratings":
        return [classes, numbers.asking(ask)] if profile.ordered else _grades(classes, numbers, ask)
    return [numbers, classes.asking(ask)] if sign.leads else [classes, numbers.asking(ask)]


def _grades(classes: Reading, numbers: Reading, ask: Ask) -> list[Reading]:
    in_order = replace(
        classes, title=f"{classes.title}, in order", ordered=True, answers={**classes.answers, "ordered": True}
    )
    plain = replace(classes, answers={**classes.answers, "ordered": False})
    return [in_order, numbers.asking(ask), plain]


def _fractions(profile: LabelProfile, kept: Mapping[Any, int], positions: Positions) -> list[Reading]:
    """Numbers that are not whole: probabilities, steps of a scale, or quantities."""
    values = sorted(kept)
    facts = (observed(f"fractions from {values[0]:g} to {values[-1]:g}", profile.where),)
    numbers = regression(facts)
    inside = values[0] >= 0 and values[-1] <= 1
    steps = _scale(values, kept)
    ask = Ask("task", "Are these probabilities of 'yes', or a quantity to predict?")
    readings: list[Reading] = []
    if inside and not steps:
        readings = [soft_binary(profile, kept, positions, facts), numbers.asking(ask)]
    elif steps and positions is Positions.EXAMPLE:
        classes = class_reading(profile, values, [kept[value] for value in values], positions=positions)
        scale = Ask("task", "Are these steps of a scale (classes in order), or a quantity to predict?")
        readings = [numbers, *_grades(classes.asking(scale), numbers, scale)[:1]]
        if inside:
            readings.append(soft_binary(profile, kept, positions, facts).asking(scale))
    return readings or [numbers]


def _scale(values: Sequence[float], kept: Mapping[Any, int]) -> bool:
    """Whether a few fractions with equal steps come again and again."""
    if not 3 <= len(values) <= GRID or sum(kept.values()) < 2 * len(values):
        return False
    gaps = [round(b - a, 6) for a, b in pairwise(values)]
    return len(set(gaps)) == 1


def soft_binary(
    profile: LabelProfile, kept: Mapping[Any, int], positions: Positions, facts: tuple[Any, ...]
) -> Reading:
    """Probabilities of "yes"."""
    positive = sum(float(value) * count for value, count in kept.items())
    total = sum(kept.values())
    return Reading(
        title="probabilities of one class",
        evidence=evidence(Labels.BINARY, 2, facts=facts, positions=positions),
        answers={"task": "binary", "positions": positions.value, "several_true": False},
        soft=True,
        class_names=(0, 1),
        counts=(total - positive, positive),
        total=total,
        facts=facts,
    )


def _too_many(profile: LabelProfile, positions: Positions) -> list[Reading]:
    """More distinct values than the profile keeps."""
    fact = observed(f"about {profile.distinct:,} different values in {profile.rows:,} rows", profile.where)
    if not profile.integral or profile.minimum is None or profile.maximum is None:
        return [regression((fact,))]
    if profile.increasing and profile.once > FEW_REPEATS * profile.distinct:
        return [unique(profile)]
    numbers = regression((fact,))
    classes = int(profile.maximum) + 1
    if profile.minimum < 0 or profile.distinct < FULL * classes or profile.once > FEW_REPEATS * profile.distinct:
        return [numbers]
    ids = Reading(
        title=f"one of {classes:,} exclusive classes",
        evidence=evidence(Labels.INDEX, classes, facts=(fact,), positions=positions, exact=False),
        answers={"task": "multiclass", "positions": positions.value, "several_true": False},
        facts=(fact,),
    )
    return [ids, numbers.asking(Ask("task", _TASK_TEXT["numbers"]))]


def constant(profile: LabelProfile, value: Any) -> Reading:
    """One class: there is nothing to tell apart."""
    fact = observed(f"every label is {value!r}", profile.where)
    return no_fit(
        "one class only",
        Source.CONSTANT,
        "collect examples of the other class, or use a method for one class, such as anomaly detection",
        answers={},
        facts=(fact,),
    )


def unique(profile: LabelProfile) -> Reading:
    """A label of its own for every row."""
    fact = observed(f"all {profile.rows:,} labels are different", profile.where)
    return no_fit(
        "ids: a label of its own for every row",
        Source.IDS,
        "choose the column that says what each row is; an id cannot be learned",
        answers={},
        facts=(fact,),
    )


def nothing(profile: LabelProfile) -> Reading:
    """No labels at all."""
    text = f"all {profile.cells:,} labels are missing" if profile.cells else "the labels have no columns"
    if profile.rows == 0:
        text = "there are no labels"
    return no_fit(
        "no labels",
        Source.EMPTY,
        "pass the labels that the model should learn",
        answers={},
        facts=(observed(text, profile.where),),
    )


def _unit(positions: Positions) -> str:
    return "rows" if positions is Positions.EXAMPLE else f"{positions.value}s"
