"""Correct programs that a naive checker flags: no error, no warning."""

from __future__ import annotations

import pytest
from source_programs import alarms

from rightloss.checking.config import Config
from rightloss.checking.source import check_text

IMPORTS = """
import numpy as np
import tensorflow as tf
import keras
from keras import layers, losses
"""
DIGITS = "(x, y), _ = keras.datasets.mnist.load_data()\nx = x.reshape(-1, 784)\n"
SOFTMAX = "m = keras.Sequential([layers.Dense(10, 'softmax')])\nm.compile(loss='sparse_categorical_crossentropy')\n"
RIGHT = {
    "a compute_loss that ignores the compiled loss": (
        DIGITS + "class M(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.last = layers.Dense(10)\n    def call(self, x):\n        return self.last(x)\n"
        "    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):\n"
        "        return losses.SparseCategoricalCrossentropy(from_logits=True)(y, y_pred)\n"
        "m = M()\nm.compile('adam', loss='sparse_categorical_crossentropy')\nm.fit(x, y)"
    ),
    "lists in the cells of a column": (
        "import pandas as pd\nd = pd.read_pickle('a.pkl')\ny = np.array(d['onehot'].tolist())\n"
        "m = keras.Sequential([layers.Dense(10, 'softmax')])\nm.compile(loss='categorical_crossentropy')\nm.fit(x, y)"
    ),
    "positions that a mask chose": (
        DIGITS + "m = keras.Sequential([layers.Dense(1, 'sigmoid')])\nm.compile(loss='binary_crossentropy')\n"
        "i = np.arange(len(y))[y < 2]\nm.fit(x[i], y[i])\n"
        "i = np.random.permutation(len(y))\ni = i[y[i] < 2]\nm.fit(x[i], y[i])"
    ),
    "a size that is changed before nobody calls": (
        "n = 2\ndef build():\n    m = keras.Sequential([layers.Dense(n, 'softmax')])\n"
        "    m.compile(loss='categorical_crossentropy')\n    m.fit(x, keras.utils.to_categorical(z, 2))\nn = 10"
    ),
    "one row in a batch of its own": (
        "m = keras.Sequential([keras.Input((9,)), layers.Dense(5, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\ny = np.zeros(5)\ny[2] = 1\nm.fit(x[None], y[None])\n"
        "m.fit(x[None], y[np.newaxis])\nm.fit(x[None], np.expand_dims(y, 0))\nm.fit(x, y[np.newaxis, :][...])"
    ),
    "labels of a shape that is handed on": (
        "m = keras.Sequential([keras.Input((7, 3)), layers.Conv1D(2, 3, activation='softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(x, np.random.rand(*m.output_shape))"
    ),
    "some of the classes": (
        "(x, y), _ = keras.datasets.mnist.load_data()\nk = np.isin(y, [0, 1])\nx, y = x[k], y[k]\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(1, 'sigmoid')])\n"
        "m.compile(loss='binary_crossentropy')\nm.fit(x, y)"
    ),
    "the first half of the classes": (
        "(x, y), (a, b) = keras.datasets.mnist.load_data()\nk = np.where(y < 5)\nx, y = x[k], y[k]\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(5, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(x, y)\nm.evaluate(a[b < 5], b[b < 5])\n"
        "d = tf.data.Dataset.from_tensor_slices((a, b)).filter(lambda x, y: y < 5).batch(8)\nm.fit(d)"
    ),
    "rows where something holds": (
        "(x, y), (a, b) = keras.datasets.mnist.load_data()\nc = keras.utils.to_categorical(b, 10)\n"
        "m = keras.Sequential([keras.Input((784,)), layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\ni = np.where(b == np.array(3))[0]\nm.evaluate(a[i, :], c[i, :])\n"
        "i = np.where(some())[0]\nm.evaluate(a[i, :], c[i, :])\n(i,) = np.nonzero(b)\nm.evaluate(a[i, :], c[i, :])"
    ),
    "rows of an order where something holds": (
        "(x, y), _ = keras.datasets.mnist.load_data()\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(1, 'sigmoid')])\n"
        "m.compile(loss='binary_crossentropy')\ni = np.array(range(60000))\ni = i[y[i] < 2]\nm.fit(x[i], y[i])\n"
        "i = np.random.randint(0, 60000, 100)\ni = i[y[i] < 2]\nm.fit(x[i], y[i])\n"
        "i = np.random.choice(np.where(y < 2)[0], 9)\nm.fit(x[i], y[i])\n"
        "i = (np.random.rand(60000) < 0.8) & (y < 2)\nm.fit(x[i], y[i])\n"
        "r = np.random.rand(60000)\nr[y > 1] = 1\ni = r < 0.9\nm.fit(x[i], y[i])"
    ),
    "ids that the loss alone makes one-hot": (
        "(x, y), _ = keras.datasets.mnist.load_data()\ndef smooth(y, p):\n"
        "    return losses.categorical_crossentropy(tf.one_hot(tf.cast(y, tf.int32), 10), p, label_smoothing=0.1)\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        "m.compile(loss=smooth, metrics=[keras.metrics.SparseCategoricalAccuracy()])\nm.fit(x, y)"
    ),
    "counts in the cells of a column": (
        "import pandas as pd\nd = pd.read_csv('a.csv')\nedges = np.load('edges.npy')\ndef bucket(v):\n    k = 0\n"
        "    for e in edges:\n        if v > e:\n            k += 1\n    return k\n"
        "m = keras.Sequential([layers.Dense(5, 'softmax')])\nm.compile(loss='categorical_crossentropy')\n"
        "m.fit(d[['a']], keras.utils.to_categorical(d['s'].apply(bucket)))\nm = keras.Sequential([layers.Dense(1)])\n"
        "m.compile(loss='mse', metrics=['mae'])\nm.fit(d[['a']], d['s'].apply(lambda v: bucket(v)))"
    ),
    "a function of the cells of several columns": (
        "import pandas as pd\nt = pd.read_csv('a.csv')\nk = ['a', 'b', 'c', 'd']\n"
        "m = keras.Sequential([layers.Dense(4, 'sigmoid')])\nm.compile(loss='binary_crossentropy')\n"
        "m.fit(x, t[['a', 'b', 'c', 'd']].map(lambda v: 1 if v > 2 else 0))\n"
        "m.fit(x, t[k].map(lambda v: 1 if v > 2 else 0))\nm.fit(x, t.iloc[:, 1:5].map(lambda v: 1 if v > 2 else 0))\n"
        "m.fit(x, t[t.columns[1:5]].map(lambda v: 1 if v > 2 else 0))\n"
        "m.fit(x, t[['a', 'b', 'c', 'd']].apply(lambda v: 1 if v.max() > 2 else 0))"
    ),
    "losses in the order of the names": (
        "i = keras.Input((9,))\n"
        "m = keras.Model(i, {'z': layers.Dense(5, 'softmax')(i), 'a': layers.Dense(1, 'sigmoid')(i)})\n"
        "m.compile(loss=['binary_crossentropy', 'sparse_categorical_crossentropy'])"
    ),
    "rows of two towers, one below the other": (
        "(x, y), _ = keras.datasets.cifar10.load_data()\ny = keras.utils.to_categorical(y, 10)\n"
        "one = keras.Sequential([layers.Flatten(), layers.Dense(10, 'softmax')])\ni = keras.Input((32, 32, 3))\n"
        "m = keras.Model(i, layers.Concatenate(axis=0)([one(half(i, 0)), one(half(i, 1))]))\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(x, y)"
    ),
    "a column of ids in a matrix": (
        "t = np.loadtxt('zoo.csv', delimiter=',')\ny = keras.utils.to_categorical(t[:, [-1]] - 1, 7)\n"
        "m = keras.Sequential([keras.Input((16,)), layers.Dense(7, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(t[:, :-1], y)\n"
        "m.fit(t[:, :-1], keras.utils.to_categorical(t[:, first():], 7))"
    ),
    "as many units as columns that zip turned over": (
        "from collections import Counter\nchars, counts = zip(*Counter(text).most_common())\n"
        "m = keras.Sequential([layers.Dense(len(chars), 'softmax')])\nm.compile(loss='categorical_crossentropy')"
    ),
    "ids of tokens, written out": (
        "y = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [0, 0, 1, 1]])\n"
        "m = keras.Sequential([keras.Input((4, 8)), layers.Conv1D(8, 1), layers.Dense(2, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(x, y)"
    ),
    "a loss of numbers that NumPy moved": (
        "y = np.array([[0, 1], [1, 1]])\np = np.moveaxis(np.array([[[0.9, 0.1], [0.5, 0.5]]]), 2, 0)\n"
        "losses.SparseCategoricalCrossentropy(axis=0)(y, p)"
    ),
    "layers that clone_function makes anew": (
        "m = keras.models.clone_model(keras.Sequential([layers.Dense(3)]), clone_function=with_softmax)\n"
        "m.compile(loss='sparse_categorical_crossentropy')"
    ),
    "a match that is not decided": (
        "match ask():\n    case 'raw':\n        last = layers.Dense(3)\n    case _:\n"
        "        last = layers.Dense(3, 'softmax')\n"
        "m = keras.Sequential([last])\nm.compile(loss='sparse_categorical_crossentropy')"
    ),
    "shuffled by an array of positions": (
        "(x, y), _ = keras.datasets.cifar10.load_data()\ny = keras.utils.to_categorical(y, 10)\n"
        "order = np.random.permutation(len(x))\nx, y = x[order, :, :, :], y[order, :]\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(x, y)\nm.fit(x, y[pick(), :])\nm.fit(x, y[..., :])"
    ),
    "chosen by an array of positions": (
        "(x, y), _ = keras.datasets.mnist.load_data()\ny = keras.utils.to_categorical(y[choose(), ], 16)\n"
        "m = keras.Sequential([layers.Flatten(), layers.Dense(16, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(x, y)"
    ),
    "cells of two shares": (
        "m = keras.Sequential([layers.Dense(2, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy', metrics=['accuracy', 'binary_accuracy'])\n"
        "m.fit(x, keras.utils.to_categorical(y))"
    ),
    "ids that start at 1, as many units": (
        "m = keras.Sequential([layers.Dense(4, 'softmax')])\nm.compile(loss='sparse_categorical_crossentropy')\n"
        "m.fit(x, np.array([1, 2, 3]) - 1)"
    ),
    "one of two losses reads what sigmoid shows": (
        "i = keras.Input((8,))\nz = layers.Dense(9)(i)\np = tf.nn.sigmoid(z)\n"
        "if several:\n    tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z)\n"
        "else:\n    tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=z)"
    ),
    "accuracy in a program for Keras 1": (
        "from sklearn.datasets import make_multilabel_classification\n"
        "x, y = make_multilabel_classification(n_classes=3)\nm = keras.Sequential([layers.Dense(3, 'sigmoid')])\n"
        "m.compile(loss='binary_crossentropy', metrics=['accuracy'])\nm.fit(x, y, nb_epoch=9)"
    ),
    "images in a shape that is not known": (
        "(x, y), _ = keras.datasets.mnist.load_data()\nx = np.reshape(x / 255., (x.shape[0],) + sizes())\n"
        "m = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(1, 3, activation='sigmoid')])\n"
        "m.compile(loss='binary_crossentropy')\nm.fit(x, x)"
    ),
    "labels of one example from a generator": (
        "y = tf.one_hot(np.random.randint(0, 5, (99, 7)), 5)\n"
        "def one():\n    for a, b in zip(x, y):\n        yield a, b\n"
        "m = keras.Sequential([keras.Input((7, 8)), layers.Conv1D(8, 1), layers.Dense(5, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\n"
        "m.fit(tf.data.Dataset.from_generator(one, output_types=(tf.float32, tf.int64)).batch(8))"
    ),
    "a mixture of probabilities": (
        "class Forest(layers.Layer):\n    def build(self, shape):\n        self.pi = self.add_weight(shape=(9, 3))\n"
        "    def call(self, x):\n        return tf.matmul(x, keras.activations.softmax(self.pi))\n"
        "i = keras.Input((9,))\nm = keras.Model(i, Forest()(i))\nm.compile(loss='sparse_categorical_crossentropy')"
    ),
    "experts weighed by a softmax": (
        "i = keras.Input((9,))\ng = layers.Dense(4, 'softmax')(i)\n"
        "m = keras.Model(i, tf.matmul(g, experts))\nm.compile(loss='sparse_categorical_crossentropy')"
    ),
    "quantity of a record": (
        "def parse(r):\n    e = tf.io.parse_single_example(r, {'age': tf.io.FixedLenFeature([], tf.int64)})\n"
        "    return 1, e['age']\nm = keras.Sequential([layers.Dense(1)])\nm.compile(loss='mse')\n"
        "m.fit(tf.data.TFRecordDataset('a').map(parse).batch(8))"
    ),
    "lists of one label each": (
        "from sklearn.preprocessing import MultiLabelBinarizer\n"
        "(x, y), _ = keras.datasets.mnist.load_data()\nx = x.reshape(-1, 784)\n"
        "y = MultiLabelBinarizer().fit_transform([[each] for each in y])\n"
        "m = keras.Sequential([layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy', metrics=['accuracy'])\nm.fit(x, y)"
    ),
    "product over other axes": (
        "w = tf.Variable(np.zeros((99, 5, 50)))\nh = keras.Input((50,))\n"
        "o = tf.tensordot(h, w, axes=[[1], [2]])\n"
        "tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot(np.random.randint(0, 5, (9, 99)), 5), logits=o)"
    ),
    "cells of a table in a list": (
        "import pandas as pd\nd = pd.read_csv('a.csv')\ny = []\nfor i in d.index:\n    y.append(d.loc[i]['kind'])\n"
        "y = keras.utils.to_categorical(np.array(y))\n"
        "m = keras.Sequential([keras.Input((8,)), layers.Dense(3, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(x, y)"
    ),
    "pooled over the image, then softmax": (
        "y = keras.utils.to_categorical(np.random.randint(0, 2, (9,)), 2)\n"
        "m = keras.Sequential([keras.Input((75, 75, 3)), layers.Conv2D(2, 3, activation='relu'),\n"
        "    layers.GlobalAveragePooling2D(), layers.Activation('softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(x, y)"
    ),
    "loss of compile that train_step ignores": (
        "class Depth(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.last = layers.Conv2D(1, 2, activation='tanh')\n"
        "    def call(self, x):\n        return self.last(x)\n"
        "    def train_step(self, batch):\n        return {'loss': self.distance(batch)}\n"
        "m = Depth()\nm.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=True))"
    ),
    "targets put into a generator": (
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "g = ImageDataGenerator().flow_from_directory('a', class_mode='sparse')\ng.classes = ages\n"
        "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss='mse')\nm.fit(g)"
    ),
    "rows of a fold": (
        "y = keras.utils.to_categorical(np.random.randint(0, 3, (99,)))\n"
        "m = keras.Sequential([keras.Input((8,)), layers.Dense(3, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\n"
        "for train, test in folds.split(x):\n    m.fit(x[train], y[train])"
    ),
    "labels that are all 1": (
        "m = keras.Sequential([layers.Dense(1, 'sigmoid')])\nm.compile(loss='binary_crossentropy')\n"
        "m.train_on_batch(x, tf.constant([[1.0]] * size))"
    ),
    "a loss tried on written-out numbers": (
        "p = tf.keras.activations.sigmoid(tf.constant([[1.5, 0.8, 2.1]]))\n"
        "print(losses.CategoricalCrossentropy()([[0, 0, 1]], p))\n"
        "print(losses.BinaryCrossentropy()(y_true=[1], y_pred=p))"
    ),
    "generator put into a Sequential GAN": (
        "g = keras.Sequential([layers.Dense(784, activation='tanh')])\ng.compile(loss='binary_crossentropy')\n"
        "d = keras.Sequential([layers.Dense(1, activation='sigmoid')])\nd.compile(loss='binary_crossentropy')\n"
        "gan = keras.Sequential()\ngan.add(g)\ngan.add(d)\ngan.compile(loss='binary_crossentropy')\n"
        "gan.train_on_batch(z, np.ones((9, 1)))"
    ),
    "float32 cast after softmax": (
        "m = keras.Sequential([layers.Dense(10), layers.Activation('softmax'),\n"
        "layers.Activation('linear', dtype='float32')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')"
    ),
    "head chosen by a branch on an argument": (
        "def build(n):\n    units, act = (1, 'sigmoid') if n == 2 else (n, 'softmax')\n"
        "    return keras.Sequential([layers.Dense(units, activation=act)])\n"
        "m = build(num())\nm.compile(loss='binary_crossentropy')"
    ),
    "class names filled later": (
        "class_names = []\nfor name in listing():\n    class_names.append(name)\n"
        "m = keras.Sequential([layers.Dense(len(class_names), 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\n"
        "y = np.array([0, 1, 2])\nm.fit(1, y)"
    ),
    "span head": (
        "i = keras.Input((384, 768))\nx = layers.Dense(1, use_bias=False)(i)\nx = layers.Flatten()(x)\n"
        "o = layers.Activation('softmax')(x)\nm = keras.Model(i, [o, o])\n"
        "l = losses.SparseCategoricalCrossentropy(from_logits=False)\nm.compile(loss=[l, l])"
    ),
    "generator trained inside a GAN": (
        "g = keras.Sequential([layers.Dense(784, activation='tanh')])\ng.compile(loss='binary_crossentropy')\n"
        "d = keras.Sequential([layers.Dense(1, activation='sigmoid')])\nd.compile(loss='binary_crossentropy')\n"
        "z = keras.Input((9,))\ngan = keras.Model(z, d(g(z)))\ngan.compile(loss='binary_crossentropy')\n"
        "d.train_on_batch(x, np.ones((9, 1)))\ngan.train_on_batch(z, np.ones((9, 1)))"
    ),
    "one-hot in a map under another name": (
        "from tensorflow import one_hot as tf_one_hot\n"
        "d = tf.data.Dataset.from_tensor_slices((x, np.random.randint(0, 3, (9,))))\n"
        "d = d.map(lambda a, b: (a, tf_one_hot(b, 3)))\n"
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='categorical_crossentropy')\n"
        "m.fit(d.batch(3))"
    ),
    "one-hot by CategoryEncoding": (
        "enc = layers.CategoryEncoding(3, output_mode='one_hot')\n"
        "d = tf.data.Dataset.from_tensor_slices((x, np.random.randint(0, 3, (9,)))).map(lambda a, b: (a, enc(b)))\n"
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='categorical_crossentropy')\nm.fit(d)"
    ),
    "autoencoder": (
        "(x, _), _ = keras.datasets.mnist.load_data()\nx = x.reshape(-1, 784) / 255\n"
        "m = keras.Sequential([layers.Dense(32, 'relu'), layers.Dense(784, activation='sigmoid')])\n"
        "m.compile(loss='binary_crossentropy')\nm.fit(x, x)"
    ),
    "discriminator on logits": (
        "bce = losses.BinaryCrossentropy(from_logits=True)\nd = keras.Sequential([layers.Dense(1)])\n"
        "def step(real, fake):\n    a, b = d(real), d(fake)\n"
        "    return bce(tf.ones_like(a), a) + bce(tf.zeros_like(b), b)\nstep(1, 2)"
    ),
    "multi-label": (
        "y = np.array([[1, 0, 1], [0, 0, 0]])\nm = keras.Sequential([layers.Dense(3, 'sigmoid')])\n"
        "m.compile(loss='binary_crossentropy', metrics=['binary_accuracy'])\nm.fit(1, y)"
    ),
    "segmentation": (
        "i = keras.Input((64, 64, 3))\no = layers.Conv2D(3, 1, activation='softmax', padding='same')(i)\n"
        "keras.Model(i, o).compile(loss='sparse_categorical_crossentropy')"
    ),
    "two units on binary ids": (
        "(x, y), _ = keras.datasets.imdb.load_data()\nm = keras.Sequential([layers.Dense(2, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy', metrics=['accuracy'])\nm.fit(x, y)"
    ),
    "softmax only outside training": (
        "class M(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.d = layers.Dense(3)\n"
        "    def call(self, x, is_training=False):\n        x = self.d(x)\n        if not is_training:\n"
        "            x = tf.nn.softmax(x)\n"
        "        return x\nm = M()\nfor x, y in stream():\n    z = m(x, is_training=True)\n"
        "    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=z)"
    ),
    "soft targets": (
        "y = keras.utils.to_categorical(np.random.randint(0, 3, (9,)), 3)\ny = 0.7 * y + 0.3 * y[::-1]\n"
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='categorical_crossentropy')\nm.fit(1, y)"
    ),
    "ratings in 0..1": (
        "m = keras.Sequential([layers.Dense(1, 'sigmoid')])\nm.compile(loss='binary_crossentropy')\n"
        "m.fit(x, ratings.apply(lambda r: (r - 1) / 4).values)"
    ),
    "fewer classes than the data set has": (
        "(x, y), _ = keras.datasets.fashion_mnist.load_data()\nkeep = (y != 5) & (y != 6)\n"
        "x, y = x[keep], remap(y[keep])\n"
        "m = keras.Sequential([layers.Dense(8, 'softmax')])\nm.compile(loss='sparse_categorical_crossentropy')\n"
        "m.fit(x, y)"
    ),
    "both encodings in one file": (
        "(x, y), _ = keras.datasets.mnist.load_data()\nx = x.reshape(-1, 784)\n"
        "a = keras.Sequential([layers.Dense(10, 'softmax')])\n"
        "a.compile(loss='sparse_categorical_crossentropy')\na.fit(x, y)\n"
        "b = keras.Sequential([layers.Dense(10, 'softmax')])\nb.compile(loss='categorical_crossentropy')\n"
        "b.fit(x, keras.utils.to_categorical(y))"
    ),
    "an output without a loss": (
        "i = keras.Input((9,))\na = layers.Dense(5)(i)\nb = layers.Dense(5)(i)\nm = keras.Model(i, [a, b])\n"
        "m.compile(loss=[losses.SparseCategoricalCrossentropy(from_logits=True), None])"
    ),
    "losses by output name": (
        "i = keras.Input((9,))\na = layers.Dense(1, 'sigmoid', name='a')(i)\n"
        "b = layers.Dense(5, 'softmax', name='b')(i)\n"
        "m = keras.Model(i, [a, b])\n"
        "m.compile(loss={'a': 'binary_crossentropy', 'b': 'sparse_categorical_crossentropy'},\n"
        "          metrics={'a': 'accuracy', 'b': ['accuracy']})\n"
        "m.fit(i, {'a': np.array([0, 1]), 'b': np.array([4, 0, 1, 2, 3])})"
    ),
    "language model": (
        "m = keras.Sequential([keras.Input((None,)), layers.Embedding(99, 8), layers.LSTM(8, return_sequences=True),\n"
        "layers.Dense(99)])\n"
        "m.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])"
    ),
    "class weights": (
        "y = np.random.randint(0, 2, (9,))\nm = keras.Sequential([layers.Dense(1, 'sigmoid')])\n"
        "m.compile(loss='binary_crossentropy')\n"
        "w = compute()\nm.fit(1, y, class_weight=dict(enumerate(w)))\nm.fit(1, y, class_weight={0: 1.0, 1: 9.0})"
    ),
    "attention inside": (
        "i = keras.Input((9, 8))\na = layers.Softmax(axis=1)(layers.Dense(1)(i))\nx = layers.Multiply()([i, a])\n"
        "o = layers.Dense(3, 'softmax')(layers.Flatten()(x))\n"
        "keras.Model(i, o).compile(loss='sparse_categorical_crossentropy')"
    ),
    "distillation": (
        "s = keras.Sequential([layers.Dense(10)])\nt = keras.Sequential([layers.Dense(10)])\n"
        "kl = losses.KLDivergence()\n"
        "for x, y in stream():\n    kl(tf.nn.softmax(t(x) / 3), tf.nn.softmax(s(x) / 3))"
    ),
    "regression": (
        "(x, y), _ = keras.datasets.boston_housing.load_data()\nm = keras.Sequential([layers.Dense(1)])\n"
        "m.compile(loss='mse', metrics=['mae'])\nm.fit(x, y)"
    ),
    "ids that start elsewhere, repaired": (
        "y = np.random.randint(1, 4, (9,)) - 1\nm = keras.Sequential([layers.Dense(3, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(1, y)"
    ),
}  # fmt: skip


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_right_programs_are_left_alone(program: str) -> None:
    """No error and no warning on what is right."""
    assert alarms(IMPORTS + program) == []


def test_metrics_wait_for_the_repair_where_labels_are_not_known() -> None:
    """Which metric fits depends on which of two repairs is chosen: only the wrong activation is said."""
    program = (
        "m = keras.Sequential([layers.Dense(9, activation='sigmoid')])\n"
        "m.compile(loss='sparse_categorical_crossentropy', metrics=['sparse_categorical_accuracy'])\nm.fit(x, y)"
    )
    assert [each.code for each in check_text(IMPORTS + program, "a.py", Config()).findings] == ["RL203"]
