"""How labels are encoded, from the calls that make them; and how predictions are read."""

from __future__ import annotations

import pytest

from rightloss.contract import Decode
from rightloss.views.source import read_text
from rightloss.views.source.evidence import evidence
from rightloss.views.source.values import Const, Data, Symbol

IMPORTS = """
import numpy as np
import pandas as pd
import tensorflow as tf
import tensorflow_datasets as tfds
import keras
from keras import layers
from sklearn.preprocessing import LabelEncoder, LabelBinarizer, OneHotEncoder, MultiLabelBinarizer
from sklearn.model_selection import train_test_split
from sklearn.datasets import make_classification
"""
MODEL = "\nm = keras.Sequential([layers.Dense(10)])\nm.compile(loss='sparse_categorical_crossentropy')\n"


def labels(program: str, fit: str = "m.fit(x, y)") -> Data | None:
    """The labels that the only set-up of a program is trained on."""
    report = read_text(IMPORTS + program + MODEL + fit)
    assert len(report.setups) == 1
    return report.setups[0].readings[0].labels


def told(program: str, fit: str = "m.fit(x, y)") -> str:
    """Encodings and number of classes, as one line."""
    found = labels(program, fit)
    if found is None or not found.encoding:
        return "unknown"
    count = (
        found.classes.value
        if isinstance(found.classes, Const)
        else "symbol"
        if isinstance(found.classes, Symbol)
        else None
    )
    return f"{'|'.join(sorted(found.encoding))} {count}"


ARRAYS = {
    "cells by a function": (
        "y = pd.read_csv('a.csv')['kind'].apply(lambda cell: 1 if cell == 'spam' else 0)",
        "binary|index 2",
    ),
    "cells by a function of several values": (
        "def code(cell):\n    if cell == 'a':\n        return 0\n    return 2 if cell == 'c' else 1\n"
        "y = pd.read_csv('a.csv')['kind'].map(code)",
        "index 3",
    ),
    "cells by a function that is not read": ("y = pd.read_csv('a.csv')['kind'].map(lambda c: int(c))", "unknown"),
    "codes of a column": ("y = pd.read_csv('a.csv')['kind'].astype('category').cat.codes", "binary|index symbol"),
    "factorize": ("y, names = pd.factorize(pd.read_csv('a.csv')['kind'])", "binary|index symbol"),
    "mnist": ("(x, y), _ = keras.datasets.mnist.load_data()", "index 10"),
    "cifar100 coarse": ("(x, y), _ = keras.datasets.cifar100.load_data('coarse')", "index 20"),
    "imdb": ("(x, y), (a, b) = keras.datasets.imdb.load_data(num_words=100)", "binary|index 2"),
    "housing": ("(x, y), _ = keras.datasets.boston_housing.load_data()", "continuous None"),
    "to_categorical": ("(x, y), _ = keras.datasets.mnist.load_data()\ny = keras.utils.to_categorical(y)", "onehot 10"),
    "old to_categorical": ("from keras.utils import np_utils\ny = np_utils.to_categorical(load(), 4)", "onehot 4"),
    "tf.one_hot": ("y = tf.one_hot(load(), depth=3)", "onehot 3"),
    "eye": ("y = np.eye(5)[load()]", "onehot 5"),
    "get_dummies": ("y = pd.get_dummies(pd.read_csv('a.csv')['kind'])", "onehot symbol"),
    "get_dummies values": ("y = pd.get_dummies(pd.read_csv('a.csv')['kind']).values", "onehot symbol"),
    "LabelEncoder": ("y = LabelEncoder().fit_transform(load())", "binary|index symbol"),
    "OneHotEncoder": (
        "y = OneHotEncoder().fit_transform(np.array(['a', 'b', 'c']).reshape(-1, 1)).toarray()",
        "onehot symbol",
    ),
    "MultiLabelBinarizer": ("y = MultiLabelBinarizer().fit_transform(load())", "multihot symbol"),
    "LabelBinarizer may give one column": ("y = LabelBinarizer().fit_transform(load())", "unknown"),
    "make_classification": ("x, y = make_classification(n_classes=4, n_informative=4)", "index 4"),
    "split": ("x, y = make_classification()\nx, a, y, b = train_test_split(x, y)", "binary|index 2"),
    "randint": ("y = np.random.randint(0, 6, size=(100,))", "index 6"),
    "randint column": ("y = np.random.randint(2, size=(100, 1))", "binary|index 2"),
    "random columns may be anything": ("y = np.random.randint(2, size=(100, 4))", "unknown"),
    "literal 0/1": ("y = np.array([[0], [1], [1], [0]])", "binary|index 2"),
    "literal ids": ("y = [0, 2, 1, 3]", "index 4"),
    "literal signs": ("y = np.array([-1, 1, 1])", "signed None"),
    "literal multi-hot": ("y = np.array([[1, 1] + [0] * 8, [0] * 10])", "multihot 10"),
    "literal names": ("y = np.array(['cat', 'dog'])", "text symbol"),
    "argmax": ("y = np.argmax(keras.utils.to_categorical(load(), 7), axis=1)", "index 7"),
    "astype and reshape": ("y = np.array([0, 1, 1]).astype('float32').reshape(-1, 1)", "binary|index 2"),
    "comparison": ("y = (pd.read_csv('a.csv')['kind'] == 'cat').astype(int)", "binary|index 2"),
    "list filled in a loop": (
        "y = []\nfor row in read():\n    y.append(keras.utils.to_categorical(row, 5))\ny = np.array(y)",
        "onehot 5",
    ),
    "iris": ("from sklearn.datasets import load_iris\nd = load_iris()\nx, y = d.data, d['target']", "index 3"),
    "iris as a pair": ("from sklearn.datasets import load_iris\nx, y = load_iris(return_X_y=True)", "index 3"),
    "where": ("y = np.where(pd.read_csv('a.csv')['age'] > 30, 1, 0)", "binary|index 2"),
    "signs made of 0/1": ("y = 2 * np.random.randint(0, 2, (9,)) - 1", "signed None"),
    "1/2 made of 0/1": ("y = np.random.randint(0, 2, (9,)) + 1", "offset 2"),
    "0/1 made of signs": ("y = (np.array([-1, 1, 1]) + 1) / 2", "binary|index 2"),
    "0 and 2": ("y = np.array([-1, 1, 1]) + 1", "unknown"),
    "0/1 turned round": ("y = 1 - np.random.randint(0, 2, (9,))", "binary|index 2"),
    "even numbers": ("y = 2 * np.random.randint(0, 3, (9,)) - 1", "unknown"),
    "signs by where": ("y = np.where(pd.read_csv('a.csv')['age'] > 30, 1, -1)", "signed None"),
    "unknown function": ("y = load()", "unknown"),
}


@pytest.mark.parametrize(("program", "expected"), ARRAYS.values(), ids=ARRAYS)
def test_arrays(program: str, expected: str) -> None:
    """Only what is known for sure narrows the set of encodings."""
    assert told(program) == expected


STREAMS = {
    "image folder": ("d = keras.utils.image_dataset_from_directory('a')", "index symbol"),
    "text folder, binary": ("d = keras.utils.text_dataset_from_directory('a', label_mode='binary')", "binary|index 2"),
    "image folder, categorical": (
        "d = tf.keras.preprocessing.image_dataset_from_directory('a', label_mode='categorical')",
        "onehot symbol",
    ),
    "class_mode by default": (
        "from keras.preprocessing.image import ImageDataGenerator\nd = ImageDataGenerator().flow_from_directory('a')",
        "onehot symbol",
    ),
    "class_mode sparse": (
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "d = ImageDataGenerator(rescale=1 / 255).flow_from_directory('a', class_mode='sparse')",
        "index symbol",
    ),
    "slices": (
        "y = keras.utils.to_categorical(load(), 3)\nd = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(9).batch(2)",
        "onehot 3",
    ),
    "map": (
        "(x, y), _ = keras.datasets.mnist.load_data()\nd = tf.data.Dataset.from_tensor_slices((x, y))\n"
        "d = d.map(lambda a, b: (a / 255, tf.one_hot(b, 10))).batch(32)",
        "onehot 10",
    ),
    "tfds": ("d, info = tfds.load('mnist', split='train', as_supervised=True, with_info=True)", "index 10"),
    "tfds splits": (
        "(d, e), info = tfds.load('imdb_reviews', split=['train', 'test'], as_supervised=True, with_info=True)",
        "binary|index 2",
    ),
    "generator": (
        "def gen():\n    while True:\n        yield load(), keras.utils.to_categorical(load(), 3)\nd = gen()",
        "onehot 3",
    ),
    "Sequence": (
        "class Batches(keras.utils.Sequence):\n    def __getitem__(self, n):\n"
        "        return load(n), keras.utils.to_categorical(load(n), num_classes=6)\nd = Batches()",
        "onehot 6",
    ),
    "unknown stream": ("d = load()", "unknown"),
}


@pytest.mark.parametrize(("program", "expected"), STREAMS.values(), ids=STREAMS)
def test_streams(program: str, expected: str) -> None:
    """Labels are found in the second part of a stream's elements."""
    assert told(program, "m.fit(d)") == expected


def test_default_of_a_folder_reader_is_named() -> None:
    """`label_mode` by default is said to be the default, since the repair is to change it."""
    found = labels("d = keras.utils.image_dataset_from_directory('a')", "m.fit(d)")
    assert found is not None
    assert found.why == 'label_mode="int" (the default)'


def decodes(program: str, head: str = "layers.Dense(1, 'sigmoid')", loss: str = "binary_crossentropy") -> list[Decode]:
    """How the predictions of a model are read."""
    model = f"m = keras.Sequential([{head}])\nm.compile(loss='{loss}')\n"
    report = read_text(IMPORTS + model + program)
    written = evidence(report.setups[0], report.program, "a.py")  # type: ignore[arg-type]
    return [each.decode for each in written.setup.decodes]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("p = m.predict(x)\ny = (p > 0.5).astype(int)", [Decode.ABOVE_HALF]),
        ("y = m.predict(x) > 0", [Decode.ABOVE_ZERO]),
        ("y = np.round(m.predict(x))", [Decode.ABOVE_HALF]),
        ("y = np.argmax(m.predict(x), axis=1)", [Decode.ARGMAX]),
        ("y = m.predict(x).argmax(axis=-1)", [Decode.ARGMAX]),
        ("p = m.predict(x)\nprint(np.argmax(p[0]))", [Decode.ARGMAX]),
        ("best = np.argmax(m.predict(x)[:, 0])", []),
        ("worst = np.argmax(m.predict(x), axis=0)", []),
        ("y = tf.nn.sigmoid(m.predict(x)) > 0.5", [Decode.SIGMOID]),
        ("far = m.predict(x) > 0.9", []),
    ],
)
def test_decoding(program: str, expected: list[Decode]) -> None:
    """Predictions made into labels are found; filters and choices among examples are left alone."""
    assert decodes(program) == expected
