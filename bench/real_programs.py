"""What the source checker finds, misses and says wrongly in real programs.

    python bench/real_programs.py CHECKOUTS --known known-bugs.csv --faulty faulty-programs.csv

CHECKOUTS holds one folder for each repository, `owner/name`, or `owner/name@commit` where two commits of one
repository are asked for. `--known` lists confirmed bugs (columns repo, commit, path, concat_line, class), `--faulty`
faulty programs with their fixed versions (columns source_repo, path_in_repo, commit, buggy_or_fixed,
contract_fault_kind, confidence, evidence_class, residual_or_incidental_contract_fault). Without them only the
resolution of set-ups and all files with an error are printed. What a person found on reading a program stands in
`real_programs_read.csv`: a fixed version that is broken in another way than the documented one counts for neither side.
Whether the labels that a certain fault is about can be known from the file alone stands in `real_programs_labels.csv`,
read by a person who did not know what the checker says.
Lines of notebooks count all code cells joined, one blank line between them.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rightloss.checking.config import Config
from rightloss.checking.report import Report
from rightloss.checking.source import check_source
from rightloss.errors import UnreadableInput
from rightloss.findings import Finding, Severity
from rightloss.views.source import read
from rightloss.views.source.report import CROSSENTROPY

# kind of fault -> codes that name it
KINDS = {
    "int_labels_with_cce": {"RL101"},
    "onehot_with_sparse": {"RL101"},
    "class_mode_mismatch": {"RL101", "RL205"},
    "softmax_on_multilabel": {"RL101", "RL203"},
    "cce_with_sigmoid": {"RL203"},
    "cce_with_relu": {"RL203"},
    "bce_with_relu": {"RL203"},
    "missing_output_activation": {"RL202", "RL301"},
    "softmax_1unit": {"RL204"},
    "units_mismatch": {"RL205", "RL207"},
    "bce_multiclass_1unit": {"RL205"},
    "bce_on_multiclass_sigmoid": {"RL208"},
    "label_rank": {"RL207"},
    "labels_not_class_ids": {"RL102"},
    "bce_for_regression": {"RL102", "RL108"},
    "regression_loss_for_classification": {"RL301"},
    "regression_bounded_output": {"RL305"},
}
CLASSES = {
    "double_activation": {"RL201"},
    "missing_from_logits": {"RL202"},
    "metric_missing_from_logits": {"RL401"},
    "sparse_cce_on_single_sigmoid": {"RL101", "RL203", "RL205"},
    "accuracy_threshold_on_logits": {"RL401"},
    "bce_logits_vs_softmax_output": {"RL201", "RL601"},
    "softmax_over_one_unit": {"RL204"},
    "softmax_head_plus_from_logits_true": {"RL201"},
    "decode_axis": {"RL601"},
}
NEAR = 12  # lines between the place of a known bug and the finding: one points at compile, the other at an argument


READ = Path(__file__).with_name("real_programs_read.csv")
"""Verdicts of a person who read the program (columns repository, path, codes, verdict)."""
LABELS = Path(__file__).with_name("real_programs_labels.csv")
"""Whether labels can be known from the file (columns id, visible: yes, no or not Python, reason)."""


def verdict(repository: str, path: str, said: set[str]) -> str:
    """What reading the program showed; empty where nobody read it, or where other codes were said then."""
    for row in csv.DictReader(READ.open(encoding="utf-8")):
        if (row["repository"], row["path"]) == (repository, path) and said <= set(row["codes"].split()):
            return row["verdict"]
    return ""


def checkout(root: Path, repository: str, commit: str) -> Path:
    """The folder of a repository, at a commit where there is one for it."""
    exact = root / f"{repository}@{commit}"
    return exact if exact.is_dir() else root / repository


def codes(report: Report, *, serious: bool = False) -> set[str]:
    """Codes of findings, and of what goes under them."""
    kept = [each for each in report.findings if not serious or each.severity is not Severity.NOTE]
    return {code for each in kept for code in (each.code, *each.also)}


def check(file: Path) -> Report:
    """Findings of one file, whatever its own configuration says."""
    return check_source([str(file)], Config())


def joined_line(finding: Finding, file: Path) -> int:
    """The line of a finding, counted over all code cells."""
    line = finding.place.line or 0
    if finding.place.cell is None:
        return line
    program = read(file).program
    cells = program.cells if program is not None else ()
    return next((cell.first + line - 1 for cell in cells if cell.index == finding.place.cell), line)


def known_bugs(root: Path, table: Path) -> None:
    """Each confirmed bug: found by a code of its class, near its line."""
    found = total = 0
    for row in csv.DictReader(table.open(encoding="utf-8")):
        file = checkout(root, row["repo"], row["commit"]) / row["path"]
        if not file.exists():
            print(f"  not there   {row['path']}")
            continue
        total += 1
        wanted, place = CLASSES.get(row["class"], set()), int(row["concat_line"])
        hits = [each for each in check(file).findings if {each.code, *each.also} & wanted]
        near = any(abs(joined_line(each, file) - place) <= NEAR for each in hits)
        found += near
        print(f"  {'found' if near else 'MISSED':<11} {row['class']:<36} {row['path']}:{place}")
    print(f"known bugs: {found} of {total} found")


def faulty_programs(root: Path, table: Path) -> None:
    """Faulty programs by kind, and their fixed versions without a finding."""
    hits: Counter[tuple[str, str]] = Counter()
    totals: Counter[tuple[str, str]] = Counter()
    clean = fixed = other = 0
    visible = {row["id"]: row["visible"] for row in csv.DictReader(LABELS.open(encoding="utf-8"))}
    labels: Counter[tuple[str, bool]] = Counter()
    for row in csv.DictReader(table.open(encoding="utf-8")):
        file = checkout(root, row["source_repo"], row["commit"]) / row["path_in_repo"]
        if not file.exists():
            print(f"  not there   {row['path_in_repo']}")
            continue
        report = check(file)
        if row["buggy_or_fixed"] == "fixed":
            if row["residual_or_incidental_contract_fault"]:
                continue
            said = codes(report, serious=True)
            read = verdict(row["source_repo"], row["path_in_repo"], said) if said else ""
            if read.startswith("broken"):
                other += 1
                print(f"  left out    {sorted(said)} {row['path_in_repo']}: {read}")
                continue
            fixed += 1
            clean += not said
            if said:
                print(f"  FALSE?      {sorted(said)} {row['path_in_repo']}")
            continue
        group = (row["confidence"], row["evidence_class"])
        totals[group] += 1
        wanted = set().union(*(KINDS.get(kind, set()) for kind in row["contract_fault_kind"].split("+")))
        named = bool(codes(report) & wanted)
        hits[group] += named
        if group == ("certain", "needs label evidence"):
            labels[visible.get(row["id"], "nobody read"), named] += 1
        if not named:
            why = sorted(codes(report)) or ("not parseable" if report.summary.skipped else "nothing said")
            seen = f", labels visible: {visible[row['id']]}" if row["id"] in visible else ""
            print(f"  MISSED      {row['contract_fault_kind']:<44} {why} {row['path_in_repo']}{seen}")
    for group, total in sorted(totals.items()):
        print(f"faulty programs, {group[0]}, {group[1]}: {hits[group]} of {total} named ({hits[group] / total:.0%})")
    for kind in sorted({kind for kind, _ in labels}):
        named, total = labels[kind, True], labels[kind, True] + labels[kind, False]
        print(f"certain label faults, labels visible in the file: {kind}: {named} of {total} ({named / total:.0%})")
    print(f"fixed versions without other documented faults: {clean} of {fixed} without error or warning")
    print(f"fixed versions left out, since reading shows another fault: {other}")


def programs(root: Path) -> Iterator[Path]:
    """Every Python file and notebook below a folder, tests left out."""
    for folder, _, names in sorted(os.walk(root, followlinks=True)):
        for name in sorted(names):
            if name.endswith((".py", ".ipynb")) and "test" not in name:
                yield Path(folder, name)


def resolution(root: Path) -> None:
    """Compile sites with a cross-entropy: last layer and loss both known."""
    sites: dict[tuple[Path, int, int], bool] = {}
    for file in programs(root):
        try:
            setups = read(file).setups
        except UnreadableInput as error:
            print(f"  unreadable  {error.received}")
            continue
        for each in setups:
            named = any(reading.loss.family in CROSSENTROPY for reading in each.readings)
            if each.site.kind == "compile" and named:
                key = (file, getattr(each.node, "lineno", 0), getattr(each.node, "col_offset", 0))
                sites[key] = sites.get(key, True) and each.resolved
    done = sum(sites.values())
    share = done / max(1, len(sites))
    print(f"cross-entropy compile sites: {done} of {len(sites)} with last layer and loss known ({share:.1%})")


def errors(root: Path) -> None:
    """Every file with an error, to be read by a person."""
    for file in programs(root):
        found = [each for each in check(file).findings if each.severity is Severity.ERROR]
        for each in found:
            cell = f"cell {each.place.cell} " if each.place.cell is not None else ""
            print(f"  {each.code} {file.relative_to(root)} {cell}line {each.place.line}")
        owner, name, *parts = file.relative_to(root).parts
        told = {each.code for each in found}
        read = verdict(f"{owner}/{name.partition('@')[0]}", "/".join(parts), told) if found else ""
        if read:
            print(f"      read: {read}")


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--known", type=Path)
    parser.add_argument("--faulty", type=Path)
    parser.add_argument("--errors", action="store_true", help="list every file with an error")
    given = parser.parse_args()
    if given.known:
        known_bugs(given.checkouts, given.known)
    if given.faulty:
        faulty_programs(given.checkouts, given.faulty)
    resolution(given.checkouts)
    if given.errors:
        errors(given.checkouts)


if __name__ == "__main__":
    main()
