"""JSON lines (or one JSON array of objects) as a table, read by DuckDB with types taken from every row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightloss.errors import UnreadableInput
from rightloss.views.labels.formats.sniff import read_head
from rightloss.views.labels.formats.table import Table, Types, cast_batch

if TYPE_CHECKING:
    import pyarrow as pa

_WHERE = re.compile(r"in (?:line|record/value) (\d+)(.*)")


def open_json(path: Path) -> Table:
    """The JSON table at `path`. A key that some rows lack is missing there; a key of mixed types stays JSON text."""
    import duckdb

    layout = "array" if read_head(path).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") else "newline_delimited"
    source = f"read_json(?, format='{layout}', sample_size=-1)"
    argument = [[glob_escaped(path)]]
    try:
        with duckdb.connect() as connection:
            relation = connection.sql(f"SELECT * FROM {source}", params=argument)
            names, kinds = tuple(relation.columns), [str(kind) for kind in relation.types]
            schema = relation.limit(0).to_arrow_table().schema
    except duckdb.Error as error:
        raise _broken(path, error) from None
    if names == ("json",):
        raise UnreadableInput(
            f"{path} holds JSON values that are not objects",
            expected='one object per line, like {"text": "…", "label": "a"}',
        )

    def batches(columns: Sequence[str], batch_rows: int, types: Types) -> Iterator[pa.RecordBatch]:
        chosen = ", ".join(quoted(name) for name in columns)
        try:
            with duckdb.connect() as connection:
                relation = connection.sql(f"SELECT {chosen} FROM {source}", params=argument)
                for batch in relation.to_arrow_reader(batch_rows):
                    yield cast_batch(batch, types)
        except duckdb.Error as error:
            raise _broken(path, error) from None

    def exact(columns: Sequence[str]) -> Any:
        import pyarrow as pa

        return pa.schema([schema.field(name) for name in columns])

    mixed = frozenset(name for name, kind in zip(names, kinds, strict=True) if kind == "JSON")
    return Table(path=path, kind="json", names=names, exact=exact, batches=batches, json_columns=mixed)


def quoted(name: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def glob_escaped(path: Path) -> str:
    """The path with the signs that DuckDB would take as a pattern made literal."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _broken(path: Path, error: Exception) -> UnreadableInput:
    message = str(error).splitlines()[0]
    found = _WHERE.search(message)
    place = f", line {found.group(1)}" if found else ""
    reason = found.group(2).strip(": .") if found else message
    return UnreadableInput(
        f"{path}{place} is not JSON: {reason}",
        expected='one object per line, like {"text": "…", "label": "a"}',
        fix=f"sed -n {found.group(1)}p {path}   (look at the line, then correct or delete it)" if found else "",
    )
