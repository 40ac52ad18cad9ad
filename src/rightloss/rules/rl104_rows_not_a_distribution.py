"""RL104: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence, Field, Loss
from rightloss.contract.conditions import RowSums
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL104", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.ROW_SUMS, Field.LOSS))
def rows_not_a_distribution(value: RowSums, seen: Evidence) -> Outcome | None:
    """Rows of labels for a categorical loss do not sum to 1.

    ## Why is this bad?
    TensorFlow uses the gradient softmax(z) - y whatever the row sums to. For a sum other than 1 that is not the
    gradient of the loss it reports. A row of zeros costs nothing and still pushes all scores, and metrics count it
    as class 0.

    ## What you will see
    A loss that looks fine and a model that is worse: accuracy 0.77 instead of 0.88 with half of the rows empty.

    ## Bad
    ```python
    onehot = onehot * (x[:, :1] > 0)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="categorical_crossentropy")
    rl.check(model, (x, onehot))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="categorical_crossentropy")
    rl.check(model, (x, onehot))
    ```

    ## Fix safety
    Labels change: not safe. If several labels can be true at once, sigmoid and `BinaryCrossentropy` are right
    instead.

    ## References
    - https://github.com/tensorflow/tensorflow/issues/60314
    """
    if not seen.possible(Field.LOSS) <= {Loss.CATEGORICAL, Loss.DIVERGENCE}:
        return None
    if value is RowSums.EMPTY:
        return Outcome(
            "Some rows of y are all 0; the loss still trains on them.",
            "rows that sum to 1",
            "keep = y.sum(axis=-1) > 0; x, y = x[keep], y[keep]",
        )
    return Outcome("Some rows of y do not sum to 1.", "rows that sum to 1", "y = y / y.sum(axis=-1, keepdims=True)")
