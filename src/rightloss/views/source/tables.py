"""The tables that come with scikit-learn: how many classes, features and targets they have."""

from __future__ import annotations

import ast
from typing import Any

from rightloss.contract.vocabulary import Labels, Source
from rightloss.views.source.values import Args, Const, Data, Obj, Seq, Symbol, Unknown, Value, constant

# name -> (classes, features); no number: quantities, or texts
SKLEARN: dict[str, tuple[int | None, int | None]] = {
    "load_iris": (3, 4), "load_wine": (3, 13), "load_breast_cancer": (2, 30), "load_digits": (10, 64),
    "load_diabetes": (None, 10), "fetch_california_housing": (None, 8), "load_boston": (None, 13),
    "fetch_covtype": (7, 54), "fetch_olivetti_faces": (40, 4096), "fetch_20newsgroups": (20, None),
    "fetch_20newsgroups_vectorized": (20, None), "load_linnerud": (None, 3),
}  # fmt: skip
_FROM_ONE = frozenset({"fetch_covtype"})
"""Tables whose classes are numbered from 1."""
_TARGETS = {"load_linnerud": 3}
"""Tables with several targets."""
_TWO = frozenset({Labels.BINARY, Labels.INDEX})
_INDEX = frozenset({Labels.INDEX})


def ids(
    classes: int | None, shape: tuple[Value | None, ...], node: ast.AST | None, why: str, *, mixed: bool = False
) -> Data:
    """One class id for each example, or a quantity where there are no classes."""
    if classes is None:
        return Data(frozenset({Source.CONTINUOUS}), shape=shape, whole=False, node=node, why=why)
    kinds = _TWO if classes == 2 else _INDEX
    return Data(kinds, Const(classes), True, shape, 0, classes - 1, True, node, why, mixed=mixed)


def load(name: str, args: Args) -> Value:
    """`load_iris()` and its kin: `.data` and `.target`, or the pair where `return_X_y` asks for it."""
    features = SKLEARN[name][1]
    x = Data(shape=(None, Const(features)) if features is not None else None, node=args.node)
    y = _target(name, args)
    if constant(args.get(None, "return_X_y")):
        return Seq.of((x, y), "tuple", args.node)
    parts: dict[Any, Any] = {"data": x, "target": y, ("item", "data"): x, ("item", "target"): y}
    if constant(args.get(None, "as_frame")) and name not in _TARGETS:
        parts["frame"] = parts["item", "frame"] = Obj("pandas.DataFrame", args, {("column", "target"): y})
    return Obj(f"sklearn.datasets.{name}", args, parts)


def _target(name: str, args: Args) -> Data:
    count, why = _count(name, args), f"{name}()"
    if isinstance(count, Symbol):
        return Data(_INDEX, count, True, (None,), 0, None, True, args.node, why)
    if name in _FROM_ONE and count is not None:
        return Data(frozenset({Source.OFFSET}), Const(count), True, (None,), 1, count, True, args.node, why)
    targets = _TARGETS.get(name)
    return ids(count, (None, Const(targets)) if targets is not None else (None,), args.node, why)


def _count(name: str, args: Args) -> int | Symbol | None:
    """How many classes a table has: some can be told to leave some out."""
    told = args.get(0, "n_class") if name == "load_digits" else args.get(None, "categories")
    if told is None or (isinstance(told, Const) and told.value is None):
        return SKLEARN[name][0]
    if isinstance(told, Const) and isinstance(told.value, int):
        return told.value
    if isinstance(told, Seq) and not told.is_open:
        return len(told.items)
    return Symbol("the number of classes", ("some of", Unknown("which ones")), args.node)
