"""RL703: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import ROWS, Condition, Evidence, Field
from rightloss.contract.conditions import Progress
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, rule


@rule(
    "RL703",
    since="0.1.0",
    subject=Subject.CONDITION,
    reads=(Condition.PROGRESS, "what was checked before"),
    consequence=True,
)
def loss_at_chance(value: Progress, seen: Evidence) -> Outcome | None:
    """The loss stays at ln 2, ln K or the entropy of the class frequencies.

    ## Why is this bad?
    The model gives the same answer for every example. In this order: are labels those of these rows; is the last
    layer right; does the loss belong to it; does a gradient arrive; is the learning rate too high or too low; are
    inputs scaled. A model that cannot learn 32 rows by heart has one of the first four.

    ## What you will see
    `loss: 0.6931` (two classes) or `2.3026` (ten) epoch after epoch, accuracy at the share of the most frequent
    class.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")])
    model.compile(optimizer=keras.optimizers.SGD(1e-9), loss="binary_crossentropy")
    with rl.guard(warn=True) as watch:
        model.fit(x, y, epochs=10, verbose=0)
    watch.report
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="binary_crossentropy")
    with rl.guard(warn=True) as watch:
        model.fit(x, y, epochs=10, verbose=0)
    watch.report
    ```

    ## Fix safety
    Depends on the cause.

    ## References
    - https://github.com/keras-team/keras/issues/2711
    """
    return Outcome(
        "The loss stays where guessing would put it.",
        "a loss that falls",
        OVERFIT,
        Severity.WARNING,
        diagnosis=diagnosis(seen),
    )


OVERFIT = "model.fit(x[:32], y[:32], epochs=200)  # can it learn 32 rows by heart?"
OK = "ok"
_OPEN = (
    ("rows and labels belong together", "print(x[:3], y[:3])"),
    ("learning rate", "keras.optimizers.Adam(1e-3)"),
    ("inputs", "x = (x - x.mean(axis=0)) / x.std(axis=0)"),
    ("capacity", OVERFIT),
)
"""What no check before training can see."""
_LAYER = (Field.WIDTH, Field.ACTIVATION, Field.CLASS_AXIS)
_STEPS: tuple[tuple[str, tuple[Condition, ...], tuple[Field, ...], str], ...] = (
    (
        "labels",
        (Condition.LABEL_KIND, Condition.MISSING, Condition.RANGE, Condition.ROW_SUMS, Condition.CLASSES_SEEN,
         Condition.MEANING, Condition.SPLITS),
        (Field.LABELS,),
        "print(np.unique(y, return_counts=True))",
    ),
    ("last layer", (Condition.SHAPES,), _LAYER, "model.summary()"),
    (
        "loss and last layer",
        (Condition.AGREEMENT, Condition.BROADCAST, Condition.ARGUMENTS, Condition.LOSS_VALUE),
        tuple(Field),
        "rl.check(model, (x, y))",
    ),
    ("gradient", (Condition.GRADIENT,), (), "raw scores at the loss: from_logits=True"),
)  # fmt: skip
"""(what, the conditions that tell, the fields that must be those of one row, what to look at)."""


def diagnosis(seen: Evidence) -> tuple[str, ...]:
    """What to look at, in order: what was seen to be right is marked ok."""
    states = [(what, _state(seen, conditions, fields), look) for what, conditions, fields, look in _STEPS]
    lines = [f"{what}: ok" if state == OK else f"{what}: {state}: {look}" for what, state, look in states]
    lines += [f"{what}: not looked at: {look}" for what, look in _OPEN]
    return tuple(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _state(seen: Evidence, conditions: tuple[Condition, ...], fields: tuple[Field, ...]) -> str:
    """ok, not ok, or not looked at."""
    values = [(each, seen.seen(each)) for each in conditions]
    wrong = [each.label for each, value in values if value not in (None, each.default)]
    if wrong:
        return f"not ok ({', '.join(wrong)})"
    looked = any(value is not None for _, value in values) or _known(seen, fields)
    return OK if looked and (not fields or _in_a_row(seen, fields)) else "not looked at"


def _known(seen: Evidence, fields: tuple[Field, ...]) -> bool:
    return bool(fields) and all(seen.facts(each) for each in fields if each is not Field.CLASS_AXIS)


def _in_a_row(seen: Evidence, fields: tuple[Field, ...]) -> bool:
    """Whether some row of the table has these values of the fields, whatever the others are."""
    return any(all(row.point.value(each) in seen.possible(each) for each in fields) for row in ROWS)
