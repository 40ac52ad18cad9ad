"""How long the source checker takes: against ast.parse, and beside ruff, flake8 and pylint on the same files.

    python bench/check_source.py FOLDER             a mixed tree, such as site-packages
    python bench/check_source.py FOLDER --pylint    with pylint, which takes minutes
    python bench/check_source.py FOLDER... --everything    no text test: parse and read every file, count crashes

flake8 and pylint are measured where they are installed (pip install flake8 pylint); ruff comes with the extra `dev`.
Every tool runs in a process of its own on the same list of files, in this one run. CPU is user and system time of the
process and its children; the best of `--repeat` runs counts. Two ratios are judged: CPU against ast.parse on the files
that the text test lets through, and files each second on the whole tree, start-up left out of neither.
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import shutil
import subprocess
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

from rightloss.checking.config import Config
from rightloss.checking.source import INTERNAL, check_file, check_text
from rightloss.views.source.notebooks import decode
from rightloss.views.source.prefilter import may_train

PARSE_BUDGET = 4.0  # times the CPU of ast.parse
SPEED_BUDGET = 1500.0  # files each second
AT_ONCE = 400  # files on one command line


def files_below(folder: Path) -> list[str]:
    """Every Python file below a folder."""
    return sorted(
        os.path.join(top, name) for top, _, names in os.walk(folder) for name in names if name.endswith(".py")
    )


def child_cpu() -> float:
    """CPU seconds of all children so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tool(command: list[str], files: list[str]) -> tuple[float, float]:
    """(CPU, wall) seconds of a command line tool on all files."""
    cpu, wall = child_cpu(), time.perf_counter()
    for start in range(0, len(files), AT_ONCE):
        subprocess.run([*command, *files[start : start + AT_ONCE]], capture_output=True, check=False)
    return child_cpu() - cpu, time.perf_counter() - wall


def parse_all(files: list[str]) -> None:
    """ast.parse on each file, what does not parse left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in files:
            try:
                ast.parse(decode(Path(file).read_bytes()))
            except (SyntaxError, ValueError, RecursionError):
                continue


def check_all(files: list[str]) -> None:
    """Our checker on each file, in one process."""
    for file in files:
        check_file(file, Config())


def everything(folders: list[Path]) -> int:
    """Read every file without the text test; print crashes, files given up, the slowest one, time and memory."""
    outcome: Counter[str] = Counter()
    slowest, name = 0.0, ""
    start, lines = time.process_time(), 0
    for file in [each for folder in folders for each in files_below(folder)]:
        data = Path(file).read_bytes()
        lines += data.count(b"\n")
        begun = time.process_time()
        report = check_text(decode(data), file, Config())
        took = time.process_time() - begun
        slowest, name = max((slowest, name), (took, file))
        outcome["files"] += 1
        outcome["not parseable"] += report.summary.skipped
        outcome["given up"] += any("stopped early" in each for each in report.problems)
        outcome["set-ups"] += report.summary.setups
        for each in report.findings:
            outcome["crashes"] += each.code == INTERNAL
            if each.code == INTERNAL:
                print(f"  CRASH {file}: {each.message}")
    cpu = time.process_time() - start
    told = ", ".join(f"{count:,} {what}" for what, count in outcome.items())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{told}; {lines:,} lines; CPU {cpu:.0f} s, peak memory {peak:,.0f} MiB; slowest {slowest:.2f} s {name}")
    return outcome["crashes"]


def best_cpu(work: object, files: list[str], repeat: int) -> float:
    """The least CPU seconds of several runs in this process."""
    found = []
    for _ in range(repeat):
        start = time.process_time()
        work(files)  # type: ignore[operator]
        found.append(time.process_time() - start)
    return min(found)


def measure(folders: list[Path], *, repeat: int, pylint: bool) -> None:
    """Compare with ast.parse and with other tools."""
    files = [each for folder in folders for each in files_below(folder)]
    candidates = [file for file in files if may_train(Path(file).read_bytes())]
    print(f"{len(files)} files, {len(candidates)} that may train a model")

    check_all(candidates[:5])  # imports are start-up, measured with the whole tree below
    parsing, checking = best_cpu(parse_all, candidates, repeat), best_cpu(check_all, candidates, repeat)
    ratio = checking / parsing
    verdict = "within" if ratio <= PARSE_BUDGET else "over"
    print(f"CPU against ast.parse on the same files: {ratio:.2f} x ({verdict} the budget of {PARSE_BUDGET:g} x)")

    ours = [sys.executable, "-m", "rightloss", "check", "--format", "concise", *map(str, folders)]
    cpu, wall = child_cpu(), time.perf_counter()
    subprocess.run(ours, capture_output=True, check=False)
    cpu, wall = child_cpu() - cpu, time.perf_counter() - wall
    speed = len(files) / wall
    verdict = "within" if speed >= SPEED_BUDGET else "below"
    print(
        f"whole tree: {speed:,.0f} files/s ({verdict} the budget of {SPEED_BUDGET:,.0f}), "
        f"CPU {cpu:.2f} s, wall {wall:.2f} s"
    )

    others = {"ruff": ["ruff", "check", "--no-cache", "--isolated"], "flake8": ["flake8", "--isolated", "-j", "1"]}
    if pylint:
        others["pylint"] = ["pylint", "--disable=all", "--enable=E", "-j", "1"]
    for name, command in others.items():
        found = shutil.which(command[0]) or shutil.which(command[0], path=str(Path(sys.executable).parent))
        if found is None:
            print(f"{name}: not installed")
            continue
        theirs, their_wall = tool([found, *command[1:]], files if name != "pylint" else candidates)
        on = "" if name != "pylint" else " (only files that may train a model)"
        print(f"{name}: CPU {theirs:.2f} s, wall {their_wall:.2f} s, {theirs / cpu:.1f} x our CPU{on}")


def main() -> None:
    """Measure and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--pylint", action="store_true")
    parser.add_argument("--everything", action="store_true", help="read every file, without the text test")
    given = parser.parse_args()
    if given.everything:
        sys.exit(everything(given.folder))
    measure(given.folder, repeat=given.repeat, pylint=given.pylint)


if __name__ == "__main__":
    main()
