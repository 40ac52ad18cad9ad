"""Each rule that source can show, on a program that breaks it."""

from __future__ import annotations

import pytest

from rightloss.checking.config import Config
from rightloss.checking.source import check_text
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
    "RL101 one-hot rows of a data set from elsewhere": (
        "RL101",
        "from elsewhere import load\nd, v = load()\nd = d.map(lambda a, b: (a, tf.one_hot(b, 10))).batch(8)\n" +
        SOFTMAX + "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(d)",
    ),
    "RL205 columns of lines of a table": (
        "RL205",
        "d = tf.data.experimental.make_csv_dataset('a.csv', 8, label_name='kind')\n"
        "d = d.map(lambda a, b: (pack(a), tf.one_hot(b, 12)))\n" + SOFTMAX +
        "m.compile(loss='categorical_crossentropy')\nm.fit(d)",
    ),
    "RL202 a compute_loss of its own": (
        "RL202",
        "class M(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.last = layers.Dense(3)\n    def call(self, x):\n        return self.last(x)\n"
        "    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):\n"
        "        return losses.sparse_categorical_crossentropy(y, y_pred)\n"
        "m = M()\nm.compile('adam')\nm.fit(images, digits)",
    ),
    "RL102 signs of scores": (
        "RL102", SIGMOID + "m.compile(loss='binary_crossentropy')\nm.fit(images, np.where(scores > 0, 1, -1))",
    ),
    "RL101 one id for each step": (
        "RL101",
        "m = keras.Sequential([layers.Embedding(50, 8), layers.LSTM(9, return_sequences=True),\n"
        "    layers.Dense(50, 'softmax')])\nm.compile(loss='categorical_crossentropy')\n"
        "m.fit(x, np.random.randint(0, 50, (99, 20)))",
    ),
    "RL205 columns beside units": (
        "RL205",
        "y = np.zeros((60000, 46))\nfor n, d in enumerate(digits):\n    y[n, d] = 1\n" + SOFTMAX +
        "m.compile(loss='categorical_crossentropy')\nm.fit(images, y)",
    ),
    "RL207 one prediction for many ids": (
        "RL207",
        "m = keras.Sequential([layers.Embedding(50, 8), layers.LSTM(9), layers.Dense(50, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(x, np.random.randint(0, 50, (99, 20)))",
    ),
    "RL203 names sorted beside a list of losses": (
        "RL203",
        "i = keras.Input((9,))\n"
        "m = keras.Model(i, {'z': layers.Dense(5, 'softmax')(i), 'a': layers.Dense(1, 'sigmoid')(i)})\n"
        "m.compile(loss=['sparse_categorical_crossentropy', 'binary_crossentropy'])",
    ),
    "RL101 rows of a random mask": (
        "RL101",
        "k = np.random.rand(len(images)) < 0.8\n" + SIGMOID +
        "m.compile(loss='binary_crossentropy')\nm.fit(images[k], digits[k])",
    ),
    "RL101 rows in another order": (
        "RL101",
        "k = list(range(60000))\nshuffle(k)\n" + SIGMOID +
        "m.compile(loss='binary_crossentropy')\nm.fit(images[k], digits[k])",
    ),
    "RL101 rows outside a random mask": (
        "RL101",
        "k = ~(np.random.uniform(size=60000) < 0.2)\n" + SIGMOID +
        "m.compile(loss='binary_crossentropy')\nm.fit(images[k], digits[k])",
    ),
    "RL101 rows that are drawn": (
        "RL101",
        "k = np.random.choice(len(images), 900, replace=False)\n" + SIGMOID +
        "m.compile(loss='binary_crossentropy')\nm.fit(images[k], digits[k])",
    ),
    "RL101 number of a record": (
        "RL101",
        "def parse(r):\n    f = {'image': tf.io.FixedLenFeature([], tf.string),\n"
        "        'label': tf.io.FixedLenFeature([], tf.int64)}\n    e = tf.io.parse_single_example(r, f)\n"
        "    return tf.io.decode_jpeg(e['image']), tf.cast(e['label'], tf.int32)\n"
        "d = tf.data.TFRecordDataset('a').map(parse).batch(8)\n" + SOFTMAX +
        "m.compile(loss='categorical_crossentropy')\nm.fit(d)",
    ),
    "RL204 without a loss": ("RL204", "m = keras.Sequential([layers.Dense(1, 'softmax')])\nm.compile('adam')"),
    "RL101 ids": ("RL101", SOFTMAX + "m.compile(loss='categorical_crossentropy')\nm.fit(images, digits)"),
    "RL101 one-hot": (
        "RL101",
        SOFTMAX + "m.compile(loss='sparse_categorical_crossentropy')\n"
                  "m.fit(images, keras.utils.to_categorical(digits))",
    ),
    "RL101 rows filled by hand": (
        "RL101",
        "y = np.zeros((60000, 10))\nfor n, d in enumerate(digits):\n    y[n, d] = 1\n"
        "m = keras.Sequential([keras.Input((8,)), layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(images, y)",
    ),
    "RL101 a number of a line": (
        "RL101",
        "def parse(line):\n    cells = tf.io.decode_csv(line, [[0.0], [0.0], [0]])\n"
        "    return tf.stack(cells[:-1]), cells[-1]\n"
        "d = tf.data.TextLineDataset('a').map(parse).batch(8)\n" + SOFTMAX +
        "m.compile(loss='categorical_crossentropy')\nm.fit(d)",
    ),
    "RL101 one column of a table": (
        "RL101",
        "import pandas as pd\nd = pd.read_csv('a.csv')\nm = keras.Sequential([layers.Dense(3, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(d[['a', 'b']], d['kind'])",
    ),
    "RL102 signs": ("RL102", SIGMOID + "m.compile(loss='binary_crossentropy')\n"
    "m.fit(images, np.array([-1, 1, 1, -1]))"),
    "RL102 offset": (
        "RL102",
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='sparse_categorical_crossentropy')\n"
        "m.fit(images, np.random.randint(1, 4, (9,)))",
    ),
    "RL102 scaled ids": (
        "RL102",
        SOFTMAX + "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(images, digits / 255)",
    ),
    "RL104": (
        "RL104",
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='categorical_crossentropy')\n"
        "m.fit(images, np.array([[0.9, 0.9, 0.0], [0.2, 0.3, 0.5]]))",
    ),
    "RL101 several true": (
        "RL101",
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='categorical_crossentropy')\n"
        "m.fit(images, np.array([[1, 1, 0], [0, 0, 0]]))",
    ),
    "RL106": (
        "RL106",
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='sparse_categorical_crossentropy')\n"
        "m.fit(images, np.array(['cat', 'dog', 'bird']))",
    ),
    "RL201": ("RL201", SOFTMAX + "m.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=True))"),
    "RL202": ("RL202", "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss='binary_crossentropy')"),
    "RL203": ("RL203", "m = keras.Sequential([layers.Dense(3, 'relu')])\nm.compile(loss='categorical_crossentropy')"),
    "RL204": ("RL204", "m = keras.Sequential([layers.Dense(1, 'softmax')])\nm.compile(loss='binary_crossentropy')"),
    "RL204 with any loss": ("RL204", "m = keras.Sequential([layers.Dense(1, 'softmax')])\nm.compile(loss='mse')"),
    "RL205": (
        "RL205",
        "m = keras.Sequential([layers.Dense(3, 'softmax')])\nm.compile(loss='sparse_categorical_crossentropy')\n"
        "m.fit(images, digits)",
    ),
    "RL206": (
        "RL206",
        "i = keras.Input((20, 8))\no = layers.Softmax(axis=1)(layers.Dense(5)(i))\n"
        "keras.Model(i, o).compile(loss='sparse_categorical_crossentropy')",
    ),
    "RL207": (
        "RL207",
        "m = keras.Sequential([keras.Input((20, 8)), layers.LSTM(8, return_sequences=True),\n"
        "layers.Dense(10, 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')\nm.fit(images, digits)",
    ),
    "RL207 one column of a table": (
        "RL207",
        "d = np.loadtxt('a.csv')\n"
        "m = keras.Sequential([keras.Input((20, 8)), layers.Conv1D(1, 2, activation='sigmoid')])\n"
        "m.compile(loss='binary_crossentropy')\nm.fit(d[:, 1:31], d[:, 0])",
    ),
    "RL207 rows of rows": (
        "RL207",
        "codes = {'a': np.array([1, 0, 0]), 'b': np.array([0, 1, 0]), 'c': np.array([0, 0, 1])}\ny = []\n"
        "for name in read():\n    y.append(codes[name].reshape(1, 3))\n"
        "m = keras.Sequential([keras.Input((8,)), layers.Dense(3, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(images, np.array(y))",
    ),
    "RL101 numbers of a dict": (
        "RL101",
        "codes = {'a': 0, 'b': 1, 'c': 2}\ny = np.array([codes[name] for name in read()])\n"
        "m = keras.Sequential([keras.Input((8,)), layers.Dense(3, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(images, y)",
    ),
    "RL205 columns of a table": (
        "RL205",
        "d = np.loadtxt('a.csv')\nm = keras.Sequential([keras.Input((8,)), layers.Dense(3, 'softmax')])\n"
        "m.compile(loss='categorical_crossentropy')\nm.fit(d[:, 4:], d[:, 0:4])",
    ),
    "RL208": (
        "RL208",
        "m = keras.Sequential([layers.Dense(10, 'sigmoid')])\nm.compile(loss='binary_crossentropy')\n"
        "m.fit(images, keras.utils.to_categorical(digits, 10))",
    ),
    "RL301": ("RL301", "m = keras.Sequential([layers.Dense(1)])\nm.compile(loss='mse')\nm.fit(images, digits)"),
    "RL302": (
        "RL302",
        SOFTMAX + "bce = losses.SparseCategoricalCrossentropy()\n"
        "for x, y in tf.data.Dataset.from_tensor_slices((images, digits)):\n    bce(m(x), y)",
    ),
    "RL302 inside a custom loss": (
        "RL302",
        SIGMOID + "m.compile(loss=lambda t, p: losses.binary_crossentropy(p, t))",
    ),
    "RL101 in a call of check": (
        "RL101",
        "import rightloss as rl\n" + SOFTMAX + "m.compile(loss='categorical_crossentropy')\n"
        "rl.check(m, (images, digits))",
    ),
    "RL303": (
        "RL303",
        SIGMOID + "m.compile(loss=losses.BinaryFocalCrossentropy(alpha=0.9))",
    ),
    "RL305": (
        "RL305",
        "(x, y), _ = keras.datasets.boston_housing.load_data()\n" + SIGMOID + "m.compile(loss='mse')\nm.fit(x, y)",
    ),
    "RL102 signs of a dict": (
        "RL102",
        "import pandas as pd\nd = pd.read_csv('a.csv')\n" + SIGMOID + "m.compile(loss='binary_crossentropy')\n"
        "m.fit(images, d['kind'].map({'ham': -1, 'spam': 1}))",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "program"), BROKEN.values(), ids=BROKEN)
def test_broken_programs_are_named(code: str, program: str) -> None:
    """The rule speaks, as a finding or under the one that explains it, and says where and what to write."""
    report = check_text(IMPORTS + program, "a.py", Config())
    said = {each.code for each in report.findings} | {code for each in report.findings for code in each.also}
    assert code in said
    for each in report.findings:
        assert each.place.line is not None
        assert each.severity is Severity.NOTE or each.fixes
        assert each.severity is Severity.NOTE or "Write: " in each.message


def test_labels_that_nobody_saw_are_not_named() -> None:
    """Without evidence about labels the message speaks of the units that tell."""
    program = "m = keras.Sequential([layers.Dense(1)])\ntf.nn.softmax_cross_entropy_with_logits(labels=y, logits=m(x))"
    (finding,) = check_text(IMPORTS + program, "a.py", Config()).findings
    assert finding.message.startswith("One unit goes with 0/1 labels, but CategoricalCrossentropy reads")
    assert any("one unit" in fact for fact in finding.seen)


def test_columns_of_which_only_the_number_is_known_are_called_columns() -> None:
    """Four columns of a table may be one-hot, probabilities or several true labels: none of them is claimed."""
    program = BROKEN["RL205 columns of a table"][1]
    (finding,) = check_text(IMPORTS + program, "a.py", Config()).findings
    assert "y holds rows of numbers, one column for each class" in finding.message


TWO_KINDS = {
    "fit and validation": ("m.fit(images, digits, validation_data=(images, rows))", "fit() gets class ids"),
    "fit and evaluate": ("m.fit(images, rows)\nm.evaluate(images, digits)", "evaluate() gets class ids"),
}


@pytest.mark.parametrize(("calls", "start"), TWO_KINDS.values(), ids=TWO_KINDS)
def test_the_call_with_other_labels_is_named(calls: str, start: str) -> None:
    """Where another call gets labels that fit the loss, the labels are repaired: another loss would break that call."""
    program = (
        "rows = keras.utils.to_categorical(digits, 10)\n"
        + SOFTMAX
        + "m.compile(loss='categorical_crossentropy', metrics=['categorical_accuracy'])\n"
    )
    (finding,) = check_text(IMPORTS + program + calls, "a.py", Config()).findings
    assert finding.code == "RL101"
    assert finding.message.startswith(start)
    assert finding.message.endswith("Write: keras.utils.to_categorical(digits, 10)")


def test_losses_called_by_name_are_found() -> None:
    """`self.loss_fn(y, p)` in a train_step that Keras calls is a set-up, also before anybody fits the model."""
    program = (
        "class M(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.last = layers.Dense(1)\n        self.loss_fn = losses.BinaryCrossentropy()\n"
        "    def call(self, x):\n        return self.last(x)\n    def train_step(self, data):\n"
        "        x, y = data\n        return {'loss': self.loss_fn(y, self(x))}\n"
    )
    for rest, severity in (("", "warning"), ("m = M()\nm.compile('adam')\nm.fit(images, digits)", "error")):
        found = check_text(IMPORTS + program + rest, "a.py", Config()).findings
        assert [(each.code, each.severity) for each in found if each.code == "RL202"] == [("RL202", severity)]


def test_one_cause_is_said_once() -> None:
    """Softmax over one unit is the model's output and a reading of its scores: one finding."""
    program = (
        "class End(layers.Layer):\n    def call(self, targets, logits):\n"
        "        self.add_loss(losses.BinaryCrossentropy(from_logits=True)(targets, logits))\n"
        "        return keras.ops.softmax(logits)\n"
        "i, t = keras.Input((8,)), keras.Input((1,))\nm = keras.Model([i, t], End()(t, layers.Dense(1)(i)))\n"
        "m.compile('adam')"
    )
    assert [each.code for each in check_text(IMPORTS + program, "a.py", Config()).findings] == ["RL204"]


def test_what_was_only_assumed_is_no_error() -> None:
    """In a function that nobody calls, defaults are assumptions: at most a warning."""
    program = (
        "def build(n=1, act=None):\n    m = keras.Sequential([layers.Dense(n, activation=act)])\n"
        "    m.compile(loss='binary_crossentropy')\n    return m\n"
    )
    (finding,) = check_text(IMPORTS + program, "a.py", Config()).findings
    assert (finding.code, finding.severity, finding.confidence.word) == ("RL202", "warning", "inferred")


def test_one_wrong_reading_is_not_enough() -> None:
    """A set-up that is right on one branch is not wrong."""
    program = (
        "logits = ask()\nm = keras.Sequential([layers.Dense(10, activation=None if logits else 'softmax')])\n"
        "m.compile(loss='sparse_categorical_crossentropy')"
    )
    assert check_text(IMPORTS + program, "a.py", Config()).findings == ()


def test_losses_of_a_list_are_told_how_they_meet_names() -> None:
    """Keras sorts the names of outputs: who wrote a list in another order reads why this loss is at this output."""
    (finding, *_) = check_text(
        IMPORTS + BROKEN["RL203 names sorted beside a list of losses"][1], "a.py", Config()
    ).findings
    assert any("Keras sorts the names of outputs" in fact for fact in finding.seen)


def test_labels_that_may_mean_two_things_keep_both_repairs() -> None:
    """Sigmoid says several true labels, the loss says one: without labels neither repair is called safe."""
    for head, loss, first in (("sigmoid", "categorical", "activation="), ("softmax", "binary", "loss=")):
        program = f"m = keras.Sequential([layers.Dense(9, '{head}')])\nm.compile(loss='{loss}_crossentropy')"
        (finding,) = check_text(IMPORTS + program, "a.py", Config()).findings
        assert len(finding.fixes) > 1
        assert not any(fix.safe for fix in finding.fixes)
        assert first in finding.fixes[0].title
        assert finding.question.startswith("Can several labels be true at once")


BESIDE_A_DICT = (
    "i = keras.Input((8,))\n"
    "m = keras.Model(i, {'b': layers.Dense(1, 'sigmoid')(i), 'a': layers.Dense(3, 'softmax')(i)})\n"
    "three, two = np.random.randint(0, 3, 100), np.random.randint(0, 2, 100)\n"
    "m.compile('adam', ['sparse_categorical_crossentropy', 'binary_crossentropy'], metrics={metrics})\n"
    "m.fit(np.ones((100, 8)), {y})"
)
SORTED = "[['sparse_categorical_accuracy'], ['binary_accuracy']]"
WRITTEN = "[['binary_accuracy'], ['sparse_categorical_accuracy']]"
LISTS = {
    "metrics and a dict of labels": (SORTED, "{'b': two, 'a': three}", set()),
    "a metric for each, and a list of labels": ("['accuracy', 'accuracy']", "[three, two]", set()),
    "metrics in the order in which the outputs are written": (WRITTEN, "{'b': two, 'a': three}", {"RL402"}),
    "one-hot rows in a list of labels": ("['accuracy', 'accuracy']", "[np.eye(3)[three], two]", {"RL101"}),
}


@pytest.mark.parametrize(("metrics", "y", "expected"), LISTS.values(), ids=LISTS)
def test_lists_beside_outputs_of_a_dict_follow_the_sorted_names(metrics: str, y: str, expected: set[str]) -> None:
    """As in Keras: metrics and labels in a list belong to the sorted names, as losses do."""
    program = BESIDE_A_DICT.replace("{metrics}", metrics).replace("{y}", y)
    assert {each.code for each in check_text(IMPORTS + program, "a.py", Config()).findings} == expected
