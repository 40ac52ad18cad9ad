"""RL702: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import LossValue
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL702", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.LOSS_VALUE,), consequence=True)
def loss_negative_or_not_finite(value: LossValue, seen: Evidence) -> Outcome | None:
    """The loss is negative, NaN or infinite.

    ## Why is this bad?
    A cross-entropy of labels in [0, 1] is never below 0. NaN spreads to all weights in one step, and nothing can
    be trained from there. In this order: NaN in x; labels missing or outside what the loss reads; a loss of your
    own that divides by zero or takes a logarithm of 0; a learning rate that is too high.

    ## What you will see
    `loss: -204433556137039776` or `loss: nan`, often with an accuracy that still looks plausible.

    ## Bad
    ```python
    x[3] = np.nan
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y))
    ```

    ## Fix safety
    Depends on the cause.

    ## References
    - https://github.com/keras-team/keras/issues/14046
    """
    if value is LossValue.NEGATIVE:
        return Outcome(
            "The loss is negative, which no cross-entropy can be.",
            "labels in [0, 1]",
            "print(np.unique(y))  # labels outside [0, 1], or negative weights?",
        )
    return Outcome(
        "The loss is NaN or infinite.",
        "a finite loss",
        "print(np.isfinite(x).all(), np.unique(y))  # NaN in x, ids outside 0..K-1, or a learning rate too high?",
    )
