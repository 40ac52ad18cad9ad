"""RL601: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Contract, Decode, DecodeUse, Row
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL601", since="0.1.0", subject=Subject.DECODE, reads=("decode", "activation", "width", "labels"))
def predictions_misread(row: Row, use: DecodeUse) -> Outcome | None:
    """Predictions are made into labels in a way that does not fit the last layer.

    ## Why is this bad?
    `argmax` over one unit is always 0. `tf.argmax` without an axis runs over examples and gives a row number for each
    class. Raw scores have their border at 0, probabilities at 0.5. Where several labels
    can be true, `argmax` keeps only one of them.

    ## What you will see
    A model that "always predicts class 0", or too few positives, although training looked fine.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    model.fit(x, y)
    labels = model.predict(x).argmax(axis=1)
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    model.fit(x, y)
    labels = model.predict(x) > 0.5
    ```

    ## Fix safety
    The labels that come out change: not safe, and always right.

    ## References
    - https://github.com/tensorflow/tensorflow/issues/42025
    """
    right = Contract(row, classes=None).decode
    if use.decode is right or (use.decode is Decode.THRESHOLDS and right is not Decode.ARGMAX):
        return None
    return Outcome(
        f"Predictions of this model are read with {use.decode.example}.", str(right), f"labels = {right.example}"
    )
