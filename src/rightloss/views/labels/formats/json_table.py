"""JSON lines (or one JSON array of objects) as a table, read by DuckDB with types taken from every row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightloss.errors import UnreadableInput
from rightloss.views.labels.formats.sniff import read_head
from rightloss.views.labels.formats.table import Table, Types, cast_batch

if TYPE_CHECKING:
    import pyarrow as pa


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
                reader = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader  # before DuckDB 1.4
                for batch in reader(batch_rows):
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
    expected = 'one object per line, like {"text": "…", "label": "a"}'
    message = str(error).splitlines()[0]
    if "JSON" not in message:
        return UnreadableInput(f"{path} could not be read: {message}", expected=expected)
    try:
        line, reason = _first_bad_line(path) or (None, message)
    except OSError as damage:  # a compressed file with holes
        return UnreadableInput(f"{path} could not be read: {damage}", expected=expected)
    if line is None:
        return UnreadableInput(f"{path} is not JSON: {reason}", expected=expected)
    return UnreadableInput(
        f"{path}, line {line} is not JSON: {reason}",
        expected=expected,
        fix=f"sed -n {line}p {path}   (look at the line, then correct or delete it)",
    )


def _first_bad_line(path: Path) -> tuple[int, str] | None:
    """Where the file stops being JSON lines; asked only after DuckDB, which does not always name the line."""
    import pyarrow as pa

    with pa.input_stream(str(path), compression="detect") as stream:
        for number, line in enumerate(TextIOWrapper(stream, "utf-8-sig", errors="replace"), start=1):
            try:
                if line.strip():
                    json.loads(line)
            except json.JSONDecodeError as error:
                return number, error.msg
    return None
