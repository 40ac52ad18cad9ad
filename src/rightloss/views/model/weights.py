"""class_weight and sample_weight, held against labels and loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rightloss.contract import Condition, Confidence, Evidence, Fact, Field, Labels, Positions
from rightloss.contract.conditions import LEFT_OUT_SHARE, WEIGHT_SCALE, ClassWeight, LeftOut, SampleWeight, WeightScale
from rightloss.views.labels.profile import LabelProfile

_ARGUMENT = Confidence.DECLARED


def class_weight_evidence(
    seen: Evidence, weights: Any, profile: LabelProfile, *, outputs: int, loss_shape: tuple[int, ...] | None, both: bool
) -> Evidence:
    """`seen` with what class_weight does.

    Args:
        seen: evidence about the labels.
        weights: as given to `fit`.
        profile: of the labels.
        outputs: number of outputs of the model.
        loss_shape: shape of the loss before it is averaged; () means one number for the whole batch.
        both: whether sample_weight is given too.
    """
    value, text = _class_weight(seen, weights, profile, outputs, loss_shape, both)
    seen = seen.meets(Condition.CLASS_WEIGHT, value, Fact(text, "class_weight", _ARGUMENT))
    counts = _counts(seen.possible(Field.LABELS), profile) if value is ClassWeight.FITS else {}
    if counts:
        mean = sum(float(weights.get(k, 1.0)) * count for k, count in counts.items()) / sum(counts.values())
        seen = _scale(seen, mean, "class_weight", WeightScale.RESCALED)
    return seen


def _class_weight(
    seen: Evidence,
    weights: Any,
    profile: LabelProfile,
    outputs: int,
    loss_shape: tuple[int, ...] | None,
    both: bool,
) -> tuple[ClassWeight, str]:
    if outputs > 1:
        return ClassWeight.SEVERAL_OUTPUTS, f"{outputs} outputs"
    if isinstance(weights, str):
        return ClassWeight.A_WORD, f"class_weight={weights!r}"
    if not isinstance(weights, Mapping):
        return ClassWeight.NOT_A_DICT, f"class_weight is a {type(weights).__name__}"
    if both:
        return ClassWeight.BOTH, "class_weight=… and sample_weight=…"
    if not all(isinstance(key, int | np.integer) for key in weights):
        return ClassWeight.TEXT_KEYS, f"keys {', '.join(map(repr, list(weights)[:4]))}"
    labels = seen.possible(Field.LABELS)
    if labels <= {Labels.MULTIHOT, Labels.MULTIHOT_MISSING}:
        return ClassWeight.SEVERAL_TRUE, "y holds several columns that can be true at once"
    if seen.positions is not Positions.EXAMPLE:
        return ClassWeight.POSITIONS, f"y holds one label for each {seen.positions}"
    if loss_shape == ():
        return ClassWeight.NO_EFFECT, "the loss of a batch is one number"
    ids = set(_counts(labels, profile))
    keys = {int(key) for key in weights}
    missing = sorted(ids - keys)
    if missing and keys == {each + 1 for each in ids}:
        return ClassWeight.SHIFTED, f"keys {min(keys)} to {max(keys)}, labels {min(ids)} to {max(ids)}"
    if missing:
        return ClassWeight.MISSES_A_CLASS, f"no weight for {', '.join(map(str, missing[:5]))}"
    return ClassWeight.FITS, f"{len(weights)} weights"


def _counts(labels: frozenset[Any], profile: LabelProfile) -> dict[int, int]:
    """Examples of each class id; empty where that is not known."""
    if labels <= {Labels.ONEHOT, Labels.DISTRIBUTION} and profile.row_facts is not None:
        return {index: count for index, count in enumerate(profile.row_facts.positives) if count}
    if not profile.distinct_exact or not profile.integral:
        return {}
    return {int(value): count for value, count in profile.values.items()}


def sample_weight_evidence(
    seen: Evidence, weights: Any, profile: LabelProfile, loss_shape: tuple[int, ...] | None, rows: int | None
) -> Evidence:
    """`seen` with what sample_weight does. Arguments as above; `rows`: examples that weights must match."""
    array = np.asarray(weights)
    fact = Fact(f"sample_weight of shape {array.shape}", "sample_weight", Confidence.OBSERVED)
    value = _sample_weight(array, loss_shape, rows)
    seen = seen.meets(Condition.SAMPLE_WEIGHT, value, fact)
    if value is SampleWeight.FITS and seen.positions is not Positions.EXAMPLE and array.ndim > 1:
        share = float((array == 0).mean())
        text = Fact(f"{share:.1%} of positions have weight 0", "sample_weight", Confidence.OBSERVED)
        seen = seen.meets(Condition.LEFT_OUT, LeftOut.SOME if share >= LEFT_OUT_SHARE else LeftOut.NONE, text)
    if value is SampleWeight.FITS:
        seen = _scale(seen, float(array.mean()), "sample_weight", WeightScale.SAMPLES)
    return seen


def _sample_weight(array: Any, loss_shape: tuple[int, ...] | None, rows: int | None) -> SampleWeight:
    if array.dtype.kind not in "biuf":
        return SampleWeight.SHAPE
    if np.isnan(array).any():
        return SampleWeight.NAN
    if (array < 0).any():
        return SampleWeight.NEGATIVE
    if not (array > 0).any():
        return SampleWeight.ZERO
    if rows is not None and (array.ndim == 0 or len(array) != rows):
        return SampleWeight.LENGTH
    if loss_shape == ():
        return SampleWeight.NO_EFFECT
    inner = tuple(size for size in array.shape[1:])
    if loss_shape is not None and inner not in ((), (1,)) and inner != loss_shape[1:] and inner != (*loss_shape[1:], 1):
        return SampleWeight.SHAPE
    return SampleWeight.FITS


def _scale(seen: Evidence, mean: float, where: str, rescaled: WeightScale) -> Evidence:
    far = mean >= WEIGHT_SCALE or 0 < mean <= 1 / WEIGHT_SCALE
    fact = Fact(f"mean weight {mean:.3g}", where, Confidence.OBSERVED)
    return seen.meets(Condition.WEIGHT_SCALE, rescaled if far else WeightScale.ONE, fact)
