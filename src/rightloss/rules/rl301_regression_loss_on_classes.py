"""RL301: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Activation, Evidence, Field, Labels, Loss, Point
from rightloss.findings import Severity
from rightloss.rules._rule import rule

PROPER = {
    (Labels.BINARY, Activation.SIGMOID),
    (Labels.ONEHOT, Activation.SIGMOID),
    (Labels.MULTIHOT, Activation.SIGMOID),
    (Labels.ONEHOT, Activation.SOFTMAX),
    (Labels.DISTRIBUTION, Activation.SOFTMAX),
}
"""Squared error of these is a proper score of probabilities (Brier)."""


def _severity(point: Point, seen: Evidence) -> Severity:
    """It learns something, so it is never an error; columns of 0 and 1 may well be quantities."""
    return Severity.NOTE if point.labels is Labels.MULTIHOT else Severity.WARNING


@rule(
    "RL301",
    since="0.1.0",
    reads=(Field.LABELS, Field.LOSS, Field.ACTIVATION),
    says="{y}, but {loss} is for quantities, not for classes.",
    severity=_severity,
)
def regression_loss_on_classes(point: Point) -> bool:
    """A loss for quantities is used on labels that are classes.

    ## Why is this bad?
    Class 2 is not twice class 1, but a regression loss says so: confusing 0 with 2 costs more than confusing 0
    with 1, and the best answer between two classes is a third one. Where the output is not a probability, nothing
    keeps it in [0, 1]; where it is, the gradient vanishes for examples that are wrong and sure.

    ## What you will see
    Predictions such as 1.4, accuracy that is 0 or makes no sense, slow learning of rare classes.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss="mse")
    rl.check(model, (x, y))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y))
    ```

    ## Fix safety
    Loss and last layer change: not safe.

    ## References
    - Bishop, Pattern Recognition and Machine Learning (2006), section 4.1.3: least squares for classification.
    """
    if point.loss is Loss.REGRESSION:
        return True
    return point.loss is Loss.SQUARED and (point.labels, point.activation) not in PROPER
