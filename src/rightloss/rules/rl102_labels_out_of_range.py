"""RL102: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import LabelRange
from rightloss.rules._rule import Outcome, Subject, rule

WAYS = {
    LabelRange.SIGNED: Outcome("Labels are -1 and +1; the loss reads 0 and 1.", "labels 0 and 1", "y = (y + 1) // 2"),
    LabelRange.OFFSET: Outcome("Class ids do not start at 0.", "ids 0..K-1", "y = y - y.min()"),
    LabelRange.GREY: Outcome(
        "Labels are two grey levels; the loss reads 0 and 1.", "0 and 1", "y = (y > 127).astype(int)"
    ),
    LabelRange.SCALED: Outcome("Labels are not between 0 and 1.", "labels in [0, 1]", "y = y / y.max()"),
    LabelRange.COUNTED: Outcome(
        "Columns hold counts; the loss reads 0 and 1 in each.", "0 and 1 in each column", "y = (y > 0).astype(int)"
    ),
    LabelRange.OUTSIDE: Outcome(
        "Some class ids are outside 0..units-1.", "ids 0..K-1", "names, y = np.unique(y, return_inverse=True)"
    ),
    LabelRange.FRACTIONAL: Outcome(
        "Class ids have a fractional part, which the loss cuts off and metrics do not.",
        "whole numbers",
        "y = np.round(y).astype(int)",
    ),
}


@rule("RL102", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.RANGE,))
def labels_out_of_range(value: LabelRange, seen: Evidence) -> Outcome | None:
    """Labels hold values that the loss cannot read.

    ## Why is this bad?
    Cross-entropies check no values. `BinaryCrossentropy` on -1/+1, 1/2 or 0/255 has no lower bound: the more wrong
    the model gets, the lower the loss. Ids outside 0..units-1 raise on a CPU without XLA and become NaN on a GPU.
    Ids with a fractional part are cut off by the loss and compared as they are by metrics.

    ## What you will see
    A negative loss that keeps falling, or one in the hundreds; accuracy 0.28 where the model is right in 94 % of
    cases; "Received a label value of 3 which is outside the valid range of [0, 3)"; NaN on a GPU.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, 2 * y - 1))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y))
    ```

    ## Fix safety
    Labels change: not safe by itself. Keep the mapping beside the model, and use it for every split.

    ## References
    - https://github.com/keras-team/keras/issues/14046
    """
    return WAYS[value]
