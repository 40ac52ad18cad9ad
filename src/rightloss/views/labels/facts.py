"""From tallies to a LabelProfile: which kind the labels are, and what their values are called."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.errors import UnreadableInput
from rightloss.views.labels.limits import held_notes
from rightloss.views.labels.number_tally import NumberTally
from rightloss.views.labels.profile import Kind, LabelProfile
from rightloss.views.labels.rows import RowTally
from rightloss.views.labels.source import LabelStream
from rightloss.views.labels.taglists import SETS, ListTally
from rightloss.views.labels.text import TagText, TextTally, read_tags, split_tags

_DTYPE_WORDS = {"U": "str", "S": "bytes", "O": "object", "T": "str"}


class Tallies:
    """All that has been counted so far over one stream."""

    def __init__(self) -> None:
        self.rows = self.cells = self.none = self.nan = 0
        self.kinds: set[str] = set()  # of scalar cells
        self.item_kinds: set[str] = set()  # of items of lists
        self.numbers, self.dates, self.texts, self.lists = NumberTally(), NumberTally(), TextTally(), ListTally()
        self.date_unit = "datetime64[us]"
        self._dtypes: dict[str, None] = {}
        self._shape: tuple[int | None, ...] | None = None
        self._row_tally: RowTally | None = None
        self._uneven = False
        self._last: float | None = None
        self._falls = False
        self._followed = 0

    def saw_dtype(self, dtype: np.dtype) -> None:
        """Remember a dtype of the labels."""
        self._dtypes[_DTYPE_WORDS.get(dtype.kind, dtype.name)] = None

    def saw_shape(self, shape: tuple[int | None, ...]) -> None:
        """Merge the shape of one example's label; lengths that differ become None.

        Raises:
            UnreadableInput: the number of axes differs from before.
        """
        if self._shape is None:
            self._shape = shape
        elif len(shape) != len(self._shape):
            raise UnreadableInput(
                f"the labels change their shape: {self._shape} for the first examples, {shape} later",
                expected="labels with the same number of axes for every example",
                fix="reshape each batch of labels alike, e.g. y = y.reshape(len(y), -1)",
            )
        else:
            self._shape = tuple(a if a == b else None for a, b in zip(self._shape, shape, strict=True))

    def row_tally(self, columns: int) -> RowTally | None:
        """The tally of vectors of this length; None where there is nothing to tally or lengths differ."""
        if columns < 2 or self._uneven:
            return None
        if self._row_tally is None:
            self._row_tally = RowTally(columns)
        self._uneven = self._row_tally.columns != columns
        return None if self._uneven else self._row_tally

    def follow(self, numbers: NDArray | None) -> None:
        """Watch whether labels ever fall from one row to the next; None: they have no order to watch."""
        if self._falls or (numbers is not None and not numbers.size):
            return
        if numbers is None:
            self._falls = True
            return
        if numbers.dtype.kind == "f":
            numbers = numbers[~np.isnan(numbers)]
            if not numbers.size:
                return
        first = numbers[0].item()
        self._falls = (self._last is not None and first < self._last) or bool((numbers[1:] < numbers[:-1]).any())
        self._last = numbers[-1].item()
        self._followed += len(numbers)

    @property
    def increasing(self) -> bool:
        """Whether labels were watched, and never fell."""
        return self._followed > 1 and not self._falls

    @property
    def dtype(self) -> str:
        """The dtypes seen, in words; empty where labels came counted."""
        return " and ".join(self._dtypes)

    @property
    def kind(self) -> Kind:
        """What the labels are."""
        if self.lists.lists:
            if self.kinds:
                return "mixed"
            return _one_kind(self.item_kinds) if self.lists.vectors is not None else "tags"
        return _one_kind(self.kinds)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Shape of one example's label."""
        if self.lists.lists:
            return (self.lists.most if self.lists.vectors is not None else None,)
        return self._shape or ()

    @property
    def vectors(self) -> RowTally | None:
        """The tally of label vectors, where labels are vectors of numbers of one length."""
        if self.lists.lists:
            return self.lists.vectors
        return self._row_tally if not self._uneven and not self.kinds & {"text", "datetime"} else None


def _one_kind(kinds: set[str]) -> Kind:
    if not kinds:
        return "empty"
    if kinds <= {"bool", "integer", "float"}:
        return "float" if "float" in kinds else "integer" if "integer" in kinds else "bool"
    return kinds.pop() if len(kinds) == 1 else "mixed"  # type: ignore[return-value]


class _Distinct:
    """Distinct values of all tallies together, under the names the profile gives them."""

    def __init__(self, tallies: Tallies, kind: Kind) -> None:
        numbers, number_counts, depth = tallies.numbers.result()
        stamps, stamp_counts, stamp_depth = tallies.dates.result()
        self.texts, text_depth = tallies.texts.result()
        self.text_depth = text_depth
        self.numbers = numbers if depth == 0 else None
        text_counts = np.fromiter(self.texts.values(), np.int64, len(self.texts))
        groups = ((number_counts, depth), (stamp_counts, stamp_depth), (text_counts, text_depth))
        self.exact = all(level == 0 for _, level in groups)
        self.distinct = sum(len(counts) << level for counts, level in groups)
        self.once = sum(int(np.count_nonzero(counts == 1)) << level for counts, level in groups)
        self.values: dict[Any, int] = {}
        if self.exact:
            names: list[Any] = _named(numbers, kind)
            names += stamps.view(tallies.date_unit).astype(str).tolist() if len(stamps) else []
            texts = sorted(self.texts)
            counts = np.concatenate([number_counts, stamp_counts, [self.texts[text] for text in texts]]).astype(
                np.int64
            )
            names += texts
            for place in np.argsort(-counts, kind="stable").tolist():
                self.values[names[place]] = int(counts[place])


def _named(numbers: NDArray, kind: Kind) -> list[Any]:
    if kind in ("bool", "float"):
        numbers = numbers.astype(bool if kind == "bool" else np.float64)
    return numbers.tolist()


def conclude(tallies: Tallies, stream: LabelStream) -> LabelProfile:
    """The profile of everything counted, with what the stream declares about itself."""
    kind = tallies.kind
    seen = _Distinct(tallies, kind)
    numbers, rows, declared = tallies.numbers, tallies.vectors, stream.declared
    number_kind = kind in ("integer", "bool", "float") or (kind == "tags" and numbers.minimum is not None)
    whole = number_kind and numbers.minimum is not None and numbers.integral
    # of declared categories each row holds one, whatever its name looks like
    tags = read_tags(seen.texts) if kind == "text" and declared.categories is None else None
    lists = tallies.lists if kind == "tags" else None
    return LabelProfile(
        rows=tallies.rows,
        kind=kind,
        dtype=stream.dtype or tallies.dtype or kind,
        shape=tallies.shape,
        cells=tallies.cells,
        distinct=seen.distinct,
        distinct_exact=seen.exact,
        values=seen.values,
        minimum=numbers.minimum if number_kind else None,
        maximum=numbers.maximum if number_kind else None,
        integral=whole,
        nan=numbers.nan + tallies.nan,
        none=tallies.none,
        infinite=numbers.infinite,
        row_facts=rows.facts(seen.numbers) if rows is not None and number_kind else None,
        pairs=rows.cooccurrence(seen.numbers) if rows is not None and whole else None,
        tag_separator=tags.separator if tags else None,
        tags=seen.values if lists else _estimated(tags, seen.text_depth) if tags else {},
        tag_sets=_tag_sets(lists, tags, seen),
        tags_per_row=lists.items / lists.lists if lists else tags.per_row if tags else None,
        text_numbers=kind == "text" and tallies.texts.numbers,
        categories=declared.categories,
        ordered=declared.ordered,
        class_names=declared.class_names,
        column_names=declared.column_names,
        increasing=tallies.increasing,
        capped=bool(stream.caps),
        where=declared.where,
        notes=(
            *held_notes(stream.notes, bool(stream.caps)),
            *(("counts of tags are estimates",) if tags and seen.text_depth else ()),
        ),
        once=seen.once,
        types=tuple(sorted(tallies.kinds | ({"tags"} if tallies.lists.lists else set()))) if kind == "mixed" else (),
        tags_min=lists.fewest if lists else tags.fewest if tags else None,
        tags_max=lists.most if lists else tags.most if tags else None,
        tags_repeated=lists.repeated if lists else tags.repeated if tags else 0,
    )


def _tag_sets(lists: ListTally | None, tags: TagText | None, seen: _Distinct) -> dict[frozenset[Any], int]:
    """Rows by their set of tags; empty where sets were too many to keep."""
    if lists is not None:
        return dict(lists.sets or {})
    found: Counter[frozenset[Any]] = Counter()
    if tags is not None and seen.text_depth == 0 and len(seen.texts) <= SETS:
        for text, count in seen.texts.items():
            found[frozenset(split_tags(text, tags.separator))] += count
    return dict(found)


def _estimated(tags: TagText, depth: int) -> dict[str, int]:
    """Counts of tags, most frequent first; scaled up where they come from a sample of the texts."""
    ranked = sorted(tags.tags.items(), key=lambda item: (-item[1], item[0]))
    return {tag: count << depth for tag, count in ranked}
