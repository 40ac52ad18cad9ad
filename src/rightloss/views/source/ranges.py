"""Labels as numbers: the values they can take, and what arithmetic does to them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from rightloss.contract.vocabulary import Labels, Source
from rightloss.views.source.values import (
    Const,
    Data,
    LossResult,
    Ref,
    Symbol,
    Tensor,
    Unknown,
    Value,
    constant,
)

Shape = tuple[Value | None, ...]

_STEPS: dict[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
}


def arithmetic(left: Value, right: Value, sign: str, node: ast.AST) -> Value:
    """`left sign right` where at least one side is data, a tensor or a loss value."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, LossResult):
            scaled = sign in "*/" and isinstance(other, Const | Symbol | Unknown | Data)
            return one if scaled else Unknown("a sum of losses", node)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return Tensor(Ref(f"operator.{sign}"), (left, right), node)
    data = left if isinstance(left, Data) else right
    if not isinstance(data, Data):
        return Unknown("arithmetic on something unknown", node)
    if data.prediction is not None:
        return replace(data, prediction=replace(data.prediction, applied=(*data.prediction.applied, sign)), parts={})
    return _moved(data, left, right, sign, node) or _scaled(data, left, right, sign, node)


def _moved(data: Data, left: Value, right: Value, sign: str, node: ast.AST) -> Data | None:
    """Labels with a number added to them, or two-valued labels after any one step; None for other arithmetic."""
    other = constant(right if data is left else left)
    if not isinstance(other, int | float) or isinstance(other, bool) or sign not in _STEPS or other == 0:
        return None
    step = _STEPS[sign]
    filled = data.encoding is None and data.low is not None and data.low == data.high
    if filled and data.low is not None and (data is left or sign in "+*"):
        return replace(data, low=step(data.low, other), high=step(data.low, other), node=node, parts={})
    pair = two_values(data)
    if pair is not None and (data is left or sign != "/"):
        one, two = sorted(step(each, other) if data is left else step(other, each) for each in pair)
        if sign != "/" or (one, two) in CODES:
            return replace(of_pair((one, two), data.shape, node, exact=data.exact), mixed=data.mixed)
    if data is left and sign in "+-" and data.low is not None and data.high is not None:
        low, high = step(data.low, other), step(data.high, other)
        moved = of_range(low, high, data.shape, node, "shifted ids", exact=data.exact)
        return replace(moved, mixed=data.mixed)
    return None


def _scaled(data: Data, left: Value, right: Value, sign: str, node: ast.AST) -> Data:
    """Ids that are divided are no ids any more; of anything else only the shape is known."""
    step = constant(right)
    ids = data.encoding is not None and data.encoding <= {Labels.INDEX, Labels.BINARY} and data.whole
    if data is left and sign == "/" and ids and isinstance(step, int | float):
        if step == 1:
            return data
        if not data.exact or step == data.high:
            return Data(shape=data.shape, node=node)  # grades from 0 to 1, which are fine labels for a sigmoid
        why = f"ids divided by {step:g}"
        return replace(data, whole=False, low=None, high=None, pair=None, node=node, why=why, parts={})
    other = right if data is left else left
    return Data(shape=data.shape if sign != "@" and keeps_shape(data, other) else None, node=node)


def keeps_shape(data: Data, other: Value) -> bool:
    """Whether arithmetic with `other` leaves the shape of `data`: a number, or an array of the same shape."""
    if isinstance(other, Const | Symbol):
        return True
    if not isinstance(other, Data) or other.shape is None or data.shape is None:
        return False
    pairs = list(zip(data.shape, other.shape, strict=False))
    alike = all(one is two or (constant(one) is not None and constant(one) == constant(two)) for one, two in pairs)
    return other.shape == () or (len(data.shape) == len(other.shape) and alike)


def two_values(data: Data) -> tuple[float, float] | None:
    """The only two values of 0/1 labels, also after they were moved; None where there may be others."""
    if data.pair is not None:
        return data.pair
    if data.encoding == {Source.SIGNED}:
        return (-1, 1)
    plain = data.encoding is not None and Labels.BINARY in data.encoding and data.whole
    return (0, 1) if plain and (data.low, data.high) == (0, 1) else None


CODES = ((-1, 1), (0, 1), (1, 2))
"""The pairs of numbers that 0/1 labels come in."""


def of_pair(pair: tuple[float, float], shape: Shape | None, node: ast.AST, *, exact: bool = True) -> Data:
    """Labels with two known values; of other values than `CODES` nothing more is said."""
    if pair in CODES:
        return replace(of_range(*pair, shape, node, "two values", exact=exact), pair=pair)
    return Data(shape=shape, low=pair[0], high=pair[1], pair=pair, node=node)


def of_range(low: float, high: float, shape: Shape | None, node: ast.AST, why: str, *, exact: bool = True) -> Data:
    """Whole numbers low..high: which label encodings they can be depends on the shape."""
    last = constant(shape[-1]) if shape is not None and len(shape) > 1 else 1
    columns = shape is not None and len(shape) == 2 and last != 1
    encoding: frozenset[Labels | Source] | None
    if low < 0:
        encoding = frozenset({Source.SIGNED}) if (low, high) == (-1, 1) and exact else None
    elif columns:
        encoding = None  # numbers in columns: which rows occur is not known
    elif low > 0 and high > 1:
        encoding = frozenset({Source.OFFSET})
    else:
        encoding = frozenset({Labels.BINARY, Labels.INDEX} if high <= 1 else {Labels.INDEX})
    if shape is None and low >= 0 and high <= 1:
        encoding = None
    first = 0 if encoding != {Source.OFFSET} else int(low)
    classes: Value | None = Const(int(high) + 1 - first, node) if low >= 0 and encoding else None
    return Data(encoding, classes, exact, shape, low, high, True, node, why)
