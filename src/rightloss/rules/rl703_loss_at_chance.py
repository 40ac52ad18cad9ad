"""RL703: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import Progress
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL703", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.PROGRESS,), consequence=True)
def loss_at_chance(value: Progress, seen: Evidence) -> Outcome | None:
    """The loss stays at ln 2, ln K or the entropy of the class frequencies.

    ## Why is this bad?
    The model gives the same answer for every example. In this order: are labels those of these rows; is the last
    layer right; does the loss belong to it; does a gradient arrive; is the learning rate too high or too low; are
    inputs scaled. A model that cannot learn 32 rows by heart has one of the first four.

    ## What you will see
    `loss: 0.6931` (two classes) or `2.3026` (ten) epoch after epoch, accuracy at the share of the most frequent
    class.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")])
    model.compile(optimizer=keras.optimizers.SGD(1e-9), loss="binary_crossentropy")
    with rl.guard(warn=True) as watch:
        model.fit(x, y, epochs=10, verbose=0)
    watch.report
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="binary_crossentropy")
    with rl.guard(warn=True) as watch:
        model.fit(x, y, epochs=10, verbose=0)
    watch.report
    ```

    ## Fix safety
    Depends on the cause.

    ## References
    - https://github.com/keras-team/keras/issues/2711
    """
    return Outcome(
        "The loss stays where guessing would put it.",
        "a loss that falls",
        "model.fit(x[:32], y[:32], epochs=200)  # can it learn 32 rows by heart?",
        Severity.WARNING,
    )
