"""Training, validation and held-out rows, with every class in proportion as far as its rows go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FOLDS = 5  # one is held out, one is for early stopping, three are trained on
TOO_FEW = 3  # a class with fewer rows is trained on with all of them: there is nothing left to measure it with


@dataclass(frozen=True)
class Parts:
    """Row numbers, each sorted; together every row once."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    notes: tuple[str, ...] = ()


def split(y: np.ndarray, *, several_true: bool, seed: int, names: Sequence[object] = ()) -> Parts:
    """A random split into 60 % training, 20 % validation and 20 % held-out rows.

    Exclusive classes are stratified. Labels that can be true together are stratified by each row's rarest label, so
    that rare labels are spread evenly. Classes with fewer than three rows go to training.

    Args:
        y: labels as the loss sees them: ids (n,) or (n, 1), one-hot (n, K), or cells (n, K); at least `FOLDS` rows.
        several_true: whether several columns of one row can be 1.
        seed: the same seed gives the same split.
        names: of the classes, for the notes.
    """
    from sklearn.model_selection import KFold, StratifiedKFold

    keys = strata(y, several_true)
    groups, counts = np.unique(keys, return_counts=True)
    scarce = groups[counts < TOO_FEW]
    kept = np.isin(keys, scarce)
    rows = np.flatnonzero(~kept)
    if len(rows) < FOLDS:  # hardly any class has three rows
        kept, rows, scarce = np.zeros(len(keys), dtype=bool), np.arange(len(keys)), scarce[:0]
    largest = np.unique(keys[rows], return_counts=True)[1].max()
    how = StratifiedKFold if largest >= FOLDS else KFold
    fold = np.empty(len(rows), dtype=int)
    for number, (_, chosen) in enumerate(_folds(how, rows, keys, seed)):
        fold[chosen] = number
    notes = () if several_true else _scarce_notes(scarce, keys, names)
    train = np.sort(np.concatenate([rows[fold >= 2], np.flatnonzero(kept)]))
    return Parts(train, rows[fold == 1], rows[fold == 0], notes)


def _folds(how: type, rows: np.ndarray, keys: np.ndarray, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    import warnings

    with warnings.catch_warnings():
        # scikit-learn warns of classes with fewer rows than folds; the notes say the same in our words
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        return list(how(FOLDS, shuffle=True, random_state=seed).split(rows, keys[rows]))


def strata(y: np.ndarray, several_true: bool) -> np.ndarray:
    """The group of each row, (n,): its class, or its rarest positive label (-1 for none)."""
    if not several_true:
        return class_ids(y)
    positive = np.nan_to_num(y, nan=0.0) > 0.5
    order = np.argsort(positive.sum(axis=0), kind="stable")  # rarest first
    ranked = positive[:, order]
    return np.where(ranked.any(axis=1), order[ranked.argmax(axis=1)], -1)


def class_ids(y: np.ndarray) -> np.ndarray:
    """Class numbers (n,) of labels as the loss sees them: ids (n,) or (n, 1), or one-hot rows (n, K)."""
    return y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1).astype(int)


def _scarce_notes(scarce: np.ndarray, keys: np.ndarray, names: Sequence[object]) -> tuple[str, ...]:
    return tuple(
        f"class {names[each] if names else each!r} has {count} row{'s' if count > 1 else ''}, all for training: "
        "nothing is measured on it"
        for each in scarce
        for count in [int((keys == each).sum())]
    )
