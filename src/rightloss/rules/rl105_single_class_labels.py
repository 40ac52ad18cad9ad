"""RL105: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import ClassesSeen
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL105", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.CLASSES_SEEN,))
def single_class_labels(value: ClassesSeen, seen: Evidence) -> Outcome | None:
    """All labels are the same.

    ## Why is this bad?
    A model that always gives that answer is perfect, and training finds it in a few steps. Usual causes: the wrong
    column, one class folder instead of two, a filter, a comparison with the wrong value. Nothing is said where the
    other half is evidently trained elsewhere: one batch of `train_on_batch`; a model or layer called discriminator,
    critic or gan; a frozen last layer behind layers that are trained, as in the generator's half of a GAN; one
    value between 0 and 1, which is a smoothed label.

    ## What you will see
    Accuracy 1.0 and a loss near 0 after one epoch; the same prediction for everything.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, np.zeros(len(x), int)))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x, ids))
    ```

    ## Fix safety
    Only you can say where the other classes are.

    ## References
    - scikit-learn, `sklearn.model_selection.train_test_split`: `stratify` keeps all classes in every split.
    """
    return Outcome(
        "Every label is the same: there is nothing to tell apart.",
        "at least two classes",
        "print(np.unique(y, return_counts=True))  # is this the right column or folder?",
        Severity.WARNING,
    )
