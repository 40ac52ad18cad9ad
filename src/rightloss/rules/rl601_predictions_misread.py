"""RL601: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Activation, Contract, Decode, DecodeUse, Loss, Row, Width
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule

_BINARY = (Loss.BINARY, Loss.MASKED_BINARY)


@rule("RL601", since="0.1.0", subject=Subject.DECODE, reads=("decode", "activation", "width", "labels"))
def predictions_misread(row: Row, use: DecodeUse) -> Outcome | None:
    """Predictions are made into labels in a way that does not fit the last layer.

    ## Why is this bad?
    `argmax` over one unit is always 0. `tf.argmax` without an axis runs over examples and gives a row number for each
    class; `np.argmax` without an axis gives one number for all examples. Raw scores have their border at 0,
    probabilities at 0.5. Where several labels can be true, `argmax` keeps only one of them. An activation is applied
    once: softmax of softmax is nearly flat, and scores that a binary cross-entropy trained become probabilities by
    sigmoid, not by softmax.

    ## What you will see
    A model that "always predicts class 0", or too few positives, or confidences that are far too small or too sure,
    although training looked fine.

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
    if use.decode in (Decode.SOFTMAX, Decode.SIGMOID):
        return _activated(row, use.decode)
    right = Contract(row, classes=None).decode
    if use.decode is right or (use.decode is Decode.THRESHOLDS and right is not Decode.ARGMAX):
        return None
    return Outcome(
        f"Predictions of this model are read with {use.decode.example}.", str(right), f"labels = {right.example}"
    )


def _activated(row: Row, applied: Decode) -> Outcome | None:
    """An activation on predictions: the one that the loss applies, and only where the model has none."""
    if row.point.activation in (Activation.SIGMOID, Activation.SOFTMAX):
        return Outcome(
            f"The model ends in {row.point.activation}, and {applied} is applied to its predictions once more.",
            "probabilities as the model gives them",
            "probabilities = model.predict(x)",
        )
    wanted = Decode.SIGMOID if row.point.loss in _BINARY else Decode.SOFTMAX
    if applied is wanted:
        return None
    line = f"probabilities = keras.ops.{wanted}(logits)"
    if applied is Decode.SOFTMAX and row.point.width is Width.ONE:
        return Outcome("Softmax over one score is always exactly 1.", str(wanted), line)
    return Outcome(
        f"The loss trains these scores through {wanted}, and predictions are made of them through {applied}.",
        str(wanted),
        line,
        Severity.WARNING,
    )
