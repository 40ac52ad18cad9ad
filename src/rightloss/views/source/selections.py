"""Which rows an index takes: in some order, at random, or by what they hold."""

from __future__ import annotations

import ast
from dataclasses import replace

from rightloss.contract.vocabulary import Labels
from rightloss.views.source.values import Data, Gap, Obj, Seq, Value

_ORDERS = ("permutation", "argsort", "arange", "choice", "linspace", "flip", "roll")


def by_content(index: Value | slice) -> bool:
    """Whether rows are chosen by what they hold: a mask, or the positions where something is true."""
    if isinstance(index, Data):
        return not index.why.startswith("random") and not (index.encoding is None and _is_order(index.node))
    if isinstance(index, Seq):
        whole = len(index.items) == 1 and isinstance(index.items[0], Gap) and index.items[0].sample is None
        return not (whole and _is_order(index.node))
    return isinstance(index, Obj) and index.short not in _ORDERS


def _is_order(node: ast.AST | None) -> bool:
    """`range(n)`, `list(range(n))`, `np.random.choice(len(x), 9)`, `~(np.random.rand(n) < 0.8)`: nothing that rows hold
    decides which of them are taken."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Compare):
        return any(map(is_random, (node.operand.left, *node.operand.comparators)))
    if not isinstance(node, ast.Call) or not node.args:
        return False
    name, first = ast.unparse(node.func).rpartition(".")[2], node.args[0]
    counted = isinstance(first, ast.Call) and ast.unparse(first.func) == "len"
    return name == "range" or (name == "list" and _is_order(first)) or (name == "choice" and counted)


def is_random(node: ast.AST | None) -> bool:
    """Whether an expression draws numbers: `np.random.rand(n)`."""
    parts = ast.unparse(node.func).split(".") if isinstance(node, ast.Call) else ()
    return not _RANDOM.isdisjoint(parts)


_RANDOM = frozenset({"random", "rand", "randn"})


def some_classes(base: Data) -> Data:
    """Labels of which some may be left out: their kind stays, how many classes there are is open."""
    ids = base.encoding is not None and base.encoding <= {Labels.INDEX, Labels.BINARY}
    return replace(base, classes=None, exact=False, high=None, pair=None, parts={}) if ids else base


def chosen(base: Data, node: ast.AST) -> Data:
    """Rows that were chosen by what they hold: positions among them are no mere order any more."""
    why = f"some {base.why}" if base.why.startswith("random") else base.why
    return replace(some_classes(base), node=node if base.encoding is None else base.node, why=why)


def selects_rows(index: Value | slice) -> bool:
    """Whether an index is an array of positions or a mask. What a function outside NumPy gives may be one number."""
    if isinstance(index, Data):
        return index.shape != ()
    return isinstance(index, Seq) or (isinstance(index, Obj) and str(index.cls).startswith("numpy."))
