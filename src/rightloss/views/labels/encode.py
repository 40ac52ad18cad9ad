"""Carry a preparation out on real labels, and turn predictions back into what the labels were called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rightloss.contract import Contract, Decode, Labels, Source
from rightloss.contract.preparation import Op, Preparation, Step
from rightloss.errors import WrongArgument
from rightloss.views.labels.distinct import kept_text
from rightloss.views.labels.encoded import check
from rightloss.views.labels.held import held
from rightloss.views.labels.objects import object_array
from rightloss.views.labels.text import split_tags


def encode(
    labels: Any, preparation: Preparation | None, contract: Contract, *, classes_exact: bool = True
) -> np.ndarray:
    """Labels as the loss sees them.

    Args:
        labels: array, list, Series or column of labels of the kind that was selected for, with examples on axis 0.
        preparation: the steps; None leaves the labels as they stand.
        contract: decides the type: integers for ids, float32 otherwise.
        classes_exact: whether the number of classes is certain, so that a larger id or another width is an error.

    Returns:
        int64 ids, or float32 cells (float64 stays float64), in the shape the loss expects.

    Raises:
        WrongArgument: a label was not among the classes, or is none of what the loss reads.
        UnsupportedInput: a path, a dataset, or anything else that does not hold the labels themselves.
    """
    found = held(labels)
    for step in preparation.steps if preparation else ():
        assert preparation is not None
        found = _STEPS[step.op](found, step, preparation)
    array = check(_plain(found), contract, classes_exact)
    if contract.labels is Labels.INDEX:
        return array.astype(np.int64)
    return array if array.dtype == np.float64 and contract.soft else array.astype(np.float32)


def decode(predictions: Any, contract: Contract, classes: Sequence[Any], thresholds: Any = None) -> np.ndarray:
    """Predictions of a model that keeps `contract`, read as the contract says.

    Args:
        predictions: probabilities or raw scores, as the contract's form says, shape (n, units), (n, T, units) or
            (n, H, W, units); (n,) for one unit.
        classes: names in the order of the units (two names for one unit).
        thresholds: a number or one for each label, on the scale of the predictions, in place of 0.5 (or 0 for scores).

    Returns:
        Class names for exclusive classes; rows of 0 and 1 for labels that can be true together.

    Raises:
        WrongArgument: predictions with another number of classes.
    """
    scores = np.asarray(predictions)
    names = np.asarray(classes)
    if contract.labels is not Labels.BINARY and scores.shape[-1:] != (len(names),):
        raise WrongArgument(
            f"predictions of shape {scores.shape} for {len(names):,} classes",
            expected=f"{len(names):,} numbers in the last axis, as model.predict(x) gives them",
            fix="decode(model.predict(x))",
        )
    if contract.decode is Decode.ARGMAX:
        return names[scores.argmax(axis=-1)]
    cut = thresholds if thresholds is not None else (0.5 if contract.decode is Decode.ABOVE_HALF else 0.0)
    positive = (scores > np.asarray(cut)).astype(np.int64)
    if contract.labels is not Labels.BINARY:
        return positive
    if positive.shape[-1:] == (1,) and positive.ndim > 1:
        positive = positive[..., 0]
    return names[positive] if len(names) == 2 else positive


def _plain(labels: Any) -> np.ndarray:
    try:
        return np.asarray(labels)
    except ValueError:  # lists of different lengths
        return object_array(labels)


def _pad(labels: Any, _: Step, __: Preparation) -> np.ndarray:
    rows = [
        [] if row is None else list(row) for row in (labels if isinstance(labels, list) else _plain(labels).tolist())
    ]
    longest = max((len(row) for row in rows), default=0)
    return np.array([[*row, *[None] * (longest - len(row))] for row in rows], dtype=object).reshape(len(rows), longest)


def _map(labels: Any, step: Step, preparation: Preparation) -> np.ndarray:
    place = {_key(name): index for index, name in enumerate(preparation.classes)}
    array = _plain(labels)
    flat = [_key(label) for label in array.ravel().tolist()]
    rest = preparation.ignore
    unknown = {label for label in flat if label not in place and not _missing(label, step.values, rest)}
    if unknown:
        shown = ", ".join(repr(each) for each in sorted(unknown, key=repr)[:5])
        raise WrongArgument(
            f"{len(unknown)} labels are not among the classes: {shown}",
            expected=f"one of {', '.join(repr(each) for each in preparation.classes[:20])}",
            fix="select again with all labels, or correct these",
        )
    whole = rest is None or not isinstance(rest, float)
    ids = np.array([place.get(label, rest) for label in flat], dtype=np.int64 if whole else np.float32)
    return ids.reshape(array.shape)


def _key(label: Any) -> Any:
    """Bytes and NumPy text compare as text, a long one by what is kept of it; 1.0 and 1 are one label already."""
    text = label.decode("utf-8", "backslashreplace") if isinstance(label, bytes) else label
    return kept_text(text) if isinstance(text, str) else text


def _missing(label: Any, stated: Sequence[Any], rest: Any) -> bool:
    return rest is not None and (label is None or label != label or label in stated)


def _high(labels: Any, step: Step, preparation: Preparation) -> np.ndarray:
    """Cells of two values as 0 and 1; missing cells stay missing where the preparation knows of them."""
    low = -1 if preparation.source is Source.SIGNED else 0
    cells = _plain(labels).astype(np.float64)  # None becomes NaN
    gone = np.isnan(cells)
    odd = cells[~gone & (cells != low) & (cells != step.value)]
    if odd.size or (gone.any() and preparation.ignore is None):
        raise WrongArgument(
            f"a cell of the labels is {odd[0]:g}" if odd.size else "a cell of the labels is missing",
            expected=f"{low} or {step.value}, as in the labels that were selected for",
            fix="select again with all labels, or correct the odd cells",
        )
    return np.where(gone, np.nan, cells == step.value).astype(np.float32)


def _split(labels: Any, step: Step, _: Preparation) -> list[list[str]]:
    rows = ["" if row is None or row != row else row for row in _plain(labels).ravel().tolist()]  # a column too
    return [split_tags(str(_key(row)), step.value) for row in rows]


def _multi_hot(labels: Any, step: Step, preparation: Preparation) -> np.ndarray:
    place = {_key(name): column for column, name in enumerate(preparation.classes)}
    rows = labels if isinstance(labels, list) else _plain(labels).tolist()
    found = np.zeros((len(rows), len(place)), dtype=np.float32)
    for row, tags in enumerate(rows):
        for tag in tags if np.iterable(tags) else ():  # a missing cell has no tags
            if tag is None or tag != tag:
                continue
            if step.value is not None and tag == step.value:
                continue
            if _key(tag) not in place:
                raise WrongArgument(f"label {tag!r} in row {row} is not among the {len(place)} classes")
            found[row, place[_key(tag)]] = 1.0
    return found


def _threshold(labels: Any, step: Step, _: Preparation) -> np.ndarray:
    return (_plain(labels) >= step.value).astype(np.float32)


def _fill(labels: Any, _: Step, preparation: Preparation) -> np.ndarray:
    array = _plain(labels)
    flat = [preparation.ignore if each is None or each != each else each for each in array.ravel().tolist()]
    return np.array(flat).reshape(array.shape)


def _add_axis(labels: Any, _: Step, __: Preparation) -> np.ndarray:
    return np.expand_dims(_plain(labels), -1)


_STEPS: dict[Op, Callable[[Any, Step, Preparation], Any]] = {
    Op.PAD: _pad,
    Op.MAP: _map,
    Op.HIGH: _high,
    Op.SPLIT: _split,
    Op.MULTI_HOT: _multi_hot,
    Op.THRESHOLD: _threshold,
    Op.FILL: _fill,
    Op.ADD_AXIS: _add_axis,
}
