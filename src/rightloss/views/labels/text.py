"""Tally of texts: distinct texts with counts, whether all are numbers, whether they hold several tags each."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rightloss.contract.prepared_lines import AROUND_TAGS
from rightloss.views.labels.distinct import TextSample

SEPARATORS = (",", ";", "|")
"""What may stand between tags. A space never does: "New York" is one name."""
# "(0.5, 1.5]", as pandas and polars name what they cut; a list is not written with two kinds of brackets
_INTERVAL = re.compile(r"\([^,]+,[^,]+\]|\[[^,]+,[^,]+\)")
_COMMON = 0.6  # share of parts that stand in more than one text; less is asked where nothing holds a space
_COMMON_TIGHT = 0.5
_SOME = 0.3
_HALF = 0.5


def is_number(text: str) -> bool:
    """Whether a text is a finite number as people write it ("1", " 2.5", "1e3"; not "nan", "1_000" or "")."""
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False


def count_texts(texts: Sequence[str], counts: NDArray[np.int64] | None) -> Counter[str]:
    """Distinct texts with their numbers of cells; each text stands for `counts` cells (None: one)."""
    if counts is None:
        return Counter(texts)
    counted: Counter[str] = Counter()
    for text, count in zip(texts, counts.tolist(), strict=True):
        counted[text] += count
    return counted


class TextTally:
    """Facts about all texts added so far, in memory that does not grow with their number."""

    def __init__(self) -> None:
        self.seen = 0
        self.numbers = True
        self._sample = TextSample()

    def add(self, counted: Mapping[str, int]) -> None:
        """Add counts of texts."""
        self.seen += sum(counted.values())
        if self.numbers:
            self.numbers = all(map(is_number, counted))
        self._sample.add(counted.items())

    def result(self) -> tuple[dict[str, int], int]:
        """Distinct texts with counts, and the depth of the sample (0: all are there)."""
        return self._sample.counts, self._sample.depth


@dataclass(frozen=True)
class TagText:
    """Texts read as lists of tags."""

    separator: str
    tags: Mapping[str, int]
    per_row: float
    fewest: int
    most: int
    repeated: int


def split_tags(text: str, separator: str) -> list[str]:
    """The tags of one text, without spaces, brackets and quotes around them; empty parts are dropped."""
    parts = (part.strip(AROUND_TAGS) for part in text.split(separator))
    return [part for part in parts if part]


def read_tags(counts: Mapping[str, int]) -> TagText | None:
    """The texts as lists of tags, where the facts say that they are; None where they look like single names.

    Tags combine freely: parts stand in more than one text, and what stands later in one text stands first or alone in
    another. In "Washington, DC" and "New York, NY" neither is so, and in free text few parts are ever seen again.
    """
    candidates = []
    for separator in SEPARATORS:
        several = [text for text in counts if separator in text]
        part_of_one = separator == "," and (_digit_groups(counts) or all(map(_INTERVAL.fullmatch, several)))
        if several and not part_of_one and _combine(counts, several, separator):
            candidates.append((len(several), separator))
    return _tag_text(counts, max(candidates)[1]) if candidates else None


def _combine(counts: Iterable[str], several: list[str], separator: str) -> bool:
    texts_with: Counter[str] = Counter()  # distinct texts that hold a part
    together: Counter[str] = Counter()  # the same, of texts with more than one part
    first: set[str] = set()
    later: set[str] = set()
    leading: set[str] = set()  # parts that stand first where there is more than one
    for text in counts:
        parts = split_tags(text, separator)
        texts_with.update(set(parts))
        first.update(parts[:1])
        later.update(parts[1:])
        if len(parts) > 1:
            together.update(set(parts))
            leading.update(parts[:1])
    if not later:
        return False
    recurring = sum(1 for part in together if texts_with[part] > 1) / len(together)
    mixed = len(later & first) / len(later)
    often = [part for part, texts in together.items() if texts > 1]
    moved = sum(1 for part in often if part in leading and part in later) / len(often) if often else 0.0
    spaced = any(" " in text.strip(AROUND_TAGS) for text in several)
    usual = recurring >= (_COMMON if spaced else _COMMON_TIGHT) and mixed >= _HALF
    return usual or (recurring >= _SOME and moved >= _HALF)


def _digit_groups(counts: Iterable[str]) -> bool:
    """Whether the commas are rather decimal commas or stand between thousands: "0,5", "1,250"."""
    parts = [text.split(",") for text in counts]
    digits = all(part.strip().lstrip("+-").isdigit() for split in parts for part in split)
    return digits and (max(map(len, parts)) <= 2 or all(len(part) == 3 for split in parts for part in split[1:]))


def _tag_text(counts: Mapping[str, int], separator: str) -> TagText:
    tags: Counter[str] = Counter()
    fewest, most, total, repeated = math.inf, 0, 0, 0
    for text, count in counts.items():
        parts = split_tags(text, separator)
        for part in parts:
            tags[part] += count
        fewest, most = min(fewest, len(parts)), max(most, len(parts))
        total += len(parts) * count
        repeated += count if len(set(parts)) < len(parts) else 0
    return TagText(separator, tags, total / max(1, sum(counts.values())), int(fewest), most, repeated)
