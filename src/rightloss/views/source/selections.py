"""Which rows an index takes: in some order, at random, or by what they hold."""

from __future__ import annotations

import ast
from dataclasses import replace

from rightloss.contract.vocabulary import Labels, Source
from rightloss.views.source.values import Data, Gap, Obj, Seq, Symbol, Value, constant

_ORDERS = ("permutation", "argsort", "arange", "choice", "linspace", "flip", "roll")


SOME_ROWS = "some rows"
"""What a column is called of which rows were chosen before anything was known of it: a table of codes may hold more."""


def by_content(index: Value | slice) -> bool:
    """Whether rows are chosen by what they hold: a mask, or the positions where something is true."""
    if isinstance(index, Data):
        return not index.why.startswith("random") and not (index.encoding is None and _is_order(index.node))
    if isinstance(index, Seq):
        only = index.items[0] if len(index.items) == 1 else None
        whole = isinstance(only, Gap) and isinstance(only.sample, Symbol | None)
        return not (whole and _is_order(index.node))
    return isinstance(index, Obj) and (index.short not in _ORDERS or _orders_a_choice(index))


def _orders_a_choice(index: Obj) -> bool:
    """Whether an order is one of positions that were chosen: `np.random.permutation(np.where(y < 2)[0])`."""
    node = index.args.node
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    inner = first.value if isinstance(first, ast.Subscript) and isinstance(first.value, ast.Call) else first
    return isinstance(inner, ast.Call) and ast.unparse(inner.func) != "len" and index.short != "argsort"


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


_NUMBERS = frozenset({Labels.INDEX, Labels.BINARY, Source.OFFSET, Source.SIGNED})


def some_classes(base: Data) -> Data:
    """Labels of which some may be left out: their kind stays, how many classes there are is open, and with it the
    largest one. Of two values no third one comes in."""
    if base.encoding is None:
        return replace(base, why=base.why or SOME_ROWS)
    if not base.encoding <= _NUMBERS:
        return base
    if base.pair is not None or (base.high is not None and base.high <= 1):
        return replace(base, classes=None, exact=False, parts={})
    return replace(base, classes=None, exact=False, high=None, parts={})


def some(value: Value) -> Value:
    """The same for what a condition lets through: one element, or several side by side."""
    if isinstance(value, Seq) and not value.is_open:
        return Seq.of([some(each) for each in value.items], value.kind, value.node)
    return some_classes(value) if isinstance(value, Data) else value


def neighbours(base: Data, rows: slice) -> Data:
    """`data[a:b]`: examples that stand side by side. Tables are often sorted by class; where the order is known to say
    nothing, many of them hold every class."""
    if is_whole(rows) or (base.mixed and not _few(base, rows)):
        return base
    return some_classes(base)


def is_whole(rows: slice) -> bool:
    """Whether a slice takes every row, in this order or backwards."""
    return rows.start is None and rows.stop is None and (rows.step is None or constant(rows.step) in (1, -1))


def _few(base: Data, rows: slice) -> bool:
    """Whether a slice takes so few examples that a class may be missing: fewer than `_ENOUGH` for each."""
    first, stop = (constant(each) if each is not None else None for each in (rows.start, rows.stop))
    if rows.start is None or first == 0:
        count = stop
    elif rows.stop is None and isinstance(first, int) and first < 0:
        count = -first
    else:
        count = stop - first if isinstance(first, int) and isinstance(stop, int) else None
    classes = constant(base.classes)
    wanted = _ENOUGH * (classes if isinstance(classes, int) else 1)
    return isinstance(count, int) and 0 <= count < wanted


_ENOUGH = 10


def chosen(base: Data, node: ast.AST) -> Data:
    """Rows that were chosen by what they hold: positions among them are no mere order any more."""
    why = f"some {base.why}" if base.why.startswith("random") else base.why
    if base.encoding is None and not why:
        why = SOME_ROWS
    return replace(some_classes(base), node=node if base.encoding is None else base.node, why=why)


def selects_rows(index: Value | slice) -> bool:
    """Whether an index is an array of positions or a mask. What a function outside NumPy gives may be one number."""
    if isinstance(index, Data):
        return index.shape != ()
    return isinstance(index, Seq) or (isinstance(index, Obj) and str(index.cls).startswith("numpy."))
