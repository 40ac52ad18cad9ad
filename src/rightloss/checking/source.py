"""Check Python files and notebooks without running them: source view -> rules -> findings with exact places."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from rightloss.checking.config import Config, find
from rightloss.checking.disagree import reconsidered
from rightloss.checking.report import Report, Summary, Understood, joined
from rightloss.checking.silence import misspelt, silences
from rightloss.checking.walk import files
from rightloss.contract import Confidence, Field
from rightloss.errors import UnreadableInput
from rightloss.findings import Finding, Place, Severity
from rightloss.rules import BY_CODE
from rightloss.rules.judge import judge
from rightloss.views.source import SourceReport, no_collection, read, read_text
from rightloss.views.source.evidence import SourceSetup, evidence
from rightloss.views.source.notebooks import Program, decode
from rightloss.views.source.prefilter import may_train
from rightloss.views.source.sharpen import sharpen
from rightloss.views.source.spans import Span
from rightloss.views.source.values import Const, Symbol, Value

INTERNAL = "RL-internal"
MANY = 48  # files worth a pool of processes


def check_source(paths: Iterable[str | Path], config: Config | None = None) -> Report:
    """Check files, notebooks and folders.

    Args:
        paths: what to read. A path named here is always read; excludes and .gitignore apply only below it.
        config: which findings are wanted; the nearest pyproject.toml when it is not given.

    Raises:
        UnreadableInput: a path that does not exist, or a pyproject.toml that is not TOML.
    """
    given = list(paths)
    chosen = config if config is not None else find(Path(given[0]) if given else Path())
    found = list(files(given, chosen))
    candidates = [path for path in found if _may_train(path)]
    passed = set(found).difference(candidates)
    strange = tuple(_strange(str(path)) for path in given if str(path) in passed)
    plain = joined((Report(summary=Summary(files=len(passed) - len(strange))), *strange))
    workers = min(os.cpu_count() or 1, len(candidates) // (MANY // 2))
    if len(candidates) < MANY or workers < 2:
        parts = [check_file(path, chosen) for path in candidates]
    else:
        with ProcessPoolExecutor(workers) as pool:
            parts = list(pool.map(check_file, candidates, [chosen] * len(candidates), chunksize=8))
    return joined((plain, *parts))


def _strange(path: str) -> Report:
    """A file that was named and holds no set-up: a problem where it is no program at all."""
    data = Path(path).read_bytes()
    if path.endswith(".ipynb"):
        return _guarded(path, lambda: read_text(decode(data), path), Config())
    if b"\0" in data:
        return Report(summary=Summary(files=1, skipped=1), problems=(f"{path}: not a program, it holds null bytes",))
    return Report(summary=Summary(files=1))


def _may_train(path: str) -> bool:
    """The text test; what cannot be opened counts as worth a look, so that it is reported."""
    try:
        with open(path, "rb") as file:
            return may_train(file.read())
    except OSError:
        return True


def check_text(text: str, path: str = "<stdin>", config: Config | None = None) -> Report:
    """Check one program given as text."""
    return _guarded(path, lambda: read_text(text, path), config if config is not None else Config())


def check_file(path: str, config: Config) -> Report:
    """Check one file."""
    return _guarded(path, lambda: read(path), config)


def _guarded(path: str, reading: Callable[[], SourceReport], config: Config) -> Report:
    """Findings of one program. Whatever goes wrong in it is said about it, and about nothing else."""
    try:
        with no_collection():  # the syntax tree is garbage before anything looks for garbage
            return _report(reading(), config)
    except UnreadableInput as error:
        told = str(error.received)
        problem = told if told.startswith(path) else f"{path}: {told}"
        return Report(summary=Summary(files=1, skipped=1), problems=(problem,))
    except Exception as error:  # a crash in one file must not hide the findings in the others
        note = Finding(
            code=INTERNAL,
            rule="internal-error",
            severity=Severity.NOTE,
            confidence=Confidence.INFERRED,
            message=f"This file could not be read ({type(error).__name__}: {error}). Write: an issue with the file.",
            seen=(path,),
            expected="no crash",
            place=Place(path=path),
        )
        return Report((note,), Summary(files=1, skipped=1))


def _report(seen: SourceReport, config: Config) -> Report:
    """Findings of one file that was read, and of those that its cells write."""
    whole = _program(seen, config)
    if not seen.files:
        return whole
    written = [_program(each, config) for each in seen.files]
    made = joined((whole, *(replace(each, summary=replace(each.summary, files=0)) for each in written)))
    return replace(
        made, findings=tuple(sorted(made.findings, key=_order)), problems=tuple(dict.fromkeys(made.problems))
    )


def _program(seen: SourceReport, config: Config) -> Report:
    """Findings of one program."""
    if seen.program is None:
        return Report(summary=Summary(files=1))
    findings: dict[tuple[object, ...], Finding] = {}
    understood: list[Understood] = []
    excerpts: dict[Place, str] = {}
    judged = [(written, tuple(_judged(written))) for written in _written(seen, seen.program)]
    for written, found in judged:
        if written.seen.counts:
            understood.append(_understood(written))
        for finding in reconsidered(found, written, judged):
            key = (finding.code, finding.place, finding.output)
            if not config.wants(finding.code, seen.path) or _suppressed(finding, written, seen.program):
                continue
            if key not in findings:
                findings[key] = finding
                excerpts[finding.place] = _line(seen.program, finding.place)
    problems = tuple(
        f"{seen.path}{'' if cell is None else f' cell {cell}'}: does not parse: {why}" for cell, why in seen.broken
    )
    problems = (*problems, *misspelt(seen.program, seen.path))
    skipped = int(bool(seen.broken) and not seen.program.body)
    summary = _summary(understood, skipped, seen.left_out)
    if seen.out_of_steps:
        problems = (*problems, f"{seen.path}: reading stopped early, the program takes too many steps")
    ordered = sorted(_without_echoes(findings.values()), key=_order)
    return Report(tuple(ordered), summary, tuple(understood), problems, excerpts)


def _written(seen: SourceReport, program: Program) -> Iterator[SourceSetup]:
    for each in seen.setups:
        yield evidence(each, program, seen.path)


def _without_echoes(found: Iterable[Finding]) -> Iterator[Finding]:
    """A last layer that is softmax or sigmoid in the wrong place is one cause: how its output is read goes with it."""
    kept = list(found)
    heads = [each for each in kept if each.code in ("RL201", "RL203", "RL204")]
    told = {each.place for each in heads}
    facts = [fact for each in heads for fact in each.seen]

    def is_echo(each: Finding) -> bool:
        cell = f"cell {each.place.cell}:" if each.place.cell is not None else ""
        where = f"({each.place.path}:{cell}{each.place.line}:{each.place.column},"
        return each.code == "RL601" and (each.place in told or any(where in fact for fact in facts))

    return (each for each in kept if not is_echo(each))


def _order(finding: Finding) -> tuple[int, int, int, str]:
    place = finding.place
    return (place.cell or 0, place.line or 0, place.column or 0, finding.code)


TOO_DEEP = "a statement nests too deeply and was left out"


def _summary(understood: Sequence[Understood], skipped: int, left_out: int) -> Summary:
    """Each site once; a site is resolved when it is in every context and for every output. A statement that was left
    out may have held a site: it is counted among the reasons, and nowhere else."""
    sites: dict[Place, str] = {}
    for each in understood:
        sites[each.place] = sites.get(each.place) or each.reason
    reasons: dict[str, int] = {}
    for reason in sites.values():
        if reason:
            reasons[reason] = reasons.get(reason, 0) + 1
    unresolved = sum(reasons.values())
    if left_out:
        reasons[TOO_DEEP] = left_out
    return Summary(1, skipped, len(sites), len(sites) - unresolved, unresolved, reasons)


def _judged(written: SourceSetup) -> Iterator[Finding]:
    if written.seen.why:
        return  # what is compiled is not what trains
    for verdict in judge(written.setup):
        finding = verdict.finding
        placed = replace(finding, place=_place(_changed(verdict.edited, written) or _span(finding, written)))
        yield sharpen(placed, written)


def _changed(edited: frozenset[Field], written: SourceSetup) -> Span | None:
    """Where the program changes when the first repair touches the last layer and nothing else."""
    if not edited or not edited <= {Field.WIDTH, Field.ACTIVATION, Field.CLASS_AXIS}:
        return None
    names = ("units", "layer") if edited == {Field.WIDTH} else ("activation", "layer")
    return next((written.arguments[name] for name in names if name in written.arguments), None)


def _span(finding: Finding, written: SourceSetup) -> Span | None:
    """What a finding points at: the fact that the rule reads and the repair changes, else the site."""
    direct = written.spans.get(finding.where)
    if direct is not None:
        return direct
    rule = BY_CODE.get(finding.code)
    wanted = rule.fields if rule is not None else ()
    first = written.setup.readings[0] if written.setup.readings else None
    for each in (Field.LOSS, Field.ACTIVATION, Field.WIDTH, Field.LABELS):
        if first is not None and each in wanted:
            for fact in first.facts(each):
                if fact.where in written.spans:
                    return written.spans[fact.where]
    return written.site


def _place(span: Span | None) -> Place:
    return span.place if span is not None else Place()


def _line(program: Program, place: Place) -> str:
    for cell in program.cells:
        if cell.index == place.cell and place.line is not None:
            number = place.line - 1 if cell.index is not None else place.line - cell.first
            if 0 <= number < len(cell.lines):
                return cell.lines[number]
    return ""


def _suppressed(finding: Finding, written: SourceSetup, program: Program) -> bool:
    """Whether a comment on the finding's lines, or on those of the compile call, asks for silence."""
    spans = [span for span in (written.site, *(written.spans.get(name) for name in _places(finding, written))) if span]
    for span in spans:
        for number in range(span.line, span.end_line + 1):
            if silences(_line(program, Place(span.path, number, 1, span.cell)), finding.code):
                return True
    return False


def _places(finding: Finding, written: SourceSetup) -> Iterator[str]:
    place = finding.place
    for name, span in written.spans.items():
        if (span.cell, span.line, span.column) == (place.cell, place.line, place.column):
            yield name


def _understood(written: SourceSetup) -> Understood:
    seen = written.seen
    first = seen.readings[0] if seen.readings else None
    head = first.head if first is not None else None
    loss = first.loss if first is not None else None
    labels = first.labels if first is not None else None
    encoding = ", ".join(sorted(labels.encoding)) if labels is not None and labels.encoding else ""
    several = f" (1 of {len(seen.readings)} readings)" if len(seen.readings) > 1 else ""
    return Understood(
        place=_place(written.site),
        output=seen.output,
        layer=(head.layer if head is not None else "") + several,
        units=_text(head.units if head is not None else None),
        activation=(head.activation or "") if head is not None else "",
        loss=(loss.name or "") if loss is not None else "",
        from_logits=str(loss.from_logits) if loss is not None and loss.from_logits is not None else "",
        labels=encoding,
        resolved=seen.resolved,
        reason="" if seen.resolved else seen.reason or "not known",
    )


def _text(value: Value | None) -> str:
    return str(value.value) if isinstance(value, Const) else value.text if isinstance(value, Symbol) else ""
