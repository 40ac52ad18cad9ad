"""RL404: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import BaseRate
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL404", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.BASE_RATE,))
def metric_misleads_under_imbalance(value: BaseRate, seen: Evidence) -> Outcome | None:
    """Accuracy is the only metric, and one answer is right nearly always.

    ## Why is this bad?
    With 98 % of one class, a model that never predicts the other has 98 % accuracy and is of no use.

    ## What you will see
    98 % accuracy from the first epoch on, and an F1 of 0.

    ## Bad
    ```python
    rare = (x[:, 0] > 2).astype(int)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", metrics=["accuracy"])
    rl.check(model, (x, rare))
    ```

    ## Good
    ```python
    rare = (x[:, 0] > 2).astype(int)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(curve="PR")])
    rl.check(model, (x, rare))
    ```

    ## Fix safety
    Only what is reported changes: safe.

    ## References
    - Saito and Rehmsmeier, The Precision-Recall Plot Is More Informative than the ROC Plot (2015).
    """
    return Outcome(
        "A model that always gives the most frequent answer already has a high accuracy here.",
        "a metric that such a model fails",
        "metrics=[keras.metrics.AUC(curve='PR'), keras.metrics.Recall()]",
        Severity.NOTE,
    )
