"""The meeting point of a live model and the rules: set-ups in, a report out."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightloss.checking.config import find
from rightloss.checking.report import Report, Summary
from rightloss.contract import Setup, Start
from rightloss.errors import MissingPart, UnsupportedInput
from rightloss.findings import Finding, Severity
from rightloss.rules.judge import judge

if TYPE_CHECKING:
    from rightloss.views.model.recompile import Repair


@dataclass(frozen=True, slots=True)
class LiveReport(Report):
    """Findings about one model. `advice` is `select`'s answer where the model is not compiled."""

    setups: tuple[Setup, ...] = ()
    unrepaired: tuple[Finding, ...] = ()  # errors and warnings that `fix` cannot repair
    repairs: Mapping[str | None, Repair] = field(default_factory=dict)
    advice: Any = None

    def fix(self, model: Any) -> Any:
        """Compile the model anew with every repair that touches compile arguments only; returns the model.

        Optimizer, metrics and everything else stay as they were. Weights are not touched.

        Warns:
            UserWarning: errors or warnings are left that touch the last layer or the labels, with the lines to write.

        Raises:
            UnsupportedInput: no finding has such a repair; the fixes of the findings say what to write instead.
        """
        from rightloss.views.model.recompile import recompile

        if not self.repairs:
            lines = "; ".join(fix.title for finding in self.findings for fix in finding.fixes[:1])
            raise UnsupportedInput(
                "no finding can be repaired by compile arguments alone",
                expected="a finding with a safe fix",
                fix=lines or "nothing: there is no finding",
            )
        changed = recompile(model, self.repairs)
        if self.unrepaired:
            lines = "; ".join(f"{each.code}: {each.fixes[0].title}" for each in self.unrepaired if each.fixes)
            warnings.warn(f"compiled anew, but what compile arguments cannot repair is left: {lines}", stacklevel=2)
        return changed

    @property
    def starts(self) -> tuple[tuple[str | None, Start], ...]:
        """(output, what is known before the first step); the output is None where there is only one."""
        return tuple((setup.output, setup.start) for setup in self.setups if setup.start is not None)

    def to_json(self) -> dict[str, Any]:
        """The documented object; `summary` also holds what is known of each output before the first step, and `advice`
        the answer of `select` where the model is not compiled."""
        body = Report.to_json(self)
        outputs = [{"output": name, **start.to_json()} for name, start in self.starts]
        advice = {} if self.advice is None else {"advice": self.advice.to_json()}
        return {**body, "summary": {**body["summary"], "outputs": outputs}, **advice}

    def __str__(self) -> str:
        from rightloss.render.findings import to_text

        return to_text(self) if self.advice is None else f"The model is not compiled yet.\n\n{self.advice}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from rightloss.render.findings_html import to_html

        return to_html(self)


def check_live(
    model: Any,
    data: Any,
    *,
    class_weight: Any = None,
    sample_weight: Any = None,
    validation_data: Any = None,
    ignore: Iterable[str] = (),
    all_labels: bool = True,
    whole_streams: bool = True,
) -> LiveReport:
    """See `rightloss.check`.

    The guard looks at less: `all_labels=False` at one batch of labels, `whole_streams=False` at one batch of a
    validation stream.
    """
    _refuse(model)
    from rightloss.views.model.read import Extras, setups

    if not getattr(model, "compiled", False):
        return _not_compiled(model, data)
    extras = Extras(class_weight, sample_weight, validation_data, whole_streams)
    return _judged(setups(model, data, extras, all_labels=all_labels), ignore)


def _judged(made: list[Setup], ignore: Iterable[str]) -> LiveReport:
    from rightloss.views.model.recompile import Repair

    config = find(Path.cwd())
    silent = frozenset(ignore)
    findings: list[Finding] = []
    repairs: dict[str | None, Repair] = {}
    unrepaired: list[Finding] = []
    for setup in made:
        for verdict in judge(setup, off=silent):
            if not config.wants(verdict.finding.code, ""):
                continue
            findings.append(verdict.finding)
            if verdict.loss is not None or verdict.metrics:
                before = repairs.get(setup.output, Repair())
                loss = verdict.loss if verdict.loss is not None else before.loss
                repairs[setup.output] = Repair(loss, {**before.metrics, **verdict.metrics})
            elif verdict.finding.severity is not Severity.NOTE:
                unrepaired.append(verdict.finding)
    findings.sort(key=lambda each: list(Severity).index(each.severity))
    summary = Summary(setups=len(made), resolved=len(made))
    return LiveReport(tuple(findings), summary, setups=tuple(made), unrepaired=tuple(unrepaired), repairs=repairs)


def _refuse(model: Any) -> None:
    """Models that cannot be read, by name."""
    root = type(model).__module__.partition(".")[0]
    bases = {base.__module__.partition(".")[0] for base in type(model).__mro__}
    if "tf_keras" in bases:
        raise UnsupportedInput(
            f"a Keras 2 model ({type(model).__module__}.{type(model).__name__})",
            expected="a Keras 3 model",
            fix="build it with `import keras`, or check its source: rightloss check train.py",
        )
    if "keras" not in bases or not hasattr(model, "compile"):
        raise UnsupportedInput(
            f"a model of type {root}.{type(model).__name__}", expected="a keras.Model", fix="rl.check(model, (x, y))"
        )
    import keras

    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise UnsupportedInput(
            f"Keras on {backend}",
            expected="Keras on TensorFlow: what a loss sees differs from backend to backend",
            fix="KERAS_BACKEND=tensorflow python train.py, or check the source: rightloss check train.py",
        )
    try:
        import tensorflow  # noqa: F401  # the readers of data need it to recognise a dataset
    except ImportError as error:
        raise MissingPart(
            "TensorFlow is not installed", expected="Keras 3 on TensorFlow", fix="pip install 'rightloss[tensorflow]'"
        ) from error


def _not_compiled(model: Any, data: Any) -> LiveReport:
    """`select`'s answer: there is no loss yet to be wrong."""
    from rightloss.select import advise
    from rightloss.views.labels.readings import Given
    from rightloss.views.model.data import first_parts, with_labels
    from rightloss.views.model.graph import output_names

    names = output_names(model)
    profiles = with_labels(data, first_parts(data).batch(names), names).labels
    answers: dict[str | None, Any] = {name: advise(profile, Given()) for name, profile in profiles.items()}
    if len(answers) == 1:
        return LiveReport(advice=next(iter(answers.values())))
    from rightloss.answer import Several

    return LiveReport(advice=Several(answers))
