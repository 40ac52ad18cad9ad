"""RL205: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Field, Labels, Point, Width
from rightloss.rules._rule import rule


@rule(
    "RL205",
    since="0.1.0",
    reads=(Field.LABELS, Field.WIDTH),
    says="The last layer has {width}, and {labels}.",
)
def units_do_not_fit_labels(point: Point) -> bool:
    """The last layer has too few or too many units for the labels.

    ## Why is this bad?
    0/1 labels need one unit. Class ids 0..K-1, one-hot rows and multi-hot rows need one unit for each class or
    column. With too few units some classes cannot be predicted; one unit can only tell two classes apart.

    ## What you will see
    Too few units for class ids: "Received a label value of 10 which is outside the valid range of [0, 10)" on a CPU;
    NaN and no message on a GPU. 0/1, one-hot or multi-hot labels beside another number of units: "must have the same
    shape" in the first batch, or a loss that compares every label with every unit.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(2, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, ids))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, ids))
    ```

    ## Fix safety
    The last layer gets another shape, so its weights start anew: not safe. More units than the classes seen so far
    are no finding: a class may only be missing in this sample.

    ## References
    - https://github.com/tensorflow/tensorflow/issues/8484 (ids out of range on a GPU)
    """
    return (point.width is not Width.ONE) if point.labels is Labels.BINARY else (point.width is not Width.K)
