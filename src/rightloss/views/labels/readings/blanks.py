"""Texts that may stand for "no label" beside class names: "nan", "?", "unknown"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rightloss.contract import Positions
from rightloss.errors import UnsupportedInput
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings.class_names import is_number, text_classes
from rightloss.views.labels.readings.reading import NO_IGNORE, Ask, Reading
from rightloss.views.labels.readings.scalars import ask_code, constant
from rightloss.views.labels.readings.sentinels import blank, perhaps_blank


def with_blanks(
    profile: LabelProfile, kept: Mapping[Any, int], readings: list[Reading], positions: Positions
) -> list[Reading]:
    """Readings where a text such as "nan", "?" or "unknown" stands beside class names: no label, or a class.

    Beside two or more classes a blank is no label; a word that could name a class is one until somebody says otherwise.

    Raises:
        UnsupportedInput: "none" among numbers, which `ignore` cannot name.
    """
    blanks, words = _sorted_out(kept)
    classes = readings[0]
    if blanks == [NO_IGNORE]:
        raise _unsettled(profile, kept, blanks)
    apart = replace(classes, answers={**classes.answers, "ignore": NO_IGNORE})
    if blanks and len(kept) > len(blanks) + 1:
        wider = {word: _text_code(profile, kept, [word, *blanks], positions) for word in words}
        offered = {word: each for word, each in wider.items() if each.evidence is not None}
        ask = _ask_which([*blanks, *offered]) if offered else ask_code(blanks)
        rivals = [each.asking(ask) for each in offered.values()]
        return [_text_code(profile, kept, blanks, positions), *rivals, apart.asking(ask)]
    if len(kept) == 2:
        words = []  # one word beside one name: "none" and "mild" are two classes
    rivals = [
        replace(
            _text_code(profile, kept, codes, positions), answers={**classes.answers, "ignore": _named(codes)}
        ).asking(ask_code(codes))
        for codes in (*([blanks] if blanks else []), *([word] for word in words))
    ]
    if not rivals:
        return readings
    return [apart, *readings[1:], *rivals]


def _ask_which(codes: list[Any]) -> Ask:
    return Ask("ignore", f"Which of {', '.join(map(repr, codes))} mean 'no label', and which are classes?")


def all_blanks(values: Iterable[Any], stated: str | None) -> set[Any]:
    """The texts that mean "no label" where one of them was stated: whoever names one of several blanks names all."""
    if stated is None:
        return set()
    blanks, words = _sorted_out(values)
    return {stated, *blanks} if stated in (*blanks, *words) else {stated}


def _sorted_out(values: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """(texts that mean "no label", words that may)."""
    values = list(values)
    words = [value for value in values if perhaps_blank(value) and not _punctuation_beside(value, values)]
    names = [value for value in values if not blank(value) and value not in words]
    numbers = len(names) > 0 and all(map(is_number, names))
    blanks = [value for value in values if blank(value) or (numbers and value in words)]
    # as an answer "none" says that no text means "no label"
    return blanks, [value for value in words if value not in (NO_IGNORE, *blanks)]


def _text_code(profile: LabelProfile, kept: Mapping[Any, int], codes: list[Any], positions: Positions) -> Reading:
    """These texts stand for "no label"."""
    rest = {value: count for value, count in kept.items() if value not in codes}
    if len(rest) == 1:
        return constant(profile, next(iter(rest)))
    known = text_classes(profile, rest, positions, one_or_all(profile, codes))
    return replace(known, answers={**known.answers, "ignore": _named(codes)})


def _named(codes: list[Any]) -> Any:
    """The code that answers for all of them; "none" cannot, since it says that there are none."""
    return next(code for code in codes if code != NO_IGNORE)


def one_or_all(profile: LabelProfile, codes: Iterable[Any]) -> Any:
    """The argument of the preparation: the one code that occurs, or all of them."""
    found = sorted(str(code) for code in codes if code in profile.values or code in profile.tags)
    return found if len(found) > 1 else next(iter(found), None)


def _punctuation_beside(value: str, kept: Iterable[Any]) -> bool:
    """Whether a text without letters stands among others like it: "-" beside "+" is a class."""
    bare = [other for other in kept if not any(letter.isalnum() for letter in str(other))]
    return value in bare and len(bare) > 1


def _unsettled(profile: LabelProfile, kept: Mapping[Any, int], blanks: list[Any]) -> UnsupportedInput:
    """Texts that mean "no label", and that one value of `ignore` cannot name."""
    shown = ", ".join(f"{value!r} ({kept[value]:,})" for value in blanks)
    what = "a text looks" if len(blanks) == 1 else f"{len(blanks)} texts look"
    return UnsupportedInput(
        f"{what} like 'no label' ({profile.where or 'labels'}): {shown}",
        expected="one way to write a missing label",
        fix=f"y = [None if label in {blanks!r} else label for label in y]; or ignore={NO_IGNORE!r} if they are classes",
    )
