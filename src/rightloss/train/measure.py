"""A model, raw cells and encoded labels -> scores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rightloss.train.build import run
from rightloss.train.folder import LabelMap
from rightloss.train.goal import score, truth_of
from rightloss.train.label_columns import independent
from rightloss.train.scores import Scores, of_classes, of_labels


def measure(model: Any, cells: dict[str, np.ndarray], y: np.ndarray, labels: LabelMap) -> Scores:
    """Scores of the inference model, its predictions read as usual; where there is a goal also by the decision for it.

    Args:
        model: from `build.inference`.
        cells: input name -> (n, 1) raw cells.
        y: (n, ...) labels as the loss sees them.
        labels: what they mean, their shares in the training rows, and the goal.
    """
    p = run(model, cells)["probabilities"]
    scores = of_labels if independent(labels.contract.labels) else of_classes
    found = scores(truth_of(y, labels.contract), p, labels.classes, np.asarray(labels.shares))
    return found if labels.aim is None else replace(found, goal=score(labels.aim, y, p, labels.contract))
