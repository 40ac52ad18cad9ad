"""RL201: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Activation, Condition, Evidence, Field, FromLogits, Loss, Point
from rightloss.contract.conditions import Recovered
from rightloss.findings import Severity
from rightloss.rules._rule import rule


def _severity(point: Point, seen: Evidence) -> Severity:
    """While Keras still finds the raw scores it undoes the mistake; on other backends it does not."""
    lost = seen.seen(Condition.RECOVERED) is Recovered.NO or point.loss is Loss.MASKED_BINARY
    return Severity.ERROR if lost else Severity.WARNING


@rule(
    "RL201",
    since="0.1.0",
    reads=(Field.ACTIVATION, Field.LOSS, Field.FROM_LOGITS),
    says="The last layer already applies {activation}, and {loss} applies its own once more ({told}).",
    severity=_severity,
)
def activated_output_read_as_logits(point: Point) -> bool:
    """An output that went through softmax or sigmoid is given to a loss that expects raw scores.

    ## Why is this bad?
    `from_logits=True` says "my output are raw scores (logits), apply the activation for me". A second softmax over K
    classes cannot give any class more than e / (e + K - 1), so the loss has a floor: 0.551 for three classes. A
    second sigmoid keeps every probability between 0.5 and 0.73. Keras on TensorFlow undoes this only while it can
    still see the tensor before the activation; a `Reshape` or `Flatten` after it, or mixed precision, hides that
    tensor without any warning, and other backends never undo it.

    ## What you will see
    A loss that falls and then stops well above 0, for example at 0.62 for two classes, as if the model had stopped
    learning. At best, a warning that `from_logits=True` was received with the output of a Softmax activation.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax"), layers.Reshape((3,))])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rl.check(model, (x, ids))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rl.check(model, (x, ids))
    ```

    ## Fix safety
    Dropping `from_logits=True` keeps what `predict` returns: safe. Dropping the activation changes it: not safe.

    ## References
    - https://github.com/keras-team/keras/issues/15271
    """
    if point.activation not in (Activation.SIGMOID, Activation.SOFTMAX):
        return False
    if point.loss is Loss.MASKED_BINARY:  # a softmax before it is wrong in itself, and RL203's
        return point.activation is Activation.SIGMOID
    return point.from_logits is FromLogits.TRUE
