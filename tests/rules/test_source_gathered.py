"""Labels that a program gathers one by one: in loops, comprehensions and dicts."""

from __future__ import annotations

import pytest
from source_programs import alarms

from rightloss.checking.config import Config
from rightloss.checking.source import check_text

IMPORTS = """
import os
import numpy as np
import tensorflow as tf
import keras
from keras import layers
from keras.utils import to_categorical
X = np.load('x.npy')
names = ['a', 'b', 'c']
words = open('a.txt').read().split()
"""


def model(units: int, activation: str, loss: str) -> str:
    return (
        f"m = keras.Sequential([layers.Dense({units}, '{activation}')])\nm.compile('adam', '{loss}_crossentropy')\n"
        "m.fit(X, np.array(y))"
    )


EXCLUSIVE = model(3, "softmax", "categorical")
SPARSE = model(3, "softmax", "sparse_categorical")
BINARY = model(1, "sigmoid", "binary")
TAGS = (
    "m = keras.Sequential([layers.Embedding(99, 8), layers.LSTM(8, return_sequences=True), layers.Dense(9)])\n"
    "m.compile('adam', keras.losses.SparseCategoricalCrossentropy(from_logits=True))\nm.fit(X, np.array(y))"
)
TWICE = (
    "text = np.array([ids[w] for w in words])\nd = tf.data.Dataset.from_tensor_slices(text).batch(101)\n"
    "d = d.map(lambda t: (t[:-1], t[1:])).batch(8)\n" + TAGS.replace("m.fit(X, np.array(y))", "m.fit(d)")
)
IDS = "ids = {n: i for i, n in enumerate(sorted(set(words)))}\n"
BROKEN = {
    "RL101 numbers of a text": "y = [int(w) for w in words]\n" + EXCLUSIVE,
    "RL101 fractions of a text": "y = [float(w) for w in words]\n" + EXCLUSIVE,
    "RL101 numbers in a loop": "y = []\nfor w in words:\n    y.append(int(w))\n" + EXCLUSIVE,
    "RL101 positions in a list": "y = [names.index(w) for w in words]\n" + EXCLUSIVE,
    "RL101 positions of folders": (
        "y = []\nfor i, n in enumerate(names):\n    for f in os.listdir(n):\n        y.append(i)\n" + EXCLUSIVE
    ),
    "RL101 positions of folders, one unit": (
        "y = []\nfor i, n in enumerate(names):\n    for f in os.listdir(n):\n        y.append(i)\n" + BINARY
    ),
    "RL101 numbers in branches": (
        "y = []\nfor w in words:\n    if 'a' in w:\n        y.append(0)\n    else:\n        y.append(2)\n" + EXCLUSIVE
    ),
    "RL102 signs in branches": (
        "y = []\nfor w in words:\n    if 'a' in w:\n        y.append(1)\n    else:\n        y.append(-1)\n" + BINARY
    ),
    "RL102 signs in a comprehension": "y = [-1 if w == 'a' else 1 for w in words]\n" + BINARY,
    "RL102 a name for each branch": (
        "y = []\nfor w in words:\n    if 'a' in w:\n        k = 1\n    elif 'b' in w:\n        k = 2\n    else:\n"
        "        k = 3\n    y.append(k)\n" + SPARSE
    ),
    "RL101 rows in branches": (
        "y = []\nfor w in words:\n    if 'a' in w:\n        y.append([1, 0, 0])\n    else:\n"
        "        y.append([0, 1, 0])\n"
        + SPARSE
    ),
    "RL101 a dict of positions": IDS + "y = [ids[w] for w in words]\n" + EXCLUSIVE,
    "RL101 a dict that a loop fills": (
        "ids = {}\nfor i, n in enumerate(os.listdir('d')):\n    ids[n] = i\ny = [ids[w] for w in words]\n" + EXCLUSIVE
    ),
    "RL101 a dict of pairs": (
        "ids = dict((n, i) for i, n in enumerate(names))\ny = [ids[w] for w in words]\n" + EXCLUSIVE
    ),
    "RL101 a dict of two lists": "ids = dict(zip(names, range(3)))\ny = [ids[w] for w in words]\n" + EXCLUSIVE,
    "RL101 lists side by side": "y = [0] * 100 + [1] * 100 + [2] * 100\n" + EXCLUSIVE,
    "RL101 a list that is filled by place": "y = [0] * n\nfor i in found:\n    y[i] = 2\n" + EXCLUSIVE,
    "RL101 batches of a sequence": (
        "class S(keras.utils.Sequence):\n    def __getitem__(self, i):\n"
        "        return X[i:i + 8], np.array([int(w) for w in words[i:i + 8]])\n"
        + EXCLUSIVE.replace("X, np.array(y)", "S()")
    ),
}  # fmt: skip
RIGHT = {
    "columns of numbers": "y = to_categorical([int(w) for w in words], 3)\n" + EXCLUSIVE,
    "columns of positions": "y = []\nfor w in words:\n    y.append(names.index(w))\ny = np.eye(3)[y]\n" + EXCLUSIVE,
    "two numbers": (
        "y = []\nfor w in words:\n    if 'a' in w:\n        y.append(0)\n    else:\n        y.append(1)\n" + BINARY
    ),
    "three numbers": "y = [0 if w == 'a' else 1 if w == 'b' else 2 for w in words]\n" + SPARSE,
    "numbers of which one is passed over": (
        "y = []\nfor w in words:\n    if 'a' in w:\n        k = 0\n    elif 'b' in w:\n        k = 1\n    else:\n"
        "        k = 2\n    if k == 2:\n        continue\n    y.append(k)\n" + BINARY
    ),
    "numbers of which some are kept": (
        "y = [0] * 50 + [1] * 50 + [2] * 50\nkept = []\nfor k in y:\n    if k != 2:\n        kept.append(k)\ny = kept\n"
        + BINARY
    ),
    "numbers of which some are kept, in a comprehension": (
        "y = [0] * 50 + [1] * 50 + [2] * 50\ny = [k for k in y if k < 2]\n" + BINARY
    ),
    "rows in branches": (
        "y = []\nfor w in words:\n    if 'a' in w:\n        y.append([1, 0, 0])\n    else:\n"
        "        y.append([0, 1, 0])\n"
        + EXCLUSIVE
    ),
    "a row for each example": (
        IDS + "y = []\nfor w in words:\n    r = [0] * 3\n    r[ids[w]] = 1\n    y.append(r)\n" + EXCLUSIVE
    ),
    "cells of one row": "y = np.array([1 if a else 0, 0 if a else 1, 0]).reshape(1, 3)\n" + EXCLUSIVE,
    "one more axis": "y = np.expand_dims(np.array([1 if a else 0, 0 if a else 1, 0]), 0)\n" + EXCLUSIVE,
    "numbers side by side": "y = np.expand_dims([int(w) for w in words], 1) == np.arange(3)\n" + EXCLUSIVE,
    "rows of numbers": "y = np.array([int(w) for w in words]).reshape(-1, 3)\n" + EXCLUSIVE,
    "one id for each step": IDS + "y = [[ids[c] for c in w] for w in words]\n" + TAGS,
    "one id for each step, in loops": (
        IDS + "y = []\nfor w in words:\n    t = []\n    for c in w:\n        t.append(ids[c])\n    y.append(t)\n" + TAGS
    ),
    "steps of a text that is batched twice": IDS + TWICE,
    "a count": (
        "y, k = [], 0\nfor n in names_of_folders:\n    for f in os.listdir(n):\n        y.append(k)\n"
        "    k += 1\n" + SPARSE
    ),
    "values of a table": "y = []\nfor i in range(len(table)):\n    y.append(table[i]['row'])\n" + EXCLUSIVE,
    "positions, moved back": (
        "ids = {n: i for i, n in enumerate(names, 1)}\ny = np.array([ids[w] for w in words])\ny -= 1\n" + SPARSE
    ),
    "a row in a batch of its own": "r = [0] * 3\nr[k] = 1\ny = np.array(r)[np.newaxis, :]\n" + EXCLUSIVE,
    "a row that a generator gives": (
        "def read():\n    for w in words:\n        r = [0, 0, 0]\n        r[int(w)] = 1\n        yield [1.], r\n"
        "d = tf.data.Dataset.from_generator(read, (tf.float32, tf.float32)).batch(8)\n"
        + EXCLUSIVE.replace("X, np.array(y)", "d")
    ),
    "a dict of rows": (
        "rows = {}\nfor w in words:\n    rows[w] = [1, 0, 0] if w == 'a' else [0, 1, 0]\ny = [rows[w] for w in words]\n"
        + EXCLUSIVE
    ),
    "a function whose results are filtered": (
        "def kind(w):\n    if 'a' in w:\n        return 0\n    if 'b' in w:\n        return 1\n    return 2\n"
        "y = [kind(w) for w in words if kind(w) != 2]\n" + BINARY
    ),
    "quantities": (
        "y = []\nfor w in words:\n    y.append(1.0 if w == 'a' else 0.0)\n"
        + BINARY.replace("binary_crossentropy", "mse")
    ),
    "columns of lists": "a = [int(w) for w in words]\nb = [1 - n for n in a]\ny = np.array([a, b]).T\n" + EXCLUSIVE,
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_labels_that_are_gathered_one_by_one_are_read(name: str) -> None:
    """What every one of them is says what all of them are."""
    assert name.partition(" ")[0] in {
        each.code for each in check_text(IMPORTS + BROKEN[name], "a.py", Config()).findings
    }


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_lists_that_may_hold_something_else_are_left_alone(program: str) -> None:
    """No error and no warning on what is right."""
    assert alarms(IMPORTS + program) == []
