"""Methods of lists, dicts and constants, and Python's builtin functions, as far as programs build models with them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from rightloss.views.source import arrays
from rightloss.views.source.gathered import atoms, decided_late, is_plain
from rightloss.views.source.machine import Machine
from rightloss.views.source.selections import some_classes
from rightloss.views.source.values import (
    Args,
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
    Unknown,
    Value,
    constant,
    number,
)

Invoke = Callable[[Value, Args], Value]
MAX_RANGE = 64
MOST_ITEMS = 2_000


def method(machine: Machine, receiver: Value, name: str, args: Args, invoke: Invoke) -> Value:
    """`receiver.name(...)` of a list, dict or constant."""
    if isinstance(receiver, Seq):
        return _list_method(machine, receiver, name, args)
    if isinstance(receiver, Map):
        return _dict_method(machine, receiver, name, args)
    return _const_method(receiver, name, args)


def _list_method(machine: Machine, receiver: Seq, name: str, args: Args) -> Value:
    items = receiver.items
    first = args.get(0, "object")
    if len(items) > MOST_ITEMS:
        machine.store(receiver.cell, "items", (Gap(items[-1]),))
    elif name == "append" and first is not None:
        machine.store(receiver.cell, "items", (*items, _let_through(first, machine)))
    elif name == "extend":
        more = first.items if isinstance(first, Seq) else (Gap(first.element if isinstance(first, Dataset) else None),)
        machine.store(receiver.cell, "items", (*items, *more))
    elif name == "insert" and constant(first) == 0 and len(args.positional) == 2:
        machine.store(receiver.cell, "items", (args.positional[1], *items))
    elif name == "pop" and items and (first is None or constant(first) == -1):
        machine.store(receiver.cell, "items", items[:-1])
        return items[-1] if not isinstance(items[-1], Gap) else Unknown("the last of a list", args.node)
    elif name in ("insert", "pop", "remove", "clear"):
        machine.store(receiver.cell, "items", () if name == "clear" else (Gap(items[0] if items else None),))
    elif name == "copy":
        return Seq.of(items, receiver.kind, args.node)
    elif name in ("index", "count"):
        return Symbol("a position in a list", ("position", args), args.node)
    return Const(None)


def _let_through(value: Value, machine: Machine) -> Value:
    """What a condition let through: which of several numbers are left, or which classes, is not known."""
    return some_classes(value) if isinstance(value, Data) and machine.path else decided_late(value, machine.path)


def _dict_method(machine: Machine, receiver: Map, name: str, args: Args) -> Value:
    if name in ("get", "pop", "setdefault"):
        key = constant(args.get(0, "key"))
        try:
            found = receiver.items.get(key)
        except TypeError:
            found = None
        if found is not None:
            return found
        known = isinstance(args.get(0), Const) and not receiver.is_open
        return (args.get(1) or Const(None)) if known else Unknown("a key that is not known", args.node)
    tail = (Gap(),) if receiver.is_open else ()
    if name == "items":
        return Seq.of([*(Seq.of((Const(k, receiver.node), v), "tuple") for k, v in receiver.items.items()), *tail])
    if name == "keys":
        return Seq.of([*(Const(key, receiver.node) for key in receiver.items), *tail])
    if name == "values":
        return Seq.of([*receiver.items.values(), *tail])
    if name == "copy":
        return Map(dict(receiver.items), receiver.is_open, receiver.node)
    if name == "update":
        first = args.get(0)
        if isinstance(first, Map):
            for key, value in first.items.items():
                machine.store(receiver.items, key, value)
        for key, value in args.keywords.items():
            machine.store(receiver.items, key, value)
        if first is not None and not isinstance(first, Map):
            receiver.is_open = True
        return Const(None)
    return Unknown("a method of a dict", args.node)


_TEXT_METHODS = ("lower", "upper", "strip", "format", "replace", "startswith", "endswith")


def _const_method(receiver: Value, name: str, args: Args) -> Value:
    value = constant(receiver)
    plain = [constant(each) for each in args.positional]
    known = all(isinstance(each, Const) for each in (*args.positional, *args.keywords.values()))
    short = all(len(str(each)) < 200 for each in (value, *plain)) and not (name == "format" and ":" in str(value))
    if isinstance(value, str) and name in _TEXT_METHODS and known and short:
        told = {key: constant(each) for key, each in args.keywords.items()}
        try:
            return Const(getattr(value, name)(*plain, **told), args.node)
        except Exception:  # the program would fail here
            return Unknown("a text method that fails", args.node)
    if isinstance(value, str) and name == "split" and not args.keywords and all(isinstance(p, str) for p in plain):
        try:
            return Seq.of([Const(each, args.node) for each in value.split(*plain)], "list", args.node)
        except ValueError:
            return Unknown("a text method that fails", args.node)
    return Unknown("a method of a constant", args.node)


def builtin(machine: Machine, name: str, args: Args, invoke: Invoke) -> Value:
    """A builtin function."""
    handler = BUILTINS.get(name)
    if handler is not None:
        return handler(machine, args, invoke)
    return Unknown(f"what {name}() gives", args.node)


def _len(machine: Machine, args: Args, invoke: Invoke) -> Value:
    return size_of(args.get(0), args.node)


def size_of(value: Value | None, node: ast.AST | None) -> Value:
    """`len(value)`: a number where all items are known, else a symbol that is the same for the same thing."""
    if isinstance(value, Seq | Map) and not value.is_open:
        return Const(len(value.items), node)
    if isinstance(value, Const) and isinstance(value.value, str | tuple | range):
        return Const(len(value.value), node)
    if isinstance(value, Data):
        return arrays.length(value, node or ast.Pass())
    text = ast.unparse(node) if isinstance(node, ast.expr) else "a length"
    return Symbol(text, ("len", value.items if isinstance(value, Seq) else value), node)


def _range(machine: Machine, args: Args, invoke: Invoke) -> Value:
    bounds = [constant(each) for each in args.positional]
    if bounds and all(isinstance(each, int) for each in bounds):
        try:
            turns = range(*bounds)
        except (TypeError, ValueError):
            return Unknown("a range that fails", args.node)
        if len(turns) <= MAX_RANGE:
            return Seq.of([Const(each, args.node) for each in turns], "list", args.node)
    return Seq.of((Gap(Symbol("a number of a range", ("range", args), args.node)),), "list", args.node)


def _divmod(machine: Machine, args: Args, invoke: Invoke) -> Value:
    machine.recorder.place(args.get(0), args.place(0))
    return Unknown("what divmod() gives", args.node)


def _to_list(kind: str) -> Callable[[Machine, Args, Invoke], Value]:
    def handler(machine: Machine, args: Args, invoke: Invoke) -> Value:
        value = args.get(0)
        if value is None:
            return Seq.of((), kind, args.node)
        if isinstance(value, Seq):
            return Seq.of(value.items, kind, args.node)
        if isinstance(value, Data):
            return arrays.as_list(value)
        if isinstance(value, Dataset):
            return value
        if isinstance(value, Map):
            tail = (Gap(),) if value.is_open else ()
            return Seq.of([*(Const(key, args.node) for key in value.items), *tail], kind, args.node)
        return Unknown("a list of something unknown", args.node)

    return handler


def _set(machine: Machine, args: Args, invoke: Invoke) -> Value:
    value = args.get(0)
    if isinstance(value, Seq) and all(isinstance(item, Const) for item in value.items):
        try:
            distinct = dict.fromkeys(constant(item) for item in value.items)
        except TypeError:
            return Unknown("a set", args.node)
        return Seq.of([Const(each, args.node) for each in distinct], "list", args.node)
    return Unknown("a set", args.node)


def _zip(machine: Machine, args: Args, invoke: Invoke) -> Value:
    if args.is_open:
        return _transposed(args)
    columns = [each.items if isinstance(each, Seq) and not each.is_open else None for each in args.positional]
    if columns and all(column is not None for column in columns):
        return Seq.of([Seq.of(row, "tuple") for row in zip(*columns, strict=False)])
    samples = [_sample(each, args.node) for each in args.positional]
    return Seq.of((Gap(Seq.of(samples, "tuple")),))


def _transposed(args: Args) -> Value:
    """`zip(*rows)`: one item for each column of the rows, where one of them was seen."""
    samples = [each.sample for each in args.positional if isinstance(each, Gap)]
    row = samples[0] if len(samples) == len(args.positional) == 1 else None
    if not isinstance(row, Seq) or row.is_open:
        return Unknown("the columns of rows that are not read", args.node)
    return Seq.of([Seq.of((Gap(each),), "tuple", args.node) for each in row.items])


def _sample(value: Value, node: ast.AST | None) -> Value:
    if isinstance(value, Dataset):
        return value.element
    if isinstance(value, Data):
        return arrays.row(value)
    if isinstance(value, Seq):
        for item in value.items:
            found = item.sample if isinstance(item, Gap) else item
            if found is not None and not isinstance(found, Const):
                return found
    return Unknown("one of many items", node)


def _enumerate(machine: Machine, args: Args, invoke: Invoke) -> Value:
    value, start = args.get(0, "iterable"), args.get(1, "start") or Const(0)
    first = constant(start)
    if isinstance(value, Seq) and not value.is_open and isinstance(first, int):
        return Seq.of([Seq.of((Const(n), item), "tuple") for n, item in enumerate(value.items, first)])
    inner = _sample(value, args.node) if value is not None else Unknown("nothing", args.node)
    position = Symbol("a position", ("position", args), args.node)
    return Seq.of((Gap(Seq.of((position, inner), "tuple")),))


def _dict(machine: Machine, args: Args, invoke: Invoke) -> Value:
    first = args.get(0)
    made = of_pairs(first.items, args.node) if isinstance(first, Seq) else first
    items = dict(made.items) if isinstance(made, Map) else {}
    is_open = args.is_open or (first is not None and (not isinstance(made, Map) or made.is_open))
    return Map({**items, **args.keywords}, is_open, args.node, made.sample if isinstance(made, Map) else None)


def of_pairs(pairs: Sequence[Value], node: ast.AST | None) -> Map:
    """A dict of pairs of key and value; of keys that are not known, one of the values."""
    found = [each.sample if isinstance(each, Gap) else each for each in pairs]
    whole = [each for each in found if isinstance(each, Seq) and not each.is_open and len(each.items) == 2]
    items = {
        each.items[0].value: each.items[1]
        for each in whole
        if isinstance(each.items[0], Const) and isinstance(each.items[0].value, str | int | float | None)
    }
    values = list(atoms(each.items[1] for each in whole))
    sample = values[0] if values and len(whole) == len(pairs) and all(map(is_plain, values)) else None
    return Map(items, len(items) != len(pairs) or any(isinstance(each, Gap) for each in pairs), node, sample)


def _converted(value: Value | None, kind: type[int] | type[float], node: ast.AST | None) -> Value | None:
    """`int(x)`, `float(x)` of something written out; None of anything else."""
    if not isinstance(value, Const):
        return None
    try:
        return Const(kind(value.value), node)
    except (TypeError, ValueError, OverflowError):
        return Unknown("a conversion that fails", node)


def _int(machine: Machine, args: Args, invoke: Invoke) -> Value:
    value = args.get(0)
    return _converted(value, int, args.node) or number(value) or Unknown("a whole number", args.node)


def _float(machine: Machine, args: Args, invoke: Invoke) -> Value:
    value = args.get(0)
    found = number(value) if isinstance(value, Unknown) else value
    return _converted(value, float, args.node) or found or Unknown("a number", args.node)


def _str(machine: Machine, args: Args, invoke: Invoke) -> Value:
    value = args.get(0)
    return Const(str(value.value), args.node) if isinstance(value, Const) else Unknown("a text", args.node)


def _isinstance(machine: Machine, args: Args, invoke: Invoke) -> Value:
    value, kind = args.get(0), args.get(1)
    name = kind.name if isinstance(kind, Ref) else ""
    plain = {"builtins.str": str, "builtins.int": int, "builtins.float": float, "builtins.list": list}
    if name in plain and isinstance(value, Const):
        return Const(isinstance(value.value, plain[name]), args.node)
    if isinstance(value, Obj) and isinstance(value.cls, str) and name.startswith("keras.layers."):
        return Const(value.cls == name, args.node)
    return Unknown("a condition on types", args.node)


def _getattr(machine: Machine, args: Args, invoke: Invoke) -> Value:
    return Unknown("an attribute that is looked up by name", args.node)


def _first(machine: Machine, args: Args, invoke: Invoke) -> Value:
    value = args.get(0)
    return _sample(value, args.node) if isinstance(value, Dataset | Data) else Unknown("the next item", args.node)


def _same(machine: Machine, args: Args, invoke: Invoke) -> Value:
    return args.get(0) or Unknown("nothing", args.node)


def _map(machine: Machine, args: Args, invoke: Invoke) -> Value:
    function, value = args.get(0), args.get(1)
    if (
        isinstance(value, Seq)
        and not value.is_open
        and isinstance(function, Function)
        and len(value.items) <= MAX_RANGE
    ):
        return Seq.of([invoke(function, Args(args.node, (item,))) for item in value.items])
    return Unknown("a mapped list", args.node)


def _extreme(machine: Machine, args: Args, invoke: Invoke) -> Value:
    value = args.get(0)
    items = value.items if isinstance(value, Seq) and len(args.positional) == 1 else args.positional
    numbers = [constant(item) for item in items]
    if numbers and all(isinstance(each, int | float) for each in numbers) and isinstance(args.node, ast.Call):
        name = args.node.func.id if isinstance(args.node.func, ast.Name) else ""
        if name in ("max", "min", "sum"):
            told: dict[str, Callable[..., Any]] = {"max": max, "min": min, "sum": sum}
            return Const(told[name](numbers), args.node)
    return Unknown("an extreme value", args.node)


_Builtin = Callable[[Machine, Args, Invoke], Value]
BUILTINS: dict[str, _Builtin] = {
    "len": _len, "range": _range, "list": _to_list("list"), "tuple": _to_list("tuple"), "set": _set, "zip": _zip,
    "enumerate": _enumerate, "dict": _dict, "int": _int, "float": _float, "str": _str, "isinstance": _isinstance,
    "getattr": _getattr, "next": _first, "iter": _same, "sorted": _same, "map": _map, "max": _extreme, "min": _extreme,
    "sum": _extreme, "divmod": _divmod,
}  # fmt: skip
