"""Values sorted into a few numbers: bins, conditions, replacements, the position among distinct values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from rightloss.contract.vocabulary import Labels
from rightloss.views.source import arrays, ranges
from rightloss.views.source.literals import from_python, to_python
from rightloss.views.source.machine import Machine
from rightloss.views.source.selections import SOME_ROWS, some_classes
from rightloss.views.source.values import Args, Const, Data, Map, Seq, Unknown, Value, constant

MOST = 64
BINS = "the numbers of bins"
CONDITIONS = "values by condition"
_IDS = frozenset({Labels.INDEX})


def of_numbers(found: Iterable[float], shape: arrays.Shape | None, node: ast.AST | None, why: str) -> Data:
    """Labels that hold these numbers and no other ones."""
    made = from_python(list(found), node)
    return replace(made, shape=shape, node=node, why=why if made.encoding else "", parts={})


def numbers_in(value: Value | None) -> set[float] | None:
    """Which numbers a value may be; None where that is not known, or where some may be left out."""
    if isinstance(value, Const) and isinstance(value.value, int | float):
        return {value.value}
    if not isinstance(value, Data):
        return None
    if value.pair is not None:
        return set(value.pair)
    if value.encoding is None or not value.exact or not value.whole or value.low is None or value.high is None:
        return None
    whole = range(int(value.low), int(value.high) + 1)
    return set(whole) if 1 < len(whole) <= MOST and value.low >= 0 else None


def _shape(value: Value | None) -> arrays.Shape | None:
    return value.shape if isinstance(value, Data) else None


def _digitize(machine: Machine, args: Args) -> Value:
    """`np.digitize(x, bins)`: ids, of which nobody says that all of them occur."""
    shape = _shape(args.get(0, "x"))
    if shape is not None and len(shape) != 1:
        return Data(shape=shape, node=args.node)
    return Data(_IDS, None, False, shape, 0, None, True, args.node, BINS)


def _cut(equal: bool) -> Callable[[Machine, Args], Value]:
    """`pd.cut(x, bins, labels=[0, 1, 2])`; `equal`: every bin gets as many (`pd.qcut`)."""

    def handler(machine: Machine, args: Args) -> Value:
        shape, node = _shape(args.get(0, "x")), args.node
        names, bins = args.get(None, "labels"), args.get(1, "bins", "q")
        if constant(args.get(None, "retbins")):
            return Unknown("bins and their edges", node)
        plain = to_python(names) if isinstance(names, Seq) else None
        if isinstance(plain, list) and all(isinstance(each, int | float) for each in plain):
            return of_numbers(plain, shape, node, BINS)
        if constant(names) is not False or names is None:
            return Data(shape=shape, node=node)
        count = constant(bins)
        if isinstance(count, int) and (equal or count > 1) and "duplicates" not in args.keywords:
            return of_numbers(range(count), shape, node, BINS)
        return Data(_IDS, None, False, shape, 0, None, True, node, BINS)

    return handler


def select(machine: Machine, args: Args) -> Value:
    """`np.select(conditions, [0, 1], default=2)`: what is chosen, and nothing else."""
    conditions, choices, rest = args.get(0, "condlist"), args.get(1, "choicelist"), args.get(2, "default")
    first = conditions.items[0] if isinstance(conditions, Seq) and conditions.items else None
    shape = _shape(first)
    plain = isinstance(choices, Seq) and all(isinstance(each, Const) for each in choices.items)
    values = [numbers_in(each) for each in choices.items] if isinstance(choices, Seq) and plain else []
    found = [*values, numbers_in(rest)]
    if len(found) > 1 and all(each is not None for each in found):
        return of_numbers(sorted(set().union(*(each or () for each in found))), shape, args.node, CONDITIONS)
    return Data(shape=shape, node=args.node)


def where(args: Args) -> Data | None:
    """`np.where(a, 0, np.where(b, 1, 2))`: the numbers of both; None where one of them may be anything. Of labels that
    have a name, as in `np.where(y == 2, 1, y)`, the condition may leave some out."""
    condition, node = args.get(0, "condition"), args.node
    written = [args.place(1, "x"), args.place(2, "y")]
    arms = [args.get(1, "x"), args.get(2, "y")]
    fresh = zip(arms, written, strict=True)
    one, other = (numbers_in(arm) if isinstance(arm, Const) or _is_choice(at) else None for arm, at in fresh)
    if one is None or other is None or len(one | other) < 2:
        return None
    found, shape = sorted(one | other), _shape(condition)
    if len(found) == 2:
        return ranges.of_pair((found[0], found[1]), shape, node or ast.Pass())
    return of_numbers(found, shape, node, CONDITIONS)


def _is_choice(written: ast.AST | None) -> bool:
    """Whether numbers are chosen right here, and are not labels that only pass through a call."""
    return isinstance(written, ast.Call) and ast.unparse(written.func).rpartition(".")[2] in ("where", "select")


def _unique(machine: Machine, args: Args) -> Value:
    """`np.unique(x, return_inverse=True)`: the distinct values, and for each one its position among them."""
    values = args.get(0, "ar")
    told = [
        constant(args.get(n, name)) for n, name in ((1, "return_index"), (2, "return_inverse"), (3, "return_counts"))
    ]
    distinct = arrays.method(machine, values, "unique", args) if isinstance(values, Data) else Data(node=args.node)
    if not any(told):
        return distinct
    column = values if isinstance(values, Data) else Data(node=args.node)
    node = args.node or ast.Pass()
    parts: list[tuple[Any, Value]] = [
        (told[0], Data(shape=(None,), node=node)),
        (told[1], arrays.codes(column if column.shape is None or len(column.shape) == 1 else Data(), node)),
        (told[2], Data(shape=(None,), node=node)),
    ]
    return Seq.of([distinct, *(part for wanted, part in parts if wanted)], "tuple", args.node)


def replaced(base: Data, args: Args) -> Data:
    """`column.replace({"no": 1, "yes": 2})`: of texts all that is left are the new values; numbers that are not named
    stay what they are."""
    node = args.node or ast.Pass()
    old, new = args.get(0, "to_replace"), args.get(1, "value")
    codes: dict[Any, Value] = dict(old.items) if isinstance(old, Map) and not old.is_open and new is None else {}
    if isinstance(old, Seq) and isinstance(new, Seq) and not old.is_open and len(old.items) == len(new.items):
        codes = {constant(key): value for key, value in zip(old.items, new.items, strict=True)}
    plain = {key: constant(value) for key, value in codes.items()}
    if not plain or not all(isinstance(each, int | float) for each in plain.values()):
        return Data(shape=base.shape, node=node)
    before = numbers_in(base)
    if before is not None:
        return of_numbers(sorted({plain.get(each, each) for each in before}), base.shape, node, "replaced values")
    if all(isinstance(key, str) for key in plain) and base.encoding is None and len(set(plain.values())) > 1:
        made = of_numbers(sorted(plain.values()), base.shape, node, "replaced values")
        return some_classes(made) if base.why == SOME_ROWS else made
    return Data(shape=base.shape, node=node)


FUNCTIONS: dict[str, Callable[[Machine, Args], Value]] = {
    "numpy.digitize": _digitize,
    "numpy.searchsorted": lambda machine, args: _digitize(machine, Args(args.node, args.positional[1:2])),
    "pandas.cut": _cut(equal=False),
    "pandas.qcut": _cut(equal=True),
    "numpy.select": select,
    "numpy.unique": _unique,
}
