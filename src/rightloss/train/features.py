"""Which columns a model can learn from, as what, and what has to be known about each from the training rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from rightloss.errors import UnsupportedInput
from rightloss.train.columns import MISSING_TEXT, holds_numbers, is_date, is_text, numbers, texts

if TYPE_CHECKING:
    import pyarrow as pa

MOSTLY = 0.95  # a text column of which this share are numbers (or dates) is a column of numbers with slips
MOST_CATEGORIES = 200  # rarer ones share one unit with those never seen
SEEN_TWICE = 2  # a category of one row is learned as "rare", so that the model knows what to do with unseen ones
MANY_DIFFERENT = 20  # from so many different texts on, "nearly all different" says something
WORDS = 4  # cells of this many words on average are sentences
SKEWED = 3.0  # skewness from which the logarithm is the better scale


class Kind(StrEnum):
    """How the model reads a column."""

    NUMBER = "number"
    CATEGORY = "category"


@dataclass(frozen=True)
class Feature:
    """One input of the model; the numbers come from the training rows only."""

    column: str
    kind: Kind
    mean: float = 0.0
    variance: float = 1.0
    log: bool = False  # mean and variance are those of sign(x) log(1 + |x|)
    missing: bool = False  # some training rows had no value: the model is told which
    vocabulary: tuple[str, ...] = ()

    @property
    def input(self) -> str:
        """Name of the model's input; Keras allows no slash."""
        return self.column.replace("/", "_")

    def read(self, table: pa.Table) -> np.ndarray:
        """The column as the model takes it: float32 with NaN, or text, shape (n, 1)."""
        cells = table.column(self.column)
        found = numbers(cells).astype(np.float32) if self.kind is Kind.NUMBER else texts(cells)
        return found[:, None]

    def to_json(self) -> dict[str, Any]:
        """As features.json holds it."""
        told: dict[str, Any] = {"column": self.column, "kind": self.kind.value, "missing": self.missing}
        if self.kind is Kind.NUMBER:
            return {**told, "mean": self.mean, "variance": self.variance, "log": self.log}
        return {**told, "vocabulary": list(self.vocabulary)}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Feature:
        """The feature that `to_json` saved."""
        rest = {**saved, "kind": Kind(saved["kind"]), "vocabulary": tuple(saved.get("vocabulary", ()))}
        return cls(**rest)


@dataclass(frozen=True)
class Choice:
    """What was chosen: the features, the columns left out with the reason, and what else the user should know."""

    features: tuple[Feature, ...]
    left_out: Mapping[str, str]
    notes: tuple[str, ...] = ()


def choose(table: pa.Table, columns: Sequence[str], *, asked: bool = False) -> Choice:
    """The columns a model can learn from.

    Args:
        table: all rows.
        columns: candidates.
        asked: the user named these columns, so one that cannot be read is an error, and a useless one is kept.

    Raises:
        UnsupportedInput: a named column is of a kind that is not read, or nothing remains.
    """
    features: list[Feature] = []
    left_out: dict[str, str] = {}
    notes: list[str] = []
    for name in columns:
        kind, why = _kind(table.column(name), name)
        if kind is None and asked:
            raise UnsupportedInput(
                f"feature {name!r} {why}", expected="columns of numbers or of categories", fix=f"leave {name!r} out"
            )
        if kind is None or (why and not asked):
            left_out[name] = why
            continue
        features.append(Feature(name, kind))
        notes += _slips(table.column(name), name) if kind is Kind.NUMBER else []
    if not features:
        told = "; ".join(f"{name!r} {why}" for name, why in list(left_out.items())[:8])
        raise UnsupportedInput(
            f"no column to learn from{f': {told}' if told else ', only labels'}",
            expected="at least one column of numbers or of categories (free text, dates and lists are not read yet)",
            fix="add such a column, or name one with --features",
        )
    return Choice(_unique(features), left_out, tuple(notes))


def _unique(features: Sequence[Feature]) -> tuple[Feature, ...]:
    seen = Counter(feature.input for feature in features)
    twice = [feature.column for feature in features if seen[feature.input] > 1]
    if twice:
        raise UnsupportedInput(
            f"columns {', '.join(map(repr, twice))} differ only by a slash",
            expected="names that differ when / is written as _",
            fix="rename one of them",
        )
    return tuple(features)


def _kind(column: pa.ChunkedArray, name: str) -> tuple[Kind | None, str]:
    """(how to read it or None, why it is better left out or "")."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, rows = column.type, len(column)
    if pa.types.is_temporal(kind):
        return None, "holds dates or times"
    known = rows - column.null_count
    if pa.types.is_null(kind) or known == 0:
        return None, "has no values"
    if is_text(kind):
        return _text_kind(texts(column))
    if not (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
    ):
        return None, f"is of type {kind}"
    distinct = pc.count_distinct(column, mode="only_valid").as_py()
    if distinct == 1 and known == rows:
        return Kind.NUMBER, "has the same value in every row"
    if pa.types.is_integer(kind) and distinct == rows >= MANY_DIFFERENT and _counts_rows(column, name):
        return Kind.NUMBER, "numbers the rows"
    return Kind.NUMBER, ""


def _counts_rows(column: pa.ChunkedArray, name: str) -> bool:
    """Whether whole numbers that are all different are row numbers or ids: without gaps, or called so."""
    import pyarrow.compute as pc

    ends = pc.min_max(column).as_py()
    words = name.lower().replace("-", "_").split("_")
    return ends["max"] - ends["min"] + 1 == len(column) or bool({"id", "index", "key", "uuid"} & set(words))


def _text_kind(cells: np.ndarray) -> tuple[Kind | None, str]:
    known = [cell for cell in cells if cell != MISSING_TEXT]
    distinct = len(set(known))
    found, odd = holds_numbers(known)
    if found and found >= MOSTLY * (found + len(odd)):
        return Kind.NUMBER, ""
    if sum(map(is_date, known)) >= MOSTLY * len(known):
        return None, "holds dates"
    different = distinct > MANY_DIFFERENT and distinct > 0.5 * len(known)
    words = sum(len(cell.split()) for cell in known) / len(known)
    if distinct > MANY_DIFFERENT and words >= WORDS:
        return None, "holds free text"
    if different:
        return Kind.CATEGORY, "is different in nearly every row (a name or an id)"
    if distinct == 1 and len(known) == len(cells):
        return Kind.CATEGORY, "has the same value in every row"
    return Kind.CATEGORY, ""


def _slips(column: pa.ChunkedArray, name: str) -> list[str]:
    """A note about cells of a column of numbers that are none."""
    if not is_text(column.type):
        return []
    _, odd = holds_numbers(texts(column))
    words = sorted({cell for cell in texts(column) if cell and np.isnan(_as_number(cell))})
    if not words:
        return []
    shown = ", ".join(map(repr, words[:3]))
    return [f"{name!r} is read as numbers; {max(len(odd), 1):,} cells that are none ({shown}) count as missing"]


def _as_number(cell: str) -> float:
    import pyarrow as pa

    return float(numbers(pa.chunked_array([[cell]]))[0])


def learn(feature: Feature, cells: np.ndarray) -> Feature:
    """The feature with what the model must know about it, from training rows.

    Args:
        feature: a chosen feature.
        cells: what `Feature.read` gives for the training rows, shape (n, 1).
    """
    if feature.kind is Kind.CATEGORY:
        counts = Counter(cells[:, 0].tolist())
        missing = counts.pop(MISSING_TEXT, 0) > 0
        often = [text for text, count in counts.most_common(MOST_CATEGORIES) if count >= SEEN_TWICE]
        return replace(feature, vocabulary=(*sorted(often), *((MISSING_TEXT,) if missing else ())), missing=missing)
    values = cells[:, 0].astype(np.float64)
    known = values[np.isfinite(values)]
    if not len(known):
        return replace(feature, missing=True)
    log = _skewness(known) > SKEWED
    scaled = np.sign(known) * np.log1p(np.abs(known)) if log else known
    variance = float(scaled.var())
    return replace(
        feature,
        mean=float(scaled.mean()),
        variance=variance if variance > 0 else 1.0,
        log=log,
        missing=len(known) < len(values),
    )


def _skewness(values: np.ndarray) -> float:
    """Absolute skewness; 0 for a column of one or two values, which no scale makes more even."""
    spread = values.std()
    if spread == 0 or len(np.unique(values)) <= 2:
        return 0.0
    return float(abs(np.mean(((values - values.mean()) / spread) ** 3)))
