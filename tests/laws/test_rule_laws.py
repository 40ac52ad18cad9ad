"""The laws that rules obey, checked over the whole finite space (points in scope)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

import rightloss.rules as package
from rightloss.contract import (
    BY_POINT,
    METRIC_NAMES,
    PREFERRED,
    ROWS,
    Activation,
    ClassAxis,
    Condition,
    Decode,
    DecodeUse,
    Evidence,
    Fact,
    Field,
    MetricUse,
    Point,
    Width,
    in_scope,
    universe,
)
from rightloss.contract.contract import Contract
from rightloss.contract.recipe import metrics
from rightloss.findings import Severity
from rightloss.rules import RULES, Rule, Subject
from rightloss.rules._rule import SECTIONS
from rightloss.rules.lead import LAYER, POINT_RULES, fired, judge_point, lead

SPACE = tuple(point for point in universe() if in_scope(point))
OUTSIDE = tuple(point for point in SPACE if point not in BY_POINT)
FACT = Fact("seen", "test")
OTHERS = [rule for rule in RULES if rule.subject in (Subject.METRIC, Subject.DECODE)]


def _codes(point: Point) -> set[str]:
    return {rule.code for rule in fired(point)}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_law_1_no_rule_objects_to_a_row(row) -> None:  # type: ignore[no-untyped-def]
    """A preferred row fires nothing; an accepted row fires at most its own note."""
    severities = {rule.severity(row.point, Evidence.of(row.point)) for rule in fired(row.point)}
    assert severities <= {Severity.NOTE}
    assert _codes(row.point) <= {row.note}
    if row in PREFERRED:
        assert judge_point(Evidence.of(row.point)) is None


def test_law_2_everything_outside_the_table_is_claimed() -> None:
    """No broken combination goes unnamed."""
    unclaimed = [point for point in OUTSIDE if not any(rule.code != "RL208" for rule in fired(point))]
    assert unclaimed == []


@pytest.mark.parametrize("rule", POINT_RULES, ids=str)
def test_law_3_each_point_rule_is_needed(rule: Rule) -> None:
    """Somewhere it is the only rule to fire."""
    assert any(fired(point) == (rule,) for point in SPACE)


@pytest.mark.parametrize("rule", POINT_RULES, ids=str)
def test_law_4_a_point_rule_depends_on_nothing_it_does_not_declare(rule: Rule) -> None:
    """Changing any other field never changes the answer."""
    hidden = [field for field in Field if field not in rule.reads]
    for point in SPACE:
        answer = rule.judge(point)
        for field in hidden:
            for value in field.everything:
                assert rule.judge(replace(point, **{field.label: value})) == answer


def test_law_4_can_fail() -> None:
    """A rule that declares too little is caught: RL201 without its loss."""
    rule = next(rule for rule in RULES if rule.code == "RL202")
    point = next(point for point in SPACE if rule.judge(point) and point.loss == "kl_divergence")
    assert any(not rule.judge(replace(point, loss=loss)) for loss in Field.LOSS.everything)


def test_law_9_every_broken_point_has_exactly_one_leading_rule() -> None:
    """One finding for one root cause, and the others that fire stand under it."""
    for point in OUTSIDE:
        found = lead(point)
        assert found is not None
        assert found.rule in fired(point)
        assert {found.rule, *found.also} == set(fired(point))
        assert found.rule.code != "RL208"
        assert found.repairs[0].edits


@pytest.mark.parametrize("rule", [rule for rule in POINT_RULES if rule.code != "RL208"], ids=str)
def test_each_point_rule_leads_somewhere(rule: Rule) -> None:
    """No rule is always under another one."""
    assert any(found is not None and found.rule is rule for found in map(lead, OUTSIDE))


def test_unknown_loss_says_nothing() -> None:
    """A loss that may be anything may fit anything, but for a last layer that is wrong whatever the loss is."""
    for point in SPACE:
        seen = Evidence.of(point)
        widened = replace(seen, fields={**seen.fields, Field.LOSS: Evidence().fields[Field.LOSS]})
        found = judge_point(widened)
        if found is not None:
            assert set(found.rule.reads) <= LAYER
            others = [replace(point, loss=loss) for loss in Field.LOSS.everything]
            assert all(found.rule in fired(each) for each in others if in_scope(each))


def test_softmax_over_one_unit_needs_no_loss() -> None:
    """The output is always 1, also where no loss is known."""
    seen = Evidence().narrow(Field.WIDTH, Width.ONE).narrow(Field.ACTIVATION, Activation.SOFTMAX)
    assert judge_point(seen) is None  # a softmax over another axis may be right
    found = judge_point(seen.narrow(Field.CLASS_AXIS, ClassAxis.LAST))
    assert found is not None
    assert found.rule.code == "RL204"


def test_wider_evidence_never_finds_more() -> None:
    """Forgetting one field can only silence a finding, never make one (law of false alarms)."""
    for point in SPACE[:: max(1, len(SPACE) // 600)]:
        narrow = judge_point(Evidence.of(point))
        for field in Field:
            seen = Evidence.of(point)
            wide = replace(seen, fields={**seen.fields, field: Evidence().fields[field]})
            assert narrow is not None or judge_point(wide) is None


def _outcomes(rule: Rule):  # type: ignore[no-untyped-def]
    for row in ROWS:
        if rule.subject is Subject.DECODE:
            yield from ((row, rule.judge(row, DecodeUse(decode, FACT))) for decode in Decode)
            continue
        told = ({}, {"threshold": 0.5}, {"threshold": 0.0}, {"thresholds": [0.5]}, {"from_logits": True}, {"k": 2})
        for name, arguments, ignore in product(METRIC_NAMES, told, (None, -1)):
            seen = Evidence.of(row.point, classes=9, ignore=ignore)
            yield row, rule.judge(row, MetricUse(name, FACT, arguments), seen)


@pytest.mark.parametrize("rule", OTHERS, ids=str)
def test_metric_and_decode_rules_fire_and_stay_silent(rule: Rule) -> None:
    """Each says something about some use and nothing about another, on some row."""
    said = [outcome is not None for _, outcome in _outcomes(rule)]
    assert any(said)
    assert not all(said)


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("ignore", [None, -1])
def test_law_1_our_own_metrics_and_reading_are_right(row, ignore) -> None:  # type: ignore[no-untyped-def]
    """What the recipe writes for a row is what no metric or decode rule objects to."""
    contract = Contract(row, classes=9, ignore=ignore if row.point.loss in ("masked_binary_crossentropy",) else None)
    seen = Evidence.of(row.point, classes=9, ignore=contract.ignore)
    for rule in OTHERS:
        if rule.subject is Subject.DECODE:
            assert rule.judge(row, DecodeUse(contract.decode, FACT)) is None
            continue
        for call in metrics(contract):
            if call.module == "keras.metrics":
                assert rule.judge(row, MetricUse(call.name, FACT, dict(call.keywords)), seen) is None, (rule, call)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.subject is Subject.CONDITION], ids=str)
def test_condition_rules_speak_about_every_value_but_the_default(rule: Rule) -> None:
    """Each value of the condition has an answer somewhere, ending with a line to write."""
    condition = next(each for each in rule.reads if isinstance(each, Condition))
    for value in condition.terms:
        if value is condition.default:
            continue
        outcomes = [rule.judge(value, Evidence.of(point, classes=3)) for point in SPACE]
        spoken = [outcome for outcome in outcomes if outcome is not None]
        assert spoken, value
        assert all(outcome.line and outcome.expected and outcome.message.endswith(".") for outcome in spoken)


def test_every_condition_has_a_rule_or_decides_severity() -> None:
    """Nothing is measured for nobody."""
    read = {each for rule in RULES for each in rule.reads if isinstance(each, Condition)}
    assert set(Condition) - read == {Condition.RECOVERED}


def test_rules_are_sorted_and_none_is_forgotten() -> None:
    """RULES lists every rule file, in the order of codes, and names match files."""
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    files = sorted(path.stem for path in Path(package.__file__).parent.glob("rl*.py"))
    assert files == [f"{rule.code.lower()}_{rule.name.replace('-', '_')}" for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_page_is_complete(rule: Rule) -> None:
    """Summary, all sections in order, code in Bad and Good, a short file."""
    page = rule.page
    assert page.summary.endswith(".")
    assert tuple(page.sections) == SECTIONS
    assert all(page.sections.values())
    assert page.code("Bad")
    assert page.code("Good")
    assert page.code("Bad") != page.code("Good")
    path = Path(package.__file__).parent / f"{rule.code.lower()}_{rule.name.replace('-', '_')}.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150
    assert bool(rule.says) == (rule.subject is Subject.POINT)
