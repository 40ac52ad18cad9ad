"""Lists of labels that a program gathers one by one: numbers and rows of numbers, of which it is not known how many."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from rightloss.views.source.values import Choice, Const, Gap, Guard, Seq, Symbol, Unknown, Value, same

MOST = 24  # different ones worth keeping apart
GATHERED = "numbers that are gathered"


def gaps(items: Iterable[Value]) -> tuple[Value, ...] | None:
    """Some of each of these numbers or rows; None where something else is among them."""
    found: list[Value] = []
    numbers = True
    for each in atoms(items):
        one = _counted(each)
        if not is_plain(one):
            return None
        numbers = numbers and _is_number(one)
        if len(found) <= MOST and not any(same(one, old) for old in found):
            found.append(one)
    if len(found) > MOST:  # that they are numbers says enough
        return (Gap(Symbol("a number", ("gathered", object()))),) if numbers else None
    return tuple(Gap(each) for each in found) or None


def atoms(items: Iterable[Value]) -> Iterator[Value]:
    """What the items may be, one by one."""
    for each in items:
        if isinstance(each, Gap) and each.sample is not None:
            yield from atoms((each.sample,))
        elif isinstance(each, Choice):
            yield from atoms(one for _, one in each.alternatives)
        else:
            yield each


def is_plain(value: Value) -> bool:
    """A number, known or not, or a written-out row of numbers."""
    return _is_number(value) or row(value) is not None


def _is_number(value: Value) -> bool:
    return isinstance(value, Symbol) or (isinstance(value, Const) and isinstance(value.value, int | float))


def row(value: Value) -> list[Any] | None:
    """The numbers of a written-out row; None for anything else."""
    if not isinstance(value, Seq) or value.is_open or not value.items:
        return None
    numbers = [each.value for each in value.items if isinstance(each, Const) and isinstance(each.value, int | float)]
    return numbers if len(numbers) == len(value.items) else None


def _counted(value: Value) -> Value:
    """A number that was computed may be another one in the next turn of a loop: only that it is a number stays."""
    if isinstance(value, Const) and isinstance(value.node, ast.BinOp | ast.AugAssign) and _is_number(value):
        return Symbol("a number", ("counted", value), value.node)
    return value


def one_of(items: Iterable[Value], node: ast.AST | None) -> Value | None:
    """One of many items, where one was seen: of different numbers it is a number, and not the first of them."""
    sample = next((each.sample for each in items if isinstance(each, Gap) and each.sample is not None), None)
    if sample is None or not is_plain(sample):
        return sample
    found = list(atoms(items))
    if all(each is sample or same(each, sample) for each in found):
        return sample
    return Symbol("one of many numbers", ("one of", object()), node) if all(map(_is_number, found)) else None


def decided_late(value: Value, path: Guard) -> Value:
    """One of several numbers that a later condition lets through: which of them are left is not known."""
    if not isinstance(value, Choice):
        return value
    last = max((branch for guard, _ in value.alternatives for branch, _ in guard), default=0)
    if all(branch <= last for branch, _ in path):
        return value
    numbers = all(map(_is_number, atoms((value,))))
    return Symbol("a number", ("late", value)) if numbers else Unknown("one of several values")


def forget(items: tuple[Value, ...], counters: list[Const]) -> tuple[Value, ...]:
    """The items, without the values of names that change from turn to turn."""

    def fresh(each: Value) -> Value:
        if isinstance(each, Gap) and each.sample is not None:
            return Gap(fresh(each.sample))
        counts = isinstance(each, Const) and any(each is old for old in counters)
        return Symbol("a number", ("counted", each), each.node) if counts and isinstance(each, Const) else each

    return tuple(map(fresh, items)) if counters else items
