"""Readings of label arrays with more than one axis: which axis is time, space or classes?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rightloss.contract import Labels, Positions, Source, Task
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings.pictures import GREY
from rightloss.views.labels.readings.reading import Ask, Given, Reading, no_fit, observed
from rightloss.views.labels.readings.sentinels import several_sentinels
from rightloss.views.labels.readings.texts import are_padded, id_lists
from rightloss.views.labels.readings.vectors import ENOUGH, ROUNDED, column_readings

Scalars = Callable[[LabelProfile, Given, Positions], list[Reading]]
RGB = 3
GREY_LEVELS = 30  # more levels than this in three channels is a picture, not classes
TOKEN_IGNORE = -100  # written by tokenisers for steps without a label, hardly ever by anybody else
FEW_OUTPUTS = 8  # more columns than this are rarely outputs of their own
UNLIKE = 2  # largest id of one column against another's
FAR_BELOW = 3  # an axis this many times shorter than height and width is rather classes than depth
SMALL_GRID = 8  # a field of pixels has at least this many on each side

_WHICH = Ask("positions", "Is each row one label for each step of a sequence, or several outputs of one example?")
_CLASS_AXIS_OF_TOKENS = Ask("positions", "Is each column a step of a sequence, or a label of its own?")
_PADDED = Ask(
    "several_true", "Is each row a list of labels, filled up with a padding value, or one label for each step?"
)
_VOLUME = Ask("positions", "Are the last three axes sides of a volume, or does one hold a column for each label?")
_CLASS_AXIS = Ask("positions", "Does the last axis hold pixels, or one column for each class of a sequence step?")


def matrix_readings(profile: LabelProfile, given: Given, scalars: Scalars) -> list[Reading]:
    """Labels of shape (n, K) or (n, T)."""
    columns = column_readings(profile, given, Positions.EXAMPLE)
    amounts = _amounts(profile)
    tokens = _classes_only(scalars(profile, given, Positions.TOKEN))
    if given.positions == Positions.TOKEN and tokens:
        return tokens
    if profile.rows == 1 or profile.shape[0] == 1:
        return _needless_axis(profile, columns, tokens)
    if amounts is not None and not columns:
        return [amounts] if given.task is not None else [amounts, *(each.asking(_WHICH) for each in tokens[:1])]
    if columns and tokens and columns[0].answers.get("ignore") == TOKEN_IGNORE:
        return [tokens[0], *(each.asking(_CLASS_AXIS_OF_TOKENS) for each in columns)]
    if columns:
        exclusive = Labels.DISTRIBUTION in _labels(columns[0])
        return columns if exclusive else [*columns, *tokens]
    if tokens and (given.several_true is True or given.task == Task.MULTILABEL):
        return [*id_lists(profile, given), *tokens]  # whoever says so has lists of ids, padded or of one length
    if not tokens:
        return [_for_columns(each, profile.shape[0]) for each in scalars(profile, given, Positions.EXAMPLE)]
    outputs = _several_outputs(profile, tokens[0])
    doubts = _code_doubts(profile, tokens)
    if are_padded(profile):
        return [tokens[0], id_lists(profile, given)[0].asking(_PADDED), outputs, *doubts]
    if _unlike_columns(profile):
        return [outputs, tokens[0].asking(_WHICH)]
    return [tokens[0], outputs.asking(_WHICH), *doubts]


def _code_doubts(profile: LabelProfile, readings: list[Reading]) -> list[Reading]:
    """Readings under which a number that stands for "no label" is a class; one below 0 surely is padding of steps."""
    if not readings or not profile.integral:
        return []
    codes = several_sentinels(sorted(profile.values)) or (readings[0].answers.get("ignore"),)
    if not any(isinstance(code, (int, float)) and code >= 0 for code in codes):
        return []
    return [each for each in readings[1:] if each.ask is not None and each.ask.keyword == "ignore"]


def _for_columns(reading: Reading, columns: int | None) -> Reading:
    """Quantities in several columns need a unit for each."""
    return replace(reading, instead=reading.instead.replace("Dense(1)", f"Dense({columns})")) if columns else reading


def _needless_axis(profile: LabelProfile, columns: list[Reading], tokens: list[Reading]) -> list[Reading]:
    """All labels in one row, or sequences of one step: shapes that hardly anybody means."""
    one_row = profile.rows == 1
    fact = observed(f"labels of shape ({profile.rows:,}, {', '.join(map(str, profile.shape))})", profile.where)
    flat = no_fit(
        "all labels in one row" if one_row else "one label for each example, in an axis too many",
        Source.OFFSET,
        "y = np.asarray(y).reshape(-1), then select again",
        answers={"positions": "example", "several_true": False},
        facts=(fact,),
    )
    several = Ask("several_true", "Is this one example with many labels, or are these the labels of many examples?")
    steps = Ask("positions", "Is this one sequence, or are these the labels of many examples?")
    return [flat, *(each.asking(several) for each in columns[:1]), *(each.asking(steps) for each in tokens[:1])]


def _amounts(profile: LabelProfile) -> Reading | None:
    """Percentages or votes: rows of numbers that all have the same sum, other than the ranks 1 to K in each row."""
    rows = profile.row_facts
    if rows is None or rows.columns < 2 or rows.vectors < ENOUGH or (profile.minimum or 0) < 0 or profile.missing:
        return None
    same = rows.sum_max > 1 and rows.sum_max - rows.sum_min < ROUNDED * rows.sum_max
    ranking = profile.distinct == rows.columns and set(profile.values.values()) == {rows.vectors}
    if not same or ranking or (profile.maximum or 0) <= 1:
        return None
    return no_fit(
        "amounts that sum to the same in each row",
        Source.CONTINUOUS,
        "make them shares of exclusive classes, y = y / y.sum(axis=-1, keepdims=True), then select again",
        answers={"positions": "example"},
        facts=(observed(f"each row of {rows.columns} numbers sums to {rows.sum_max:g}", profile.where),),
    )


def _unlike_columns(profile: LabelProfile) -> bool:
    """Whether a few columns hold whole numbers of clearly different ranges: tokens share one vocabulary."""
    rows = profile.row_facts
    if rows is None or rows.columns > FEW_OUTPUTS:
        return False
    tops = [top for top in rows.column_maximum if top == top]
    return bool(tops) and max(tops) > UNLIKE * max(min(tops), 1)


def volume_readings(profile: LabelProfile, given: Given, scalars: Scalars) -> list[Reading]:
    """Labels of shape (n, H, W), (n, T, K), (n, H, W, K), (n, D, H, W) or (n, D, H, W, K)."""
    shape = profile.shape[:-1] if profile.shape[-1:] == (1,) else profile.shape
    if len(shape) >= RGB and _is_picture(profile):
        return [_picture(profile)]
    outer = (Positions.TOKEN, Positions.PIXEL, Positions.VOXEL)[min(len(shape), 4) - 2]
    inner = Positions.VOXEL if len(shape) > 2 else Positions.PIXEL
    columns = column_readings(profile, given, outer) if profile.shape[-1:] != (1,) else []
    pixels = scalars(profile, given, inner)
    exclusive = columns and _labels(columns[0]) <= {Labels.ONEHOT, Labels.DISTRIBUTION}
    if not exclusive and _channels_first(profile, cells=bool(_classes_only(columns))):
        return _channels_or_volume(profile, columns, pixels)
    if not columns or exclusive:
        return [*columns, *pixels]
    if len(shape) > 2:
        if not _is_deep(shape):
            return [*columns, *pixels]
        return [*pixels, *_as_volume(columns)] if len(set(shape)) == 1 else [*columns, *_as_volume(pixels)]
    if _is_field(profile, shape):
        return [*pixels, *(each for each in columns if each.evidence is not None)]
    wide = all(side is None or side >= SMALL_GRID for side in shape) or shape[0] == shape[1]
    first, second = (pixels, columns) if wide else (columns, pixels)
    doubts = _code_doubts(profile, second) if first is columns else []
    rivals = [each for each in second if each.evidence is not None and each not in doubts]
    return [*first, *(each.asking(_CLASS_AXIS) for each in rivals), *doubts]


def _channels_or_volume(profile: LabelProfile, columns: list[Reading], pixels: list[Reading]) -> list[Reading]:
    """Axis 1 may hold the classes; where it is no short one, it may be the depth of a volume as well."""
    moved, shape = _moved(profile), profile.shape
    if not columns:
        return [moved]
    ask = Ask("several_true", f"Does the last axis hold a column for each of {shape[-1]} labels?")
    deep, square = _is_deep(shape), shape[-1] == shape[-2]
    others = _as_volume(pixels) if deep else pixels
    if shape[0] == 1 or _one_hot_in_axis_1(profile) or (square and (not deep or _far_below(shape))):
        return [moved, *(each.asking(ask) for each in columns[:1]), *others]
    if square:
        return [*pixels, moved.asking(_VOLUME), *(each.asking(ask) for each in columns[:1])]
    return [*columns, moved.asking(ask), *others]


def _is_field(profile: LabelProfile, shape: tuple[int | None, ...]) -> bool:
    """Whether two axes are surely height and width: a square of some size, or grey levels."""
    sides = [side for side in shape if side is not None]
    large = len(sides) == len(shape) and min(sides) >= SMALL_GRID
    return large and (len(set(sides)) == 1 or set(profile.values) == set(GREY))


def _channels_first(profile: LabelProfile, *, cells: bool) -> bool:
    """Whether labels (C, H, W) or (C, D, H, W) may have their channels where TensorFlow looks for the first side.

    `cells`: whether they are 0 and 1. Ids have no channels, but for an axis of length 1.
    """
    known = [side for side in profile.shape if side is not None]
    if len(known) not in (3, 4) or len(known) < len(profile.shape):
        return False
    channels, *sides = known
    field = sides[-1] >= SMALL_GRID and sides[-2] >= SMALL_GRID and channels < min(sides)
    return sides[-1] > 1 and (channels == 1 or (cells and field))


def _one_hot_in_axis_1(profile: LabelProfile) -> bool:
    """Whether as many cells are high as there are positions: so it is where each has one class in axis 1."""
    channels, values = profile.shape[0], profile.values
    return channels is not None and len(values) == 2 and values[max(values)] * channels == profile.cells


def _far_below(shape: tuple[int | None, ...]) -> bool:
    """Whether axis 1 is so much shorter than height and width that it rather holds classes than depth."""
    channels, *sides = (side or 0 for side in shape)
    return FAR_BELOW * channels <= min(sides)


def _moved(profile: LabelProfile) -> Reading:
    volume = len(profile.shape) > RGB
    return no_fit(
        f"a mask whose channels come before {'depth, ' if volume else ''}height and width",
        Source.OFFSET,
        "put the channels last, y = np.moveaxis(y, 1, -1), then select again",
        answers={"positions": "voxel" if volume else "pixel", "several_true": False},
        facts=(observed(f"labels of shape (n, {', '.join(map(str, profile.shape))})", profile.where),),
    )


def _is_deep(shape: tuple[int | None, ...]) -> bool:
    """Whether three axes may be depth, height and width: none is so short that it rather holds classes."""
    return len(shape) == 3 and all(side is None or side >= SMALL_GRID for side in shape)


def _as_volume(readings: list[Reading]) -> list[Reading]:
    """What would be right if the user's answer were the other one."""
    return [each.asking(_VOLUME) for each in _classes_only(readings)]


def _labels(reading: Reading) -> frozenset[object]:
    from rightloss.contract import Field

    return frozenset() if reading.evidence is None else frozenset(reading.evidence.possible(Field.LABELS))


def _classes_only(readings: list[Reading]) -> list[Reading]:
    return [each for each in readings if each.evidence is not None]


def _several_outputs(profile: LabelProfile, token: Reading) -> Reading:
    """Each column is an output of its own: a contract for each, which `select` makes from {name: column}."""
    columns = profile.shape[0]
    return no_fit(
        f"{columns or 'several'} outputs, one in each column",
        Source.OFFSET,
        "pass each column by itself: rightloss.select({'first': y[:, 0], 'second': y[:, 1]})",
        answers={"positions": "example", "task": token.answers.get("task"), "several_true": False},
        facts=token.facts,
    )


def _is_picture(profile: LabelProfile) -> bool:
    high = profile.maximum or 0
    return profile.shape[-1] == RGB and high > GREY_LEVELS and set(profile.values) != set(GREY)


def _picture(profile: LabelProfile) -> Reading:
    facts = (observed(f"three channels of colour, values up to {profile.maximum:g}", profile.where),)
    return no_fit(
        "a coloured mask (RGB)",
        Source.CONTINUOUS,
        "turn each colour into a class id first: mask = (rgb[..., None, :] == palette).all(-1).argmax(-1)",
        answers={"positions": "pixel"},
        facts=facts,
    )
