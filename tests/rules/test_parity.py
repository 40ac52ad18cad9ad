"""A program read as source and the same program run and inspected give the same findings."""

from __future__ import annotations

import ast
import warnings
from itertools import product
from typing import Any

import pytest

pytest.importorskip("tensorflow")

import keras

import rightloss as rl
from rightloss.checking.config import Config
from rightloss.checking.source import check_text
from rightloss.rules import RULES, Rule

PROGRAM = """
import numpy as np
import keras
from keras import layers
np.random.seed(0)
x = np.random.random((64, 8))
{labels}
m = keras.Sequential([keras.Input((8,)), layers.{head}])
m.compile(loss={loss}, metrics=['accuracy'])
"""
LABELS = {
    "ids": "y = np.random.randint(0, 3, size=(64,))",
    "one-hot": "y = np.eye(3)[np.random.randint(0, 3, size=(64,))]",
    "0/1": "y = np.random.randint(0, 2, size=(64,))",
}
HEADS = (
    "Dense(3)", "Dense(3, activation='softmax')", "Dense(3, activation='sigmoid')", "Dense(1, activation='sigmoid')",
    "Dense(1)", "Dense(1, activation='softmax')", "Dense(3, activation='relu')",
)  # fmt: skip
LOSSES = (
    "'sparse_categorical_crossentropy'", "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    "'categorical_crossentropy'", "keras.losses.CategoricalCrossentropy(from_logits=True)",
    "'binary_crossentropy'", "keras.losses.BinaryCrossentropy(from_logits=True)",
)  # fmt: skip
WHY_NOT = {
    # The live checker has resolved 'accuracy' against the real shapes: one axis of labels against three units.
    ("0/1", "Dense(3, activation='sigmoid')", "'binary_crossentropy'"): "RL402",
}
"""Cases that differ, and the code that only the live checker gives."""


def codes(report: Any) -> set[tuple[str, str]]:
    """What a report says, without places."""
    return {(each.code, str(each.severity)) for each in report.findings}


@pytest.mark.parametrize(("labels", "head"), list(product(LABELS, HEADS)))
def test_source_and_live_agree(labels: str, head: str) -> None:
    """Six losses on each pair of labels and last layer."""
    for loss in LOSSES:
        program = PROGRAM.format(labels=LABELS[labels], head=head, loss=loss)
        static = codes(check_text(program + "m.fit(x, y)\n", "a.py", Config()))
        names: dict[str, Any] = {}
        exec(program, names)
        live = codes(rl.check(names["m"], (names["x"], names["y"])))
        extra = WHY_NOT.get((labels, head, loss))
        assert static == {(code, severity) for code, severity in live if code != extra}, loss


PAGE = """
import numpy as np
import keras
from keras import layers
from sklearn.datasets import make_multilabel_classification
import rightloss as rl

np.random.seed(5)
x = np.random.normal(size=(300, 8))
_, multihot = make_multilabel_classification(300, 8, n_classes=4, random_state=5)
y = (x[:, 0] > 0).astype("int64")
ids = np.random.randint(0, 3, (300,))
onehot = np.eye(3)[ids]
sequences = np.random.normal(size=(300, 6, 8))
token_ids = np.random.randint(0, 3, (300, 6))
"""
"""What the pages take for granted, as a program: labels of every kind."""
ONLY_LIVE = {
    "RL103": "which labels are missing stands in the data",
    "RL104": "which rows are empty stands in the data",
    "RL105": "which classes occur stands in the data; zeros in a program are also an array to be filled",
    "RL107": "which classes occur in a split stands in the data",
    "RL108": "the size of a feature stands in the data",
    "RL109": "the program adds 4000 to ids; what a number type can hold is measured",
    "RL209": "where the gradient is 0 is measured on predictions",
    "RL304": "a custom loss is run on two shapes",
    "RL305": "the size of a feature stands in the data",
    "RL404": "how rare a class is stands in the data",
    "RL405": "the size of a feature stands in the data",
    "RL502": "the mean weight needs the counts of classes",
    "RL503": "the values of weights stand in the data",
    "RL701": "the loss is run",
    "RL702": "the loss is run",
    "RL703": "the loss is run",
}
"""Pages whose bad program shows its fault in data or in a run alone: source says nothing about it."""
ONLY_SOURCE = {"RL601": "what happens to predictions stands in the program, not in the model"}
BESIDE = {"RL403": "RL404"}
"""What the live checker says as well, from data."""


def both(code: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What is said of a page read as source, and of the report in its last line."""
    keras.utils.set_random_seed(1)
    tree = ast.parse(PAGE + code)
    last = tree.body.pop()
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(tree, "page", "exec"), names)
        if isinstance(last, ast.Expr):
            report = eval(compile(ast.Expression(last.value), "page", "eval"), names)
        else:
            report = rl.check(names["model"], (names["x"], names["y"]))
    return codes(check_text(PAGE + code, "a.py", Config())), codes(report)


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("heading", ["Bad", "Good"])
def test_pages_of_rules_agree(rule: Rule, heading: str) -> None:
    """Every page: source and live say the same, except where a table above says why not, and then they do differ."""
    static, live = both(rule.page.code(heading))
    if heading == "Good":
        assert static == live == set()
    elif rule.code in ONLY_SOURCE:
        assert {code for code, _ in static} == {rule.code}
        assert live == set()
    elif rule.code in ONLY_LIVE:
        assert {code for code, _ in live} == {rule.code}
        assert static == set()
    else:
        assert static == {(code, severity) for code, severity in live if code != BESIDE.get(rule.code)}
        assert {code for code, _ in static} == {rule.code}
