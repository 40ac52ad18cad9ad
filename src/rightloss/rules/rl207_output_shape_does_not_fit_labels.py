"""RL207: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence, Positions
from rightloss.contract.conditions import Shapes
from rightloss.rules._rule import Outcome, Subject, rule

WAYS = {
    Shapes.EXTRA_AXIS: Outcome(
        "The model gives one prediction for each step or pixel, and y holds one label for each example.",
        "one prediction for each label",
        "keras.layers.GlobalAveragePooling1D() before the last layer (or return_sequences=False)",
    ),
    Shapes.MISSING_AXIS: Outcome(
        "y holds one label for each step or pixel, and the model gives one prediction for each example.",
        "one prediction for each label",
        "return_sequences=True, or no pooling, before the last layer",
    ),
    Shapes.LENGTHS: Outcome(
        "Output and labels have different lengths.",
        "the same number of steps or pixels",
        "print(model.output_shape, y.shape)  # pad, crop or resize one of them",
    ),
    Shapes.CLASSES_FIRST: Outcome(
        "The output holds classes before steps or pixels, and losses read classes on the last axis.",
        "classes on the last axis",
        "keras.layers.Permute((2, 3, 1)) before keras.layers.Softmax(axis=-1)  # Permute((2, 1)) for steps",
    ),
    Shapes.SQUEEZED: Outcome(
        "The output has no axis for its one unit: 'accuracy' compares whole batches, weights only rescale the loss.",
        "output of shape (n, 1)",
        "leave the unit axis in place: no Reshape(()) or squeeze after keras.layers.Dense(1)",
    ),
}


_HEADS = {Positions.PIXEL: "Conv2D({}, 1)", Positions.VOXEL: "Conv3D({}, 1)"}


def _columns(seen: Evidence) -> Outcome:
    """As many units as there are columns."""
    head = _HEADS.get(seen.positions, "Dense({})").format(seen.classes)
    return Outcome(
        "The last layer has another number of units than y has columns: Keras compares one column with all, or stops.",
        "one unit for each column of y",
        f"keras.layers.{head}",
    )


@rule("RL207", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.SHAPES,))
def output_shape_does_not_fit_labels(value: Shapes, seen: Evidence) -> Outcome | None:
    """Output and labels have shapes that do not belong together.

    ## Why is this bad?
    Keras checks shapes that it knows in advance. Where it does not, or where a trailing axis is missing, values
    meet labels that are not theirs: an output of shape (n,) turns the loss into one number for the whole batch, so
    that weights have no effect, and 'accuracy' into a comparison of the largest element of the batch. Squared and
    absolute error compare a single column with every column of the other side, and so train each unit on the same
    target, or one unit on the mean of all.

    ## What you will see
    "must have the same rank" in the first batch; or accuracy 0.0 while the loss falls as it should; or units that all
    predict the same quantity.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((6, 8)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (sequences, ids))
    ```

    ## Good
    ```python
    head = layers.Dense(3, activation="softmax")
    model = keras.Sequential([keras.Input((6, 8)), layers.GlobalAveragePooling1D(), head])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (sequences, ids))
    ```

    ## Fix safety
    The model changes: not safe.

    ## References
    - https://github.com/tensorflow/tensorflow/issues/30040
    """
    return _columns(seen) if value is Shapes.COLUMNS else WAYS[value]
