"""The profile of labels, held against one output and its loss -> readings as they stand, with their conditions.

`select` may prepare labels; here nothing is prepared. Labels are what the loss would see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rightloss.contract import QUANTITY_LOSSES, Condition, Confidence, Evidence, Fact, Field, Labels, Loss, Width
from rightloss.contract.conditions import (
    LARGEST_EXACT,
    MANY_IDS,
    Bounds,
    ClassesSeen,
    LabelKind,
    LabelRange,
    Meaning,
    Missing,
    Representable,
    RowSums,
    Shapes,
)
from rightloss.views.labels.profile import LabelProfile, RowFacts
from rightloss.views.labels.readings.pictures import AREAS
from rightloss.views.labels.readings.sentinels import FAR, LONE_CODES
from rightloss.views.model.graph import Head
from rightloss.views.model.label_shapes import columns, loses_axis, positions, shape_fact, shapes
from rightloss.views.model.loss_facts import LossFacts

ENOUGH = 20
"""Rows from which on "exactly one 1 in each" is no chance."""
NOISE = 0.3
"""How far beyond [0, 1] labels with added noise may lie (a trick for GAN discriminators)."""
MANY = 100
"""More different numbers than this, for one output unit, are quantities rather than classes."""
ROWS_LOSSES = frozenset({Loss.CATEGORICAL, Loss.DIVERGENCE})
_RANGES = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, float("inf"))}


def label_evidence(profile: LabelProfile, head: Head, loss: LossFacts, start: Evidence) -> Evidence:
    """`start`, narrowed by what the labels of this output are.

    Args:
        profile: of the labels.
        head: the output; its shape must be known.
        loss: what reads the labels.
        start: evidence about loss and activation.
    """
    if profile.kind in ("text", "tags", "mixed", "datetime") or profile.dtype == "object":
        kind = LabelKind.OBJECTS if profile.kind not in ("text", "tags") else LabelKind.TEXT
        return start.meets(Condition.LABEL_KIND, kind, _fact(f"y is of dtype {profile.dtype} ({profile.kind})"))
    if profile.kind == "empty" or not head.shape:
        return start
    shape, output = profile.shape, head.shape[1:]
    if len(shape) == len(output) and shape[-1:] != (1,) and profile.row_facts is not None:
        seen = replace(start, positions=positions(len(output) - 1))
        return _Columns(profile, profile.row_facts, head, loss).narrow(seen)
    if loses_axis(shape, output, loss):
        return start  # what their columns mean is not looked into
    seen = shapes(profile, head, start, loss)
    if seen.seen(Condition.SHAPES) is Shapes.CLASSES_FIRST:
        return seen  # the last axis holds no classes that labels could be held against
    return _Scalars(profile, head, loss).narrow(seen)


def _fact(text: str, where: str = "y") -> Fact:
    return Fact(text, where, Confidence.OBSERVED)


class _Numbers:
    """What both kinds of labels share."""

    def __init__(self, profile: LabelProfile, head: Head, loss: LossFacts) -> None:
        self.profile, self.head, self.loss = profile, head, loss
        told = loss.options.get("ignore_class", loss.options.get("ignore"))
        self.ignored = None if told is None or told != told else told
        self.values = {value for value in profile.values if value != self.ignored} if profile.distinct_exact else None
        self.low = min(self.values) if self.values else profile.minimum
        self.high = max(self.values) if self.values else profile.maximum

    @property
    def families(self) -> frozenset[Loss]:
        """Of the loss."""
        return self.loss.families

    def only(self, families: Iterable[Loss]) -> bool:
        """Whether the loss is surely one of these."""
        return self.families <= frozenset(families)

    def missing(self, seen: Evidence) -> Evidence:
        """NaN labels, and what the loss was told to leave out."""
        if self.ignored is not None:
            seen = replace(seen, ignore=self.ignored)
        if not self.profile.missing or not self.loss.known or self.only(QUANTITY_LOSSES):
            return seen
        if self.loss.home == "rightloss" and not self.only({Loss.MASKED_BINARY}):
            return seen  # all losses of this package leave NaN out
        text = f"{self.profile.missing:,} of {self.profile.cells:,} labels are NaN"
        seen = replace(seen, ignore=float("nan")) if seen.ignore is None else seen
        return seen.meets(Condition.MISSING, Missing.NAN, _fact(text))

    def sentinel(self, seen: Evidence, value: float) -> Evidence:
        """A number that stands for "no label", which the loss was not told."""
        count = self.profile.values.get(value, 0)
        fact = _fact(f"{count:,} of {self.profile.cells:,} labels are {value:g}")
        return replace(seen, ignore=value).meets(Condition.MISSING, Missing.SENTINEL, fact)

    def out_of_range(self, seen: Evidence, value: LabelRange) -> Evidence:
        """Labels the loss cannot read."""
        return seen.meets(Condition.RANGE, value, _fact(self.span()))

    def span(self) -> str:
        """The values in words."""
        low, high = self.low, self.high
        if self.values is not None and 0 < len(self.values) <= 4:
            return f"labels are {', '.join(f'{value:g}' for value in sorted(self.values))}"
        return f"labels run from {low:g} to {high:g}" if low is not None and high is not None else "labels"

    def bounds(self, seen: Evidence) -> Evidence:
        """Targets of a regression loss against the range of the activation."""
        limits = _RANGES.get(self.head.word)
        if limits is None or self.low is None or self.high is None:
            return seen
        outside = self.low < limits[0] - NOISE or self.high > limits[1] + NOISE
        fact = _fact(f"targets run from {self.low:g} to {self.high:g}; {self.head.word} stays in {list(limits)}")
        return seen.meets(Condition.BOUNDS, Bounds.OUTSIDE if outside else Bounds.INSIDE, fact)

    def constant(self, seen: Evidence) -> Evidence:
        """Whether there is more than one class."""
        if self.values is None or self.profile.rows < 2 or not self.values or self.profile.infinite:
            return seen
        value = ClassesSeen.ONE if len(self.values) == 1 else ClassesSeen.SEVERAL
        return seen.meets(Condition.CLASSES_SEEN, value, _fact(f"{len(self.values):,} different labels"))


class _Scalars(_Numbers):
    """One number for each example, token or pixel."""

    def narrow(self, seen: Evidence) -> Evidence:
        """The evidence after the labels were looked at."""
        seen = self.missing(seen)
        if self.only(QUANTITY_LOSSES):
            return self._quantity_loss(seen)
        if not self.loss.known:
            return self._unknown_loss(seen)
        seen = self.constant(seen)
        if self.values is not None and self.values <= {0, 1}:
            return self._two(seen)
        if not self.profile.integral:
            return self._fractions(seen)
        return self._ids(seen) if (self.head.units or 2) > 1 or self.only({Loss.SPARSE}) else self._one_unit(seen)

    def _two(self, seen: Evidence) -> Evidence:
        seen = seen.narrow(Field.LABELS, {Labels.BINARY, Labels.INDEX}, _fact(self.span()))
        return self._width(seen, 2)

    def _width(self, seen: Evidence, classes: int) -> Evidence:
        """Ids seen are a lower bound of the classes: more units are no contradiction."""
        units = self.head.units
        seen = replace(seen, classes=classes, classes_exact=False)
        if units is None:
            return seen
        if units == 1:
            width = {Width.ONE}
        elif units == classes:
            width = {Width.K}
        else:
            width = {Width.FEWER} if units < classes else {Width.K, Width.MORE}
        if units > classes:
            seen = replace(seen, classes=units)
        where = self.head.layer or "last layer"
        return seen.narrow(
            Field.WIDTH, width, Fact(f"{units} unit{'s' if units != 1 else ''}", where, Confidence.DECLARED)
        )

    def _quantity_loss(self, seen: Evidence) -> Evidence:
        classes = self.values is not None and self.values == {0, 1} and self.profile.rows >= ENOUGH
        several = (self.head.units or 1) > 1 and self.profile.integral and self.low == 0
        if classes:
            return self._two(seen)
        if several and self.high is not None and self.high < (self.head.units or 0):
            return self._width(seen.narrow(Field.LABELS, Labels.INDEX, _fact(self.span())), int(self.high) + 1)
        return self.bounds(columns(self.profile, self.head, seen, self.loss, 1))

    def _unknown_loss(self, seen: Evidence) -> Evidence:
        if self.values is not None and self.values == {0, 1}:
            return self._two(seen)
        return seen

    def _fractions(self, seen: Evidence) -> Evidence:
        low, high = self.low or 0.0, self.high or 0.0
        inside = low >= -NOISE and high <= 1 + NOISE
        if self.only({Loss.BINARY, Loss.MASKED_BINARY}) and inside:
            seen = seen.narrow(Field.LABELS, Labels.BINARY, _fact("labels are probabilities between 0 and 1"))
            return self._width(seen, 2)
        few = self.values is not None and len(self.values) <= (self.head.units or 1)
        if self.only({Loss.SPARSE}) and few and low > -1:
            seen = seen.narrow(Field.LABELS, Labels.INDEX, _fact(self.span()))
            return self.out_of_range(self._width(seen, int(high) + 1), LabelRange.FRACTIONAL)
        if self.profile.distinct > MANY or not self.only({Loss.BINARY}):
            return seen.meets(Condition.MEANING, Meaning.QUANTITY, _fact(self.span()))
        return self.out_of_range(seen, LabelRange.SCALED)

    def _one_unit(self, seen: Evidence) -> Evidence:
        """Whole numbers other than 0 and 1 for one unit."""
        values = self.values or set()
        extra = sorted(values - {0, 1})
        binary = seen.narrow(Field.LABELS, Labels.BINARY, _fact(self.span()))
        if values == {-1, 1}:
            return self._width(self.out_of_range(binary, LabelRange.SIGNED), 2)
        if len(values) == 2 and 0 in values and (self.high or 0) > 1:
            return self._width(self.out_of_range(binary, LabelRange.GREY), 2)
        if len(values) == 2 and (self.low or 0) >= 1:
            return self._width(self.out_of_range(binary, LabelRange.OFFSET), 2)
        if len(extra) == 1 and extra[0] in LONE_CODES and len(values) == 3:
            return self._width(self.sentinel(binary, extra[0]), 2)
        mask = self.profile.integral and values == set(range(len(values)))  # ids of classes, not grey levels
        if self.values is None or len(values) > MANY or (seen.positions in AREAS and not mask):
            pixels = seen.positions in AREAS and self.only({Loss.BINARY})
            if pixels:
                return self._width(self.out_of_range(binary, LabelRange.SCALED), 2)
            return seen.meets(Condition.MEANING, Meaning.QUANTITY, _fact(self.span()))
        return self._ids(seen)

    def _ids(self, seen: Evidence) -> Evidence:
        units, values = self.head.units or 0, self.values
        low, high = int(self.low or 0), int(self.high or 0)
        seen = seen.narrow(Field.LABELS, Labels.INDEX, _fact(self.span()))
        if values == {-1, 1}:
            return self._width(self.out_of_range(seen, LabelRange.SIGNED), 2)
        if values is not None and len(values) > 2:
            code = next((code for code in LONE_CODES if code in values and self._stands_alone(code, units)), None)
            if code is not None:
                seen = self.sentinel(seen, code)
                rest = values - {code}
                low, high = int(min(rest)), int(max(rest))
        if self.profile.all_unique and self.profile.rows >= MANY_IDS:
            fact = _fact(f"{self.profile.rows:,} rows, all labels different")
            return self._width(seen, units).meets(Condition.MEANING, Meaning.IDS, fact)
        if units == 1 and values is not None:  # the unit is what does not fit, not the ids
            return self._width(seen, max(len(values), 3))
        seen = self._representable(seen, high)
        if low < 0 or (high >= units and low > 0):
            value = LabelRange.OFFSET if low > 0 and high - low < max(units, 2) else LabelRange.OUTSIDE
            return self._width(self.out_of_range(seen, value), max(units, 2))
        gaps = values is not None and len(values) <= units <= high
        if gaps and units > 1:
            return self._width(self.out_of_range(seen, LabelRange.OUTSIDE), units)
        return self._width(seen, high + 1)

    def _stands_alone(self, code: int, units: int) -> bool:
        """Whether a number cannot be a class: it is negative, or far beyond all others and beyond all units.

        Where there is a unit for each value, that one included, a number near by is a class whose id leaves a gap.
        """
        rest = [value for value in self.values or () if value != code]
        if code < 0:
            return min(rest) >= 0
        far = code > FAR * (units if len(rest) + 1 == units else max(rest))
        return far and code >= units > max(rest)

    def _representable(self, seen: Evidence, high: int) -> Evidence:
        largest = LARGEST_EXACT.get(self.loss.dtype)
        if largest is None:
            return seen
        value = Representable.ROUNDED if high > largest else Representable.EXACT
        fact = _fact(f"ids up to {high:,}; {self.loss.dtype} is exact up to {largest:,}")
        return seen.meets(Condition.REPRESENTABLE, value, fact)


class _Columns(_Numbers):
    """The last axis holds one column for each class or label."""

    def __init__(self, profile: LabelProfile, rows: RowFacts, head: Head, loss: LossFacts) -> None:
        super().__init__(profile, head, loss)
        self.rows = rows

    def narrow(self, seen: Evidence) -> Evidence:
        """The evidence after the labels were looked at."""
        ids = self.only({Loss.SPARSE}) and self.profile.integral and (self.high or 0) > 1
        if ids:
            fact = shape_fact(self.profile, self.head, "y {y} holds ids, output {output}")
            return seen.meets(Condition.SHAPES, Shapes.MISSING_AXIS, fact)
        seen = self.missing(self._width(seen))
        cells = self.values
        if cells is not None and self.profile.integral and cells <= {0, 1}:
            return self._zero_one(seen)
        if self.only(QUANTITY_LOSSES):
            return self.bounds(columns(self.profile, self.head, seen, self.loss, self.profile.shape[-1]))
        if not self.loss.known:
            return seen
        return self._other(seen, cells)

    def _other(self, seen: Evidence, cells: set[float] | None) -> Evidence:
        """Cells that are not just 0 and 1."""
        low, high = self.low or 0.0, self.high or 0.0
        single = self.rows.one_positive == self.rows.vectors
        exclusive = Labels.ONEHOT if single else Labels.MULTIHOT
        if cells is not None and self.profile.integral:
            code = next((code for code in LONE_CODES if code in cells and cells - {code} == {0, 1}), None)
            if code is not None:
                return self.sentinel(self._labels(seen, Labels.MULTIHOT, Labels.MULTIHOT_MISSING), code)
            if cells == {-1, 1}:
                return self.out_of_range(self._labels(seen, exclusive), LabelRange.SIGNED)
            if len(cells) == 2 and 0 in cells:
                return self.out_of_range(self._labels(seen, exclusive), LabelRange.GREY)
        if low >= -NOISE and high <= 1 + NOISE and not self.profile.integral:
            return self._fractions(seen)
        if self.only(ROWS_LOSSES) and low >= 0:
            return self._row_sums(self._labels(seen, Labels.DISTRIBUTION, Labels.MULTIHOT), RowSums.OTHER)
        counts = cells is not None and self.profile.integral and low >= 0
        return self.out_of_range(
            self._labels(seen, Labels.MULTIHOT), LabelRange.COUNTED if counts else LabelRange.SCALED
        )

    def _zero_one(self, seen: Evidence) -> Evidence:
        rows = self.rows
        if self.profile.missing:
            return self._labels(seen, Labels.MULTIHOT, Labels.MULTIHOT_MISSING)
        if rows.one_positive == rows.vectors:
            if rows.vectors < ENOUGH:
                return self._labels(seen, Labels.ONEHOT, Labels.MULTIHOT)
            return self._labels(seen, Labels.ONEHOT)
        if self.only(QUANTITY_LOSSES):
            return self.bounds(seen)
        if rows.sum_max <= 1 and self.only(ROWS_LOSSES):
            return self._row_sums(self._labels(seen, Labels.ONEHOT), RowSums.EMPTY)
        return self._labels(seen, Labels.MULTIHOT)

    def _fractions(self, seen: Evidence) -> Evidence:
        rows = self.rows
        if rows.sum_is_one == rows.vectors:
            return self._labels(seen, Labels.DISTRIBUTION)
        if self.only(ROWS_LOSSES):
            return self._row_sums(self._labels(seen, Labels.DISTRIBUTION, Labels.MULTIHOT), RowSums.OTHER)
        return self._labels(seen, Labels.MULTIHOT)

    def _row_sums(self, seen: Evidence, value: RowSums) -> Evidence:
        rows = self.rows
        text = f"rows sum to {rows.sum_min:.3g} ... {rows.sum_max:.3g}; {rows.sum_is_zero:,} of {rows.vectors:,} are 0"
        return seen.meets(Condition.ROW_SUMS, value, _fact(text))

    def _labels(self, seen: Evidence, *labels: Labels) -> Evidence:
        rows = self.rows
        text = (
            f"{rows.columns:,} columns; {rows.one_positive:,} of {rows.vectors:,} rows have exactly one value above 0"
        )
        return seen.narrow(Field.LABELS, labels, _fact(text))

    def _width(self, seen: Evidence) -> Evidence:
        units, columns = self.head.units, self.rows.columns
        seen = replace(seen, classes=columns)
        if units is None:
            return seen
        width = Width.K if units == columns else Width.ONE if units == 1 else None
        width = width or (Width.FEWER if units < columns else Width.MORE)
        where = self.head.layer or "last layer"
        return seen.narrow(Field.WIDTH, width, Fact(f"{units} units for {columns} columns", where, Confidence.DECLARED))
