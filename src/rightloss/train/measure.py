"""A model, raw cells and encoded labels -> scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from rightloss.train.build import run
from rightloss.train.folder import LabelMap
from rightloss.train.label_columns import independent
from rightloss.train.scores import Scores, of_classes, of_labels


def measure(model: Any, cells: dict[str, np.ndarray], y: np.ndarray, labels: LabelMap) -> Scores:
    """Scores of the inference model.

    Args:
        model: from `build.inference`.
        cells: input name -> (n, 1) raw cells.
        y: (n, ...) labels as the loss sees them.
        labels: what they mean, and their shares in the training rows.
    """
    p = run(model, cells)["probabilities"]
    prior = np.asarray(labels.shares)
    if independent(labels.contract.labels):
        return of_labels(unknown_as_nan(y, labels), p, labels.classes, prior)
    ids = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1).astype(int)
    return of_classes(ids, p, labels.classes, prior)


def unknown_as_nan(y: np.ndarray, labels: LabelMap) -> np.ndarray:
    """Cells (n, K) in which "nobody labelled this" is NaN, whatever value stood for it."""
    cells = y.astype(np.float64)
    ignore = labels.contract.ignore
    return cells if ignore is None else np.where(cells == ignore, np.nan, cells)
