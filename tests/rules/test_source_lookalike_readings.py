"""Predictions of correct programs that are read in a way a naive checker flags: no error, no warning."""

from __future__ import annotations

import pytest
from source_programs import LAYERS, alarms

DIGITS = "(x, y), _ = keras.datasets.mnist.load_data()\nx = x.reshape(-1, 784)\n"
SOFTMAX = "m = keras.Sequential([layers.Dense(10, 'softmax')])\nm.compile(loss='sparse_categorical_crossentropy')\n"
RIGHT = {
    "a place among all predictions": (
        DIGITS + SOFTMAX + "m.fit(x, y)\np = m.predict(x)\nrow = np.argmax(p) // 10\ncolumn = np.argmax(p) % 10\n"
        "place = np.argmax(p)\nrow = place // 10\nrow, column = divmod(int(np.argmax(p)), 10)"
    ),
    "a callback that reads what its model says": (
        DIGITS + "class Log(keras.callbacks.Callback):\n    def __init__(self, few):\n        super().__init__()\n"
        "        self.few = few\n    def on_epoch_end(self, epoch, logs=None):\n"
        "        p = self.model.predict(self.few)\n        print(np.argmax(p, axis=-1), p.max(axis=1) > 0.9)\n"
        "        print(np.argmax(self.model.predict(self.few[:1])))\n" + SOFTMAX + "m.fit(x, y, callbacks=[Log(x[:9])])"
    ),
    "argmax of one state": (
        "m = keras.Sequential([layers.Dense(4, 'softmax')])\nm.compile(loss='categorical_crossentropy')\n"
        "state = np.reshape(env.reset(), (1, 9))\nother = env.step()\n"
        "for s in (state, other):\n    m.fit(s, advantages())\n    a = np.argmax(m.predict(s))"
    ),
    "argmax of one prediction": (
        "(x, y), (a, b) = keras.datasets.mnist.load_data()\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(x, y, validation_data=(a, b))\np = m.predict(a)\n"
        "for i in np.random.choice(a.shape[0], size=9):\n    c = np.argmax(p[i])\n"
        "for i in order_of(a):\n    c = np.argmax(p[i])\nc = np.argmax(p[pick(a)])\nc = np.argmax(m.predict(a[:1]))"
    ),
    "argmax of one row of a table": (
        "import pandas as pd\nd = pd.read_csv('a.csv')\n(x, y), _ = keras.datasets.mnist.load_data()\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(d, y)\nm.fit(t := d[['a', 'b']], y)\nm.fit(t, y)\n"
        "for one in (d.head(1), d.sample(1), d[:1], d.iloc[0:1], d[d.id == 7], t.head(1), t.tail(1), t[:1]):\n"
        "    c = np.argmax(m.predict(one))\nc = np.argmax(m.predict(d.head(1)))\n"
        "d = d.sample(1)\nt = t.sample(1)\nc = np.argmax(m.predict(d)) + np.argmax(m.predict(t))"
    ),
    "argmax of a batch of one": (
        "(x, y), _ = keras.datasets.mnist.load_data()\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(x, y)\n"
        "for a, b in tf.data.Dataset.from_tensor_slices((x, y)).batch(1):\n    c = np.argmax(m.predict(a))\n"
        "for x, y in tf.data.Dataset.from_tensor_slices((x, y)).batch(1):\n    c = np.argmax(m.predict(x))"
    ),
    "argmax as a place among all values": (
        "(x, y), _ = keras.datasets.mnist.load_data()\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(x, y)\np = m.predict(x)\ni = np.argmax(p)\n"
        "one, kind = np.unravel_index(i, p.shape)\none, kind = np.unravel_index(p.argmax(), p.shape)"
    ),
    "probabilities of a model that gives raw scores": (
        "m = keras.Sequential([layers.Dense(10)])\n"
        "m.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=True))\n"
        "p = tf.nn.softmax(m.predict(x))\nb = keras.Sequential([layers.Dense(1)])\n"
        "b.compile(loss=losses.BinaryCrossentropy(from_logits=True))\nq = tf.nn.sigmoid(b.predict(x))"
    ),
    "softmax cooled by a temperature": (
        "m = keras.Sequential([layers.Dense(10, 'softmax')])\nm.compile(loss='sparse_categorical_crossentropy')\n"
        "p = tf.nn.softmax(np.log(m.predict(x)) / 0.7)"
    ),
    "shares above nothing": (
        "from sklearn.preprocessing import MultiLabelBinarizer\ny = MultiLabelBinarizer().fit_transform(tags)\n"
        "m = keras.Sequential([layers.Dense(9, 'sigmoid')])\nm.compile(loss='binary_crossentropy')\nm.fit(x, y)\n"
        "p = m.predict(x)\nfor row in p:\n    for k in best(row):\n        if row[k] <= 0.0:\n            continue"
    ),
    "argmax only where there are several columns": (
        "y = np.random.randint(0, 2, (99,))\nm = keras.Sequential([layers.Dense(1, 'sigmoid')])\n"
        "m.compile(loss='binary_crossentropy')\nm.fit(x, y)\np = m.predict(x)\n"
        "if len(p[0]) > 1:\n    c = np.argmax(p, axis=1)\nelse:\n    c = np.round(p)"
    ),
    "weights from a file, compiled only to predict": (
        "g = keras.Sequential([layers.Dense(784, activation='tanh')])\ng.compile(loss='binary_crossentropy')\n"
        "g.load_weights('g.h5')\nimages = g.predict(z)"
    ),
    "layers whose weights were copied": (
        "m = keras.Sequential([layers.Dense(512, activation='relu')])\n"
        "for n, layer in enumerate(m.layers):\n    layer.set_weights(other.layers[n].get_weights())\n"
        "m.compile(loss='categorical_crossentropy')\nhidden = m.predict(x)"
    ),
    "fit of another library": (
        "from sklearn.ensemble import RandomForestClassifier\nids = np.random.randint(0, 3, (9,))\n"
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='categorical_crossentropy')\n"
        "RandomForestClassifier().fit(m.predict(x), ids)"
    ),
    "U-Net": (
        "i = keras.Input((64, 64, 3))\no = layers.Conv2D(1, 1, activation='sigmoid')(i)\n"
        "m = keras.Model(i, o)\nm.compile(loss='binary_crossentropy')\np = m.predict(x)\nmask = p > 0.5"
    ),
    "softmax on predictions of a logits model": (
        "m = keras.Sequential([layers.Dense(3)])\n"
        "m.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=True))\n"
        "p = tf.nn.softmax(m.predict(x))\nbest = np.argmax(p[0])\n"
        "probability_model = keras.Sequential([m, layers.Softmax()])\n"
        "probability_model.predict(x)"
    ),
    "sigmoid on predictions of a logits model": (
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss=losses.BinaryCrossentropy(from_logits=True))\n"
        "y = tf.nn.sigmoid(m.predict(x)) > 0.5"
    ),
    "prediction first in a loss of the program": (
        "def my_loss(pred, label):\n    return tf.reduce_mean((pred - label) ** 2)\n"
        "m = keras.Sequential([layers.Dense(1)])\n"
        "for x, y in stream():\n    my_loss(m(x), y)"
    ),
    "confidence filter": (
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='sparse_categorical_crossentropy')\n"
        "p = m.predict(x)\nsure = p.max(axis=1) > 0.5\nmaybe = p[:, 1] > 0.5"
    ),
    "threshold at 0 with logits": (
        "m = keras.Sequential([layers.Dense(1)])\n"
        "m.compile(loss=losses.BinaryCrossentropy(from_logits=True),\n"
        "metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)])\n"
        "y = m.predict(x) > 0"
    ),
}  # fmt: skip


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_right_readings_are_left_alone(program: str) -> None:
    """No error and no warning on what is right."""
    assert alarms(LAYERS + program) == []
