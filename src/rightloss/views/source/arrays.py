"""What operations do to data: attributes, rows, slices, arithmetic, comparison, reshaping."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rightloss.contract.vocabulary import Labels, Source
from rightloss.views.source.literals import from_python, to_python
from rightloss.views.source.machine import Machine
from rightloss.views.source.selections import SOME_ROWS, by_content, chosen, neighbours, selects_rows, some_classes
from rightloss.views.source.values import (
    Args,
    Bound,
    Choice,
    Const,
    Data,
    Dataset,
    Gap,
    Map,
    Obj,
    Prediction,
    Ref,
    Seq,
    Symbol,
    Unknown,
    Value,
    constant,
    number,
)

Shape = tuple[Value | None, ...]

# Methods and functions that give the same values back, perhaps in another container, order or dtype.
SAME = frozenset((
    "astype", "copy", "to_numpy", "numpy", "values", "array", "asarray", "tolist", "to_list", "cast",
    "convert_to_tensor", "constant", "shuffle", "sample", "fillna", "dropna", "reset_index",
    "ascontiguousarray", "to_frame", "head", "tail", "asfarray", "float32", "int32", "identity",
    "stop_gradient", "compute", "toarray", "todense", "get", "persist",
))  # fmt: skip
_TAKEN = frozenset({"head", "tail", "sample"})
"""Of those, the ones that give only some rows: labels are encoded in them as before, but it is another array."""
_CAST_TO_FLOAT = ("float", "float16", "float32", "float64")


def attribute(base: Data, name: str, node: ast.AST) -> Value:
    """`data.name`."""
    if name == "shape":
        if base.shape is not None:
            return Seq.of(
                [dim if dim is not None else _dimension(base, n, node) for n, dim in enumerate(base.shape)],
                "tuple",
                node,
            )
        return base.parts.setdefault("shape", Unknown("the shape of data that is not read", node))
    if name == "codes":
        return codes(base, node)
    if name in ("T", "values", "array", "flat", "cat", "loc", "iloc", "at", "iat"):
        return base if name != "T" else replace(base, shape=None, parts={}, prediction=_reduced(base, "turned"))
    if name in ("dtype", "size", "ndim", "name", "str", "dt", "index", "columns"):
        if name == "ndim" and base.shape is not None:
            return Const(len(base.shape), node)
        return base.parts.setdefault(name, Unknown(f"the {name} of data", node))
    return Bound(base, name)


def dims(size: Value | None) -> Shape | None:
    """The axes of an array that is made: none of a single number; None where they are not known."""
    if size is None:
        return ()
    if isinstance(size, Seq):
        return None if size.is_open else tuple(number(each) for each in size.items)
    found = number(size)
    return (found,) if found is not None else None


def codes(base: Data, node: ast.AST) -> Data:
    """`column.cat.codes`, `column.factorize()[0]`: one id for each value that occurs."""
    kinds = frozenset({Labels.INDEX, Labels.BINARY})
    return Data(kinds, Symbol("num_classes", ("codes", base), node), True, base.shape, 0, None, True, node, "codes")


def _dimension(base: Data, position: int, node: ast.AST) -> Value:
    """One unknown size: the same symbol whenever it is read."""
    found = base.parts.get(("dim", position))
    if found is None:
        text = f"{ast.unparse(node)}[{position}]" if isinstance(node, ast.expr) else f"dimension {position}"
        found = base.parts[("dim", position)] = Symbol(text, ("dim", base, position), node)
    return found


def length(base: Data, node: ast.AST) -> Value:
    """`len(data)`."""
    if base.shape:
        return base.shape[0] or _dimension(base, 0, node)
    return base.parts.setdefault("len", Symbol(_text(node), ("len", base), node))


def _text(node: ast.AST | None) -> str:
    return ast.unparse(node) if isinstance(node, ast.expr) else "a number"


def _reduced(base: Data, part: str) -> Prediction | None:
    """The prediction of which a row or column was taken."""
    found = base.prediction
    return replace(found, applied=(*found.applied, part)) if found is not None else None


def indexed(base: Data, index: Value, node: ast.AST) -> Value:
    """`data[index]`: a row for a number, a selection of rows for an array of numbers, one more axis for None."""
    if isinstance(index, Ref) or (isinstance(index, Const) and index.value is None):
        return expanded(base, 0)
    if isinstance(index, Const) and index.value is ...:
        return base
    if selects_rows(index):
        some = isinstance(index, Data) and index.shape is None  # rows, or a single one
        nested = isinstance(index, Seq) and any(not isinstance(each, Const | Symbol | Gap) for each in index.items)
        shape = (None, *base.shape[1:]) if base.shape and not nested else None
        base = chosen(base, node) if by_content(index) else base
        return replace(base, shape=shape, parts={}, prediction=_reduced(base, "some") if some else base.prediction)
    if isinstance(index, Const) and isinstance(index.value, str):
        return Data(node=node, prediction=base.prediction)
    if isinstance(index, Unknown | Obj) and base.prediction is None:
        return replace(base, shape=None, parts={})  # one number, or the rows of a fold: the axes are not known
    return row(base)


def row(base: Data) -> Data:
    """One row of an array: what iterating over it gives."""
    return replace(base, shape=base.shape[1:] if base.shape else None, parts={}, prediction=_reduced(base, "row"))


def sliced(base: Data, parts: Sequence[Value | slice], node: ast.AST) -> Value:
    """`data[a:b, c]`."""
    if any(isinstance(part, Ref) or (isinstance(part, Const) and part.value in (None, ...)) for part in parts):
        first = isinstance(parts[0], Ref) or (isinstance(parts[0], Const) and parts[0].value is None)
        if first and base.encoding is not None and base.encoding <= _ONE_EACH:
            return Data(node=node, prediction=base.prediction)  # numbers side by side: the cells of one row
        return replace(base, shape=None, parts={})  # np.newaxis and the like
    shape = _after(base.shape, parts) if base.shape is not None else None
    columns = any(not isinstance(part, slice) for part in parts[1:])
    narrowed = any(isinstance(part, slice) and part != slice(None) for part in parts[1:])
    rows_only = len(parts) == 1 or not (columns or narrowed)
    if parts and isinstance(parts[0], slice):
        base = neighbours(base, parts[0])
    elif parts and by_content(parts[0]) and selects_rows(parts[0]):
        base = chosen(base, node)
    whole_columns = base.encoding is not None and base.encoding <= _COLUMN_ENCODINGS
    if not rows_only and whole_columns:
        return Data(shape=shape, node=node, prediction=_reduced(base, "column"))
    prediction = base.prediction if rows_only else _reduced(base, "column")
    return replace(base, shape=shape, parts={}, prediction=prediction)


def _after(shape: Shape, parts: Sequence[Value | slice]) -> Shape | None:
    """The shape after an index with several parts: a number takes an axis away, an array of numbers or a mask keeps it.
    None where it is not known which of the two a part is."""
    if len(parts) > len(shape) or sum(map(selects_rows, parts)) > 1:
        return None
    found: list[Value | None] = []
    for dim, part in zip(shape, parts, strict=False):
        if isinstance(part, slice):
            found.append(dim if part == slice(None) else _cut(dim, part, rows=not found))
        elif selects_rows(part):
            found.append(_selected(part))
        elif not isinstance(part, Const | Symbol | Data):
            return None
    return (*found, *shape[len(parts) :])


def _selected(index: Value | slice) -> Value | None:
    """How many rows or columns a list of positions takes; a mask takes what is true in it."""
    if not isinstance(index, Seq) or index.is_open:
        return None
    positions = [constant(each) for each in index.items]
    known = all(isinstance(each, int) and not isinstance(each, bool) for each in positions)
    return Const(len(positions)) if known else None


_COLUMN_ENCODINGS = frozenset({Labels.ONEHOT, Labels.DISTRIBUTION, Labels.MULTIHOT, Labels.MULTIHOT_MISSING})


def _cut(dim: Value | None, part: slice, *, rows: bool) -> Value | None:
    """The size of a slice. Of rows there may be fewer than the slice asks for; columns are named because they exist."""
    given = (part.start, part.stop, part.step)
    bounds = [constant(each) if each is not None else None for each in given]
    size = constant(dim)
    if any(each is not None and not isinstance(each, Const) for each in given):
        return None
    if all(each is None or isinstance(each, int) for each in bounds) and isinstance(size, int):
        return Const(len(range(size)[slice(*bounds)]))
    first, stop = bounds[0] or 0, bounds[1]
    if part.step is None and size is None and isinstance(first, int) and isinstance(stop, int):
        return Const(stop - first) if 0 <= first < stop and not (rows and first) else None
    return None


def filled(base: Data, value: Value, node: ast.AST) -> Value:
    """`data[i, j] = value`: zeros that are filled by position can hold anything of the same shape."""
    return replace(base, encoding=None, classes=None, low=None, high=None, node=node, parts={}, why="")


def marked(base: Data, rows: Value, value: Value, node: ast.AST) -> Data | None:
    """`zeros[np.arange(n), ids] = 1`: in every row one cell is 1; None for other ways of filling."""
    zeros = base.encoding is None and base.low == base.high == 0 and base.shape is not None and len(base.shape) == 2
    every = isinstance(rows, Obj) and rows.cls == "numpy.arange"
    if not zeros or not every or constant(value) != 1 or base.shape is None:
        return None
    kinds = frozenset({Labels.ONEHOT})
    return Data(kinds, base.shape[1], True, base.shape, 0, 1, True, node, "zeros with one 1 in each row")


def rows_of_eye(eye: Obj, index: Value, node: ast.AST) -> Value:
    """`np.eye(n)[y]`: one-hot rows."""
    units = number(eye.args.get(0, "N", "n", "num_rows"))
    if isinstance(index, Const):
        return Data(frozenset({Labels.ONEHOT}), units, True, (units,), 0, 1, True, node, "a row of np.eye")
    shape = index.shape if isinstance(index, Data) else None
    if isinstance(index, Seq) and not index.is_open:
        shape = (Const(len(index.items)),)
    return Data(
        frozenset({Labels.ONEHOT}),
        units,
        True,
        (*shape, units) if shape is not None else None,
        0,
        1,
        True,
        node,
        "rows of np.eye",
    )


def method(machine: Machine, base: Data, name: str, args: Args) -> Value:
    """`data.name(...)`."""
    node = args.node or ast.Pass()
    if name in SAME:
        if (
            name == "astype"
            and _text(getattr(args.node, "args", [None])[0] if args.positional else None).find("str") >= 0
        ):
            return Data(shape=base.shape, node=node)
        if name == "fillna" and base.encoding is not None:
            return Data(shape=base.shape, node=node)  # one number more
        if name == "astype" and "bool" in _text(args.place(0, "dtype")):
            return Data(shape=base.shape, node=node)
        if name == "astype" and base.whole is False and "int" in _text(args.place(0, "dtype")):
            return Data(shape=base.shape, node=node)  # fractions that are cut off
        if name in ("tolist", "to_list"):
            return as_list(base)
        if name in ("head", "tail"):
            base = neighbours(base, slice(None, args.get(0, "n") or Const(5)))
        return replace(base, mixed=base.mixed or name == "sample") if name in _TAKEN else base
    if name == "argmax":
        return argmax(machine, base, args, None, args.get(0, "axis", "dimension"))
    if name in ("reshape", "ravel", "flatten", "squeeze"):
        return reshaped(base, name, args.positional, node)
    if name == "map" and isinstance(args.get(0, "arg"), Map):
        return _recoded(base, args.get(0, "arg"), node)
    if name in ("map", "apply"):
        return Data(shape=base.shape, node=node)
    if name == "factorize":
        return Seq.of((codes(base, node), Data(node=node)), "tuple", node)
    if name in ("max", "min", "sum", "mean", "std", "nunique", "item", "any", "all"):
        return base.parts.setdefault((name, "()"), Unknown(f"the {name} of data", node))
    if name in ("unique", "value_counts"):
        return base.parts.setdefault((name, "()"), Data(base.encoding, node=node, shape=(None,)))
    if name == "round" and base.prediction is not None:
        machine.recorder.threshold(machine, base, 0.5, node)
    return Data(shape=None, node=node)


def as_list(base: Data) -> Data:
    """The same as a list. Cells of a column may be lists: an array of them has more axes."""
    return replace(base, shape=None, parts={}) if base.encoding is None else base


def of_values(base: Data, cell: Value, node: ast.AST) -> Data:
    """`column.apply(lambda x: 1 if x == "spam" else 0)`: the numbers that a cell becomes, and nothing else."""
    found = [each for _, each in cell.alternatives] if isinstance(cell, Choice) else [cell]
    if any(isinstance(each, Const) and isinstance(each.node, ast.BinOp | ast.AugAssign) for each in found):
        return Data(shape=base.shape, node=node)  # a count: how often a loop adds to it is not known
    return _recoded(base, Map(dict(enumerate(found))), node)


def _recoded(base: Data, codes: Value | None, node: ast.AST) -> Data:
    """`column.map({"ham": 0, "spam": 1})`: the values of the dict, and nothing else. Of several columns it is not known
    whether they are read one by one or side by side."""
    if base.shape is not None and len(base.shape) > 1 and constant(base.shape[-1]) != 1:
        return Data(node=node)
    entries = list(codes.items.values()) if isinstance(codes, Map) and not codes.is_open else []
    plain = [to_python(each) for each in entries]
    if not plain or not all(isinstance(each, int | float) for each in plain):
        return Data(shape=base.shape, node=node)
    made = replace(from_python(plain, node), shape=base.shape, node=node, why="codes of two or more values", parts={})
    return some_classes(made) if base.why == SOME_ROWS else made


def reshaped(base: Data, name: str, wanted: Sequence[Value], node: ast.AST) -> Data:
    """Another shape, the same values."""
    shape: Shape | None = None
    if name == "reshape":
        shape = _wanted(base, wanted)
        flat = [constant(each) for each in wanted] in ([-1], [-1, 1])
        base = replace(base, prediction=_reduced(base, "flat" if flat else "turned"))
    elif name in ("ravel", "flatten"):
        inner = base.shape is not None and (len(base.shape) == 1 or all(constant(d) == 1 for d in base.shape[1:]))
        shape = (base.shape[0],) if inner and base.shape else (None,)
    elif base.shape and constant(base.shape[0]) != 1 and not _chooses(node):
        shape = tuple(dim for n, dim in enumerate(base.shape) if n == 0 or constant(dim) != 1)
    if name != "reshape":
        base = replace(base, prediction=_reduced(base, "flat"))
    keeps = base.encoding is None or not base.encoding <= _COLUMN_ENCODINGS or _same_last(base.shape, shape)
    if not keeps:
        return Data(shape=shape, node=node, prediction=base.prediction)
    if base.encoding is not None and base.encoding <= _ONE_EACH and _in_rows(base.shape, shape):
        return replace(base, shape=shape, encoding=None, classes=None, pair=None, node=node, parts={})
    return replace(base, shape=shape, parts={})


def _chooses(node: ast.AST) -> bool:
    """Whether a call of squeeze says which axis goes."""
    return isinstance(node, ast.Call) and any(each.arg == "axis" for each in node.keywords)


def _in_rows(old: Shape | None, new: Shape | None) -> bool:
    """Whether numbers that had one axis stand in rows now: ids of steps, or the cells of one row."""
    return old is not None and len(old) == 1 and new is not None and len(new) > 1 and constant(new[-1]) != 1


def _wanted(base: Data, wanted: Sequence[Value]) -> Shape | None:
    """The shape that `reshape` was asked for; None where the number of axes is not known."""
    if len(wanted) == 1 and isinstance(wanted[0], Seq) and not wanted[0].is_open:
        wanted = wanted[0].items
    elif not wanted or (len(wanted) == 1 and not isinstance(wanted[0], Const | Symbol)):
        return None  # a tuple of sizes that is not known
    if any(isinstance(each, Seq) for each in wanted):
        return None
    first = base.shape[0] if base.shape else None
    sizes = [number(each) for each in wanted]
    return tuple(
        first if constant(each) == -1 and n == 0 else (None if constant(each) == -1 else each)
        for n, each in enumerate(sizes)
    )


def _same_last(old: Shape | None, new: Shape | None) -> bool:
    if not old or not new:
        return False
    one, other = constant(old[-1]), constant(new[-1])
    return one == other and (one is not None or old[-1] is new[-1])


def expanded(base: Data, axis: Any) -> Data:
    """One more axis of size 1."""
    if base.shape is None or not isinstance(axis, int):
        return replace(base, shape=None, parts={})
    dims = list(base.shape)
    dims.insert(axis if axis >= 0 else len(dims) + 1 + axis, Const(1))
    in_rows = base.encoding is not None and base.encoding <= _ONE_EACH and _in_rows(base.shape, tuple(dims))
    kinds = None if in_rows else base.encoding
    return replace(base, shape=tuple(dims), encoding=kinds, classes=base.classes if kinds else None, parts={})


_ONE_EACH = frozenset({Labels.INDEX, Labels.BINARY, Source.OFFSET, Source.SIGNED})


def argmax(machine: Machine, data: Value, args: Args, first_axis: int | None, axis: Value | None) -> Value:
    """The position of the largest value. `first_axis`: what is reduced when no axis is given (None: everything)."""
    node = args.node or ast.Pass()
    machine.recorder.argmax(machine, data, axis, first_axis, node)
    classes = data.classes if isinstance(data, Data) and data.encoding and data.encoding <= _COLUMN_ENCODINGS else None
    shape = data.shape[:-1] if isinstance(data, Data) and data.shape else None
    low, high = (0, constant(classes) - 1) if isinstance(constant(classes), int) else (0, None)
    return Data(frozenset({Labels.INDEX}), classes, True, shape, low, high, True, node, "argmax")


def element_of(value: Value, position: int) -> Value | None:
    """One part of a dataset's element: 0 the inputs, 1 the labels, 2 the weights."""
    if isinstance(value, Dataset):
        inner = value.element
        if isinstance(inner, Seq) and not inner.is_open and position < len(inner.items):
            return inner.items[position]
    return None
