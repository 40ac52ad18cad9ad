"""The twin check: what Keras reports against the definition of the loss, in float64, from what `predict` returns."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
from check.measured import BCE, BINARY, CCE, IDS, MULTIHOT, ONEHOT, SCCE, SEQUENCES, TOKENS, X, net
from keras import layers, losses

import rightloss as rl
from rightloss.contract import Condition
from rightloss.contract.conditions import LossAgreement
from rightloss.losses import BinaryFocal, CategoricalFocal, PriorAdjustedCrossentropy
from rightloss.views.model.loss_facts import loss_facts
from rightloss.views.model.twin import one_by_one

SIGNS = 2 * BINARY - 1
SOFT = (0.7 * ONEHOT + 0.1).astype("float32")
RIGHT: dict[str, tuple[Any, Any, str | None, int]] = {
    "binary": (BCE(), BINARY, "sigmoid", 1),
    "binary, raw": (BCE(from_logits=True), MULTIHOT, None, 4),
    "binary, smoothed": (BCE(label_smoothing=0.2), MULTIHOT, "sigmoid", 4),
    "binary focal": (losses.BinaryFocalCrossentropy(), BINARY, "sigmoid", 1),
    "binary focal, balanced": (
        losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.7, gamma=1.5), MULTIHOT, "sigmoid", 4),
    "binary focal, raw": (losses.BinaryFocalCrossentropy(from_logits=True, label_smoothing=0.1), MULTIHOT, None, 4),
    "categorical": (CCE(), SOFT, "softmax", 3),
    "categorical, smoothed": (CCE(label_smoothing=0.1), ONEHOT, "softmax", 3),
    "categorical focal": (losses.CategoricalFocalCrossentropy(gamma=3.0), ONEHOT, "softmax", 3),
    "categorical focal, one alpha each": (
        losses.CategoricalFocalCrossentropy(alpha=[0.2, 0.3, 0.5], from_logits=True), ONEHOT, None, 3),
    "sparse": (SCCE(), IDS, "softmax", 3),
    "sparse, ignoring": (SCCE(ignore_class=1), IDS, "softmax", 3),
    "generalized": (losses.CategoricalGeneralizedCrossEntropy(q=0.7), IDS, "softmax", 3),
    "divergence": (losses.KLDivergence(), SOFT, "softmax", 3),
    "squares": (losses.MeanSquaredError(), ONEHOT, "softmax", 3),
    "hinge": (losses.Hinge(), SIGNS, "tanh", 1),
    "hinge of 0 and 1": (losses.SquaredHinge(), BINARY, None, 1),
    "categorical hinge": (losses.CategoricalHinge(), ONEHOT, "softmax", 3),
    "dice": (losses.Dice(), ONEHOT, "softmax", 3),
    "dice, an axis": (losses.Dice(axis=0), ONEHOT, "softmax", 3),
    "tversky": (losses.Tversky(alpha=0.3, beta=0.7), ONEHOT, "softmax", 3),
    "ours, binary": (BinaryFocal(alpha=0.3), MULTIHOT, None, 4),
    "ours, ids": (CategoricalFocal(gamma=1.0), IDS, None, 3),
    "ours, rows": (PriorAdjustedCrossentropy([5, 3, 2]), ONEHOT, None, 3),
}  # fmt: skip


def agreement(model: keras.Model, y: Any, x: Any = X) -> Any:
    """What the twin check says."""
    (setup,) = rl.check(model, (x, y)).setups
    return setup.readings[0].seen(Condition.AGREEMENT)


@pytest.mark.parametrize("name", list(RIGHT))
def test_right_set_ups_agree_with_the_definition(name: str) -> None:
    """The float64 definition gives what Keras reports, and the report has no error."""
    loss, y, activation, units = RIGHT[name]
    keras.utils.set_random_seed(1)
    model = net(layers.Dense(units, activation=activation), loss=loss)
    assert agreement(model, y) in (LossAgreement.AGREES, LossAgreement.SMOOTHED)
    assert rl.check(model, (X, y)).ok


WRONG: dict[str, tuple[Any, Any, Any]] = {
    "softmax that the binary loss looks behind": (BCE(), ONEHOT, "softmax"),
    "sigmoid that the categorical loss looks behind": (CCE(), ONEHOT, "sigmoid"),
    "sigmoid twice, in the focal loss": (losses.BinaryFocalCrossentropy(from_logits=True), ONEHOT, "sigmoid"),
    "softmax twice, in the focal loss": (losses.CategoricalFocalCrossentropy(from_logits=True), ONEHOT, "softmax"),
    "ids stretched over columns, focal": (losses.CategoricalFocalCrossentropy(), IDS[:, None], "softmax"),
    "ids of all examples, generalized": (losses.CategoricalGeneralizedCrossEntropy(), IDS[:, None], "softmax"),
    "ids as regions, dice": (losses.Dice(), IDS[:, None], "softmax"),
    "ids as margins, categorical hinge": (losses.CategoricalHinge(), IDS[:, None], "softmax"),
    "raw scores cut as probabilities, smoothed": (CCE(label_smoothing=0.1), ONEHOT, None),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_what_is_trained_differs_from_what_is_delivered(name: str) -> None:
    """Both numbers differ, and the report says why with an error."""
    loss, y, activation = WRONG[name]
    keras.utils.set_random_seed(1)
    report = rl.check(net(layers.Dense(3, activation=activation), loss=loss), (3 * X, y))
    (setup,) = report.setups
    assert setup.readings[0].seen(Condition.AGREEMENT) is LossAgreement.DIFFERS
    assert report.findings[0].severity == "error"


def test_softmax_over_time_differs() -> None:
    """The loss is that of the raw scores, the predictions are shares of a sequence."""
    keras.utils.set_random_seed(1)
    model = net(layers.Dense(3), layers.Softmax(axis=1), loss=SCCE(), x=SEQUENCES)
    assert agreement(model, TOKENS, SEQUENCES) is LossAgreement.DIFFERS


def test_masks_of_keras_are_left_out() -> None:
    """Padding that Keras leaves out of the loss is left out of its twin: a trained model agrees."""
    words = np.random.default_rng(3).integers(1, 9, (64, 6))
    words[:, 3:] = 0
    model = keras.Sequential([layers.Embedding(9, 4, mask_zero=True), layers.Dense(3, activation="softmax")])
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=SCCE())
    model.fit(words, words % 3, epochs=10, verbose=0)
    assert agreement(model, words % 3, words) is LossAgreement.AGREES


def test_the_check_of_our_losses_can_fail() -> None:
    """A loss that lets examples meet each other's labels is not the mean of its examples."""

    class Mixing(BinaryFocal):
        def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            return keras.ops.mean(keras.ops.square(y_true - keras.ops.mean(y_pred)))

    facts = loss_facts(Mixing(), (None, 4), (None, 4))
    facts = type(facts)(**{**{name: getattr(facts, name) for name in facts.__dataclass_fields__}, "home": "rightloss"})
    values = keras.ops.convert_to_tensor(X[:6, :4])
    together, alone = one_by_one(facts, MULTIHOT[:6], values) or (0.0, 0.0)
    assert abs(together - alone) > 0.02 * together


def test_smoothing_is_told_apart_from_what_differs() -> None:
    """With smoothing alone it is a note, whose line names the metric of the same family."""
    report = rl.check(net(layers.Dense(1, activation="sigmoid"), loss=BCE(label_smoothing=0.1)), (X, BINARY))
    assert [(each.code, each.severity) for each in report.findings] == [("RL701", "note")]
    assert "keras.metrics.BinaryCrossentropy(name='log_loss')" in report.findings[0].message
