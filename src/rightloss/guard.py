"""The verb `guard`: watch every fit, evaluate and train_on_batch of a program that is not changed.

    with rl.guard():
        model.fit(x, y)

Before the first step of each, model and labels are checked; an error stops the program with the line to write.
Then the loss is looked at now and then. After the first batch this costs next to nothing.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial, wraps
from types import GeneratorType, TracebackType
from typing import Any

from rightloss.checking.live import LiveReport, check_live
from rightloss.checking.report import Report
from rightloss.contract import Condition, Evidence, Fact, Possible, Setup, Term
from rightloss.errors import RightlossError
from rightloss.findings import Finding, Severity
from rightloss.rules.judge import judge_condition

WATCHED = ("fit", "evaluate", "train_on_batch")
PLACE = 5
"""How far below a warning the user's own call of fit stands: the watching method, `_before`, `_check`, `_say`."""


class FindingWarning(UserWarning):
    """A finding of the guard that does not stop the program."""


class guard:  # written like the function it is used as
    """A context in which Keras models are checked as soon as they are used.

    Args:
        warn: warn about errors instead of raising.
        ignore: codes of rules that shall stay silent.

    Raises:
        RightlossError: inside the context, before the first step: the first finding that is an error.
    """

    def __init__(self, *, warn: bool = False, ignore: Iterable[str] = ()) -> None:
        self.warn = warn
        self.ignore = frozenset(ignore)
        self.findings: list[Finding] = []
        self._seen: set[tuple[object, ...]] = set()
        self._checked: dict[int, Setup] = {}  # model -> what was seen of its only output
        self._alive: list[Any] = []  # what the ids above stand for: an id is only unique while its object lives
        self._depth = 0
        self._kept: dict[str, Any] = {}

    @property
    def report(self) -> Report:
        """Everything that was found so far."""
        return LiveReport(tuple(self.findings))

    def __enter__(self) -> guard:
        import keras

        for name in WATCHED:
            self._kept[name] = keras.Model.__dict__.get(name)
            setattr(keras.Model, name, self._watching(name, getattr(keras.Model, name)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import keras

        for name, before in self._kept.items():
            if before is None:
                delattr(keras.Model, name)  # inherited again
            else:
                setattr(keras.Model, name, before)
        self._kept = {}

    def _watching(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def method(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self._depth:  # evaluate inside fit, or a fit that calls its parent's
                return original(model, *args, **kwargs)
            bound = inspect.signature(original).bind(model, *args, **kwargs)
            self._before(name, model, bound.arguments)
            self._depth += 1
            try:
                return original(*bound.args, **bound.kwargs)
            finally:
                self._depth -= 1

        return method

    def _before(self, name: str, model: Any, given: dict[str, Any]) -> None:
        """Check once for each model, compile, verb and data; add the watch to a fit."""
        compiled = getattr(model, "_compile_loss", None)
        if not getattr(model, "compiled", False) or compiled is None:
            return
        key = (id(model), id(compiled), name, *_arguments(name, given))
        if key not in self._seen:
            self._seen.add(key)
            self._alive += [model, compiled]
            self._check(model, given, whole=name == "fit")
        if name == "fit":
            self._attach(model, given)

    def _check(self, model: Any, given: dict[str, Any], *, whole: bool) -> None:
        data, complete = _data(given)
        if data is None:
            return
        extras = {"class_weight": given.get("class_weight"), "validation_data": _validation(given)}
        all_labels = whole and complete
        try:
            report = check_live(model, data, ignore=self.ignore, all_labels=all_labels, whole_streams=False, **extras)
        except RightlossError as error:
            if not _own_step(model):  # which may make its labels itself, or need none
                self._failed(model, str(error))
            return
        except Exception as error:  # the guard must never be what breaks a program
            self._failed(model, f"{type(error).__name__}: {error}")
            return
        if len(report.setups) == 1:
            self._checked[id(model)] = report.setups[0]
        self._say(report)

    def _failed(self, model: Any, why: str) -> None:
        warnings.warn(f"rightloss could not check this {type(model).__name__}: {why}", FindingWarning, stacklevel=PLACE)

    def _attach(self, model: Any, given: dict[str, Any]) -> None:
        from rightloss.views.model.watched import watch_for

        callback = watch_for(model, given.get("y"), partial(self._from_watch, self._checked.get(id(model))))
        before = given.get("callbacks")
        if before is None:
            given["callbacks"] = [callback]
        elif isinstance(before, list | tuple):
            given["callbacks"] = [*before, callback]
        # A CallbackList of the user's own is left as it is.

    def _from_watch(self, checked: Setup | None, condition: Condition, value: Term, facts: tuple[Fact, ...]) -> None:
        """What the watch saw, judged with what the check saw before training."""
        seen = Evidence() if checked is None else checked.readings[0]
        seen = replace(seen, conditions={**seen.conditions, condition: Possible(frozenset({value}), facts)})
        setup = Setup((seen,)) if checked is None else replace(checked, readings=(seen,))
        findings = tuple(verdict.finding for verdict in judge_condition(setup, condition, off=self.ignore))
        self._say(LiveReport(findings))

    def _say(self, report: LiveReport) -> None:
        known = {(each.code, each.output, each.where, each.message) for each in self.findings}
        fresh = [each for each in report.findings if (each.code, each.output, each.where, each.message) not in known]
        self.findings += fresh
        serious = [each for each in fresh if each.severity is not Severity.NOTE]
        if serious and not self.warn:
            report.raise_if_errors()
        for each in serious:
            warnings.warn(f"{each.code} {each.message}", FindingWarning, stacklevel=PLACE)


def _own_step(model: Any) -> bool:
    """Whether a method of training is the user's own."""
    import keras

    return any(getattr(type(model), name) is not getattr(keras.Model, name) for name in ("train_step", "compute_loss"))


def _arguments(name: str, given: dict[str, Any]) -> tuple[int, ...]:
    """What makes another fit worth another check. Batches of a hand-written loop are new arrays each time."""
    if name != "fit":
        return ()
    return tuple(id(given.get(each)) for each in ("x", "y", "class_weight", "sample_weight"))


def _data(given: dict[str, Any]) -> tuple[Any, bool]:
    """What `check` can read, and whether it holds all labels. A generator is peeked at, and gets its batch back."""
    x, y = given.get("x"), given.get("y")
    if isinstance(x, GeneratorType):
        first = next(x, None)
        given["x"] = _put_back(first, x) if first is not None else x
        return (None if first is None else _pair(first)), False
    if y is None:
        return x, False
    weight = given.get("sample_weight")
    return ((x, y) if weight is None else (x, y, weight)), True


def _validation(given: dict[str, Any]) -> Any:
    """Validation data that can be looked at; a generator is peeked at, and gets its batch back."""
    data = given.get("validation_data")
    if not isinstance(data, GeneratorType):
        return data
    first = next(data, None)
    given["validation_data"] = _put_back(first, data) if first is not None else data
    return None if first is None else _pair(first)


def _pair(first: Any) -> Any:
    return tuple(first) if isinstance(first, list | tuple) else first


def _put_back(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext rightloss`: watch everything that follows, and warn."""
    shell.rightloss_guard = guard(warn=True).__enter__()


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext rightloss`."""
    found = getattr(shell, "rightloss_guard", None)
    if found is not None:
        found.__exit__(None, None, None)
