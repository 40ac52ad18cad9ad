"""Conditions that source can show: how labels lie, what a loss option does, weights, order of arguments, shapes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from rightloss.contract import QUANTITY_LOSSES, Condition, Confidence, Evidence, Fact, Labels, Loss, Positions, Term
from rightloss.contract.conditions import (
    Arguments,
    Bounds,
    ClassWeight,
    LabelKind,
    LabelRange,
    Meaning,
    Option,
    Recovered,
    Shapes,
)
from rightloss.contract.vocabulary import Source
from rightloss.views.source.report import Reading, SetupSeen
from rightloss.views.source.values import Const, Data, Map, Obj, Seq, Tensor, Unknown, Value, constant

_Write = Callable[[str, ast.AST | None], Fact]
_Found = Iterator[tuple[Condition, Term, str, ast.AST | None]]


def conditions(made: Evidence, read: Reading, seen: SetupSeen, write: _Write) -> Evidence:
    """The evidence after everything beside the fields was looked at."""
    for look in (_label_values, _row_sums, _recovered, _options, _weights, _order, _bounds, _shapes):
        for condition, value, text, node in look(made, read, seen):
            made = made.meets(condition, value, write(text, node))
    if read.labels is not None and made.seen(Condition.SHAPES) is Shapes.COLUMNS:
        made = replace(made, classes=_columns(read.labels))
    if _swapped_by_name(seen):
        fact = replace(write("by its name, y stands second", seen.site.node), confidence=Confidence.INFERRED)
        made = made.meets(Condition.ARGUMENTS, Arguments.SWAPPED, fact)
    return made


_CROSSENTROPY = (Loss.BINARY, Loss.CATEGORICAL, Loss.SPARSE)


def _label_values(made: Evidence, read: Reading, seen: SetupSeen) -> _Found:
    data = read.labels
    if data is None or not data.encoding or read.loss.labels_changed or read.loss.family not in _CROSSENTROPY:
        return
    if data.whole is False and data.encoding <= {Labels.INDEX, Labels.BINARY}:
        yield Condition.RANGE, LabelRange.FRACTIONAL, f"y is {data.why}", data.node
    if len(data.encoding) != 1:
        return
    source = next(iter(data.encoding))
    if source is Source.TEXT:
        yield Condition.LABEL_KIND, LabelKind.TEXT, f"y is {data.why}", data.node
    elif source is Source.SIGNED:
        yield Condition.RANGE, LabelRange.SIGNED, "y holds -1 and 1", data.node
    elif source is Source.OFFSET and data.low is not None and _out_of_reach(data, read):
        yield Condition.RANGE, LabelRange.OFFSET, f"the smallest label is {data.low:g}", data.node
    elif source is Source.CONTINUOUS:
        yield Condition.MEANING, Meaning.QUANTITY, f"y is {data.why}", data.node


def _out_of_reach(data: Data, read: Reading) -> bool:
    """Whether labels that do not start at 0 end beyond the units: 1..K on K + 1 units is one unit that stays silent."""
    if read.loss.family is not Loss.SPARSE:
        return True
    units = constant(read.head.units)
    return isinstance(units, int) and data.high is not None and data.high >= units


def _row_sums(made: Evidence, read: Reading, seen: SetupSeen) -> _Found:
    data = read.labels
    if data is not None and data.row_sums is not None and not read.loss.labels_changed:
        yield Condition.ROW_SUMS, data.row_sums, f"y is {data.why}", data.node


def _recovered(made: Evidence, read: Reading, seen: SetupSeen) -> _Found:
    head = read.head
    if (head.recovered is not None or read.loss.raw) and head.activation in ("sigmoid", "softmax"):
        found = bool(head.recovered) and head.twice is None and not seen.mixed_precision and not read.loss.raw
        value = Recovered.YES if found else Recovered.NO
        text = (
            f"{', '.join(head.through)} after the activation"
            if head.through
            else "the activation is the last operation"
        )
        yield Condition.RECOVERED, value, text, head.activation_node or head.node


def _options(made: Evidence, read: Reading, seen: SetupSeen) -> _Found:
    loss = read.loss
    alpha = loss.options.get("alpha")
    if loss.name == "BinaryFocalCrossentropy" and alpha is not None and not loss.options.get("apply_class_balancing"):
        yield Condition.OPTION, Option.FOCAL_ALPHA, f"alpha={alpha}", loss.node
    if loss.name == "CategoricalFocalCrossentropy" and isinstance(alpha, int | float):
        yield Condition.OPTION, Option.SCALAR_ALPHA, f"alpha={alpha}", loss.node


def _weights(made: Evidence, read: Reading, seen: SetupSeen) -> _Found:
    given = read.class_weight
    if given is None or (isinstance(given, Const) and given.value is None) or seen.training is None:
        return
    node = seen.training.args.place(None, "class_weight") or seen.training.args.node
    found = _weight_problem(made, read, seen, given)
    if found is not None:
        yield Condition.CLASS_WEIGHT, found, "class_weight", node


def _weight_problem(made: Evidence, read: Reading, seen: SetupSeen, given: Value) -> ClassWeight | None:
    if seen.outputs > 1:
        return ClassWeight.SEVERAL_OUTPUTS
    if read.sample_weight:
        return ClassWeight.BOTH
    if isinstance(given, Const) and isinstance(given.value, str):
        return ClassWeight.A_WORD
    if isinstance(given, Const | Seq) or (isinstance(given, Obj) and str(given.cls).endswith("compute_class_weight")):
        return ClassWeight.NOT_A_DICT
    if read.labels is not None and read.labels.encoding == {Labels.MULTIHOT}:
        return ClassWeight.SEVERAL_TRUE
    if made.positions is not Positions.EXAMPLE and read.labels is not None and read.labels.shape is not None:
        return ClassWeight.POSITIONS
    if isinstance(given, Map) and given.items:
        if any(isinstance(key, str) for key in given.items):
            return ClassWeight.TEXT_KEYS
        if isinstance(made.classes, int) and made.classes_exact and not given.is_open:
            ids = set(range(made.classes))
            if set(given.items) == {each + 1 for each in ids}:
                return ClassWeight.SHIFTED
            if ids - set(given.items):
                return ClassWeight.MISSES_A_CLASS
    return None


def _order(made: Evidence, read: Reading, seen: SetupSeen) -> _Found:
    """A model's output where labels belong, and labels where the output belongs."""
    if read.loss.swapped:
        yield Condition.ARGUMENTS, Arguments.SWAPPED, "the prediction stands first", read.loss.node
    site = seen.site
    if site.kind != "call" or not isinstance(site.labels, Tensor) or site.labels.model is None:
        return
    if isinstance(site.output, Data) and site.output.encoding and site.output.prediction is None:
        yield Condition.ARGUMENTS, Arguments.SWAPPED, "the prediction stands first", site.node


_LABEL_NAME = re.compile(r"(?:.*_)?(?:y|y_true|labels?|targets?)(?:_(?:batch|train|true)(?:_.*)?)?\Z")


def _swapped_by_name(seen: SetupSeen) -> bool:
    """Whether a model's output stands where labels belong, and a name that says labels stands second."""
    site = seen.site
    if site.kind != "call" or not isinstance(site.labels, Tensor) or site.labels.model is None:
        return False
    second = site.args.place(1, "y_pred")
    return isinstance(site.output, Unknown) and isinstance(second, ast.Name) and bool(_LABEL_NAME.match(second.id))


def _bounds(made: Evidence, read: Reading, seen: SetupSeen) -> _Found:
    data, name = read.labels, read.head.activation
    if data is None or read.loss.family not in QUANTITY_LOSSES:
        return
    if data.encoding and all(isinstance(each, Labels) for each in data.encoding):
        return  # classes, not quantities: the loss is what is wrong
    low, high = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0)}.get(name or "", (None, None))
    if low is None or high is None:
        return
    beyond = (data.high is not None and data.high > high) or (data.low is not None and data.low < low)
    if beyond or (data.encoding == {Source.CONTINUOUS} and data.high is None):
        yield Condition.BOUNDS, Bounds.OUTSIDE, f"targets lie outside {low:g}..{high:g}", data.node


def _ids_in_columns(data: Data, read: Reading) -> bool:
    """Whether a loss that reads one id for each output gets rows of ids: one for each step, say."""
    size = constant(data.shape[-1]) if data.shape else None
    several = isinstance(size, int) and size > 1 and size != constant(read.head.units)
    whole = data.encoding is None and data.whole is True and data.high is not None and data.high > 1
    return read.loss.family is Loss.SPARSE and several and whole and len(data.shape or ()) == read.head.rank


def _columns(data: Data) -> Any:
    """How many quantities there are for each example; None where it is not known."""
    shape = data.shape or ()
    return 1 if len(shape) == 1 else constant(shape[-1]) if shape else None


def _columns_differ(data: Data, read: Reading) -> bool:
    """Whether quantities have another number of columns than the last layer has units, which no loss asks for. Only of
    a plain Dense is it sure that its units are the last axis."""
    head = read.head
    if head.layer != "Dense" or head.units_node is None or head.through:
        return False
    if data.encoding is not None and data.encoding != {Source.CONTINUOUS}:
        return False  # classes, not quantities: the loss is what is wrong
    axes, units, width = len(data.shape or ()), constant(head.units), _columns(data)
    aligned = axes == head.rank or (axes == 1 and head.rank == 2)
    return aligned and isinstance(width, int) and isinstance(units, int) and width != units


def _shapes(made: Evidence, read: Reading, seen: SetupSeen) -> _Found:
    """Axes of the output against axes of labels that were passed as an array."""
    data, rank = read.labels, read.head.rank
    array = seen.training is not None and isinstance(seen.training.labels, Data | Seq)
    if data is None or not data.shape or rank is None or not array or read.loss.labels_changed:
        return
    axes = len(data.shape)
    if read.loss.family in QUANTITY_LOSSES:
        if _columns_differ(data, read):
            units, width = constant(read.head.units), _columns(data)
            text = f"{units} unit{'s'[: units != 1]}, y has {width} column{'s'[: width != 1]}"
            yield Condition.SHAPES, Shapes.COLUMNS, text, data.node
        return
    rows = data.encoding is not None and data.encoding <= {Labels.ONEHOT, Labels.DISTRIBUTION, Labels.MULTIHOT}
    ids = data.encoding is not None and data.encoding <= {Labels.INDEX, Labels.BINARY}
    columns = data.encoding is None and axes > rank and constant(data.shape[-1]) not in (None, 1)
    if rows or (columns and read.loss.family in _CROSSENTROPY):
        wanted = axes
    elif ids:
        wanted = axes if constant(data.shape[-1]) == 1 and axes > 1 else axes + 1
    elif _ids_in_columns(data, read):
        wanted = axes + 1
    elif data.encoding is None and axes == 1 and rank > 2 and read.loss.family in _CROSSENTROPY:
        wanted = 2
    else:
        return
    if rank > wanted:
        yield Condition.SHAPES, Shapes.EXTRA_AXIS, f"the output has {rank} axes, labels have {axes}", read.head.node
    elif rank < wanted:
        yield Condition.SHAPES, Shapes.MISSING_AXIS, f"the output has {rank} axes, labels have {axes}", data.node
