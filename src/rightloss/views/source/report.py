"""From what was met to what is known: one `SetupSeen` for each output of each compile call and loss call."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from rightloss.contract.table import LOSS_NAMES
from rightloss.contract.vocabulary import Loss
from rightloss.views.source.head import Head, unknown
from rightloss.views.source.heads import read_head
from rightloss.views.source.literals import by_position, literal_labels
from rightloss.views.source.losses import LossSeen, MetricSeen, read_loss, read_loss_result, read_metrics
from rightloss.views.source.machine import Machine, OutOfSteps
from rightloss.views.source.models import SEQUENTIAL, layer_list
from rightloss.views.source.recorder import VALIDATION, Decoding, Site, Training
from rightloss.views.source.values import (
    Choice,
    Const,
    Data,
    Gap,
    LossResult,
    Map,
    Obj,
    Prediction,
    Ref,
    Seq,
    Tensor,
    Unknown,
    Value,
    constant,
    merge,
)
from rightloss.views.source.worlds import TooManyReadings, World, readings

CROSSENTROPY = frozenset({Loss.BINARY, Loss.CATEGORICAL, Loss.SPARSE, Loss.MASKED_BINARY})


@dataclass(frozen=True, slots=True)
class Reading:
    """One way in which a set-up may be, as far as the program decides it."""

    head: Head
    loss: LossSeen
    metrics: tuple[MetricSeen, ...] = ()
    labels: Data | None = None
    class_weight: Value | None = None
    sample_weight: bool = False


@dataclass(slots=True)
class SetupSeen:
    """One output at one site: every reading of it, and the uses of its predictions."""

    site: Site
    output: str | None
    readings: list[Reading]
    decodings: list[Decoding] = field(default_factory=list)
    training: Training | None = None
    outputs: int = 1
    why: str = ""
    mixed_precision: bool = False
    old_keras: bool = False

    @property
    def node(self) -> ast.AST | None:
        """The compile call or loss call."""
        return self.site.node

    @property
    def resolved(self) -> bool:
        """Whether last layer and loss are known in every reading."""
        return (
            bool(self.readings)
            and not self.why
            and all(each.head.activation is not None and each.loss.family is not None for each in self.readings)
        )

    @property
    def reason(self) -> str:
        """Why it is not resolved."""
        if self.why:
            return self.why
        for each in self.readings:
            if each.loss.family is None:
                return each.loss.why or "the loss is not known"
            if each.head.activation is None:
                return each.head.why or "the last layer is not known"
        return "" if self.readings else "too many branches"

    @property
    def counts(self) -> bool:
        """Whether it is one of the set-ups this project is about: a cross-entropy, or a loss that is not known."""
        if not self.readings:
            return True
        families = {each.loss.family for each in self.readings}
        if self.site.kind == "compile" and all(each.loss.absent for each in self.readings):
            return self.site.args.is_open
        return bool(families & (CROSSENTROPY | {None}))


def report(machine: Machine) -> list[SetupSeen]:
    """Every set-up that was met, each output by itself."""
    found: list[SetupSeen] = []
    known: _Known = {}
    for site in machine.recorder.sites:
        try:
            found.extend(_of_site(machine, site, known))
        except (OutOfSteps, RecursionError):
            found.append(SetupSeen(site, None, [], why="the file takes too many steps to read"))
    return found


_Known = dict[ast.AST, list[SetupSeen]]


def _of_site(machine: Machine, site: Site, known: _Known) -> Iterator[SetupSeen]:
    if _on_data(site) if site.kind == "call" else _unused(machine, site):
        return
    trainings: list[Training | None] = list(_distinct(site.trainings)) or [None]
    for training in trainings:
        for name, output, loss, metrics, labels in _outputs(site, training):
            made = _one(machine, site, training, name, output, loss, metrics, labels)
            if made.node is None or not any(_same_setup(made, old) for old in known.setdefault(made.node, [])):
                known.setdefault(made.node or ast.Pass(), []).append(made)
                yield made


def _same_setup(one: SetupSeen, other: SetupSeen) -> bool:
    """Whether a site was met again with nothing new: in another turn of a loop, or for the same model."""
    if one.output != other.output or len(one.readings) != len(other.readings):
        return False
    if one.site.model is not other.site.model and (one.decodings or other.decodings):
        return False
    return all(_same_reading(a, b) for a, b in zip(one.readings, other.readings, strict=True))


def _same_reading(one: Reading, other: Reading) -> bool:
    heads = one.head.node is other.head.node and one.head.activation == other.head.activation
    units = constant(one.head.units) == constant(other.head.units)
    losses = (one.loss.name, one.loss.from_logits) == (other.loss.name, other.loss.from_logits)
    labels = (one.labels is None) == (other.labels is None)
    if labels and one.labels is not None and other.labels is not None:
        labels = one.labels.encoding == other.labels.encoding and one.labels.node is other.labels.node
    return heads and units and losses and labels and len(one.metrics) == len(other.metrics)


def _on_data(site: Site) -> bool:
    """A loss that is called on numbers, as documentation does, is no set-up: no model is there."""
    output = site.output
    if isinstance(site.labels, Tensor) and site.labels.model is not None:
        return False  # arguments swapped: the model stands where labels belong
    if isinstance(output, Tensor):
        return _computed(output)
    if isinstance(output, Obj) and isinstance(output.cls, str):
        return output.cls.startswith(("numpy.", "scipy."))
    return isinstance(output, Seq | Map) or (isinstance(output, Data) and output.prediction is None)


def _computed(value: Value | None, depth: int = 12) -> bool:
    """Whether a tensor was computed from numbers of the program alone: no layer, no model, nothing unknown."""
    if isinstance(value, Tensor):
        made = isinstance(value.op, Ref) and value.op.name != "keras.layers.Input" and value.model is None
        return made and bool(depth) and bool(value.inputs) and all(_computed(one, depth - 1) for one in value.inputs)
    return isinstance(value, Const | Seq) or (isinstance(value, Data) and value.prediction is None)


def _unused(machine: Machine, site: Site) -> bool:
    """A compiled model that is never trained by itself: it lives inside another one, or got its weights elsewhere.
    Its loss is never used; older Keras wanted one before `predict`."""
    recorder = machine.recorder
    if site.trainings or id(site.model) in recorder.fitted:
        return False
    if id(site.model) in recorder.embedded:
        return any(other is not site and other.trainings for other in recorder.sites)
    return isinstance(site.model, Obj) and any(
        id(each) in recorder.weighted for each in (site.model, *layer_list(site.model).items)
    )


def _distinct(trainings: list[Training]) -> Iterator[Training]:
    """Trainings with different labels; fit before evaluate, since it is what the loss is for."""
    seen: set[tuple[object, ...]] = set()
    for each in sorted(trainings, key=lambda one: not one.verb.startswith(("fit", "train"))):
        labels = each.labels
        key: tuple[object, ...] = (id(labels),)
        if isinstance(labels, Data):
            key = (labels.encoding, id(labels.node), tuple(map(id, labels.shape or ())))
        elif labels is None or isinstance(labels, Unknown):
            key = ("unknown",) if seen else (id(labels),)
        same_kind = isinstance(labels, Data) and any(len(one) == 3 and one[0] == labels.encoding for one in seen)
        if each.verb == VALIDATION and same_kind:
            continue  # the labels of the fit were looked at
        if key not in seen and len(seen) < 6:
            seen.add(key)
            yield each


_Output = tuple[str | None, Value | None, Value | None, Value | None, Value | None]


def _outputs(site: Site, training: Training | None) -> Iterator[_Output]:
    """(name, tensor, loss, metrics, labels) of each output."""
    labels = site.labels if site.kind == "call" else training.labels if training is not None else None
    output = site.output
    if isinstance(output, Seq | Map):
        given: dict[object, Value] = output.items if isinstance(output, Map) else dict(enumerate(output.items))
        parts = [(key, each.sample if isinstance(each, Gap) else each) for key, each in given.items()]
        order = sorted(given, key=str) if isinstance(output, Map) else list(given)  # Keras sorts names beside a list
        for key, tensor in parts:
            name = _output_name(key, tensor)
            position, given_for_all = order.index(key), (site.loss, site.metrics, labels)
            loss, metrics, own = (_part(each, name, position, len(parts)) for each in given_for_all)
            yield name, tensor, loss, metrics, own
        return
    loss, metrics = site.loss, site.metrics
    name = _output_name(0, output)
    if isinstance(loss, Map | Seq):
        loss = _part(loss, name, 0, 1)
    if isinstance(metrics, Map):
        metrics = _part(metrics, name, 0, 1)
    yield None, output, loss, metrics, labels


def _part(value: Value | None, name: str | None, position: int | None, count: int) -> Value | None:
    """What belongs to one output in a list, a dict, or a value for all of them."""
    if isinstance(value, Map):
        found = value.items.get(name) if name is not None else None
        if found is None and count == 1 and len(value.items) == 1:
            return next(iter(value.items.values()))
        return found
    if isinstance(value, Seq) and position is not None:
        nested = value.kind == "tuple" or any(isinstance(item, Seq | Map | None) for item in value.items)
        whole = len(value.items) == count or nested
        return value.items[position] if whole and position < len(value.items) else (value if count > 1 else None)
    return value


def _output_name(key: object, tensor: Value | None) -> str | None:
    if isinstance(key, str):
        return key
    if isinstance(tensor, Tensor) and isinstance(tensor.op, Obj):
        given = tensor.op.args.get(None, "name")
        if isinstance(given, Const) and isinstance(given.value, str):
            return given.value
    return None


def _one(
    machine: Machine,
    site: Site,
    training: Training | None,
    name: str | None,
    output: Value | None,
    loss: Value | None,
    metrics: Value | None,
    labels: Value | None,
) -> SetupSeen:
    argument = site.args.place(1, "loss") or site.node

    def compute(world: World) -> Reading:
        world.fed = _fed(site, training)
        if site.kind == "call":
            read = read_loss_result(LossResult(loss or Unknown("no loss"), labels, output, site.args), world, machine)
        else:
            read = read_loss(loss, world, machine, argument)
        wanted = read.family in CROSSENTROPY or read.family in LOSS_FAMILIES or read.family is None
        head = read_head(output, world) if wanted else unknown("the loss is not about classes")
        if head.activation is None and not isinstance(output, Tensor | Choice | Unknown | None):
            head = unknown("the prediction does not come from a model of this file", getattr(output, "node", None))
        seen = world.pick(labels)
        seen = literal_labels(seen) if isinstance(seen, Seq) else seen
        if isinstance(seen, Data) and read.family is Loss.SPARSE and not _columns_fit(head, seen):
            seen = by_position(seen)
        weight = world.pick(training.class_weight) if training is not None else None
        return Reading(
            head,
            read,
            tuple(read_metrics(metrics, world)),
            seen if isinstance(seen, Data) else None,
            weight,
            training is not None and training.sample_weight is not None,
        )

    if site.kind == "call":
        metrics = _updated(machine, site, output)
    start = site.guard if training is None else merge(site.guard, training.guard) or site.guard
    try:
        found = readings(start, compute)
    except TooManyReadings:
        found = []
    count = len(site.output.items) if isinstance(site.output, Seq | Map) else 1
    half, old = machine.recorder.mixed_precision, machine.recorder.old_keras
    return SetupSeen(site, name, found, _decodings(machine, site), training, count, site.why, half, old)


def _fed(site: Site, training: Training | None) -> tuple[Value | None, ...] | None:
    """The shape of the array that a plain Sequential is trained on: a first layer without a shape takes that one."""
    model, x = site.model, training.args.get(0, "x") if training is not None else None
    if not isinstance(model, Obj) or model.cls != SEQUENTIAL or not isinstance(x, Data) or len(x.shape or ()) < 2:
        return None  # of one axis Keras makes two, or it holds lists
    layers = layer_list(model).items
    plain = all(
        isinstance(each, Obj) and isinstance(each.cls, str) and each.cls.startswith("keras.layers.") for each in layers
    )
    return (None, *x.shape[1:]) if plain and x.shape else None


def _columns_fit(head: Head, labels: Data) -> bool:
    """Whether rows of labels stand beside outputs of one row each; by the units, where the axes are not known."""
    if head.rank is not None or not labels.shape:
        return head.rank == 2
    return constant(head.units) == constant(labels.shape[-1])


def _updated(machine: Machine, site: Site, output: Value | None) -> Value:
    """The metrics that a custom loop updates with predictions of the same model."""
    model = output.model if isinstance(output, Tensor) else None
    found: dict[int, Value] = {}
    for metric, _, prediction, _ in machine.recorder.updates:
        if model is not None and isinstance(prediction, Tensor) and prediction.model is model:
            found[id(metric)] = metric
    return Seq.of(found.values())


LOSS_FAMILIES = frozenset(entry.family for entry in LOSS_NAMES.values())


def _is_choice(one: Decoding, other: Decoding) -> bool:
    """Whether a program reads predictions in the one way or in the other: it asks what kind they are."""
    return {one.kind, other.kind} == {"argmax", "threshold"} and merge(one.path, other.path) is None


def _decodings(machine: Machine, site: Site) -> list[Decoding]:
    """How predictions of a model are read; without a model, what becomes of the very tensor that a loss reads."""
    if site.model is not None:
        own = [each for each in machine.recorder.decodings if each.prediction.model is site.model]
        return [each for each in own if not any(_is_choice(each, other) for other in own)]
    output, recorder = site.output, machine.recorder
    if output is None or any(other.output is output and other.node is not site.node for other in recorder.sites):
        return []  # two losses read it: each may have its own way of showing it
    found = Prediction(output)
    return [Decoding(name, found, node) for tensor, name, node in recorder.activated if tensor is output]
