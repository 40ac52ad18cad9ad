"""From set-ups as read in source to evidence: sets of values still possible, each fact with its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rightloss.contract import (
    QUANTITY_LOSSES,
    Activation,
    ClassAxis,
    Confidence,
    Evidence,
    Fact,
    Field,
    FromLogits,
    Labels,
    Loss,
    MetricUse,
    Positions,
    Setup,
    Width,
)
from rightloss.contract.vocabulary import Source
from rightloss.views.source.binned import BINS, CONDITIONS
from rightloss.views.source.conditions import conditions
from rightloss.views.source.datasets import FEATURE
from rightloss.views.source.decoding import decode_uses
from rightloss.views.source.gathered import GATHERED
from rightloss.views.source.head import Head
from rightloss.views.source.joined import SIDE_BY_SIDE
from rightloss.views.source.losses import MetricSeen
from rightloss.views.source.notebooks import Program
from rightloss.views.source.report import Reading, SetupSeen
from rightloss.views.source.second import twice
from rightloss.views.source.spans import Span, span
from rightloss.views.source.values import Const, Data, Map, Seq, Symbol, Value, constant, same
from rightloss.views.source.written import head_call, is_apart, loss_call

_ACTIVATIONS = {
    "sigmoid": Activation.SIGMOID, "softmax": Activation.SOFTMAX, "linear": Activation.LINEAR,
    "log_softmax": Activation.LOG_SOFTMAX,
}  # fmt: skip


@dataclass(slots=True)
class SourceSetup:
    """One set-up ready for the rules, and where each of its facts stands."""

    setup: Setup
    seen: SetupSeen
    site: Span | None
    spans: dict[str, Span] = field(default_factory=dict)  # `Fact.where` -> place
    arguments: dict[str, Span] = field(
        default_factory=dict
    )  # "loss", "from_logits", "units", ... -> place of what to change


class Writer:
    """Makes facts of one program, and remembers where they stand."""

    def __init__(self, program: Program, path: str, confidence: Confidence) -> None:
        self.program = program
        self.path = path
        self.confidence = confidence
        self.spans: dict[str, Span] = {}

    def fact(self, text: str, node: ast.AST | None) -> Fact:
        """One fact at the place of a node."""
        found = span(self.program, self.path, node)
        if found is None:
            return Fact(text, "", self.confidence)
        where = str(found)
        self.spans[where] = found
        return Fact(text, where, self.confidence)


def evidence(seen: SetupSeen, program: Program, path: str) -> SourceSetup:
    """One set-up as evidence."""
    writer = Writer(program, path, Confidence.INFERRED if seen.site.inferred else Confidence.DECLARED)
    found = tuple(_reading(each, seen, writer) for each in seen.readings)
    metrics = tuple(_metrics(seen, writer))
    setup = Setup(found, metrics, tuple(decode_uses(seen, writer.fact)), seen.output, _where(seen))
    if len(seen.readings) == 1:
        setup = _as_written(setup, seen.readings[0])

    if seen.readings and all(map(_is_twice, seen.readings)):
        both = twice(program, path, seen.readings[0].head)
        one = len(seen.readings) == 1
        setup = replace(setup, twice=both if one else replace(both, without_second="", without_first=""))
    arguments = {name: place for name, node in _arguments(seen) if (place := span(program, path, node)) is not None}
    return SourceSetup(setup, seen, span(program, path, seen.node), writer.spans, arguments)


def _as_written(setup: Setup, read: Reading) -> Setup:
    """With the program's own calls, which a repair keeps as far as it can."""
    loss, head = loss_call(read.loss), head_call(read.head)
    return replace(setup, loss=loss, own_loss=read.loss.custom, head=head, apart=is_apart(read.head))


def _reading(read: Reading, seen: SetupSeen, writer: Writer) -> Evidence:
    made = Evidence()
    made = _loss(made, read, seen, writer)
    made = _head(made, read, writer)
    made = _labels(made, read, seen, writer)
    made = _width(made, read, writer)
    return conditions(made, read, seen, writer.fact)


def _pairing(seen: SetupSeen) -> str:
    """How losses in a list meet outputs that have names: not in the order in which the names are written."""
    output = seen.site.output
    sorted_anew = isinstance(output, Map) and list(output.items) != sorted(output.items, key=str)
    return ", as Keras sorts the names of outputs beside a list" if sorted_anew and _is_list(seen) else ""


def _is_list(seen: SetupSeen) -> bool:
    return isinstance(seen.site.loss, Seq) and seen.site.kind == "compile"


def _loss(made: Evidence, read: Reading, seen: SetupSeen, writer: Writer) -> Evidence:
    loss = read.loss
    if loss.family is None:
        return made
    node = loss.node or loss.argument
    made = made.narrow(Field.LOSS, loss.family, writer.fact(f"loss {loss.name}{_pairing(seen)}", node))
    ignored = loss.options.get("ignore_class")
    if isinstance(ignored, int):
        made = replace(made, ignore=ignored)
    if loss.from_logits is None or loss.family is Loss.OTHER:
        has_option = loss.family not in {Loss.OTHER, Loss.DIVERGENCE, Loss.MASKED_BINARY, *QUANTITY_LOSSES}
        return made.narrow(Field.FROM_LOGITS, (FromLogits.TRUE, FromLogits.FALSE)) if has_option else made
    text = {
        FromLogits.TRUE: "from_logits=True",
        FromLogits.FALSE: "from_logits=False",
        FromLogits.ABSENT: "no from_logits",
    }
    told = text[loss.from_logits] + ("" if loss.logits_node is not None else " (the default)")
    told = "it reads raw scores" if loss.raw else told
    return made.narrow(Field.FROM_LOGITS, loss.from_logits, writer.fact(told, loss.logits_node or node))


def _head(made: Evidence, read: Reading, writer: Writer) -> Evidence:
    head = read.head
    if head.activation is None:
        return made
    if _is_twice(read):
        return _twice(made, head, writer)
    value = _ACTIVATIONS.get(head.activation, Activation.OTHER)
    name = "no activation" if head.activation == "linear" else f"activation {head.activation}"
    made = made.narrow(
        Field.ACTIVATION,
        value,
        writer.fact(f"{head.layer or 'last layer'} with {name}", head.activation_node or head.node),
    )
    if head.axis is not None:
        axis = ClassAxis.LAST if head.axis == "last" else ClassAxis.ANOTHER
        fact = writer.fact("another axis than the last one", head.activation_node or head.node)
        made = made.narrow(Field.CLASS_AXIS, axis, fact if axis is ClassAxis.ANOTHER else None)
    positions = {3: Positions.TOKEN, 4: Positions.PIXEL, 5: Positions.VOXEL}.get(head.rank or 0, Positions.EXAMPLE)
    return replace(made, positions=positions)


def _is_twice(read: Reading) -> bool:
    """Whether an activation follows another one, and the loss adds none of its own."""
    told = read.loss.from_logits is FromLogits.FALSE and read.loss.family not in (None, Loss.OTHER)
    return read.head.twice is not None and read.head.activation in ("sigmoid", "softmax") and told


def _twice(made: Evidence, head: Head, writer: Writer) -> Evidence:
    """Two activations and a loss that reads probabilities are the same function as one activation and a loss that
    applies the other: an activated output that is read as raw scores."""
    first = writer.fact(f"{head.layer or 'last layer'} already applies {head.twice}", head.node)
    second = writer.fact(f"{head.activation} is applied once more", head.activation_node or head.node)
    made = made.narrow(Field.ACTIVATION, _ACTIVATIONS[head.twice or ""], first)
    everything = replace(made.fields[Field.FROM_LOGITS], values=frozenset({FromLogits.TRUE}), facts=(second,))
    return replace(made, fields={**made.fields, Field.FROM_LOGITS: everything})


def trainable(data: Data | None) -> frozenset[Labels]:
    """The label encodings that data may have; all of them when nothing is known. Ids of which nobody said that there
    are more than two classes may be 0/1 labels."""
    if data is None or not data.encoding:
        return frozenset(Labels)
    found = frozenset(each for each in data.encoding if isinstance(each, Labels)) or frozenset(Labels)
    count = constant(data.classes)
    few = not isinstance(count, int) or count <= 2
    return found | {Labels.BINARY} if found == {Labels.INDEX} and few else found


def _written(classes: Symbol, head: Head) -> str | int:
    """The number of classes in the program's own words: as it stands at the last layer, where that is not known to be
    another number."""
    size = constant(head.units)
    if isinstance(size, int) and size > 1:
        return size
    own = head.units is not None and same(head.units, classes) and isinstance(head.units_node, ast.expr)
    return ast.unparse(head.units_node) if own else classes.text  # type: ignore[arg-type]


_MAY_BE_QUANTITIES = frozenset({
    "random ids", "written-out ids", "written-out rows", "replaced values", "codes", "codes of two or more values",
    FEATURE, GATHERED, BINS, CONDITIONS, SIDE_BY_SIDE,
})  # fmt: skip


def _are_classes(data: Data | None) -> bool:
    """Whether labels are classes for sure: numbers that are written out or drawn may be anything."""
    known = data is not None and bool(data.encoding) and all(isinstance(each, Labels) for each in data.encoding or ())
    why = data.why if data is not None else ""
    return known and why not in _MAY_BE_QUANTITIES and not why.startswith("ids divided")


def _labels(made: Evidence, read: Reading, seen: SetupSeen, writer: Writer) -> Evidence:
    data = read.labels
    if read.loss.family in QUANTITY_LOSSES and not _are_classes(data):
        if read.head.activation == "softmax" and constant(read.head.units) == 1:
            # Constant whatever the labels are; a loss for quantities leaves no cell out.
            return made.narrow(Field.LABELS, frozenset(Labels) - {Labels.MULTIHOT_MISSING})
        return made  # out of scope: numbers may be quantities
    if data is None or read.loss.labels_changed:
        return made
    if not data.encoding:
        if _is_autoencoder(data, read, seen):
            fact = writer.fact("y is x, the model's own input: each column for itself", data.node)
            return made.narrow(Field.LABELS, (Labels.MULTIHOT, Labels.MULTIHOT_MISSING), fact)
        return _by_axes(made, data, read, seen, writer)
    if all(isinstance(each, Labels) for each in data.encoding):
        text = data.why or "labels"
        made = made.narrow(Field.LABELS, trainable(data), writer.fact(f"y is {text}", data.node))
    if isinstance(data.classes, Const):
        made = replace(made, classes=constant(data.classes), classes_exact=data.exact)
    elif isinstance(data.classes, Symbol):
        made = replace(made, classes=_written(data.classes, read.head), classes_exact=False)
    return made


def _is_autoencoder(data: Data, read: Reading, seen: SetupSeen) -> bool:
    """Whether a model with softmax is trained, column by column, on its own input. With another last layer nothing is
    wrong, and nothing has to be known about the columns."""
    binary = read.loss.family is Loss.BINARY and read.head.activation == "softmax" and len(data.shape or ()) == 2
    return binary and seen.training is not None and seen.training.args.get(0, "x") is data


def _by_axes(made: Evidence, data: Data, read: Reading, seen: SetupSeen, writer: Writer) -> Evidence:
    """Arrays of which only the shape is known: one axis cannot hold columns; as many axes as the output are columns."""
    array = seen.training is not None and isinstance(seen.training.labels, Data | Seq)
    if not array or not data.shape or read.loss.family not in (Loss.BINARY, Loss.CATEGORICAL, Loss.SPARSE):
        return made
    sparse = read.loss.family is Loss.SPARSE
    if len(data.shape) == 1 and read.head.rank != 1 and not sparse:
        return made.narrow(Field.LABELS, (Labels.BINARY, Labels.INDEX), writer.fact("y has one axis", data.node))
    exclusive = read.loss.family is Loss.CATEGORICAL
    if exclusive and read.head.rank == len(data.shape) + 1:
        fact = writer.fact("y has one axis less than the output", data.node)
        return made.narrow(Field.LABELS, (Labels.BINARY, Labels.INDEX), fact)
    count = constant(data.shape[-1])
    several = constant(read.head.units)
    if exclusive and count == 1 and len(data.shape) == read.head.rank == 2 and isinstance(several, int) and several > 1:
        return made.narrow(Field.LABELS, (Labels.BINARY, Labels.INDEX), writer.fact("y has one column", data.node))
    known = read.head.rank == len(data.shape) or (exclusive and read.head.rank is None)
    columns = known and isinstance(count, int) and count > 1
    if columns and (not sparse or count == constant(read.head.units)):
        made = made.narrow(Field.LABELS, COLUMNS, writer.fact(f"y has {count} columns", data.node))
        return replace(made, classes=count)
    return made


COLUMNS = (Labels.ONEHOT, Labels.DISTRIBUTION, Labels.MULTIHOT, Labels.MULTIHOT_MISSING)


def _width(made: Evidence, read: Reading, writer: Writer) -> Evidence:
    head = read.head
    if head.units is None:
        return made
    text = f"{head.layer or 'last layer'} with {_words(head.units)} units" if constant(head.units) != 1 else "one unit"
    columns = read.labels is not None and not read.labels.encoding and isinstance(made.classes, int)
    known = Data(frozenset(COLUMNS), Const(made.classes)) if columns else read.labels
    widths = widths_of(head.units, known if not read.loss.labels_changed else None)
    if widths == frozenset(Width):
        return made
    return made.narrow(Field.WIDTH, widths, writer.fact(text, head.units_node or head.node))


def _words(units: Value) -> str:
    return str(constant(units)) if isinstance(units, Const) else units.text if isinstance(units, Symbol) else "some"


_ONE_EACH = frozenset({Labels.INDEX, Labels.BINARY, Source.OFFSET, Source.SIGNED, Source.TEXT})
"""One number or word for each example, however many units there are."""


def widths_of(units: Value, data: Data | None) -> frozenset[Width]:
    """Units against classes: what is still possible."""
    size = constant(units)
    if size == 1:
        return frozenset({Width.ONE})
    classes = data.classes if data is not None and data.encoding else None
    if classes is not None and same(units, classes):
        return frozenset({Width.K})
    if not isinstance(size, int):
        return frozenset(Width)
    several = frozenset({Width.K, Width.FEWER, Width.MORE})
    count = constant(classes)
    if not isinstance(count, int) or data is None:
        return several
    if size < count:
        return frozenset({Width.FEWER})
    if size == count:
        return frozenset({Width.K}) if data.exact else frozenset({Width.K, Width.FEWER})
    # Units that no id stands for learn to stay silent; columns must match one by one.
    columns = data.exact and not (data.encoding or frozenset()) & _ONE_EACH
    return frozenset({Width.MORE}) if columns else frozenset({Width.K, Width.MORE})


def _metrics(seen: SetupSeen, writer: Writer) -> Iterator[MetricUse]:
    """Metrics that are the same in every reading."""
    if not seen.readings or any(read.loss.labels_changed for read in seen.readings):
        return  # metrics read the labels as they come, the loss reads others
    for each in seen.readings[0].metrics:
        if each.name is None or any(not _has(other, each) for other in seen.readings[1:]):
            continue
        if any(isinstance(given, Value) for given in each.arguments.values()):
            continue
        if each.name == "accuracy" and all(constant(read.head.units) == 1 for read in seen.readings):
            told = "metric 'accuracy', which Keras makes BinaryAccuracy"
            yield MetricUse("BinaryAccuracy", writer.fact(told, each.node), {"alias": "accuracy"})
            continue
        if each.name == "accuracy" and seen.old_keras and all(r.loss.family is Loss.BINARY for r in seen.readings):
            continue  # Keras of this program's age chose by the loss: right for several true labels
        if each.name == "BinaryAccuracy" and all(_two_shares(read.head) for read in seen.readings):
            continue  # of two shares that sum to 1, a cell is right exactly when the class is
        arguments = {name: given for name, given in each.arguments.items() if name not in ("name", "dtype")}
        yield MetricUse(each.name, writer.fact(f"metric {each.name}", each.node), arguments)


def _two_shares(head: Head) -> bool:
    return head.activation == "softmax" and constant(head.units) == 2


def _has(read: Reading, metric: MetricSeen) -> bool:
    return any(each.name == metric.name and each.node is metric.node for each in read.metrics)


def _where(seen: SetupSeen) -> dict[str, str]:
    """What each field is called in the user's own code."""
    if not seen.readings:
        return {}
    head = seen.readings[0].head
    layer = head.name or head.layer
    found = {"loss": "loss", "from_logits": "from_logits", "metrics": "metrics", "labels": "y", "decode": "predict"}
    return {**found, **dict.fromkeys(("width", "activation", "class_axis"), layer)} if layer else found


def _arguments(seen: SetupSeen) -> Iterator[tuple[str, ast.AST | None]]:
    """The expressions that a repair would change."""
    if len(seen.readings) != 1:
        return
    read = seen.readings[0]
    yield "loss", read.loss.node if isinstance(read.loss.node, ast.expr) else read.loss.argument
    yield "from_logits", read.loss.logits_node
    yield "units", read.head.units_node
    yield "activation", read.head.activation_node
    yield "layer", read.head.node
    yield "labels", read.labels.node if read.labels is not None else None
    yield "y", seen.training.labels_node() if seen.training is not None else None
    yield "metrics", seen.site.args.place(2, "metrics")
