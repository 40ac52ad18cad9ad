"""Calls: which function a call means, and what it gives back."""

from __future__ import annotations

import ast
from collections.abc import Callable

from rightloss.contract import table
from rightloss.views.source import (
    arrays,
    binned,
    containers,
    datasets,
    encoders,
    frames,
    functions,
    labels,
    layers,
    training,
)
from rightloss.views.source.inplace import in_place
from rightloss.views.source.machine import Machine
from rightloss.views.source.models import (
    COPIES,
    FUNCTIONAL,
    SEQUENTIAL,
    forward,
    functional,
    is_application,
    is_model,
    sequential,
    show,
)
from rightloss.views.source.names import canonical
from rightloss.views.source.values import (
    Args,
    Bound,
    Choice,
    Const,
    Data,
    Dataset,
    Function,
    Gap,
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
    guarded,
    merge,
)

_evaluate: Callable[[Machine, ast.expr], Value]
_rebind: Callable[[Machine, ast.expr, Value], None]


def connect(evaluate: Callable[[Machine, ast.expr], Value], rebind: Callable[[Machine, ast.expr, Value], None]) -> None:
    """Tie the knot: calls evaluate their arguments, expressions hold calls."""
    global _evaluate, _rebind
    _evaluate, _rebind = evaluate, rebind


def call(machine: Machine, node: ast.Call) -> Value:
    """The value of a call expression."""
    func = node.func
    if isinstance(func, ast.Attribute):
        receiver = _evaluate(machine, func.value)
        args = _arguments(machine, node)
        made = each_alternative(machine, receiver, lambda one: method(machine, one, func.attr, args))
        for place, changed in in_place(receiver, func, args, made):
            _rebind(machine, place, changed)
        return made
    called = _evaluate(machine, func)
    if isinstance(called, Ref) and called.name == "builtins.super":
        return _super(machine, node)
    args = _arguments(machine, node)
    return each_alternative(machine, called, lambda one: invoke(machine, one, args))


def each_alternative(machine: Machine, value: Value, function: Callable[[Value], Value]) -> Value:
    """Apply a function to each thing a value may be, on the path where it is that."""
    if not isinstance(value, Choice):
        return function(value)
    before = machine.path
    results = []
    for guard, each in value.alternatives:
        path = merge(before, guard)
        if path is not None:
            machine.path = path
            results.append((guard, function(each)))
    machine.path = before
    return guarded(results)


def _arguments(machine: Machine, node: ast.Call) -> Args:
    positional: list[Value] = []
    is_open = False
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            value = _evaluate(machine, argument.value)
            items = list(value.items) if isinstance(value, Seq) else [Gap()]
            is_open = is_open or any(isinstance(item, Gap) for item in items)
            positional.extend(items)
        else:
            positional.append(_evaluate(machine, argument))
    keywords: dict[str, Value] = {}
    for keyword in node.keywords:
        value = _evaluate(machine, keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif isinstance(value, Map):
            keywords.update({name: each for name, each in value.items.items() if isinstance(name, str)})
            is_open = is_open or value.is_open
        else:
            is_open = True
    return Args(node, tuple(positional), keywords, is_open)


def _super(machine: Machine, node: ast.Call) -> Value:
    frame = next((f for f in reversed(machine.frames) if f.function.receiver is not None), None)
    if frame is None or frame.function.receiver is None:
        return Unknown("super() outside a class", node)
    return Bound(frame.function.receiver, f"super:{id(frame.function.owner)}")


def method(machine: Machine, receiver: Value, name: str, args: Args) -> Value:
    """`receiver.name(...)`."""
    if isinstance(receiver, Ref):
        return invoke(machine, Ref(canonical(f"{receiver.name}.{name}")), args)
    if isinstance(receiver, Bound) and receiver.name.startswith("super:"):
        return _call_super(machine, receiver, name, args)
    if isinstance(receiver, Obj):
        return _object_method(machine, receiver, name, args)
    if isinstance(receiver, Seq | Map | Const):
        return containers.method(machine, receiver, name, args, lambda f, a: invoke(machine, f, a))
    if isinstance(receiver, Data):
        function = args.get(0, "arg", "func") if name in ("map", "apply") else None
        if isinstance(function, Function):
            cell = invoke(machine, function, Args(args.node, (Unknown("one cell of a column", args.node),)))
            return arrays.of_values(receiver, cell, args.node or ast.Pass())
        return binned.replaced(receiver, args) if name == "replace" else arrays.method(machine, receiver, name, args)
    if isinstance(receiver, Dataset):
        return datasets.method(receiver, name, args, lambda f, a: invoke(machine, f, a))
    if isinstance(receiver, Tensor | LossResult):
        return (
            receiver
            if name in ("numpy", "mean", "sum", "cpu", "detach")
            else Unknown("a method of a tensor", args.node)
        )
    if isinstance(receiver, UserClass):
        found = receiver.find(name)
        return invoke(machine, found, args) if found is not None else Unknown("a method of a base class", args.node)
    if name == "compile" and (args.is_open or "loss" in args.keywords or "optimizer" in args.keywords):
        return training.compile_model(machine, receiver, args)
    return _unread(machine, receiver, name, args)


def _unread(machine: Machine, receiver: Value, name: str, args: Args) -> Value:
    """A method of something unknown. What it is called with may call back: `strategy.run(step, args=(x,))`."""
    first = args.get(0, "fn", "map_func")
    taken = first.node.args if isinstance(first, Function) else None
    if name == "map" and taken is not None and len(taken.args) - len(taken.defaults) == 2 and len(args.positional) < 3:
        pair = Seq.of(
            (Unknown("what a data set holds", args.node), Unknown("what a data set holds", args.node)), "tuple"
        )
        return method(machine, Dataset(pair, args.node), name, args)  # only a data set hands over two things at once
    if name in ("run", "experimental_run_v2") and isinstance(first, Function):
        given = args.get(1, "args")
        return functions.run(machine, first, given.items if isinstance(given, Seq) else (), args.node)
    options = args.get(1, "values")
    if name == "Choice" and isinstance(options, Seq) and not options.is_open and options.items:
        branch = machine.new_branch()  # a tuner tries each of them
        return guarded([(frozenset({(branch, arm)}), each) for arm, each in enumerate(options.items)])
    return Unknown("a method of something unknown", args.node)


def _call_super(machine: Machine, receiver: Bound, name: str, args: Args) -> Value:
    instance = receiver.receiver
    cls = instance.cls if isinstance(instance, Obj) else instance
    if isinstance(cls, UserClass):
        lineage = [each for each in cls.lineage() if isinstance(each, UserClass)]
        owner = next((n for n, each in enumerate(lineage) if f"super:{id(each)}" == receiver.name), 0)
        for each in lineage[owner + 1 :]:
            member = each.members.get(name)
            if isinstance(member, Function):
                return functions.inline(machine, functions.bound_plain(member, instance), args)
    return training.super_method(machine, instance, name, args)


def _object_method(machine: Machine, receiver: Obj, name: str, args: Args) -> Value:
    own = receiver.attrs.get(name)
    if isinstance(own, Dataset) and name == "next_batch":
        return own.element
    if isinstance(own, Value):
        return each_alternative(machine, own, lambda one: invoke(machine, one, args))
    if isinstance(receiver.cls, UserClass):
        member = receiver.cls.find(name)
        if isinstance(member, Function):
            found = functions.bound(machine, member, receiver)
            return invoke(machine, found, args)
    row = args.get(0, "func") if name == "apply" and constant(args.get(1, "axis")) in (1, "columns") else None
    if isinstance(row, Function) and frames.is_frame(receiver):
        cell = invoke(machine, row, Args(args.node, (Unknown("one row of a frame", args.node),)))
        return arrays.of_values(Data(shape=(None,), node=args.node), cell, args.node or ast.Pass())
    if is_model(receiver) or (name == "compile" and "loss" in args.keywords):
        result = training.model_method(machine, receiver, name, args)
        if result is not None:
            return result
    if isinstance(receiver.cls, str):
        if receiver.cls.startswith("keras.metrics.") and name == "update_state":
            return training.update_metric(machine, receiver, args)
        if receiver.cls.startswith("keras.losses.") and name == "call":
            return training.call_loss(machine, receiver, args)
        found_labels = encoders.method(machine, receiver, name, args)
        if found_labels is not None:
            return found_labels
    if name in ("run", "experimental_run_v2"):
        return _unread(machine, receiver, name, args)
    if name == "set_weights":
        return training.set_weights(machine, receiver, args)
    return Unknown(f"what {name} of {receiver.short} gives", args.node)


def invoke(machine: Machine, called: Value, args: Args) -> Value:
    """Call a value."""
    if isinstance(called, Function):
        return functions.inline(machine, called, args)
    if isinstance(called, Ref):
        return _call_name(machine, called.name, args)
    if isinstance(called, UserClass):
        return functions.instantiate(machine, called, args)
    if isinstance(called, Obj):
        return _call_object(machine, called, args)
    if isinstance(called, Bound):
        return method(machine, called.receiver, called.name, args)
    if isinstance(called, Choice):
        return each_alternative(machine, called, lambda one: invoke(machine, one, args))
    return _call_unknown(called, args)


def tensors_in(args: Args) -> tuple[Tensor, ...]:
    """Symbolic tensors among the arguments, also inside one list."""
    found: list[Tensor] = []
    for value in (*args.positional, *(v for k, v in args.keywords.items() if k != "initial_state")):
        inner = value.items if isinstance(value, Seq) else (value,)
        found.extend(each for each in inner if isinstance(each, Tensor))
        if isinstance(value, Choice):
            found.extend(each for _, each in value.alternatives if isinstance(each, Tensor))
    return tuple(found)


def _call_unknown(called: Value, args: Args) -> Value:
    inputs = tensors_in(args)
    if inputs:
        return Tensor(called, inputs, args.node, args)
    return Unknown("a call of something unknown", args.node)


def _call_object(machine: Machine, called: Obj, args: Args) -> Value:
    if called.cls == "functools.partial":
        inner = called.args
        return invoke(
            machine,
            inner.positional[0],
            Args(
                args.node,
                (*inner.positional[1:], *args.positional),
                {**inner.keywords, **args.keywords},
                args.is_open or inner.is_open,
            ),
        )
    if is_model(called):
        return training.call_model(machine, called, args)
    if isinstance(called.cls, UserClass):
        if called.cls.is_a("keras.losses.Loss"):
            return training.call_loss(machine, called, args)
        if called.cls.find("call") or called.cls.find("__call__"):
            return forward(machine, called, list(args.positional), Args(args.node, (), args.keywords, args.is_open))
        return _call_unknown(called, args)
    if called.cls.startswith("keras.losses."):
        return training.call_loss(machine, called, args)
    if called.cls.startswith("keras.metrics."):
        return training.update_metric(machine, called, args)
    if called.cls.startswith("keras.layers."):
        return _apply_layer(machine, called, args)
    return encoders.apply(machine, called, args) or _call_unknown(called, args)


def _apply_layer(machine: Machine, layer: Obj, args: Args) -> Value:
    """A Keras layer on tensors, or on data in an eager loop."""
    if layer.cls == "keras.layers.Lambda" and layer.args.positional and isinstance(layer.args.positional[0], Function):
        result = functions.inline(machine, layer.args.positional[0], args)
        return result if isinstance(result, Tensor) else Tensor(Unknown("a Lambda layer", layer.node), tensors_in(args))
    encoded = encoders.apply(machine, layer, args)
    if encoded is not None:
        return encoded
    first = args.get(0, "inputs")
    inputs: tuple[Value, ...] = first.items if isinstance(first, Seq) else ((first,) if first is not None else ())
    if isinstance(first, Tensor):
        show(machine, layer, first)
    made = Tensor(layer, inputs, args.node, args)
    machine.store(layer.attrs, "applied", made)
    return made


def _call_name(machine: Machine, name: str, args: Args) -> Value:
    handler = _NAMED.get(name)
    if handler is not None:
        return handler(machine, args)
    if name.startswith("keras."):
        section, _, last = name[6:].partition(".")
        if (
            section in ("losses", "metrics", "backend", "objectives")
            and last in table.LOSS_NAMES
            and not last[:1].isupper()
        ):
            return training.call_loss(machine, Ref(name), args)
        if last[:1].isupper() or is_application(name):
            machine.recorder.old_keras |= not layers.OLD_KEYWORDS.isdisjoint(args.keywords)
            return Obj(name, args)
    if name.startswith("builtins."):
        return containers.builtin(machine, name[9:], args, lambda f, a: invoke(machine, f, a))
    if name in ("numpy.unravel_index", "tensorflow.unravel_index"):
        machine.recorder.place(args.get(0, "indices"), args.place(0, "indices"))
    found = labels.call_name(machine, name, args, lambda f, a: invoke(machine, f, a))
    if found is not None:
        return found
    inputs = tensors_in(args)
    if inputs or name in layers.UNIT_FUNCTIONS or name in layers.PRODUCTS:
        return Tensor(Ref(name), inputs, args.node, args)
    if name.startswith("tensorflow.reduce_") and args.positional and isinstance(args.positional[0], LossResult):
        return args.positional[0]
    return _foreign(machine, name, args)


_TRUSTED = frozenset((
    "keras", "tensorflow", "numpy", "pandas", "sklearn", "matplotlib", "builtins", "os", "random", "time", "scipy",
))  # fmt: skip


def _foreign(machine: Machine, name: str, args: Args) -> Value:
    """A function that is not read. One of the user's other files may change the lists it is given."""
    if name.partition(".")[0] not in _TRUSTED:
        for value in args.positional:
            if isinstance(value, Seq) and value.kind == "list":
                machine.store(value.cell, "items", (*value.items, Gap()))
    if name.endswith(("set_global_policy", "set_policy", "mixed_precision.Policy")):
        machine.recorder.mixed_precision = True
    made = Obj(name, args)
    made.attrs["foreign"] = True
    return made


def _function_decorator(machine: Machine, args: Args) -> Value:
    return args.positional[0] if args.positional else Unknown("a decorator", args.node)


def _logits_loss(name: str) -> Callable[[Machine, Args], Value]:
    def handler(machine: Machine, args: Args) -> Value:
        labels, logits = args.get(0, "labels"), args.get(1, "logits")
        if isinstance(labels, Tensor) and labels.op is not _INPUT and getattr(logits, "op", _INPUT) is _INPUT:
            labels, logits = logits, labels  # without names: before TensorFlow 1.0 the scores came first
        named = Args(args.node, (), {"y_true": labels, "y_pred": logits})  # type: ignore[dict-item]
        named.keywords = {key: value for key, value in named.keywords.items() if value is not None}
        return training.call_loss(machine, Ref(name), named)

    return handler


LOGITS_LOSSES = {
    f"tensorflow.nn.{name}": family
    for name, family in (
        ("sigmoid_cross_entropy_with_logits", "BinaryCrossentropy"),
        ("softmax_cross_entropy_with_logits", "CategoricalCrossentropy"),
        ("softmax_cross_entropy_with_logits_v2", "CategoricalCrossentropy"),
        ("sparse_softmax_cross_entropy_with_logits", "SparseCategoricalCrossentropy"),
    )
}
"""Losses of TensorFlow that read logits and have no option: name -> the Keras loss with from_logits=True."""

_INPUT = Ref("keras.layers.Input")
_NAMED: dict[str, Callable[[Machine, Args], Value]] = {
    SEQUENTIAL: sequential,
    FUNCTIONAL: lambda machine, args: functional(args),
    "keras.models.Functional": lambda machine, args: functional(args),
    "rightloss.check": training.checked,
    "tensorflow.placeholder": lambda machine, args: Tensor(_INPUT, (), args.node),
    "keras.layers.Input": lambda machine, args: Tensor(Ref("keras.layers.Input"), (), args.node, args),
    **dict.fromkeys(COPIES, training.copy_model),
    **dict.fromkeys(("keras.models.load_model", "keras.saving.load_model"), training.load),
    **dict.fromkeys(("tensorflow.function", "tensorflow.autograph.experimental.do_not_convert"), _function_decorator),
    **{name: _logits_loss(name) for name in LOGITS_LOSSES},
}
