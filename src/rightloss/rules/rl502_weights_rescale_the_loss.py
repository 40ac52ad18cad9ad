"""RL502: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence, Field, Labels
from rightloss.contract.conditions import WeightScale
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL502", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.WEIGHT_SCALE,))
def weights_rescale_the_loss(value: WeightScale, seen: Evidence) -> Outcome | None:
    """Weights change the size of the training loss.

    ## Why is this bad?
    Keras divides the weighted loss by the number of examples, not by the sum of the weights, and `evaluate`
    applies no class_weight. With a mean weight of 7 the training loss is seven times the validation loss for that
    reason alone, and the learning rate acts as if it were seven times larger.

    ## What you will see
    Training and validation curves far apart, which look like overfitting or its opposite.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y), class_weight={0: 1.0, 1: 20.0})
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, y), class_weight={0: 0.9, 1: 1.1})
    ```

    ## Fix safety
    Training changes by a factor; with Adam hardly at all.

    ## References
    - Keras, `keras.losses.Loss`: reduction 'sum_over_batch_size'.
    """
    if value is WeightScale.SAMPLES:
        line = "sample_weight = sample_weight / sample_weight.mean()"
    else:
        columns = seen.possible(Field.LABELS) <= {Labels.ONEHOT, Labels.DISTRIBUTION}
        ids = "y.argmax(axis=-1)" if columns else "y"
        mean = f"np.vectorize(class_weight.get)({ids}).mean()"
        line = f"mean = {mean}; class_weight = {{k: w / mean for k, w in class_weight.items()}}"
    return Outcome(
        "Weights make the training loss another size than the validation loss.",
        "weights with mean 1",
        line,
        Severity.NOTE,
    )
