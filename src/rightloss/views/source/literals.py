"""Labels that are written out in the program: values and shape are all there."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from rightloss.contract.conditions import ROW_SUM_TOLERANCE, RowSums
from rightloss.contract.vocabulary import Labels, Source
from rightloss.views.source import ranges
from rightloss.views.source.gathered import GATHERED, atoms, is_plain, row
from rightloss.views.source.values import Const, Data, Gap, Prediction, Seq, Symbol, Value, constant

WRITTEN_ROWS = "written-out rows"
_ROWS = frozenset({Labels.ONEHOT, Labels.DISTRIBUTION, Labels.MULTIHOT})


def literal_labels(value: Seq) -> Value:
    """Data written out in the program, or lists that a loop filled."""
    if value.is_open:
        sample = next((item.sample for item in value.items if isinstance(item, Gap)), None)
        if isinstance(sample, Data) and sample.shape and _no_row(sample):
            return Data(shape=(None, *sample.shape), node=value.node)  # a row of numbers is no list of ids
        if isinstance(sample, Data):  # of what is not known, `frame.loc[i]["label"]` may be a number or a column
            known = sample.encoding and sample.shape is not None
            shape = (None, *sample.shape) if known and sample.shape else None
            node = value.node if sample.why == "argmax" else sample.node  # one argmax for each is not the argmax of all
            return replace(sample, shape=shape, parts={}, prediction=_listed(sample.prediction), node=node)
        return _gathered(value)
    if value.items and all(isinstance(item, Data) for item in value.items):
        first = value.items[0]
        assert isinstance(first, Data)
        shape = (Const(len(value.items)), *first.shape) if first.shape is not None else None
        return Data(shape=shape, node=value.node)
    plain = to_python(value)
    return from_python(plain, value.node) if plain is not None else _gathered(value)


def _gathered(value: Seq) -> Data:
    """Numbers, or rows of numbers, that were put into a list one by one: all that are written out do occur."""
    found = list(atoms(value.items))
    rows = [row(each) for each in found]
    if not found or not all(map(is_plain, found)) or (any(rows) and not all(rows)):
        return Data(node=value.node)
    count = Const(len(value.items)) if not value.is_open else None
    plain: list[Any] = rows if all(rows) else [each.value for each in found if isinstance(each, Const)]
    if value.is_open and len(plain) == len(found) and any(each != plain[0] for each in plain):
        made = from_python(plain, value.node)
        known = made.shape[1:] if made.shape is not None else None
        shape = (count, *known) if known is not None else None
        rows_of = made.why == WRITTEN_ROWS
        return replace(made, shape=shape, why=made.why if rows_of or not made.why else GATHERED)
    return Data(node=value.node) if any(rows) else Data(shape=(count,), node=value.node)


def _listed(one: Prediction | None) -> Prediction | None:
    """A list of predictions: of rows it is many predictions as they come, of anything else they have one axis more."""
    if one is None:
        return None
    rows = one.applied[-1:] == ("row",) and one.applied.count("row") == 1
    return replace(one, applied=one.applied[:-1] if rows else (*one.applied, "listed"))


def _no_row(sample: Data) -> bool:
    """Whether one of many is an array of numbers, of which no label encoding is known, and how large it is."""
    if sample.encoding is not None:
        return not sample.encoding <= _ROWS
    return all(constant(each) is not None for each in sample.shape or ())


def by_position(data: Data) -> Data:
    """Written-out rows of 0 and 1 whose loss reads ids: one id for each token or pixel, if there are such."""
    if data.why != WRITTEN_ROWS:
        return data
    return Data(shape=data.shape, low=data.low, high=data.high, whole=data.whole, node=data.node)


def to_python(value: Value, depth: int = 5) -> Any:
    """A nested list of constants as Python lists; None when something in it is not constant."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Seq) and depth and not value.is_open:
        inner = [to_python(item, depth - 1) for item in value.items]
        return None if any(each is None for each in inner) else inner
    return None


def from_python(values: Any, node: ast.AST | None) -> Data:
    """The encoding of labels that are written out: values and shape are all there."""
    shape: list[int] = []
    level = [values]
    while level and all(isinstance(each, list) for each in level):
        sizes = {len(each) for each in level}
        if len(sizes) != 1:
            return Data(node=node)
        shape.append(sizes.pop())
        level = [inner for each in level for inner in each]
    dims = tuple(Const(size) for size in shape)
    if not level or not shape:
        return Data(node=node, shape=dims)
    if all(isinstance(each, str) for each in level):
        return Data(
            frozenset({Source.TEXT}),
            Symbol("classes", ("text", id(node))),
            False,
            dims,
            node=node,
            why="written-out text",
        )
    if not all(isinstance(each, int | float) for each in level):
        return Data(node=node, shape=dims)
    low, high = min(level), max(level)
    whole = all(float(each).is_integer() for each in level)
    if len(shape) == 2 and shape[1] > 1:
        return _columns(values, dims, node, low >= 0 and high <= 1, whole)
    if not whole:
        inside = low >= 0 and high <= 1
        return Data(
            None if inside else frozenset({Source.CONTINUOUS}),
            shape=dims,
            low=low,
            high=high,
            whole=False,
            node=node,
            why="written-out numbers",
        )
    distinct = {int(each) for each in level}
    without_gaps = low in (0, 1) and high - low + 1 == len(distinct)
    if distinct == {-1, 1} or without_gaps:
        return ranges.of_range(low, high, dims, node or ast.Pass(), "written-out ids", exact=len(distinct) > 1)
    return Data(shape=dims, low=low, high=high, whole=True, node=node)


def _columns(rows: list[list[float]], dims: ranges.Shape, node: ast.AST | None, inside: bool, whole: bool) -> Data:
    """Rows of several numbers: one-hot, several true, or probabilities; `inside`: all lie in 0..1."""
    if not inside:
        return Data(shape=dims, node=node)
    sums = [sum(row) for row in rows]
    even = all(abs(each - 1) <= ROW_SUM_TOLERANCE for each in sums)
    found = RowSums.ONE if even else RowSums.EMPTY if any(each == 0 for each in sums) else RowSums.OTHER
    encoding: frozenset[Labels | Source] | None = frozenset({Labels.DISTRIBUTION, Labels.MULTIHOT} if even else ())
    if whole:
        encoding = frozenset({Labels.ONEHOT, Labels.DISTRIBUTION, Labels.MULTIHOT} if even else {Labels.MULTIHOT})
    return Data(encoding or None, dims[1], True, dims, 0, 1, True, node, WRITTEN_ROWS, row_sums=found)
