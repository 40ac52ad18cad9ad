"""RL206: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import ClassAxis, Field, Point
from rightloss.rules._rule import rule


@rule(
    "RL206",
    since="0.1.0",
    reads=(Field.CLASS_AXIS,),
    says="The activation of the last layer runs over another axis than the one on which {loss} looks for classes.",
)
def wrong_class_axis(point: Point) -> bool:
    """Softmax makes another axis sum to 1 than the one that holds the classes.

    ## Why is this bad?
    In an output (examples, steps, classes), `Softmax(axis=1)` makes the steps compete for each class. Keras on
    TensorFlow computes the loss from the values before the softmax, over the last axis, so the loss never shows it.

    ## What you will see
    A training loss equal to that of the right model, worse accuracy, and rows of predictions that do not sum to 1.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((6, 8)), layers.Dense(3), layers.Softmax(axis=1)])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (sequences, token_ids))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((6, 8)), layers.Dense(3), layers.Softmax(axis=-1)])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (sequences, token_ids))
    ```

    ## Fix safety
    `predict` returns other numbers: not safe.

    ## References
    - Keras, `keras.layers.Softmax`: `axis` is the axis along which the normalisation is applied.
    """
    return point.class_axis is ClassAxis.ANOTHER
