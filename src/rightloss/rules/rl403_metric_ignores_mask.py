"""RL403: see the function's docstring."""

from __future__ import annotations

from rightloss.contract import METRIC_NAMES, Condition, Contract, Evidence, MetricUse, Row, can_mask
from rightloss.contract.conditions import LeftOut
from rightloss.contract.recipe import metrics
from rightloss.findings import Severity
from rightloss.rules._rule import Outcome, Subject, another_metric, rule


@rule("RL403", since="0.1.0", subject=Subject.METRIC, reads=("metrics", "ignore", "loss", Condition.LEFT_OUT))
def metric_ignores_mask(row: Row, use: MetricUse, seen: Evidence) -> Outcome | None:
    """The loss leaves some labels out, and the metric counts them.

    ## Why is this bad?
    `ignore_class` acts on the loss only. A metric beside it compares predictions with the ignored value, which no
    unit stands for, and counts each such position as wrong; padding that is a class of its own counts as right. The
    same holds for tokens or pixels of `sample_weight` 0: what stands in `metrics=` never sees weights, only what
    stands in `weighted_metrics=` does.

    ## What you will see
    Accuracy that cannot reach 1, by just the share of ignored positions; or 99 % that come from padding.

    ## Bad
    ```python
    ids = np.where(x[:, 1] > 1, -1, ids)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    model.compile(loss=loss, metrics=["accuracy"])
    rl.check(model, (x, ids))
    ```

    ## Good
    ```python
    ids = np.where(x[:, 1] > 1, -1, ids)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3)])
    model.compile(loss=loss, weighted_metrics=[rl.metrics.MaskedSparseCategoricalAccuracy(ignore=-1)])
    rl.check(model, (x, ids))
    ```

    ## Fix safety
    Only a reported number changes: safe.

    ## References
    - https://github.com/keras-team/keras/pull/22284
    """
    entry = METRIC_NAMES.get(use.name)
    if use.name != "accuracy" and entry is None:
        return None
    if seen.seen(Condition.LEFT_OUT) is LeftOut.SOME and use.place is not None and not use.weighted:
        return _without_weights(use)
    if seen.ignore is None or not can_mask(row.point.loss) or "ignore_class" in use.arguments:
        return None
    metric = metrics(Contract(row, seen.classes, seen.positions, seen.ignore))[0]
    return another_metric(
        f"{use.name} counts labels equal to {seen.ignore:g}, which the loss leaves out.",
        "a metric that leaves out the same labels",
        metric,
    )


def _without_weights(use: MetricUse) -> Outcome:
    """Metrics in `metrics=` never see sample_weight."""
    name = use.arguments.get("alias")
    written = repr(name) if name else use.told(use.name).code()
    return Outcome(
        f"{use.name} counts positions of weight 0, which the loss leaves out.",
        "the metric where Keras hands it the weights",
        f"weighted_metrics=[{written}]",
        Severity.WARNING,
    )
