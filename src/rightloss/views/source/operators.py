"""Operators on abstract values: folding of constants, symbols, lists, and what is passed on to data and tensors."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

from rightloss.views.source.comparisons import compare
from rightloss.views.source.machine import Machine
from rightloss.views.source.ranges import arithmetic
from rightloss.views.source.values import (
    Choice,
    Const,
    Data,
    Dataset,
    Function,
    Gap,
    Map,
    Obj,
    Ref,
    Seq,
    Symbol,
    Tensor,
    Unknown,
    UserClass,
    Value,
    guarded,
    same,
)

MAX_ITEMS = 64
MOST_ITEMS = 2_000


def binary(left: Value, right: Value, sign: str, function: Callable[[Any, Any], Any], node: ast.expr) -> Value:
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            if not _small(left.value, right.value, sign):
                return Unknown("a constant that is not computed", node)
            return Const(function(left.value, right.value), node)
        except Exception:  # whatever the program would raise here, nothing is known after it
            return Unknown("an expression that fails", node)
    if (
        isinstance(left, Seq)
        and isinstance(right, Seq)
        and sign == "+"
        and len(left.items) + len(right.items) < MOST_ITEMS
    ):
        return Seq.of(left.items + right.items, left.kind, node)
    if isinstance(right, Seq) and isinstance(left, Const | Symbol | Unknown) and sign == "*":
        left, right = right, left
    if isinstance(left, Seq) and isinstance(right, Const | Symbol | Unknown) and sign == "*":
        times = right.value if isinstance(right, Const) else None
        if isinstance(times, int) and 0 <= times * len(left.items) <= MAX_ITEMS and not left.is_open:
            return Seq.of(left.items * times, left.kind, node)
        return Seq.of((Gap(left.items[0] if left.items else None),), left.kind, node)
    if isinstance(left, Const | Symbol) and isinstance(right, Const | Symbol):
        return _symbolic(left, right, sign, node)
    return arithmetic(left, right, sign, node)


LONGEST_TEXT = 10_000
_PLAIN_FORMAT = re.compile(r"[^%]*(?:%[sdrif%][^%]*)*\Z")


def _small(one: Any, other: Any, sign: str) -> bool:
    """Whether an operation on constants is cheap: programs may hold `9 ** 9 ** 9` or `"%999999999d" % 1`."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        if sign == "**":
            return abs(other) <= 64 and abs(one) <= 1e6
        return abs(one) < 1e12 and abs(other) < 1e12
    if isinstance(one, str | bytes | tuple):
        if sign == "*":
            return isinstance(other, int) and len(one) * other < LONGEST_TEXT
        if sign == "%":
            return isinstance(one, str) and len(one) < LONGEST_TEXT and _PLAIN_FORMAT.match(one) is not None
        return isinstance(other, str | bytes | tuple) and len(one) + len(other) < LONGEST_TEXT
    return False


def _symbolic(left: Const | Symbol, right: Const | Symbol, sign: str, node: ast.expr) -> Value:
    """Arithmetic with a symbol is a new symbol; `n + 0` and `(n + 1) - 1` are not simplified beyond that."""
    if isinstance(right, Const) and (right.value, sign) in ((0, "+"), (0, "-"), (1, "*")):
        return left
    one, other = ((v.key, v.text) if isinstance(v, Symbol) else (v.value, repr(v.value)) for v in (left, right))
    try:
        hash(one[0]), hash(other[0])
    except TypeError:
        return Unknown("arithmetic on something else", node)
    if isinstance(left, Const) and not isinstance(left.value, int | float):
        return Unknown("a text that is not known", node)
    return Symbol(f"{one[1]} {sign} {other[1]}", (sign, one[0], other[0]), node)


def spread(function: Callable[..., Value], *values: Value) -> Value:
    """Apply a function to each combination of alternatives that can occur together."""
    for position, value in enumerate(values):
        if isinstance(value, Choice):
            pairs = [
                (guard, spread(function, *values[:position], each, *values[position + 1 :]))
                for guard, each in value.alternatives
            ]
            return guarded(pairs)
    return function(*values)


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def comparison(machine: Machine, left: Value, right: Value, node: ast.Compare) -> Value:
    kind = type(node.ops[0])
    if kind in (ast.Is, ast.IsNot, ast.Eq, ast.NotEq):
        equal = _identical(left, right)
        if equal is not None:
            return Const(equal is (kind in (ast.Is, ast.Eq)), node)
    if isinstance(left, Const) and isinstance(right, Const) and kind in _COMPARISONS:
        try:
            return Const(bool(_COMPARISONS[kind](left.value, right.value)), node)
        except Exception:  # the program would fail here
            return Unknown("a comparison that fails", node)
    if kind in (ast.In, ast.NotIn) and isinstance(left, Const) and isinstance(right, Seq | Map):
        found = _contains(left, right)
        if found is not None:
            return Const(found is (kind is ast.In), node)
    return compare(machine, left, right, kind, node)


def _identical(left: Value, right: Value) -> bool | None:
    """Whether two values are the same thing, where that is known."""
    if same(left, right) and not isinstance(left, Data | Tensor | Unknown):
        return True
    nothing = Const(None)
    known = (Obj, Seq, Map, Function, UserClass, Data, Dataset, Tensor)
    if isinstance(left, known) and same(right, nothing) and not (isinstance(left, Obj) and left.attrs.get("foreign")):
        return False
    if isinstance(left, Ref) and isinstance(right, Ref):
        return left.name == right.name
    if isinstance(left, Const) and isinstance(right, Const) and (left.value is None or right.value is None):
        return left.value is right.value
    return None


def _contains(left: Const, right: Seq | Map) -> bool | None:
    if isinstance(right, Map):
        return True if left.value in right.items else (None if right.is_open else False)
    if any(same(left, item) for item in right.items):
        return True
    return False if all(isinstance(item, Const) for item in right.items) else None
