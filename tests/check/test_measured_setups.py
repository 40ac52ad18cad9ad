"""Every measured set-up: what is broken is named, what is right stays silent."""

from __future__ import annotations

import functools

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
from check.measured import BCE, BINARY, CASES, CCE, Case, X
from keras import layers

import rightloss as rl
from rightloss.findings import Severity


@functools.cache
def report(index: int):  # type: ignore[no-untyped-def]
    """The report of one case; each is checked once."""
    model, data, keywords = CASES[index].make()
    return rl.check(model, data, **keywords)


def _named(case: Case, index: int) -> bool:
    return bool({each.code for each in report(index).findings} & set(case.codes))


@pytest.mark.parametrize(("index", "case"), list(enumerate(CASES)), ids=[case.id for case in CASES])
def test_set_up(index: int, case: Case) -> None:
    """Broken: one of its codes leads a finding. Right: neither error nor warning."""
    found = report(index)
    if not case.codes:
        assert found.ok, str(found)
    elif case.visible:
        assert _named(case, index), str(found)
    else:
        assert not _named(case, index), "now visible: say so in the table"


def test_tally() -> None:
    """How many of the broken set-ups are named, and how many of the right ones are left alone."""
    broken = [(index, case) for index, case in enumerate(CASES) if case.codes]
    right = [(index, case) for index, case in enumerate(CASES) if not case.codes]
    named = sum(_named(case, index) for index, case in broken)
    serious = sum(not report(index).ok for index, _ in broken)
    silent = sum(report(index).ok for index, _ in right)
    print(f"\nbroken: {named} of {len(broken)} named, {serious} with an error or a warning", end="; ")
    print(f"right: {silent} of {len(right)} without error or warning")
    assert named == len(broken) - sum(not case.visible for _, case in broken)
    assert silent == len(right)


def test_errors_are_one_root_cause() -> None:
    """A broken set-up gets at most two findings that are errors."""
    for index, case in enumerate(CASES):
        errors = [each.code for each in report(index).findings if each.severity is Severity.ERROR]
        assert len(errors) <= 2, (case.id, errors)


def test_softmax_over_two_units_learns_twice_the_log_odds_in_a_binary_loss() -> None:
    """Not a categorical loss by another name: 0.8 is predicted where the rows say two thirds. So it is an error."""
    predicted = {}
    rows = np.zeros((600, 8), "float32")
    shares = np.eye(2)[(np.arange(600) % 3 > 0).astype(int)]
    for loss in (BCE(), CCE()):
        model = keras.Sequential([keras.Input((8,)), layers.Dense(2, activation="softmax")])
        model.compile(optimizer=keras.optimizers.SGD(2.0), loss=loss)
        model.fit(rows, shares, batch_size=600, epochs=60, verbose=0)
        predicted[loss.name] = float(model.predict(rows[:1], verbose=0)[0, 1])
        if loss.name == "binary_crossentropy":
            assert [(each.code, each.severity) for each in rl.check(model, (X, np.eye(2)[BINARY])).findings] == [
                ("RL203", "error")
            ]
    assert predicted["categorical_crossentropy"] == pytest.approx(2 / 3, abs=1e-3)
    assert predicted["binary_crossentropy"] == pytest.approx(4 / 5, abs=1e-3)  # odds of 2, squared
