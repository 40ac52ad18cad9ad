"""What every reader of labels hands to the profiler: one stream of chunks for each output.

Readers (arrays, frames, files, streams, tables, folders) know where labels lie; the profiler knows what they are.
This file is the border between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Counted:
    """A chunk that was already counted by an engine: each distinct label once, with its number of rows.

    `values` are scalars (numbers, text, None for missing) or one-dimensional, like the labels themselves.
    """

    values: Any  # sequence or array of distinct scalars, None / NaN allowed
    counts: Any  # integers, same length


@dataclass(frozen=True)
class Declared:
    """What the container says about its labels, beside the values themselves."""

    categories: tuple[Any, ...] | None = None  # pandas / polars / Arrow categories, in order
    ordered: bool | None = None  # True where the container declares an order
    class_names: tuple[str, ...] | None = None  # folder names, `class_names` of a dataset
    column_names: tuple[str, ...] | None = None  # names of the label columns of a multi-column output
    where: str = ""  # in the user's words: "column 'species' of penguins.csv"


@dataclass(frozen=True)
class LabelStream:
    """The labels of one output.

    `chunks()` starts a new pass and yields, each with a leading axis of examples:
    NumPy arrays of any numeric, boolean, text, bytes or object dtype (object cells: str, bytes, None, numbers,
    lists of labels), SciPy CSR matrices, or `Counted`. One-shot inputs raise on a second pass.
    """

    chunks: Callable[[], Iterator[Any]]
    name: str | None = None  # output or column name; None where there is only one
    rows: int | None = None  # known total, None where unknown
    dtype: str | None = None  # the container's own word for the type, where NumPy's would hide it
    declared: Declared = field(default_factory=Declared)
    notes: tuple[str, ...] = ()  # what the reader had to leave out, e.g. "stopped after 1,000,000 rows (cap)"
    caps: Mapping[str, int] = field(default_factory=dict)  # reader's own bounds that were applied


Outputs = dict[str | None, LabelStream]
"""One stream per named output; the key is None for a single unnamed output."""
