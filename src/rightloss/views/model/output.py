"""One output of a live model, with everything that is known of it -> evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from rightloss.contract import (
    QUANTITY_LOSSES,
    Activation,
    ClassAxis,
    Condition,
    Confidence,
    Evidence,
    Fact,
    Field,
    FromLogits,
    MetricUse,
    Possible,
    Start,
)
from rightloss.contract.conditions import HIGH_BASE_RATE, BaseRate, ClassesSeen, Option, Recovered, Scored
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.model import graph, probe
from rightloss.views.model.chance import guess
from rightloss.views.model.label_evidence import ENOUGH, label_evidence
from rightloss.views.model.loss_facts import LOG_LOSSES, LossFacts
from rightloss.views.model.measure import measured
from rightloss.views.model.push import Pushed

_ACCURACIES = frozenset({"accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"})
_LOOKS_BEHIND = LOG_LOSSES | {"BinaryFocalCrossentropy"}
"""Losses of Keras that look for the values before the activation; the focal one only with from_logits=False."""


@dataclass(frozen=True)
class Output:
    """One output with everything that is known of it."""

    head: graph.Head
    loss: LossFacts
    profile: LabelProfile
    metrics: tuple[MetricUse, ...]
    tensor: Any
    output: probe.Output
    labels: Any  # of the batch that went through the model
    pushed: Pushed | None = None
    alternates: bool = False  # the model is one half of alternating training: the other labels are elsewhere

    @property
    def half(self) -> bool:
        """Whether one label for everything is meant: half of alternating training, or a smoothed label."""
        values = self.profile.values if self.profile.kind == "float" else {}
        return self.alternates or (len(values) == 1 and 0 < next(iter(values)) < 1)

    def evidence(self, *, all_labels: bool) -> Evidence:
        """The evidence of head, loss, labels and probe."""
        seen = self.told()
        if self.twice:
            return self._second(seen)
        seen = self._axis(seen)
        seen = label_evidence(self.profile, self.head, self.loss, seen)
        if not all_labels or self.half:
            seen = _without(seen, Condition.CLASSES_SEEN)
        seen = self._options(seen)
        seen = measured(seen, self)
        return self._scored(self._base_rate(seen))

    def told(self) -> Evidence:
        """What the last layer and the loss say of themselves."""
        return self._activation(self._loss(Evidence()))

    @cached_property
    def reported(self) -> probe.Reported | None:
        """The loss of this batch as Keras computes it."""
        return probe.reported(self.loss, self.labels, self.tensor)

    def start(self, *, all_labels: bool) -> Start:
        """What is known before the first step."""
        told = self.loss.options
        averaged = str(told.get("reduction", "sum_over_batch_size")) in ("sum_over_batch_size", "mean")
        first = None if self.reported is None else self.reported.value
        start = Start(first, rows=self.profile.rows, capped=self.profile.capped or not all_labels)
        if self.loss.name not in LOG_LOSSES or not averaged:
            return start
        uniform, prior = guess(self.profile, self.loss.families, self.head.units, told.get("ignore_class"))
        told_all = all_labels and not told.get("label_smoothing")
        return replace(start, uniform=uniform, prior=prior if told_all else None)

    @property
    def twice(self) -> bool:
        """Whether an activation follows another one, and the loss adds none of its own."""
        return self.head.twice is not None and self.loss.from_logits == frozenset({FromLogits.FALSE})

    def _second(self, seen: Evidence) -> Evidence:
        """Two activations and a loss that reads probabilities are the same function as one activation and a loss that
        applies the other: an activated output that is read as raw scores."""
        first, second = str(self.head.twice), self.head.word
        facts = (Fact(f"{first}, and then {second}", self.head.layer, Confidence.DECLARED),)
        told = {
            Field.ACTIVATION: Possible(frozenset({Activation(first)}), facts),
            Field.FROM_LOGITS: Possible(frozenset({FromLogits.TRUE}), facts),
        }
        seen = replace(self._axis(seen), fields={**seen.fields, **told})
        seen = label_evidence(self.profile, self.head, self.loss, seen)
        return seen.meets(Condition.RECOVERED, Recovered.NO, facts[0])

    def _loss(self, seen: Evidence) -> Evidence:
        fact = Fact(self.loss.text, "compile", Confidence.DECLARED)
        squares = self.alternates and self.loss.families <= QUANTITY_LOSSES  # least squares GANs mean it
        seen = seen if squares else seen.narrow(Field.LOSS, self.loss.families, fact)
        told = None
        if self.loss.from_logits != frozenset(FromLogits):
            option = next(iter(self.loss.from_logits))
            text = {FromLogits.TRUE: "from_logits=True", FromLogits.FALSE: "from_logits=False"}.get(option)
            told = Fact(text, "compile", Confidence.DECLARED) if text else None
        return seen.narrow(Field.FROM_LOGITS, self.loss.from_logits, told)

    def _activation(self, seen: Evidence) -> Evidence:
        where = self.head.layer or "last layer"
        if self.head.activations != frozenset(Activation):
            text = f"activation={self.head.word!r}"
            return seen.narrow(Field.ACTIVATION, self.head.activations, Fact(text, where, Confidence.DECLARED))
        found = probe.activations(self.output)
        values = self.output.values
        if found == frozenset(Activation) or not values.size:
            return seen
        text = f"values of one batch run from {values.min():.3g} to {values.max():.3g}"
        return seen.narrow(Field.ACTIVATION, found, Fact(text, where, Confidence.OBSERVED))

    def _axis(self, seen: Evidence) -> Evidence:
        """The axis of the activation against the axis of the loss, both counted from the end."""
        axis = self.head.axis
        if axis is None:
            return seen.narrow(Field.CLASS_AXIS, ClassAxis.LAST)
        of_loss = self.loss.options.get("axis", -1) if self.loss.known else -1  # elsewhere it is no axis of classes
        of_loss = -1 if not isinstance(of_loss, int) else of_loss if of_loss < 0 else of_loss - len(self.head.shape)
        labels = self.profile.shape
        if axis != of_loss and labels and labels == self.head.shape[2:] != self.head.shape[1:-1]:
            return seen  # classes stand before steps or pixels: what is wrong is the shape
        value = ClassAxis.LAST if axis == of_loss else ClassAxis.ANOTHER
        fact = Fact(f"softmax over axis {axis}, loss over axis {of_loss}", self.head.layer, Confidence.DECLARED)
        return seen.narrow(Field.CLASS_AXIS, value, fact)

    def _options(self, seen: Evidence) -> Evidence:
        """Options of the loss that do nothing."""
        told = self.loss.options
        value = Option.ACTS
        if self.loss.name == "BinaryFocalCrossentropy":
            given = told.get("alpha", 0.25) != 0.25  # Keras's default; who leaves it means nothing by it
            value = Option.FOCAL_ALPHA if given and not told.get("apply_class_balancing") else value
        if self.loss.name == "CategoricalFocalCrossentropy":
            alpha = told.get("alpha", 0.25)
            value = Option.SCALAR_ALPHA if isinstance(alpha, int | float) and alpha != 0.25 else value
        ignored = told.get("ignore_class")
        if ignored is not None and self.profile.distinct_exact and ignored not in self.profile.values:
            value = Option.NOTHING_IGNORED
        fact = Fact(self.loss.text, "compile", Confidence.DECLARED)
        seen = seen.meets(Condition.OPTION, value, fact)
        recovered = self.head.recovered
        if recovered is None:
            recovered = self.output.recovered or self.output.graph_recovers
        if recovered is None or not seen.possible(Field.ACTIVATION) & {Activation.SIGMOID, Activation.SOFTMAX}:
            return seen
        if self.head.units == 1 and len(self.profile.shape) == len(self.head.shape) - 2 and self.profile.shape:
            recovered = False  # Keras squeezes the output to the shape of (n, T) labels, which makes a new tensor
        if not self._looks_behind():
            recovered = False
        if self.loss.name == "BinaryFocalCrossentropy" and self.loss.from_logits == {FromLogits.TRUE}:
            recovered = False  # it applies a sigmoid of its own, and looks behind that one
        value_of = Recovered.YES if recovered else Recovered.NO
        where = self.head.layer or "last layer"
        text = (
            "Keras finds the values before the activation" if recovered else "values before the activation are hidden"
        )
        return seen.meets(Condition.RECOVERED, value_of, Fact(text, where, Confidence.DECLARED))

    def _looks_behind(self) -> bool:
        """Whether the loss looks for the values before the activation; one of the user's own is asked."""
        if not self.loss.known:
            return True
        if self.loss.home:  # leaving a class out makes a new tensor of the predictions
            return self.loss.name in _LOOKS_BEHIND and self.loss.options.get("ignore_class") is None
        if self.loss.from_logits != {FromLogits.TRUE} or self.reported is None:
            return True
        fresh = probe.reported(self.loss, self.labels, self.output.values.astype("float32"))
        return fresh is None or not np.isclose(fresh.value, self.reported.value, rtol=1e-3)

    def _base_rate(self, seen: Evidence) -> Evidence:
        """Whether accuracy alone says little."""
        names = {use.name for use in self.metrics}
        if not names or not names <= _ACCURACIES or seen.seen(Condition.CLASSES_SEEN) is ClassesSeen.ONE:
            return seen
        if not self.profile.distinct_exact or not self.profile.integral or not self.loss.known:
            return seen
        if self.profile.rows < ENOUGH:
            return seen
        rows = self.profile.row_facts
        one_hot = rows is not None and rows.one_positive == rows.vectors
        counts = rows.positives if rows is not None and one_hot else tuple(self.profile.values.values())
        if len(counts) < 2 or not sum(counts):
            return seen
        share = max(counts) / sum(counts)
        value = BaseRate.HIGH if share >= HIGH_BASE_RATE else BaseRate.LOW
        return seen.meets(Condition.BASE_RATE, value, Fact(f"{share:.1%} of y is one answer", "y", Confidence.OBSERVED))

    def _scored(self, seen: Evidence) -> Evidence:
        """Whether accuracy is asked of numbers: a regression loss, and labels other than 0 and 1."""
        if not self.loss.families <= QUANTITY_LOSSES or self.profile.kind not in ("integer", "float"):
            return seen
        uses = [use for use in self.metrics if use.name in _ACCURACIES]
        low, high = self.profile.minimum, self.profile.maximum
        if not uses or low is None or high is None or self.head.units != 1 or self.profile.row_facts is not None:
            return seen
        if low >= 0 and high <= 1:
            return seen
        return seen.meets(Condition.SCORED, Scored.QUANTITIES, uses[0].fact)


def _without(seen: Evidence, condition: Condition) -> Evidence:
    return replace(seen, conditions={key: value for key, value in seen.conditions.items() if key is not condition})
