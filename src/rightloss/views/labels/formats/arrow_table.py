"""Parquet and Arrow / Feather files as tables: both store their types, so nothing has to be guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightloss.errors import UnreadableInput
from rightloss.views.labels.columns import refuse_doubled
from rightloss.views.labels.formats.table import Table, Types, cast_batch

if TYPE_CHECKING:
    import pyarrow as pa


def open_parquet(path: Path) -> Table:
    """The Parquet file at `path`; batches decode one column chunk of one row group at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, "a Parquet file", error) from None
    refuse_doubled(schema.names, path.name)
    text = [field.name for field in schema if _is_text(field.type)]

    def batches(columns: Sequence[str], batch_rows: int, types: Types) -> Iterator[pa.RecordBatch]:
        # Text stays dictionary encoded, as Parquet stores it: decoding every cell costs three times as much.
        encoded = [name for name in columns if name in text]
        try:
            with pq.ParquetFile(path, read_dictionary=encoded, pre_buffer=False) as file:
                for batch in file.iter_batches(batch_rows, columns=list(columns), use_threads=False):
                    yield cast_batch(batch.select(list(columns)), {k: v for k, v in types.items() if k not in encoded})
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, "a Parquet file", error) from None

    return Table(
        path=path, kind="parquet", names=tuple(schema.names), exact=_stored(schema), batches=batches, rows=rows
    )


def open_arrow(path: Path) -> Table:
    """The Arrow IPC file, Feather (version 2) file or Arrow stream at `path`, memory mapped."""
    import pyarrow as pa

    with path.open("rb") as head:
        stream = head.read(6) != b"ARROW1"

    def batches(columns: Sequence[str], batch_rows: int, types: Types) -> Iterator[pa.RecordBatch]:
        try:
            with pa.memory_map(str(path)) as source:
                for batch in _ipc_batches(source, stream):
                    chosen = cast_batch(batch.select(list(columns)), types)
                    for start in range(0, batch.num_rows, batch_rows):
                        yield chosen.slice(start, batch_rows)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, "an Arrow file", error) from None

    try:
        with pa.memory_map(str(path)) as source:
            schema = (pa.ipc.open_stream(source) if stream else pa.ipc.open_file(source)).schema
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, "an Arrow file", error) from None
    refuse_doubled(schema.names, path.name)
    return Table(path=path, kind="arrow", names=tuple(schema.names), exact=_stored(schema), batches=batches)


def _ipc_batches(source: Any, stream: bool) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    if stream:
        yield from pa.ipc.open_stream(source)
        return
    reader = pa.ipc.open_file(source)
    for i in range(reader.num_record_batches):
        yield reader.get_batch(i)


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _stored(schema: pa.Schema) -> Any:
    import pyarrow as pa

    return lambda columns: pa.schema([schema.field(name) for name in columns])


def _damaged(path: Path, what: str, error: Exception) -> UnreadableInput:
    reason = str(error).splitlines()[0]
    return UnreadableInput(
        f"{path} starts like {what} but could not be read: {reason}", expected=f"{what} that was written completely"
    )
