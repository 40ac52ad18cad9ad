"""How frequent classes are in some rows: where the last layer starts, what a constant answer scores, what decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rightloss.advice.imbalance import Imbalance
from rightloss.contract import Contract
from rightloss.train.label_columns import independent
from rightloss.train.split import class_ids
from rightloss.views.labels.decide import truth


def frequencies(y: np.ndarray, contract: Contract, names: Sequence[Any]) -> Imbalance:
    """The counts of classes, or of positives of labels that can be true together.

    Args:
        y: (n, ...) encoded labels, with at least one row; of the training rows where a model must not see others.
        contract: that they are encoded for.
        names: of the classes, or of the columns.
    """
    if not independent(contract.labels):
        counts = np.bincount(class_ids(y), minlength=len(names))
        return Imbalance(tuple(names), tuple(counts.tolist()), len(y), exclusive=True)
    cells = truth(y, contract)
    positives, known = np.nansum(cells, axis=0).astype(int), (~np.isnan(cells)).sum(axis=0)
    return Imbalance(tuple(names), tuple(positives.tolist()), len(y), exclusive=False, cells=tuple(known.tolist()))
