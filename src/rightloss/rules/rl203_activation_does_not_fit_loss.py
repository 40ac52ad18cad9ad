"""RL203: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Activation, Evidence, Field, FromLogits, Loss, Point, Width
from rightloss.findings import Severity
from rightloss.rules._rule import rule

MISFITS = {
    Loss.BINARY: {Activation.SOFTMAX, Activation.LOG_SOFTMAX, Activation.OTHER},
    Loss.MASKED_BINARY: {Activation.SOFTMAX, Activation.LOG_SOFTMAX, Activation.OTHER},
    Loss.CATEGORICAL: {Activation.SIGMOID, Activation.OTHER},
    Loss.SPARSE: {Activation.SIGMOID, Activation.OTHER},
    Loss.DIVERGENCE: {Activation.SIGMOID, Activation.OTHER},
}


def _severity(point: Point, seen: Evidence) -> Severity:
    """A relu before from_logits=True loses half of the range and still learns well."""
    bent = point.activation is Activation.OTHER and point.from_logits is FromLogits.TRUE
    return Severity.NOTE if bent else Severity.ERROR


@rule(
    "RL203",
    since="0.1.0",
    reads=(Field.ACTIVATION, Field.LOSS, Field.WIDTH),
    says="The last layer ends in {activation}, which does not go with {loss}.",
    severity=_severity,
)
def activation_does_not_fit_loss(point: Point) -> bool:
    """The activation of the last layer belongs to another loss.

    ## Why is this bad?
    Sigmoid makes each unit a probability of its own and belongs to `BinaryCrossentropy`; softmax makes the units
    compete and belongs to the categorical losses. Keras on TensorFlow computes the loss from the values *before* the
    activation without looking which activation it was: softmax with `BinaryCrossentropy` trains as if it were
    sigmoid, and sigmoid with a categorical loss as if it were softmax, while `predict` gives something that was
    never trained. relu and tanh give no probabilities; half of their range has no gradient.

    ## What you will see
    A loss that looks perfect and predictions that do not match it: rows that sum to 1.13, or a macro-F1 of 0.47 where
    the right pair has 0.72 at the same loss. Two units with softmax and a binary loss learn twice the log-odds: the
    accuracy is right, and a probability of 0.8 is predicted as 0.94. No error and no warning.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="softmax")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, multihot))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, multihot))
    ```

    ## Fix safety
    Another activation changes what `predict` returns: not safe. Another loss, where the labels allow it, is.

    ## References
    - https://github.com/keras-team/keras/issues/17125
    """
    if point.width is Width.ONE and point.activation in (Activation.SOFTMAX, Activation.LOG_SOFTMAX):
        return False  # softmax over one unit is worse, and RL204's
    return point.activation in MISFITS.get(point.loss, ())
