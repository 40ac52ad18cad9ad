"""RL109: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Condition, Evidence
from rightloss.contract.conditions import Representable
from rightloss.rules._rule import Outcome, Subject, rule


@rule("RL109", since="0.1.0", subject=Subject.CONDITION, reads=(Condition.REPRESENTABLE,))
def labels_not_representable(value: Representable, seen: Evidence) -> Outcome | None:
    """Class ids are too large for the dtype of the loss.

    ## Why is this bad?
    A Keras loss casts labels to its own dtype before it does anything. float32 holds every whole number up to
    16,777,216, float16 up to 2,048, bfloat16 up to 256. Beyond, ids become their neighbours, without a word.

    ## What you will see
    Nothing. Some classes are never learned, others get the examples of two.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(5000)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float16"))
    rl.check(model, (x, 4000 + ids))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(5000)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rl.check(model, (x, 4000 + ids))
    ```

    ## Fix safety
    Only the loss changes: what `predict` returns keeps its meaning.

    ## References
    - IEEE 754-2019, binary16 and binary32.
    """
    return Outcome(
        "Some class ids are rounded to their neighbours when the loss casts them to its dtype.",
        "ids that the dtype holds exactly",
        "loss=keras.losses.SparseCategoricalCrossentropy(dtype='float64')",
    )
