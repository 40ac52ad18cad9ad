"""RL106: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import LabelKind
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL106", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.LABEL_KIND,))
def labels_not_numeric(value: LabelKind, seen: Evidence) -> Outcome | None:
    """Labels are text or Python objects.

    ## Why is this bad?
    Keras trains on numbers. Which number stands for which name must also be written down, or nobody can read
    predictions.

    ## What you will see
    "Invalid dtype: str352", "Invalid dtype: object" or "Cast string to float is not supported".

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, np.array(["cat", "dog", "owl"])[ids]))
    ```

    ## Good
    ```python
    names, numbers = np.unique(np.array(["cat", "dog", "owl"])[ids], return_inverse=True)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(len(names), activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, numbers))
    ```

    ## Fix safety
    Labels change: not safe. Save the names; `names[prediction]` gives the text back.

    ## References
    - Keras, `keras.layers.StringLookup`.
    """
    if value is LabelKind.OBJECTS:
        line = "y = np.array(y.tolist())  # numbers; None among them is a missing label"
        return Outcome("Labels are an array of Python objects.", "numbers", line)
    return Outcome("Labels are text.", "numbers", "names, y = np.unique(y, return_inverse=True)")
