"""The other arguments of `fit`, held against labels and loss: weights, and the data of validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rightloss.contract import Condition, Confidence, Evidence, Fact, Field, Labels, Loss
from rightloss.contract.conditions import Splits
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.model.data import Data, profile_labels, with_labels
from rightloss.views.model.output import Output
from rightloss.views.model.weights import class_weight_evidence, sample_weight_evidence


@dataclass(frozen=True)
class Extras:
    """The other arguments of `fit`."""

    class_weight: Any = None
    sample_weight: Any = None
    validation_data: Any = None


def fit_arguments(seen: Evidence, one: Output, extras: Extras, batch: Data, names: list[str], name: str) -> Evidence:
    """What the other arguments of `fit` add."""
    weights = extras.sample_weight if extras.sample_weight is not None else batch.sample_weight
    if isinstance(weights, Mapping):
        weights = weights.get(name)
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
