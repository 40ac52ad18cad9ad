"""Readings of label arrays with more than one axis: which axis is time, space or classes?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rightloss.contract import Labels, Positions, Source
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings.reading import Ask, Given, Reading, no_fit, observed
from rightloss.views.labels.readings.texts import padded_ids
from rightloss.views.labels.readings.vectors import column_readings

Scalars = Callable[[LabelProfile, Given, Positions], list[Reading]]
RGB = 3
GREY_LEVELS = 30  # more levels than this in three channels is a picture, not classes
TOKEN_IGNORE = -100  # written by tokenisers for steps without a label, hardly ever by anybody else
FEW_OUTPUTS = 8  # more columns than this are rarely outputs of their own
UNLIKE = 2  # largest id of one column against another's
SMALL_GRID = 8  # a field of pixels has at least this many on each side

_WHICH = Ask("positions", "Is each row one label for each step of a sequence, or several outputs of one example?")
_CLASS_AXIS_OF_TOKENS = Ask("positions", "Is each column a step of a sequence, or a label of its own?")
_PADDED = Ask(
    "several_true", "Is each row a list of labels, filled up with a padding value, or one label for each step?"
)
_CLASS_AXIS = Ask("positions", "Does the last axis hold pixels, or one column for each class of a sequence step?")


def matrix_readings(profile: LabelProfile, given: Given, scalars: Scalars) -> list[Reading]:
    """Labels of shape (n, K) or (n, T)."""
    columns = column_readings(profile, given, Positions.EXAMPLE)
    tokens = _classes_only(scalars(profile, given, Positions.TOKEN))
    if given.positions == Positions.TOKEN and tokens:
        return tokens
    if columns and tokens and columns[0].answers.get("ignore") == TOKEN_IGNORE:
        return [tokens[0], *(each.asking(_CLASS_AXIS_OF_TOKENS) for each in columns)]
    if columns:
        exclusive = Labels.DISTRIBUTION in _labels(columns[0])
        return columns if exclusive else [*columns, *tokens]
    if not tokens:
        return scalars(profile, given, Positions.EXAMPLE)
    padded = padded_ids(profile)
    if padded is not None:
        return [tokens[0], replace(padded, ask=_PADDED)]
    outputs = _several_outputs(profile, tokens[0])
    first, second = (outputs, tokens[0]) if _unlike_columns(profile) else (tokens[0], outputs)
    return [first, replace(second, ask=_WHICH)]


def _unlike_columns(profile: LabelProfile) -> bool:
    """Whether a few columns hold whole numbers of clearly different ranges: tokens share one vocabulary."""
    rows = profile.row_facts
    if rows is None or rows.columns > FEW_OUTPUTS:
        return False
    tops = [top for top in rows.column_maximum if top == top]
    return bool(tops) and max(tops) > UNLIKE * max(min(tops), 1)


def volume_readings(profile: LabelProfile, given: Given, scalars: Scalars) -> list[Reading]:
    """Labels of shape (n, H, W), (n, T, K) or (n, H, W, K)."""
    shape = profile.shape[:-1] if profile.shape[-1:] == (1,) else profile.shape
    if len(shape) >= RGB and _is_picture(profile):
        return [_picture(profile)]
    inside = Positions.PIXEL if len(shape) > 2 else Positions.TOKEN
    columns = column_readings(profile, given, inside) if profile.shape[-1:] != (1,) else []
    pixels = scalars(profile, given, Positions.PIXEL)
    exclusive = columns and _labels(columns[0]) <= {Labels.ONEHOT, Labels.DISTRIBUTION}
    sure = columns and (exclusive or len(shape) > 2)
    if sure:
        return [*columns, *pixels]
    if not columns:
        return pixels
    field = all(side is None or side >= SMALL_GRID for side in shape) or shape[0] == shape[1]
    first, second = (pixels, columns) if field else (columns, pixels)
    return [*first, *(each.asking(_CLASS_AXIS) for each in second if each.evidence is not None)]


def _labels(reading: Reading) -> frozenset[object]:
    from rightloss.contract import Field

    return frozenset() if reading.evidence is None else frozenset(reading.evidence.possible(Field.LABELS))


def _classes_only(readings: list[Reading]) -> list[Reading]:
    return [each for each in readings if each.evidence is not None]


def _several_outputs(profile: LabelProfile, token: Reading) -> Reading:
    """Each column is an output of its own: a contract for each, which `select` makes from {name: column}."""
    columns = profile.shape[0]
    return no_fit(
        f"{columns} outputs, one in each column",
        Source.OFFSET,
        "pass each column by itself: rightloss.select({'first': y[:, 0], 'second': y[:, 1]})",
        answers={"positions": "example", "task": token.answers.get("task")},
        facts=token.facts,
    )


def _is_picture(profile: LabelProfile) -> bool:
    high = profile.maximum or 0
    return profile.shape[-1] == RGB and high > GREY_LEVELS and profile.distinct > 2


def _picture(profile: LabelProfile) -> Reading:
    facts = (observed(f"three channels of colour, values up to {profile.maximum:g}", profile.where),)
    return no_fit(
        "a coloured mask (RGB)",
        Source.CONTINUOUS,
        "turn each colour into a class id first: mask = (rgb[..., None, :] == palette).all(-1).argmax(-1)",
        answers={"positions": "pixel"},
        facts=facts,
    )
