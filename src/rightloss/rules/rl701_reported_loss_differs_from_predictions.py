"""RL701: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence, Field, Loss
from rightloss.contract.conditions import LossAgreement
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule
from rightloss.rules._words import loss


@rule("RL701", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.AGREEMENT, Field.LOSS), consequence=True)
def reported_loss_differs_from_predictions(value: LossAgreement, seen: Evidence) -> Outcome | None:
    """The loss recomputed from `predict()` in float64 is not the one that `evaluate()` reports.

    ## Why is this bad?
    What is trained is then not what is delivered. Usual causes: an activation that the loss looks behind, softmax
    over the wrong axis, shapes that broadcast, label smoothing.

    ## What you will see
    A loss that looks good, and predictions that are not.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
    rl.check(model, (x, onehot))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss=keras.losses.CategoricalCrossentropy())
    rl.check(model, (x, onehot))
    ```

    ## Fix safety
    Depends on the cause.

    ## References
    - https://github.com/keras-team/keras/issues/17125
    """
    if value is LossAgreement.SMOOTHED:
        family = Loss(min(seen.possible(Field.LOSS)))
        return Outcome(
            "evaluate() reports the loss with label smoothing, which is not the log-loss of the predictions.",
            "a metric without smoothing",
            f"metrics=[keras.metrics.{loss(family)}(name='log_loss')]",
            Severity.NOTE,
            safe=True,
        )
    return Outcome(
        "The loss that Keras reports is not the loss of what predict() returns.",
        "both the same number",
        "keras.layers.Dense(units) and from_logits=True",
    )
