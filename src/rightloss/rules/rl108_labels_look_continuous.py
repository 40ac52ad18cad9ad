"""RL108: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import QUANTITY_LOSSES, Condition, Evidence, Field, Loss
from rightloss.contract.conditions import Meaning
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL108", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.MEANING, Field.LOSS))
def labels_look_continuous(value: Meaning, seen: Evidence) -> Outcome | None:
    """Labels are numbers to predict, or ids, and the loss is for classes.

    ## Why is this bad?
    A cross-entropy sees no distance between 1500.5 and 2300.25. Sparse losses cut such numbers to whole ones and
    look for as many units; binary losses have no lower bound for them.

    ## What you will see
    "outside the valid range", a hugely negative loss, or accuracy 0.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, 1500.0 + 300.0 * x[:, 0]))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss="mean_squared_error")
    rl.check(model, (x, 1500.0 + 300.0 * x[:, 0]))
    ```

    ## Fix safety
    Loss and last layer change: not safe.

    ## References
    - Bishop, Pattern Recognition and Machine Learning (2006), chapter 3.
    """
    crossed = Loss.OTHER not in seen.possible(Field.LOSS) and not seen.possible(Field.LOSS) & QUANTITY_LOSSES
    if not crossed:
        return None
    if value is Meaning.IDS:
        return Outcome(
            "Every example has a label of its own.",
            "classes that occur more than once",
            "print(len(np.unique(y)), len(y))  # is this the right column?",
            Severity.WARNING,
        )
    return Outcome(
        "Labels are quantities, and no cross-entropy fits quantities.",
        "classes, or a loss for quantities",
        "model.compile(loss='mean_squared_error') with keras.layers.Dense(1)",
    )
