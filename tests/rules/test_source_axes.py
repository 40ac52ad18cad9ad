"""Axes that follow from what a model is trained on, and labels that data sets and lookups give."""

from __future__ import annotations

import pytest
from source_programs import alarms

from rightloss.checking.config import Config
from rightloss.checking.source import check_text

IMPORTS = """
import numpy as np
import pandas as pd
import tensorflow as tf
import keras
from keras import layers
(pixels, digits), _ = keras.datasets.mnist.load_data()
df = pd.read_csv('a.csv')
rows = np.zeros((len(digits), 10))
rows[np.arange(len(digits)), digits] = 1
marks = np.zeros((len(digits), 10))
for n, digit in enumerate(digits):
    marks[n, digit] = 1
"""


def model(before: str, units: int, activation: str, loss: str, fit: str) -> str:
    return (
        f"m = keras.Sequential([{before}layers.Dense({units}, {activation!r})])\nm.compile('adam', {loss!r})\n"
        f"m.fit({fit})"
    )


FLAT = "pixels.reshape(-1, 784)"
SPARSE, EXCLUSIVE = "sparse_categorical_crossentropy", "categorical_crossentropy"
ONE_COLUMN = "y = df['y'].values.reshape(-1, 1)\n"
METRIC = (
    "m = keras.Sequential([layers.Dense({}, '{}')])\nm.compile('adam', '{}', metrics=[keras.metrics.{}])\nm.fit({}, {})"
)
FOLDERS = (
    "names = ['a', 'b', 'c']\ndef read(path):\n    return image(path), tf.strings.split(path, '/')[-2] == names\n"
    "d = tf.data.Dataset.list_files('d/*/*').map(read).batch(8)\n"
)
GENERATOR = (
    "def read():\n    for line in open('a.txt'):\n        yield [1., 2.], int(line)\n"
    "d = tf.data.Dataset.from_generator(read, output_types=(tf.float32, tf.int32)).batch(8)\n"
)
DIGITS = model("layers.Dense(8), ", 10, "softmax", SPARSE, f"{FLAT}, digits") + "\n"
BROKEN = {
    "RL207 pixels that are not flattened": model("", 10, "softmax", SPARSE, "pixels, digits"),
    "RL101 columns beside the loss of ids": model("layers.Dense(8), ", 10, "softmax", SPARSE, f"{FLAT}, marks"),
    "RL207 two quantities for one unit": model("", 1, "linear", "mse", "df[['a', 'b']], df[['p', 'q']]"),
    "RL601 the best example of each class": (
        model("layers.Dense(8), ", 10, "softmax", SPARSE, f"{FLAT}, digits") + "\nbest = tf.argmax(m.predict(x))"
    ),
    "RL101 one column of ids": ONE_COLUMN + model("layers.Input((2,)), ", 3, "softmax", EXCLUSIVE, "df[['a', 'b']], y"),
    "RL402 equality with shares": METRIC.format(10, "softmax", SPARSE, "Accuracy()", FLAT, "digits"),
    "RL402 equality with a probability": (
        METRIC.format(1, "sigmoid", "binary_crossentropy", "Accuracy()", FLAT, "digits > 4")
    ),
    "RL101 a name compared with all names": FOLDERS + model("layers.Flatten(), ", 3, "softmax", SPARSE, "d"),
    "RL101 numbers of a generator": GENERATOR + model("", 3, "softmax", EXCLUSIVE, "d"),
    "RL205 one place more than words": (
        "words = keras.layers.StringLookup(vocabulary=['a', 'b', 'c'])\ny = words(np.array(df['y']))\n"
        + model("", 3, "softmax", SPARSE, "x, y")
    ),
    "RL601 the best example of each class, held against labels": (
        DIGITS + "print(np.mean(np.argmax(m.predict(x), axis=0) == digits))"
    ),
    "RL601 one number, held against labels": (
        DIGITS + "from sklearn.metrics import accuracy_score\nprint(accuracy_score(digits, np.argmax(m.predict(x))))"
    ),
    "RL101 a data set that a builder gives": (
        "import tensorflow_datasets as tfds\nd = tfds.builder('mnist').as_dataset(split='train', as_supervised=True)\n"
        + model("layers.Flatten(), ", 10, "softmax", EXCLUSIVE, "d.batch(8)")
    ),
}
RIGHT = {
    "pixels that are flattened": model("layers.Flatten(), ", 10, "softmax", SPARSE, "pixels, digits"),
    "lists of words": ("(x, y), _ = keras.datasets.imdb.load_data()\n" + model("", 2, "softmax", SPARSE, "x, y")),
    "a model inside a model": (
        "inner = keras.Sequential([layers.Dense(8)])\n"
        + model("layers.Flatten(), inner, ", 10, "softmax", SPARSE, "pixels, digits")
    ),
    "columns": model("layers.Dense(8), ", 10, "softmax", EXCLUSIVE, f"{FLAT}, rows"),
    "the class of each example, held against labels": (
        DIGITS + "from sklearn.metrics import accuracy_score\np = m.predict(x)\n"
        "print(np.mean(np.argmax(p, axis=1) == digits), accuracy_score(digits, p.argmax(axis=-1)))"
    ),
    "the best example of each class": DIGITS + "print(x[np.argmax(m.predict(x), axis=0)], digits == digits)",
    "the class of one example": DIGITS + "one = x[3:4]\nprint(np.argmax(m.predict(one)) == digits[3])",
    "the class of a row": DIGITS + "row = m.predict(x)[0]\nprint(np.argmax(row, axis=0) == digits)",
    "two quantities": model("", 2, "linear", "mse", "df[['a', 'b']], df[['p', 'q']]"),
    "one column of 0 and 1": ONE_COLUMN + model("", 1, "sigmoid", "binary_crossentropy", "df[['a', 'b']], y"),
    "one column of ids": ONE_COLUMN + model("", 3, "softmax", SPARSE, "df[['a', 'b']], y"),
    "accuracy of another name": METRIC.format(10, "softmax", SPARSE, "SparseCategoricalAccuracy()", FLAT, "digits"),
    "a name compared with all names": FOLDERS + model("layers.Flatten(), ", 3, "softmax", EXCLUSIVE, "d"),
    "names that are compared one by one": (
        "y = np.array([name == 'b' for name in df['y']])\n" + model("", 1, "sigmoid", "binary_crossentropy", "x, y")
    ),
    "numbers of a generator": GENERATOR + model("", 3, "softmax", SPARSE, "d"),
    "one place more than words, one unit more": (
        "words = keras.layers.StringLookup(vocabulary=['a', 'b', 'c'])\ny = words(np.array(df['y']))\n"
        + model("", 4, "softmax", SPARSE, "x, y")
    ),
    "as many places as words": (
        "words = keras.layers.StringLookup(vocabulary=['a', 'b', 'c'], num_oov_indices=0)\n"
        "y = words(np.array(df['y']))\n" + model("", 3, "softmax", SPARSE, "x, y")
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_axes_and_places_are_known(name: str) -> None:
    """What a first layer does not say follows from the array that a model is trained on."""
    report = check_text(IMPORTS + BROKEN[name], "a.py", Config())
    assert name.partition(" ")[0] in {each.code for each in report.findings}


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_axes_that_fit_are_left_alone(program: str) -> None:
    """No error and no warning on what is right."""
    assert alarms(IMPORTS + program) == []
