"""Calls that change what they are given, and give nothing back."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rightloss.views.source import arrays, frames
from rightloss.views.source.values import Args, Const, Data, Obj, Ref, Value, constant

_FILLS = frozenset({"putmask", "place", "put", "copyto", "fill_diagonal", "put_along_axis"})
_METHODS = frozenset({"fill", "put", "itemset", "partition", "resize"})


def in_place(receiver: Value, func: ast.Attribute, args: Args, made: Value) -> Iterator[tuple[ast.expr, Value]]:
    """`df.drop(rows, inplace=True)`, `np.putmask(y, mask, 0)`: which expression is what afterwards."""
    if "inplace" in args.keywords and constant(args.keywords["inplace"]) is not False:
        if isinstance(receiver, Data):
            yield func.value, made if isinstance(made, Data) else Data()
        elif isinstance(receiver, Obj) and frames.is_frame(receiver):
            yield func.value, made if frames.is_frame(made) else frames.without(receiver)
    elif isinstance(receiver, Data) and func.attr in _METHODS:
        yield func.value, arrays.filled(receiver, Const(None), func.value)
    elif isinstance(args.keywords.get("out"), Data) and isinstance(args.place(None, "out"), ast.expr):
        out, place = args.keywords["out"], args.place(None, "out")
        if isinstance(out, Data) and isinstance(place, ast.expr):
            yield place, arrays.filled(out, Const(None), place)
    elif isinstance(receiver, Ref) and receiver.name == "numpy" and func.attr in _FILLS:
        first, place = args.get(0, "a", "arr", "dst"), args.place(0, "a", "arr", "dst")
        if isinstance(first, Data) and isinstance(place, ast.expr):
            yield place, arrays.filled(first, Const(None), place)
