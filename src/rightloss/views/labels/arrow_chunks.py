"""One Arrow column as the chunks that the profiler takes: NumPy arrays, objects, or values already counted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rightloss.errors import UnreadableInput
from rightloss.views.labels.source import Counted

_WORTH_COUNTING = 4  # count text where each distinct value stands for at least this many rows on average


def column_chunks(column: Any, where: str, *, mixed_json: bool = False) -> Iterator[Any]:
    """Chunks for one Arrow array (not chunked) of n labels.

    Numbers, booleans and dates keep their NumPy type: missing cells leave the array and come as one `Counted` None.
    Text is counted, or comes as objects where nearly all values differ. Lists come as objects, fixed-size lists of
    numbers as an (n, K) array.

    Raises:
        UnreadableInput: structs, maps and other nested types that are no labels.
    """
    import pyarrow as pa

    types = pa.types
    if len(column) == 0:
        return
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    kind = column.type
    if types.is_null(kind):
        yield Counted((None,), (len(column),))
    elif mixed_json:
        yield objects([None if cell is None else json.loads(cell) for cell in column.to_pylist()])
    elif types.is_dictionary(kind):
        yield from _counted(column, 0)
    elif _is_text(kind):
        yield from _counted(column, len(column) // _WORTH_COUNTING)
    elif types.is_decimal(kind):
        yield from _plain(plain_decimals(column))
    elif types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
        yield from _plain(column)
    elif types.is_date(kind) or types.is_timestamp(kind):
        yield from _plain(column.cast(pa.timestamp("us")))
    elif types.is_fixed_size_list(kind) and _is_number(kind.value_type) and not column.null_count:
        yield column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), kind.list_size)
    elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind) or types.is_time(kind):
        yield objects(column.to_pylist())
    else:
        raise UnreadableInput(
            f"{where} is of type {kind}", expected="numbers, booleans, text or lists of them", fix="name a plain column"
        )


def plain_decimals(column: Any) -> Any:
    """A decimal column as whole numbers or floats; any other column as it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_decimal(column.type):
        return column
    whole = column.type.scale == 0 and (pc.max(pc.abs(column.cast(pa.float64()))).as_py() or 0) < 2**63
    return column.cast(pa.int64() if whole else pa.float64())


def objects(cells: Sequence[Any]) -> Any:
    """A one-dimensional object array, also where every cell is a list of the same length."""
    import numpy as np

    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return any(
        test(kind)
        for test in (
            types.is_string,
            types.is_large_string,
            types.is_string_view,
            types.is_binary,
            types.is_large_binary,
        )
    )


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)


def _plain(column: Any) -> Iterator[Any]:
    if column.null_count:
        yield Counted((None,), (column.null_count,))
        column = column.drop_null()
    if len(column):
        yield column.to_numpy(zero_copy_only=False)


def _counted(column: Any, most: int) -> Iterator[Any]:
    """The column's values with their numbers of rows; the cells themselves where more than `most` differ (0: never)."""
    import numpy as np

    encoded = column if hasattr(column, "dictionary") else column.dictionary_encode()
    if most and len(encoded.dictionary) > most:
        yield objects(column.to_pylist())
        return
    codes = encoded.indices
    if codes.null_count:
        yield Counted((None,), (codes.null_count,))
        codes = codes.drop_null()
    if not len(codes):
        return
    counts = np.bincount(codes.to_numpy(zero_copy_only=False), minlength=len(encoded.dictionary))
    values = encoded.dictionary.to_pylist()
    seen = np.flatnonzero(counts)
    yield Counted(tuple(values[i] for i in seen), tuple(int(counts[i]) for i in seen))


def matrix_chunk(batch: Any) -> Any:
    """The numeric columns of a record batch side by side, (n, K); floats with NaN where a cell is missing."""
    import numpy as np

    columns = [plain_decimals(batch.column(i)) for i in range(batch.num_columns)]
    full = [column.cast("double") if column.null_count else column for column in columns]
    # Copied column by column, so that both sides of the copy lie in one piece; the transpose moves nothing.
    return np.stack([column.to_numpy(zero_copy_only=False) for column in full]).T


def are_cells_of_one_matrix(batch: Any) -> bool:
    """Whether columns look like one vector of labels: each is all missing, within {-1, 0, 1}, or within [0, 1].

    -1 beside 0 and 1 is how some sets write "uncertain" or "not labelled".
    """
    import numpy as np

    for i in range(batch.num_columns):
        column = plain_decimals(batch.column(i)).drop_null()
        if not len(column):
            continue
        cells = column.to_numpy(zero_copy_only=False).astype(np.float64)
        cells = cells[~np.isnan(cells)]
        if not (np.all((cells >= 0) & (cells <= 1)) or np.all(np.isin(cells, (-1.0, 0.0, 1.0)))):
            return False
    return True
