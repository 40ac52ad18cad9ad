"""Law 7 for the model view: a model written from a row is read back as that row; one that leaves the table is named."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
from keras import layers

from rightloss.contract import (
    BY_POINT,
    ROWS,
    Activation,
    ClassAxis,
    Contract,
    Field,
    FromLogits,
    Point,
    Row,
    Width,
    in_scope,
)
from rightloss.contract.vocabulary import Labels, Loss
from rightloss.losses import MaskedBinaryCrossentropy
from rightloss.rules.judge import judge
from rightloss.views.model.read import setups
from rightloss.views.model.write import compile as compile_contract
from rightloss.views.model.write import head

K, ROW_COUNT = 4, 60
random = np.random.default_rng(2)
X = random.normal(size=(ROW_COUNT, 6)).astype("float32")
IDS = np.concatenate([np.arange(K), random.integers(0, K, ROW_COUNT - K)])
MULTIHOT = (random.random((ROW_COUNT, K)) < 0.5).astype("float32")
MULTIHOT[0] = 1
ARRAYS = {
    Labels.BINARY: IDS % 2,
    Labels.INDEX: IDS,
    Labels.ONEHOT: np.eye(K)[IDS],
    Labels.DISTRIBUTION: random.dirichlet(np.ones(K), ROW_COUNT),
    Labels.MULTIHOT: MULTIHOT,
    Labels.MULTIHOT_MISSING: np.where(random.random((ROW_COUNT, K)) < 0.2, np.nan, MULTIHOT),
}
UNITS = {Width.ONE: 1, Width.K: K, Width.FEWER: K - 1, Width.MORE: K + 1}
LOSS_CLASS = {
    Loss.BINARY: keras.losses.BinaryCrossentropy,
    Loss.CATEGORICAL: keras.losses.CategoricalCrossentropy,
    Loss.SPARSE: keras.losses.SparseCategoricalCrossentropy,
    Loss.MASKED_BINARY: MaskedBinaryCrossentropy,
    Loss.DIVERGENCE: keras.losses.KLDivergence,
    Loss.SQUARED: keras.losses.MeanSquaredError,
    Loss.REGRESSION: keras.losses.MeanAbsoluteError,
}


def build(point: Point) -> keras.Model:
    """A compiled model that is this point."""
    activation = {Activation.OTHER: "tanh"}.get(point.activation, point.activation.value)
    told = {"from_logits": True} if point.from_logits is FromLogits.TRUE else {}
    model = keras.Sequential([keras.Input((6,)), layers.Dense(UNITS[point.width], activation=activation)])
    model.compile(loss=LOSS_CLASS[point.loss](**told))
    return model


def read(model: keras.Model, labels: Labels) -> Any:
    """The set-up that the view sees."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return setups(model, (X, ARRAYS[labels]))[0]


def findings(model: keras.Model, labels: Labels) -> list[Any]:
    """What is said about it."""
    return [verdict.finding for verdict in judge(read(model, labels))]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_is_read_back_as_itself(row: Row) -> None:
    """Built from its contract: evidence admits this row and no other last layer or loss; nothing serious is said."""
    contract = Contract(row, classes=1 if row.point.width is Width.ONE else K)
    model = keras.Sequential([keras.Input((6,)), head(contract)])
    compile_contract(model, contract)
    setup = read(model, row.point.labels)
    seen = setup.readings[0]
    admitted = [other.point for other in ROWS if seen.admits(other.point)]
    assert row.point in admitted
    assert all(replace(other, labels=row.point.labels) == row.point for other in admitted), "only the encoding is open"
    for field in (Field.LOSS, Field.FROM_LOGITS, Field.ACTIVATION, Field.CLASS_AXIS, Field.WIDTH):
        assert seen.possible(field) == {row.point.value(field)}, field
    assert all(verdict.finding.severity == "note" for verdict in judge(setup)), judge(setup)


def mutations() -> list[Point]:
    """All points one field away from a row that leave the table and can be built, once each."""
    found: dict[Point, None] = {}
    for row in ROWS:
        for field in (Field.LABELS, Field.WIDTH, Field.ACTIVATION, Field.LOSS, Field.FROM_LOGITS):
            for value in field.everything:
                point = replace(row.point, **{field.label: value})
                if field is Field.LOSS and point.loss not in LOSS_CLASS:
                    continue
                point = _with_option(point)
                if in_scope(point) and point not in BY_POINT and point.class_axis is ClassAxis.LAST:
                    found[point] = None
    return sorted(found, key=str)


def _with_option(point: Point) -> Point:
    """from_logits as the loss has it."""
    has = point.loss in (Loss.BINARY, Loss.CATEGORICAL, Loss.SPARSE)
    if has and point.from_logits is FromLogits.ABSENT:
        return replace(point, from_logits=FromLogits.FALSE)
    return point if has else replace(point, from_logits=FromLogits.ABSENT)


def _open_by_design(point: Point) -> bool:
    """What live data cannot show, or what is right in another reading.

    More units than the ids seen may be classes missing in the sample; numbers in columns may be quantities, for which
    regression losses are right; ids of one unit may be a grade to predict. 0 and 1 may be two ids of K.
    """
    two_ids = point.labels is Labels.BINARY and point.loss is Loss.SPARSE and point.width is not Width.ONE
    more_ids = point.labels is Labels.INDEX and point.width is Width.MORE
    quantities = point.loss in (Loss.SQUARED, Loss.REGRESSION) and point.labels is not Labels.BINARY
    return two_ids or more_ids or quantities


@pytest.mark.parametrize("point", [each for each in mutations() if not _open_by_design(each)], ids=str)
def test_a_mutation_that_leaves_the_table_is_named(point: Point) -> None:
    """Every buildable neighbour of a row gets a finding, live, from nothing but the model and the arrays."""
    assert findings(build(point), point.labels), point


@pytest.mark.parametrize("point", [each for each in mutations() if _open_by_design(each)], ids=str)
def test_what_is_open_by_design_is_no_error(point: Point) -> None:
    """Doubt about what the labels are is never an error: only what is wrong in every reading is."""
    errors = {each.code for each in findings(build(point), point.labels) if each.severity == "error"}
    assert errors <= {"RL201", "RL202", "RL203", "RL204", "RL205", "RL207", "RL305", "RL702"}
