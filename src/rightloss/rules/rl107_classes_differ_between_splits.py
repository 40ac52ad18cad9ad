"""RL107: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import Splits
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL107", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.SPLITS,))
def classes_differ_between_splits(value: Splits, seen: Evidence) -> Outcome | None:
    """Training and validation do not hold the same classes.

    ## Why is this bad?
    A class that training never shows cannot be learned, and often its id has no unit. Usual causes: an encoder
    fitted on each split by itself, or a split without `stratify`.

    ## What you will see
    An error only after a full epoch, when validation starts; or validation accuracy that never rises.

    ## Bad
    ```python
    train, held = ids < 2, ids >= 1
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x[train], ids[train]), validation_data=(x[held], ids[held]))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    rl.check(model, (x[:200], ids[:200]), validation_data=(x[200:], ids[200:]))
    ```

    ## Fix safety
    The data are split anew: not safe.

    ## References
    - https://github.com/keras-team/keras/issues/16522
    """
    if value is Splits.UNREADABLE:
        return Outcome(
            "Validation holds labels that the loss cannot read, though those of training are right.",
            "the same labels in both",
            "print(np.unique(y), np.unique(y_val))  # one encoder for both, fitted on all classes",
        )
    if value is Splits.OTHER_SHAPE:
        return Outcome(
            "Validation labels are written in another way than training labels.",
            "the same encoding in both",
            "encode y before splitting it",
        )
    return Outcome(
        "Validation holds classes that training never shows.",
        "the same classes in both",
        "train_test_split(x, y, stratify=y)",
        Severity.WARNING,
    )
