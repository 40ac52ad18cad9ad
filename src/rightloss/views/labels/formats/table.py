"""What a table on disk offers, whatever its format: a schema and bounded batches of chosen columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Types = Mapping[str, Any]
"""Column name -> Arrow type that batches must have, where several files have to agree."""


@dataclass(frozen=True)
class Table:
    """One file with named columns.

    `batches(columns, batch_rows, types)` starts a new pass and yields Arrow record batches of at most about
    `batch_rows` rows holding exactly `columns` in that order. `exact(columns)` gives a schema in which the types of
    `columns` hold for every row; formats that store their types answer at once, CSV may have to read the columns.
    """

    path: Path
    kind: str
    names: tuple[str, ...]
    exact: Callable[[Sequence[str]], pa.Schema]
    batches: Callable[[Sequence[str], int, Types], Iterator[pa.RecordBatch]]
    rows: int | None = None
    notes: tuple[str, ...] = ()
    categories: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)  # values declared in the file's own header
    json_columns: frozenset[str] = frozenset()  # text columns whose cells are JSON of mixed types
    suggested: tuple[str, ...] = ()  # label columns that the file itself declares


def cast_batch(batch: pa.RecordBatch, types: Types) -> pa.RecordBatch:
    """The batch with the named columns cast to the types that all files of the table agreed on."""
    import pyarrow as pa

    if all(
        batch.schema.field(name).type == types.get(name, batch.schema.field(name).type) for name in batch.schema.names
    ):
        return batch
    columns = [batch.column(name).cast(types.get(name, batch.schema.field(name).type)) for name in batch.schema.names]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
