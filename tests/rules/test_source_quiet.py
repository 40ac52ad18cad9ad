"""Labels that are changed, chosen or collected on the way: what is not sure any more is not said."""

from __future__ import annotations

import pytest
from source_programs import alarms

IMPORTS = """
import numpy as np
import pandas as pd
import tensorflow as tf
import keras
from keras import layers
from keras.utils import to_categorical
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, OrdinalEncoder
(xv, yv), _ = keras.datasets.mnist.load_data()
xv = xv.reshape(-1, 784)
df = pd.read_csv("a.csv")
t = load_iris().target
"""


def net(units: int, activation: str | None, loss: str) -> str:
    """A model on x and y."""
    return (
        f"m = keras.Sequential([layers.Dense({units}, activation={activation!r})])\n"
        f"m.compile(loss={loss!r})\nm.fit(x, y)"
    )


BINARY = net(1, "sigmoid", "binary_crossentropy")
NUMBER = net(1, None, "mse")
DIGITS = net(10, "softmax", "sparse_categorical_crossentropy").replace("fit(x, y)", "fit(xv, yv)")
QUIET = {
    "one argmax for each": f"{DIGITS}\np = [np.argmax(m.predict(i[None])) for i in xv]\n"
    "accuracy_score(yv, np.array(p))",
    "argmax of one flat prediction": f"{DIGITS}\np = m.predict(xv[5:6]).flatten()\nprint(p.argmax(axis=0) == yv[5:6])",
    "how many children": "y = df.children.replace({'none': 0, 'one': 1, 'two': 2})\n" + NUMBER,
    "grades from 0 to 1": "y = np.where(df.p < 1, 0, np.where(df.p < 2, 1, 2)) / 2\n" + BINARY,
    "bins from 0 to 1": "y = np.digitize(df.price, [10, 20, 30, 40]) / 4\n" + BINARY,
    "labels through a call": "y = np.where(t == 2, 1, t.astype(int))\n" + BINARY,
    "a table of codes that holds more": "df = df[df['y'] != 'neutral']\n"
    "y = df['y'].replace({'neg': 0, 'pos': 1, 'neutral': 2})\n" + BINARY,
    "the same for map": "df = df[df['y'] != 'neutral']\ny = df['y'].map({'neg': 0, 'pos': 1, 'neutral': 2})\n" + BINARY,
    "a counter times ones": "y, k = np.zeros(10), 1\nwhile more():\n    y = np.concatenate([y, k * np.ones(10)])\n"
    "    k += 1\ny = to_categorical(y)\n" + net(5, "softmax", "categorical_crossentropy"),
    "filled in place": "c = np.zeros(50)\nc.fill(2)\ny = to_categorical(np.concatenate([np.zeros(9), np.ones(9), c]))\n"
    + net(3, "softmax", "categorical_crossentropy"),
    "a slice of names": "df = pd.read_csv('a.csv', header=None)\ny = df.loc[:, 4:6]\n"
    + net(3, "sigmoid", "binary_crossentropy"),
    "an axis of one is gone": "x = np.squeeze(np.random.rand(1, 100, 6), axis=0)\ny = (x[:, 0] > 0.5).astype(int)\n"
    + BINARY,
    "several columns of bins": "y = np.digitize(np.random.rand(100, 5), [0.5])\n"
    + net(5, "sigmoid", "binary_crossentropy"),
    "several columns of an encoder": "y = OrdinalEncoder().fit_transform(df[['a', 'b', 'c']])\n"
    + net(3, "sigmoid", "binary_crossentropy"),
    "bins that fall together": "y = pd.qcut(df.sales, 5, labels=False, duplicates='drop')\n"
    + net(4, "softmax", "sparse_categorical_crossentropy"),
    "an encoder that is used twice": "e = LabelEncoder()\na = e.fit_transform(['u', 'v', 'w'])\n"
    "y = to_categorical(e.fit_transform(df['y']))\n" + net(5, "softmax", "categorical_crossentropy"),
    "an encoder with options": "y = OneHotEncoder(drop='first', sparse_output=False).fit_transform(t.reshape(-1, 1))\n"
    + net(2, "softmax", "categorical_crossentropy"),
    "positions that were chosen": "i = np.random.permutation(np.where(t < 2)[0])\nx, y = x[i], t[i]\n" + BINARY,
    "columns that are overwritten": "df['y'] = df['y'].map({'a': 0, 'b': 1, 'c': 2})\nn = ['y']\n"
    "df[n] = (df[n] > 0).astype(int)\ny = df['y']\n" + BINARY,
    "a class for what is missing": "y = to_categorical(df.y.map({'cat': 0, 'dog': 1}).fillna(2))\n"
    + net(3, "softmax", "categorical_crossentropy"),
    "is it any": "y = np.array(t, dtype=bool)\n" + BINARY,
    "is it any, cast": "y = tf.cast(t, tf.bool)\n" + BINARY,
    "is it any, as a type": "y = t.astype(bool)\n" + BINARY,
}


@pytest.mark.parametrize("program", QUIET.values(), ids=QUIET)
def test_what_is_not_sure_is_not_said(program: str) -> None:
    """Programs that are right, or that only their data could show to be wrong."""
    assert alarms(IMPORTS + program) == []
