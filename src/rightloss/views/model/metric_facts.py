"""What compiled metrics are, as Keras will resolve them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rightloss.contract import ACCURACY_NAMES, METRIC_NAMES, Confidence, Fact, MetricUse
from rightloss.contract.recipe import Call
from rightloss.views.model.loss_facts import spread

_TOLD = ("threshold", "thresholds", "from_logits", "k", "multi_label", "sparse_y_pred", "sparse_y_true", "ignore_class")
_EQUALITY = "Accuracy"


def metrics_of(
    model: Any, names: list[str], shapes: dict[str, tuple[tuple[int | None, ...], tuple[int | None, ...]]]
) -> dict[str, tuple[MetricUse, ...]]:
    """{output name: its metrics}.

    Args:
        names: outputs, in the model's order.
        shapes: {output name: (label shape, output shape)}; what 'accuracy' becomes is decided by these alone.
    """
    compiled = getattr(model, "_compile_metrics", None)
    found: dict[str, tuple[MetricUse, ...]] = dict.fromkeys(names, ())
    for argument, attribute in (("metrics", "_user_metrics"), ("weighted_metrics", "_user_weighted_metrics")):
        given = getattr(compiled, attribute, None)
        if not given:
            continue
        several = len(names) > 1
        each = spread(given, names) if several or isinstance(given, dict) else {names[0]: given}
        for name, entry in each.items():
            uses = [_use(item, argument, shapes.get(name)) for item in flat(entry)]
            placed = (replace(use, place=(argument, index)) for index, use in enumerate(uses) if use is not None)
            found[name] = (*found[name], *placed)
    return found


def flat(entry: Any) -> Iterator[Any]:
    """The metrics of one output, in the order in which they stand."""
    if isinstance(entry, list | tuple):
        for each in entry:
            yield from flat(each)
    elif entry is not None:
        yield entry


def _use(
    metric: Any, argument: str, shapes: tuple[tuple[int | None, ...], tuple[int | None, ...]] | None
) -> MetricUse | None:
    """One metric; None where it is not one that METRICS knows."""
    if isinstance(metric, str):
        text = f"{argument}=[{metric!r}]"
        if metric.lower() in ACCURACY_NAMES:
            name = _accuracy(shapes) if shapes is not None else "accuracy"
            fact = Fact(f"{text}, which Keras makes {name}", argument, Confidence.DECLARED)
            return MetricUse(name, fact, {"alias": metric})
        entry = METRIC_NAMES.get(metric)
        name = entry.name if entry is not None else metric
        return _known(name, text, argument, {})
    if hasattr(metric, "get_config"):
        kind = type(metric)
        if kind.__module__.split(".")[0] not in ("keras", "rightloss"):
            return None
        try:
            told = {name: value for name, value in metric.get_config().items() if name in _TOLD and value is not None}
        except Exception:  # a metric that cannot say how it was made
            told = {}
        told = {**_hidden(metric), **told}
        name = kind.__name__
        if name == "MeanMetricWrapper":
            name = getattr(getattr(metric, "_fn", None), "__name__", "")
        shown = ", ".join(f"{key}={value!r}" for key, value in told.items())
        use = _known(_canonical(name), f"{argument}=[{name}({shown})]", argument, told)
        return use and replace(use, written=_written(metric))
    if str(getattr(metric, "__module__", "")).startswith("keras"):
        name = _canonical(getattr(metric, "__name__", ""))
        return _known(name, f"{argument}=[{name}]", argument, {})
    return None


def _written(metric: Any) -> Call | None:
    """The call that makes this metric, with the options that differ from their defaults."""
    kind = type(metric)
    try:
        config = metric.get_config()
    except Exception:  # a metric that cannot say how it was made
        return None
    options = inspect.signature(kind).parameters
    given = {key: config[key] for key, option in options.items() if key in config and config[key] != option.default}
    told = {key: value for key, value in given.items() if key != "dtype" and not _automatic(key, value, metric)}
    return Call(f"{kind.__module__.split('.')[0]}.metrics", kind.__name__, (), told)


def _automatic(option: str, value: Any, metric: Any) -> bool:
    """Whether a name was given by Keras: that of the class, with a number."""
    import keras

    own = keras.utils.get_registered_name(type(metric)).rpartition(">")[2]
    return option == "name" and re.sub(r"_\d+$", "", str(value)) in (_snake(own), own.lower())


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _hidden(metric: Any) -> dict[str, Any]:
    """Options that a metric keeps to itself."""
    found = {}
    if hasattr(metric, "_from_logits"):
        found["from_logits"] = bool(metric._from_logits)
    return found


def _canonical(name: str) -> str:
    entry = METRIC_NAMES.get(name)
    return entry.name if entry is not None else name


def _known(name: str, text: str, argument: str, told: dict[str, Any]) -> MetricUse | None:
    if name != _EQUALITY and name not in METRIC_NAMES:
        return None
    return MetricUse(name, Fact(text, argument, Confidence.DECLARED), told)


def _accuracy(shapes: tuple[tuple[int | None, ...], tuple[int | None, ...]]) -> str:
    """What Keras makes of 'accuracy': it looks at shapes, never at values."""
    labels, output = shapes
    if output[-1:] == (1,):
        return "BinaryAccuracy"
    sparse = len(labels) < len(output) or (labels[-1:] == (1,) and (output[-1] or 0) > 1)
    return "SparseCategoricalAccuracy" if sparse else "CategoricalAccuracy"
