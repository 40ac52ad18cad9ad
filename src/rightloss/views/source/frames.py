"""Data frames: columns that are read, rows that are selected, values that are overwritten."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rightloss.views.source.selections import SOME_ROWS, by_content, is_whole, neighbours, some_classes
from rightloss.views.source.values import Args, Const, Data, Map, Obj, Seq, Unknown, Value, constant

Shape = tuple[Value | None, ...]


def is_frame(value: Value) -> bool:
    """Whether something is a data frame, as far as it is known what made it."""
    return isinstance(value, Obj) and isinstance(value.cls, str) and value.cls.startswith(MAKERS)


MAKERS = ("pandas.", "seaborn.load_dataset")


def column(frame: Obj, index: Value, node: ast.AST) -> Value:
    """`df["name"]`, `df[["a", "b"]]`: the same column whenever it is read; rows where the index selects them."""
    if isinstance(index, Data | Unknown):
        return _selected(frame, index, node)
    key: Any = None
    if isinstance(index, Const) and isinstance(index.value, str | int):
        key = ("column", index.value)
    elif isinstance(index, Seq) and all(isinstance(each, Const) for each in index.items):
        key = ("columns", tuple(constant(each) for each in index.items))
    if key is None:
        return Data(node=node)
    found = frame.attrs.get(key)
    if found is None:
        shape: Shape | None = (None,) if key[0] == "column" else (None, Const(len(key[1])))
        if isinstance(frame.args.get(None, "header"), Seq):
            shape = None  # names in several rows: one of the first row holds several columns
        found = frame.attrs[key] = Data(shape=shape, node=node, why=SOME_ROWS if SOME_ROWS in frame.attrs else "")
    return found


def _selected(frame: Obj, index: Value, node: ast.AST) -> Value:
    """Rows by a mask or by positions; positions that come from elsewhere are those of a fold."""
    by_place = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "iloc"
    if (isinstance(index, Unknown) and by_place) or (isinstance(index, Data) and not by_content(index)):
        return frame
    return changed(frame, some_classes)


def part(frame: Obj, parts: Sequence[Value | slice], node: ast.AST) -> Value:
    """`df.iloc[:, 3]`, `df[10:]`, `df.loc[mask, "y"]`."""
    rows, last = parts[0], parts[-1]
    if isinstance(rows, slice):
        frame = frame if is_whole(rows) else changed(frame, lambda each: neighbours(each, rows))
    elif len(parts) > 1 and by_content(rows):
        frame = changed(frame, some_classes)
    if len(parts) == 1:
        return frame
    if isinstance(last, Const):
        return column(frame, last, node)
    if isinstance(last, slice):
        first, stop = (constant(each) if each is not None else None for each in (last.start, last.stop))
        width = Const(stop - (first or 0)) if isinstance(stop, int) and stop > (first or 0) >= 0 else None
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(".loc"):
            width = None  # names, the last one included
        return Data(shape=(None, width), node=node)
    return Data(node=node)


def changed(frame: Obj, each_column: Callable[[Data], Data]) -> Obj:
    """Another frame with the same columns, each after a change."""
    attrs = {key: each_column(value) if isinstance(value, Data) else value for key, value in frame.attrs.items()}
    if each_column is some_classes:
        attrs[SOME_ROWS] = Const(True)
    return Obj(frame.cls, frame.args, {key: value for key, value in attrs.items() if key != "shape"})


def without(frame: Obj) -> Obj:
    """Another frame, of whose columns nothing is known any more."""
    return Obj(frame.cls, frame.args)


def overwritten(frame: Obj, name: Value | None) -> dict[Any, Value]:
    """`df.loc[mask, "y"] = 0`: what to store, since nothing is known of that column any more; of none of them where
    its name is not known."""
    several = name.items if isinstance(name, Seq) else (name,)
    names = [each.value for each in several if isinstance(each, Const) and isinstance(each.value, str | int)]
    if len(names) != len(several):
        names = [key[1] for key in frame.attrs if isinstance(key, tuple) and key[0] == "column"]
    found: dict[Any, Value] = {("column", each): Data(shape=(None,)) for each in names}
    return found | {each: Data(shape=(None,)) for each in names if each in frame.attrs}


def mixed(frame: Obj) -> Obj:
    """Another frame with the same rows in another order."""
    return changed(frame, lambda each: replace(each, mixed=True) if each.encoding else each)


def method(frame: Obj, name: str, args: Args) -> Value | None:
    """A method of a frame; None for those that give something else."""
    if name == "pop":
        return column(frame, args.get(0, "item") or Unknown("a column"), args.node or ast.Pass())
    if name == "drop":
        axis = constant(args.get(1, "axis"))
        return frame if axis in (1, "columns") or "columns" in args.keywords else changed(frame, some_classes)
    if name in ("head", "tail"):
        taken = slice(None, args.get(0, "n") or Const(5))
        return changed(frame, lambda each: neighbours(each, taken))
    if name in ("query", "drop_duplicates", "truncate", "nlargest", "nsmallest", "where", "mask"):
        return changed(frame, some_classes)
    if name in ("replace", "apply", "applymap", "map", "transform", "append", "merge", "join"):
        return without(frame)
    if name in ("sample", "shuffle"):
        return mixed(frame)
    if name in ("sort_values", "sort_index"):
        return changed(frame, lambda each: replace(each, mixed=False) if each.mixed else each)
    if name in ("copy", "fillna", "dropna", "reset_index", "set_index", "astype", "rename"):
        return frame if name != "rename" or not isinstance(args.get(None, "columns"), Map | Unknown) else without(frame)
    if name in ("to_numpy", "to_list", "as_matrix"):
        return Data(node=args.node)
    return None
