"""Compile a model anew with other losses and metrics; everything else stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rightloss.contract.recipe import Call
from rightloss.views.model.graph import output_names
from rightloss.views.model.loss_facts import spread
from rightloss.views.model.metric_facts import flat
from rightloss.views.model.write import build

ARGUMENTS = ("metrics", "weighted_metrics")


@dataclass(frozen=True, slots=True)
class Repair:
    """What one output is compiled with instead. Metrics are by (argument, where they stand in it)."""

    loss: Call | None = None
    metrics: Mapping[tuple[str, int], Call] = field(default_factory=dict)


def recompile(model: Any, repairs: Mapping[str | None, Repair]) -> Any:
    """The same model with these losses and metrics, by output name (None: the only output).

    Optimizer and its state, loss weights, other metrics, jit_compile, run_eagerly and steps_per_execution are kept.
    """
    named = [name for name in repairs if name is not None]
    names = output_names(model) if not named or set(named) <= set(output_names(model)) else sorted(named)
    each = {name: repairs.get(name if len(names) > 1 else None, Repair()) for name in names}
    metrics = {argument: _metrics(model, names, each, argument) for argument in ARGUMENTS}
    model.compile(
        optimizer=model.optimizer,
        loss=_losses(model, names, each),
        loss_weights=model._compile_loss._user_loss_weights,
        run_eagerly=model.run_eagerly,
        steps_per_execution=model.steps_per_execution,
        jit_compile=model.jit_compile,
        **metrics,
    )
    return model


def _losses(model: Any, names: list[str], repairs: Mapping[str, Repair]) -> Any:
    """The argument `loss`, in the form in which it was given where nothing is changed."""
    given = model._compile_loss._user_loss
    if all(each.loss is None for each in repairs.values()):
        return given
    before = spread(given, names)
    after = {name: build(loss) if (loss := repairs[name].loss) is not None else before[name] for name in names}
    return after if len(names) > 1 else after[names[0]]


def _metrics(model: Any, names: list[str], repairs: Mapping[str, Repair], argument: str) -> Any:
    """The argument of this name, in the form in which it was given where nothing is changed."""
    given = getattr(model._compile_metrics, f"_user_{argument}", None)
    if not any(where == argument for each in repairs.values() for where, _ in each.metrics):
        return given
    several = len(names) > 1 or isinstance(given, dict)
    before = spread(given, names) if several else {names[0]: given}
    after = {}
    for name in names:
        metrics = list(flat(before[name]))
        for (where, index), call in repairs[name].metrics.items():
            if where == argument:
                metrics[index] = build(_same_name(call, metrics[index]))
        after[name] = metrics
    return after if len(names) > 1 else after[names[0]]


def _same_name(call: Call, before: Any) -> Call:
    """The call that reports under the name of the metric it replaces."""
    name = getattr(before, "name", None)
    return call if name is None else replace(call, keywords={"name": name, **call.keywords})
