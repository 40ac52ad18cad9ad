"""Profile -> ranked readings. The view says what labels can mean and what was seen; the table says what follows."""

from __future__ import annotations

from dataclasses import replace

from rightloss.contract import Positions, Source, Term
from rightloss.errors import UnsupportedInput, WrongArgument
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings.grids import matrix_readings, volume_readings
from rightloss.views.labels.readings.reading import NO_IGNORE, Ask, Given, Reading, no_fit, observed, regression
from rightloss.views.labels.readings.scalars import class_reading, nothing, number_readings
from rightloss.views.labels.readings.texts import list_readings, text_readings

__all__ = ["NO_IGNORE", "Ask", "Given", "Reading", "read_profile"]


def read_profile(profile: LabelProfile, given: Given | None = None) -> tuple[Reading, ...]:
    """All readings that agree with what the user stated, most likely first; never empty.

    Raises:
        WrongArgument: what was stated agrees with no reading.
        UnsupportedInput: labels mix numbers and text.
    """
    given = given or Given()
    _refuse_absent_code(profile, given)
    found = _all(profile, given)
    if given.task == "regression":
        numbers = [each for each in found if each.answers.get("task") == "regression"]
        return (numbers[0] if numbers else regression((observed("task='regression' was stated"),)),)
    kept = [each for each in found if _agrees(each, given) and _may_stand(each, found[0], given)]
    if given.task is not None or given.ordered is not None:  # whoever names a task or an order speaks of classes
        kept = [each for each in kept if each.evidence is not None] or kept
    unordered = given.ordered is True and all(each.answers.get("task") == "regression" for each in kept)
    if not kept or unordered:
        raise _contradiction(profile, given, found)
    ordered = kept[0].ordered or (given.ordered is True and kept[0].evidence is not None)
    return (replace(kept[0], ask=None, ordered=ordered), *kept[1:])


def _all(profile: LabelProfile, given: Given) -> list[Reading]:
    if profile.kind == "empty" or profile.rows == 0:
        return [nothing(profile)]
    if profile.kind == "mixed":
        raise UnsupportedInput(
            f"labels mix numbers and text ({profile.where or 'labels'}): {_examples(profile)}",
            expected="labels of one kind",
            fix="write them all as text, y = [str(label) for label in y], or correct the odd ones",
        )
    if profile.infinite:
        raise UnsupportedInput(
            f"{profile.infinite:,} labels are infinite ({profile.where or 'labels'})",
            expected="finite numbers",
            fix="leave those rows out: keep = np.isfinite(y); x, y = x[keep], y[keep]",
        )
    if profile.kind == "datetime":
        return [_dates(profile)]
    if profile.kind == "tags":
        return list_readings(profile, given)
    shape = profile.shape[:-1] if profile.shape[-1:] == (1,) else profile.shape
    if len(shape) == 0:
        return scalar_readings(profile, given, Positions.EXAMPLE)
    if len(shape) == 1:
        return matrix_readings(profile, given, scalar_readings)
    return volume_readings(profile, given, scalar_readings)


def _dates(profile: LabelProfile) -> Reading:
    """Dates and times: no model gives out one, and a class for each is rarely meant."""
    kind = "timedelta64[s]" if profile.dtype.startswith("timedelta") else "datetime64[s]"
    return no_fit(
        "dates or times (regression)",
        Source.CONTINUOUS,
        f"predict their seconds, y = np.asarray(y, dtype='{kind}').astype(float), scaled, with keras.layers.Dense(1) "
        "and loss='mean_squared_error'; where each date is a class: y = [str(label) for label in y]",
        answers={"task": "regression"},
        facts=(observed("labels are dates or times", profile.where),),
    )


def scalar_readings(profile: LabelProfile, given: Given, positions: Positions) -> list[Reading]:
    """Readings of one value for each example, token or pixel."""
    if profile.kind == "text":
        return text_readings(profile, given, positions)
    if profile.kind == "bool":
        counts = [profile.values.get(False, 0), profile.values.get(True, 0)]
        if all(counts):
            return [class_reading(profile, [0, 1], counts, positions=positions)]
    return number_readings(profile, given, positions)


def _refuse_absent_code(profile: LabelProfile, given: Given) -> None:
    """A value that stands for "no label" and is nowhere in the labels is a mistake: nothing would be left out.

    Raises:
        WrongArgument: all labels were seen, and none has the stated value.
    """
    stated = given.ignore is not None and given.ignore != NO_IGNORE
    missing = isinstance(given.ignore, float) and given.ignore != given.ignore  # NaN: looked for as missing cells
    known = {*profile.values, *profile.tags}
    if not stated or missing or profile.capped or not profile.distinct_exact or not profile.rows:
        return
    if given.ignore in known or str(given.ignore) in known:
        return
    raise WrongArgument(
        f"ignore={given.ignore!r}, but no label has this value{f' ({profile.where})' if profile.where else ''}",
        expected=f"one of the values that occur: {_examples(profile)}",
        fix="leave ignore out, or pass labels that hold the value",
    )


def _may_stand(reading: Reading, first: Reading, given: Given) -> bool:
    """Whether a reading may take the leading one's place: a formal one only where it speaks of the same positions."""
    same = reading.answers.get("positions") == first.answers.get("positions")
    return reading is first or reading.ask is not None or same or given.positions is not None or not given.stated()


def _agrees(reading: Reading, given: Given) -> bool:
    """A reading that takes no stand on a keyword agrees with any value of it."""
    for name, value in given.stated().items():
        if name == "ignore" and value not in (NO_IGNORE, *_codes(reading)):
            continue  # the value was taken out before the reading was made
        answer = reading.answers.get(name, value)
        if answer != value and not (isinstance(answer, float) and answer != answer):
            return False
    return True


def _codes(reading: Reading) -> tuple[object, ...]:
    code = reading.answers.get("ignore")
    return () if code is None else (code,)


def _contradiction(profile: LabelProfile, given: Given, found: list[Reading]) -> WrongArgument:
    stated = ", ".join(f"{name}={_plain(value)!r}" for name, value in given.stated().items())
    answers = "; ".join(f"{each.title} ({_stand(each)})" for each in found)
    return WrongArgument(
        f"{stated} does not agree with the labels{f' ({profile.where})' if profile.where else ''}",
        expected=f"one of: {answers}",
        fix="y = [str(label) for label in y], where each date is a class"
        if profile.kind == "datetime"
        else "leave the keyword out, or pass the labels it describes",
    )


def _stand(reading: Reading) -> str:
    return ", ".join(f"{name}={_plain(value)!r}" for name, value in reading.answers.items()) or "no cross-entropy fits"


def _plain(value: object) -> object:
    return value.value if isinstance(value, Term) else value


def _examples(profile: LabelProfile) -> str:
    return ", ".join(repr(value) for value in list(profile.values)[:5])
