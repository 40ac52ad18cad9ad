"""What was met while a program was read: compile calls, loss calls, training calls, uses of predictions."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import Any

from rightloss.views.source.values import (
    ALWAYS,
    Args,
    Const,
    Data,
    Function,
    Guard,
    LossResult,
    Obj,
    Prediction,
    Tensor,
    UserClass,
    Value,
    constant,
)


@dataclass(eq=False, slots=True)
class Training:
    """One fit, evaluate or train_on_batch of a compiled model."""

    verb: str
    args: Args
    labels: Value | None
    class_weight: Value | None
    sample_weight: Value | None
    guard: Guard

    @property
    def told(self) -> str:
        """The call in words."""
        return "validation_data" if self.verb == VALIDATION else f"{self.verb}()"

    def labels_node(self) -> ast.AST | None:
        """The expression that gives the labels, where it is written at the call."""
        if self.verb != VALIDATION:
            return self.args.place(1, "y")
        pair = self.args.place(None, "validation_data")
        return pair.elts[1] if isinstance(pair, ast.Tuple | ast.List) and len(pair.elts) > 1 else None


VALIDATION = "validation"
"""The verb of labels that a fit only looks at."""


@dataclass(eq=False, slots=True)
class Decoding:
    """One reading of predictions as labels."""

    kind: str  # "argmax", "threshold", "softmax", "sigmoid"
    prediction: Prediction
    node: ast.AST
    limit: float | None = None
    axis: int | None = None
    axis_known: bool = True
    axis_given: bool = True
    first_axis: int | None = None  # what is reduced when no axis is given: 0, or None for everything
    path: Guard = ALWAYS  # the arms of undecided branches that it stands in
    inferred: bool = False  # in a function that nobody calls
    judged: bool = False  # what it gives is held against labels, one for each example


@dataclass(eq=False, slots=True)
class Site(Value):
    """One compile call, or one call of a loss in a custom loop, as met in one context."""

    kind: str  # "compile", "call", "metric"
    node: ast.AST | None
    args: Args
    guard: Guard
    model: Value | None
    output: Value | None  # what the model gives out
    loss: Value | None
    metrics: Value | None = None
    labels: Value | None = None  # of a loss call
    inferred: bool = False
    trainings: list[Training] = field(default_factory=list)
    why: str = ""  # why nothing more is known


class Recorder:
    """Collects sites and what happens to them."""

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.decodings: list[Decoding] = []
        self.functions: list[Function] = []
        self.classes: list[UserClass] = []
        self.loss_results: list[LossResult] = []
        self.updates: list[tuple[Obj, Value | None, Value | None, Args]] = []  # metric, labels, prediction
        self.activated: list[tuple[Tensor, str, ast.AST]] = []  # tensor, what is applied to it, where
        self.saved: list[tuple[Value, Obj]] = []  # (path, model)
        self.mixed_precision = False
        self.old_keras = False  # a spelling that only Keras before 2.4 takes
        self.fitted: set[int] = set()  # ids of models that were trained or evaluated
        self.given: set[int] = set()  # ids of what models were trained or evaluated on
        self.embedded: set[int] = set()  # ids of models that became part of another model
        self.weighted: set[int] = set()  # ids of models and layers whose weights were set, not learned here
        self.kept: list[Value] = []  # keeps the objects behind those ids alive
        self.by_size = 0  # undecided branches around us that ask how wide something is
        self.sized: set[int] = set()  # numbers of such branches: what follows an arm that returns stands in the other
        self._seen_functions: set[ast.AST] = set()

    def defined(self, function: Function) -> None:
        """A function definition was executed."""
        if function.node not in self._seen_functions:
            self._seen_functions.add(function.node)
            self.functions.append(function)

    def defined_class(self, cls: UserClass) -> None:
        """A class definition was executed."""
        self.classes.append(cls)

    def mark(self, group: set[int], value: Value | None) -> None:
        """Remember an object in one of the groups."""
        if value is not None:
            group.add(id(value))
            self.kept.append(value)

    def argmax(self, machine: Any, data: Value, axis: Value | None, first_axis: int | None, node: ast.AST) -> None:
        """`argmax` of a prediction."""
        prediction = prediction_of(data)
        if prediction is not None and not self._asked_size(machine):
            given = axis is not None and not (isinstance(axis, Const) and axis.value is None)
            known = not given or isinstance(constant(axis), int)
            self._decoded(machine, Decoding("argmax", prediction, node, None, constant(axis), known, given, first_axis))

    def _decoded(self, machine: Any, found: Decoding) -> None:
        self.decodings.append(replace(found, path=machine.path, inferred=machine.inferred))

    def _asked_size(self, machine: Any) -> bool:
        """Whether this is read by a program that asked how wide predictions are."""
        return bool(self.by_size) or any(branch in self.sized for branch, _ in machine.path)

    def judge(self, found: Value | None, *, whole: bool) -> None:
        """What argmax gave is held against labels; `whole`: where a single number would fail."""
        node = found.node if isinstance(found, Data) else None
        for n, each in enumerate(self.decodings):
            if each.kind == "argmax" and node is not None and each.node is node and (whole or each.axis_given):
                self.decodings[n] = replace(each, judged=True)

    def place(self, number: Value | None, written: ast.AST | None) -> None:
        """A number that argmax gave is a place among all values: a row and a column are made of it."""
        nodes = set(ast.walk(written)) if written is not None else set()
        if isinstance(number, Data) and number.node is not None:
            nodes.add(number.node)
        self.decodings = [each for each in self.decodings if each.kind != "argmax" or each.node not in nodes]

    def threshold(self, machine: Any, data: Value, limit: float, node: ast.AST) -> None:
        """A prediction compared with a number, or rounded."""
        prediction = prediction_of(data)
        if prediction is not None and not self._asked_size(machine):
            self._decoded(machine, Decoding("threshold", prediction, node, limit))

    def activation(self, data: Value, name: str, node: ast.AST | None) -> None:
        """Softmax or sigmoid of a prediction, or of any tensor: a loss may read the same one."""
        prediction = prediction_of(data)
        if node is None or name not in ("softmax", "sigmoid") or self.by_size:
            return
        if prediction is not None:
            self.decodings.append(Decoding(name, prediction, node))
        elif isinstance(data, Tensor):
            self.activated.append((data, name, node))

    def shown(self, model: Value, name: str, node: ast.AST | None) -> None:
        """Softmax or sigmoid as a layer on top of a model."""
        if node is not None and name in ("softmax", "sigmoid"):
            self.decodings.append(Decoding(name, Prediction(model), node))


def prediction_of(value: Value) -> Prediction | None:
    """The prediction that a value is, if it is one."""
    if isinstance(value, Data):
        return value.prediction
    if isinstance(value, Tensor):
        return _of_tensor(value, 6)
    return None


_APPLIED = {
    "tensorflow.nn.softmax": "softmax", "keras.activations.softmax": "softmax", "keras.ops.softmax": "softmax",
    "tensorflow.nn.sigmoid": "sigmoid", "keras.activations.sigmoid": "sigmoid", "keras.ops.sigmoid": "sigmoid",
    "tensor.item": "row",
}  # fmt: skip


def _of_tensor(value: Tensor, depth: int) -> Prediction | None:
    """A tensor that a model gave, with the operations done to it since."""
    if value.model is not None:
        return Prediction(value.model, (), value, value.node)
    name = getattr(value.op, "name", None)
    if name in _APPLIED and depth and value.inputs and isinstance(value.inputs[0], Tensor):
        inner = _of_tensor(value.inputs[0], depth - 1)
        return replace(inner, applied=(*inner.applied, _APPLIED[name])) if inner is not None else None
    return None
