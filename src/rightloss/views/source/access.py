"""Attributes, items, slices and unpacking of abstract values."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from rightloss.views.source import arrays, containers, frames, functions
from rightloss.views.source.gathered import gaps, one_of, row
from rightloss.views.source.literals import from_python, to_python
from rightloss.views.source.machine import Machine
from rightloss.views.source.models import is_model, layer_list, model_output
from rightloss.views.source.names import canonical
from rightloss.views.source.selections import by_content
from rightloss.views.source.values import (
    Bound,
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
    constant,
    guarded,
)


def attribute(machine: Machine, base: Value, name: str, node: ast.AST) -> Value:
    """`base.name`."""
    if isinstance(base, Ref):
        return Ref(canonical(f"{base.name}.{name}"))
    if isinstance(base, Choice):
        return guarded([(guard, attribute(machine, each, name, node)) for guard, each in base.alternatives])
    if isinstance(base, Obj):
        return _object_attribute(machine, base, name, node)
    if isinstance(base, UserClass):
        return base.find(name) or Unknown(f"{base.node.name} has no {name} here", node)
    if isinstance(base, Data):
        return arrays.attribute(base, name, node)
    if isinstance(base, Dataset):
        if name in ("class_names", "num_classes", "classes", "class_indices"):
            base.class_names = base.class_names or Unknown(f"{name} of a dataset", node)
            return containers.size_of(base.class_names, node) if name == "num_classes" else base.class_names
        return Bound(base, name)
    if isinstance(base, Unknown):
        return _part(base.parts, name, node)
    if isinstance(base, Seq | Map | Const | Tensor):
        if isinstance(base, Tensor) and name in ("shape", "dtype", "name"):
            return Unknown(f"the {name} of a tensor", node)
        return Bound(base, name)
    return Unknown("an attribute of something unknown", node)


def _part(parts: dict[Any, Value], key: Any, node: ast.AST) -> Value:
    """A part of something unknown: unknown as well, and the same one whenever it is read."""
    found = parts.get(key)
    if found is None:
        found = parts[key] = Unknown("it comes from something that is not read", node)
    return found


def _object_attribute(machine: Machine, base: Obj, name: str, node: ast.AST) -> Value:
    found = base.attrs.get(name)
    if isinstance(found, Value):
        return found
    if isinstance(base.cls, UserClass):
        member = base.cls.find(name)
        if isinstance(member, Function):
            return functions.bound(machine, member, base)
        if member is not None:
            return member
    if is_model(base):
        if name == "layers":
            return layer_list(base)
        if name in ("output", "outputs"):
            return model_output(machine, base)
    if name == "output" and isinstance(base.attrs.get("applied"), Value):
        return base.attrs["applied"]
    if isinstance(base.cls, str) and base.cls.startswith((*frames.MAKERS, "keras.layers.", "keras.models.")):
        if frames.is_frame(base) and name == "columns":
            return _part(base.attrs, name, node)
        if frames.is_frame(base) and name not in ("values", "shape", *_PLACES):
            return Bound(base, name) if name in _FRAME_METHODS else item(machine, base, Const(name), node)
        if name == "values":
            return base.attrs.setdefault("values", Data(shape=(None, None), node=node))
        if frames.is_frame(base):
            return base if name in _PLACES else _part(base.attrs, name, node)
        return Bound(base, name)
    if isinstance(base.cls, UserClass) and name in _MODEL_METHODS:
        return Bound(base, name)
    return _part(base.attrs, name, node)


_PLACES = ("iloc", "loc", "at", "iat")
_FRAME_METHODS = frozenset((
    "drop", "pop", "head", "tail", "sample", "copy", "fillna", "dropna", "astype", "merge", "join", "groupby",
    "apply",
))  # fmt: skip
_MODEL_METHODS = frozenset((
    "fit", "compile", "evaluate", "predict", "add_loss", "compute_loss", "compiled_loss", "add_metric",
))  # fmt: skip


def set_attribute(machine: Machine, base: Value, name: str, value: Value) -> None:
    """`base.name = value`."""
    if isinstance(base, Obj):
        machine.store(base.attrs, name, value)
        if frames.is_frame(base):
            machine.store(base.attrs, ("column", name), value)
    elif isinstance(base, Unknown):
        machine.store(base.parts, name, value)
    elif isinstance(base, UserClass):
        machine.store(base.members, name, value)
    elif isinstance(base, Dataset) and name in ("classes", "labels", "_targets", "targets"):
        base.element = Unknown("labels that were put into a generator", None)
    elif isinstance(base, Choice):
        for _, each in base.alternatives:
            set_attribute(machine, each, name, value)


def item(machine: Machine, base: Value, index: Value, node: ast.AST) -> Value:
    """`base[index]` for one index."""
    if isinstance(base, Choice):
        return guarded([(guard, item(machine, each, index, node)) for guard, each in base.alternatives])
    if isinstance(index, Choice) and isinstance(base, Seq | Map):
        return guarded([(guard, item(machine, base, each, node)) for guard, each in index.alternatives])
    if isinstance(base, Seq):
        return _sequence_item(base, index, node)
    if isinstance(base, Map):
        return _map_item(base, index, node)
    if isinstance(base, Data):
        return arrays.indexed(base, index, node)
    if isinstance(base, Obj):
        return _object_item(machine, base, index, node)
    if isinstance(base, Const):
        try:
            return Const(base.value[constant(index)], node)
        except Exception:  # the program would fail here
            return Unknown("an item of a constant", node)
    if isinstance(base, Unknown):
        return _part(base.parts, _key(index), node)
    if isinstance(base, Tensor):
        return Tensor(Ref("tensor.item"), (base,), node)
    return Unknown("an item of something unknown", node)


def _map_item(base: Map, index: Value, node: ast.AST) -> Value:
    """One entry of a dict; under a key that is not known, one of its labels, where all entries are labels."""
    try:
        found = base.items.get(constant(index)) if isinstance(index, Const) else None
    except TypeError:  # a key that no dict can have
        found = None
    entries = list(base.items.values())
    if found is None and base.is_open and isinstance(base.sample, Const | Symbol):
        return Symbol("a value of a dict", ("value", base, index), node)
    if found is not None or base.is_open or isinstance(index, Const) or not entries:
        return found or Unknown("a key that is not known", node)
    plain = [to_python(each) for each in entries]
    if all(isinstance(each, int) and not isinstance(each, bool) for each in plain) and len(set(plain)) > 1:
        return replace(from_python(plain, node), shape=(), parts={})
    rows = [row(each) for each in entries]
    if all(rows) and len({len(each or ()) for each in rows}) == 1 and any(each != rows[0] for each in rows):
        made = from_python(rows, node)
        return replace(made, shape=made.shape[1:] if made.shape else None, parts={})
    shapes = [each.shape for each in entries if isinstance(each, Data) and each.shape]
    sizes = {tuple(map(constant, shape)) for shape in shapes}
    if len(shapes) == len(entries) and len(sizes) == 1 and None not in next(iter(sizes)):
        return Data(shape=shapes[0], node=node)
    return Unknown("a key that is not known", node)


def _key(index: Value) -> Any:
    if isinstance(index, Const):
        try:
            hash(index.value)
        except TypeError:
            return index
        return ("item", index.value)
    return ("item", index.key) if isinstance(index, Symbol) else ("item", index)


def _sequence_item(base: Seq, index: Value, node: ast.AST) -> Value:
    items, position = base.items, constant(index)
    if isinstance(position, int) and -len(items) <= position < len(items):
        crossed = items[: position + 1] if position >= 0 else items[position:]
        if not any(isinstance(each, Gap) for each in crossed):
            return items[position]
    return one_of(items, node) or Unknown("an item of a list that is not known in full", node)


def _object_item(machine: Machine, base: Obj, index: Value, node: ast.AST) -> Value:
    if base.cls in ("numpy.eye", "numpy.identity"):
        return arrays.rows_of_eye(base, index, node)
    if frames.is_frame(base):
        return frames.column(base, index, node)
    if isinstance(base.cls, UserClass):
        member = base.cls.find("__getitem__")
        if isinstance(member, Function):
            return functions.run(machine, functions.bound(machine, member, base), [index], node)
    if isinstance(index, Data) and isinstance(base.cls, str) and base.cls.startswith("numpy.") and by_content(index):
        return Data(shape=(None,), node=node)  # positions that a mask chose are no mere order any more
    return _part(base.attrs, _key(index), node)


def sliced(machine: Machine, base: Value, parts: list[Value | slice], node: ast.AST) -> Value:
    """`base[a:b, c]`."""
    if isinstance(base, Choice):
        return guarded([(guard, sliced(machine, each, parts, node)) for guard, each in base.alternatives])
    if isinstance(base, Seq) and len(parts) == 1 and isinstance(parts[0], slice):
        return _slice_sequence(base, parts[0], node)
    if isinstance(base, Data):
        return arrays.sliced(base, parts, node)
    if isinstance(base, Tensor):
        return Tensor(Ref("tensor.item"), (base,), node)
    if isinstance(base, Obj) and frames.is_frame(base):
        return frames.part(base, parts, node)
    if isinstance(base, Const) and isinstance(base.value, str):
        return Unknown("part of a text", node)
    if isinstance(base, Unknown) and isinstance(node, ast.Subscript):
        return _part(base.parts, ("slice", ast.dump(node.slice)), node)
    return Unknown("a part of something unknown", node)


def _slice_sequence(base: Seq, part: slice, node: ast.AST) -> Value:
    bounds = [constant(each) if each is not None else None for each in (part.start, part.stop, part.step)]
    known = all(
        each is None or isinstance(value, int)
        for each, value in zip((part.start, part.stop, part.step), bounds, strict=True)
    )
    if known and not base.is_open:
        try:
            return Seq.of(base.items[slice(*bounds)], base.kind, node)
        except ValueError:
            return Unknown("a slice that fails", node)
    if known and bounds[0] is None and isinstance(bounds[1], int) and bounds[1] < 0 and bounds[2] is None:
        tail = base.items[bounds[1] :]
        if not any(isinstance(each, Gap) for each in tail):
            return Seq.of(base.items[: bounds[1]], base.kind, node)
    return Seq.of((Gap(base.items[0] if base.items else None),), base.kind, node)


def set_item(machine: Machine, base: Value, index: Value | None, value: Value, node: ast.AST) -> Value | None:
    """`base[index] = value`. Gives back what the name must be bound to, where the value itself cannot change."""
    if isinstance(base, Map) and isinstance(index, Const):
        return Map({**base.items, index.value: value}, base.is_open, base.node, _kept(base, value))
    if isinstance(base, Map):
        return Map(base.items, True, base.node, _kept(base, value))
    if isinstance(base, Seq):
        position, items = constant(index), base.items
        if isinstance(position, int) and not base.is_open and -len(items) <= position < len(items):
            changed = list(items)
            changed[position] = value
            machine.store(base.cell, "items", tuple(changed))
        else:
            machine.store(base.cell, "items", gaps((*items, value)) or (Gap(value),))
        return None
    if isinstance(base, Data):
        return arrays.filled(base, value, node)
    if isinstance(base, Obj) and isinstance(index, Const):
        machine.store(base.attrs, ("column", index.value) if frames.is_frame(base) else _key(index), value)
    elif isinstance(base, Obj) and frames.is_frame(base) and _names_columns(index):  # df[names] = df[names] > 0
        for key, unknown in frames.overwritten(base, index).items():
            machine.store(base.attrs, key, unknown)
    elif isinstance(base, Unknown) and index is not None:
        machine.store(base.parts, _key(index), value)
    return None


def _names_columns(index: Value | None) -> bool:
    """Whether an index is a list of names, or one that is not known; what `loc` gets is read by `overwrite`."""
    if isinstance(index, Seq):
        return all(isinstance(each, Const) and isinstance(each.value, str) for each in index.items)
    return isinstance(index, Unknown | Symbol)


def _kept(base: Map, value: Value) -> Value | None:
    """A sample of a dict after one more value: only of numbers."""
    known = not base.is_open and all(isinstance(each, Const) for each in base.items.values())
    numbers = base.sample is not None or known
    return value if numbers and gaps((*base.items.values(), value)) is not None else None


def overwrite(machine: Machine, base: Value, column: Value | None) -> None:
    """`df.loc[mask, "y"] = value`: cells of one column are something else now."""
    if isinstance(base, Choice):
        for _, each in base.alternatives:
            overwrite(machine, each, column)
    elif isinstance(base, Obj) and frames.is_frame(base):
        for key, value in frames.overwritten(base, column).items():
            machine.store(base.attrs, key, value)


def unpacked(machine: Machine, value: Value, count: int, star: int | None) -> list[Value]:
    """`count` values from one, for `a, b = value`; the starred one gets a list."""
    if isinstance(value, Choice):
        columns = [unpacked(machine, each, count, star) for _, each in value.alternatives]
        guards = [guard for guard, _ in value.alternatives]
        return [guarded(list(zip(guards, column, strict=True))) for column in zip(*columns, strict=True)]
    items = list(value.items) if isinstance(value, Seq) else None
    if isinstance(value, Const) and isinstance(value.value, tuple | str):
        items = [Const(each, value.node) for each in value.value]
    if items is not None and not any(isinstance(each, Gap) for each in items):
        if star is None and len(items) == count:
            return items
        if star is not None and len(items) >= count - 1:
            after = count - 1 - star
            middle = Seq.of(items[star : len(items) - after])
            return [*items[:star], middle, *items[len(items) - after :]]
    if isinstance(value, Unknown | Obj):
        parts = value.parts if isinstance(value, Unknown) else value.attrs
        return [_part(parts, ("item", n), getattr(value, "node", None) or ast.Pass()) for n in range(count)]
    if isinstance(value, Data):
        return [arrays.row(value) for _ in range(count)]
    if isinstance(value, Tensor):
        return [Tensor(Ref("tensor.item"), (value,), value.node) for _ in range(count)]
    sample = one_of(items or (), None)
    return [sample or Unknown("a part of something unknown", getattr(value, "node", None)) for _ in range(count)]
