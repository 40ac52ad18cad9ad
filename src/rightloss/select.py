"""The meeting point of labels and table: readings in, advice out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rightloss.advice.goals import Costs, Goal, Prior, Wish
from rightloss.advice.imbalance import Imbalance, imbalance
from rightloss.answer import Advice, Alternative, Question, Several
from rightloss.contract import Contract, Evidence, Field, Form, Labels, Loss, Positions, Row, Setup, Source
from rightloss.contract import select as rows_inside
from rightloss.contract.preparation import Op, Preparation, Step
from rightloss.contract.vocabulary import TASKS
from rightloss.errors import WrongArgument
from rightloss.findings import Finding
from rightloss.parts import named_parts
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.readings import Given, Reading, read_profile

if TYPE_CHECKING:
    from rightloss.advice.cooccurrence import Cooccurrence
    from rightloss.advice.remedy import Remedy
    from rightloss.advice.structure import Structure

FORMS = ("auto", Form.PROBABILITIES.value, Form.LOGITS.value)
MISSING_ID = -1  # what ids are filled up with where nobody labelled
HUGE = 10_000  # from this many classes on, softmax output and float32 probabilities waste memory and precision


def select(
    labels: Any,
    *,
    label: str | int | Sequence[str | int] | None = None,
    header: bool | None = None,
    task: str | None = None,
    positions: str | None = None,
    several_true: bool | None = None,
    ordered: bool | None = None,
    ignore: Any = None,
    form: str = "auto",
    goal: str | None = None,
    costs: Costs | None = None,
    prior: Prior | None = None,
    model: Any = None,
) -> Advice | Several:
    """The right cross-entropy for labels, with everything that must agree with it.

    Args:
        labels: array, list, Series, DataFrame, sparse matrix, `tf.data.Dataset`, generator, Ibis table or path. One
            label for each example on axis 0; y alone, not (x, y).
        label: the label column, or columns, of a table or file, by name or position.
        header: whether the first line of a CSV or TSV file names the columns; None looks at it.
        task: "binary", "multiclass", "multilabel" or "regression", where you know it.
        positions: "example", "token", "pixel" or "voxel": what one label belongs to.
        several_true: whether several labels of one example can be true at once.
        ordered: whether the classes have an order.
        ignore: the label value that stands for "no label"; "none" where no value does.
        form: "probabilities" or "logits": what the last layer should give out. "auto" takes probabilities unless they
            are numerically unsafe.
        goal: what the model is judged by: "log_loss", "accuracy", "balanced_accuracy", "macro_f1", "f1" or "f1:class",
            "auroc", "auprc", "recall@precision=0.9", "mae" or "kappa"; `advice.remedy` answers it.
        costs: {(true class, decision): cost}; right decisions cost 0, mistakes that are not named 1.
        prior: {class: share} where the model will be used, if it differs from these labels.
        model: a Keras model whose last layer is given; it narrows what the labels leave open.

    Returns:
        Advice; for several outputs `Several`, one Advice for each name.

    Raises:
        WrongArgument: a keyword has an unknown value, or contradicts the labels.
        UnreadableInput: the labels could not be read.
    """
    given = _given(task, positions, several_true, ordered, ignore, form)
    several = isinstance(label, Iterable) and not isinstance(label, str)
    columns = None if label is None else tuple(map(str, label)) if several else (str(label),)  # type: ignore[arg-type]
    with named_parts():
        from rightloss.views.labels.read import profile_all

        profiles = profile_all(labels, columns=columns, header=header)
    wish = Wish(goal, costs, prior)
    answers = {
        name: advise(profile, given, form=form, wish=wish, model=model, output=name)
        for name, profile in profiles.items()
    }
    return next(iter(answers.values())) if len(answers) == 1 else Several(answers)


def _given(
    task: str | None,
    positions: str | None,
    several_true: bool | None,
    ordered: bool | None,
    ignore: Any,
    form: str,
) -> Given:
    for name, value, allowed in (
        ("task", task, TASKS),
        ("positions", positions, tuple(each.value for each in Positions)),
        ("form", form, FORMS),
    ):
        if value is not None and value not in allowed:
            raise WrongArgument(
                f"{name}={value!r}", expected=f"one of {', '.join(allowed)}", fix=f"{name}={allowed[0]!r}"
            )
    for name, told in (("several_true", several_true), ("ordered", ordered)):
        if told is not None and not isinstance(told, bool):
            raise WrongArgument(f"{name}={told!r}", expected="True or False", fix=f"{name}=True")
    if isinstance(ignore, bool) or not (ignore is None or isinstance(ignore, int | float | str)):
        raise WrongArgument(
            f"ignore={ignore!r}", expected="one number, or one text, that stands for 'no label'", fix="ignore=-1"
        )
    return Given(task, positions, several_true, ordered, ignore)


def advise(
    profile: LabelProfile,
    given: Given,
    *,
    form: str = "auto",
    wish: Wish | None = None,
    model: Any = None,
    output: str | None = None,
) -> Advice:
    """Advice for the labels of one output; `output` names it where the model has several."""
    readings = read_profile(profile, given)
    conflict: tuple[Finding, ...] = ()
    unsafe = False
    if model is not None:
        from rightloss.views.model.narrow import head_of, unsafe_probabilities

        head = head_of(model, output)
        unsafe = unsafe_probabilities(head)
        readings, conflict = _beside(readings, head, profile)
    best = readings[0]
    wanted = _form(form, best, unsafe=unsafe)
    contract = _chosen(_contracts(best, wanted), form)
    counted = _imbalance(best)
    wish = wish or Wish()
    decided = None if best.soft else counted  # a decision needs labels that are right or wrong
    purpose = None if contract is None else wish.read(decided, ordered=given.ordered or best.ordered)
    if contract is None and wish.stated:
        best = replace(best, notes=(*best.notes, wish.left_out))
    return Advice(
        reading=best,
        contract=contract,
        alternatives=_alternatives(readings, wanted, contract),
        questions=_questions(readings, given),
        preparation=_preparation(best, contract),
        profile=profile,
        imbalance=counted,
        conflicts=conflict,
        goal=purpose,
        remedy=_remedy(purpose, counted),
        structure=_structure(best, profile),
    )


def _beside(
    readings: tuple[Reading, ...], head: Any, profile: LabelProfile
) -> tuple[tuple[Reading, ...], tuple[Finding, ...]]:
    """Readings that a model's last layer agrees with, and what contradicts where none does.

    The last layer answers a question that the labels leave open. Where nothing agrees, the answer is the labels' and
    the conflict is shown.
    """
    from rightloss.views.labels.readings.declared import with_units
    from rightloss.views.model.narrow import (
        bounded,
        fits_rank,
        misshapen,
        narrow,
        number_meant,
        quantity_fits,
        with_cross_entropy,
        with_number,
    )

    beside = [narrow(each, head) for each in readings if fits_rank(each, head)]
    agree = _inside(beside)
    if not agree:
        readings = tuple(with_units(each, head.units, head.layer) for each in readings)
        beside = [narrow(each, head) for each in readings if fits_rank(each, head)]
        agree = _inside(beside)
    numbers = [each for each in readings if each.answers.get("task") == "regression"]
    if fits_rank(readings[0], head) and (not agree or agree[0] is not beside[0]):
        agree = [each for each in agree if each.ask is not None]  # only a serious rival takes the labels' place
    if readings[0].evidence is None and quantity_fits(head):
        return (*(numbers or readings[:1]), *agree), ()
    if agree:
        open_ = [each for each in numbers if each.ask is not None and quantity_fits(head)]
        return (replace(agree[0], ask=None), *agree[1:], *open_), ()
    if readings[0].evidence is not None and not fits_rank(readings[0], head):
        return readings, _judged(misshapen(readings[0], head))
    if beside[0].evidence is None:
        return readings, _judged(bounded(head, profile.minimum, profile.maximum)) if readings[0] in numbers else ()
    if quantity_fits(head) and head.units == 1:
        if numbers:
            others = (each for each in readings if each is not numbers[0])
            return (with_number(numbers[0], head), *(replace(each, ask=None) for each in others)), ()
        readings = (*readings, *number_meant(readings[0], head))
    return readings, _judged(with_cross_entropy(beside[0].evidence))


def _inside(readings: Sequence[Reading]) -> list[Reading]:
    return [each for each in readings if each.evidence is not None and rows_inside(each.evidence).rows]


def _judged(evidence: Evidence | None) -> tuple[Finding, ...]:
    """What the rules say about one reading of labels beside a last layer."""
    from rightloss.rules.judge import judge

    return () if evidence is None else tuple(each.finding for each in judge(Setup(readings=(evidence,))))


def _form(form: str, reading: Reading, *, unsafe: bool) -> Form:
    if form != "auto":
        return Form(form)
    classes = reading.evidence.classes if reading.evidence else None
    if isinstance(classes, int) and classes >= HUGE:
        return Form.LOGITS
    if reading.evidence is not None and reading.evidence.ignore is not None:
        return Form.LOGITS  # ignore_class multiplies the output, and Keras no longer finds what was before softmax
    return Form.LOGITS if unsafe else Form.PROBABILITIES


def _chosen(contracts: Sequence[Contract], form: str) -> Contract | None:
    """The best contract; the best of those in the stated form.

    Raises:
        WrongArgument: there are contracts, and none in the stated form.
    """
    found = [each for each in contracts if form in ("auto", each.form.value)]
    if contracts and not found:
        raise _no_such_form(form, contracts[0])
    return next(iter(found), None)


def _no_such_form(form: str, contract: Contract) -> WrongArgument:
    """A stated form that the only right loss, or the given model, does not allow."""
    if contract.loss is Loss.MASKED_BINARY:
        return WrongArgument(
            f"form={form!r} for labels some of which are missing",
            expected="form='logits': MaskedBinaryCrossentropy, which leaves them out, reads raw scores only",
            fix="form='logits', and probabilities = keras.ops.sigmoid(model.predict(x))",
        )
    return WrongArgument(
        f"form={form!r}, but the last layer of the model gives {contract.form.value}",
        expected=f"form={contract.form.value!r}",
        fix="leave form out, or change the activation of the last layer",
    )


def _contracts(reading: Reading, form: Form) -> list[Contract]:
    """Contracts of one reading, best first."""
    if reading.evidence is None:
        return []
    seen: Evidence = reading.evidence
    rows: tuple[Row, ...] = rows_inside(seen, form=form).rows
    return [Contract(row, seen.classes, seen.positions, _ignore(seen, row), reading.soft) for row in rows]


def _ignore(seen: Evidence, row: Row) -> Any:
    """What stands for "no label" where the loss reads labels as this row does: NaN is no whole number."""
    return MISSING_ID if row.point.labels is Labels.INDEX and seen.ignore != seen.ignore else seen.ignore


def _preparation(reading: Reading, contract: Contract | None) -> Preparation | None:
    if contract is None or reading.evidence is None:
        return None
    found = reading.preparation
    if contract.ignore == MISSING_ID and reading.evidence.ignore != reading.evidence.ignore:
        steps = () if found is None else found.steps
        found = Preparation(Source.OFFSET, contract.labels, reading.class_names, MISSING_ID, (Step(Op.FILL), *steps))
    if found is None:
        return None
    steps = found.steps
    if contract.units != 1:  # the trailing axis is only for one unit
        steps = tuple(step for step in steps if step.op is not Op.ADD_AXIS)
    return replace(found, target=contract.labels, steps=steps) if steps else None


def _imbalance(reading: Reading) -> Imbalance | None:
    if reading.evidence is None:
        return None
    several = reading.answers.get("several_true", False)
    cells = reading.cells or None
    return imbalance(reading.class_names, reading.counts, reading.total, exclusive=not several, cells=cells)


def _of_columns(reading: Reading) -> bool:
    """Whether the reading takes each column of a matrix, or each tag, for a label, one row for each example."""
    seen = reading.evidence
    columns = {Labels.ONEHOT, Labels.MULTIHOT, Labels.MULTIHOT_MISSING}
    return seen is not None and seen.positions is Positions.EXAMPLE and seen.possible(Field.LABELS) <= columns


def _pairs(reading: Reading, profile: LabelProfile) -> Cooccurrence | None:
    """Counts of label pairs, where the reading is one of columns or tags."""
    if not _of_columns(reading):
        return None
    if reading.source is not Source.TAGLISTS:
        return profile.pairs
    from rightloss.views.labels.structure import pairs_of_sets

    return pairs_of_sets(profile.tag_sets, reading.class_names)


def _structure(reading: Reading, profile: LabelProfile) -> Structure | None:
    pairs = _pairs(reading, profile)
    if pairs is None:
        return None
    from rightloss.advice.structure import structure

    return structure(pairs, reading.class_names, several_true=bool(reading.answers.get("several_true")))


def _remedy(goal: Goal | None, found: Imbalance | None) -> Remedy | None:
    if goal is None or found is None:
        return None
    from rightloss.advice.choose import choose

    return choose(goal, found)


def _alternatives(readings: Sequence[Reading], form: Form, first: Contract | None) -> tuple[Alternative, ...]:
    """The other form, the leading reading's other encodings, and what would be right under the other readings."""
    found: dict[Contract, str] = {}
    for each in _contracts(readings[0], form):
        if each == first:
            continue
        if first is not None and each.labels is first.labels:
            found.setdefault(each, f"the same, giving out {each.form.value}")
        elif each.form is form or each.labels not in {known.labels for known in found}:
            found.setdefault(each, f"the same labels read as {each.labels.value}")
    for reading in readings[1:]:
        for each in _contracts(reading, form)[:1]:
            if each != first:
                apart = "" if each.positions is Positions.EXAMPLE else f", a label for each {each.positions}"
                found.setdefault(each, f"if each label is {reading.title}{apart}")
    return tuple(Alternative(contract, why) for contract, why in found.items())


def _questions(readings: Sequence[Reading], given: Given) -> tuple[Question, ...]:
    """One question for each keyword on which a serious rival disagrees with the leading reading."""
    best = readings[0]
    found: dict[str, Question] = {}
    for rival in readings[1:]:
        if rival.ask is None or rival.ask.keyword in given.stated() or _same(best, rival):
            continue
        keyword = rival.ask.keyword
        stand = best.answers.get(keyword)  # a reading without a value of its own is what holds when nothing is said
        first = () if stand is None else ((stand, best.title),)
        answers = found[keyword].answers if keyword in found else first
        if rival.answers.get(keyword) is not None:
            answers = (*answers, (rival.answers[keyword], rival.title))
        if answers:
            found[keyword] = Question(rival.ask.text, keyword, answers)
    return tuple(found.values())


def _same(best: Reading, rival: Reading) -> bool:
    """Whether it makes no difference which of two readings is right."""
    if best.evidence is None or rival.evidence is None:
        return best.evidence is rival.evidence and best.instead == rival.instead
    fields = all(best.evidence.possible(field) == rival.evidence.possible(field) for field in Field)
    return fields and best.answers == rival.answers
