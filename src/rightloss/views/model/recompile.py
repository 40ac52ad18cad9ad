"""Compile a model anew with other losses; everything else stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rightloss.contract.recipe import Call
from rightloss.views.model.graph import output_names
from rightloss.views.model.loss_facts import spread
from rightloss.views.model.write import build


def recompile(model: Any, repairs: Mapping[str | None, Call]) -> Any:
    """The same model with these losses, by output name (None: the only output).

    Optimizer and its state, loss weights, metrics, jit_compile, run_eagerly and steps_per_execution are kept.
    """
    names = output_names(model)
    before = spread(model._compile_loss._user_loss, names)
    after = {name: build(repairs[key]) if (key := _key(name, names)) in repairs else before[name] for name in names}
    metrics = model._compile_metrics
    model.compile(
        optimizer=model.optimizer,
        loss=after if len(names) > 1 else after[names[0]],
        loss_weights=model._compile_loss._user_loss_weights,
        metrics=getattr(metrics, "_user_metrics", None),
        weighted_metrics=getattr(metrics, "_user_weighted_metrics", None),
        run_eagerly=model.run_eagerly,
        steps_per_execution=model.steps_per_execution,
        jit_compile=model.jit_compile,
    )
    return model


def _key(name: str, names: list[str]) -> str | None:
    return name if len(names) > 1 else None
