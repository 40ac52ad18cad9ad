"""RL405: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import Scored
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL405", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.SCORED,))
def accuracy_of_quantities(value: Scored, seen: Evidence) -> Outcome | None:
    """Accuracy is reported for numbers that are predicted, not classes.

    ## Why is this bad?
    For one unit Keras makes 'accuracy' BinaryAccuracy: it asks whether "prediction above 0.5" equals the label. A
    label of 17.5 never does, however good the model is.

    ## What you will see
    An accuracy of 0, or a small one that never changes, beside a loss that falls as it should.

    ## Bad
    ```python
    price = 100 + 20 * x[:, 0]
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss="mse", metrics=["accuracy"])
    rl.check(model, (x, price))
    ```

    ## Good
    ```python
    price = 100 + 20 * x[:, 0]
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss="mse", metrics=["mae"])
    rl.check(model, (x, price))
    ```

    ## Fix safety
    Only a reported number changes: safe. Which measure of distance you want is yours to choose.

    ## References
    - Keras, `keras.Model.compile`: how 'accuracy' is resolved.
    """
    return Outcome(
        "Accuracy counts exact hits, and y holds numbers to be predicted.",
        "a metric for numbers",
        "metrics=[keras.metrics.MeanAbsoluteError(name='mae')]",
    )
