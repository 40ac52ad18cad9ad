"""The pages of the rules are executed: Bad fires exactly its rule, Good fires nothing at all."""

from __future__ import annotations

import ast
import warnings
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras
import numpy as np
from keras import layers

import rightloss as rl
from rightloss.rules import RULES, Rule, Subject

LIVE = [rule for rule in RULES if rule.subject is not Subject.DECODE]
"""How predictions are read stands in source only; tests of the source checker run that page."""


def namespace() -> dict[str, Any]:
    """What the pages take for granted: 300 rows of features x, and labels of every kind."""
    random = np.random.default_rng(5)
    x = random.normal(size=(300, 8)).astype("float32")
    sequences = random.normal(size=(300, 6, 8)).astype("float32")
    ids = np.digitize(x[:, 0], [-0.4, 0.4]).astype("int64")
    return {
        "np": np,
        "keras": keras,
        "layers": layers,
        "rl": rl,
        "x": x,
        "y": (x[:, 0] > 0).astype("int64"),
        "ids": ids,
        "onehot": np.eye(3, dtype="float32")[ids],
        "multihot": (x[:, :4] > 0).astype("float32"),
        "sequences": sequences,
        "token_ids": np.digitize(sequences[:, :, 0], [-0.4, 0.4]).astype("int64"),
    }


def run(code: str) -> Any:
    """Execute a snippet; returns the value of its last line, a report."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), "a snippet ends in a report"
    names = namespace()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(tree, "page", "exec"), names)
        return eval(compile(ast.Expression(last.value), "page", "eval"), names)


@pytest.mark.parametrize("rule", LIVE, ids=str)
def test_bad_fires_exactly_its_rule(rule: Rule) -> None:
    """One finding, of this rule, whose message ends with a line to write."""
    keras.utils.set_random_seed(1)
    report = run(rule.page.code("Bad"))
    assert [each.code for each in report.findings] == [rule.code], str(report)
    finding = report.findings[0]
    assert finding.symptom
    assert finding.seen
    if finding.fixes:
        assert "Write: " in finding.message
        assert finding.fixes[0].title.endswith(finding.message.rpartition("Write: ")[2])


@pytest.mark.parametrize("rule", LIVE, ids=str)
def test_good_fires_nothing(rule: Rule) -> None:
    """Not even a note."""
    keras.utils.set_random_seed(1)
    report = run(rule.page.code("Good"))
    assert report.findings == (), str(report)
