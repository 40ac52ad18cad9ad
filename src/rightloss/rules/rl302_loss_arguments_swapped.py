"""RL302: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence, Field, Labels
from rightloss.contract.conditions import Arguments
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL302", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.ARGUMENTS, Field.LABELS))
def loss_arguments_swapped(value: Arguments, seen: Evidence) -> Outcome | None:
    """A loss function of your own passes predictions first and labels second.

    ## Why is this bad?
    Keras losses take `(y_true, y_pred)`; PyTorch and scikit-learn's score functions have other orders.
    Cross-entropy is not symmetric: swapped, it takes the logarithm of the labels, which is cut at 1e-7, and
    becomes linear in the predictions.

    ## What you will see
    A first loss near 8, and training that stops early or goes to one class.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss=lambda labels, p: keras.losses.binary_crossentropy(p, labels))
    rl.check(model, (x, y))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss=lambda labels, p: keras.losses.binary_crossentropy(labels, p))
    rl.check(model, (x, y))
    ```

    ## Fix safety
    What is trained changes, what `predict` returns keeps its meaning.

    ## References
    - Keras, `keras.losses.binary_crossentropy(y_true, y_pred)`.
    """
    exclusive = seen.possible(Field.LABELS) <= {Labels.ONEHOT, Labels.DISTRIBUTION}
    return Outcome(
        "The loss is computed with predictions where labels belong.",
        "labels first, predictions second",
        f"keras.losses.{'categorical' if exclusive else 'binary'}_crossentropy(y_true, y_pred)",
    )
