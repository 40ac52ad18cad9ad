"""Numbers as people write them, such as 1,000 or 0,5 or 12 %: no reader takes them for numbers unless told how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_UNITS = "$€£%"


@dataclass(frozen=True)
class Writing:
    """One way to write numbers. The line to write and the numbers it gives both come from `replaced`."""

    what: str
    looks: str  # a regular expression: the number without its sign and unit
    replaced: tuple[tuple[str, str], ...]  # (old, new), one after another: what makes a number for `float` of the text
    alone: bool = True  # whether it says enough without a unit: 10.100.200 may be an address

    @property
    def line(self) -> str:
        """The expression that makes the text `label` a number."""
        return f"float(label{''.join(f'.replace({old!r}, {new!r})' for old, new in self.replaced)})"

    def number(self, text: str) -> float:
        """What `line` gives for a text; ValueError where it would raise one."""
        for old, new in self.replaced:
            text = text.replace(old, new)
        return float(text)

    def fits(self, texts: Sequence[str]) -> bool:
        """Whether all texts are written so, something is to be replaced for every pair, and the line runs on all."""
        shape = re.compile(rf"[+-]?[{_UNITS}]? ?({self.looks}) ?[{_UNITS}]?")
        if not all(shape.fullmatch(text) for text in texts):
            return False
        if not all(any(old in text for text in texts) for old, _ in self.replaced):
            return False
        try:
            for text in texts:
                self.number(text)
        except ValueError:
            return False
        return True


# The likelier of two that fit the same texts comes first.
_WRITINGS = (
    Writing("a thousands separator", r"\d*\.?\d+|[1-9]\d{0,2}(,\d{3})+(\.\d+)?", ((",", ""),)),
    Writing("a decimal comma", r"\d*,?\d+", ((",", "."),)),
    Writing("dots and a decimal comma", r"\d*,?\d+|[1-9]\d{0,2}(\.\d{3})+(,\d+)?", ((".", ""), (",", "."))),
    Writing("a decimal point", r"\d*\.?\d+", (), alone=False),
    Writing("dots between thousands", r"\d+|[1-9]\d{0,2}(\.\d{3})+", ((".", ""),), alone=False),
)


def writings(texts: Sequence[str]) -> list[Writing]:
    """The ways in which all texts can be read as numbers, the likeliest first; two where 1,234 may be 1234 or 1.234."""
    units = tuple((unit, "") for unit in _UNITS if any(unit in text for text in texts))
    if units:
        ways = [replace(way, what="a unit", replaced=units + way.replaced) for way in _WRITINGS]
    else:
        ways = [way for way in _WRITINGS if way.alone]
    return [way for way in ways if way.fits(texts)]
