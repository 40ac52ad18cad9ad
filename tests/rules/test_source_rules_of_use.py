"""Rules on metrics, weights and readings of predictions that source can show, each on a program that breaks it."""

from __future__ import annotations

import pytest
from source_programs import checked, named

from rightloss.findings import Severity

IMPORTS = """
import numpy as np
import tensorflow as tf
import keras
from keras import layers, losses
from sklearn.preprocessing import MultiLabelBinarizer
(pixels, digits), _ = keras.datasets.mnist.load_data()
images = pixels.reshape(-1, 784)
"""
SOFTMAX = "m = keras.Sequential([layers.Dense(10, 'softmax')])\n"
SIGMOID = "m = keras.Sequential([layers.Dense(1, 'sigmoid')])\n"
BROKEN = {
    "RL601 in a callback": (
        "RL601",
        "class Log(keras.callbacks.Callback):\n    def on_epoch_end(self, epoch, logs=None):\n"
        "        print(np.argmax(self.model.predict(held_out), axis=1))\n" + SIGMOID +
        "m.compile(loss='binary_crossentropy')\nm.fit(images, digits > 4, callbacks=[Log()])",
    ),
    "RL601 in a class that holds its model": (
        "RL601",
        "class Net:\n    def build(self):\n        self.net = keras.Sequential([layers.Dense(1, 'sigmoid')])\n"
        "        self.net.compile(loss='binary_crossentropy')\n"
        "    def predict(self, x):\n        return np.argmax(self.net.predict(x), axis=1)",
    ),
    "RL601 argmax over all examples": (
        "RL601",
        SOFTMAX + "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(images, digits)\n"
        "m.evaluate(held_out := keep(images), digits)\nc = np.argmax(m.predict(images))",
    ),
    "RL401": (
        "RL401",
        "m = keras.Sequential([layers.Dense(1)])\n"
        "m.compile(loss=losses.BinaryCrossentropy(from_logits=True), metrics=['accuracy'])",
    ),
    "RL402": (
        "RL402",
        "y = MultiLabelBinarizer().fit_transform([['a'], ['a', 'b']])\n"
        "m = keras.Sequential([layers.Dense(4, 'sigmoid')])\n"
        "m.compile(loss='binary_crossentropy', metrics=['accuracy'])\nm.fit(images, y)",
    ),
    "RL403": (
        "RL403",
        SOFTMAX + "m.compile(loss=losses.SparseCategoricalCrossentropy(ignore_class=-1), metrics=['accuracy'])\n"
        "m.fit(images, digits)",
    ),
    "RL501 not a dict": (
        "RL501",
        SOFTMAX + "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(images, digits, class_weight='balanced')",
    ),
    "RL501 misses a class": (
        "RL501",
        SOFTMAX + "m.compile(loss='sparse_categorical_crossentropy')\n"
                  "m.fit(images, digits, class_weight={0: 1.0, 1: 2.0})",
    ),
    "RL601 argmax of one unit": (
        "RL601",
        SIGMOID + "m.compile(loss='binary_crossentropy')\nlabels = np.argmax(m.predict(images), axis=1)",
    ),
    "RL601 above 0 on a sigmoid": ("RL601", SIGMOID + "m.compile(loss='binary_crossentropy')\n"
    "y = m.predict(images) > 0"),
    "RL601 0.5 on raw scores": (
        "RL601",
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss=losses.BinaryCrossentropy(from_logits=True))\n"
        "y = (m.predict(images) > 0.5).astype('int32')",
    ),
    "RL601 softmax as a layer on top": (
        "RL601",
        SOFTMAX + "m.compile(loss='sparse_categorical_crossentropy')\n"
        "show = keras.Sequential([m, layers.Softmax()])\np = show(images)",
    ),
    "RL601 softmax once more": (
        "RL601",
        SOFTMAX + "m.compile(loss='sparse_categorical_crossentropy')\nscore = tf.nn.softmax(m.predict(images)[0])",
    ),
    "RL601 sigmoid once more": (
        "RL601",
        SIGMOID + "m.compile(loss='binary_crossentropy')\np = keras.ops.sigmoid(m.predict(images))",
    ),
    "RL601 softmax of one score": (
        "RL601",
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss=losses.BinaryCrossentropy(from_logits=True))\n"
        "p = tf.nn.softmax(m.predict(images))",
    ),
    "RL601 softmax of what a binary loss reads": (
        "RL601",
        "class End(layers.Layer):\n    def call(self, targets, logits):\n"
        "        self.add_loss(losses.BinaryCrossentropy(from_logits=True)(targets, logits))\n"
        "        return keras.ops.softmax(logits)\n"
        "i, t = keras.Input((8,)), keras.Input((10,))\nm = keras.Model([i, t], End()(t, layers.Dense(10)(i)))\n"
        "m.compile('adam')",
    ),
    "RL601 missing axis": (
        "RL601",
        "m = keras.Sequential([keras.Input((8,)), layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\ny = tf.argmax(m.predict(images))",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "program"), BROKEN.values(), ids=BROKEN)
def test_broken_uses_are_named(code: str, program: str) -> None:
    """The rule speaks, as a finding or under the one that explains it, and says where and what to write."""
    assert code in named(IMPORTS + program)
    for each in checked(IMPORTS + program).findings:
        assert each.place.line is not None
        assert each.severity is Severity.NOTE or each.fixes
        assert each.severity is Severity.NOTE or "Write: " in each.message
