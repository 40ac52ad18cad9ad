"""RL303: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import Option
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule

WAYS = {
    Option.FOCAL_ALPHA: Outcome(
        "alpha of BinaryFocalCrossentropy has no effect unless it is switched on.",
        "apply_class_balancing=True beside alpha",
        "keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=alpha)",
        Severity.WARNING,
    ),
    Option.SCALAR_ALPHA: Outcome(
        "One alpha for all classes only rescales CategoricalFocalCrossentropy.",
        "one alpha for each class",
        "keras.losses.CategoricalFocalCrossentropy(alpha=[a, b, c])",
        Severity.WARNING,
    ),
    Option.NOTHING_IGNORED: Outcome(
        "ignore_class names a value that no label has.",
        "the value that stands for 'no label'",
        "print(np.unique(y))",
        Severity.NOTE,
    ),
}


@rule("RL303", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.OPTION,))
def loss_option_without_effect(value: Option, seen: Evidence) -> Outcome | None:
    """An option given to the loss does nothing.

    ## Why is this bad?
    You believe that classes are balanced, and they are not. `BinaryFocalCrossentropy` uses `alpha` only with
    `apply_class_balancing=True`; a single `alpha` for `CategoricalFocalCrossentropy` multiplies the whole loss.

    ## What you will see
    The same results for every value of the option.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss=keras.losses.BinaryFocalCrossentropy(alpha=0.9))
    rl.check(model, (x, y))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(loss=keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.9))
    rl.check(model, (x, y))
    ```

    ## Fix safety
    Training changes, as you meant it to; it also moves probabilities, so look at thresholds and calibration again.

    ## References
    - https://github.com/tensorflow/tensorflow/issues/61519
    - Lin et al., Focal Loss for Dense Object Detection (2017).
    """
    return WAYS[value]
