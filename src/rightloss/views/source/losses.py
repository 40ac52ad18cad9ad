"""Losses and metrics as they are written: name, family, from_logits, options, and what a custom loss calls inside."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import Any

from rightloss.contract.table import LOSS_NAMES, METRIC_NAMES, LossEntry
from rightloss.contract.vocabulary import FromLogits, Loss
from rightloss.views.source import functions
from rightloss.views.source.calls import LOGITS_LOSSES
from rightloss.views.source.machine import Machine
from rightloss.views.source.values import (
    ALWAYS,
    Args,
    Const,
    Data,
    Function,
    LossResult,
    Map,
    Obj,
    Ref,
    Seq,
    Tensor,
    Unknown,
    UserClass,
    Value,
    constant,
)
from rightloss.views.source.worlds import World


@dataclass(frozen=True, slots=True)
class LossSeen:
    """One loss. `family` is OTHER for what is not a loss of the table; None where nothing is known."""

    name: str | None
    family: Loss | None
    from_logits: FromLogits | None = None  # None: given, and not known
    options: dict[str, Any] = field(default_factory=dict)
    node: ast.AST | None = None  # the loss as written
    argument: ast.AST | None = None  # the loss argument at the call
    logits_node: ast.AST | None = None  # the value given to from_logits
    custom: bool = False  # called inside a loss of the program
    labels_changed: bool = False  # a custom loss that reads something else than the labels it gets
    why: str = ""
    absent: bool = False  # nothing was given
    swapped: bool = False  # a custom loss that hands the prediction on as labels
    raw: bool = False  # an operation of TensorFlow that never looks for what was before an activation


@dataclass(frozen=True, slots=True)
class MetricSeen:
    """One metric. `name` as Keras knows it, "accuracy" where shapes decide, None for one that is not known."""

    name: str | None
    arguments: dict[str, Any]
    node: ast.AST | None


def read_loss(value: Value | None, world: World, machine: Machine | None, argument: ast.AST | None = None) -> LossSeen:
    """The loss that a value is."""
    value = world.pick(value)
    if value is None or (isinstance(value, Const) and value.value is None):
        return LossSeen(None, None, argument=argument, why="no loss is given to compile", absent=True)
    if isinstance(value, Const):
        return _by_name(str(value.value), value, argument)
    if isinstance(value, Ref):
        return _by_reference(value, argument)
    if isinstance(value, Obj):
        return _by_object(value, world, machine, argument)
    if isinstance(value, Function):
        return _custom(value, machine, argument)
    if isinstance(value, LossResult):
        return read_loss(value.loss, world, machine, argument)
    why = value.why if isinstance(value, Unknown) else "the loss is not known"
    return LossSeen(None, None, argument=argument, why=why)


def _by_name(name: str, value: Const, argument: ast.AST | None) -> LossSeen:
    entry = LOSS_NAMES.get(name)
    if entry is not None:
        return _seen(entry, _default(entry), {}, value.node, argument)
    if name in (
        "hinge",
        "squared_hinge",
        "categorical_hinge",
        "poisson",
        "cosine_similarity",
        "cosine_proximity",
        "ctc",
    ):
        return LossSeen(name, Loss.OTHER, FromLogits.ABSENT, {}, value.node, argument)
    why = f'the loss "{name}" is not known'
    if "entropy" in name.lower():
        why = f'Keras has no loss "{name}"; its names are {", ".join(_WORDS)}'
    return LossSeen(name, None, None, {}, value.node, argument, why=why)


_WORDS = ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy")


def _default(entry: LossEntry) -> FromLogits:
    return FromLogits.FALSE if entry.from_logits else FromLogits.ABSENT


def _seen(
    entry: LossEntry,
    option: FromLogits | None,
    options: dict[str, Any],
    node: ast.AST | None,
    argument: ast.AST | None,
    logits_node: ast.AST | None = None,
) -> LossSeen:
    return LossSeen(entry.name, entry.family, option, options, node, argument, logits_node)


def _by_reference(value: Ref, argument: ast.AST | None) -> LossSeen:
    if value.name in LOGITS_LOSSES:
        entry = LOSS_NAMES[LOGITS_LOSSES[value.name]]
        return LossSeen(entry.name, entry.family, FromLogits.TRUE, {}, argument, argument, raw=True)
    root, _, last = value.name.rpartition(".")
    entry_found = LOSS_NAMES.get(last)
    if entry_found is not None and root in ("keras.losses", "keras.metrics", "keras.backend", "rightloss.losses"):
        return _seen(entry_found, _default(entry_found), {}, argument, argument)
    family = Loss.OTHER if root == "keras.losses" else None
    return LossSeen(last, family, FromLogits.ABSENT, {}, argument, argument, why=f"{value.name} is not in the file")


def _by_object(value: Obj, world: World, machine: Machine | None, argument: ast.AST | None) -> LossSeen:
    if isinstance(value.cls, UserClass):
        member = value.cls.find("call") or value.cls.find("__call__")
        if isinstance(member, Function):
            return _custom(functions.bound_plain(member, value), machine, argument)
        return LossSeen(value.short, Loss.OTHER, None, {}, value.node, argument)
    root, _, last = value.cls.rpartition(".")
    if root == "keras.losses" and last == "get" and value.args.positional:
        return read_loss(value.args.positional[0], world, machine, argument)
    entry = LOSS_NAMES.get(last) if last[:1].isupper() else None
    if entry is not None and root in ("keras.losses", "rightloss.losses", "keras.metrics"):
        return with_options(entry, value.args, world, value.node, argument)
    known = root == "keras.losses"
    return LossSeen(
        last,
        Loss.OTHER if known else None,
        None,
        {},
        value.node,
        argument,
        why="" if known else f"{value.cls} is not read",
    )


def with_options(
    entry: LossEntry,
    args: Args,
    world: World,
    node: ast.AST | None,
    argument: ast.AST | None,
    *,
    function: bool = False,
) -> LossSeen:
    """A loss made or called with arguments."""
    option: FromLogits | None = _default(entry)
    positional = entry.from_logits and "Focal" not in entry.name
    index = (2 if function else 0) if positional else None
    given = world.pick(args.get(index, "from_logits")) if entry.from_logits else None
    if given is not None:
        told = constant(given)
        option = (
            FromLogits.TRUE
            if told is True or told == 1
            else FromLogits.FALSE
            if told in (False, None) and isinstance(given, Const)
            else None
        )
    elif args.is_open and entry.from_logits:
        option = None
    options = {name: constant(world.pick(args.keywords[name])) for name in entry.options if name in args.keywords}
    return _seen(entry, option, options, node, argument, args.place(index, "from_logits"))


def _custom(function: Function, machine: Machine | None, argument: ast.AST | None) -> LossSeen:
    """A loss of the program: it is read with stand-ins, and is the loss of the table that it calls, if there is one."""
    nothing = LossSeen(function.name, Loss.OTHER, None, {}, function.node, argument, custom=True)
    if machine is None or any(frame.function.node is function.node for frame in machine.frames):
        return nothing
    labels, prediction = Data(why="y_true"), Tensor(Ref("rightloss.y_pred"), (), function.node)
    results, before = machine.recorder.loss_results, len(machine.recorder.loss_results)

    def body() -> bool:
        functions.inline(machine, function, Args(function.node, (labels, prediction)))
        return False

    try:
        machine.isolated(body, ALWAYS)
    finally:
        inner = results[before:]
        del results[before:]
    swapped = len(inner) == 1 and inner[0].prediction is labels and inner[0].labels is prediction
    if len(inner) != 1 or not (swapped or inner[0].prediction is prediction):
        return nothing
    found = read_loss_result(inner[0], World(ALWAYS))
    if found.family is None:
        return nothing
    changed = not swapped and inner[0].labels is not labels
    return replace(found, argument=argument, custom=True, labels_changed=changed, swapped=swapped)


def read_loss_result(result: LossResult, world: World, machine: Machine | None = None) -> LossSeen:
    """The loss of a call on labels and a prediction: options sit on the object, or among the arguments."""
    value = world.pick(result.loss)
    if isinstance(value, Ref) and value.name not in LOGITS_LOSSES:
        entry = LOSS_NAMES.get(value.name.rpartition(".")[2])
        if entry is not None:
            return with_options(entry, result.args, world, result.args.node, result.args.node, function=True)
    return read_loss(value, world, machine, result.args.node)


def read_metrics(value: Value | None, world: World) -> list[MetricSeen]:
    """The metrics of one output."""
    value = world.pick(value)
    if isinstance(value, Seq):
        return [found for item in value.items for found in read_metrics(item, world)]
    if isinstance(value, Const) and isinstance(value.value, str):
        name = value.value
        if name in ("accuracy", "acc"):
            return [MetricSeen("accuracy", {}, value.node)]
        entry = METRIC_NAMES.get(name) or METRIC_NAMES.get(_loss_metric(name))
        return [MetricSeen(entry.name if entry is not None else None, {}, value.node)]
    if isinstance(value, Ref):
        entry = METRIC_NAMES.get(value.name.rpartition(".")[2])
        return [MetricSeen(entry.name if entry is not None else None, {}, None)]
    if isinstance(value, Obj) and isinstance(value.cls, str):
        return [_metric_object(value, world)]
    return [] if value is None or isinstance(value, Map) else [MetricSeen(None, {}, getattr(value, "node", None))]


def _loss_metric(name: str) -> str:
    entry = LOSS_NAMES.get(name)
    return entry.name if entry is not None else ""


_POSITIONS = {
    "BinaryAccuracy": ("name", "dtype", "threshold"), "Precision": ("thresholds",), "Recall": ("thresholds",),
    "AUC": ("num_thresholds",), "TopKCategoricalAccuracy": ("k",), "SparseTopKCategoricalAccuracy": ("k",),
    "MeanIoU": ("num_classes",), "F1Score": ("average", "threshold"),
}  # fmt: skip


def _metric_object(value: Obj, world: World) -> MetricSeen:
    entry = METRIC_NAMES.get(value.short)
    arguments: dict[str, Any] = {}
    if entry is not None:
        pairs = list(zip(_POSITIONS.get(value.short, ()), value.args.positional, strict=False))
        for name, given in [*pairs, *value.args.keywords.items()]:
            picked = world.pick(given)
            arguments[name] = picked.value if isinstance(picked, Const) else picked
    if value.args.is_open:
        return MetricSeen(None, {}, value.node)
    if value.cls == "keras.metrics.Accuracy":
        return MetricSeen("Accuracy", {}, value.node)
    return MetricSeen(entry.name if entry is not None else None, arguments, value.node)
