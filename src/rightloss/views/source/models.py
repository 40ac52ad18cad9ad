"""Keras models as values: Sequential chains, functional graphs, classes of the program, and what they give out."""

from __future__ import annotations

import ast

from rightloss.views.source import functions
from rightloss.views.source.machine import Machine
from rightloss.views.source.values import (
    NOTHING,
    Args,
    Choice,
    Const,
    Function,
    Gap,
    Map,
    Obj,
    Ref,
    Seq,
    Tensor,
    Unknown,
    UserClass,
    Value,
    guarded,
)

SEQUENTIAL = "keras.models.Sequential"
FUNCTIONAL = "keras.models.Model"
_MODEL_BASES = (SEQUENTIAL, FUNCTIONAL, "keras.models.Functional")
OPAQUE = (
    "keras.models.load_model", "keras.models.model_from_json", "keras.models.model_from_yaml",
    "keras.saving.load_model",
    "tensorflow.saved_model.load",
)  # fmt: skip
COPIES = ("keras.models.clone_model",)


def is_model(value: Value) -> bool:
    """Whether something is a Keras model."""
    if not isinstance(value, Obj):
        return False
    if isinstance(value.cls, UserClass):
        return value.cls.is_a(*_MODEL_BASES)
    return value.cls in _MODEL_BASES or value.cls in OPAQUE or is_application(value.cls)


def is_application(name: str) -> bool:
    """Whether a name builds one of the networks that come with Keras."""
    return name.startswith("keras.applications.") and name.rpartition(".")[2][:1].isupper()


def sequential(machine: Machine, args: Args) -> Obj:
    """`Sequential([...])`."""
    made = Obj(SEQUENTIAL, args)
    layers = args.get(0, "layers")
    if isinstance(layers, Seq):
        for layer in layers.items:
            push(machine, made, layer)
    elif layers is not None and not (isinstance(layers, Const) and layers.value is None):
        push(machine, made, Gap())
    return made


def push(machine: Machine, model: Obj, layer: Value) -> None:
    """Put one layer on top of a Sequential model."""
    top = model.attrs.get("top")
    if isinstance(layer, Gap):
        layer = Unknown("layers that are not known", layer.sample.node if isinstance(layer.sample, Obj) else None)
    if isinstance(layer, Tensor):
        machine.store(model.attrs, "top", layer)
        return
    if isinstance(top, Tensor):
        show(machine, layer, top)
    machine.store(model.attrs, "top", Tensor(layer, (top,) if top is not None else (), getattr(layer, "node", None)))
    if isinstance(layer, Obj):
        if isinstance(layer.cls, UserClass) and isinstance(layer.cls.find("call"), Function):
            inputs: list[Value] = [top if top is not None else Tensor(Ref("keras.layers.Input"), (), layer.node)]
            machine.store(layer.attrs, "gives", forward(machine, layer, inputs, NOTHING))
        machine.store(layer.attrs, "applied", model.attrs["top"])
        if is_model(layer):
            machine.recorder.mark(machine.recorder.embedded, layer)


def show(machine: Machine, layer: Value, below: Tensor) -> None:
    """Softmax or sigmoid as a layer right on top of a whole model: a way to show its predictions."""
    model = below.model or below.op
    if not isinstance(layer, Obj) or not is_model(model) or layer.short not in ("Softmax", "Activation"):
        return
    given = layer.args.get(0, "activation") if layer.short == "Activation" else None
    name = given.value if isinstance(given, Const) else "softmax" if layer.short == "Softmax" else ""
    machine.recorder.shown(
        model, str(name), (layer.args.place(0, "activation") if given is not None else None) or layer.node
    )


def pop(machine: Machine, model: Obj) -> None:
    """Take the last layer off a Sequential model."""
    machine.store(model.attrs, "top", _below(model.attrs.get("top")))


def _below(top: Value | None) -> Value:
    if isinstance(top, Choice):
        return guarded([(guard, _below(each)) for guard, each in top.alternatives])
    if isinstance(top, Tensor) and top.inputs:
        return top.inputs[0]
    return Unknown("a model without layers")


def layer_list(model: Obj) -> Seq:
    """`model.layers` as far as it is known, from the last layer down."""
    found: list[Value] = []
    current = model.attrs.get("top") or model.attrs.get("outputs")
    while isinstance(current, Tensor) and len(found) < 256:
        found.append(current.op)
        if len(current.inputs) > 1:
            found.append(Gap())
            break
        current = current.inputs[0] if current.inputs else None
    if current is not None and not isinstance(current, Tensor):
        found.append(Gap())
    return Seq.of(reversed(found) if found else (Gap(),))


def model_output(machine: Machine, model: Value) -> Value:
    """What a model gives out: a tensor, or a list or dict of tensors."""
    if isinstance(model, Choice):
        return guarded([(guard, model_output(machine, each)) for guard, each in model.alternatives])
    if not isinstance(model, Obj):
        why = f" ({model.why})" if isinstance(model, Unknown) and model.why else ""
        return Unknown(f"the model is not known{why}", getattr(model, "node", None))
    found = model.attrs.get("top") if isinstance(model.attrs.get("top"), Value) else model.attrs.get("outputs")
    if isinstance(found, Value):
        return found
    if isinstance(model.cls, UserClass):
        return forward(machine, model, [Tensor(Ref("keras.layers.Input"), (), model.node)], NOTHING)
    if is_application(model.cls) or model.cls in OPAQUE:
        return Tensor(model, (), model.node)
    if model.cls == SEQUENTIAL:
        return Unknown("a model without layers", model.node)
    return Unknown(f"{model.short}() gives a model that is not in the file", model.node)


def forward(machine: Machine, model: Obj, inputs: list[Value], args: Args) -> Value:
    """What `call` of a class of the program gives for these inputs."""
    assert isinstance(model.cls, UserClass)
    member = model.cls.find("call") or model.cls.find("__call__")
    if isinstance(member, Function):
        given = Args(args.node, tuple(inputs), args.keywords, args.is_open)
        result = functions.inline(machine, functions.bound_plain(member, model), given)
        return result if isinstance(result, Tensor | Seq | Map | Choice) else _opaque(result, model)
    for key in ("top", "outputs"):
        if isinstance(model.attrs.get(key), Value):
            return model.attrs[key]
    if any(isinstance(each, Ref) and each.name not in _MODEL_BASES for each in model.cls.lineage()):
        return Tensor(
            Unknown(f"{model.cls.node.name} has a base that is not read", model.node), tuple(inputs), model.node
        )
    return Unknown(f"{model.cls.node.name} has no call() here", model.node)


def _opaque(result: Value, model: Obj) -> Value:
    return Tensor(result, (), model.node) if isinstance(result, Unknown) else result


def functional(args: Args) -> Obj:
    """`Model(inputs, outputs)`."""
    made = Obj(FUNCTIONAL, args)
    set_graph(made, args)
    return made


def set_graph(model: Obj, args: Args) -> None:
    """Remember inputs and outputs of a functional model."""
    inputs, outputs = args.get(0, "inputs", "input"), args.get(1, "outputs", "output")
    if outputs is not None:
        model.attrs["inputs"] = inputs
        model.attrs["outputs"] = _single(outputs)


def _single(outputs: Value) -> Value:
    if isinstance(outputs, Seq) and len(outputs.items) == 1 and not outputs.is_open:
        return outputs.items[0]
    return outputs


def clone(model: Obj, node: ast.AST | None) -> Obj:
    """A copy with the same layers, not compiled."""
    attrs = {key: value for key, value in model.attrs.items() if key != "site"}
    return Obj(model.cls, Args(node, model.args.positional, model.args.keywords), attrs)
