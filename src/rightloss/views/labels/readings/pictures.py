"""Numbers of pixels and voxels: class ids, a mask with grey edges, or a picture; and 255 above ids as its border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rightloss.contract import Labels, Positions, Source
from rightloss.contract.preparation import Op, Preparation, Step
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings.reading import Ask, Reading, evidence, observed, regression
from rightloss.views.labels.readings.sentinels import border, sentinel

GREY = (0, 255)
GREY_MIDDLE = 128
GREY_POLES = 0.9  # a mask saved with losses still has this share of its cells at black or white
NEAR_POLE = 16  # lossy saving moves black and white by this much
PICTURE_LEVELS = 64  # more whole values than this in pixels may be brightness or depth rather than classes
MOST_PIXEL_CLASSES = 200  # more than this, or with gaps, they rather are
AREAS = (Positions.PIXEL, Positions.VOXEL)


def picture_or_classes(profile: LabelProfile, values: Sequence[Any], classes: Reading) -> list[Reading]:
    """Many whole values in pixels: a mask of many classes, or a picture, depth, or heat map."""
    ask = Ask("task", "Are the pixel values class ids, or brightness, depth or the like to predict?")
    numbers = regression((observed(f"{len(values):,} different values in the pixels", profile.where),))
    ids = values[:-1] if code_beside(values, Positions.PIXEL) == values[-1] else values
    gapless = ids[-1] - ids[0] + 1 == len(ids) and ids[0] in (0, 1)
    if gapless and len(values) <= MOST_PIXEL_CLASSES:
        return [classes, numbers.asking(ask)]
    return [numbers, classes.asking(ask)]


def code_beside(values: Sequence[Any], positions: Positions) -> int | None:
    """The one number that stands for "no label" beside ids, which may have gaps."""
    found = sentinel(values, loose=True)
    return border(values) if found is None and positions in AREAS else found


def noisy_grey(
    profile: LabelProfile, positions: Positions, values: Sequence[Any], kept: Mapping[Any, int]
) -> Reading | None:
    """A black-and-white mask whose edges were blurred by resizing or lossy saving."""
    poles = sum(count for value, count in kept.items() if value <= NEAR_POLE or value >= GREY[1] - NEAR_POLE)
    inside = values[0] >= 0 and GREY[1] - NEAR_POLE <= values[-1] <= GREY[1]
    # Ids lie on the dark side alone, and cover more than the border around them; edges cover less than what is white.
    both_sides = values[-1] < GREY[1] or any(GREY_MIDDLE <= value < GREY[1] for value in values)
    white = kept.get(GREY[1], 0) > sum(count for value, count in kept.items() if 0 < value < GREY[1])
    blurred = positions in AREAS and len(values) > 2 and inside and (both_sides or white)
    if not blurred or poles < GREY_POLES * sum(kept.values()):
        return None
    facts = (observed(f"{poles / sum(kept.values()):.0%} of the pixels are near 0 or 255", profile.where),)
    high = sum(count for value, count in kept.items() if value >= GREY_MIDDLE)
    steps = [Step(Op.THRESHOLD, GREY_MIDDLE)]
    if profile.shape[-1:] != (1,):
        steps.append(Step(Op.ADD_AXIS))
    return Reading(
        title="a black-and-white mask with grey edges",
        evidence=evidence(Labels.BINARY, 2, facts=facts, positions=positions),
        answers={"task": "binary", "positions": positions.value, "several_true": False},
        source=Source.GREYMASK,
        preparation=Preparation(Source.GREYMASK, Labels.BINARY, GREY, None, tuple(steps)),
        class_names=GREY,
        counts=(sum(kept.values()) - high, high),
        total=sum(kept.values()),
        facts=facts,
    )
