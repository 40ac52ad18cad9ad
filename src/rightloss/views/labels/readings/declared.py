"""What a last layer with more units than classes were seen declares: the ids are meant as they stand."""

from __future__ import annotations

from dataclasses import replace

from rightloss.contract import Confidence, Fact, Field, Labels, Source
from rightloss.contract.preparation import Op, Preparation, Step
from rightloss.views.labels.readings.reading import Reading, evidence

SHOWN = 5  # ids that a note lists


def with_units(reading: Reading, units: int | None, layer: str) -> Reading:
    """The reading, where the last layer has a unit for every id up to `units` - 1 and some of them do not occur.

    A class may be missing in a sample, and nobody adds units by chance. Readings that this does not concern come back
    as they were: names that are no whole numbers below `units`, as many units as classes, labels that are not ids.
    """
    if units is None or not _concerned(reading, units):
        return reading
    seen = reading.evidence
    assert seen is not None
    counts = dict(zip((int(name) for name in reading.class_names), reading.counts, strict=True))
    absent = [each for each in range(units) if each not in counts]
    shown = ", ".join(map(str, absent[:SHOWN])) + (", ..." if len(absent) > SHOWN else "")
    fact = Fact(f"the last layer has {units} units, one for each id from 0 on", layer, Confidence.DECLARED)
    facts = (*reading.facts, fact)
    filled = any(step.op in (Op.FILL, Op.MAP) for step in _steps(reading))
    missing = seen.ignore is not None and (filled or seen.ignore != seen.ignore)  # NaN is no whole number
    ignore = -1 if missing else seen.ignore
    preparation = None
    if missing:
        preparation = Preparation(Source.OFFSET, Labels.INDEX, tuple(range(units)), ignore, (Step(Op.FILL),))
    return replace(
        reading,
        title=f"one of {units:,} exclusive classes",
        evidence=evidence(Labels.INDEX, units, facts=facts, positions=seen.positions, ignore=ignore),
        answers={**reading.answers, "task": "binary" if units == 2 else "multiclass"},
        source=None if preparation is None else preparation.source,
        preparation=preparation,
        class_names=tuple(range(units)),
        counts=tuple(counts.get(each, 0) for each in range(units)),
        facts=facts,
        notes=(*reading.notes, f"{len(absent):,} of {units:,} ids do not occur in these labels: {shown}"),
    )


def _concerned(reading: Reading, units: int) -> bool:
    seen, names = reading.evidence, reading.class_names
    if seen is None or Labels.INDEX not in seen.possible(Field.LABELS) or reading.soft or not names:
        return False
    if units <= len(names) or len(names) != len(reading.counts):
        return False
    if any(step.op not in (Op.MAP, Op.FILL, Op.ADD_AXIS) or step.value is not None for step in _steps(reading)):
        return False
    whole = all(isinstance(name, int | float) and name == int(name) for name in names)
    return whole and min(names) >= 0 and max(names) < units and seen.ignore not in range(units)


def _steps(reading: Reading) -> tuple[Step, ...]:
    return () if reading.preparation is None else reading.preparation.steps
