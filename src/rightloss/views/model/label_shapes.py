"""The shape of labels, held against the shape of one output."""

from __future__ import annotations

from dataclasses import replace

from rightloss.contract import QUANTITY_LOSSES, Condition, Confidence, Evidence, Fact, Loss, Positions
from rightloss.contract.conditions import Shapes
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.model.graph import Head
from rightloss.views.model.loss_facts import LossFacts

Shape = tuple[int | None, ...]


def positions(axes: int) -> Positions:
    """What labels of so many axes beside the rows are for."""
    return (Positions.EXAMPLE, Positions.TOKEN, Positions.PIXEL, Positions.VOXEL)[min(axes, 3)]


def loses_axis(labels: Shape, output: Shape, loss: LossFacts) -> bool:
    """Whether Keras drops the last axis, of size one, of labels whose columns are the output's: (n, 5, 1) and (n, 5).

    Losses that are functions, or wrap one, do; the sparse one reads the axis itself, a loss class of the user's own
    gets the labels as they are.
    """
    whole_classes = hasattr(loss.live, "call") and not hasattr(loss.live, "fn")
    ours = loss.home == "rightloss" and loss.families <= {Loss.BINARY, Loss.MASKED_BINARY}
    if loss.families == {Loss.SPARSE} or (whole_classes and not ours):
        return False
    return bool(output) and len(labels) == len(output) + 1 and labels[-2:] == (output[-1], 1)


def shapes(profile: LabelProfile, head: Head, start: Evidence, loss: LossFacts) -> Evidence:
    """How labels of one number each meet the axes of the output. A loss that is not known finds the places of labels
    itself, as CTC does."""
    labels = profile.shape[:-1] if profile.shape[-1:] == (1,) else profile.shape
    output = head.shape[1:]
    fact = shape_fact(profile, head)
    seen = replace(start, positions=positions(len(labels)))
    if not output and not labels:
        return seen.meets(Condition.SHAPES, Shapes.SQUEEZED, fact)
    if len(output) > len(labels) + 1:
        return seen.meets(Condition.SHAPES, Shapes.EXTRA_AXIS, fact)
    if len(output) < len(labels) + 1:
        return seen.meets(Condition.SHAPES, Shapes.MISSING_AXIS, fact)
    differ = loss.known and any(
        a is not None and b is not None and a != b for a, b in zip(labels, output[:-1], strict=True)
    )
    if differ and labels == output[1:] and None not in labels:
        return seen.meets(Condition.SHAPES, Shapes.CLASSES_FIRST, fact)
    if differ:
        return seen.meets(Condition.SHAPES, Shapes.LENGTHS, fact)
    if loss.known and loss.families <= QUANTITY_LOSSES and output[-1] != 1:
        return seen  # whether each number is a class or one target for several units, its values tell
    return seen.meets(Condition.SHAPES, Shapes.FIT, fact)


def columns(profile: LabelProfile, head: Head, seen: Evidence, loss: LossFacts, width: int | None) -> Evidence:
    """Targets of a regression loss, `width` of them in the last axis, against the units of the last layer."""
    if head.units is None or width is None or head.units == width or seen.seen(Condition.SHAPES) or not loss.known:
        return seen
    return replace(seen.meets(Condition.SHAPES, Shapes.COLUMNS, shape_fact(profile, head)), classes=width)


def shape_fact(profile: LabelProfile, head: Head, says: str = "output {output}, y {y}") -> Fact:
    """Both shapes in words."""
    text = says.format(output=_written(head.shape), y=_written((None, *profile.shape)))
    return Fact(text, "y", Confidence.OBSERVED)


def _written(shape: Shape) -> str:
    inside = ", ".join("n" if index == 0 else str(size) for index, size in enumerate(shape))
    return f"({inside},)" if len(shape) == 1 else f"({inside})"
