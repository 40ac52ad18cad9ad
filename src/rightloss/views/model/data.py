"""Training data as `fit` takes them -> one batch of x and y to probe with, and the labels of every output to read.

x is touched for one batch only. Labels are read once, up to a cap that the profile states.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from inspect import isgeneratorfunction
from typing import Any

from rightloss.errors import EmptyInput, RightlossError, UnsupportedInput
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


@dataclass(frozen=True)
class Parts:
    """(x, y) or (x, y, sample_weight): the first batch of a stream, or all rows of arrays."""

    parts: tuple[Any, ...]
    rows: int | None  # of arrays, which are all there

    def batch(
        self, names: list[str], *, avoid: frozenset[int] = frozenset(), fixed: int | None = None, whole: bool = False
    ) -> Data:
        """One batch; labels are not read.

        Args:
            names: outputs, in the model's order.
            avoid: sizes that the batch should not have, because an axis has them: equal sizes hide a broadcast.
            fixed: the size that the model was built for.
            whole: take a batch of a stream as it comes, for models that ask for its size.

        Raises:
            UnsupportedInput: rows that cannot be cut into a batch.
        """
        size = min(self.rows if self.rows is not None else PROBE_ROWS, PROBE_ROWS)
        while size > 2 and size in avoid and not fixed:
            size -= 1
        size = fixed or (sys.maxsize if whole else size)
        try:
            x = few(self.parts[0], size)
            y = {name: _numpy(_head(part, size)) for name, part in _outputs(self.parts[1], names).items()}
        except RightlossError:
            raise
        except Exception as error:  # arrays of anybody's kind, cut by their own rules
            sparse = any("Sparse" in type(part).__name__ for part in self.parts[:2])
            raise UnsupportedInput(
                f"x or y of which no batch can be cut ({type(self.parts[0]).__name__}, {type(self.parts[1]).__name__})",
                expected="arrays with one row for each example, or batches of such arrays",
                fix="tf.sparse.to_dense(y)"
                if sparse
                else "dataset.batch(32) for a dataset of single examples; np.asarray(y) for lists",
            ) from error
        weight = self.parts[2] if len(self.parts) > 2 else None
        return Data(x, y, sample_weight=weight, rows=self.rows)


def first_parts(data: Any) -> Parts:
    """What `check` was given, taken apart.

    Args:
        data: (x, y) or (x, y, sample_weight) of arrays, a `tf.data.Dataset`, a Keras PyDataset.

    Raises:
        UnsupportedInput: a one-shot generator, x without y, or something else.
        EmptyInput: not a single example.
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
        return Parts(_checked(first), None)
    if _is_pydataset(data):
        return Parts(_checked(data[0]), None)
    if isinstance(data, list | tuple) and len(data) in (2, 3):
        return Parts(_checked(data), _same_rows(data[0], data[1]))
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
        named = set(names) <= set(found)
        profiles = {name: found[name] for name in names} if named else dict(zip(names, found.values(), strict=False))
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


def _checked(parts: Any) -> tuple[Any, ...]:
    """x and y, neither of them missing."""
    if not isinstance(parts, list | tuple) or len(parts) < 2 or parts[0] is None or parts[1] is None:
        raise UnsupportedInput(
            "data without labels", expected="(x, y): inputs and labels", fix="rl.check(model, (x, y))"
        )
    return tuple(parts)


def _same_rows(x: Any, y: Any) -> int:
    """How many examples arrays hold."""
    try:
        rows, labels = _rows(x), _rows(y)
    except TypeError as error:
        raise UnsupportedInput(
            f"x of type {type(x).__name__}, y of type {type(y).__name__}",
            expected="arrays with one row for each example",
            fix="rl.check(model, (np.asarray(x), np.asarray(y)))",
        ) from error
    if not rows or not labels:
        raise EmptyInput("arrays without a single example", expected="at least one row", fix="check their source")
    several = isinstance(y, list) and labels != rows  # a list of outputs
    if rows != labels and not several:
        raise UnsupportedInput(
            f"{rows:,} rows of x and {labels:,} labels",
            expected="one label for each row",
            fix="x, y = x[keep], y[keep]  # cut both alike",
        )
    return rows


def few(x: Any, size: int) -> Any:
    """The first rows of a batch of inputs."""
    return _map(x, lambda part: _head(part, size))


def _outputs(y: Any, names: list[str]) -> dict[str, Any]:
    """{output name: its labels}."""
    if isinstance(y, list | tuple) and len(names) > 1 and len(y) != len(names) and all(map(_is_array, y)):
        raise UnsupportedInput(
            f"labels for {len(y)} outputs, and a model with {len(names)}: {', '.join(names)}",
            expected="one array of labels for each output",
            fix=f"y = {{{', '.join(f'{name!r}: ...' for name in names)}}}",
        )
    if isinstance(y, Mapping):
        return {name: y[name] for name in names if name in y} or {names[0]: next(iter(y.values()))}
    if isinstance(y, list | tuple) and len(names) > 1 and len(y) == len(names):
        return dict(zip(names, y, strict=True))
    return {names[0]: y} if len(names) == 1 else dict.fromkeys(names, y)


def _is_array(part: Any) -> bool:
    return hasattr(part, "shape") and len(part.shape) > 0


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
    """Rows of an array, or of the first of several inputs or outputs."""
    if isinstance(x, Mapping):
        x = next(iter(x.values()))
    elif isinstance(x, tuple) or (isinstance(x, list) and x and hasattr(x[0], "shape") and len(x[0].shape)):
        x = x[0]
    return int(x.shape[0]) if hasattr(x, "shape") and len(x.shape) else len(x)
