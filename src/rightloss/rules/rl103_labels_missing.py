"""RL103: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import Activation, Condition, Evidence, Field, Labels, Loss
from rightloss.contract.conditions import Missing
from rightloss.rules._rule import Outcome, Subject, rule


@rule(
    "RL103",
    since="0.1.0",
    subject=Subject.CONDITION,
    reads=(Condition.MISSING, Field.LABELS, Field.LOSS, Field.ACTIVATION),
)
def labels_missing(value: Missing, seen: Evidence) -> Outcome | None:
    """Some labels are missing, and the loss does not know it.

    ## Why is this bad?
    One NaN label makes the loss, all gradients and then all weights NaN. A number that stands for "no label" (-1,
    255,
    -100) is read as a label: -1 in a multi-hot row pushes that unit down twice as hard as a 0 does.

    ## What you will see
    NaN after the first batch, with an accuracy still reported; a negative loss; macro-F1 0.37 where 0.72 was
    possible.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    rl.check(model, (x, np.where(x[:, :4] > 1, np.nan, multihot)))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4)])
    model.compile(loss=rl.losses.MaskedBinaryCrossentropy())
    rl.check(model, (x, np.where(x[:, :4] > 1, np.nan, multihot)))
    ```

    ## Fix safety
    The masked loss reads raw scores, so the last layer changes with it: not safe.

    ## References
    - https://github.com/keras-team/keras/issues/5037
    """
    if seen.possible(Field.LOSS) <= {Loss.MASKED_BINARY}:
        return None
    columns = seen.possible(Field.LABELS) & {Labels.MULTIHOT, Labels.MULTIHOT_MISSING, Labels.BINARY}
    ids = Labels.INDEX in seen.possible(Field.LABELS) and Loss.SPARSE in seen.possible(Field.LOSS)
    told = "-1" if seen.ignore is None or seen.ignore != seen.ignore else f"{seen.ignore:g}"
    if ids:
        line = f"loss=keras.losses.SparseCategoricalCrossentropy(ignore_class={told})"
        if value is Missing.NAN:
            line = f"y = np.where(np.isnan(y), -1, y) and {line}"
    elif columns:
        ignore = "" if value is Missing.NAN else f"ignore={told}"
        line = f"loss=rightloss.losses.MaskedBinaryCrossentropy({ignore})"
        if Activation.LINEAR not in seen.possible(Field.ACTIVATION):  # it reads raw scores
            units = seen.classes if len(columns) and Labels.BINARY not in columns else 1
            line = f"keras.layers.Dense({units or 'units'}) without activation; {line}"
    else:
        line = "leave the rows out: keep = ~np.isnan(y); x, y = x[keep], y[keep]"
    what = "NaN" if value is Missing.NAN else told
    return Outcome(f"Some labels are {what}, which the loss takes for a label.", "a loss that leaves them out", line)
