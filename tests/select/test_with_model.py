"""A model's last layer narrows what labels leave open; where it contradicts them, labels win and the conflict shows."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import rightloss as rl


def model(*layers: keras.Layer, shape: tuple[int, ...] = (4,)) -> keras.Model:
    """A Sequential model of these layers."""
    return keras.Sequential([keras.Input(shape), *layers])


def test_units_decide_between_one_and_two() -> None:
    """0/1 labels go with one sigmoid unit, or with two softmax units where the model has two."""
    y = np.array([0, 1] * 20)
    one = rl.select(y, model=model(keras.layers.Dense(1, activation="sigmoid")))
    two = rl.select(y, model=model(keras.layers.Dense(2, activation="softmax")))
    assert one.contract.loss == "binary_crossentropy"
    assert two.contract.loss == "sparse_categorical_crossentropy"
    assert one.conflicts == two.conflicts == ()


def test_activation_decides_the_form() -> None:
    """Raw scores go with from_logits=True."""
    advice = rl.select(np.arange(3).repeat(20), model=model(keras.layers.Dense(3)))
    assert advice.contract.from_logits == "true"


def test_one_logit_for_each_token() -> None:
    """Labels (n, 5) of 0 and 1 are tokens where the model gives one value for each step."""
    y = (np.random.default_rng(0).random((60, 5)) < 0.4).astype(int)
    advice = rl.select(y, model=model(keras.layers.Dense(1, activation="sigmoid"), shape=(5, 3)))
    assert advice.contract.positions == "token"
    assert advice.contract.loss == "binary_crossentropy"
    assert rl.select(y, model=model(keras.layers.Dense(5, activation="sigmoid"))).task == "multilabel"


def test_many_softmax_units_answer_the_question() -> None:
    """Ages are numbers, unless the last layer has a softmax unit for each of them."""
    y = np.random.default_rng(1).integers(18, 91, 5000)
    classes = len(np.unique(y))
    assert rl.select(y).contract is None
    assert rl.select(y, model=model(keras.layers.Dense(classes, activation="softmax"))).task == "multiclass"
    assert rl.select(y, model=model(keras.layers.Dense(1))).contract is None


@pytest.mark.parametrize(
    ("labels", "layer", "code"),
    [
        (np.arange(5).repeat(20), keras.layers.Dense(3, activation="softmax"), "RL205"),
        (np.arange(3).repeat(20), keras.layers.Dense(1, activation="softmax"), "RL204"),
        (np.arange(3).repeat(20), keras.layers.Dense(3, activation="sigmoid"), "RL203"),
        (np.eye(4)[np.arange(4).repeat(20)], keras.layers.Dense(4, activation="sigmoid"), "RL203"),
    ],
)
def test_contradiction_is_shown_beside_the_answer(labels: np.ndarray, layer: keras.Layer, code: str) -> None:
    """The contract follows the labels; the finding names what is wrong with the model."""
    advice = rl.select(labels, model=model(layer))
    assert advice.task == "multiclass"
    assert advice.contract.units == (labels.shape[1] if labels.ndim > 1 else len(np.unique(labels)))
    assert not any("from_logits" in finding.message for finding in advice.conflicts)
    found = {name for each in advice.conflicts for name in (each.code, *each.also)}
    assert code in found
    assert code in str(advice)


STARS = np.repeat([1, 2, 3, 4, 5], [50, 25, 50, 125, 250])
AGES = np.random.default_rng(2).integers(18, 91, 5000)
GAPS = np.where(
    np.random.default_rng(3).random((60, 3)) < 0.1, np.nan, np.random.default_rng(4).integers(0, 2, (60, 3))
)


@pytest.mark.parametrize("labels", [STARS, AGES])
def test_one_unit_without_activation_predicts_a_number(labels: np.ndarray) -> None:
    """Numbers that may be grades or quantities are quantities where the last layer gives one number."""
    advice = rl.select(labels, model=model(keras.layers.Dense(1)))
    assert advice.contract is None
    assert "Dense(1" in advice.reason
    assert advice.questions == advice.conflicts == ()


def test_one_number_for_class_ids_is_a_conflict_that_is_asked_about() -> None:
    """Ids 0..2 look like classes, one unit like a number: the conflict is named, and the keyword that settles it."""
    layer = keras.layers.Dense(1)
    advice = rl.select(np.arange(3).repeat(20), model=model(layer))
    assert advice.task == "multiclass"
    assert [each.code for each in advice.conflicts] == ["RL205"]
    assert [each.keyword for each in advice.questions] == ["task"]
    assert rl.select(np.arange(3).repeat(20), model=model(layer), task="regression").contract is None


def test_one_raw_score_for_fractions_leaves_the_question() -> None:
    """A unit without activation fits probabilities, as a raw score, and quantities alike."""
    advice = rl.select(np.random.default_rng(5).random(100), model=model(keras.layers.Dense(1)))
    assert advice.contract.from_logits == "true"
    assert [each.keyword for each in advice.questions] == ["task"]


@pytest.mark.parametrize("labels", [AGES, np.arange(5).repeat(20), np.array([0, 1, 2, np.nan] * 20)], ids=str)
def test_more_softmax_units_than_classes_take_ids_as_they_stand(labels: np.ndarray) -> None:
    """Units for ids that do not occur say that those are classes too; they are told."""
    advice = rl.select(labels, model=model(keras.layers.Dense(91, activation="softmax")))
    assert (advice.task, advice.contract.classes) == ("multiclass", 91)
    assert advice.questions == advice.conflicts == ()
    assert any("do not occur" in note for note in advice.notes)
    encoded, known = advice.encode(labels), ~np.isnan(labels.astype(float))
    np.testing.assert_array_equal(encoded[known], labels[known])
    assert (encoded[~known] == -1).all()


def test_a_softmax_before_quantities_is_a_conflict() -> None:
    """Prices need a unit that can reach them."""
    prices = np.random.default_rng(6).integers(5000, 900_000, 300)
    advice = rl.select(prices, model=model(keras.layers.Dense(10, activation="softmax")))
    assert advice.contract is None
    assert [each.code for each in advice.conflicts] == ["RL305"]


@pytest.mark.parametrize(
    ("labels", "layer", "code"),
    [
        (GAPS, keras.layers.Dense(3, activation="softmax"), "RL203"),  # labels that can be true together
        (GAPS, keras.layers.Dense(3, activation="sigmoid"), "RL201"),  # the loss applies it itself
        (GAPS, keras.layers.Dense(5), "RL205"),
        (np.array([0, 1, np.nan] * 20), keras.layers.Dense(1, activation="sigmoid"), "RL201"),
    ],
)
def test_the_cause_is_named_where_cells_are_missing(labels: np.ndarray, layer: keras.Layer, code: str) -> None:
    """The leading finding is what is wrong with the last layer, and its line goes with a loss that leaves cells out."""
    advice = rl.select(labels, model=model(layer))
    assert [each.code for each in advice.conflicts] == [code]
    assert advice.contract.loss == "masked_binary_crossentropy"
    units = labels.shape[1] if labels.ndim > 1 else 1
    assert f"keras.layers.Dense({units})" in advice.conflicts[0].message


@pytest.mark.parametrize(
    ("labels", "shape"),
    [(np.random.default_rng(7).integers(0, 9, (60, 5)), (4,)), (np.arange(9).repeat(9), (5, 4))],
    ids=["one prediction for 5 labels", "5 predictions for one label"],
)
def test_another_number_of_axes_is_a_conflict(labels: np.ndarray, shape: tuple[int, ...]) -> None:
    """Labels of steps beside one prediction for each example, and the other way round."""
    advice = rl.select(labels, model=model(keras.layers.Dense(9, activation="softmax"), shape=shape))
    assert advice.task == "multiclass"
    assert [each.code for each in advice.conflicts] == ["RL207"]


def test_two_values_are_no_quantity() -> None:
    """0 and 1 beside a tanh are a conflict, and nothing to ask about."""
    advice = rl.select([0, 1] * 20, model=model(keras.layers.Dense(1, activation="tanh")))
    assert [each.code for each in advice.conflicts] == ["RL203"]
    assert advice.questions == ()


def test_two_softmax_units_leave_out_what_is_missing() -> None:
    """NaN is no id: with two units yes/no labels are filled with -1, which the loss is told to ignore."""
    labels = np.array([0, 1, np.nan] * 20)
    advice = rl.select(labels, model=model(keras.layers.Dense(2, activation="softmax")))
    assert (advice.contract.labels, advice.contract.ignore) == ("index", -1)
    assert advice.encode(labels)[:3].tolist() == [0, 1, -1]
    assert "ignore_class=-1" in advice.code()


def test_a_form_that_the_last_layer_does_not_give_is_refused() -> None:
    """Raw scores are not called probabilities."""
    with pytest.raises(rl.errors.WrongArgument, match="logits"):
        rl.select(np.arange(3).repeat(20), model=model(keras.layers.Dense(3)), form="probabilities")


def test_half_precision_asks_for_logits() -> None:
    """A softmax in float16 throws away what the loss needs: advice is the form with raw scores where both fit."""
    half = keras.layers.Dense(3, dtype="float16", name="half")
    advice = rl.select(np.arange(3).repeat(20), model=model(half))
    assert advice.contract.from_logits == "true"


def test_a_model_without_shape_is_an_error() -> None:
    """What is not built cannot be looked at."""
    with pytest.raises(rl.errors.UnsupportedInput, match="build"):
        rl.select([0, 1] * 20, model=keras.Sequential([keras.layers.Dense(1)]))
