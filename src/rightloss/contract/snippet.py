"""A contract as a complete script: data, label preparation, model, compile, fit, reading of predictions.

Text only: the expressions come from contract/recipe.py and from the preparation, the example data is written in the
form in which the labels came. The made-up labels follow from x, so that the script shows a model that learns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from rightloss.contract import recipe
from rightloss.contract.contract import Contract
from rightloss.contract.preparation import Op, Preparation
from rightloss.contract.prepared_lines import MOST_WRITTEN, missing_lines, with_bytes
from rightloss.contract.recipe import Call, Name, literal
from rightloss.contract.vocabulary import Activation, Decode, Form, Labels, Loss, Positions, Source, Task

SHOWN = 6  # labels in the made-up data; the user's own have all of them

_SHAPES = {
    Positions.EXAMPLE: (512, 8),
    Positions.TOKEN: (256, 12, 8),
    Positions.PIXEL: (64, 16, 16, 3),
    Positions.VOXEL: (32, 8, 8, 8, 3),
}
_ROW_OF = {
    Positions.EXAMPLE: "x has one row for each example, y one label",
    Positions.TOKEN: "x is (examples, steps, features), y has one label for each step",
    Positions.PIXEL: "x is (examples, height, width, channels), y has one label for each pixel",
    Positions.VOXEL: "x is (examples, depth, height, width, channels), y has one label for each point",
}
_HIDDEN = {
    Positions.EXAMPLE: 'keras.layers.Dense(32, activation="relu"),',
    Positions.TOKEN: 'keras.layers.Conv1D(32, 3, padding="same", activation="relu"),',
    Positions.PIXEL: 'keras.layers.Conv2D(16, 3, padding="same", activation="relu"),',
    Positions.VOXEL: 'keras.layers.Conv3D(16, 3, padding="same", activation="relu"),',
}
# Few pictures make few steps, and a newcomer should see the model learn.
_FIT = {Positions.PIXEL: ", batch_size=4", Positions.VOXEL: ", batch_size=4"}


def snippet(
    contract: Contract,
    *,
    preparation: Preparation | None = None,
    lines: Sequence[str] = (),
    classes: Sequence[Any] = (),
    bias: float | list[float] | None = None,
    watch: Sequence[Call] = (),
    after: Sequence[str] = (),
) -> str:
    """A script that runs as it stands; the user puts x and y in the marked place.

    Args:
        contract: what the script must agree with.
        preparation: how the labels came; the made-up y is written in that form.
        lines: code that turns such a y into what the loss reads, `preparation.lines()`.
        classes: what each class or column is called, in the order of the units; two names for one unit.
        bias: where the last layer starts, as `recipe.head` takes it.
        watch: metrics beside those of the contract.
        after: lines at the end.

    Returns:
        Python source with a final newline. It needs numpy and keras, and rightloss where a loss or metric is ours.
    """
    known = contract if isinstance(contract.classes, int) else replace(contract, classes="num_classes")
    found = any(line.startswith("classes = ") for line in lines)
    names = () if found or not _worth_naming(classes) else tuple(classes)
    computed = any(line.startswith("classes = sorted(") for line in lines)
    return "\n".join(
        [
            *_imports(known, watch),
            "",
            *_data(known, preparation),
            *_prepared(known, lines, names),
            "",
            *_model(replace(known, classes="len(classes)") if computed else known, bias),
            *_compiled(known, computed, watch),
            f"model.fit(x, y, validation_split=0.2, epochs=10{_FIT.get(known.positions, '')})",
            "",
            *_read(known, bool(found or names)),
            *after,
            "",
        ]
    )


def _worth_naming(classes: Sequence[Any]) -> bool:
    return 0 < len(classes) <= MOST_WRITTEN and list(classes) != list(range(len(classes)))


def _imports(contract: Contract, watch: Sequence[Call]) -> list[str]:
    used = {module for call in (recipe.loss(contract), *recipe.metrics(contract), *watch) for module in _modules(call)}
    ours = [f"import {module}" for module in sorted(used) if module.startswith("rightloss.")]
    title = f"# {contract.task.value.capitalize()} classification; labels such as {contract.labels.example}"
    return [title, "", "import keras", "import numpy as np", *([""] if ours else []), *ours]


def _modules(call: Call) -> Iterable[str]:
    yield call.module
    for argument in (*call.positional, *call.keywords.values()):
        if isinstance(argument, Call):
            yield from _modules(argument)


# --- example data --------------------------------------------------------------------------------------------------


def _data(contract: Contract, preparation: Preparation | None) -> list[str]:
    size = _SHAPES[contract.positions]
    columns = recipe.units(contract)
    shown: tuple[Any, ...] = ()
    ops = [] if preparation is None else [step.op for step in preparation.steps if step.op is not Op.PAD]
    if preparation is not None and ops and ops[0] in (Op.MAP, Op.SPLIT, Op.MULTI_HOT):
        shown = preparation.classes[:SHOWN]
        columns = 1 if contract.units == 1 else len(shown)
    symbol = ["num_classes = 3  # yours"] if isinstance(columns, Name) else []
    return [
        f"# Your data goes here: {_ROW_OF[contract.positions]}.",
        *symbol,
        "rng = np.random.default_rng(0)",
        f'x = rng.normal(size={size}).astype("float32")',
        f"scores = x @ rng.normal(size=({size[-1]}, {literal(columns)}))  # makes y follow from x",
        *_labels(contract, preparation, shown),
    ]


def _labels(contract: Contract, preparation: Preparation | None, shown: tuple[Any, ...]) -> list[str]:
    """Lines that make y in the form in which the labels came: the first step of the preparation, backwards."""
    if preparation is None or not preparation.steps:
        return _trainable(contract, contract.ignore, squeezed=contract.positions is Positions.EXAMPLE)
    first, *rest = preparation.steps
    if first.op is Op.PAD:
        cut = "y = [row[:length] for row, length in zip(y, rng.integers(4, 13, size=len(y)))]  # of different lengths"
        full = replace(preparation, steps=tuple(rest))
        return [*_labels(contract, full, shown), cut]
    squeezed = contract.positions is Positions.EXAMPLE or any(step.op is Op.ADD_AXIS for step in preparation.steps)
    if first.op is Op.MAP:
        return _mapped(contract, preparation, shown, squeezed)
    if first.op in (Op.SPLIT, Op.MULTI_HOT):
        tags = "tag for tag, score in zip(tags, row) if score > 0"
        row = f"{literal(first.value)}.join({tags})" if first.op is Op.SPLIT else f"[{tags}]"
        return [f"tags = {literal(list(shown))}", f"y = [{row} for row in scores]"]
    if first.op in (Op.HIGH, Op.THRESHOLD):
        low = -1 if preparation.source is Source.SIGNED else 0
        yes = _yes(contract, squeezed).removeprefix("(").removesuffix(")")
        return [f"y = np.where({yes}, {literal(first.value)}, {low})"]
    ignore = float("nan") if first.op is Op.FILL else contract.ignore
    return _trainable(contract, ignore, squeezed=squeezed)


def _mapped(contract: Contract, preparation: Preparation, shown: tuple[Any, ...], squeezed: bool) -> list[str]:
    one = contract.units == 1
    ids = f"{_yes(contract, squeezed)}.astype(int)" if one else "scores.argmax(axis=-1)"
    kind = "" if preparation.ignore is None else ", dtype=object"
    line = f"y = np.array({literal(list(shown))}{kind})[{ids}]"
    return [line] if preparation.ignore is None else [line, _gaps("None")]


def _yes(contract: Contract, squeezed: bool) -> str:
    """Where the answer is yes, as an array of truth values."""
    if contract.labels in (Labels.ONEHOT, Labels.DISTRIBUTION):
        return "(scores == scores.max(axis=-1, keepdims=True))"
    return "(scores[..., 0] > 0)" if contract.units == 1 and squeezed else "(scores > 0)"


def _trainable(contract: Contract, ignore: float | None, *, squeezed: bool) -> list[str]:
    """Labels as the loss reads them; with gaps where some stand for "no label"."""
    column = "scores[..., 0]" if contract.units == 1 and squeezed else "scores"
    if contract.labels is Labels.INDEX:
        line = "y = scores.argmax(axis=-1)"
    elif contract.labels is Labels.ONEHOT:
        line = f"y = np.eye({literal(recipe.units(contract))})[scores.argmax(axis=-1)]"
    elif contract.labels is Labels.DISTRIBUTION:
        line = "y = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)"
    elif contract.soft:
        line = f"y = 1 / (1 + np.exp(-{column}))"
    else:
        line = f"y = ({column} > 0).astype(int)"
    missing = contract.labels is Labels.MULTIHOT_MISSING or ignore is not None
    if not missing:
        return [line]
    if ignore is None or ignore != ignore:
        return [line, 'y = y.astype("float32")', _gaps("np.nan")]
    return [line, _gaps(literal(ignore))]


def _gaps(value: str) -> str:
    return f"y[rng.random(y.shape) < 0.1] = {value}  # nobody labelled these"


# --- preparation, model, compile -----------------------------------------------------------------------------------


def _prepared(contract: Contract, lines: Sequence[str], names: tuple[Any, ...]) -> list[str]:
    named = [f"classes = {_list(names)}"] if names else []
    shape = "" if contract.units != 1 or contract.positions is Positions.EXAMPLE else ", one column at the end"
    told = f"# Labels as the loss reads them: {contract.labels.example}{shape}"
    return ["", told, *(with_bytes(lines) or _as_array(contract)), *named]


def _as_array(contract: Contract) -> list[str]:
    """Labels that need no preparation, from any container to an array of the right type."""
    ignore = contract.ignore
    kind = "int64" if contract.labels is Labels.INDEX else "float32"
    gaps = contract.labels is Labels.MULTIHOT_MISSING or (ignore is not None and ignore != ignore)
    if not gaps:
        return [f'y = np.asarray(y, dtype="{kind}")']
    return [
        *missing_lines("y"),
        "y = np.vectorize(lambda cell: np.nan if missing(cell) else cell, otypes=[np.float32])(y)",
    ]


def _list(values: Sequence[Any]) -> str:
    """A list, over several lines where one would be too long."""
    items = [literal(value) for value in values]
    if len(", ".join(items)) <= 88:
        return f"[{', '.join(items)}]"
    rows: list[str] = []
    for item in items:
        if rows and len(rows[-1]) + len(item) <= 84:
            rows[-1] += f" {item},"
        else:
            rows.append(f"    {item},")
    return "\n".join(["[", *rows, "]"])


def _model(contract: Contract, bias: float | list[float] | None) -> list[str]:
    last = recipe.head(contract, bias=_rounded(bias)).code()
    return [
        "model = keras.Sequential(",
        "    [",
        "        keras.Input(shape=x.shape[1:]),",
        f"        {_HIDDEN[contract.positions]}",
        f"        # {_last_layer(contract)}",
        f"        {last},",
        "    ]",
        ")",
    ]


def _rounded(bias: float | list[float] | None) -> float | list[float] | None:
    if bias is None:
        return None
    return [round(each, 4) for each in bias] if isinstance(bias, list) else round(bias, 4)


def _last_layer(contract: Contract) -> str:
    if contract.form is Form.PROBABILITIES:
        return f"The last layer: {contract.activation.sentence[0].lower()}{contract.activation.sentence[1:-1]}"
    if contract.activation is Activation.LOG_SOFTMAX:
        return "The last layer: logarithms of probabilities"
    return "The last layer: raw scores, so no activation"


def _compiled(contract: Contract, computed: bool, watch: Sequence[Call]) -> list[str]:
    """The compile call; where classes are computed from the data, so is every number of them."""
    calls = (*recipe.metrics(contract), *watch)
    if computed:
        told = {"num_labels": Name("len(classes)")}
        calls = tuple(
            replace(call, keywords={name: told.get(name, value) for name, value in call.keywords.items()})
            for call in calls
        )
    return [
        "model.compile(",
        '    optimizer="adam",',
        f"    loss={recipe.loss(contract).code()},",
        "    metrics=[",
        *(f"        {call.code()}," for call in calls),
        "    ],",
        ")",
    ]


# --- reading predictions -------------------------------------------------------------------------------------------


def _read(contract: Contract, named: bool) -> list[str]:
    raw = contract.form is Form.LOGITS
    start = "# Read the predictions"
    if not raw:
        return [start, "probabilities = model.predict(x[:3])", *_decoded(contract, named)]
    link = _link(contract)
    return [
        f"{start}: raw scores become probabilities through {link}",
        "scores = model.predict(x[:3])",
        f"probabilities = {_PROBABILITIES[link]}",
        *_decoded(contract, named),
    ]


_PROBABILITIES = {
    "exp": "np.exp(scores)",
    "sigmoid": "keras.ops.convert_to_numpy(keras.ops.sigmoid(scores))",
    "softmax": "keras.ops.convert_to_numpy(keras.ops.softmax(scores))",
}


def _link(contract: Contract) -> str:
    if contract.activation is Activation.LOG_SOFTMAX:
        return "exp"
    return "sigmoid" if contract.loss in (Loss.BINARY, Loss.MASKED_BINARY) else "softmax"


def _decoded(contract: Contract, named: bool) -> list[str]:
    if contract.decode is Decode.ARGMAX:
        found = "probabilities.argmax(axis=-1)"
        return [f"print(np.array(classes)[{found}])" if named else f"print({found})"]
    if contract.task is Task.BINARY or contract.units == 1:
        found = "(probabilities[..., 0] > 0.5).astype(int)"
        return [f"print(np.array(classes)[{found}])" if named else f"print({found})"]
    if not named:
        return ["print((probabilities > 0.5).astype(int))"]
    if contract.positions is Positions.EXAMPLE:
        return [
            "for row in probabilities:",
            "    print([name for name, probability in zip(classes, row) if probability > 0.5])",
        ]
    return [
        "for column, name in enumerate(classes):",
        "    print(name, (probabilities[..., column] > 0.5).astype(int))",
    ]
