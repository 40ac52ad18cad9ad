"""Arrays that are put together, repeated or shuffled: which values and axes they have then."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from rightloss.views.source import arrays, frames
from rightloss.views.source.binned import numbers_in, of_numbers
from rightloss.views.source.literals import literal_labels
from rightloss.views.source.machine import Machine
from rightloss.views.source.selections import some_classes
from rightloss.views.source.values import Args, Data, Obj, Ref, Seq, Tensor, Unknown, Value, constant

SIDE_BY_SIDE = "arrays side by side"


def _plain(value: Value) -> Value:
    return literal_labels(value) if isinstance(value, Seq) else value


def _stack(name: str) -> Callable[[Machine, Args], Value]:
    """`np.concatenate([a, b])` and its kin."""

    def handler(machine: Machine, args: Args) -> Value:
        given = args.get(0)
        items = list(given.items) if isinstance(given, Seq) and not given.is_open else []
        if name == "append" and given is not None:
            items = [each for each in (given, args.get(1, "values")) if each is not None]
        tensors = [each for each in items if isinstance(each, Tensor)]
        if tensors:
            return Tensor(Ref("tensorflow.concat"), tuple(tensors), args.node, args)
        parts = [each for each in map(_plain, items) if isinstance(each, Data)]
        axis = constant(args.get(2 if name == "append" else 1, "axis"))
        if not parts or len(parts) != len(items) or axis not in (None, 0):
            return Data(node=args.node)
        return _after(name, parts, args.node)

    return handler


def _after(name: str, parts: list[Data], node: ast.AST | None) -> Data:
    """Rows of the one after rows of the other. Side by side are only the columns of arrays that have some."""
    first, axes = parts[0], {len(each.shape) if each.shape is not None else None for each in parts}
    if axes == {1} and name == "vstack":
        return Data(node=node)  # each of them becomes a row
    if name == "hstack" and axes != {1}:
        return Data(node=node)
    sizes = {tuple(map(constant, each.shape[1:])) for each in parts if each.shape is not None}
    even = len(axes) == 1 and None not in axes and len(sizes) == 1
    shape = (None, *first.shape[1:]) if first.shape is not None and even else None
    if first.encoding is not None and all(each.encoding == first.encoding for each in parts):
        kept = shape if shape is not None or first.shape is None else (None, *first.shape[1:])
        return replace(first, shape=kept, parts={}, exact=False)
    found = [_numbers(each) for each in parts]
    if axes == {1} and all(each is not None for each in found):
        return of_numbers(sorted(set().union(*(each or () for each in found))), shape, node, SIDE_BY_SIDE)
    return Data(shape=shape, node=node)


def _numbers(part: Data) -> set[float] | None:
    """The one number that an array is filled with, or the few that it holds."""
    filled = part.encoding is None and part.low is not None and part.low == part.high and _is_written(part.node)
    return {part.low} if filled and part.low is not None else numbers_in(part)


def _is_written(node: ast.AST | None) -> bool:
    """Whether the number stands there: `np.zeros(n)`, `2 * np.ones(n)`, `np.full(n, 2)`; a name may count a loop."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.left, ast.Constant) or isinstance(node.right, ast.Constant)
    return isinstance(node, ast.Call) and all(isinstance(each, ast.Constant) for each in node.args[1:2])


def _repeat(machine: Machine, args: Args) -> Value:
    """`np.repeat([0, 1, 2], 100)`, `np.tile(y, 4)`: the same values, more of them."""
    value = _plain(args.get(0, "a", "A") or Unknown("nothing"))
    times = args.get(1, "repeats", "reps")
    if not isinstance(value, Data) or value.shape is None or len(value.shape) != 1:
        return Data(node=args.node)
    if "axis" in args.keywords or isinstance(times, Seq):
        return Data(node=args.node)
    return replace(value, shape=(None,), parts={})


def _shuffle(machine: Machine, args: Args) -> Value:
    """`shuffle(X, y)` of scikit-learn: the same rows in another order."""
    few = args.get(None, "n_samples") is not None
    made = [_shuffled(_plain(each), few) for each in args.positional]
    return made[0] if len(made) == 1 else Seq.of(made, "list", args.node)


def _shuffled(value: Value, few: bool) -> Value:
    if isinstance(value, Data):
        shape = (None, *value.shape[1:]) if value.shape else value.shape
        rows = replace(value, shape=shape, mixed=True, parts={})
        return some_classes(rows) if few else rows
    if isinstance(value, Obj) and frames.is_frame(value):
        return frames.changed(value, some_classes) if few else frames.mixed(value)
    return Unknown("rows in another order", getattr(value, "node", None))


def resampled(args: Args) -> Value:
    """`SMOTE().fit_resample(X, y)`: more rows of the same classes."""
    x, y = args.get(0, "X"), args.get(1, "y")
    rows = [replace(each, shape=(None, *each.shape[1:]), parts={}) if isinstance(each, Data) and each.shape else each
            for each in (x, y)]  # fmt: skip
    return Seq.of([each or Unknown("nothing") for each in rows], "tuple", args.node)


def _full(machine: Machine, args: Args) -> Value:
    """`np.full(shape, 2)`."""
    size, value = args.get(0, "shape"), constant(args.get(1, "fill_value"))
    shape = arrays.dims(size)
    if not isinstance(value, int | float):
        return Data(shape=shape, node=args.node)
    return Data(shape=shape, low=value, high=value, node=args.node)


FUNCTIONS: dict[str, Callable[[Machine, Args], Value]] = {
    "numpy.concatenate": _stack("concatenate"),
    "numpy.vstack": _stack("vstack"),
    "numpy.hstack": _stack("hstack"),
    "numpy.append": _stack("append"),
    "tensorflow.concat": _stack("concatenate"),
    "numpy.repeat": _repeat,
    "numpy.tile": _repeat,
    "numpy.full": _full,
    "sklearn.utils.shuffle": _shuffle,
    "sklearn.utils.resample": _shuffle,
}
