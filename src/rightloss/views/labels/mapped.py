"""Chunks of a memory-mapped array, read rather than mapped: a page fault costs more than copying the page."""

from __future__ import annotations

import mmap
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_CELLS = 262_144


def mapped_chunks(array: NDArray, rows: int) -> Iterator[NDArray]:
    """The first `rows` rows of an array of at least one axis, in chunks of some hundred thousand cells.

    A read-only `np.memmap` in C order is read from its file, so that its pages do not stay resident; slices of one,
    writable maps and arrays in Fortran order are cut as they are.
    """
    per_row = int(np.prod(array.shape[1:], dtype=np.int64))
    step = max(1, _CELLS // max(1, per_row))
    if not _is_plain_map(array) or per_row == 0:
        for start in range(0, rows, step):
            yield array[start : min(start + step, rows)]
        return
    with open(array.filename, "rb") as file:  # type: ignore[attr-defined]
        file.seek(array.offset)  # type: ignore[attr-defined]
        for start in range(0, rows, step):
            count = min(step, rows - start)
            yield np.fromfile(file, array.dtype, count * per_row).reshape(count, *array.shape[1:])


def _is_plain_map(array: NDArray) -> bool:
    # A slice of a map keeps the offset of the whole, so only the whole itself may be read by its offset.
    return (
        isinstance(array, np.memmap)
        and isinstance(array.base, mmap.mmap)
        and array.mode == "r"
        and array.flags.c_contiguous
        and array.filename is not None
    )
