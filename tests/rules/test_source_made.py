"""Labels that a program makes: values sorted into bins, chosen by condition, replaced, put together."""

from __future__ import annotations

import pytest
from source_programs import alarms

from rightloss.checking.config import Config
from rightloss.checking.source import check_text

IMPORTS = """
import numpy as np
import pandas as pd
import keras
from keras import layers
from keras.utils import to_categorical
from sklearn.utils import shuffle
from sklearn.datasets import load_iris
from imblearn.over_sampling import SMOTE
X, three = load_iris(return_X_y=True)
df = pd.read_csv('a.csv')
a, b = df['a'], df['b']
"""


def model(units: int, activation: str, loss: str) -> str:
    return (
        f"m = keras.Sequential([layers.Dense({units}, '{activation}')])\nm.compile('adam', '{loss}_crossentropy')\n"
        "m.fit(X, y)"
    )


EXCLUSIVE = model(3, "softmax", "categorical")
SPARSE = model(3, "softmax", "sparse_categorical")
BINARY = model(1, "sigmoid", "binary")
BROKEN = {
    "RL101 the bins of edges": "y = np.digitize(a, bins=[1, 2])\n" + EXCLUSIVE,
    "RL101 named bins": "y = pd.cut(a, bins=[0, 4, 6, 10], labels=[0, 1, 2]).astype(int)\n" + EXCLUSIVE,
    "RL102 named bins from 1": "y = pd.cut(a, bins=[0, 4, 6, 10], labels=[1, 2, 3]).astype(int)\n" + SPARSE,
    "RL101 numbered bins": "y = pd.qcut(a, 3, labels=False)\n" + BINARY,
    "RL101 numbered edges": "y = pd.cut(a, [0, 3, 9, 99], labels=False)\n" + EXCLUSIVE,
    "RL101 values by condition": "y = np.select([a < 1, a < 2], [0, 1], default=2)\n" + BINARY,
    "RL101 a condition in a condition": "y = np.where(a < 1, 0, np.where(a < 2, 1, 2))\n" + BINARY,
    "RL101 positions among distinct values": "_, y = np.unique(b, return_inverse=True)\n" + EXCLUSIVE,
    "RL101 a function of rows": (
        "y = df.apply(lambda r: 0 if r['a'] < 1 else 1 if r['a'] < 2 else 2, axis=1)\n" + BINARY
    ),
    "RL102 words that are replaced": "y = b.replace({'x': 1, 'y': 2, 'z': 3}).astype(int)\n" + SPARSE,
    "RL102 two words that are replaced": "df['b'] = b.replace(['no', 'yes'], [1, 2])\ny = df['b']\n" + BINARY,
    "RL102 codes that are replaced": "y = b.map({'a': 0, 'b': 1}).replace({0: -1})\n" + BINARY,
    "RL101 arrays one after the other": "y = np.concatenate([np.zeros(9), np.ones(9), 2 * np.ones(9)])\n" + EXCLUSIVE,
    "RL101 filled arrays": "y = np.hstack((np.full(9, 0), np.full(9, 1), np.full(9, 2)))\n" + BINARY,
    "RL101 one array after the other": "y = np.append(np.zeros(9), np.ones(9))\n" + EXCLUSIVE,
    "RL101 repeated ids": "y = np.repeat([0, 1, 2], 100)\n" + EXCLUSIVE,
    "RL101 shuffled rows": "X, y = shuffle(X, three)\n" + BINARY,
    "RL101 more rows": "X, y = SMOTE().fit_resample(X, three)\n" + EXCLUSIVE,
    "RL101 drawn by a generator": "y = np.random.default_rng(0).integers(0, 3, 300)\n" + EXCLUSIVE,
}  # fmt: skip
RIGHT = {
    "columns of bins": "y = to_categorical(np.digitize(a, [1, 2]), 3)\n" + EXCLUSIVE,
    "bins, moved back": "y = np.digitize(a, bins=[0, 5, 10]) - 1\n" + BINARY,
    "two bins": "y = pd.qcut(a, 2, labels=False)\n" + BINARY,
    "bins of which nothing is known": "y = pd.cut(a, edges, labels=False)\n" + BINARY,
    "bins with words": "y = pd.get_dummies(pd.cut(a, 3, labels=['low', 'mid', 'high']))\n" + EXCLUSIVE,
    "three values by condition": "y = np.select([a < 1, a < 2], [0, 1], default=2)\n" + SPARSE,
    "a default that may not occur": "y = np.select([a < 1, a >= 1], [1, 0])\n" + BINARY,
    "labels that are joined": "y = np.where(three == 2, 1, three)\n" + BINARY,
    "a value in place of a missing one": "y = np.where(a.isna(), 0, a)\n" + BINARY,
    "two classes are made one": "y = b.map({'a': 0, 'b': 1, 'c': 2}).replace({2: 1})\n" + BINARY,
    "a mark that is replaced": "y = b.replace({'?': 0})\n" + BINARY,
    "signs, moved back": "y = b.map({'a': 1, 'b': 2}).replace({1: 0, 2: 1})\n" + BINARY,
    "two arrays": "y = np.concatenate([np.zeros(9), np.ones(9)])\n" + BINARY,
    "columns of two arrays": "y = np.concatenate([np.zeros((9, 1)), np.ones((9, 1))])\n" + BINARY,
    "columns side by side": "y = np.hstack([np.zeros((9, 1)), np.ones((9, 1)), np.zeros((9, 1))])\n" + EXCLUSIVE,
    "rows one under the other": "y = np.vstack([np.zeros(3), np.ones(3)]).T\n" + EXCLUSIVE,
    "one class of a cluster": "y = shuffle(three, n_samples=9)\n" + BINARY,
    "rows of one-hot columns": "y = np.repeat(np.eye(3), 9, axis=0)\n" + EXCLUSIVE,
    "a sign that may be missing": "y = np.sign(counts)\n" + BINARY,
    "a number of rows": "y = df.apply(lambda r: r['a'] * 2, axis=1)\n" + BINARY,
    "a distance": "y = np.abs(np.digitize(a, bins=[0]))\n" + BINARY,
    "scores of a least-squares game": (
        "y = np.concatenate([np.ones(9), np.zeros(9)])\n" + BINARY.replace("binary_crossentropy", "mse")
    ),
    "bins as quantities": "y = np.digitize(a, [1, 2])\n" + model(1, "linear", "x").replace("x_crossentropy", "mse"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_labels_that_a_program_makes_are_known(name: str) -> None:
    """The values are written in the program: which loss reads them is known."""
    assert name.partition(" ")[0] in {
        each.code for each in check_text(IMPORTS + BROKEN[name], "a.py", Config()).findings
    }


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_values_that_may_be_other_ones_are_left_alone(program: str) -> None:
    """No error and no warning on what is right."""
    assert alarms(IMPORTS + program) == []
