"""RL503: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import SampleWeight
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule

WAYS = {
    SampleWeight.SHAPE: Outcome(
        "sample_weight has another shape than the loss.",
        "one weight for each example (or for each step or pixel)",
        "sample_weight = sample_weight.mean(axis=-1)  # or weigh columns inside the loss",
    ),
    SampleWeight.LENGTH: Outcome(
        "There are not as many weights as examples.",
        "one weight for each example",
        "x_train, x_test, y_train, y_test, w_train, w_test = train_test_split(x, y, sample_weight)  # cut all alike",
    ),
    SampleWeight.NAN: Outcome(
        "Some weights are NaN, and one of them makes every weight of the model NaN.",
        "finite weights",
        "sample_weight = np.nan_to_num(sample_weight)",
    ),
    SampleWeight.NEGATIVE: Outcome(
        "Some weights are negative: the model is rewarded for being wrong there (policy gradients mean that).",
        "weights of 0 or more",
        "sample_weight = np.maximum(sample_weight, 0)",
        Severity.WARNING,
    ),
    SampleWeight.NO_EFFECT: Outcome(
        "The loss is one number for the whole batch, so weights only rescale it.",
        "one loss value for each example",
        "a loss that keeps the first axis, such as keras.losses.Dice(axis=(1, 2, 3))",
    ),
    SampleWeight.ZERO: Outcome("All weights are 0: nothing is trained.", "some weights above 0", "sample_weight=None"),
}


@rule("RL503", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.SAMPLE_WEIGHT,))
def sample_weight_does_not_fit(value: SampleWeight, seen: Evidence) -> Outcome | None:
    """sample_weight does not fit the labels.

    ## Why is this bad?
    `BinaryCrossentropy` averages over the last axis before it weighs, so a weight for each label cannot be given:
    that is an error, except where the batch happens to have as many rows as there are labels; then weights are
    applied to the wrong thing. Negative weights have no lower bound, NaN ends training.

    ## What you will see
    "Dimensions must be equal", a loss of -8.6, or NaN.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y), sample_weight=np.where(y == 0, -1.0, 1.0))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y), sample_weight=np.where(y == 0, 0.8, 1.2))
    ```

    ## Fix safety
    Training changes, what `predict` returns keeps its meaning.

    ## References
    - Keras, `keras.Model.fit`: sample_weight.
    """
    return WAYS[value]
