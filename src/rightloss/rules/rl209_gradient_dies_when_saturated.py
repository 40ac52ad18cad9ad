"""RL209: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence, Field, Width
from rightloss.contract.conditions import Gradient
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL209", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.GRADIENT,), consequence=True)
def gradient_dies_when_saturated(value: Gradient, seen: Evidence) -> Outcome | None:
    """Where the model is sure and wrong no gradient arrives: the loss does not see the values before the activation.

    ## Why is this bad?
    Keras on TensorFlow computes the loss from the values before sigmoid or softmax, as long as the output tensor
    is the one the activation made. A `Reshape`, `Flatten`, `TimeDistributed` or `Concatenate` after it, an
    activation in half precision, or `ignore_class` of the loss breaks that. Then probabilities are cut to
    [1e-7, 1 - 1e-7], and beyond the gradient is exactly 0: from |z| = 16.2 on in float32, from 8 on in float16, from
    5.6 on in bfloat16. The check puts scores of 20 on the wrong side in the place of the model's own, and looks at
    what arrives there; a loss of your own is asked in the same way.

    ## What you will see
    Nothing while scores are small. With large inputs, learning that stops: loss 4.67 and accuracy 0.70, where the
    same network without the `Reshape` reaches 0.91.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid"), layers.Reshape((1,))])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    rl.check(model, (x, y))
    ```

    ## Fix safety
    `predict` returns raw scores afterwards: not safe.

    ## References
    - Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.2.
    """
    severity = Severity.WARNING if value is Gradient.DEAD else Severity.NOTE
    already = " Predictions already lie there." if value is Gradient.DEAD else ""
    units = 1 if seen.possible(Field.WIDTH) == {Width.ONE} else seen.classes or "units"
    return Outcome(
        f"Where the model is sure and wrong, no gradient arrives: the loss does not see the raw scores.{already}",
        "raw scores at the loss, or an activation that Keras can look behind",
        f"keras.layers.Dense({units}, dtype='float32') without activation, and a loss with from_logits=True",
        severity,
    )
