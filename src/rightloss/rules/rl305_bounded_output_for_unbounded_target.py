"""RL305: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import QUANTITY_LOSSES, Condition, Evidence, Field
from rightloss.contract.conditions import Bounds
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL305", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.BOUNDS, Field.LOSS))
def bounded_output_for_unbounded_target(value: Bounds, seen: Evidence) -> Outcome | None:
    """The last layer's activation cannot reach the values it shall predict.

    ## Why is this bad?
    sigmoid and softmax stay between 0 and 1, tanh between -1 and 1, relu above 0. Targets beyond pull the layer into
    saturation, where it gets no gradient.

    ## What you will see
    Predictions stuck at the limit of the activation, a loss that stops falling.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="mse")
    rl.check(model, (x, 20.0 + 10.0 * x[:, 0]))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss="mse")
    rl.check(model, (x, 20.0 + 10.0 * x[:, 0]))
    ```

    ## Fix safety
    The last layer changes: not safe. Scaling the targets to the range of the activation is the other way.

    ## References
    - Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.1.
    """
    if not seen.possible(Field.LOSS) <= QUANTITY_LOSSES:
        return None
    return Outcome(
        "Some targets lie where the activation of the last layer can never be.",
        "no activation on the last layer",
        "keras.layers.Dense(1)",
    )
