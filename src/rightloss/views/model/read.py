"""A live model and its data -> one set-up for each output. Facts only; the rules judge."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rightloss.contract import Activation, Evidence, FromLogits, Loss, Setup, Twice
from rightloss.errors import UnsupportedInput
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.model import graph, probe, push
from rightloss.views.model.alternating import alternates
from rightloss.views.model.data import Data, few, first_parts, profile_labels, with_labels
from rightloss.views.model.fit_arguments import Extras, fit_arguments
from rightloss.views.model.graph import output_names
from rightloss.views.model.loss_facts import LossFacts, loss_facts, losses_of
from rightloss.views.model.metric_facts import metrics_of
from rightloss.views.model.output import Output
from rightloss.views.model.recognise import recognised


def setups(model: Any, data: Any, extras: Extras | None = None, *, all_labels: bool = True) -> list[Setup]:
    """One set-up for each output that has a loss.

    Args:
        model: a compiled Keras model; it is built if it was not.
        data: (x, y), (x, y, sample_weight), a `tf.data.Dataset` or a Keras PyDataset.
        extras: class_weight, sample_weight and validation_data, as `fit` takes them.
        all_labels: read all labels; False looks at one batch, as the guard does, and says nothing that one batch
            cannot show.

    Raises:
        UnsupportedInput: see `data.first_parts`.
    """
    extras = extras or Extras()
    parts = first_parts(data)
    probe.build(model, parts.parts[0])
    names = output_names(model)
    found = {head.name: head for head in graph.heads(model)}
    if not found:  # a subclass tells its outputs only when it is called
        names = probe.names(model, few(parts.parts[0], 2)) or names
    avoid = frozenset(size for head in found.values() for size in head.shape[1:] if size)
    fixed = next((head.shape[0] for head in found.values() if head.shape and head.shape[0]), None)
    batch = parts.batch(names, avoid=avoid, fixed=fixed)
    batch = with_labels(data, batch, names) if all_labels else replace(batch, labels=_batch_profiles(batch, names))
    try:
        outputs = probe.forward(model, batch.x, names)
    except UnsupportedInput:
        if parts.rows is not None:
            raise
        whole = parts.batch(names, whole=True)
        outputs = probe.forward(model, whole.x, names)
        batch = replace(batch, x=whole.x, y=whole.y)
    if not found:  # a Sequential model that was only built by the probe
        found = {head.name: head for head in graph.heads(model)}
    losses = losses_of(model, names)
    _named(model, names, losses, batch)
    shapes = {name: ((None, *batch.labels[name].shape), outputs[name][1].shape) for name in batch.labels}
    uses = metrics_of(model, names, shapes)
    custom, half = custom_step(model), alternates(model)
    made = []
    for name in names:
        if losses.get(name) is None or name not in batch.labels or name not in outputs:
            continue
        loss = loss_facts(losses[name], *shapes[name])
        if custom:
            loss = replace(loss, families=frozenset({Loss.OTHER}), from_logits=frozenset(FromLogits), live=None)
        tensor, output = outputs[name]
        loss = recognised(loss, batch.y[name], batch.labels[name], tuple(output.values.shape))
        head = found.get(name) or graph.Head(name, output.shape)
        head = replace(head, shape=head.shape if all(head.shape[1:]) and head.shape else output.shape)
        if head.activations == frozenset(Activation) and probe.told_by_values(output):
            scaled = probe.scaled(model, batch.x, name, names)
            found_by_type = probe.graph_recovers(model, batch.x, name, names) if _reads_scores(loss) else None
            output = replace(output, scaled=scaled, graph_recovers=found_by_type)
        pushed = push.pushed(model, batch.x, name, names, head, loss, batch.y[name])
        one = Output(head, loss, batch.labels[name], uses[name], tensor, output, batch.y[name], pushed, half)
        seen = one.evidence(all_labels=all_labels)
        seen = fit_arguments(seen, one, extras, batch, names, name, all_labels=all_labels)
        made.append(_setup(one, seen, name if len(names) > 1 else None, model, all_labels=all_labels))
    return made


def _reads_scores(loss: LossFacts) -> bool:
    """Whether the loss was told that it gets raw scores: only then does it matter what stands behind them."""
    return loss.from_logits == {FromLogits.TRUE}


def _named(model: Any, names: list[str], losses: dict[str, Any], batch: Data) -> None:
    """Refuse losses or labels under names that no output has: nothing would be checked there.

    Raises:
        UnsupportedInput: with the names there are.
    """
    given = getattr(getattr(model, "_compile_loss", None), "_user_loss", None)
    strange = [str(key) for key in given if key not in names] if isinstance(given, Mapping) else []
    missing = [name for name in names if losses.get(name) is not None and name not in batch.labels]
    if strange or missing:
        what = f"a loss for {', '.join(strange)}" if strange else f"no labels for {', '.join(missing)}"
        raise UnsupportedInput(
            f"{what}; the outputs are {', '.join(names)}",
            expected="losses and labels under the names of the outputs",
            fix=f"{{{', '.join(f'{name!r}: ...' for name in names)}}}",
        )


def _twice(head: graph.Head, model: Any) -> Twice:
    """Both activations, and where the second one is a layer that gives the output, the line that cuts it off."""
    return Twice(str(head.twice), head.word, _cut(model, head.layer))


def _cut(model: Any, name: str) -> str:
    """The line that leaves out the last layer; empty unless it is used once and gives the only output of a model that
    is nothing but its graph."""
    if not type(model).__module__.startswith("keras."):
        return ""
    if type(model).__name__ == "Sequential" and model.layers[-1].name == name:
        return "model = keras.Sequential(model.layers[:-1])"
    layer = next((each for each in getattr(model, "layers", ()) if each.name == name), None)
    if type(model).__name__ != "Functional" or layer is None or len(layer._inbound_nodes) != 1:
        return ""
    if layer.output is getattr(model, "output", None):
        return f"model = keras.Model(model.inputs, model.get_layer({name!r}).input)"
    return ""


def _setup(one: Output, seen: Evidence, name: str | None, model: Any, *, all_labels: bool) -> Setup:
    layer = one.head.layer
    where = {"activation": layer or "last layer", "loss": "compile", "from_logits": "compile", "labels": "y"}
    return Setup(
        (seen,),
        one.metrics,
        output=name,
        where={**where, "width": layer},
        twice=_twice(one.head, model if name is None else None) if one.twice else None,
        loss=one.loss.written,
        own_loss=one.loss.known and not one.loss.home,
        start=one.start(all_labels=all_labels),
    )


_ASKS = {
    "train_step": {"compute_loss", "_compute_loss", "compiled_loss", "super", "train_step"},
    "compute_loss": {"_compile_loss", "compiled_loss", "super", "loss", "compute_loss"},
}
"""What a step or a loss of the user's own calls where it hands on to the compiled loss."""


def custom_step(model: Any) -> bool:
    """Whether training goes through a step or a `compute_loss` of the user's own that never asks for the compiled
    loss."""
    import keras

    return any(
        _replaced(getattr(type(model), name, None), getattr(keras.Model, name, None), asks)
        for name, asks in _ASKS.items()
    )


def _replaced(own: Any, usual: Any, asks: set[str]) -> bool:
    """Whether a method is not the usual one and calls none of these."""
    if own is None or own is usual:
        return False
    code = getattr(inspect.unwrap(own), "__code__", None)
    return code is None or not asks & set(code.co_names)


def _batch_profiles(batch: Data, names: list[str]) -> dict[str, LabelProfile]:
    return profile_labels(batch.y, names)
