"""Whether encoded labels are what the loss reads: ids among the classes, cells of 0 and 1, rows that sum to one."""

from __future__ import annotations

import numpy as np

from rightloss.contract import Contract, Labels, Positions
from rightloss.errors import WrongArgument

_ROWS = (Labels.ONEHOT, Labels.DISTRIBUTION)
_COLUMNS = (*_ROWS, Labels.MULTIHOT, Labels.MULTIHOT_MISSING)


def check(array: np.ndarray, contract: Contract, classes_exact: bool) -> np.ndarray:
    """The labels as numbers.

    Raises:
        WrongArgument: text, an id outside the classes, a cell outside 0 to 1, another number of columns.
    """
    if array.dtype.kind not in "biuf":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            raise _wrong("labels that are not numbers", array.ravel()[:5], contract) from None
    classes = contract.classes if classes_exact and isinstance(contract.classes, int) else None
    present = array if contract.ignore is None else array[~_ignored(array, contract)]
    if contract.labels is Labels.INDEX:
        outside = (present < 0) | ~np.isfinite(present) | (present != np.floor(present))
        outside |= False if classes is None else present >= classes
        _refuse(present, outside, contract, "ids outside the classes")
        return array
    if contract.labels in _COLUMNS and classes is not None and array.shape[-1] != classes:
        raise _wrong(f"labels of shape {array.shape}", array.ravel()[:0], contract)
    if contract.labels is Labels.MULTIHOT_MISSING:
        present = present[~(np.isnan(present) | (present == -1))]
    soft = contract.soft or contract.labels is Labels.DISTRIBUTION
    inside = (present >= -1e-6) & (present <= 1 + 1e-6) if soft else (present == 0) | (present == 1)
    _refuse(present, ~inside, contract, "cells outside what the loss reads")
    if contract.labels in _ROWS and contract.ignore is None and contract.positions is Positions.EXAMPLE:
        sums = array.sum(axis=-1, dtype=np.float64)
        _refuse(sums, np.abs(sums - 1) > 1e-2, contract, "rows that do not sum to one")
    return array


def _ignored(array: np.ndarray, contract: Contract) -> np.ndarray:
    rest = contract.ignore
    return np.isnan(array) if rest != rest else array == rest


def _refuse(values: np.ndarray, bad: np.ndarray, contract: Contract, what: str) -> None:
    if bad.any():
        raise _wrong(what, np.unique(values[bad])[:5], contract)


def _wrong(what: str, shown: np.ndarray, contract: Contract) -> WrongArgument:
    values = ", ".join(f"{each:g}" if isinstance(each, float) else repr(each) for each in shown.tolist())
    last = f"{contract.classes - 1}" if isinstance(contract.classes, int) else "the number of classes - 1"
    wanted = f"whole numbers from 0 to {last}" if contract.labels is Labels.INDEX else str(contract.labels.example)
    if contract.labels in _COLUMNS:
        wanted = f"{contract.classes} columns, such as {wanted}"
    return WrongArgument(
        f"{what}: {values}" if values else what,
        expected=wanted,
        fix="correct these labels, or select again with all of them",
    )
