"""Tables that come with a library, and one-hot rows that a program writes by hand."""

from __future__ import annotations

import pytest
from source_programs import alarms

from rightloss.checking.config import Config
from rightloss.checking.source import check_text

IMPORTS = """
import numpy as np
import pandas as pd
import seaborn as sns
import tensorflow_datasets as tfds
import keras
from keras import layers
from sklearn import datasets
from sklearn.preprocessing import label_binarize
X, ids, df = np.load('x.npy'), np.load('y.npy'), pd.read_csv('a.csv')
"""


def model(units: int, activation: str, loss: str, fit: str = "X, y") -> str:
    return (
        f"m = keras.Sequential([layers.Input((4,)), layers.Dense({units}, '{activation}')])\n"
        f"m.compile('adam', '{loss}_crossentropy')\nm.fit({fit})"
    )


EXCLUSIVE = model(3, "softmax", "categorical")
SPARSE = model(3, "softmax", "sparse_categorical")
ROWS = "rows = {'a': [1, 0, 0], 'b': [0, 1, 0], 'c': [0, 0, 1]}\ny = np.array([rows[v] for v in df['y']])\n"
MARKED = "y = np.zeros((len(ids), 3))\ny[np.arange(len(ids)), ids] = 1\n"
QUANTITIES = "m = keras.Sequential([layers.Input((4,)), layers.Dense({})])\nm.compile('adam', 'mse')\nm.fit(X, y)"
BROKEN = {
    "RL101 texts of twenty groups": (
        "d = datasets.fetch_20newsgroups(subset='train')\n" + model(20, "softmax", "categorical", "X, d.target")
    ),
    "RL205 texts of twenty groups": (
        "d = datasets.fetch_20newsgroups()\n" + model(10, "softmax", "sparse_categorical", "X, d['target']")
    ),
    "RL102 kinds of forest from 1": (
        "X, y = datasets.fetch_covtype(return_X_y=True)\n" + model(7, "softmax", "sparse_categorical")
    ),
    "RL101 faces": "X, y = datasets.fetch_olivetti_faces(return_X_y=True)\n" + model(40, "softmax", "categorical"),
    "RL101 a frame of a table": (
        "d = datasets.load_wine(as_frame=True)\n" + model(3, "softmax", "categorical", "X, d.frame['target']")
    ),
    "RL101 a frame of seaborn": (
        "d = sns.load_dataset('iris')\ny = d['species'].map({'setosa': 0, 'versicolor': 1, 'virginica': 2})\n"
        + EXCLUSIVE
    ),
    "RL101 a data set as one batch": (
        "X, y = tfds.as_numpy(tfds.load('mnist', split='train', batch_size=-1, as_supervised=True))\n"
        + model(10, "softmax", "categorical")
    ),
    "RL101 rows of a dict": ROWS + SPARSE,
    "RL101 rows that are marked": MARKED + SPARSE,
    "RL101 rows of an identity": "y = np.identity(3)[ids]\n" + SPARSE,
    "RL101 rows that are taken": "y = np.take(np.eye(3), ids, axis=0)\n" + SPARSE,
    "RL101 rows of a binarizer": "y = label_binarize(df['y'], classes=[0, 1, 2])\n" + SPARSE,
    "RL101 columns of dummies": (
        "df = pd.get_dummies(df, columns=['y'])\ny = df[['y_a', 'y_b', 'y_c']].values\n" + SPARSE
    ),
    "RL207 several targets": "X, y = datasets.make_regression(n_targets=3)\n" + QUANTITIES.format(1),
}
RIGHT = {
    "some of the groups": (
        "d = datasets.fetch_20newsgroups(categories=['a', 'b'])\n" + model(1, "sigmoid", "binary", "X, d.target")
    ),
    "groups that are not known": (
        "d = datasets.fetch_20newsgroups(categories=some)\n" + model(1, "sigmoid", "binary", "X, d.target")
    ),
    "kinds of forest, moved": (
        "X, y = datasets.fetch_covtype(return_X_y=True)\ny = y - 1\n" + model(7, "softmax", "sparse_categorical")
    ),
    "kinds of forest, one unit more": (
        "X, y = datasets.fetch_covtype(return_X_y=True)\n" + model(8, "softmax", "sparse_categorical")
    ),
    "two classes of a frame": (
        "d = datasets.load_wine(as_frame=True).frame\nd = d[d['target'] < 2]\n"
        + model(1, "sigmoid", "binary", "X, d['target']")
    ),
    "rows of a dict": ROWS + EXCLUSIVE,
    "rows that are marked": MARKED + EXCLUSIVE,
    "several cells of a row": "y = np.zeros((9, 3))\ny[rows, columns] = 1\n" + model(3, "sigmoid", "binary"),
    "two classes of a binarizer": "y = label_binarize(df['y'], classes=[0, 1])\n" + model(1, "sigmoid", "binary"),
    "a column of dummies": "y = pd.get_dummies(df, columns=['y'])['y_yes']\n" + model(1, "sigmoid", "binary"),
    "several targets": "X, y = datasets.make_regression(n_targets=3)\n" + QUANTITIES.format(3),
    "several measures": "X, y = datasets.load_linnerud(return_X_y=True)\n" + QUANTITIES.format(3),
}


@pytest.mark.parametrize("name", BROKEN)
def test_tables_and_rows_are_known(name: str) -> None:
    """How labels are encoded follows from where they come from."""
    report = check_text(IMPORTS + BROKEN[name], "a.py", Config())
    assert name.partition(" ")[0] in {each.code for each in report.findings}


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_tables_and_rows_that_fit_are_left_alone(program: str) -> None:
    """No error and no warning on what is right."""
    assert alarms(IMPORTS + program) == []
