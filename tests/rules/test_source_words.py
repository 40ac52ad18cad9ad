"""Repairs are written in the program's own words: what they do not change stays as it is."""

from __future__ import annotations

import pytest

from rightloss.checking.config import Config
from rightloss.checking.source import check_text

IMPORTS = """
import numpy as np
import tensorflow as tf
import keras
from keras import layers, losses
(pixels, digits), _ = keras.datasets.mnist.load_data()
images = pixels.reshape(-1, 784)
"""


def test_exchanged_arguments_are_written_in_the_programs_words() -> None:
    """The repair of swapped arguments is the program's own call, turned round; names alone make it a warning."""
    program = (
        "m = keras.Sequential([layers.Dense(10, 'softmax')])\nce = losses.SparseCategoricalCrossentropy()\n"
        "def train_step(images, labels):\n    return ce(m(images), labels)\n"
    )
    (finding,) = check_text(IMPORTS + program, "a.py", Config()).findings
    assert (finding.code, finding.severity) == ("RL302", "warning")
    assert finding.message.endswith("Write: ce(labels, m(images))")


def test_repairs_keep_the_programs_own_number_of_units() -> None:
    """What is written as repair runs: 16 stays 16, and `len(mlb.classes_)` stays what it is."""
    ids = "m = keras.Sequential([layers.Dense(16, 'sigmoid')])\nm.compile(loss='categorical_crossentropy')\n"
    (finding,) = check_text(IMPORTS + ids + "m.fit(images, keras.utils.to_categorical(f()))", "a.py", Config()).findings
    assert "Dense(16, " in finding.message
    tags = (
        "mlb = MultiLabelBinarizer()\ny = mlb.fit_transform(f())\n"
        "m = keras.Sequential([layers.Dense(len(mlb.classes_), 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(images, y)"
    )
    (finding,) = check_text(IMPORTS + tags, "a.py", Config()).findings
    assert "Dense(len(mlb.classes_), " in finding.message


OWN_WORDS = {
    "a layer that lets metric and border be": (
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss='binary_crossentropy', metrics=['accuracy'])\n"
        "c = m.predict(x) > 0.5",
        'layers.Dense(1, activation="sigmoid")',
        "m = keras.",
    ),
    "raw scores that metric and border read": (
        "m = keras.Sequential([layers.Dense(1, 'sigmoid')])\nb = keras.metrics.BinaryAccuracy(threshold=0.0)\n"
        "m.compile(loss=losses.BinaryCrossentropy(from_logits=True), metrics=[b])\nc = m.predict(x) > 0",
        "layers.Dense(1)",
        "m = keras.",
    ),
    "an axis": (
        "i = keras.Input((3, 8))\nm = keras.Model(i, layers.Softmax(axis=1, name='out')(layers.Dense(3)(i)))\n"
        "m.compile(loss='sparse_categorical_crossentropy')",
        "layers.Softmax(axis=-1, name='out')",
        "m = keras.",
    ),
    "options of a class": (
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss=losses.BinaryFocalCrossentropy(gamma=3.0))",
        "loss=losses.BinaryFocalCrossentropy(from_logits=True, gamma=3.0)",
        "m.compile(",
    ),
    "options of a class under another name": (
        "from keras.losses import BinaryCrossentropy as Cross\n"
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss=Cross(label_smoothing=0.1))",
        "loss=keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)",
        "m.compile(",
    ),
    "options without names": (
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss=losses.BinaryCrossentropy(False, 0.1))",
        "loss=losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)",
        "m.compile(",
    ),
    "units and an activation of its own": (
        "m = keras.Sequential([layers.Dense(1), layers.Activation('sigmoid')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\n(x, y), _ = keras.datasets.mnist.load_data()\n"
        "m.fit(x.reshape(-1, 784), y)",
        'layers.Dense(10); keras.layers.Activation("softmax")',
        "m = keras.",
    ),
    "a function inside a loss of the program": (
        "def mine(y, p):\n    return losses.binary_crossentropy(y, p) * 2.0\n"
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss=mine)",
        "losses.binary_crossentropy(y, p, from_logits=True)",
        "    return losses.",
    ),
    "other arguments of the last layer": (
        "m = keras.Sequential([layers.Conv2D(5, 1, activation='relu', name='out')])\n"
        "m.compile(loss='categorical_crossentropy')",
        "layers.Conv2D(5, 1, activation=\"softmax\", name='out')",
        "m = keras.",
    ),
    "an activation of its own": (
        "m = keras.Sequential([layers.Dense(5, name='out'),\n    layers.ReLU()])\n"
        "m.compile(loss='categorical_crossentropy')",
        'keras.layers.Activation("softmax")',
        "    layers.ReLU",
    ),
    "units by name": (
        "m = keras.Sequential([layers.Dense(kernel_initializer='zeros', units=1, activation='sigmoid')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\n(x, y), _ = keras.datasets.mnist.load_data()\n"
        "m.fit(x.reshape(-1, 784), y)",
        "layers.Dense(10, activation=\"softmax\", kernel_initializer='zeros')",
        "m = keras.",
    ),
}


@pytest.mark.parametrize(("program", "line", "start"), OWN_WORDS.values(), ids=OWN_WORDS)
def test_repairs_are_written_in_the_programs_own_words(program: str, line: str, start: str) -> None:
    """What the repair does not change stays as it is written, and what is underlined is what changes."""
    report = check_text(IMPORTS + program, "a.py", Config())
    (finding,) = report.findings
    assert finding.fixes[0].title.endswith(f": {line}")
    assert finding.message.endswith(f"Write: {line}")
    assert report.excerpts[finding.place].startswith(start)


TWO = """
images, digits = images, keras.utils.to_categorical(digits)
i = keras.Input((784,))
o = layers.Dense(10, activation="softmax")(i)
"""


@pytest.mark.parametrize(
    ("program", "line"),
    [
        (
            "m = keras.Sequential([layers.Dense(10, 'softmax'), layers.Activation('softmax')])",
            "keras.Sequential([layers.Dense(10, 'softmax')])",
        ),
        (
            "m = keras.Sequential([layers.Dense(10, 'softmax')])\nm.add(layers.Softmax(-1))",
            "# m.add(layers.Softmax(-1))",
        ),
        ("p = layers.Softmax(name='p')(o)\nm = keras.Model(i, p)", "p = o"),
        ("p = layers.Activation(activation='softmax')(o)\nm = keras.Model(i, p)", "p = o"),
        ("m = keras.Model(i, keras.ops.softmax(o))", "keras.Model(i, o)"),
        ("m = keras.Model(i, [layers.Softmax()(o)])", "keras.Model(i, [o])"),
        ("m = keras.Model(inputs=i, outputs=layers.Softmax()(o))", "keras.Model(inputs=i, outputs=o)"),
        ("o = layers.Softmax()(o)\nm = keras.Model(i, o)", "# o = layers.Softmax()(o)"),
        ("m = keras.Sequential([layers.Dense(10, activation='sigmoid'), layers.Softmax()])", "layers.Dense(10)"),
        ("m = keras.Sequential([layers.Dense(10, 'sigmoid'), layers.Softmax()])", "layers.Dense(10)"),
        (
            "m = keras.Sequential([layers.Dense(10), layers.Activation('sigmoid'), layers.Softmax()])",
            "activation=None where sigmoid is applied",
        ),
    ],
)
def test_of_two_activations_one_is_left(program: str, line: str) -> None:
    """The program's own line without the second one; without the first, where the loss reads the second."""
    tail = "\nm.compile(loss='categorical_crossentropy')\nm.fit(images, digits)"
    (found,) = check_text(IMPORTS + TWO + program + tail, "a.py", Config()).findings
    assert found.code == "RL201"
    assert found.message.endswith(f"Write: {line}")


def test_an_autoencoder_keeps_its_loss() -> None:
    """A model trained on its own input has columns, each for itself: softmax is what does not fit."""
    program = (
        "x = images.reshape(-1, 784) / 255.\nm = keras.Sequential([layers.Dense(784, activation='softmax')])\n"
        "m.compile(loss='binary_crossentropy')\nm.fit(x, x)"
    )
    (found,) = check_text(IMPORTS + program, "a.py", Config()).findings
    assert (found.code, found.fixes[0].title.rpartition(": ")[2]) == (
        "RL203",
        'layers.Dense(784, activation="sigmoid")',
    )
