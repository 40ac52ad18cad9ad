"""A set-up: what a view reports about one output of one model, ready to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rightloss.contract.contract import Evidence, Fact
from rightloss.contract.recipe import Call
from rightloss.contract.table import ROWS
from rightloss.contract.vocabulary import Decode, Term


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
    written: Call | None = None  # live models: the call that makes it
    place: tuple[str, int] | None = None  # live models: the argument of `compile`, and where it stands there

    @property
    def weighted(self) -> bool:
        """Whether it takes sample_weight into account."""
        return self.place is not None and self.place[0] == "weighted_metrics"

    def told(self, name: str, **options: Any) -> Call:
        """This metric with other options, or the metric of that name in its stead; it keeps the name it reports."""
        kept: dict[str, Any] = {}
        if self.written is not None:
            same = self.written.name == name
            kept = {key: value for key, value in self.written.keywords.items() if same or key == "name"}
        if "alias" in self.arguments:
            kept["name"] = self.arguments["alias"]
        return Call("keras.metrics", name, (), {**kept, **options})


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of one output before the first step of training. Losses are in nats; None where nothing tells.

    `uniform` is the loss of equal probabilities (ln K, or ln 2 for yes/no units), `prior` the loss of the class
    frequencies, which is their entropy: a model that learns must come below it.
    """

    first_loss: float | None = None  # of one batch, without weights
    uniform: float | None = None
    prior: float | None = None
    rows: int = 0  # labels that were read
    capped: bool = False  # reading stopped at a cap: there may be more

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "first_loss": self.first_loss,
            "uniform_loss": self.uniform,
            "prior_loss": self.prior,
            "rows": self.rows,
            "capped": self.capped,
        }


@dataclass(frozen=True, slots=True)
class DecodeUse:
    """One reading of predictions: how they are made into labels, and where that is written."""

    decode: Decode
    fact: Fact


@dataclass(frozen=True, slots=True)
class Twice:
    """Two activations, one after the other, and the lines to write for one alone; empty where nothing shows them."""

    first: str
    second: str
    without_second: str = ""
    without_first: str = ""

    def stays(self, loss: Term) -> str:
        """The one that this loss reads as probabilities; the first where that is neither of them, or both."""
        read = {row.point.activation for row in ROWS if row.point.loss is loss}
        return self.second if self.second in read and self.first not in read else self.first


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
    twice: Twice | None = None  # the second one is written as a loss that applies it (from_logits=True)
    loss: Call | None = None  # the loss as it is written, but for from_logits: a repair keeps its other options
    own_loss: bool = False  # a loss of the user's own, known by what it computes: no repair may replace it unasked
    head: Call | None = None  # the last layer as it is written, units first, no activation: a repair changes only these
    apart: bool = False  # the activation of the last layer is a layer of its own
    start: Start | None = None  # live models only
