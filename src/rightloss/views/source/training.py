"""compile, fit, evaluate, predict and calls of losses, metrics and models."""

from __future__ import annotations

import ast
from collections.abc import Callable

from rightloss.views.source import functions
from rightloss.views.source.arrays import element_of
from rightloss.views.source.layers import OLD_KEYWORDS
from rightloss.views.source.machine import Machine
from rightloss.views.source.models import (
    COPIES,
    SEQUENTIAL,
    clone,
    forward,
    is_model,
    layer_list,
    model_output,
    pop,
    push,
    set_graph,
)
from rightloss.views.source.predictions import first_part, predict, predict_classes
from rightloss.views.source.recorder import VALIDATION, Site, Training
from rightloss.views.source.values import (
    Args,
    Bound,
    Choice,
    Const,
    Data,
    Dataset,
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
    same,
)

_NONE = Const(None)


def compile_model(machine: Machine, model: Value, args: Args) -> Value:
    """`model.compile(...)`."""
    loss, metrics = args.get(1, "loss"), args.get(2, "metrics")
    if isinstance(model, Obj) and isinstance(model.cls, UserClass):
        own = model.cls.find("compile")
        if isinstance(own, Function) and not _running(machine, own):
            return functions.inline(machine, functions.bound_plain(own, model), args)
    if (
        not args.positional
        and loss is None
        and not args.is_open
        and "optimizer" not in args.keywords
        and metrics is None
    ):
        return _NONE  # `re.compile()` and the like
    _claim(machine, loss)
    output = model_output(machine, model)
    site = Site("compile", args.node, args, machine.path, model, output, loss, metrics, inferred=machine.inferred)
    if loss is None and args.is_open:
        site.why = "the loss comes through **kwargs that are not known"
    if isinstance(model, Obj):
        site.why = site.why or _ignored_by_own_step(model)
        machine.store(model.attrs, "site", site)
        if isinstance(model.cls, UserClass):
            for name, value in args.keywords.items():
                machine.store(model.attrs, "compiled_loss" if name == "loss" else f"compiled {name}", value)
            if loss is not None:
                machine.store(model.attrs, "loss", loss)
    machine.recorder.sites.append(site)
    return _NONE


def _claim(machine: Machine, loss: Value | None) -> None:
    """A function or class that is given as a loss is read with its model; it is no loose function any more."""
    inner = loss.items if isinstance(loss, Seq) else loss.items.values() if isinstance(loss, Map) else (loss,)
    for each in inner:
        if isinstance(each, Function):
            machine.executed.add(each.node)
        elif isinstance(each, Obj) and isinstance(each.cls, UserClass):
            machine.executed.update(m.node for m in each.cls.members.values() if isinstance(m, Function))


def _running(machine: Machine, function: Function) -> bool:
    return any(frame.function.node is function.node for frame in machine.frames)


_USES_COMPILED = frozenset({"compiled_loss", "compute_loss", "loss", "compute_metrics", "train_step", "_compute_loss"})
_CALLS_COMPUTE_LOSS = frozenset({"compute_loss", "train_step"})


def _ignored_by_own_step(model: Obj) -> str:
    """Why the loss given to compile is not what trains this model; empty when it is."""
    for name in ("train_step", "compute_loss"):
        step = model.cls.find(name) if isinstance(model.cls, UserClass) else None
        if isinstance(step, Function):
            used = {each.attr for each in ast.walk(step.node) if isinstance(each, ast.Attribute)}
            if not used & _USES_COMPILED:
                return f"{name} of the model does not use the loss given to compile"
            if name == "train_step" and not used & _CALLS_COMPUTE_LOSS:
                break  # it reads the compiled loss itself
    return ""


def train(verb: str) -> Callable[[Machine, Value, Args], Value]:
    """fit, evaluate, train_on_batch, …"""

    def handler(machine: Machine, model: Value, args: Args) -> Value:
        machine.recorder.old_keras |= not OLD_KEYWORDS.isdisjoint(args.keywords)
        data, second = args.get(0, "x", "generator", "data"), args.get(1, "y")
        for each in (data, first_part(args.get(None, "validation_data"))):
            machine.recorder.mark(machine.recorder.given, each)
        labels = _labels(machine, data, None if "generator" in verb else second)
        found = Training(
            verb, args, labels, args.get(None, "class_weight"), args.get(None, "sample_weight"), machine.path
        )
        if isinstance(model, Obj):
            machine.recorder.mark(machine.recorder.fitted, model)
            if verb.startswith("fit"):
                _step(machine, model, data, labels, args)
                _tell_callbacks(machine, model, args.get(None, "callbacks"))
            site = model.attrs.get("site")
            sites = [each for _, each in site.alternatives] if isinstance(site, Choice) else [site]
            for each in sites:
                if isinstance(each, Site) and len(each.trainings) < 32:
                    each.trainings.extend((found, *_validation(args, machine)))
        return Unknown(f"what {verb} gives back", args.node)

    return handler


def _tell_callbacks(machine: Machine, model: Obj, given: Value | None) -> None:
    """Keras gives each callback of the program the model, as `self.model`."""
    for each in given.items if isinstance(given, Seq) else (given,):
        own = isinstance(each, Obj) and isinstance(each.cls, UserClass) and each.cls.find("set_model") is None
        if own and isinstance(each, Obj) and "model" not in each.attrs:
            machine.store(each.attrs, "model", model)


def _validation(args: Args, machine: Machine) -> list[Training]:
    """The labels in `validation_data=`, where they are known."""
    given = args.get(None, "validation_data")
    pair = given.element if isinstance(given, Dataset) else given
    labels = pair.items[1] if isinstance(pair, Seq) and not pair.is_open and len(pair.items) > 1 else None
    if not isinstance(labels, Data) or not labels.encoding:
        return []
    return [Training(VALIDATION, args, labels, None, None, machine.path)]


def _step(machine: Machine, model: Obj, data: Value | None, labels: Value | None, args: Args) -> None:
    """A `train_step` or `compute_loss` of the program gets what fit was given, batch by batch."""
    step = model.cls.find("train_step") if isinstance(model.cls, UserClass) else None
    if isinstance(step, Function) and step.node not in machine.executed:
        batch = data.element if isinstance(data, Dataset) else None
        if batch is None and data is not None and labels is not None:
            batch = Seq.of((data, labels), "tuple", args.node)
        functions.run(machine, functions.bound_plain(step, model), [batch or Unknown("a batch", args.node)], args.node)
    own = model.cls.find("compute_loss") if isinstance(model.cls, UserClass) else None
    if isinstance(own, Function) and own.node not in machine.executed:
        output = model_output(machine, model) or Unknown("the output of a model", args.node)
        given = {"x": data, "y": labels, "y_pred": output}
        told = {name: value or Unknown("a batch", args.node) for name, value in given.items()}
        functions.inline(machine, functions.bound_plain(own, model), Args(args.node, (), told))


def checked(machine: Machine, args: Args) -> Value:
    """`rightloss.check(model, (x, y), class_weight=…)`: the same evidence as a fit with these arguments."""
    model, data = args.get(0, "model"), args.get(1, "data")
    pair = data.items if isinstance(data, Seq) and data.kind == "tuple" and not data.is_open else (data,)
    given = Args(args.node, tuple(each for each in pair if each is not None), args.keywords, args.is_open)
    return train("fit")(machine, model, given) if model is not None else Unknown("a report", args.node)


def _labels(machine: Machine, data: Value | None, labels: Value | None) -> Value | None:
    """The labels of a training call: the second argument, or the second part of a dataset's element."""
    if labels is not None and not (isinstance(labels, Const) and labels.value is None):
        return labels
    if isinstance(data, Dataset):
        return element_of(data, 1)
    if isinstance(data, Obj) and isinstance(data.cls, UserClass):
        member = data.cls.find("__getitem__")
        if isinstance(member, Function):
            batch = functions.run(machine, functions.bound_plain(member, data), [Unknown("a batch number")], None)
            return element_of(Dataset(batch), 1)
    return None


def call_model(machine: Machine, model: Obj, args: Args) -> Value:
    """`model(x)`: the model inside another graph, or its predictions in a loop."""
    inputs = [each for each in args.positional if not isinstance(each, Const)][:1] or list(args.keywords.values())[:1]
    if isinstance(model.cls, UserClass) and "top" not in model.attrs and "outputs" not in model.attrs:
        rest = Args(args.node, args.positional[1:], args.keywords, args.is_open)
        result = forward(machine, model, [*inputs, *rest.positional], rest)
        return _marked(result, model, args)
    machine.recorder.mark(machine.recorder.embedded, model)
    output = model_output(machine, model)
    if isinstance(output, Seq):
        return Seq.of([Tensor(each, tuple(inputs), args.node) for each in output.items], output.kind, args.node)
    if isinstance(output, Map):
        return output
    return _marked(Tensor(model, tuple(inputs), args.node), model, args)


def _marked(result: Value, model: Obj, args: Args) -> Value:
    """The same tensor, remembering which model gave it."""
    if isinstance(result, Tensor):
        return Tensor(result.op, result.inputs, result.node, result.args, model)
    return result


def call_loss(machine: Machine, loss: Value, args: Args) -> Value:
    """A loss called on labels and a prediction."""
    labels, prediction = args.get(0, "y_true", "target", "labels"), args.get(1, "y_pred", "output", "logits")
    result = LossResult(loss, labels, prediction, args)
    machine.recorder.loss_results.append(result)
    if prediction is None or (isinstance(prediction, Tensor) and _is_marker(prediction)):
        return result
    model = prediction.model if isinstance(prediction, Tensor) else None
    site = Site("call", args.node, args, machine.path, model, prediction, loss, None, labels, machine.inferred)
    machine.recorder.sites.append(site)
    return result


def _is_marker(tensor: Tensor, depth: int = 12) -> bool:
    """Whether a tensor is the stand-in that a custom loss is read with."""
    if isinstance(tensor.op, Ref) and tensor.op.name == "rightloss.y_pred":
        return True
    return depth > 0 and any(isinstance(each, Tensor) and _is_marker(each, depth - 1) for each in tensor.inputs)


def update_metric(machine: Machine, metric: Obj, args: Args) -> Value:
    """`metric.update_state(y, p)` or `metric(y, p)`."""
    labels, prediction = args.get(0, "y_true"), args.get(1, "y_pred")
    machine.recorder.updates.append((metric, labels, prediction, args))
    return Unknown("the value of a metric", args.node)


def compute_loss(machine: Machine, model: Value, args: Args) -> Value:
    """`self.compute_loss(x, y, y_pred)`, `self.compiled_loss(y, y_pred)`: the loss of compile, on this prediction."""
    return Unknown("the compiled loss", args.node)


def save(machine: Machine, model: Value, args: Args) -> Value:
    """`model.save(path)`: loading the same path later in the file gives this model again."""
    path = args.get(0, "filepath")
    if isinstance(model, Obj) and path is not None:
        machine.recorder.saved.append((path, model))
    return _NONE


def _add(machine: Machine, model: Value, args: Args) -> Value:
    layer = args.get(0, "layer")
    if isinstance(model, Obj) and layer is not None:
        push(machine, model, layer)
    return _NONE


def _pop(machine: Machine, model: Value, args: Args) -> Value:
    if isinstance(model, Obj):
        pop(machine, model)
    return _NONE


def _get_layer(machine: Machine, model: Value, args: Args) -> Value:
    name, index = constant(args.get(0, "name")), constant(args.get(1, "index"))
    if isinstance(model, Obj):
        layers = layer_list(model).items
        if isinstance(index, int) and -len(layers) <= index < len(layers):
            return layers[index]
        for layer in layers:
            if name is not None and isinstance(layer, Obj) and constant(layer.args.get(None, "name")) == name:
                return layer
    return Unknown("a layer that is looked up", args.node)


def set_weights(machine: Machine, owner: Value, args: Args) -> Value:
    """`model.load_weights(path)`, `layer.set_weights(values)`: what was learned elsewhere."""
    machine.recorder.mark(machine.recorder.weighted, owner)
    return _NONE


def _compile_from_config(machine: Machine, model: Value, args: Args) -> Value:
    """`model.compile_from_config({"loss": …})`."""
    config = args.get(0, "config")
    if not isinstance(config, Map):
        return compile_model(machine, model, Args(args.node, (), {}, True))
    named = {str(key): value for key, value in config.items.items()}
    return compile_model(machine, model, Args(args.node, (), named, config.is_open))


def _nothing(machine: Machine, model: Value, args: Args) -> Value:
    return _NONE


Method = Callable[[Machine, Value, Args], Value]
MODEL_METHODS: dict[str, Method] = {
    "compile": compile_model,
    "compile_from_config": _compile_from_config,
    **{verb: train(verb) for verb in ("fit", "fit_generator", "evaluate", "evaluate_generator", "train_on_batch",
                                      "test_on_batch")},
    **dict.fromkeys(("predict", "predict_generator", "predict_on_batch", "predict_proba"), predict),
    "predict_classes": predict_classes,
    "save": save,
    "export": save,
    "add": _add,
    "pop": _pop,
    "get_layer": _get_layer,
    "compute_loss": compute_loss,
    "compiled_loss": compute_loss,
    **dict.fromkeys(("load_weights", "set_weights"), set_weights),
    **dict.fromkeys(("summary", "build", "save_weights", "trainable"), _nothing),
}  # fmt: skip


def model_method(machine: Machine, model: Obj, name: str, args: Args) -> Value | None:
    """A method that every Keras model has; None for other names."""
    handler = MODEL_METHODS.get(name)
    return handler(machine, model, args) if handler is not None else None


def super_method(machine: Machine, receiver: Value, name: str, args: Args) -> Value:
    """`super().name(...)` where the base is Keras's own."""
    if name == "__init__" and isinstance(receiver, Obj):
        layers = args.get(0, "layers")
        if isinstance(receiver.cls, UserClass) and receiver.cls.is_a(SEQUENTIAL) and isinstance(layers, Seq):
            for layer in layers.items:
                push(machine, receiver, layer)
            return _NONE
        set_graph(receiver, args)
        return _NONE
    if name == "compile":
        return compile_model(machine, receiver, args)
    if isinstance(receiver, Obj) and is_model(receiver) and name in MODEL_METHODS:
        return MODEL_METHODS[name](machine, receiver, args)
    return Unknown("a method of a base class", args.node)


def load(machine: Machine, args: Args) -> Value:
    """`load_model(path)` of a model that this file saved."""
    path = args.get(0, "filepath")
    for saved, model in reversed(machine.recorder.saved):
        if path is not None and same(saved, path):
            attrs = dict(model.attrs)
            return Obj(model.cls, Args(args.node, model.args.positional, model.args.keywords), attrs)
    return Obj("keras.models.load_model", args)


def copy_model(machine: Machine, args: Args) -> Value:
    """`clone_model(model)`; what a function for each layer makes of it is not followed."""
    model, each = args.get(0, "model"), args.get(2, "clone_function")
    if each is not None and not (isinstance(each, Const) and each.value is None):
        return Unknown("layers that clone_function makes", args.node)
    return clone(model, args.node) if isinstance(model, Obj) else Unknown("a copy of a model", args.node)


__all__ = [
    "COPIES",
    "MODEL_METHODS",
    "Bound",
    "call_loss",
    "call_model",
    "compile_model",
    "copy_model",
    "model_method",
    "super_method",
    "update_metric",
]  # fmt: skip
