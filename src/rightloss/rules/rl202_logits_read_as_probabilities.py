"""RL202: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Activation, Field, FromLogits, Loss, Point
from rightloss.rules._rule import rule


@rule(
    "RL202",
    since="0.1.0",
    reads=(Field.ACTIVATION, Field.LOSS, Field.FROM_LOGITS),
    says="The last layer gives {activation}, but {loss} expects probabilities ({told}).",
)
def logits_read_as_probabilities(point: Point) -> bool:
    """Raw scores are given to a loss that expects probabilities.

    ## Why is this bad?
    `from_logits=False` is the default, and every loss given as a string has it. Keras then cuts the raw scores to
    0.0000001 ... 0.9999999 (after dividing by their sum, for the categorical loss). Scores below 0 or above 1 get no
    gradient at all, and what is minimised is not a cross-entropy of anything.

    ## What you will see
    A first loss far above ln(number of classes), such as 5 instead of 0.7 or 1.1; slow or no learning; predictions
    that are negative, above 1, or do not add up to 1. No error and no warning.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, ids))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rl.check(model, (x, ids))
    ```

    ## Fix safety
    `from_logits=True` leaves the model as it is: safe. Metrics and `predict` keep seeing raw scores, so thresholds of
    metrics belong at 0 and `predict` needs a sigmoid or softmax before its numbers are probabilities.

    ## References
    - https://github.com/tensorflow/tensorflow/issues/28718 (an official tutorial had this mistake)
    """
    if point.activation not in (Activation.LINEAR, Activation.LOG_SOFTMAX):
        return False
    return point.from_logits is FromLogits.FALSE or point.loss is Loss.DIVERGENCE
