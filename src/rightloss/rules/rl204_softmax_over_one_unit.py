"""RL204: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Activation, Field, Point, Width
from rightloss.rules._rule import rule


@rule(
    "RL204",
    since="0.1.0",
    reads=(Field.WIDTH, Field.ACTIVATION),
    says="The last layer is softmax over one unit: its output is always exactly 1.",
)
def softmax_over_one_unit(point: Point) -> bool:
    """Softmax over a single unit gives 1.0 for every example.

    ## Why is this bad?
    Softmax divides by the sum over the units; with one unit that is the unit itself. `predict` returns 1.0
    whatever the input is. Keras may still show a falling loss, because it computes the loss from the values before
    the softmax.

    ## What you will see
    Predictions that are all 1.0, accuracy equal to the share of class 1, a loss of exactly 0.0 (categorical) or one
    that looks fine (binary). Keras warns about "a softmax over axis -1 of a tensor of shape (32, 1)" and goes on.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="softmax")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y))
    ```

    ## Fix safety
    The last layer changes, and so does what `predict` returns: not safe, and always right.

    ## References
    - Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.3: softmax units.
    """
    return point.width is Width.ONE and point.activation in (Activation.SOFTMAX, Activation.LOG_SOFTMAX)
