"""What all losses here share: cells, which of them are known, and how they are averaged.

A *cell* is one term of a loss: one label of one example, one pixel, one token, one group of exclusive labels. Each
family says what its cells are and what one costs; everything else is said once, here:

* Missing cells (NaN, or equal to `ignore`) are replaced *before* the loss is computed, so neither their label nor
  their logit can reach a value or a gradient. The logits of cells of weight 0, and of those that Keras masks, likewise.
* A known label that no cross-entropy can read (an id outside 0..K-1, a binary label outside [0, 1], a row that does
  not sum to 1) makes the loss NaN. Compiled code cannot raise, and a number would be a lie; NaN is the same in eager,
  graph and XLA, stops `keras.callbacks.TerminateOnNaN`, and leaves the weights alone: its gradient is zero.
* Labels never broadcast against logits. Shapes that differ by more than a last dimension of 1 raise.
* Arithmetic is at least float32, whatever the policy of the model is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
from keras import ops

from rightloss.errors import WrongArgument

Tensor = Any
"""A tensor of the Keras backend, or anything `keras.ops.convert_to_tensor` takes."""

SOFT_TOLERANCE = 1e-2
"""How far soft labels may lie outside [0, 1], or their row sum from 1: bfloat16 rows miss 1 by 0.004."""


class Cells(NamedTuple):
    """Losses and which of them count; both of shape (n,) or (n, ...). Unknown cells hold 0."""

    losses: Tensor
    known: Tensor

    def per_example(self) -> Tensor:
        """Mean over the known cells of each example, shape (n,); 0 where none is known."""
        return ops.divide_no_nan(sum_per_example(self.losses), sum_per_example(ops.cast(self.known, self.losses.dtype)))


class CellLoss(keras.losses.Loss):
    """Keras form of a loss made of cells. Subclasses hold configuration and say what their cells are.

    Reductions:
        "sum_over_batch_size", "mean": every known cell of the batch weighs the same: sum of weighted losses over the
            *number* of known cells, as Keras divides by the number of examples. A row with one known label of a
            hundred does not count as much as a row with all of them. Rows without any known cell change nothing,
            exactly as if they were not in the batch. Equal to Keras's own mean where all cells are known.
        "mean_with_sample_weight": the same, over the *sum of the weights* of the known cells.
        "none": mean over the known cells of each example, shape (n,).
        "sum": the sum of those.

    `sample_weight` may have one value per example, (n,) or (n, 1), or per cell. A mask that Keras carries with the
    logits (from `Embedding(mask_zero=True)` or `Masking`) makes cells unknown too.

    Args:
        ignore: the label value that means "missing", such as -1, 255 or -100; None: only NaN does.
        name: name of the loss.
        reduction: one of the above.
        dtype: dtype of the arithmetic; float16 and bfloat16 are raised to float32, so labels keep their value.
    """

    def __init__(
        self,
        *,
        ignore: float | None = None,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if self.dtype in ("float16", "bfloat16"):
            super().__init__(name=name, reduction=reduction, dtype="float32")
        self.ignore = ignore_value(ignore)
        self._averages = self.reduction not in (None, "none", "sum")
        self._reduce = _KerasReduction(
            name="reduction", reduction="sum_over_batch_size" if self._averages else reduction, dtype=self.dtype
        )

    def cells(self, labels: Tensor, logits: Tensor) -> Cells:
        """The cells of one batch."""
        raise NotImplementedError

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Loss per example, shape (n,)."""
        return self.cells(y_true, y_pred).per_example()

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        mask = keras_mask(y_pred)
        logits = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        for switch in (mask, sample_weight):
            logits = switched_off(logits, switch)
        losses, known = self.cells(ops.convert_to_tensor(y_true), logits)
        known, weight = cell_weights(known, sample_weight, mask, dtype=losses.dtype)
        count = sum_per_example(ops.cast(known, losses.dtype))  # (n,)
        total = sum_per_example(weighted(losses, weight))  # (n,)
        if not self._averages:
            return self._reduce(total, ops.divide_no_nan(total, count))
        over = ops.sum(weight) if self.reduction == "mean_with_sample_weight" else ops.sum(count)
        examples = ops.cast(ops.shape(total)[0], losses.dtype)
        return self._reduce(total, total * ops.divide_no_nan(examples, over))

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction, "dtype": self.dtype, "ignore": self.ignore}


class _KerasReduction(keras.losses.Loss):
    """Keras's own reduction of values that are already losses, with its scaling under `tf.distribute`."""

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return y_pred


def ignore_value(ignore: object) -> int | float | None:
    """`ignore` as a number, or None where only NaN is missing."""
    if ignore is None:
        return None
    if isinstance(ignore, bool) or not isinstance(ignore, (int, float)):
        raise WrongArgument(
            f"ignore={ignore!r}",
            expected="the number that marks a missing label, or None (NaN is always missing)",
            fix="ignore=-1",
        )
    return None if math.isnan(ignore) else ignore


def numbers(labels: Tensor) -> Tensor:
    """Labels as a tensor of numbers that compares safely with `ignore` and with the number of classes.

    Floats become at least float32, the rest int64: cast to uint8, -1 would be 255; cast to int8, 128 classes would be
    -128.
    """
    labels = ops.convert_to_tensor(labels)
    dtype = keras.backend.standardize_dtype(labels.dtype)
    if dtype == "string":
        raise WrongArgument(
            "labels are text", expected="numbers", fix="labels = numpy.unique(labels, return_inverse=True)[1]"
        )
    if keras.backend.is_float_dtype(dtype):
        return wide(labels)
    return ops.cast(labels, "int64")


def wide(x: Tensor) -> Tensor:
    """`x` as a tensor of float32 or float64."""
    x = ops.convert_to_tensor(x)
    return x if keras.backend.standardize_dtype(x.dtype) in ("float32", "float64") else ops.cast(x, "float32")


def is_known(labels: Tensor, ignore: float | None) -> Tensor:
    """True where a label (of `numbers`) is neither NaN nor equal to `ignore`; same shape as `labels`."""
    floats = keras.backend.is_float_dtype(keras.backend.standardize_dtype(labels.dtype))
    known = ops.logical_not(ops.isnan(labels)) if floats else ops.ones_like(labels, dtype="bool")
    if ignore is None or not (floats or float(ignore).is_integer()):  # no whole number equals 0.5
        return known
    return ops.logical_and(known, ops.not_equal(labels, ops.cast(ignore, labels.dtype)))


def same_shape(labels: Tensor, logits: Tensor) -> Tensor:
    """`labels` in the shape of `logits`, adding or dropping a last dimension of 1 and nothing else.

    Raises:
        WrongArgument: (a ValueError) with both shapes, where they differ otherwise.
    """
    was = tuple(labels.shape)
    if len(labels.shape) == len(logits.shape) + 1 and labels.shape[-1] == 1:
        labels = ops.squeeze(labels, axis=-1)
    elif len(labels.shape) + 1 == len(logits.shape) and logits.shape[-1] == 1:
        labels = ops.expand_dims(labels, axis=-1)
    ours, theirs = tuple(labels.shape), tuple(logits.shape)
    known = [(a, b) for a, b in zip(ours, theirs, strict=False) if a is not None and b is not None]
    if len(ours) != len(theirs) or any(a != b for a, b in known):
        raise shapes_differ(was, theirs)
    # A size unknown while tracing is checked when the code runs: reshape refuses another number of cells.
    return ops.reshape(labels, ops.shape(logits)) if len(known) < len(ours) else labels


def shapes_differ(labels: tuple[int | None, ...], logits: tuple[int | None, ...]) -> WrongArgument:
    """The error for labels that do not line up with logits."""
    return WrongArgument(
        f"labels of shape {labels} against logits of shape {logits}",
        expected="one label for each logit of this loss",
        fix="make the units of the last layer and the label columns agree",
    )


def sum_per_example(values: Tensor) -> Tensor:
    """Sum over everything but the first axis: (n, ...) to (n,)."""
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))


def expand_to(weight: Tensor, cells: Tensor, *, name: str) -> Tensor:
    """A weight or mask per example, per position or per cell, with axes added on the right to meet the cells.

    Raises:
        WrongArgument: (a ValueError) where a size is neither 1 nor that of the cells.
    """
    was = tuple(weight.shape)
    while len(weight.shape) > len(cells.shape) and weight.shape[-1] == 1:
        weight = ops.squeeze(weight, axis=-1)
    while len(weight.shape) < len(cells.shape):
        weight = ops.expand_dims(weight, axis=-1)
    sizes = list(zip(weight.shape, cells.shape, strict=False))
    if len(weight.shape) != len(cells.shape) or any(a not in (None, 1, b) and b is not None for a, b in sizes):
        raise WrongArgument(
            f"{name} of shape {was} for losses of shape {tuple(cells.shape)}",
            expected=f"{name} of one value per example, or one per cell",
            fix=f"give {name} the shape ({cells.shape[0] or 'n'},)",
        )
    return weight


def keras_mask(outputs: Tensor) -> Tensor | None:
    """The mask that Keras layers carry along with their output, if any; lost by a cast, so read it first."""
    return getattr(outputs, "_keras_mask", None)


def cell_weights(
    known: Tensor, sample_weight: Tensor | None, mask: Tensor | None, *, dtype: str
) -> tuple[Tensor, Tensor]:
    """Which cells count once Keras's mask is applied, and the weight of each (0 where it does not count)."""
    if mask is not None:
        known = ops.logical_and(known, expand_to(ops.cast(mask, "bool"), known, name="mask"))
    weight = ops.cast(known, dtype)
    if sample_weight is not None:
        given = ops.convert_to_tensor(sample_weight, dtype=dtype)
        weight = weight * expand_to(given, known, name="sample_weight")
    return known, weight


def switched_off(logits: Tensor, switch: Tensor | None) -> Tensor:
    """`logits`, 0 where a weight or mask per example, position or cell is 0.

    A product of 0 and NaN is NaN also in the gradient, so a broken logit has to go before the loss is computed.
    Weights that do not line up with the logits (those of groups) leave them alone.
    """
    if switch is None:
        return logits
    on = ops.not_equal(ops.convert_to_tensor(switch), 0)
    while len(on.shape) > len(logits.shape) and on.shape[-1] == 1:
        on = ops.squeeze(on, axis=-1)
    while len(on.shape) < len(logits.shape):
        on = ops.expand_dims(on, axis=-1)
    sizes = zip(on.shape, logits.shape, strict=False)
    if len(on.shape) != len(logits.shape) or any(a not in (None, 1, b) and b is not None for a, b in sizes):
        return logits
    return ops.where(on, logits, ops.zeros_like(logits))


def weighted(values: Tensor, weight: Tensor) -> Tensor:
    """`values * weight`, where weight 0 also silences NaN: it is how people switch off a row with a broken label."""
    return ops.where(weight == 0, ops.zeros_like(values), weight * values)


def plain(values: Any, *, name: str) -> float | list[float]:
    """A number or a list of numbers as plain Python, fit for a config.

    Args:
        values: number, list, tuple, array, or a dictionary with keys 0..K-1 as Keras's `class_weight` takes.
        name: the argument's name, for the error.

    Raises:
        WrongArgument: where a value is not a finite number.
    """
    if isinstance(values, Mapping):
        if sorted(values) != list(range(len(values))):
            raise WrongArgument(f"{name} has the keys {list(values)}", expected="keys 0..K-1", fix="give a list")
        values = [values[key] for key in range(len(values))]
    listed = values.tolist() if hasattr(values, "tolist") else values
    try:
        numbers = [float(v) for v in listed] if isinstance(listed, (list, tuple)) else float(listed)
    except (TypeError, ValueError):
        numbers = math.nan
    if not all(math.isfinite(v) for v in (numbers if isinstance(numbers, list) else [numbers])):
        raise WrongArgument(f"{name}={values!r}", expected="a finite number, or one per class", fix=f"{name}=1.0")
    return numbers


def positive(values: Any, *, name: str) -> float | list[float] | None:
    """`plain` numbers that are all above 0; None stays None.

    Raises:
        WrongArgument: where one is not.
    """
    if values is None:
        return None
    numbers = plain(values, name=name)
    if any(v <= 0 for v in (numbers if isinstance(numbers, list) else [numbers])):
        raise WrongArgument(f"{name}={values!r}", expected="numbers above 0", fix="merge or leave out empty classes")
    return numbers


def against_last_axis(values: float | list[float], logits: Tensor, *, name: str) -> Tensor:
    """`values` as a tensor that multiplies the last axis of `logits`; its length must be the number of units."""
    if isinstance(values, list) and logits.shape[-1] not in (None, len(values)):
        raise WrongArgument(
            f"{name} has {len(values)} values, the logits have {logits.shape[-1]} units",
            expected=f"{name} with one value for each unit of the last layer",
            fix=f"give {name} {logits.shape[-1]} values",
        )
    return ops.convert_to_tensor(values, dtype=logits.dtype)
