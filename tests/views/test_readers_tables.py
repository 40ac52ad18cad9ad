"""Ibis expressions: the same code on DuckDB always, on Postgres and Spark where they are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from rightloss.errors import EmptyInput, MissingColumn, UnreadableInput
from rightloss.views.labels import tables
from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.tables import from_ibis

ibis = pytest.importorskip("ibis")
pytest.importorskip("duckdb")

ROWS = pa.table(
    {
        "kind": ["cat", "dog", None] * 20,
        "grade": [1, 2, 5] * 20,
        "a": [0, 1, None] * 20,
        "b": [-1, 0, 1] * 20,
        "flag": [True, False, True] * 20,
    }
)


def check_engine(table: Any) -> None:
    """What must hold on every engine."""
    kind, grade = profile(from_ibis(table, columns=["kind"])[None]), profile(from_ibis(table.grade)[None])
    assert (kind.values, kind.none, kind.rows) == ({"cat": 20, "dog": 20}, 20, 60)
    assert (grade.kind, grade.values) == ("integer", {1: 20, 2: 20, 5: 20})
    derived = profile(from_ibis(table.mutate(high=table.grade.cast("decimal(10, 0)") * 2)["high"])[None])
    assert (derived.kind, derived.values) == ("integer", {2: 20, 4: 20, 10: 20})
    matrix = profile(from_ibis(table, columns=["a", "b", "flag"])[None])
    assert (matrix.shape, matrix.column_names, matrix.rows) == ((3,), ("a", "b", "flag"), 60)
    assert matrix.row_facts is not None
    assert matrix.row_facts.missing_per_column == (20, 0, 0)
    assert set(from_ibis(table, columns=["grade", "a"])) == {"grade", "a"}
    capped = profile(from_ibis(table, columns=["kind"], rows_cap=7)[None])
    assert capped.rows == 7


def test_duckdb() -> None:
    """The embedded engine counts columns, reads matrices and keeps to the cap."""
    check_engine(ibis.memtable(ROWS))


def test_columns_must_be_named() -> None:
    """A table of several columns asks for the label; a wrong name lists those there are."""
    with pytest.raises(MissingColumn, match="none was named"):
        from_ibis(ibis.memtable(ROWS))
    with pytest.raises(MissingColumn, match="kind, grade"):
        from_ibis(ibis.memtable(ROWS), columns=["sort"])


def test_lists_are_read_by_rows() -> None:
    """A column of lists arrives as tags."""
    table = ibis.memtable(pa.table({"tags": [["x"], ["x", "y"], []] * 5}))
    stream = from_ibis(table)[None]
    assert profile(stream).tags == {"x": 10, "y": 5}
    assert "row by row" in stream.notes[0]


def test_too_many_values_are_read_by_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit of distinct values, rows are read up to a cap that is then reported."""
    monkeypatch.setattr(tables, "MOST_DISTINCT", 10)
    monkeypatch.setattr(tables, "ROWS", 50)
    stream = from_ibis(ibis.memtable(pa.table({"y": list(range(60))})))[None]
    assert (profile(stream).rows, dict(stream.caps)) == (50, {"rows": 50})
    exact = from_ibis(ibis.memtable(pa.table({"y": list(range(50))})))[None]
    assert (profile(exact).rows, dict(exact.caps)) == (50, {})


def test_no_rows_and_refused_queries() -> None:
    """An empty table is empty input; an engine's refusal is our error with its reason."""
    empty = ibis.memtable(ROWS).filter(ibis._.grade > 9)
    with pytest.raises(EmptyInput):
        profile(from_ibis(empty, columns=["kind"])[None])
    broken = ibis.memtable(ROWS).mutate(bad=ibis._.kind.cast("int64"))
    with pytest.raises(UnreadableInput, match="engine refused"):
        profile(from_ibis(broken, columns=["bad"])[None])


def _binary(name: str) -> str | None:
    places = [str(path.parent) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    return shutil.which(name) or next((shutil.which(name, path=place) for place in places), None)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that another user may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def postgres_port(open_folder: Path) -> Iterator[int]:
    """A Postgres server of its own in a temporary folder; skips where there is none or it cannot start."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    initdb, server = _binary("initdb"), _binary("postgres")
    if not initdb or not server:
        pytest.skip("no Postgres server is installed")
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # Postgres refuses to run as root
        as_user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(open_folder, "nobody", "nogroup")
    data = open_folder / "data"
    made = subprocess.run(
        [initdb, "-D", str(data), "-U", "tester", "-A", "trust", "--no-sync"], capture_output=True, text=True, **as_user
    )
    if made.returncode:
        pytest.skip(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [server, "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(open_folder), "-F"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **as_user)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "ready to accept connections" in line:
                break
        else:
            pytest.skip("the Postgres server did not start")
        yield port
    finally:
        process.terminate()
        process.wait()


def test_postgres(postgres_port: int) -> None:
    """The same expression runs on a Postgres server."""
    connection = ibis.postgres.connect(
        host="127.0.0.1", port=postgres_port, user="tester", password="", database="postgres"
    )
    connection.create_table("pets", ROWS)
    check_engine(connection.table("pets"))
    connection.disconnect()


def test_spark() -> None:
    """The same expression runs on a local Spark session."""
    pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    session = (
        pyspark.sql.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )
    try:
        connection = ibis.pyspark.connect(session)
        check_engine(connection.create_table("pets", ROWS, overwrite=True))
    finally:
        session.stop()
