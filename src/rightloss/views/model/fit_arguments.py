"""The other arguments of `fit`, held against labels and loss: weights, and the data of validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rightloss.contract import Condition, Confidence, Evidence, Fact, Field, Labels, Loss
from rightloss.contract.conditions import LabelRange, Splits
from rightloss.errors import RightlossError
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.model.data import Data, first_parts, profile_labels, with_labels
from rightloss.views.model.label_evidence import label_evidence
from rightloss.views.model.output import Output
from rightloss.views.model.weights import class_weight_evidence, sample_weight_evidence


@dataclass(frozen=True)
class Extras:
    """The other arguments of `fit`."""

    class_weight: Any = None
    sample_weight: Any = None
    validation_data: Any = None
    whole_streams: bool = True  # False: one batch of a validation stream, as the guard looks


def fit_arguments(
    seen: Evidence, one: Output, extras: Extras, batch: Data, names: list[str], name: str, *, all_labels: bool
) -> Evidence:
    """What the other arguments of `fit` add.

    Args:
        seen: evidence about the output.
        one: the output.
        extras: the arguments.
        batch: what `fit` trains on.
        names: of all outputs; `name` is this one's.
        all_labels: whether all labels were read, so that a class that is not there is missing.
    """
    weights = extras.sample_weight if extras.sample_weight is not None else batch.sample_weight
    if isinstance(weights, Mapping):
        weights = weights.get(name)
    elif isinstance(weights, list | tuple) and len(names) > 1 and len(weights) == len(names):
        weights = weights[names.index(name)]
    weighted = extras.class_weight is not None or weights is not None
    found = one.reported if weighted else None
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
        held = _validation(extras.validation_data, names, whole=extras.whole_streams).get(name)
        seen = _splits(seen, one, held, all_labels=all_labels)
    return seen


def _validation(data: Any, names: list[str], *, whole: bool) -> dict[str, LabelProfile]:
    if isinstance(data, list | tuple):
        return profile_labels(data[1], names)
    if whole:
        return with_labels(data, Data(None, {}), names).labels
    try:
        return profile_labels(first_parts(data).batch(names).y, names)
    except RightlossError:  # what trains was read; validation says itself what it cannot do
        return {}


_READ = (Condition.LABEL_KIND, Condition.MISSING, Condition.RANGE)
"""What makes labels unreadable for a loss."""


def _unreadable(seen: Evidence, one: Output, held: LabelProfile) -> str:
    """What validation labels hold that the loss cannot read; "" where training labels hold the same, or nothing."""
    sparse = seen.possible(Field.LOSS) <= {Loss.SPARSE} and held.integral and held.maximum is not None
    fits = seen.seen(Condition.RANGE) in (None, LabelRange.FITS)
    if sparse and fits and one.head.units and held.maximum >= one.head.units > (one.profile.maximum or 0):  # type: ignore[operator]  # sparse: it is there
        return f"validation labels go up to {held.maximum:g}, the last layer has {one.head.units} units"
    other = label_evidence(held, one.head, one.loss, one.told())
    for condition in _READ:
        found = other.seen(condition)
        usual = seen.seen(condition) in (None, condition.default)
        if found not in (None, condition.default) and usual:
            return "; ".join(fact.text for fact in other.condition_facts(condition))
    return ""


def _splits(seen: Evidence, one: Output, held: LabelProfile | None, *, all_labels: bool) -> Evidence:
    train = one.profile
    if held is None or Loss.OTHER in seen.possible(Field.LOSS):
        return seen
    before, after = (each.shape[:-1] if each.shape[-1:] == (1,) else each.shape for each in (train, held))
    columns = not seen.possible(Field.LABELS) & {Labels.BINARY, Labels.INDEX}
    if len(before) != len(after) or (columns and before[-1:] != after[-1:]):
        text = f"y {train.shape}, validation {held.shape} for one example"
        return seen.meets(Condition.SPLITS, Splits.OTHER_SHAPE, Fact(text, "validation_data", Confidence.OBSERVED))
    unreadable = _unreadable(seen, one, held)
    if unreadable:
        fact = Fact(unreadable, "validation_data", Confidence.OBSERVED)
        return seen.meets(Condition.SPLITS, Splits.UNREADABLE, fact)
    if not all_labels:  # one batch of training shows too little to miss a class
        return seen
    exact = train.distinct_exact and held.distinct_exact and train.integral and held.integral and not train.row_facts
    new = sorted(set(held.values) - set(train.values)) if exact and train.kind == held.kind else []
    value = Splits.NEW_CLASSES if new else Splits.AGREE
    text = f"only in validation: {', '.join(map(str, new[:5]))}" if new else "the same classes"
    return seen.meets(Condition.SPLITS, value, Fact(text, "validation_data", Confidence.OBSERVED))
