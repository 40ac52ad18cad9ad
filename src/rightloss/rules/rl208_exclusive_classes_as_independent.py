"""RL208: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Evidence, Field, Labels, Loss, Point
from rightloss.findings import Severity
from rightloss.rules._rule import rule


def _note(point: Point, seen: Evidence) -> Severity:
    return Severity.NOTE


@rule(
    "RL208",
    since="0.1.0",
    reads=(Field.LABELS, Field.LOSS),
    says="Every row of y has exactly one 1, and {loss} trains each column as a yes/no question of its own.",
    severity=_note,
)
def exclusive_classes_as_independent(point: Point) -> bool:
    """Classes that exclude each other are trained as independent yes/no questions.

    ## Why is this bad?
    It is not wrong: one-against-all classifiers are proper. But rows of predictions need not sum to 1, the model
    never learns that one class rules out the others, and 'binary' accuracy looks higher than it is.

    ## What you will see
    Predictions such as [0.7, 0.6, 0.1] for one example, of which only one can be true.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, onehot))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="categorical_crossentropy")
    rl.check(model, (x, onehot))
    ```

    ## Fix safety
    The last layer changes what `predict` returns: not safe, and not needed.

    ## References
    - Rifkin and Klautau, In Defense of One-Vs-All Classification, JMLR 5 (2004).
    """
    return point.labels in (Labels.ONEHOT, Labels.DISTRIBUTION) and point.loss is Loss.BINARY
