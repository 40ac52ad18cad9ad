"""Idioms of real Keras programs: what each one says about last layer, loss and labels."""

from __future__ import annotations

import pytest

from rightloss.views.source import read_text
from rightloss.views.source.report import SetupSeen
from rightloss.views.source.values import Const, Symbol

IMPORTS = """
import numpy as np
import tensorflow as tf
import keras
from keras import layers, losses, models
"""


def only(program: str) -> SetupSeen:
    """The only set-up of a program."""
    found = [each for each in read_text(IMPORTS + program).setups if each.counts]
    assert len(found) == 1, [each.reason for each in found]
    return found[0]


def told(program: str) -> str:
    """The only reading of the only set-up in one line: units activation loss from_logits."""
    seen = only(program)
    assert len(seen.readings) == 1, seen.readings
    head, loss = seen.readings[0].head, seen.readings[0].loss
    units = head.units.value if isinstance(head.units, Const) else getattr(head.units, "text", None)
    return f"{units} {head.activation} {loss.name} {loss.from_logits}"


HEADS = {
    "heads joined by a function": (
        "i = keras.Input((9,))\no = [layers.Dense(1, 'sigmoid')(i) for _ in range(3)]\n"
        "m = keras.Model(i, layers.concatenate(o))\n"
        "m.compile(loss='binary_crossentropy')",
        "3 sigmoid BinaryCrossentropy false",
    ),
    "outputs of a loop that is read once": (
        "i = keras.Input((9,))\nlast = layers.Dense(9)\no = []\nfor t in range(30):\n    o.append(last(i))\n"
        "m = keras.Model(i, o)\nm.compile(loss='categorical_crossentropy')",
        "9 linear CategoricalCrossentropy false",
    ),
    "the mean of branches of a loop": (
        "i = keras.Input((9,))\no = []\nfor p in np.linspace(0.1, 0.5, some()):\n"
        "    o.append(layers.Dense(5, 'sigmoid')(layers.Dropout(p)(i)))\n"
        "m = keras.Model(i, layers.Average()(o))\nm.compile(loss='categorical_crossentropy')",
        "5 sigmoid CategoricalCrossentropy false",
    ),
    "raw scores side by side": (
        "i = keras.Input((9,))\n"
        "m = keras.Model(i, layers.Concatenate()([layers.Dense(2)(i), layers.Dense(3)(i)]))\n"
        "m.compile(loss='categorical_crossentropy')",
        "5 linear CategoricalCrossentropy false",
    ),
    "layers handed to Sequential's own constructor": (
        "class Net(keras.Sequential):\n    def __init__(self, n):\n"
        "        super().__init__([layers.Flatten(), layers.Dense(n)])\n"
        "m = Net(3)\nm.compile(loss='sparse_categorical_crossentropy')",
        "3 linear SparseCategoricalCrossentropy false",
    ),
    "fields of a dataclass": (
        "from dataclasses import dataclass, field\n@dataclass\nclass C:\n    units: int = 1\n"
        "    loss: str = field(default='binary_crossentropy')\n"
        "    last: object = field(default_factory=lambda: layers.Activation('sigmoid'))\n"
        "c = C(units=2)\nm = keras.Sequential([layers.Dense(c.units), c.last])\nm.compile(loss=c.loss)",
        "2 sigmoid BinaryCrossentropy false",
    ),
    "a match on a known word": (
        "match 'one':\n    case 'three':\n        n = 3\n    case 'one' | 'single':\n        n = 1\n    case _:\n"
        "        n = 5\nm = keras.Sequential([layers.Dense(n, 'sigmoid')])\nm.compile(loss='binary_crossentropy')",
        "1 sigmoid BinaryCrossentropy false",
    ),
    "names bound inside expressions": (
        "if (n := 1) == 1:\n    m = keras.Sequential([layers.Dense(n)])\nm.compile(loss=(l := 'binary_crossentropy'))",
        "1 linear BinaryCrossentropy false",
    ),
    "a condition inside a comprehension": (
        "m = keras.Sequential([layers.Dense(n) for n in (64, 0, 32, 1, 0) if n])\n"
        "m.compile(loss='binary_crossentropy')",
        "1 linear BinaryCrossentropy false",
    ),
    "a layer that partial made": (
        "from functools import partial\nlast = partial(layers.Dense, activation='softmax')\n"
        "m = keras.Sequential([last(4)])\nm.compile(loss='categorical_crossentropy')",
        "4 softmax CategoricalCrossentropy false",
    ),
    "a factory handed to a factory": (
        "def last(n=3, act=None):\n    return layers.Dense(n, activation=act)\ndef build(make=last, **kw):\n"
        "    return keras.Sequential([make(**kw)])\nbuild(n=2).compile(loss='categorical_crossentropy')",
        "2 linear CategoricalCrossentropy false",
    ),
    "arguments of compile in a dict": (
        "kw = dict(optimizer='adam', loss='binary_crossentropy')\nmore = {**kw, 'metrics': ['accuracy']}\n"
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(**more)",
        "1 linear BinaryCrossentropy false",
    ),
    "compile_from_config": (
        "m = keras.Sequential([layers.Dense(1)])\nm.compile_from_config({'loss': 'binary_crossentropy'})",
        "1 linear BinaryCrossentropy false",
    ),
    "a loss added to a graph": (
        "i, t = keras.Input((8,)), keras.Input((1,))\no = layers.Dense(1)(i)\nm = keras.Model([i, t], o)\n"
        "m.add_loss(keras.losses.binary_crossentropy(t, o))\nm.compile('adam')",
        "1 linear BinaryCrossentropy false",
    ),
    "a loss of the backend in a function": (
        "import tensorflow.keras.backend as K\ndef own(t, p):\n"
        "    return K.mean(K.categorical_crossentropy(t, p, from_logits=True))\n"
        "m = keras.Sequential([layers.Dense(3)])\nm.compile(loss=own)",
        "3 linear CategoricalCrossentropy true",
    ),
    "layers and models through stars": (
        "from keras.models import *\nfrom keras.layers import *\ni = Input((4,))\n"
        "m = Model(i, Dense(3, activation='softmax')(i))\nm.compile(loss='categorical_crossentropy')",
        "3 softmax CategoricalCrossentropy false",
    ),
    "graph of TensorFlow 1": (
        "x = tf.placeholder(tf.float32, [None, 784])\ny = tf.placeholder(tf.float32, [None, 10])\n"
        "w = tf.Variable(tf.zeros([784, 10]))\nb = tf.Variable(tf.zeros([10]))\n"
        "p = tf.nn.dropout(tf.matmul(x, w) + b, 0.5)\n"
        "tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=p, labels=y))",
        "10 linear CategoricalCrossentropy true",
    ),
    "layers as functions": (
        "def model_fn(features, labels, mode):\n    h = tf.layers.dense(features['x'], 99, activation=tf.nn.relu)\n"
        "    o = tf.layers.dense(h, units=4)\n"
        "    return tf.nn.sparse_softmax_cross_entropy_with_logits(logits=o, labels=labels)",
        "4 linear SparseCategoricalCrossentropy true",
    ),
    "layer with weights of its own": (
        "class Linear(layers.Layer):\n    def __init__(self, n):\n        super().__init__()\n        self.n = n\n"
        "    def build(self, shape):\n        self.w = self.add_weight(shape=(shape[-1], self.n))\n"
        "        self.b = self.add_weight(shape=(self.n,))\n"
        "    def call(self, x):\n        return x @ self.w + self.b\n"
        "m = keras.Sequential([layers.Dense(8), Linear(5)])\n"
        "m.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=True))",
        "None linear SparseCategoricalCrossentropy true",
    ),
    "sequential list": (
        "m = keras.Sequential([layers.Dense(8), layers.Dense(3, activation='softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')",
        "3 softmax SparseCategoricalCrossentropy false",
    ),
    "add": (
        "m = models.Sequential()\nm.add(layers.Dense(8))\nm.add(layers.Dense(1))\n"
        "m.add(layers.Activation('sigmoid'))\n"
        "m.compile('adam', 'binary_crossentropy')",
        "1 sigmoid BinaryCrossentropy false",
    ),
    "pop": (
        "m = models.Sequential()\nm.add(layers.Dense(4))\nm.add(layers.Dense(9))\nm.pop()\n"
        "m.compile(loss=losses.CategoricalCrossentropy(from_logits=True))",
        "4 linear CategoricalCrossentropy true",
    ),
    "functional chain": (
        "i = keras.Input((4,))\nx = layers.Dense(8, activation='relu')(i)\no = layers.Dense(5, tf.nn.softmax)(x)\n"
        "m = keras.Model(i, o)\nm.compile(loss=keras.losses.sparse_categorical_crossentropy)",
        "5 softmax SparseCategoricalCrossentropy false",
    ),
    "old keras": (
        "from keras.layers.core import Dense, Activation\nfrom keras.models import Sequential\nm = Sequential()\n"
        "m.add(Dense(output_dim=2, input_dim=8, init='uniform'))\nm.add(Activation('softmax'))\n"
        "m.compile(loss='categorical_crossentropy', optimizer='sgd')",
        "2 softmax CategoricalCrossentropy false",
    ),
    "helper with bound arguments and defaults": (
        "def build(n, act=None):\n    m = keras.Sequential([layers.Dense(n, activation=act)])\n    return m\n"
        "m = build(7, act='softmax')\nm.compile(loss='categorical_crossentropy')",
        "7 softmax CategoricalCrossentropy false",
    ),
    "caller context": (
        "def run(model, loss):\n    model.compile(loss=loss)\n    model.fit(1, 2)\n"
        "run(keras.Sequential([layers.Dense(1)]), losses.BinaryCrossentropy(from_logits=True))",
        "1 linear BinaryCrossentropy true",
    ),
    "module constants and folding": (
        "N = 2 * 5\nNAMES = ['a', 'b', 'c']\ndef build():\n"
        "    return keras.Sequential([layers.Dense(N + len(NAMES), 'softmax')])\n"
        "m = build()\nm.compile(loss='sparse_' + 'categorical_crossentropy')",
        "13 softmax SparseCategoricalCrossentropy false",
    ),
    "f-string": (
        "kind = 'binary'\nm = keras.Sequential([layers.Dense(1, 'sigmoid')])\nm.compile(loss=f'{kind}_crossentropy')",
        "1 sigmoid BinaryCrossentropy false",
    ),
    "symbolic units": (
        "class_names = load()\nm = keras.Sequential([layers.Dense(len(class_names))])\n"
        "m.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=True))",
        "len(class_names) linear SparseCategoricalCrossentropy true",
    ),
    "loop that builds layers": (
        "x = i = keras.Input((4,))\nfor n in (64, 32):\n    x = layers.Dense(n)(x)\n"
        "o = layers.Dense(3, 'softmax')(x)\n"
        "keras.Model(i, o).compile(loss='categorical_crossentropy')",
        "3 softmax CategoricalCrossentropy false",
    ),
    "comprehension that builds layers": (
        "m = keras.Sequential([layers.Dense(n, a) for n, a in ((8, 'relu'), (3, 'softmax'))])\n"
        "m.compile(loss='categorical_crossentropy')",
        "3 softmax CategoricalCrossentropy false",
    ),
    "list built up": (
        "stack = [layers.Dense(8)]\nif flag:\n    stack.append(layers.Dropout(0.5))\nstack += [layers.Dense(3)]\n"
        "m = keras.Sequential(stack)\nm.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=True))",
        "3 linear SparseCategoricalCrossentropy true",
    ),
    "branch decided by a known value": (
        "def build(k):\n    if k == 2:\n        u, a = 1, 'sigmoid'\n    else:\n        u, a = k, 'softmax'\n"
        "    return keras.Sequential([layers.Dense(u, activation=a)])\nm = build(2)\n"
        "m.compile(loss='binary_crossentropy')",
        "1 sigmoid BinaryCrossentropy false",
    ),
    "compile kwargs in a dict": (
        "config = dict(optimizer='adam', loss=losses.BinaryCrossentropy(from_logits=True))\n"
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(**config)",
        "1 linear BinaryCrossentropy true",
    ),
    "model subclass": (
        "class Net(keras.Model):\n    def __init__(self, n):\n        super().__init__()\n"
        "        self.hidden = layers.Dense(8)\n"
        "        self.head = layers.Dense(n)\n    def call(self, x, training=False):\n"
        "        x = self.hidden(x)\n        if training:\n            x = layers.Dropout(0.5)(x)\n"
        "        return self.head(x)\n"
        "m = Net(10)\nm.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=True))",
        "10 linear SparseCategoricalCrossentropy true",
    ),
    "wrapped model": (
        "m = keras.Sequential([layers.Dense(10)])\np = keras.Sequential([m, layers.Softmax()])\n"
        "p.compile(loss='sparse_categorical_crossentropy')",
        "10 softmax SparseCategoricalCrossentropy false",
    ),
    "clone": (
        "m = keras.Sequential([layers.Dense(10)])\nc = keras.models.clone_model(m)\n"
        "c.compile(loss='sparse_categorical_crossentropy')",
        "10 linear SparseCategoricalCrossentropy false",
    ),
    "strategy scope": (
        "with tf.distribute.MirroredStrategy().scope():\n    m = keras.Sequential([layers.Dense(1, 'sigmoid')])\n"
        "    m.compile(loss=losses.BinaryCrossentropy())",
        "1 sigmoid BinaryCrossentropy false",
    ),
    "applications": (
        "m = keras.applications.ResNet50(weights=None, classes=7)\nm.compile(loss='categorical_crossentropy')",
        "7 softmax CategoricalCrossentropy false",
    ),
    "transfer learning": (
        "base = keras.applications.VGG16(include_top=False)\nx = layers.Flatten()(base.output)\n"
        "o = layers.Dense(4, 'softmax')(x)\nkeras.Model(base.input, o).compile(loss='categorical_crossentropy')",
        "4 softmax CategoricalCrossentropy false",
    ),
    "cast after the activation": (
        "m = keras.Sequential([layers.Dense(3, 'softmax'), layers.Activation('linear', dtype='float32')])\n"
        "m.compile(loss='categorical_crossentropy')",
        "3 softmax CategoricalCrossentropy false",
    ),
    "custom loss around a known one": (
        "def my_loss(y, z):\n    return keras.losses.sparse_categorical_crossentropy(y, z, from_logits=True)\n"
        "m = keras.Sequential([layers.Dense(3)])\nm.compile(loss=my_loss)",
        "3 linear SparseCategoricalCrossentropy true",
    ),
    "custom training loop": (
        "m = keras.Sequential([layers.Dense(10)])\nloss_fn = losses.SparseCategoricalCrossentropy(from_logits=True)\n"
        "def step(x, y):\n    with tf.GradientTape() as tape:\n        z = m(x, training=True)\n"
        "        loss = loss_fn(y, z)\n"
        "for x, y in stream():\n    step(x, y)",
        "10 linear SparseCategoricalCrossentropy true",
    ),
    "logits loss of TensorFlow": (
        "m = keras.Sequential([layers.Dense(10)])\nfor x, y in stream():\n"
        "    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=m(x)))",
        "10 linear SparseCategoricalCrossentropy true",
    ),
    "saved and loaded": (
        "m = keras.Sequential([layers.Dense(1, 'sigmoid')])\nm.save('a.keras')\n"
        "n = keras.models.load_model('a.keras')\n"
        "n.compile(loss='binary_crossentropy')",
        "1 sigmoid BinaryCrossentropy false",
    ),
    "never called": (
        "def build(hp):\n    m = keras.Sequential([layers.Dense(hp.Int('n', 1, 9)), layers.Dense(3, 'softmax')])\n"
        "    m.compile(loss='categorical_crossentropy')\n    return m",
        "3 softmax CategoricalCrossentropy false",
    ),
    "self attributes": (
        "class Trainer:\n    def __init__(self, n=4):\n        self.n = n\n        self.model = self.build()\n"
        "    def build(self):\n"
        "        return keras.Sequential([layers.Dense(self.n, 'softmax')])\n    def run(self):\n"
        "        self.model.compile(loss='categorical_crossentropy')\nTrainer(6).run()",
        "6 softmax CategoricalCrossentropy false",
    ),
}


@pytest.mark.parametrize(("program", "expected"), HEADS.values(), ids=HEADS)
def test_last_layer_and_loss(program: str, expected: str) -> None:
    """Each idiom is read to its last layer and its loss."""
    assert told(program) == expected


def test_branches_split_into_readings_that_never_combine() -> None:
    """Units of one arm never meet the activation of the other."""
    seen = only(
        "if flag():\n    n, a = 1, 'sigmoid'\nelse:\n    n, a = 5, 'softmax'\n"
        "m = keras.Sequential([layers.Dense(n, activation=a)])\nm.compile(loss='binary_crossentropy')"
    )
    pairs = {(each.head.units.value, each.head.activation) for each in seen.readings}  # type: ignore[union-attr]
    assert pairs == {(1, "sigmoid"), (5, "softmax")}


def test_symbols_compare_with_themselves() -> None:
    """`Dense(num_classes)` and `to_categorical(y, num_classes)` agree, whatever the number is."""
    seen = only(
        "num_classes = ask()\ny = keras.utils.to_categorical(load(), num_classes)\n"
        "m = keras.Sequential([layers.Dense(num_classes, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(1, y)"
    )
    read = seen.readings[0]
    assert isinstance(read.head.units, Symbol)
    assert read.labels is not None
    assert isinstance(read.labels.classes, Symbol)
    assert read.labels.classes.key == read.head.units.key


UNKNOWN = {
    "shares of two questions side by side": (
        "i = keras.Input((9,))\n"
        "m = keras.Model(i, layers.Concatenate()([layers.Dense(2, 'softmax')(i), layers.Dense(3, 'softmax')(i)]))\n"
        "m.compile(loss='categorical_crossentropy')"
    ),
    "imported builder": "from helpers import build\nm = build()\nm.compile(loss='binary_crossentropy')",
    "weights from elsewhere": "m = keras.models.load_model('x.h5')\nm.compile(loss='binary_crossentropy')",
    "layer from elsewhere": "from zoo import Head\nm = keras.Sequential([Head(3)])\n"
    "m.compile(loss='binary_crossentropy')",
    "loss from elsewhere": "from zoo import loss\nm = keras.Sequential([layers.Dense(3)])\nm.compile(loss=loss)",
    "include_top=False": "keras.applications.VGG16(include_top=False).compile(loss='categorical_crossentropy')",
    "train_step of its own": (
        "class M(keras.Model):\n    def call(self, x):\n        return layers.Dense(3, 'tanh')(x)\n"
        "    def train_step(self, data):\n        return {}\nM().compile(loss='sparse_categorical_crossentropy')"
    ),
}


def test_a_word_that_is_no_loss_is_told_with_those_that_are() -> None:
    """`loss="crossentropy"` fails in Keras: the reason names the words that Keras knows."""
    reason = only("m = keras.Sequential([layers.Dense(3)])\nm.compile(loss='categorical_cross_entropy')").reason
    assert reason.startswith('Keras has no loss "categorical_cross_entropy"')
    assert "sparse_categorical_crossentropy" in reason


@pytest.mark.parametrize("program", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_understood_is_counted_with_a_reason(program: str) -> None:
    """Unknown is never a guess: the set-up is there, not resolved, and says why."""
    seen = only(program)
    assert not seen.resolved
    assert seen.reason


@pytest.mark.parametrize(
    "program",
    [
        "import re\nre.compile('x')",
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss='mse')",
        "losses.BinaryCrossentropy()([0, 1], [0.2, 0.8])",
    ],
    ids=["re.compile", "regression", "a loss called on numbers"],
)
def test_what_is_no_set_up(program: str) -> None:
    """Regular expressions, regression and losses on plain numbers are not counted."""
    assert [each for each in read_text(IMPORTS + program).setups if each.counts] == []
