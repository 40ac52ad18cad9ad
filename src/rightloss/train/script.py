"""The script in the folder: the same training, written out so that every choice can be changed."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from pprint import pformat
from typing import Any

from rightloss.answer import Advice
from rightloss.contract import Contract, recipe
from rightloss.contract.preparation import Preparation
from rightloss.contract.prepared_lines import MOST_WRITTEN
from rightloss.contract.recipe import literal
from rightloss.train.build import DROPOUT, hidden_units
from rightloss.train.features import Feature
from rightloss.train.fit import LEARNING_RATE, PATIENCE
from rightloss.train.label_columns import independent

_TEMPLATE = """\
# {task} classification of {where}: the training that made this folder's model, to read, run and change.
#
{reason}

import keras
import numpy as np

{imports}from rightloss.train import build
from rightloss.train.data import label_values, labelled, open_source
from rightloss.train.features import choose, learn
from rightloss.train.fit import batch_size
from rightloss.train.split import split

DATA = {data}
LABEL = {label}
FEATURES = {features}
SEED = {seed}

# The rows that have a label
table = open_source(DATA).load([*LABEL, *FEATURES])
table = table.filter(labelled(table, LABEL{nothing}))
y = label_values(table, LABEL)

# The labels as the loss reads them
{prepare}
# 60 % training, 20 % validation, 20 % held out
parts = split(y, several_true={several}, seed=SEED)

# Numbers scaled, categories one-hot, missing cells flagged; learned from the training rows
chosen = choose(table, FEATURES, asked=True).features
features = tuple(learn(each, each.read(table)[parts.train]) for each in chosen)
cells = {{each.input: each.read(table) for each in features}}

keras.utils.set_random_seed(SEED)
prepare = build.preprocessing(features)
x = build.run(prepare, cells)

# The bias from which the first predictions are the class frequencies
START = {start}
model = keras.Sequential(
    [
        keras.Input(x.shape[1:]),
        keras.layers.Dense({units}, activation="relu"),
        keras.layers.Dropout({dropout}),
        keras.layers.Dense({half}, activation="relu"),
        keras.layers.Dropout({dropout}),
        # the last layer
        {head},
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam({rate}),
    loss={loss},
    metrics=[
{metrics}
    ],
)
model.fit(
    x[parts.train],
    y[parts.train],
    validation_data=(x[parts.validation], y[parts.validation]),
    epochs={epochs},
    batch_size=batch_size(len(parts.train)),
    callbacks=[keras.callbacks.EarlyStopping("val_loss", patience={patience}, restore_best_weights=True)],
    verbose=2,
)
scores = model.evaluate(x[parts.test], y[parts.test], verbose=0, return_dict=True)
print("held-out rows:", {{name: round(score, 4) for name, score in scores.items()}})
"""


def script(
    advice: Advice,
    *,
    where: str,
    columns: Sequence[str],
    features: Sequence[Feature],
    rows: int,
    nothing: Any,
    start: float | list[float] | None,
    seed: int,
    epochs: int,
) -> str:
    """The whole script, ending in a newline.

    Args:
        advice: with a contract.
        where: path of the table; what else it was where it was no file.
        columns: label columns.
        features: what the model reads.
        rows: training rows.
        nothing: the label value that stands for "no label"; None where there is none.
        start: the bias with which the last layer starts.
        seed: as trained with.
        epochs: as trained with.
    """
    contract = advice.contract
    assert contract is not None
    file = Path(where).absolute() if Path(where).exists() or "*" in where else None
    calls = (_head(contract), recipe.loss(contract), *recipe.metrics(contract))
    used = {module for call in calls for module in _modules(call)}
    prepared = "" if advice.preparation is None else "\n".join(_prepared(advice.preparation)) + "\n"
    return _TEMPLATE.format(
        task=contract.task.value.capitalize(),
        where=file.name if file else where,
        reason=textwrap.fill(advice.reason, 118, initial_indent="# ", subsequent_indent="# "),
        imports="".join(f"import {each}\n" for each in sorted(used) if each.startswith("rightloss")),
        data=literal(str(file)) if file else '"data.csv"  # the table that was given as a data frame',
        label=_listed(columns),
        features=_listed([each.column for each in features]),
        seed=seed,
        nothing="" if nothing is None else f", {literal(nothing)}",
        prepare=f"{prepared}y = np.asarray(y, {_dtype(advice)}){_shape(advice)}\n",
        several=independent(contract.labels),
        units=hidden_units(rows),
        half=hidden_units(rows) // 2,
        start=_start(start),
        dropout=DROPOUT,
        head=calls[0].code(),
        rate=LEARNING_RATE,
        loss=calls[1].code(),
        metrics="\n".join(f"        {call.code()}," for call in calls[2:]),
        epochs=epochs,
        patience=PATIENCE,
    )


def _prepared(preparation: Preparation) -> Sequence[str]:
    """The lines that prepare the labels; many class names are read from the folder in which the script lies."""
    if len(preparation.classes) <= MOST_WRITTEN:
        return preparation.lines()
    saved = 'json.loads(Path(__file__).with_name("labels.json").read_text(encoding="utf-8"))'
    return (
        "import json",
        "from pathlib import Path",
        "",
        *preparation.lines(classes=f'{saved}["preparation"]["classes"]'),
    )


def _listed(values: Sequence[Any]) -> str:
    return pformat(list(values), width=110, compact=True)


def _head(contract: Contract) -> recipe.Call:
    """The last layer with its start by name, so that the line stays short."""
    head = recipe.head(contract)
    start = recipe.Call("keras.initializers", "Constant", (recipe.Name("START"),))
    return replace(head, keywords={**head.keywords, "bias_initializer": start})


def _start(bias: float | list[float] | None) -> str:
    """Nine digits hold a float32 exactly, so that the script starts where the training did."""
    if bias is None:
        return "0.0"
    return _listed([float(f"{each:.9g}") for each in bias]) if isinstance(bias, list) else f"{bias:.9g}"


def _modules(call: recipe.Call) -> list[str]:
    inner = [value for value in (*call.positional, *call.keywords.values()) if isinstance(value, recipe.Call)]
    return [call.module, *(module for each in inner for module in _modules(each))]


def _dtype(advice: Advice) -> str:
    return '"int64"' if advice.contract is not None and advice.contract.labels.value == "index" else '"float32"'


def _shape(advice: Advice) -> str:
    return ".reshape(-1, 1)" if advice.contract is not None and advice.contract.labels.value == "binary" else ""
