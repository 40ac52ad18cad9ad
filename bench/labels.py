"""How fast, and in how much memory, labels are profiled: against reading the data, and against scikit-learn.

    python bench/labels.py                 every case; needs about 5 GB of memory for scikit-learn at 10^8 rows
    python bench/labels.py --quick         the same at 10^6 rows in seconds; fixed costs show, budgets are not judged
    python bench/labels.py --case npy-1e8  one case

Each part runs in a process of its own on the same generated file. CPU is the best of up to three runs, in seconds of
process time (user and system, all threads); memory is the growth of the resident set from just before the first run to
its peak (Linux only). Pages of a memory-mapped file count as resident, though they are only file cache. BLAS is pinned
to one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Work = Callable[[], Any]
BLOCK = 32_768
ENOUGH = 2.0  # seconds: a run that takes longer is not repeated


# Files. Written in pieces, so that writing needs little memory.


def write_integers(path: Path, rows: int, dtype: str, classes: int = 1000) -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    file = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(rows,))
    for start in range(0, rows, 1 << 22):
        stop = min(rows, start + (1 << 22))
        file[start:stop] = rng.integers(0, classes, stop - start)
    file.flush()


def write_multi_hot(path: Path, rows: int) -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    file = np.lib.format.open_memmap(path, mode="w+", dtype="uint8", shape=(rows, 100))
    for start in range(0, rows, 1 << 16):
        stop = min(rows, start + (1 << 16))
        file[start:stop] = rng.random((stop - start, 100)) < 0.05
    file.flush()


def write_parquet(path: Path, rows: int, text: bool) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    names = pa.array([f"class number {i}" for i in range(1000)])
    with pq.ParquetWriter(path, pa.schema([("y", pa.string() if text else pa.int32())])) as writer:
        for start in range(0, rows, 1 << 20):
            ids = pa.array(rng.integers(0, 1000, min(1 << 20, rows - start)).astype(np.int32))
            writer.write_table(pa.table({"y": names.take(ids) if text else ids}))


# Parts: each prepares what is not measured, and returns what is.


def ours_from_file(path: Path) -> Work:
    import pyarrow.parquet  # noqa: F401  reading the library in is not reading the data

    import rightloss.views.labels.accumulate  # noqa: F401
    from rightloss.views.labels.read import profile_all

    return lambda: profile_all(path)


def ours_in_memory(path: Path) -> Work:
    import numpy as np

    import rightloss.views.labels.accumulate  # noqa: F401
    from rightloss.views.labels.read import profile_all

    labels = np.load(path)
    return lambda: profile_all(labels)


def ours_text_in_memory(path: Path) -> Work:
    import rightloss.views.labels.accumulate  # noqa: F401
    from rightloss.views.labels.read import profile_all

    labels = _texts(path)
    return lambda: profile_all(labels)


def numpy_load(path: Path) -> Work:
    import numpy as np

    return lambda: np.load(path)


def numpy_chunks(path: Path) -> Work:
    """The least a profile needs of integers in memory: smallest, largest and counts, chunk by chunk."""
    import numpy as np

    labels = np.load(path)

    def run() -> None:
        for start in range(0, len(labels), BLOCK):
            block = labels[start : start + BLOCK]
            block.min(), block.max(), np.bincount(block)

    return run


def numpy_load_and_chunks(path: Path) -> Work:
    """np.load, and then the least a profile needs of what it gives."""
    import numpy as np

    def run() -> None:
        labels = np.load(path)
        for start in range(0, len(labels), BLOCK):
            block = labels[start : start + BLOCK]
            block.min(), block.max(), np.bincount(block)

    return run


def parquet_decode(path: Path) -> Work:
    """Every batch of the column decoded to Arrow, and dropped."""
    import pyarrow.parquet as pq

    def run() -> None:
        for _ in pq.ParquetFile(path).iter_batches(batch_size=65_536, columns=["y"]):
            pass

    return run


def scikit_learn(path: Path) -> Work:
    return _scikit_learn(path, lambda: _loaded(path))


def scikit_learn_text(path: Path) -> Work:
    return _scikit_learn(path, lambda: _texts(path))


def _scikit_learn(path: Path, load: Callable[[], Any]) -> Work:
    import numpy as np
    from sklearn.utils.class_weight import compute_class_weight
    from sklearn.utils.multiclass import type_of_target

    labels = load()

    def run() -> None:
        type_of_target(labels)
        compute_class_weight("balanced", classes=np.unique(labels), y=labels)

    return run


def scikit_learn_rows(path: Path) -> Work:
    """For label matrices scikit-learn has no class weights, so this is type_of_target alone."""
    from sklearn.utils.multiclass import type_of_target

    labels = _loaded(path)
    return lambda: type_of_target(labels)


def _loaded(path: Path) -> Any:
    import numpy as np

    return np.load(path)


def _texts(path: Path) -> Any:
    import numpy as np
    import pyarrow.parquet as pq

    column = pq.read_table(path)["y"].combine_chunks().dictionary_encode()
    return np.array(column.dictionary.to_pylist(), dtype="U16")[column.indices.to_numpy()]


PARTS: dict[str, Callable[[Path], Work]] = {
    part.__name__: part
    for part in (
        ours_from_file,
        ours_in_memory,
        ours_text_in_memory,
        numpy_load,
        numpy_chunks,
        numpy_load_and_chunks,
        parquet_decode,
        scikit_learn,
        scikit_learn_text,
        scikit_learn_rows,
    )
}


@dataclass(frozen=True)
class Budget:
    """What one case promises. Ratios are of CPU seconds."""

    times_reading: float | None = None  # at most so many times the reading part
    times_counting: float | None = None  # at most so many times np.load with min, max and bincount after it
    times_less_than_scikit_learn: float | None = None  # at least
    megabytes: float | None = None  # at most
    rows_per_second: float | None = None  # at least

    def words(self) -> str:
        said = (
            (self.times_reading, "<= {:g} x reading"),
            (self.times_counting, "<= {:g} x load and count"),
            (self.times_less_than_scikit_learn, ">= {:g} x less than scikit-learn"),
            (self.megabytes, "<= {:g} MB"),
            (self.rows_per_second, ">= {:,.0f} rows/s"),
        )
        return ", ".join(text.format(value) for value, text in said if value is not None) or "none"


@dataclass(frozen=True)
class Case:
    name: str
    rows: int
    write: Callable[[Path, int], None]
    file: str
    ours: str
    reading: str
    scikit_learn: str | None
    budget: Budget


# Four bytes a label are read faster than they are counted: of 10^8 int32 in memory, NumPy's min, max and bincount alone
# take 2.5 times as long as np.load of the file. So that case is held against loading and then counting.
CASES = (
    Case("memory-1e7", 10**7, lambda path, rows: write_integers(path, rows, "int64"), "int64.npy",
         "ours_in_memory", "numpy_chunks", "scikit_learn", Budget(times_reading=1.3)),
    Case("npy-1e7", 10**7, lambda path, rows: write_integers(path, rows, "int64"), "int64.npy",
         "ours_from_file", "numpy_load", "scikit_learn", Budget(times_reading=1.6)),
    Case("memory-1e8", 10**8, lambda path, rows: write_integers(path, rows, "int32"), "int32.npy",
         "ours_in_memory", "numpy_chunks", "scikit_learn", Budget(times_reading=1.3, times_less_than_scikit_learn=50)),
    Case("npy-1e8", 10**8, lambda path, rows: write_integers(path, rows, "int32"), "int32.npy",
         "ours_from_file", "numpy_load", "scikit_learn", Budget(times_counting=1, times_less_than_scikit_learn=50)),
    Case("parquet-1e8", 10**8, lambda path, rows: write_parquet(path, rows, text=False), "int.parquet",
         "ours_from_file", "parquet_decode", None, Budget(times_reading=2, megabytes=200)),
    Case("text-parquet-1e7", 10**7, lambda path, rows: write_parquet(path, rows, text=True), "text.parquet",
         "ours_from_file", "parquet_decode", None, Budget(times_reading=2)),
    Case("text-memory-1e7", 10**7, lambda path, rows: write_parquet(path, rows, text=True), "text.parquet",
         "ours_text_in_memory", "parquet_decode", "scikit_learn_text", Budget()),
    Case("multi-hot-1e6x100", 10**6, write_multi_hot, "rows.npy",
         "ours_from_file", "numpy_load", "scikit_learn_rows", Budget(rows_per_second=10**6)),
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    cpu: float
    megabytes: float


def resident(which: str) -> float:
    """Resident set of this process in MB as Linux counts it: now (VmRSS), or its peak (VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{which}:")[2].split()[0]) / 1024


def forget_peak() -> None:
    """Let the peak start again from the present."""
    Path("/proc/self/clear_refs").write_text("5")


def measure(part: str, path: Path) -> Measured:
    """Run one part in this process."""
    work = PARTS[part](path)
    forget_peak()
    before, times, grown = resident("VmRSS"), [], 0.0
    for run in range(3):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
        if run == 0:
            grown = resident("VmHWM") - before
        del result
        if times[-1] > ENOUGH:
            break
    return Measured(min(times), grown)


def measure_apart(part: str, path: Path) -> Measured:
    """Run one part in a fresh process."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--part", part, "--file", str(path)]
    done = subprocess.run(command, env={**os.environ, **threads}, stdout=subprocess.PIPE, text=True, check=True)
    return Measured(**json.loads(done.stdout))


def verdict(
    case: Case, rows: int, ours: Measured, reading: Measured, counting: Measured | None, other: Measured | None
) -> str:
    budget, over = case.budget, []
    if budget.times_counting is not None and counting is not None:
        over += ["counting"] if ours.cpu > budget.times_counting * counting.cpu else []
    if budget.times_reading is not None and ours.cpu > budget.times_reading * reading.cpu:
        over.append("time")
    if budget.times_less_than_scikit_learn is not None and other is not None:
        over += ["scikit-learn"] if ours.cpu * budget.times_less_than_scikit_learn > other.cpu else []
    if budget.megabytes is not None and ours.megabytes > budget.megabytes:
        over.append("memory")
    if budget.rows_per_second is not None and rows / ours.cpu < budget.rows_per_second:
        over.append("rows/s")
    if budget == Budget():
        return "-"
    return "over: " + ", ".join(over) if over else "PASS"


def run(cases: list[Case], quick: bool) -> bool:
    from rich.console import Console
    from rich.table import Table

    columns = ("case", "rows", "rightloss s", "MB", "reading s", "ratio", "to load + count")
    columns += ("scikit-learn s", "MB", "ratio", "budget", "")
    table = Table(*columns, title="CPU seconds and peak memory of a label profile")
    passed = True
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            rows = min(case.rows, 10**6) if quick else case.rows
            path = Path(folder) / f"{rows}-{case.file}"
            if not path.exists():
                case.write(path, rows)
            print(f"{case.name} …", file=sys.stderr)
            ours, reading = measure_apart(case.ours, path), measure_apart(case.reading, path)
            counting = measure_apart("numpy_load_and_chunks", path) if case.budget.times_counting else None
            other = measure_apart(case.scikit_learn, path) if case.scikit_learn else None
            outcome = "-" if quick else verdict(case, rows, ours, reading, counting, other)
            passed &= not outcome.startswith("over")
            cells = [case.name, f"{rows:,}", f"{ours.cpu:.3f}", f"{ours.megabytes:.0f}", f"{reading.cpu:.3f}"]
            cells += [f"{ours.cpu / reading.cpu:.2f} x", f"{ours.cpu / counting.cpu:.2f} x" if counting else "-"]
            beside = (
                (f"{other.cpu:.2f}", f"{other.megabytes:.0f}", f"{other.cpu / ours.cpu:.0f} x") if other else ("-",) * 3
            )
            table.add_row(*cells, *beside, case.budget.words(), outcome)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    print("Reading is: NumPy min, max and bincount by chunks (memory), np.load (npy), decoding the column (parquet)")
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="at most 10^6 rows, too few to judge budgets")
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES], help="only this case")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        measured = measure(options.part, options.file)
        print(json.dumps({"cpu": measured.cpu, "megabytes": measured.megabytes}))
        return 0
    return 0 if run([case for case in CASES if not options.case or case.name in options.case], options.quick) else 1


if __name__ == "__main__":
    raise SystemExit(main())
