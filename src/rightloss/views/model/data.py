"""Training data as `fit` takes them -> one batch of x and y to probe with, and the labels of every output to read.

x is touched for one batch only. Labels are read once, up to a cap that the profile states.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from inspect import isgeneratorfunction
from typing import Any

from rightloss.errors import EmptyInput, UnsupportedInput
from rightloss.views.labels.profile import LabelProfile

ROWS_CAP = 20_000
"""Rows of a stream (a dataset, where x is computed along) that are looked at. Arrays are read whole."""
PROBE_ROWS = 30
"""Rows of the batch that is sent through the model."""


@dataclass(frozen=True)
class Data:
    """What `check` was given, split."""

    x: Any  # one batch of inputs, as the model takes it
    y: dict[str, Any]  # {output name: one batch of labels}, NumPy arrays
    labels: dict[str, LabelProfile] = field(default_factory=dict)
    sample_weight: Any = None
    rows: int | None = None


def one_batch(data: Any, names: list[str], *, avoid: frozenset[int] = frozenset()) -> Data:
    """A batch of x and y; labels are not read.

    Args:
        data: (x, y) or (x, y, sample_weight) of arrays, a `tf.data.Dataset`, a Keras PyDataset.
        names: outputs, in the model's order.
        avoid: sizes that the batch should not have, because an axis has them: equal sizes hide a broadcast.

    Raises:
        UnsupportedInput: a one-shot generator, x without y, or something else.
    """
    if isinstance(data, Iterator) or isgeneratorfunction(data):
        raise UnsupportedInput(
            "a generator, which can be read only once: training would miss what was looked at here",
            expected="arrays (x, y), a tf.data.Dataset or a keras.utils.PyDataset",
            fix="x, y = next(generator); rl.check(model, (x, y)), or with rl.guard(): model.fit(generator)",
        )
    if _is_dataset(data):
        first = next(iter(data), None)
        if first is None:
            raise EmptyInput("a dataset without a single batch", expected="batches of (x, y)", fix="check its source")
        return _split(first, names, None, avoid)
    if _is_pydataset(data):
        return _split(data[0], names, None, avoid)
    if isinstance(data, list | tuple) and len(data) in (2, 3):
        return _split(tuple(data), names, _rows(data[0]), avoid)
    raise UnsupportedInput(
        f"data of type {type(data).__name__}",
        expected="(x, y), (x, y, sample_weight), a tf.data.Dataset or a keras.utils.PyDataset",
        fix="rl.check(model, (x, y))",
    )


def with_labels(data: Any, batch: Data, names: list[str]) -> Data:
    """The batch, with the profile of all labels of every output.

    Raises:
        UnreadableInput, UnsupportedInput: see `views.labels.read`.
    """
    from rightloss.views.labels.read import profile_all

    if isinstance(data, list | tuple):
        outputs = _outputs(data[1], names)
        profiles = {name: _only(profile_all(labels)) for name, labels in outputs.items()}
    else:
        found = profile_all(data, rows_cap=ROWS_CAP)
        profiles = dict(zip(names, found.values(), strict=False))
    return replace(batch, labels=profiles)


def profile_labels(labels: Any, names: list[str]) -> dict[str, LabelProfile]:
    """The profile of labels that are at hand, one for each output."""
    from rightloss.views.labels.read import profile_all

    return {name: _only(profile_all(part)) for name, part in _outputs(labels, names).items()}


def _only(profiles: Mapping[Any, LabelProfile]) -> LabelProfile:
    return next(iter(profiles.values()))


def _is_dataset(data: Any) -> bool:
    tensorflow = sys.modules.get("tensorflow")
    return tensorflow is not None and isinstance(data, tensorflow.data.Dataset)


def _is_pydataset(data: Any) -> bool:
    import keras

    return isinstance(data, keras.utils.PyDataset)


def _split(parts: Any, names: list[str], rows: int | None, avoid: frozenset[int]) -> Data:
    if not isinstance(parts, list | tuple) or len(parts) < 2:
        raise UnsupportedInput(
            "data without labels", expected="(x, y): inputs and labels", fix="rl.check(model, (x, y))"
        )
    size = min(rows if rows is not None else PROBE_ROWS, PROBE_ROWS)
    while size > 2 and size in avoid:
        size -= 1
    x = few(parts[0], size)
    y = {name: _numpy(_head(part, size)) for name, part in _outputs(parts[1], names).items()}
    return Data(x, y, sample_weight=parts[2] if len(parts) > 2 else None, rows=rows)


def few(x: Any, size: int) -> Any:
    """The first rows of a batch of inputs."""
    return _map(x, lambda part: _head(part, size))


def _outputs(y: Any, names: list[str]) -> dict[str, Any]:
    """{output name: its labels}."""
    if isinstance(y, Mapping):
        return {name: y[name] for name in names if name in y} or {names[0]: next(iter(y.values()))}
    if isinstance(y, list | tuple) and len(names) > 1 and len(y) == len(names):
        return dict(zip(names, y, strict=True))
    return {names[0]: y} if len(names) == 1 else dict.fromkeys(names, y)


def _map(parts: Any, change: Any) -> Any:
    if isinstance(parts, Mapping):
        return {name: change(part) for name, part in parts.items()}
    if isinstance(parts, tuple) or (isinstance(parts, list) and parts and hasattr(parts[0], "shape")):
        return type(parts)(change(part) for part in parts)
    return change(parts)


def _head(part: Any, size: int) -> Any:
    if type(part).__module__.startswith(("pandas", "polars")):
        part = part[:size].to_numpy()
    if isinstance(part, list):
        import numpy as np

        return np.asarray(part[:size])
    return part[:size]


def _numpy(part: Any) -> Any:
    import numpy as np

    return np.asarray(part)


def _rows(x: Any) -> int:
    part = next(iter(x.values())) if isinstance(x, Mapping) else x[0] if isinstance(x, tuple) else x
    return int(part.shape[0]) if hasattr(part, "shape") else len(part)
