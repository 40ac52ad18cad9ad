"""A live model and its data -> one set-up for each output. Facts only; the rules judge."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rightloss.contract import (
    Activation,
    ClassAxis,
    Condition,
    Confidence,
    Evidence,
    Fact,
    Field,
    FromLogits,
    Labels,
    Loss,
    MetricUse,
    Possible,
    Setup,
)
from rightloss.contract.conditions import HIGH_BASE_RATE, BaseRate, ClassesSeen, Option, Recovered, Splits
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.model import graph, probe
from rightloss.views.model.data import Data, one_batch, profile_labels, with_labels
from rightloss.views.model.graph import output_names
from rightloss.views.model.label_evidence import label_evidence
from rightloss.views.model.loss_facts import LossFacts, loss_facts, losses_of
from rightloss.views.model.measure import measured
from rightloss.views.model.metric_facts import metrics_of
from rightloss.views.model.weights import class_weight_evidence, sample_weight_evidence

_ACCURACIES = frozenset({"accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"})


@dataclass(frozen=True)
class Extras:
    """The other arguments of `fit`."""

    class_weight: Any = None
    sample_weight: Any = None
    validation_data: Any = None


def setups(model: Any, data: Any, extras: Extras | None = None, *, all_labels: bool = True) -> list[Setup]:
    """One set-up for each output that has a loss.

    Args:
        model: a compiled Keras model; it is built if it was not.
        data: (x, y), (x, y, sample_weight), a `tf.data.Dataset` or a Keras PyDataset.
        extras: class_weight, sample_weight and validation_data, as `fit` takes them.
        all_labels: read all labels; False looks at one batch, as the guard does, and says nothing that one batch
            cannot show.

    Raises:
        UnsupportedInput: see `data.one_batch`.
    """
    extras = extras or Extras()
    names = output_names(model)
    found = {head.name: head for head in graph.heads(model)}
    avoid = frozenset(size for head in found.values() for size in head.shape[1:] if size)
    batch = one_batch(data, names, avoid=avoid)
    batch = with_labels(data, batch, names) if all_labels else replace(batch, labels=_batch_profiles(batch, names))
    outputs = probe.forward(model, batch.x, names)
    if not found:  # a Sequential model that was only built by the probe
        found = {head.name: head for head in graph.heads(model)}
    losses = losses_of(model, names)
    shapes = {name: ((None, *batch.labels[name].shape), outputs[name][1].shape) for name in batch.labels}
    uses = metrics_of(model, names, shapes)
    custom = custom_step(model)
    made = []
    for name in names:
        if losses.get(name) is None or name not in batch.labels or name not in outputs:
            continue
        loss = loss_facts(losses[name], *shapes[name])
        if custom:
            loss = replace(loss, families=frozenset({Loss.OTHER}), from_logits=frozenset(FromLogits))
        tensor, output = outputs[name]
        head = found.get(name) or graph.Head(name, output.shape)
        head = replace(head, shape=head.shape if all(head.shape[1:]) and head.shape else output.shape)
        one = _One(head, loss, batch.labels[name], uses[name], tensor, output, batch.y[name])
        seen = one.evidence(all_labels=all_labels)
        seen = _extras(seen, one, extras, batch, names, name)
        where = {"activation": head.layer or "last layer", "loss": "compile", "from_logits": "compile", "labels": "y"}
        output_name = name if len(names) > 1 else None
        second = head.word if one.twice else ""
        made.append(Setup((seen,), uses[name], (), output_name, {**where, "width": head.layer}, second))
    return made


def custom_step(model: Any) -> bool:
    """Whether training is a step of the user's own that never asks for the compiled loss."""
    import keras

    step = getattr(type(model), "train_step", None)
    if step is None or step is getattr(keras.Model, "train_step", None):
        return False
    code = getattr(inspect.unwrap(step), "__code__", None)
    asked = set(code.co_names) if code is not None else set()
    return not asked & {"compute_loss", "_compute_loss", "compiled_loss", "super", "train_step"}


def _batch_profiles(batch: Data, names: list[str]) -> dict[str, LabelProfile]:
    return profile_labels(batch.y, names)


@dataclass(frozen=True)
class _One:
    """One output with everything that is known of it."""

    head: graph.Head
    loss: LossFacts
    profile: LabelProfile
    metrics: tuple[MetricUse, ...]
    tensor: Any
    output: probe.Output
    labels: Any

    def evidence(self, *, all_labels: bool) -> Evidence:
        """The evidence of head, loss, labels and probe."""
        seen = self._loss(Evidence())
        seen = self._activation(seen)
        if self.twice:
            return self._second(seen)
        seen = self._axis(seen)
        seen = label_evidence(self.profile, self.head, self.loss, seen)
        if not all_labels:
            seen = _without(seen, Condition.CLASSES_SEEN)
        seen = self._options(seen)
        seen = measured(seen, self.head, self.loss, self.output, self.tensor, self.labels)
        return self._base_rate(seen)

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
        seen = seen.narrow(Field.LOSS, self.loss.families, fact)
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
        of_loss = self.loss.options.get("axis", -1)
        of_loss = -1 if not isinstance(of_loss, int) else of_loss if of_loss < 0 else of_loss - len(self.head.shape)
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
        # Without an eager trace a compiled graph may still find the operation by its type: then nothing is known.
        recovered = (self.output.recovered or None) if self.head.recovered is None else self.head.recovered
        if recovered is None or not self.head.activations & {Activation.SIGMOID, Activation.SOFTMAX}:
            return seen
        if self.head.units == 1 and len(self.profile.shape) == len(self.head.shape) - 2 and self.profile.shape:
            recovered = False  # Keras squeezes the output to the shape of (n, T) labels, which makes a new tensor
        value_of = Recovered.YES if recovered else Recovered.NO
        where = self.head.layer or "last layer"
        text = (
            "Keras finds the values before the activation" if recovered else "values before the activation are hidden"
        )
        return seen.meets(Condition.RECOVERED, value_of, Fact(text, where, Confidence.DECLARED))

    def _base_rate(self, seen: Evidence) -> Evidence:
        """Whether accuracy alone says little."""
        names = {use.name for use in self.metrics}
        if not names or not names <= _ACCURACIES or seen.seen(Condition.CLASSES_SEEN) is ClassesSeen.ONE:
            return seen
        if not self.profile.distinct_exact or not self.profile.integral or not self.loss.known:
            return seen
        rows = self.profile.row_facts
        one_hot = rows is not None and rows.one_positive == rows.vectors
        counts = rows.positives if rows is not None and one_hot else tuple(self.profile.values.values())
        if len(counts) < 2 or not sum(counts):
            return seen
        share = max(counts) / sum(counts)
        value = BaseRate.HIGH if share >= HIGH_BASE_RATE else BaseRate.LOW
        return seen.meets(Condition.BASE_RATE, value, Fact(f"{share:.1%} of y is one answer", "y", Confidence.OBSERVED))


def _without(seen: Evidence, condition: Condition) -> Evidence:
    return replace(seen, conditions={key: value for key, value in seen.conditions.items() if key is not condition})


def _extras(seen: Evidence, one: _One, extras: Extras, batch: Data, names: list[str], name: str) -> Evidence:
    """What the other arguments of `fit` add."""
    weights = extras.sample_weight if extras.sample_weight is not None else batch.sample_weight
    if isinstance(weights, Mapping):
        weights = weights.get(name)
    weighted = extras.class_weight is not None or weights is not None
    found = probe.reported(one.loss, one.labels, one.tensor) if weighted else None
    loss_shape = None if found is None else found.shape
    if extras.class_weight is not None and name == names[0]:  # one argument, one finding
        seen = class_weight_evidence(
            seen,
            extras.class_weight,
            one.profile,
            outputs=len(names),
            loss_shape=loss_shape,
            both=weights is not None,
        )
    if weights is not None:
        rows = batch.rows if extras.sample_weight is not None else None
        seen = sample_weight_evidence(seen, weights, one.profile, loss_shape, rows)
    if extras.validation_data is not None:
        seen = _splits(seen, one.profile, _validation(extras.validation_data, names).get(name))
    return seen


def _validation(data: Any, names: list[str]) -> dict[str, LabelProfile]:
    if isinstance(data, list | tuple):
        return profile_labels(data[1], names)
    return with_labels(data, Data(None, {}), names).labels


def _splits(seen: Evidence, train: LabelProfile, held: LabelProfile | None) -> Evidence:
    if held is None or Loss.OTHER in seen.possible(Field.LOSS):
        return seen
    before, after = (each.shape[:-1] if each.shape[-1:] == (1,) else each.shape for each in (train, held))
    columns = not seen.possible(Field.LABELS) & {Labels.BINARY, Labels.INDEX}
    if len(before) != len(after) or (columns and before[-1:] != after[-1:]):
        text = f"y {train.shape}, validation {held.shape} for one example"
        return seen.meets(Condition.SPLITS, Splits.OTHER_SHAPE, Fact(text, "validation_data", Confidence.OBSERVED))
    exact = train.distinct_exact and held.distinct_exact and train.integral and held.integral and not train.row_facts
    new = sorted(set(held.values) - set(train.values)) if exact and train.kind == held.kind else []
    value = Splits.NEW_CLASSES if new else Splits.AGREE
    text = f"only in validation: {', '.join(map(str, new[:5]))}" if new else "the same classes"
    return seen.meets(Condition.SPLITS, value, Fact(text, "validation_data", Confidence.OBSERVED))
