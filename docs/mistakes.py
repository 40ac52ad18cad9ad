"""The seven commonest mistakes, as programs: each broken as people write it, and right. One page and one test use them.

The order is that of public threads: how many people hit it, whether Keras says anything, what it costs.
"""

from __future__ import annotations

from dataclasses import dataclass

FEATURES = """import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(320, 8)).astype("float32")
"""
IDS = "y = np.digitize(x[:, 0], [-0.4, 0.4])  # 0, 1, 2\n"
TAGS = 'y = (x[:, :4] > 0.3).astype("float32")  # any of four tags\n'
BINARY = "y = (x[:, 0] > 0).astype(int)\n"
FIT = "model.fit(x, y, epochs=2, verbose=0)\n"


def _model(*last: str, hidden: str = 'keras.layers.Dense(16, activation="relu")') -> str:
    inside = "".join(f"    {layer},\n" for layer in ("keras.Input((8,))", hidden, *last))
    return f"model = keras.Sequential([\n{inside}])\n"


@dataclass(frozen=True)
class Mistake:
    """One mistake. `line` is what the finding says to write; `keras` is what Keras itself says."""

    title: str
    see: str
    keras: str
    code: str
    line: str
    broken: str
    right: str


_THREE = _model("keras.layers.Dense(3)")
_SOFTMAX = _model('keras.layers.Dense(3, activation="softmax")')
_SPARSE = 'model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])\n'
_BINARY = 'model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])\n'
_SIGMOIDS = ", ".join(['keras.layers.Dense(16, activation="sigmoid")'] * 8)
_YES_NO = 'keras.layers.Dense(1, activation="sigmoid")'

MISTAKES = (
    Mistake(
        "Raw scores or probabilities?",
        "nothing; learning is slow, predictions are negative or do not add up to 1",
        "nothing",
        "RL202",
        "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        FEATURES + IDS + _THREE + _SPARSE + FIT,
        FEATURES + IDS + _THREE + _SPARSE.replace(
            '"sparse_categorical_crossentropy"', "keras.losses.SparseCategoricalCrossentropy(from_logits=True)") + FIT,
    ),
    Mistake(
        "Class ids that have no unit",
        "`Received a label value of 3 which is outside the valid range of [0, 3)`; on a GPU only `loss: nan`",
        "an error on a CPU, nothing on a GPU",
        "RL102",
        "y = y - y.min()",
        FEATURES + IDS + "y = y + 1  # the file counts classes from 1\n" + _SOFTMAX + _SPARSE + FIT,
        FEATURES + IDS + _SOFTMAX + _SPARSE + FIT,
    ),
    Mistake(
        "Several labels at once, and softmax",
        "nothing; accuracy that is far too low, labels that push each other out",
        "nothing",
        "RL101",
        'keras.layers.Dense(4, activation="sigmoid"); loss=keras.losses.BinaryCrossentropy()',
        FEATURES + TAGS + _model('keras.layers.Dense(4, activation="softmax")')
        + 'model.compile(optimizer="adam", loss="categorical_crossentropy")\n' + FIT,
        FEATURES + TAGS + _model('keras.layers.Dense(4, activation="sigmoid")')
        + 'model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["binary_accuracy"])\n' + FIT,
    ),
    Mistake(
        "What 'accuracy' means",
        "an accuracy that is far too low: only the largest of several columns is compared",
        "nothing",
        "RL402",
        'metrics=[keras.metrics.BinaryAccuracy(name="accuracy")]',
        FEATURES + TAGS + _model('keras.layers.Dense(4, activation="sigmoid")') + _BINARY + FIT,
        FEATURES + TAGS + _model('keras.layers.Dense(4, activation="sigmoid")')
        + _BINARY.replace('"accuracy"', 'keras.metrics.BinaryAccuracy(name="accuracy")') + FIT,
    ),
    Mistake(
        "Softmax over one unit",
        "the same accuracy from the first epoch on; every prediction is 1.0",
        "a warning, and trains on",
        "RL204",
        'keras.layers.Dense(1, activation="sigmoid")',
        FEATURES + BINARY + _model('keras.layers.Dense(1, activation="softmax")') + _BINARY + FIT,
        FEATURES + BINARY + _model(_YES_NO) + _BINARY + FIT,
    ),
    Mistake(
        "A metric that wants labels in another form",
        "`FBetaScore expects 2D inputs`, or a number that is wrong",
        "an error in the first batch, or nothing",
        "RL402",
        "metrics=[rightloss.metrics.MultiClassF1()]",
        FEATURES + IDS + _SOFTMAX + _SPARSE.replace('"accuracy"', 'keras.metrics.F1Score(average="macro")') + FIT,
        FEATURES + IDS + "y = keras.utils.to_categorical(y, 3)\n" + _SOFTMAX
        + _SPARSE.replace("sparse_", "").replace('"accuracy"', 'keras.metrics.F1Score(average="macro")') + FIT,
    ),
    Mistake(
        "Stuck at 0.6931",
        "`loss: 0.6931` epoch after epoch, the same prediction for everything",
        "nothing",
        "RL703",
        "model.fit(x[:32], y[:32], epochs=200)  # can it learn 32 rows by heart?",
        FEATURES + BINARY + _model(_YES_NO, hidden=_SIGMOIDS)
        + 'model.compile(optimizer="sgd", loss="binary_crossentropy")\n' + FIT.replace("2", "12"),
        FEATURES + BINARY + _model(_YES_NO)
        + 'model.compile(optimizer="adam", loss="binary_crossentropy")\n' + FIT.replace("2", "12"),
    ),
)  # fmt: skip


def page() -> str:
    """The mistakes as a table, and each as a program."""
    parts = [
        "# The seven commonest mistakes\n",
        "`rightloss run train.py` finds each of them in a program that is not changed, before the first step (the last",
        "one while it trains). Each was written as people write it, and is run by the tests: broken it is named, right",
        "it is left alone.\n",
        "| | mistake | what you see | what Keras says | rule | what to write |",
        "|---|---|---|---|---|---|",
    ]
    for number, each in enumerate(MISTAKES, 1):
        rule = f"[{each.code}](rules/{each.code}.md)"
        parts.append(f"| {number} | {each.title} | {each.see} | {each.keras} | {rule} | `{each.line}` |")
    for number, each in enumerate(MISTAKES, 1):
        parts.append(f"\n## {number}. {each.title}\n\n```text\n{each.broken}```\n\nRight:\n\n```text\n{each.right}```")
    return "\n".join(parts).rstrip() + "\n"
