"""Small labelled data for every contract, and the tiny model that meets it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np

from rightloss.contract import ROWS, Contract, Labels, Loss, Positions, Row
from rightloss.views.model import write

K = 3
N = 7  # coprime with K, so that no shape fits another by accident
FEATURES = 4
SHAPES = {Positions.EXAMPLE: (N,), Positions.TOKEN: (N, 4), Positions.PIXEL: (N, 2, 3), Positions.VOXEL: (N, 2, 2, 3)}


def contracts() -> list[Contract]:
    """Every row as it stands, then with soft labels and with labels that stand for "no label" where it takes them."""
    plain = [contract(row) for row in ROWS]
    soft = [replace(each, soft=True) for each in plain if each.labels in (Labels.BINARY, Labels.MULTIHOT)]
    masked = [replace(each, ignore=255) for each in plain if each.loss in (Loss.SPARSE, Loss.MASKED_BINARY)]
    many = [replace(each, classes=20) for each in plain if each.labels in (Labels.INDEX, Labels.ONEHOT)]
    return [*plain, *soft, *masked, *(each for each in many if each.row.preferred)]


def contract(row: Row, positions: Positions = Positions.EXAMPLE) -> Contract:
    """A row for K classes; two where one unit answers."""
    return Contract(row, 2 if row.point.labels is Labels.BINARY else K, positions)


def inputs(positions: Positions) -> np.ndarray:
    """float32 features, the same each time."""
    return np.random.default_rng(1).normal(size=(*SHAPES[positions], FEATURES)).astype("float32")


def labels(chosen: Contract) -> np.ndarray:
    """Labels of a contract: every class, a positive and a negative in every column, gaps where it has any."""
    shape, rng = SHAPES[chosen.positions], np.random.default_rng(2)
    size, classes = int(np.prod(shape)), int(chosen.classes or K)
    ids = (np.arange(size) % classes).reshape(shape)
    rows = rng.dirichlet(np.ones(classes), size=shape).astype("float32")
    cells = np.resize([1, 0, 0, 1, 1], (*shape, classes)).astype("float32")
    if chosen.labels is Labels.BINARY:
        ids = (np.arange(size) % 2).reshape(shape)
        found = rng.uniform(size=shape).astype("float32") if chosen.soft else ids
        found = found if chosen.positions is Positions.EXAMPLE else found[..., None]
    elif chosen.labels is Labels.INDEX:
        found = ids
    elif chosen.labels is Labels.ONEHOT:
        found = np.eye(classes, dtype="float32")[ids]
    elif chosen.labels is Labels.DISTRIBUTION:
        found = rows
    else:
        found = rows if chosen.soft else cells
    return _with_gaps(chosen, found)


def _with_gaps(chosen: Contract, y: np.ndarray) -> np.ndarray:
    missing = chosen.ignore if chosen.ignore is not None else np.nan
    if chosen.ignore is None and chosen.labels is not Labels.MULTIHOT_MISSING:
        return y
    y = y.copy()
    y[(2,) if y.ndim == 1 else (2, 0)] = missing
    y[-1, ...] = missing  # one example without any label
    return y


def weights(units: int) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias that give scores on both sides of 0."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(FEATURES, units)).astype("float32"), rng.normal(size=units).astype("float32") * 0.3


def model(chosen: Contract, *, hidden: bool = False, **arguments: Any) -> keras.Model:
    """One layer, compiled; `hidden` puts a Reshape behind it, through which Keras cannot recover the scores."""
    shape = (*SHAPES[chosen.positions][1:], FEATURES)
    head = write.head(chosen)
    behind = [keras.layers.Reshape((*shape[:-1], int(chosen.units or 1)))] if hidden else []
    built = keras.Sequential([keras.Input(shape), head, *behind])
    kernel, bias = weights(int(chosen.units or 1))
    head.set_weights([kernel.reshape(head.kernel.shape), bias])
    return write.compile(built, chosen, optimizer=keras.optimizers.SGD(1.0), **arguments)
