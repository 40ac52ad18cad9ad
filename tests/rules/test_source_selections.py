"""Which classes are left after rows were selected, moved or overwritten: what is sure is said, the rest is not."""

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
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import train_test_split
X, y = load_iris(return_X_y=True)
(pixels, digits), _ = keras.datasets.mnist.load_data()
images = pixels.reshape(-1, 784)
df = pd.read_csv('a.csv')
df['t'] = df['t'].map({'a': 0, 'b': 1, 'c': 2})
three = df['g'].map({'a': 1, 'b': 2, 'c': 3})
table = pd.DataFrame(X)
table['t'] = y
"""


def model(units: int, activation: str, loss: str, fit: str) -> str:
    return (
        f"m = keras.Sequential([layers.Dense({units}, '{activation}')])\nm.compile('adam', '{loss}_crossentropy')\n"
        f"m.fit({fit})"
    )


TWO = {
    "a slice": "m.fit(X[:100], y[:100])",
    "a slice from the back": "m.fit(X[-50:], y[-50:] - 1)",
    "a slice, moved": "m.fit(X[50:], y[50:] - 1)",
    "a mask on a frame": "df = df[df['t'] != 2]\nm.fit(df[['a', 'b']], df['t'])",
    "a mask among the rows of a frame": "d = df.loc[df['t'] < 2]\nm.fit(d[['a', 'b']], d['t'])",
    "a mask and a column": "m.fit(X, df.loc[df['t'] < 2, 't'])",
    "several values of a column": "d = df[df['t'].isin([0, 1])]\nm.fit(X, d['t'])",
    "a query": "d = table.query('t < 2')\nm.fit(d.iloc[:, :4], d['t'])",
    "rows that are dropped": "d = df.drop(df[df['t'] == 2].index)\nm.fit(X, d['t'])",
    "rows that are dropped in place": "df.drop(df[df['t'] == 2].index, inplace=True)\nm.fit(X, df['t'])",
    "the first rows of a frame": "d = table.head(100)\nm.fit(d.iloc[:, :4], d['t'])",
    "the first rows by place": "d = table.iloc[:100]\nm.fit(d.iloc[:, :4], d['t'])",
    "the first rows of a column": "m.fit(X[:100], table['t'].head(100))",
    "a comprehension with a condition": "y = np.array([t for t in y if t < 2])\nm.fit(X, y)",
    "pairs with a condition": (
        "pairs = [(a, t) for a, t in zip(X, y) if t < 2]\nm.fit(X, np.array([t for _, t in pairs]))"
    ),
    "cells of a frame that are overwritten": "df.loc[df['t'] == 2, 't'] = 1\nm.fit(X, df['t'])",
    "cells of a column that are overwritten": "df['t'][df['t'] == 2] = 1\nm.fit(X, df['t'])",
    "labels that a loop passes over": (
        "kept = []\nfor a, t in zip(X, y):\n    if t == 2:\n        continue\n    kept.append(t)\n"
        "m.fit(X, np.array(kept))"
    ),
    "labels that a loop keeps": (
        "kept = []\nfor a, t in zip(X, y):\n    if t < 2:\n        kept.append(t)\nm.fit(X, np.array(kept))"
    ),
    "positions that a condition gives": "i = np.argwhere(y < 2).ravel()\nm.fit(X[i], y[i])",
    "halves that are cut off": "m.fit(X, (y / 2).astype(int))",
    "a column by its attribute": "table.t.replace(2, 0, inplace=True)\nm.fit(X, table['t'])",
    "one cell after the other": "for i in rows:\n    df.at[i, 't'] = 0\nm.fit(X, df['t'])",
    "cells of all columns": "df.values[df.values == 2] = 1\nm.fit(X, df['t'])",
    "cells of the values of a column": "df['t'].values[rows] = 1\nm.fit(X, df['t'])",
    "cells by place in a column": "df['t'].loc[df['t'] == 2] = 1\nm.fit(X, df['t'])",
    "a change in place that is not read": "df.mask(df == 2, 1, inplace=True)\nm.fit(X, df['t'])",
    "cells of an array that are overwritten": "np.putmask(y, y == 2, 1)\nm.fit(X, y)",
    "values that are replaced in place": "df['t'].replace({2: 1}, inplace=True)\nm.fit(X, df['t'])",
    "a split that keeps the order": "a, b, c, d = train_test_split(X, y, shuffle=False)\nm.fit(a, c)",
    "two digits": "X, y = load_digits(n_class=2, return_X_y=True)\nm.fit(X, y)",
    "a number of digits from elsewhere": "X, y = load_digits(n_class=k, return_X_y=True)\nm.fit(X, y)",
    "the first digits": "m.fit(images[:5], digits[:5])",
}
RIGHT = {
    **{name: model(1, "sigmoid", "binary", "0, 0").replace("m.fit(0, 0)", text) for name, text in TWO.items()},
    "one column more than classes": model(4, "softmax", "categorical", "X, to_categorical(three)"),
    "the column of nobody is cut off": model(3, "softmax", "categorical", "X, to_categorical(three)[:, 1:]"),
    "moved ids": model(11, "softmax", "categorical", "images, to_categorical(digits + 1)"),
    "columns of some": model(5, "softmax", "categorical", "images, to_categorical(digits[digits < 5])"),
    "one unit more than classes": model(4, "softmax", "sparse_categorical", "X, three"),
    "positions that start at 1, moved back": "d = {n: i for i, n in enumerate(['a', 'b', 'c'], start=1)}\n"
    + model(3, "softmax", "sparse_categorical", "X, np.array([d[f] - 1 for f in open('a.txt')])"),
    "signs that are overwritten": "df['s'] = df['s'].map({'no': -1, 'yes': 1})\ndf.loc[df['s'] == -1, 's'] = 0\n"
    + model(1, "sigmoid", "binary", "X, df['s']"),
    "five digits": "X, y = load_digits(n_class=5, return_X_y=True)\n"
    + model(5, "softmax", "sparse_categorical", "X, y"),
    "an activation that is taken away": (
        "m = keras.Sequential([layers.Dense(10, 'softmax')])\nm.layers[-1].activation = keras.activations.linear\n"
        "m.compile('adam', keras.losses.SparseCategoricalCrossentropy(from_logits=True))\nm.fit(images, digits)"
    ),
}
BROKEN = {
    "RL101 all of them": model(1, "sigmoid", "binary", "X, y"),
    "RL101 many digits": model(1, "sigmoid", "binary", "images[:10000], digits[:10000]"),
    "RL101 a split in some order": "a, b, c, d = train_test_split(X, y)\n" + model(1, "sigmoid", "binary", "a, c"),
    "RL101 ids of rows that were selected": model(3, "softmax", "categorical", "X[:100], y[:100]"),
    "RL101 rows in another order": "df = df.sample(frac=1)\n" + model(1, "sigmoid", "binary", "X, df['t'][:900]"),
    "RL101 another column is overwritten": "df.loc[df['a'] > 9, 'a'] = 9\n"
    + model(1, "sigmoid", "binary", "X, df['t']"),
    "RL101 cells of another column, by place": (
        "df.at[3, 'a'] = 9\ndf.loc[df['a'] > 9, ['a', 'b']] = 9\n" + model(1, "sigmoid", "binary", "X, df['t']")
    ),
    "RL101 missing cells are filled in place": (
        "df.fillna(0, inplace=True)\n" + model(1, "sigmoid", "binary", "X, df['t']")
    ),
    "RL101 labels that a loop copies": (
        "kept = []\nfor a, t in zip(X, y):\n    kept.append(t)\n" + model(1, "sigmoid", "binary", "X, np.array(kept)")
    ),
    "RL101 a column is dropped": "df.drop('a', axis=1, inplace=True)\n" + model(1, "sigmoid", "binary", "X, df['t']"),
    "RL102 signs of some rows": "s = df['s'].map({'no': -1, 'yes': 1})\n" + model(1, "sigmoid", "binary", "X, s[:800]"),
    "RL102 one and two of some rows": (
        "s = df['s'].map({'no': 1, 'yes': 2})\n" + model(1, "sigmoid", "binary", "X, s[:800]")
    ),
    "RL102 ids beyond the units": model(3, "softmax", "sparse_categorical", "X, three"),
    "RL102 positions that start at 1": "d = {n: i for i, n in enumerate(['a', 'b', 'c'], 1)}\n"
    + model(3, "softmax", "sparse_categorical", "X, np.array([d[f] for f in open('a.txt')])"),
    "RL205 one column more than units": model(3, "softmax", "categorical", "X, to_categorical(three)"),
    "RL205 moved ids": model(10, "softmax", "categorical", "images, to_categorical(digits + 1)"),
    "RL205 five digits": (
        "X, y = load_digits(n_class=5, return_X_y=True)\n" + model(3, "softmax", "sparse_categorical", "X, y")
    ),
}


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_what_may_have_been_left_out_is_not_held_against_a_program(program: str) -> None:
    """No error and no warning where the classes that are left may fit."""
    assert alarms(IMPORTS + program) == []


@pytest.mark.parametrize("name", BROKEN)
def test_what_stays_sure_is_still_said(name: str) -> None:
    """A selection changes which classes are there, not what kind of labels they are."""
    assert name.partition(" ")[0] in {
        each.code for each in check_text(IMPORTS + BROKEN[name], "a.py", Config()).findings
    }
