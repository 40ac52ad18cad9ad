"""Values that stand for "no label": -1, -100, 255 and the like beside ids that run 0..K-1."""

from __future__ import annotations

from collections.abc import Sequence

CODES = (-100, -1, 255, -9, -99, -999, -9999, 99, 999, 9999)
TEXT_CODES = ("nan", "na", "n/a", "null", "?", "")
"""Texts that stand for "no label" rather than for a class; "none" and "unknown" are classes as often as not."""
FAR = 3  # a positive code must lie this many times beyond the largest id


def sentinel(values: Sequence[float]) -> int | None:
    """The one code among sorted whole numbers whose removal leaves ids 0..K-1 or 1..K, K >= 2; None without one."""
    for code in CODES:
        if code not in values:
            continue
        rest = [value for value in values if value != code]
        ids = len(rest) >= 2 and rest[0] in (0, 1) and rest[-1] - rest[0] + 1 == len(rest)
        if ids and (code < 0 or code > FAR * rest[-1]):
            return code
    return None
