"""A set-up: what a view reports about one output of one model, ready to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rightloss.contract.contract import Evidence, Fact
from rightloss.contract.vocabulary import Decode


@dataclass(frozen=True, slots=True)
class MetricUse:
    """One metric as it is used.

    `name` is a name of METRICS, or "accuracy" where it is still to be resolved from the row. `arguments` holds what the
    program told the metric (threshold, thresholds, from_logits, k, multi_label, sparse_y_pred, ignore_class ...), with
    Keras's names; what is not there has its default.
    """

    name: str
    fact: Fact
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecodeUse:
    """One reading of predictions: how they are made into labels, and where that is written."""

    decode: Decode
    fact: Fact


@dataclass(frozen=True, slots=True)
class Setup:
    """One output: every reading of it (most likely first), its metrics, and the ways its predictions are read.

    Fields of different readings never combine; only what is wrong in every reading is a finding.
    """

    readings: tuple[Evidence, ...]
    metrics: tuple[MetricUse, ...] = ()
    decodes: tuple[DecodeUse, ...] = ()
    output: str | None = None  # None for the only output
    where: Mapping[str, str] = field(default_factory=dict)  # what -> layer or argument, for `Finding.where`
    second: str = ""  # an activation that follows another one: written as a loss that applies it (from_logits=True)
