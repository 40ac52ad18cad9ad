"""Shapes that look exact and are not: of such labels and last layers nothing is said."""

from __future__ import annotations

import pytest

from rightloss.checking.config import Config
from rightloss.checking.source import check_text

IMPORTS = "import numpy as np\nimport pandas as pd\nimport keras\nfrom keras import layers\n"
DENSE = "m = keras.Sequential([keras.Input((5,)), layers.Dense(3)])\nm.compile(loss='mse')\nm.fit(x, y)"
LABELS = {
    "drawn around a mean": "y = np.random.normal(0, 1, (64, 3))",
    "drawn between bounds": "y = np.random.uniform(-1, 1, [64, 3])",
    "windows": "d = np.random.random(200)\ny = np.array([d[k:k + h] for k in range(64)])",
    "columns from somewhere on": "d = np.random.random((64, 12))\ny = d[:, n:]",
    "a column times a row": "y = np.random.random((64, 1)) * np.array([1., 2., 3.])",
    "a column plus a row": "y = np.add(np.random.random((64, 1)), np.random.random((64, 3)))",
    "a product": "y = np.random.random((64, 5)) @ np.ones((5, 3))",
    "a choice": "a = np.random.random((64, 5))\ny = np.where(a[:, :1] > .5, np.ones(3), np.zeros(3))",
    "several targets": "from sklearn.datasets import make_regression\nx, y = make_regression(n_targets=3)",
    "lists in cells": "y = np.array(list(pd.read_pickle('a')['a']))",
    "names in two rows": "y = pd.read_csv('a', header=[0, 1])['a'].values",
    "rows of positions": "y = np.random.random(9)[[[0, 1, 2], [1, 2, 3]]]",
}
HEADS = {
    "both directions": ("64, 8", "(24, 3)", "layers.Bidirectional(layers.LSTM(4))(i)"),
    "classes before pixels": (
        "8, 3, 6, 6", "(3, 6, 6)", "layers.Conv2D(3, 3, padding='same', data_format='channels_first')(i)"
    ),
    "a value and advantages": ("64, 3", "(5,)", "layers.Add()([layers.Dense(1)(i), layers.Dense(3)(i)])"),
    "a gate": ("64, 3", "(5,)", "layers.Multiply()([layers.Dense(1)(i), layers.Dense(3)(i)])"),
    "a sum": ("64, 3", "(5,)", "layers.Dense(1)(i) + layers.Dense(3)(i)"),
}  # fmt: skip


def said(program: str) -> list[str]:
    """The codes of findings."""
    return [each.code for each in check_text(IMPORTS + program, "a.py", Config()).findings]


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_labels_of_a_shape_that_is_not_known(labels: str) -> None:
    """All of these have, or may have, three columns."""
    assert said(f"{labels}\n{DENSE}") == []


@pytest.mark.parametrize(("y", "x", "head"), HEADS.values(), ids=HEADS)
def test_last_layers_that_have_other_units_than_their_number(y: str, x: str, head: str) -> None:
    """The last axis of the output is that of y."""
    program = f"i = keras.Input({x})\nm = keras.Model(i, {head})\nm.compile(loss='mse')\n"
    assert said(f"{program}m.fit(x, np.random.random(({y})))") == []


def test_the_same_labels_and_layers_when_they_are_known() -> None:
    """What stands beside the cases above, and is wrong."""
    assert said(f"y = np.random.normal(0, 1, (64, 2))\n{DENSE}") == ["RL207"]
    assert said(f"y = np.random.random((64, 12))[:, 4:]\n{DENSE}") == ["RL207"]
    assert said(f"y = np.random.random((64, 1)) * 2.5\n{DENSE}") == ["RL207"]


KINDS = {
    "by an argument": "if several:\n            return p.argmax(1)\n        return p > 0.5",
    "by an argument, in one line": "return p.argmax(1) if several else p > 0.5",
    "by the width": "if p.shape[-1] == 1:\n            return p > 0.5\n        return p.argmax(1)",
    "by groups": "return p.reshape(-1, 10).argmax(1)",
    "turned": "return p.T.argmax(1)",
    "the best of many": "return np.argmax([self.net.predict(q)[0] for q in x])",
}


@pytest.mark.parametrize("read", KINDS.values(), ids=KINDS)
def test_predictions_that_are_read_by_their_kind(read: str) -> None:
    """A class for several kinds of models asks which one it holds."""
    program = (
        "class Net:\n    def build(self):\n        self.net = keras.Sequential([layers.Dense(1, 'sigmoid')])\n"
        "        self.net.compile(loss='binary_crossentropy')\n"
        f"    def labels(self, x, several):\n        p = self.net.predict(x)\n        {read}"
    )
    assert said(program) == []


def test_what_nobody_calls_is_no_error() -> None:
    """A method that nothing in the file calls is read with arguments that are assumed: a warning at most."""
    program = (
        "class Net:\n    def build(self):\n        self.net = keras.Sequential([layers.Dense(1, 'sigmoid')])\n"
        "        self.net.compile(loss='binary_crossentropy')\n"
        "    def labels(self, x):\n        return self.net.predict(x).argmax(axis=1)"
    )
    (found,) = check_text(IMPORTS + program, "a.py", Config()).findings
    assert (found.code, found.severity) == ("RL601", "warning")
