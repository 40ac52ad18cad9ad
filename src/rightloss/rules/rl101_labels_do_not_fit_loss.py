"""RL101: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Field, Labels, Loss, Point
from rightloss.rules._rule import rule

READABLE = {
    Loss.BINARY: {Labels.BINARY, Labels.MULTIHOT, Labels.ONEHOT, Labels.DISTRIBUTION},
    Loss.CATEGORICAL: {Labels.ONEHOT, Labels.DISTRIBUTION},
    Loss.DIVERGENCE: {Labels.ONEHOT, Labels.DISTRIBUTION},
    Loss.SPARSE: {Labels.INDEX},
    Loss.MASKED_BINARY: {Labels.BINARY, Labels.MULTIHOT, Labels.MULTIHOT_MISSING},
}
"""Which labels each cross-entropy can read; regression losses are RL301's."""


@rule(
    "RL101",
    since="0.1.0",
    reads=(Field.LABELS, Field.LOSS),
    says="{y}, but {loss} reads {reads}.",
)
def labels_do_not_fit_loss(point: Point) -> bool:
    """The loss expects labels written in another way than they are.

    ## Why is this bad?
    `CategoricalCrossentropy` reads rows (one-hot or probabilities), `SparseCategoricalCrossentropy` reads class ids
    ("sparse" says how labels are stored, not that classes are rare), `BinaryCrossentropy` reads 0/1 for each unit.
    Softmax with a categorical loss also assumes that exactly one class is true: on multi-hot labels the gradient
    TensorFlow uses, softmax(z) - y, is not the gradient of the loss that is reported.

    ## What you will see
    An error about ranks or shapes in the first batch ("must have the same rank", "must have rank (ndim)
    `target.ndim - 1`"). Where shapes happen to broadcast, as with a tf.data pipeline of unknown label shape, or with
    multi-hot labels, nothing at all: a model that is worse than it should be.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="categorical_crossentropy")
    rl.check(model, (x, ids))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, ids))
    ```

    ## Fix safety
    Another loss of the same mathematics (categorical and sparse) keeps what `predict` returns: safe. A repair that
    also changes the last layer is not.

    ## References
    - TensorFlow, `tf.nn.softmax_cross_entropy_with_logits`: each row of labels must be a valid distribution.
    """
    return point.loss in READABLE and point.labels not in READABLE[point.loss]
