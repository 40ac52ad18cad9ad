"""Labels in data frames and columns of any library that narwhals or Arrow can see: pandas, polars, pyarrow, …"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from rightloss.errors import UnreadableInput, UnsupportedInput
from rightloss.views.labels.arrow_chunks import are_cells_of_one_matrix, column_chunks, matrix_chunk, objects
from rightloss.views.labels.columns import resolve_columns
from rightloss.views.labels.source import Declared, LabelStream, Outputs

_SLICE = 65_536
_MATRIX_CELLS = 1 << 22


def from_frame(frame: Any, *, columns: Sequence[str] | None = None, rows_cap: int | None = None) -> Outputs:
    """The labels of a column or a data frame.

    Args:
        frame: a Series, Arrow array, DataFrame, Table or lazy frame (of a lazy frame the label columns are collected).
        columns: the label columns; None: all columns of `frame` are labels.
        rows_cap: look at no more rows than this.

    Returns:
        One output for one column. Several columns are one (n, K) output where all are numbers within 0..1 or among
        -1, 0, 1 (missing cells aside), else one output per column.

    Raises:
        MissingColumn: no such column. UnsupportedInput: not a frame that narwhals or Arrow understands.
    """
    import narwhals as nw

    frame = _narwhal(frame)
    if isinstance(frame, nw.Series):
        return {None: _series_stream(frame, rows_cap, named=None)}
    names = list(frame.collect_schema().names())
    chosen = list(resolve_columns(columns, names, "the data frame")) if columns else names
    if not chosen:
        raise UnreadableInput("the data frame has no columns", expected="at least one label column")
    frame = frame.select(chosen)
    if isinstance(frame, nw.LazyFrame):
        frame = (frame.head(rows_cap + 1) if rows_cap is not None else frame).collect()
    if len(chosen) == 1:
        return {None: _series_stream(frame.get_column(chosen[0]), rows_cap, named=None)}
    if _one_matrix(frame):
        return {None: _matrix_stream(frame, rows_cap)}
    return {name: _series_stream(frame.get_column(name), rows_cap, named=name) for name in chosen}


def _narwhal(frame: Any) -> Any:
    """The frame or column as narwhals sees it; Arrow objects and pandas arrays are put into a frame or column first."""
    import narwhals as nw

    pandas, arrow = sys.modules.get("pandas"), sys.modules.get("pyarrow")
    if arrow is not None:
        if isinstance(frame, arrow.Array):
            frame = arrow.chunked_array([frame])
        elif isinstance(frame, arrow.RecordBatch):
            frame = arrow.Table.from_batches([frame])
        elif isinstance(frame, arrow.RecordBatchReader):
            frame = frame.read_all()
    if pandas is not None and isinstance(frame, (pandas.Index, pandas.api.extensions.ExtensionArray)):
        _refuse_intervals(frame, "the column")  # while it still is what the user has: its fix differs from a Series'
        frame = pandas.Series(frame)
    if pandas is not None and isinstance(frame, pandas.DataFrame) and frame.columns.nlevels > 1:
        raise UnsupportedInput(
            f"the data frame has column names in {frame.columns.nlevels} rows, such as {tuple(frame.columns[0])!r}",
            expected="one name for each column",
            fix="frame.columns = ['_'.join(map(str, name)) for name in frame.columns]",
        )
    if (
        pandas is not None
        and isinstance(frame, pandas.DataFrame)
        and not all(isinstance(n, str) for n in frame.columns)
    ):
        frame = frame.set_axis([str(name) for name in frame.columns], axis=1)  # numbers, dates, None
    try:
        seen = nw.from_native(frame, allow_series=True)
    except TypeError:
        if not hasattr(frame, "__arrow_c_stream__"):
            raise UnsupportedInput(
                f"labels of type {type(frame).__module__}.{type(frame).__qualname__}",
                expected="a Series, a DataFrame, an Arrow table, or anything else that narwhals or Arrow can read",
                fix="y = frame['label'].to_numpy()",
            ) from None
        import pyarrow

        seen = nw.from_native(pyarrow.table(frame))
    except Exception as error:  # narwhals has its own error for each library, e.g. for two columns of one name
        raise UnreadableInput(
            f"the data frame could not be read: {error}", fix="y = frame['label'].to_numpy()"
        ) from error
    return seen


def _series_stream(series: Any, rows_cap: int | None, *, named: str | None) -> LabelStream:
    rows, notes, caps = _capped(len(series), rows_cap)
    native = series.to_native()
    where = f"column {series.name!r}" if series.name not in (None, "") else ""
    _refuse_intervals(native, where or "the column")
    return LabelStream(
        chunks=lambda: _series_chunks(series, rows, where or "the column"),
        name=named,
        rows=rows,
        dtype=str(getattr(native, "dtype", None) or getattr(native, "type", "")),
        declared=_declared(series, where),
        notes=notes,
        caps=caps,
    )


def _refuse_intervals(native: Any, where: str) -> None:
    """What `pandas.cut` gives: Arrow turns the intervals into records."""
    categories = getattr(native.dtype, "categories", None) if hasattr(native, "dtype") else None
    held = getattr(native, "dtype", None) if categories is None else getattr(categories, "dtype", None)
    if type(held).__name__ == "IntervalDtype":
        renamed = "y.cat.rename_categories(str)" if hasattr(native, "cat") else "y.rename_categories(str)"
        raise UnsupportedInput(
            f"{where} holds intervals",
            expected="numbers, booleans, text or categories with such names",
            fix="y = y.astype(str)" if categories is None else f"y = {renamed}",
        )


def _capped(rows: int, cap: int | None) -> tuple[int, tuple[str, ...], dict[str, int]]:
    if cap is None or rows <= cap:
        return rows, (), {}
    return cap, (f"stopped after {cap:,} of {rows:,} rows (cap)",), {"rows": cap}


def _series_chunks(series: Any, rows: int, where: str) -> Iterator[Any]:
    native = series.to_native()
    if _is_numpy_column(native):
        yield native.to_numpy()[:rows]  # NumPy's own types are already what the profiler takes
        return
    for start in range(0, rows, _SLICE):
        part = series[start : min(rows, start + _SLICE)]
        try:
            column = part.to_arrow()
        except Exception:  # Python objects, intervals, periods: what Arrow has no type for
            yield objects(part.to_list())
            continue
        for chunk in column.chunks if hasattr(column, "chunks") else (column,):
            yield from column_chunks(chunk, where)


def _is_numpy_column(native: Any) -> bool:
    """Whether this is a pandas column (or one of its kin) that lies in a NumPy array."""
    numpy = sys.modules.get("numpy")
    return hasattr(native, "iloc") and numpy is not None and isinstance(native.dtype, numpy.dtype)


def _declared(series: Any, where: str) -> Declared:
    """Categories that close the set of classes, and whether they are ordered.

    A polars Categorical closes nothing (its categories may be those of other columns), and the order of a polars Enum
    says only how it sorts.
    """
    native = series.to_native()
    dtype: Any = getattr(native, "dtype", None)
    if hasattr(dtype, "categories") and hasattr(dtype, "ordered"):  # pandas
        return Declared(categories=tuple(dtype.categories), ordered=bool(dtype.ordered), where=where)
    if type(dtype).__name__ == "Enum":  # polars
        return Declared(categories=tuple(series.dtype.categories), where=where)
    kind: Any = getattr(native, "type", None)
    if hasattr(kind, "ordered") and native.num_chunks:  # Arrow
        values = dict.fromkeys(value for chunk in native.chunks for value in chunk.dictionary.to_pylist())
        return Declared(categories=tuple(values), ordered=bool(kind.ordered), where=where)
    return Declared(where=where)


def _one_matrix(frame: Any) -> bool:
    import narwhals as nw

    if not all(dtype.is_numeric() or dtype == nw.Boolean for dtype in frame.schema.values()):
        return False
    return all(are_cells_of_one_matrix(batch) for batch in _batches(frame, len(frame)))


def _batches(frame: Any, rows: int) -> Iterator[Any]:
    step = max(1, _MATRIX_CELLS // len(frame.columns))
    for start in range(0, rows, step):
        yield from frame[start : min(rows, start + step)].to_arrow().to_batches()


def _matrix_stream(frame: Any, rows_cap: int | None) -> LabelStream:
    rows, notes, caps = _capped(len(frame), rows_cap)
    kinds = dict.fromkeys(str(dtype) for dtype in frame.schema.values())
    return LabelStream(
        chunks=lambda: (matrix_chunk(batch) for batch in _batches(frame, rows)),
        rows=rows,
        dtype=", ".join(kinds),
        declared=Declared(column_names=tuple(map(str, frame.columns)), where=f"{len(frame.columns)} columns"),
        notes=notes,
        caps=caps,
    )
