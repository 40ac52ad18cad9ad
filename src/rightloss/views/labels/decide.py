"""The two sides of a decision in one form: labels as class numbers, predictions as log-probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np

from rightloss.advice.adjust import Floats, log_pair, log_probabilities
from rightloss.contract import Contract, Form, Labels

_COLUMNS = (Labels.MULTIHOT, Labels.MULTIHOT_MISSING)


def log_p(predictions: Any, contract: Contract) -> Floats:
    """Predictions as log-probabilities.

    Args:
        predictions: what the model gives out under `contract`.

    Returns:
        (…, K) for exclusive classes, one unit included; (…, L, 2), no and yes, for labels that can be true together.
    """
    scores, raw = np.asarray(predictions, np.float64), contract.form is Form.LOGITS
    if contract.labels not in _COLUMNS:
        return log_probabilities(scores, logits=raw, one_unit=contract.units == 1)
    if raw:
        return log_pair(scores)
    return np.log(np.maximum(np.stack([1 - scores, scores], axis=-1), 1e-12))


def truth(encoded: Any, contract: Contract) -> np.ndarray:
    """Encoded labels as class numbers (…), or as rows of 0, 1 and NaN (…, L); -1 or NaN where there is no label."""
    cells = np.asarray(encoded)
    if contract.labels in _COLUMNS:
        return np.where(_missing(cells, contract), np.nan, cells)
    if contract.labels in (Labels.ONEHOT, Labels.DISTRIBUTION):
        return cells.argmax(axis=-1)
    if contract.labels is Labels.BINARY and cells.ndim > 1 and cells.shape[-1] == 1:
        cells = cells[..., 0]
    return np.where(_missing(cells, contract), -1, np.nan_to_num(cells)).astype(np.int64)


def _missing(cells: np.ndarray, contract: Contract) -> np.ndarray:
    nan = np.isnan(cells) if cells.dtype.kind == "f" else np.zeros(cells.shape, np.bool_)
    ignore = contract.ignore
    return nan if ignore is None or ignore != ignore else nan | (cells == ignore)


def names(ids: np.ndarray, contract: Contract, classes: tuple[Any, ...]) -> np.ndarray:
    """What the class numbers are called; rows of 0 and 1 stay what they are."""
    return ids if contract.labels in _COLUMNS else np.asarray(classes)[ids]


def probabilities(found: Floats, contract: Contract) -> Floats:
    """Log-probabilities as the model would give them out: one number for each unit."""
    p = np.exp(found)
    return p[..., 1] if contract.labels in _COLUMNS else p[..., 1:] if contract.units == 1 else p
