"""What Python objects in label cells are: numbers, text, dates, lists, or nothing at all."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rightloss.errors import UnsupportedInput

Family = Literal["none", "bool", "integer", "float", "text", "bytes", "list", "datetime"]
_FAMILIES: tuple[tuple[tuple[type, ...], Family], ...] = (
    ((type(None),), "none"),
    ((bool, np.bool_), "bool"),
    ((int, np.integer), "integer"),
    ((float, np.floating, Decimal, Fraction), "float"),
    ((str,), "text"),
    ((bytes, bytearray), "bytes"),
    ((list, tuple, set, frozenset, np.ndarray), "list"),
    ((datetime.date, np.datetime64), "datetime"),
)
_NOTHING = ("NAType", "NaTType")  # pandas.NA and pandas.NaT, without importing pandas


def family_of(kind: type) -> Family:
    """The family of a Python type.

    Raises:
        UnsupportedInput: cells of this type are no labels.
    """
    if kind.__name__ in _NOTHING:
        return "none"
    for types, family in _FAMILIES:
        if issubclass(kind, types):
            return family
    read = "item['label']" if issubclass(kind, Mapping) else "item.name" if issubclass(kind, Enum) else "str(item)"
    raise UnsupportedInput(
        f"the labels hold {kind.__name__} objects",
        expected="numbers, booleans, text, dates, None, or lists of these in each cell",
        fix=f"turn each cell into the label itself, e.g. y = [{read} for item in y]",
    )


def by_family(cells: list[Any]) -> dict[Family, Sequence[int]]:
    """Places of the cells of each family, in order of first appearance."""
    families: Mapping[type, Family] = {kind: family_of(kind) for kind in set(map(type, cells))}
    if len(set(families.values())) == 1:
        return {next(iter(families.values())): range(len(cells))}
    places: dict[Family, list[int]] = {}
    for place, cell in enumerate(cells):
        places.setdefault(families[type(cell)], []).append(place)
    return dict(places)


def whole_numbers(cells: Iterable[Any]) -> NDArray:
    """Python integers as int64 or uint64.

    Raises:
        UnsupportedInput: a number larger than both: as a float it would become one with its neighbours.
    """
    cells = list(cells)
    try:
        numbers = np.array(cells, dtype=np.int64)
    except OverflowError:
        numbers = np.array(cells)
        if numbers.dtype.kind not in "iu":
            raise UnsupportedInput(
                f"a whole number of {max(len(str(abs(cell))) for cell in cells)} digits among the labels",
                expected="whole numbers of 64 bits",
                fix="y = [str(label) for label in y], where they are names of classes",
            ) from None
    return numbers


def dates(cells: Iterable[Any]) -> NDArray[np.datetime64]:
    """Dates and times as microseconds, without their time zone."""
    return np.array(
        [cell.replace(tzinfo=None) if isinstance(cell, datetime.datetime) else cell for cell in cells],
        dtype="datetime64[us]",
    )


def as_text(cell: bytes | bytearray) -> str:
    """Bytes as UTF-8 text; what is not UTF-8 is written as \\xNN, so that different bytes stay different."""
    return bytes(cell).decode("utf-8", "backslashreplace")


def object_array(cells: list[Any]) -> NDArray[np.object_]:
    """A one-dimensional object array of the cells as they are, lists included."""
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array
