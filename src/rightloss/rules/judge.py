"""A set-up -> findings. Only what is wrong in every reading is said; symptoms go under what explains them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from rightloss.contract import (
    Condition,
    Contract,
    Decode,
    DecodeUse,
    Evidence,
    Fact,
    Field,
    FromLogits,
    MetricUse,
    Row,
    Setup,
    Term,
    Twice,
)
from rightloss.contract.recipe import Call
from rightloss.findings import Finding, Fix, Severity
from rightloss.rules import RULES, Outcome, Rule, Subject
from rightloss.rules._rule import capped
from rightloss.rules._words import words
from rightloss.rules.fixes import Way, other_form, ways, with_other_form
from rightloss.rules.lead import QUESTIONS, Lead, judge_point, question, rows_inside, speaks

_METRICS = tuple(rule for rule in RULES if rule.subject is Subject.METRIC)
_DECODES = tuple(rule for rule in RULES if rule.subject is Subject.DECODE)
_CONDITIONS = tuple(rule for rule in RULES if rule.subject is Subject.CONDITION)
_FORM_RULES = ("RL401",)
"""Metric rules that a changed form of the output explains: they go under the finding about the form."""
_MASK_RULES = ("RL403",)
"""Metric rules about labels that the loss leaves out: as long as it does not, the finding about the labels leads."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding, and what to compile with to repair it safely, where compile arguments alone do.

    `metrics` are by the place of the metric that each replaces, as in `MetricUse.place`; `edited` are the fields that
    the first repair changes.
    """

    finding: Finding
    loss: Call | None = None
    metrics: Mapping[tuple[str, int], Call] = field(default_factory=dict)
    edited: frozenset[Field] = frozenset()


def judge(setup: Setup, *, off: Iterable[str] = ()) -> tuple[Verdict, ...]:
    """All findings about one output, errors first.

    Args:
        setup: what a view saw.
        off: codes of rules that shall stay silent. They still explain symptoms, which are not said either.
    """
    silent = frozenset(off)
    judged = [_reading(setup, evidence) for evidence in setup.readings]
    if not judged:
        return ()
    kept = []
    for each in judged[0]:
        code = each.finding.code
        if all(code in _codes(verdicts) for verdicts in judged):
            leads = all(code in {other.finding.code for other in verdicts} for verdicts in judged)
            kept.append(each if leads else _at_most_warning(each))
    return tuple(sorted((each for each in kept if each.finding.code not in silent), key=_order))


def judge_condition(setup: Setup, condition: Condition, *, off: Iterable[str] = ()) -> tuple[Verdict, ...]:
    """Findings about one condition alone: what was seen while training, when all else was said before it.

    Args:
        setup: with the condition, and all that was seen before.
        condition: what is to be judged.
        off: codes of rules that shall stay silent.
    """
    found = []
    for rule in _CONDITIONS:
        evidence = setup.readings[0]
        value = evidence.seen(condition)
        if rule.reads[0] is not condition or value in (None, condition.default) or rule.code in frozenset(off):
            continue
        outcome = rule.judge(value, evidence)
        if outcome is not None:
            found.append(_from_outcome(setup, evidence, rule, evidence.condition_facts(condition), outcome, ()))
    return tuple(found)


def _codes(verdicts: tuple[Verdict, ...]) -> frozenset[str]:
    return frozenset(code for each in verdicts for code in (each.finding.code, *each.finding.also))


def _at_most_warning(verdict: Verdict) -> Verdict:
    finding = verdict.finding
    severity = Severity.WARNING if finding.severity is Severity.ERROR else finding.severity
    return replace(verdict, finding=replace(finding, severity=severity))


def _order(verdict: Verdict) -> tuple[int, str]:
    return (list(Severity).index(verdict.finding.severity), verdict.finding.code)


def _reading(setup: Setup, evidence: Evidence) -> tuple[Verdict, ...]:
    """Findings in one reading."""
    found: list[Verdict] = []
    broken = judge_point(evidence)
    if broken is not None:
        found.append(_from_lead(setup, evidence, broken))
    rows = tuple(repair.row for repair in broken.repairs) if broken else rows_inside(evidence)
    under: list[str] = []
    judged = rows if _judged(evidence) else ()
    masked = evidence.seen(Condition.MISSING) not in (None, Condition.MISSING.default)
    for rule, use, outcome in _uses(setup, evidence, judged, repaired=broken is not None):
        form = rule.code in _FORM_RULES or (isinstance(use, DecodeUse) and _is_border(use, rows))
        if (broken is not None and broken.repairs[0].edits and form) or (masked and rule.code in _MASK_RULES):
            under.append(rule.code)
        else:
            fields = (Field.LABELS, Field.ACTIVATION)
            verdict = _from_outcome(setup, evidence, rule, (use.fact,), outcome, fields)
            found.append(replace(verdict, metrics=_instead(use, outcome)))
    symptoms: list[Verdict] = []
    for rule in _CONDITIONS:
        condition = next(each for each in rule.reads if isinstance(each, Condition))
        value = evidence.seen(condition)
        if value is None or value is condition.default:
            continue
        outcome = rule.judge(value, evidence)
        if outcome is not None:
            facts = evidence.condition_facts(condition)
            verdict = _from_outcome(setup, evidence, rule, facts, outcome, rule.fields)
            (symptoms if rule.consequence else found).append(verdict)
    serious = [each for each in found if each.finding.severity is not Severity.NOTE]
    if serious:
        under += [each.finding.code for each in symptoms]
    else:
        found += symptoms
    return _with_also(tuple(found), under)


_BORDERS = (Decode.ABOVE_HALF, Decode.ABOVE_ZERO)


def _is_border(use: DecodeUse, rows: tuple[Row, ...]) -> bool:
    """Whether predictions are cut at one number where another form of the output is cut at the other."""
    return use.decode in _BORDERS and all(Contract(row, classes=None).decode in _BORDERS for row in rows)


def _judged(evidence: Evidence) -> bool:
    """Whether metrics can be held against rows: not where labels may be quantities."""
    return speaks(evidence) or evidence.possible(Field.LABELS) != Field.LABELS.everything


def _with_also(found: tuple[Verdict, ...], under: list[str]) -> tuple[Verdict, ...]:
    if not found or not under:
        return found
    leading = min(range(len(found)), key=lambda index: (_order(found[index])[0], index))
    chosen = found[leading]
    also = tuple(dict.fromkeys((*chosen.finding.also, *sorted(under))))
    changed = replace(chosen, finding=replace(chosen.finding, also=also))
    return (*found[:leading], changed, *found[leading + 1 :])


def _uses(
    setup: Setup, evidence: Evidence, rows: tuple[Row, ...], *, repaired: bool
) -> Iterable[tuple[Rule, MetricUse | DecodeUse, Outcome]]:
    """What metric and decode rules say: only what is wrong against every row that is still possible.

    Keras will resolve 'accuracy' anew once the set-up is repaired, so against repaired rows it has no name yet. And
    labels of which nothing was seen are not those of the repaired row: what reads labels waits for the repair.
    """
    if not rows:
        return
    guessed = repaired and evidence.possible(Field.LABELS) == Field.LABELS.everything
    for rule in _METRICS:
        if guessed and Field.LABELS.label in rule.reads:
            continue
        for seen in setup.metrics:
            use = replace(seen, name="accuracy") if repaired and "alias" in seen.arguments else seen
            outcomes = [rule.judge(row, use, evidence) for row in rows]
            if all(outcomes):
                yield rule, use, outcomes[0]
    for rule in _DECODES:
        for reading in setup.decodes:
            outcomes = [rule.judge(row, reading) for row in rows]
            if all(outcomes):
                yield rule, reading, max(outcomes, key=lambda each: list(Severity).index(each.severity))


def _instead(use: MetricUse | DecodeUse, outcome: Outcome) -> dict[tuple[str, int], Call]:
    """What to compile in the place of a metric."""
    placed = isinstance(use, MetricUse) and use.place is not None and outcome.metric is not None
    return {use.place: outcome.metric} if placed else {}  # type: ignore[union-attr, dict-item]  # both are there


def _form_of_metrics(setup: Setup, evidence: Evidence, way: Way) -> dict[tuple[str, int], Call]:
    """The metrics that must be told otherwise where a repair turns probabilities into raw scores, or back."""
    found: dict[tuple[str, int], Call] = {}
    for rule in _METRICS:
        for use in setup.metrics if rule.code in _FORM_RULES else ():
            named = replace(use, name="accuracy") if "alias" in use.arguments else use
            outcome = rule.judge(way.contract.row, named, evidence)
            found |= _instead(use, outcome) if outcome is not None else {}
    return found


def _with_metrics(way: Way, changed: Mapping[tuple[str, int], Call]) -> Way:
    """The fix that also names the metrics it changes."""
    lines = [f"{argument}=[{', '.join(call.code() for (where, _), call in changed.items() if where == argument)}]"
             for argument in dict.fromkeys(where for where, _ in changed)]  # fmt: skip
    return replace(way, fix=replace(way.fix, title="; ".join([way.fix.title, *lines])))


def _fits_other_form(setup: Setup, evidence: Evidence, rows: tuple[Row, Row]) -> bool:
    """Whether what reads the output, metrics that no repair replaces and borders of predictions, is right for the
    second form of the output alone: then it is the last layer that changes."""
    judges = [rule for rule in _METRICS if rule.code in _FORM_RULES]
    told = [
        [any(rule.judge(row, use, evidence) is not None for rule in judges) for row in rows]
        for use in (replace(each, name="accuracy") if "alias" in each.arguments else each for each in setup.metrics)
        if use.place is None
    ]
    borders = [each for each in setup.decodes if _is_border(each, rows)]
    told += [[each.decode is not Contract(row, classes=None).decode for row in rows] for each in borders]
    return any(here for here, _ in told) and not any(there for _, there in told)


def _from_lead(setup: Setup, evidence: Evidence, found: Lead) -> Verdict:
    rule = found.rule
    confidence = evidence.weakest(*rule.fields)
    severity = capped(rule.severity(found.point, evidence), confidence)
    open_ways = ways(evidence, found.repairs, setup) if found.repairs[0].edits else ()
    edited = frozenset(edit.field for edit in found.repairs[0].edits)
    settled = question(found.repairs)
    other = other_form(open_ways[0].contract) if edited == {Field.FROM_LOGITS} else None
    if other is not None and _fits_other_form(setup, evidence, (open_ways[0].contract.row, other)):
        open_ways, edited = with_other_form(open_ways, other, setup), frozenset({Field.ACTIVATION})
        settled = QUESTIONS[Field.FROM_LOGITS]
    if setup.own_loss:
        open_ways = tuple(replace(way, fix=replace(way.fix, safe=False), loss=None) for way in open_ways)
    told = [_form_of_metrics(setup, evidence, way) if way.loss is not None else {} for way in open_ways]
    open_ways = tuple(_with_metrics(way, changed) for way, changed in zip(open_ways, told, strict=True))
    message = rule.says.format(**words(found.point, evidence)).replace(" ()", "")
    line = open_ways[0].fix.title.rpartition(": ")[2] if open_ways else ""
    expected = ", or ".join(way.fix.title.rpartition(": ")[2] for way in open_ways) or "nothing else: this is right"
    unseen = Field.LABELS in rule.fields and not evidence.facts(Field.LABELS)
    behind = (*rule.fields, Field.WIDTH) if unseen else rule.fields  # without labels it is the units that tell
    facts = tuple(str(fact) for fact in evidence.facts(*behind)) or tuple(map(str, evidence.facts()))
    finding = Finding(
        code=rule.code,
        rule=rule.name,
        severity=severity,
        confidence=confidence,
        message=f"{message} Write: {line}" if line else message,
        seen=facts,
        expected=expected,
        symptom=rule.symptom,
        where=_where(setup, rule.fields),
        output=setup.output,
        fixes=tuple(way.fix for way in open_ways),
        also=tuple(other.code for other in found.also),
        question=settled if len(open_ways) > 1 else "",
    )
    if setup.twice and Field.FROM_LOGITS in rule.reads and found.point.from_logits is FromLogits.TRUE:
        return Verdict(_one_activation(finding, setup, setup.twice, found.point.loss))
    safe = next(((way, changed) for way, changed in zip(open_ways, told, strict=True) if way.fix.safe), None)
    return Verdict(finding, safe[0].loss, safe[1], edited) if safe is not None else Verdict(finding, edited=edited)


def _one_activation(finding: Finding, setup: Setup, twice: Twice, loss: Term) -> Finding:
    """Two activations in the model: one of them goes, no option of the loss. The one stays that the loss reads."""
    layer = setup.where.get("activation", "last layer")
    kept = twice.stays(loss)
    if kept != twice.first:
        title = "drop the first activation"
        line = twice.without_first or f"activation=None where {twice.first} is applied"
    else:
        title = "drop the second activation"
        line = twice.without_second or f"the model without the second {twice.second} ({layer})"
    return replace(
        finding,
        message=f"The model applies {twice.second} to what is already {twice.first}: predictions are squeezed towards "
        f"the middle. Write: {line}",
        expected=f"one activation, {kept}",
        where=layer,
        fixes=(Fix(f"{title}: {line}", False),),
        question="",
    )


def _from_outcome(
    setup: Setup,
    evidence: Evidence,
    rule: Rule,
    facts: tuple[Fact, ...],
    outcome: Outcome,
    fields: tuple[Field, ...],
) -> Verdict:
    behind = (*facts, *evidence.facts(*fields)) if fields else facts
    confidence = min((fact.confidence for fact in behind), default=evidence.weakest())
    finding = Finding(
        code=rule.code,
        rule=rule.name,
        severity=capped(outcome.severity, confidence),
        confidence=confidence,
        message=f"{outcome.message} Write: {outcome.line}",
        seen=tuple(dict.fromkeys(map(str, behind))),
        expected=outcome.expected,
        symptom=rule.symptom,
        where=facts[0].where if facts else "",
        output=setup.output,
        fixes=(Fix(f"{outcome.expected}: {outcome.line}", outcome.safe),),
        diagnosis=outcome.diagnosis,
    )
    return Verdict(finding)


def _where(setup: Setup, fields: tuple[Field, ...]) -> str:
    """The layer or argument a finding points at: that of the last field it reads, nearest to the repair."""
    named = [setup.where[field.label] for field in fields if field.label in setup.where]
    return named[-1] if named else ""
