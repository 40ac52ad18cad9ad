"""Values that stand for "no label": -1, -100, 255 and the like beside ids that run 0..K-1, and words such as "n/a"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

CODES = (-100, -1, 255, -9, -99, -999, -9999, 9, 99, 999, 9999)
LONE_CODES = (*CODES, -2)
"""Those that stand for "no label" as the only number out of line: -2 beside -1 is rather a rating from -2 to 2."""
PADDING = (-100, -1)
WIDE_CODES = (99, 255, 999, 9999)
"""Those that stand for "no label" beside ids with gaps too."""
BORDER = 255
MOST_IDS = 100
"""Ids of a picture's classes reach so far where some are missing; grey levels go on."""
BLANK_WORDS = frozenset({"", "?", "na", "n/a", "nan", "null"})
"""Texts that stand for "nothing was written here" rather than for a class."""
CLASS_OR_BLANK_WORDS = frozenset({"-", ".", "none", "unknown", "missing"})
"""Texts that stand for "nothing" among numbers; among names they are classes as often as not."""
MISSING_WORDS = BLANK_WORDS | CLASS_OR_BLANK_WORDS
"""What people write into a column where there is nothing to write."""
FAR = 3  # a positive code must lie this many times beyond the largest id


def blank(value: Any) -> bool:
    """Whether a text says that nothing was written."""
    return isinstance(value, str) and value.strip().lower() in BLANK_WORDS


def perhaps_blank(value: Any) -> bool:
    """Whether a text says that nothing was written, or is the name of a class."""
    return isinstance(value, str) and value.strip().lower() in CLASS_OR_BLANK_WORDS


def sentinel(values: Sequence[float], *, loose: bool = False) -> int | None:
    """The one code among sorted whole numbers whose removal leaves ids 0..K-1 or 1..K, K >= 2; None without one.

    `loose`: ids may have gaps and start anywhere from 0 on, as they do in a sample; then a code that nobody gives to a
    class has to lie further off.
    """
    found = next((code for code in LONE_CODES if code in values and _leaves_ids(values, {code})), None)
    if found is not None or not loose or len(values) < 3:
        return found
    if values[0] in CODES and values[0] < 0 <= values[1]:
        return int(values[0])
    far = values[0] >= 0 and values[-1] in WIDE_CODES and values[-1] > FAR * values[-2]
    return int(values[-1]) if far else None


def border(values: Sequence[float]) -> int | None:
    """255, the highest number of a byte, above the ids of a picture: few of them, or all up to the highest."""
    ids = values[:-1]
    if len(values) < 3 or values[0] < 0 or values[-1] != BORDER:
        return None
    gapless = ids[0] in (0, 1) and ids[-1] - ids[0] + 1 == len(ids)
    return BORDER if ids[-1] <= MOST_IDS or gapless else None


def several_sentinels(values: Sequence[float]) -> tuple[int, ...]:
    """All codes among sorted whole numbers, where only the removal of two or more leaves ids; else none."""
    codes = [code for code in CODES if code in values]
    if len(codes) < 2 or sentinel(values) is not None or not _leaves_ids(values, codes):
        return ()
    return tuple(sorted(codes))


def _leaves_ids(values: Sequence[float], codes: Iterable[int]) -> bool:
    gone = set(codes)
    rest = [value for value in values if value not in gone]
    ids = len(rest) >= 2 and rest[0] in (0, 1) and rest[-1] - rest[0] + 1 == len(rest)
    return ids and all(code < 0 or code > FAR * rest[-1] for code in gone)
