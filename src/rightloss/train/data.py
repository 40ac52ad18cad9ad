"""Tables in memory: a file, a glob of files or a data frame, its feature columns and its label columns."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from rightloss.errors import EmptyInput, UnsupportedInput
from rightloss.train.columns import is_text
from rightloss.views.labels.columns import unnamed

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


class Load(Protocol):
    """Reads columns into one Arrow table."""

    def __call__(
        self, columns: Sequence[str], texts: Collection[str] = (), declared: Collection[str] = ()
    ) -> pa.Table: ...


@dataclass(frozen=True)
class Source:
    """A table that can be loaded: its column names, and what to call it in messages.

    `load(columns, texts, declared)` reads the columns into one Arrow table: those in `texts` come as text whatever they
    hold, and those in `declared` keep categories that the table itself declares (as a dictionary type).
    `named` is False where the file has no line of names, so that names only count positions. `mixed` are the columns
    whose cells are of different kinds (JSON lines).
    """

    names: tuple[str, ...]
    where: str
    named: bool
    load: Load
    notes: tuple[str, ...] = ()
    mixed: frozenset[str] = frozenset()
    suggested: tuple[str, ...] = ()  # label columns that the file itself declares


def open_source(data: Any, *, header: bool | None = None) -> Source:
    """The table behind a path, a glob, a data frame of any library or an Arrow table.

    Args:
        data: what to read. CSV, TSV, Parquet, JSON lines, Arrow and ARFF files.
        header: whether the first line of a text table holds names; None looks at it.

    Raises:
        UnreadableInput, EmptyInput: see `rightloss.views.labels.table_files`.
        UnsupportedInput: not a table.
    """
    return _from_path(data, header) if isinstance(data, str | os.PathLike) else _from_frame(data)


def _from_path(path: str | os.PathLike[str], header: bool | None) -> Source:
    from rightloss.views.labels.formats.file_paths import find_files
    from rightloss.views.labels.formats.sniff import TABLE_KINDS, spoken
    from rightloss.views.labels.table_files import BATCH_ROWS, join_tables

    found = find_files(os.fspath(path))
    if found.kind not in TABLE_KINDS:
        raise UnsupportedInput(
            f"{path} is no table but {spoken(found.kind)}",
            expected="a table with feature columns and a label column: " + ", ".join(map(spoken, TABLE_KINDS)),
            fix=f"rightloss select {path} --code   (prints a script for such data)",
        )
    table = join_tables(found, header)

    def load(columns: Sequence[str], texts: Collection[str] = (), declared: Collection[str] = ()) -> pa.Table:
        import pyarrow as pa

        types = {name: pa.string() for name in columns if name in texts}
        # Readers also use dictionaries to save memory; a declared one is in the schema.
        kept = [field.name for field in table.exact(list(declared)) if pa.types.is_dictionary(field.type)]
        batches = [_plain(batch, kept) for batch in table.batches(columns, BATCH_ROWS, types) if batch.num_rows]
        if not batches:
            raise EmptyInput(f"{path} has no rows", expected="a table with at least one row", fix="pass another file")
        found = pa.Table.from_batches(batches)
        for name in declared:
            if is_text(found.schema.field(name).type) and name in table.categories:
                found = _with_categories(found, name, table.categories[name])
        return found

    named = table.kind != "csv" or table.names != tuple(map(unnamed, range(len(table.names))))
    return Source(table.names, str(path), named, load, table.notes, table.json_columns, table.suggested)


def _plain(batch: Any, kept: Collection[str]) -> Any:
    """The batch with dictionary encoded columns written out, but for those in `kept`."""
    import pyarrow as pa

    names = batch.schema.names
    columns = [
        column.dictionary_decode() if isinstance(column, pa.DictionaryArray) and name not in kept else column
        for name, column in zip(names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, names=names)


def _with_categories(table: pa.Table, name: str, categories: Sequence[str]) -> pa.Table:
    """The table with one text column as a dictionary of the categories that its file declares, in their order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = pa.array(categories, pa.string())
    codes = pc.index_in(table.column(name), value_set=values).combine_chunks()
    return table.set_column(table.column_names.index(name), name, pa.DictionaryArray.from_arrays(codes, values))


def _from_frame(frame: Any) -> Source:
    import narwhals as nw
    import pyarrow as pa

    try:
        seen = nw.from_native(frame)
        table = (seen.collect() if isinstance(seen, nw.LazyFrame) else seen).to_arrow()
    except pa.ArrowException as error:
        raise UnsupportedInput(
            f"the data frame has a column that mixes kinds of values: {str(error).splitlines()[-1][:200]}",
            expected="columns that hold one kind of value each",
            fix="frame['the column'] = frame['the column'].astype(str)",
        ) from error
    except TypeError:
        raise UnsupportedInput(
            f"data of type {type(frame).__module__}.{type(frame).__qualname__}",
            expected="the path of a table, or a data frame (pandas, polars, Arrow, ...) with the label column in it",
            fix="train('data.csv', label='y')",
        ) from None
    if not table.num_rows:
        raise EmptyInput("the data frame has no rows", expected="at least one row", fix="pass another data frame")

    def load(columns: Sequence[str], texts: Collection[str] = (), declared: Collection[str] = ()) -> pa.Table:
        chosen = pa.Table.from_batches([_plain(batch, declared) for batch in table.select(list(columns)).to_batches()])
        for name in texts:
            if name in columns:
                chosen = chosen.set_column(chosen.column_names.index(name), name, chosen.column(name).cast(pa.string()))
        return chosen

    return Source(tuple(map(str, table.column_names)), "the data frame", True, load)


def label_values(table: pa.Table, columns: Sequence[str]) -> Any:
    """Labels as `select` and `encode` take them.

    Returns:
        One column: an (n,) array of its own type, of objects for text and None, or a list of lists. Several: an
        (n, K) array of floats, NaN where a cell is missing.
    """
    import numpy as np

    if len(columns) > 1:
        return np.stack([_array(table.column(name)).astype(np.float64) for name in columns], axis=1)
    return _array(table.column(columns[0]))


def _array(column: pa.ChunkedArray) -> Any:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return column.to_pylist()
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    return column.to_numpy()


def labelled(table: pa.Table, columns: Sequence[str], nothing: Any = None) -> np.ndarray:
    """Which rows carry a label: (n,) bool. For several columns those with at least one label that is not missing.

    Args:
        table: the rows.
        columns: the label columns.
        nothing: a value that stands for "no label", besides missing cells.
    """
    import numpy as np
    import pyarrow.compute as pc

    found = np.zeros(table.num_rows, dtype=bool)
    for name in columns:
        column = table.column(name)
        known = ~np.asarray(pc.is_null(column, nan_is_null=True).to_numpy(), dtype=bool)
        if nothing is not None and len(columns) == 1:
            known &= np.array([value != nothing for value in column.to_pylist()], dtype=bool)
        found |= known
    return found
