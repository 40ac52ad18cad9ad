"""What a value decides: whether it counts as true, and what iterating over it gives."""

from __future__ import annotations

import ast

from rightloss.views.source import arrays
from rightloss.views.source.values import (
    Choice,
    Const,
    Data,
    Dataset,
    Function,
    Gap,
    Map,
    Seq,
    UserClass,
    Value,
)

MAX_ITEMS = 64


def truth(value: Value) -> bool | None:
    """Whether a value counts as true, or None when that is not known."""
    if isinstance(value, Const):
        try:
            return bool(value.value)
        except Exception:
            return None
    if isinstance(value, Seq):
        return True if any(not isinstance(item, Gap) for item in value.items) else (None if value.is_open else False)
    if isinstance(value, Map):
        return bool(value.items) or (None if value.is_open else False)
    if isinstance(value, Function | UserClass):
        return True
    if isinstance(value, Choice):
        found = {truth(each) for _, each in value.alternatives}
        return found.pop() if len(found) == 1 else None
    return None


def iterate(value: Value, node: ast.AST) -> list[Value] | None:
    """The items that iterating over a value gives; a `Gap` stands for an unknown number of them."""
    if isinstance(value, Seq):
        return list(value.items)
    if isinstance(value, Map):
        return [*(Const(key, node) for key in value.items), *([Gap()] if value.is_open else [])]
    if isinstance(value, Const) and isinstance(value.value, range | str | bytes) and len(value.value) <= MAX_ITEMS:
        return [Const(each, node) for each in value.value]
    if isinstance(value, Dataset):
        return [Gap(value.element)]
    if isinstance(value, Data):
        return [Gap(arrays.row(value))]
    return None
