"""The losses under the conformance suite, each with its definition in float64 NumPy.

A definition works cell by cell with probabilities, as the papers write it, and shares no code with the package: it is
right only for moderate logits, which is why the extremes are tested apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rightloss import losses

Arrays = tuple[np.ndarray, np.ndarray]
MISSING = -1
PRIOR = [8.0, 3.0, 1.0, 4.0]
GROUPS = [[0, 2, 4], [5, 1]]


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# --- labels and logits -------------------------------------------------------------------------------------------


def yes_no(rng: np.random.Generator, n: int) -> Arrays:
    """Multi-hot labels (n, 4) with some cells missing."""
    labels = rng.integers(0, 2, (n, 4)).astype(float)
    labels[rng.random((n, 4)) < 0.3] = MISSING
    return labels, rng.normal(0, 3, (n, 4))


def soft_yes_no(rng: np.random.Generator, n: int) -> Arrays:
    labels, logits = yes_no(rng, n)
    return np.where(labels == MISSING, MISSING, rng.random(labels.shape)), logits


def ids(rng: np.random.Generator, n: int) -> Arrays:
    """Class ids (n,) of 4 classes with some missing."""
    labels = rng.integers(0, 4, n).astype(float)
    labels[rng.random(n) < 0.3] = MISSING
    return labels, rng.normal(0, 3, (n, 4))


def tokens(rng: np.random.Generator, n: int) -> Arrays:
    """Class ids (n, 5), one per token."""
    labels, logits = ids(rng, 5 * n)
    return labels.reshape(n, 5), logits.reshape(n, 5, 4)


def distributions(rng: np.random.Generator, n: int) -> Arrays:
    labels = rng.dirichlet(np.ones(4), n)
    labels[rng.random(n) < 0.3] = np.nan
    return labels, rng.normal(0, 3, (n, 4))


def ordered(rng: np.random.Generator, n: int) -> Arrays:
    labels, logits = ids(rng, n)
    return labels, logits[:, :3]


def grouped(rng: np.random.Generator, n: int) -> Arrays:
    """Columns 0, 2, 4 and 5, 1 are exclusive, 3 and 6 are free; (n, 7)."""
    labels = rng.integers(0, 2, (n, 7)).astype(float)
    for group in GROUPS:
        labels[:, group] = np.eye(len(group))[rng.integers(0, len(group), n)]
    labels[rng.random((n, 7)) < 0.1] = MISSING
    return labels, rng.normal(0, 3, (n, 7))


# --- definitions: (labels, logits) -> cells, NaN where unknown --------------------------------------------------------


def unknown(labels: np.ndarray) -> np.ndarray:
    return np.isnan(labels) | (labels == MISSING)


def per_label(formula: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """A definition from a formula in y and p = sigmoid(z)."""

    def definition(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
        return np.where(unknown(labels), np.nan, formula(labels, sigmoid(logits)))

    return definition


def per_position(formula: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """A definition from a formula in a target row t and the logits; ids become one-hot rows here."""

    def definition(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
        rows = np.where(unknown(labels), np.nan, labels)
        if labels.ndim < logits.ndim:
            known = ~unknown(labels)
            rows = np.eye(logits.shape[-1])[np.where(known, labels, 0).astype(int)]
            rows = np.where(known[..., None], rows, np.nan)
        return formula(rows, logits)

    return definition


def masked(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


def masked_weighted(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -np.array([1.0, 2.0, 3.0, 0.5]) * y * np.log(p) - (1 - y) * np.log(1 - p)


def binary_focal(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -0.25 * y * (1 - p) ** 2 * np.log(p) - 0.75 * (1 - y) * p**2 * np.log(1 - p)


def prior_adjusted(t: np.ndarray, z: np.ndarray) -> np.ndarray:
    weighted = np.array(PRIOR) ** 0.7 * np.exp(z)
    return -(t * np.log(weighted / weighted.sum(-1, keepdims=True))).sum(-1)


def prior_adjusted_smooth(t: np.ndarray, z: np.ndarray) -> np.ndarray:
    return prior_adjusted(0.9 * t + 0.1 / 4, z)


def categorical_focal(t: np.ndarray, z: np.ndarray) -> np.ndarray:
    p = softmax(z)
    return -(t * np.array([1.0, 2.0, 0.5, 1.5]) * (1 - p) ** 2 * np.log(p)).sum(-1)


def class_weighted(t: np.ndarray, z: np.ndarray) -> np.ndarray:
    return -(t * np.array([0.5, 1.0, 3.0, 2.0]) * np.log(softmax(z))).sum(-1)


def corn(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    cells = np.full(logits.shape, np.nan)
    for i, y in enumerate(labels):
        for k in range(logits.shape[-1]):
            if not unknown(y) and y >= k:
                p = sigmoid(logits[i, k])
                cells[i, k] = -np.log(p if y > k else 1 - p)
    return cells


def groups(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    labels = np.where(unknown(labels), np.nan, labels)
    cells = [-(labels[:, g] * np.log(softmax(logits[:, g]))).sum(-1) for g in GROUPS]
    cells += [masked(labels[:, j], sigmoid(logits[:, j])) for j in (3, 6)]
    return np.stack(cells, axis=-1)


@dataclass(frozen=True)
class Case:
    """One loss with one configuration on one kind of labels.

    Attributes:
        name: id of the test.
        function: the pure function.
        cls: the Keras class with the same configuration.
        config: keyword arguments of both.
        draw: random labels and logits.
        definition: cells of the loss, NaN where unknown.
        broken: a label that must not pass for one, put in place of the first known label of a batch.
        bad_shapes: shapes of labels and logits that must be refused.
    """

    name: str
    function: Callable[..., Any]
    cls: type
    config: dict[str, Any]
    draw: Callable[[np.random.Generator, int], Arrays]
    definition: Callable[[np.ndarray, np.ndarray], np.ndarray]
    broken: float = 7.0
    bad_shapes: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = field(
        default=(((4,), (4, 4)), ((4, 1), (4, 3)), ((4, 3), (4, 4)), ((3, 4), (4, 4)))
    )

    def loss(self, **more: Any) -> Any:
        return self.cls(ignore=MISSING, **self.config, **more)

    def __call__(self, labels: Any, logits: Any) -> Any:
        return self.function(labels, logits, ignore=MISSING, **self.config)


CLASSES = (((4, 3), (4, 4)), ((3,), (4, 4)), ((4, 2, 4), (4, 4)), ((4,), (4, 1)), ((4, 2), (4, 3, 4)))
MBCE = (losses.masked_binary_crossentropy, losses.MaskedBinaryCrossentropy)
PRIOR_CE = (losses.prior_adjusted_crossentropy, losses.PriorAdjustedCrossentropy)
FOCAL = (losses.categorical_focal, losses.CategoricalFocal)
LATE = (losses.class_weighted_crossentropy, losses.LateWeightedCrossentropy)
CORN = (losses.corn_crossentropy, losses.CornCrossentropy)
GROUPED = (losses.grouped_crossentropy, losses.GroupedCrossentropy)

_BINARY_FOCAL = {"gamma": 2.0, "alpha": 0.25}
_PRIOR = {"prior": PRIOR, "tau": 0.7}
_FOCAL = {"gamma": 2.0, "alpha": [1.0, 2.0, 0.5, 1.5]}
_LATE = {"class_weight": [0.5, 1.0, 3.0, 2.0]}

CASES = [
    Case("masked", *MBCE, {}, yes_no, per_label(masked)),
    Case("masked-soft", *MBCE, {}, soft_yes_no, per_label(masked)),
    Case("masked-weighted", *MBCE, {"positive_weight": [1.0, 2.0, 3.0, 0.5]}, yes_no, per_label(masked_weighted)),
    Case("binary-focal", losses.binary_focal, losses.BinaryFocal, _BINARY_FOCAL, yes_no, per_label(binary_focal)),
    Case("prior-ids", *PRIOR_CE, _PRIOR, ids, per_position(prior_adjusted), bad_shapes=CLASSES),
    Case("prior-tokens", *PRIOR_CE, _PRIOR, tokens, per_position(prior_adjusted), bad_shapes=CLASSES),
    Case("prior-soft", *PRIOR_CE, _PRIOR, distributions, per_position(prior_adjusted), bad_shapes=CLASSES),
    Case(
        "prior-smooth",
        *PRIOR_CE,
        {**_PRIOR, "label_smoothing": 0.1},
        ids,
        per_position(prior_adjusted_smooth),
        bad_shapes=CLASSES,
    ),
    Case("focal-ids", *FOCAL, _FOCAL, ids, per_position(categorical_focal), bad_shapes=CLASSES),
    Case("focal-soft", *FOCAL, _FOCAL, distributions, per_position(categorical_focal), bad_shapes=CLASSES),
    Case("late-weights", *LATE, _LATE, ids, per_position(class_weighted), bad_shapes=CLASSES),
    Case("corn", *CORN, {}, ordered, corn, bad_shapes=(((4, 3), (4, 3)), ((3,), (4, 3)), ((4, 2), (4, 3)))),
    Case(
        "grouped",
        *GROUPED,
        {"groups": GROUPS},
        grouped,
        groups,
        bad_shapes=(((4,), (4, 7)), ((4, 1), (4, 7)), ((4, 7), (4, 6))),
    ),
]
