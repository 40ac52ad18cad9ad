"""profile(): one pass over the labels of one output, in memory that does not grow with the rows.

chunk ── cut into blocks ── numbers ── NumberTally, and RowTally where the last axis has a length above 1
                         ├─ texts ──── TextTally
                         ├─ dates ──── NumberTally of microseconds
                         ├─ lists ──── ListTally, their items counted as numbers or texts
                         └─ objects ── sorted into the above by type
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.errors import UnreadableInput, UnsupportedInput
from rightloss.views.labels.facts import Tallies, conclude
from rightloss.views.labels.objects import Family, as_text, by_family, dates, whole_numbers
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.rows import RowTally, tolerance_of
from rightloss.views.labels.source import Counted, LabelStream
from rightloss.views.labels.text import count_texts

_SCALAR_BLOCK = 65_536
"""Cells worked on at once: small enough to stay in the processor's cache between the passes over them."""
_VECTOR_BLOCK = 131_072


def profile(stream: LabelStream) -> LabelProfile:
    """Everything one pass over a stream tells about its labels.

    Raises:
        UnsupportedInput: complex or structured numbers, cells that are no labels, a single value instead of rows.
        UnreadableInput: chunks of different rank.
    """
    accumulator = Accumulator()
    for chunk in stream.chunks():
        accumulator.add(chunk)
        del chunk  # before the next one is made, so that it can take the same memory
    return conclude(accumulator.tallies, stream)


class Accumulator:
    """Takes chunks, as `LabelStream.chunks` yields them, and sends their cells to the tallies."""

    def __init__(self) -> None:
        self.tallies = Tallies()

    def add(self, chunk: Any) -> None:
        """Add one chunk of examples."""
        if isinstance(chunk, Counted):
            self._add_counted(chunk)
        elif hasattr(chunk, "tocsr"):
            self._add_sparse(chunk.tocsr())
        else:
            self._add_array(np.asarray(chunk))

    def _add_array(self, chunk: NDArray) -> None:
        if chunk.ndim == 0:
            raise UnsupportedInput(
                f"the labels are a single value ({chunk.item()!r})",
                expected="an array with one label for each example: y.shape == (n,) or (n, …)",
                fix="y = np.array([value, …])",
            )
        _refuse(chunk.dtype)
        tallies = self.tallies
        tallies.rows += len(chunk)
        tallies.saw_dtype(chunk.dtype)
        if not (chunk.dtype.kind == "O" and chunk.ndim == 1):  # its cells may be lists, which have a shape of their own
            tallies.saw_shape(chunk.shape[1:])
        per_row = max(1, int(np.prod(chunk.shape[1:])))
        native, tolerance = _native(chunk.dtype), tolerance_of(chunk.dtype)
        step = max(1, (_SCALAR_BLOCK if chunk.ndim == 1 else _VECTOR_BLOCK) // per_row)
        for start in range(0, len(chunk), step):
            self._add_block(chunk[start : start + step], native, tolerance)

    def _add_block(self, block: NDArray, native: np.dtype, tolerance: float) -> None:
        if not block.size:
            return
        block = np.ascontiguousarray(block, native)
        kind = block.dtype.kind
        if kind in "biuf":
            self._numbers(block, tolerance)
        elif kind == "U":
            self._texts(block.ravel().tolist())
        elif kind == "S":
            self._texts([as_text(cell) for cell in block.ravel().tolist()])
        elif kind in "mM":
            self._dates(block.ravel())
        else:
            self._objects(block)

    def _numbers(self, block: NDArray, tolerance: float) -> None:
        tallies, flat = self.tallies, block.reshape(-1)
        tallies.cells += flat.size
        tallies.kinds.add(_KINDS[block.dtype.kind])
        tallies.numbers.add(flat)
        tallies.follow(flat if block.ndim == 1 else None)
        if block.ndim > 1:
            self._vectors(block, tolerance)

    def _vectors(self, block: NDArray, tolerance: float) -> None:
        columns = block.shape[-1]
        rows = self.tallies.row_tally(columns)
        if rows is not None:
            rows.add(block.reshape(-1, columns), tolerance=tolerance, ids=block.ndim == 2)

    def _texts(self, texts: list[str]) -> None:
        self._family("text", texts, None)
        self.tallies.follow(None)

    def _dates(self, cells: NDArray, counts: NDArray[np.int64] | None = None) -> None:
        tallies = self.tallies
        tallies.cells += len(cells) if counts is None else int(counts.sum())
        tallies.kinds.add("datetime")
        tallies.date_unit = "timedelta64[us]" if cells.dtype.kind == "m" else "datetime64[us]"
        missing = np.isnat(cells)
        numbers = cells[~missing].astype(tallies.date_unit).astype(np.int64)
        if counts is None:
            tallies.nan += int(np.count_nonzero(missing))
            tallies.dates.add(numbers)
            tallies.follow(numbers)
        else:
            tallies.nan += int(counts[missing].sum())
            tallies.dates.add_counted(numbers, counts[~missing])

    def _objects(self, block: NDArray) -> None:
        cells = block.ravel().tolist()
        places = by_family(cells)
        for family, where in places.items():
            self._family(family, _chosen(cells, where), None)
        seen = set(places) - {"none"}
        if not seen <= {"bool", "integer", "float"}:
            if seen != {"datetime"}:
                self.tallies.follow(None)
            return
        numbers = np.full(len(cells), np.nan)
        for family, where in places.items():
            if family != "none":
                numbers[where] = _chosen(cells, where)
        self.tallies.follow(numbers if block.ndim == 1 else None)
        if block.ndim > 1:
            self._vectors(numbers.reshape(block.shape), tolerance_of(numbers.dtype))

    def _family(self, family: Family, cells: list[Any], counts: NDArray[np.int64] | None) -> None:
        """Count cells of one family of types, each `counts` times (None: once)."""
        tallies = self.tallies
        total = len(cells) if counts is None else int(counts.sum())
        if family == "list":
            self._lists(cells, np.ones(total, np.int64) if counts is None else counts)
        elif family == "datetime":
            self._dates(dates(cells), counts)
        elif family == "none":
            tallies.cells += total
            tallies.none += total
        elif family in ("text", "bytes"):
            tallies.cells += total
            tallies.kinds.add("text")
            tallies.texts.add(count_texts(cells if family == "text" else list(map(as_text, cells)), counts))
        else:
            tallies.cells += total
            self._python_numbers(family, cells, counts)

    def _python_numbers(self, family: Family, cells: list[Any], counts: NDArray[np.int64] | None) -> None:
        tallies = self.tallies
        numbers = whole_numbers(cells) if family == "integer" else np.array(cells, _PYTHON_TYPES[family])
        if family != "float" or not np.isnan(numbers).all():  # NaN among texts is no number, it is a missing text
            tallies.kinds.add(family)
        if counts is None:
            tallies.numbers.add(numbers)
        else:
            tallies.numbers.add_counted(numbers, counts)

    def _lists(self, cells: list[Any], counts: NDArray[np.int64]) -> None:
        nested = [cell for cell in cells if isinstance(cell, np.ndarray) and cell.ndim > 1]
        if nested:
            self._uneven_arrays(nested)
            cells = [cell for cell in cells if not (isinstance(cell, np.ndarray) and cell.ndim > 1)]
            counts = np.ones(len(cells), np.int64)
        if not cells:
            return
        tallies = self.tallies
        tallies.follow(None)
        cells = [cell.tolist() if isinstance(cell, np.ndarray) else cell for cell in cells]
        items = list(chain.from_iterable(cells))
        places = by_family(items)
        if "list" in places:
            raise UnsupportedInput(
                "the labels are lists of lists of different lengths",
                expected="one flat list of labels for each example, or arrays of one shape",
                fix="flatten each label, or pad the labels to one shape and name the padding with ignore=",
            )
        lengths = tallies.lists.add(cells, counts)
        item_counts = None if (counts == 1).all() else np.repeat(counts, lengths)
        outside, tallies.kinds = tallies.kinds, tallies.item_kinds  # what follows counts items, not cells of their own
        for family, where in places.items():
            self._family(family, _chosen(items, where), None if item_counts is None else item_counts[where])
        tallies.kinds = outside
        if set(places) <= {"bool", "integer", "float"}:
            tallies.lists.add_vectors(np.array(items, dtype=np.float64), counts)

    def _uneven_arrays(self, cells: list[NDArray]) -> None:
        """Arrays of more than one axis whose first axes differ in length, e.g. one-hot rows per token."""
        for cell in cells:
            self.tallies.saw_dtype(cell.dtype)
            self.tallies.saw_shape((None, *cell.shape[1:]) if cell.ndim == 2 else (None,) * cell.ndim)
            self._add_block(cell[None], _native(cell.dtype), tolerance_of(cell.dtype))

    def _add_counted(self, chunk: Counted) -> None:
        counts = np.asarray(chunk.counts, dtype=np.int64)
        values = chunk.values
        array = values if isinstance(values, np.ndarray) else None
        cells = array.tolist() if array is not None and array.dtype.kind not in "mM" else list(values)
        if len(cells) != len(counts):
            raise UnreadableInput(
                f"{len(cells)} distinct labels came with {len(counts)} counts", expected="one count for each label"
            )
        tallies = self.tallies
        tallies.rows += int(counts.sum())
        if array is not None:
            tallies.saw_dtype(array.dtype)
        for family, where in by_family(cells).items():
            self._family(family, _chosen(cells, where), counts[where])
        if tallies.kinds or tallies.lists.lists:
            tallies.follow(None)  # a count forgets the order of rows

    def _add_sparse(self, chunk: Any) -> None:
        if chunk.ndim != 2:
            raise UnsupportedInput(
                f"the labels are a sparse array with {chunk.ndim} axis",
                expected="a sparse matrix (n, K)",
                fix="y.toarray()",
            )
        tallies = self.tallies
        tallies.rows += chunk.shape[0]
        tallies.saw_dtype(chunk.dtype)
        tallies.saw_shape(chunk.shape[1:])
        tallies.kinds.add(_KINDS[chunk.dtype.kind])
        tallies.cells += chunk.shape[0] * chunk.shape[1]
        rows = tallies.row_tally(chunk.shape[1])
        for start in range(0, chunk.shape[0], _SCALAR_BLOCK):
            block = chunk[start : start + _SCALAR_BLOCK].copy()
            block.sum_duplicates()
            tallies.numbers.add(block.data)
            implicit = block.shape[0] * block.shape[1] - block.nnz
            tallies.numbers.add_counted(np.zeros(1, block.dtype), np.array([implicit]))
            if isinstance(rows, RowTally):
                rows.add_sparse(block, tolerance=tolerance_of(chunk.dtype))


def _chosen(cells: list[Any], places: Sequence[int]) -> list[Any]:
    return cells if len(places) == len(cells) else [cells[place] for place in places]


_PYTHON_TYPES: dict[str, type] = {"bool": np.bool_, "float": np.float64}
_KINDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float"}


def _refuse(dtype: np.dtype) -> None:
    if dtype.kind == "c" or dtype.names:
        what = "complex numbers" if dtype.kind == "c" else f"records with the fields {', '.join(dtype.names or ())}"
        fix = "y = y.real" if dtype.kind == "c" else f"pass one field, e.g. y[{(dtype.names or ('label',))[0]!r}]"
        raise UnsupportedInput(f"the labels are {what}", expected="numbers, booleans, text or dates", fix=fix)
    if dtype.kind == "V" and not dtype.name.startswith(_EXTENSIONS):
        raise UnsupportedInput("the labels are raw bytes (dtype void)", expected="numbers, booleans, text or dates")


_EXTENSIONS = ("bfloat", "float", "int", "uint")
"""Names of number dtypes that other packages add to NumPy, e.g. bfloat16; NumPy calls their kind "V"."""


def _native(dtype: np.dtype) -> np.dtype:
    """What NumPy's own functions take in place of a dtype: native byte order, no extension dtypes."""
    if dtype.kind == "V":
        return np.dtype(np.float32 if "float" in dtype.name else np.int64)
    if dtype.kind == "T":
        return np.dtype(object)
    if dtype.kind == "f" and dtype.itemsize > 8:
        return np.dtype(np.float64)
    return dtype.newbyteorder("=")
