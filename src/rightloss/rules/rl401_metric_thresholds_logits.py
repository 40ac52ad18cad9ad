"""RL401: see the function's docstring."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rightloss.contract import ACCURACY_NAMES, METRIC_NAMES, Evidence, Form, Labels, MetricUse, Row, keras_accuracy
from rightloss.contract.recipe import Call
from rightloss.rules._rule import Outcome, Subject, another_metric, rule

HALF, ZERO = 0.5, 0.0


def _cut(use: MetricUse) -> list[float]:
    """Thresholds at which the metric cuts predictions; empty where it does not."""
    told: Any = use.arguments.get("threshold", use.arguments.get("thresholds"))
    if told is None:
        default = METRIC_NAMES[use.name].threshold
        return [] if default is None else [default]
    return [float(each) for each in (told if isinstance(told, list | tuple) else [told])]


@rule("RL401", since="0.1.0", subject=Subject.METRIC, reads=("metrics", "activation"))
def metric_thresholds_logits(row: Row, use: MetricUse, seen: Evidence) -> Outcome | None:
    """A metric cuts raw scores as if they were probabilities, or the other way round.

    ## Why is this bad?
    Metrics see what the model gives out, not what the loss makes of it. With raw scores the border between "no" and
    "yes" lies at 0; a threshold of 0.5 counts everything between as "no". With probabilities a threshold of 0 counts
    everything as "yes". `AUC` spreads its thresholds over [0, 1] and loses all scores outside.

    ## What you will see
    Accuracy, precision, recall or F1 that is off without any message: 0.646 instead of 0.718 in one measured case.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[keras.metrics.BinaryAccuracy()])
    rl.check(model, (x, y))
    ```

    ## Good
    ```python
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    model.compile(loss=loss, metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)])
    rl.check(model, (x, y))
    ```

    ## Fix safety
    Only a reported number changes: safe.

    ## References
    - https://github.com/tensorflow/tensorflow/issues/42025
    """
    if use.name in ACCURACY_NAMES:
        name = keras_accuracy(row.point.labels, row.point.width)
        found = metric_thresholds_logits.judge(row, replace(use, name=name), seen)
        return found and replace(found, message=f"'{use.name}' becomes {name}, which{found.message.removeprefix(name)}")
    entry = METRIC_NAMES.get(use.name)
    if entry is None:
        return None
    raw = row.form is Form.LOGITS
    if entry.logits_option:
        if bool(use.arguments.get("from_logits", False)) == raw or not raw:
            return None
        metric = use.told(use.name, from_logits=True)
        return another_metric(f"{use.name} reads raw scores as probabilities.", "from_logits=True", metric)
    cut = _cut(use)
    option = "thresholds" if use.name in ("Precision", "Recall") else "threshold"
    if raw and cut and all(0 < each < 1 for each in cut):
        metric = use.told(use.name, **{option: ZERO})
        if use.name == "F1Score":
            metric = Call("rightloss.metrics", "MultiLabelF1", (), {**_kept(metric), "from_logits": True})
        return another_metric(f"{use.name} cuts raw scores at {cut[0]:g}; their border is 0.", "threshold 0", metric)
    if not raw and cut == [ZERO] and row.point.labels is not Labels.INDEX:
        said = f"{use.name} cuts probabilities at 0: everything counts as yes."
        return another_metric(said, "threshold 0.5", use.told(use.name, **{option: HALF}))
    return None


def _kept(metric: Call) -> dict[str, Any]:
    """Options that our F1 shares with that of Keras."""
    return {key: value for key, value in metric.keywords.items() if key in ("average", "name")}
