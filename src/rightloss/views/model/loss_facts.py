"""What a compiled loss is: its family, its options, in every form that `compile` takes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rightloss.contract import LOSS_NAMES, FromLogits, Loss
from rightloss.contract.recipe import Call

LOG_LOSSES = frozenset({"BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"})
"""Losses whose value is the log-loss itself."""
_LIKE_SPARSE = {"CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy"}
"""Reads ids and probabilities as the sparse loss does, and has no from_logits."""
_OURS_BINARY = {"BinaryFocal"}
_OURS_CLASSES = {"CategoricalFocal", "PriorAdjustedCrossentropy", "LateWeightedCrossentropy"}
"""Losses of this package that read raw scores and have no from_logits; those of classes take ids and rows."""
_SEEN_ELSEWHERE = {"self", "name", "dtype", "fn", "kwargs", "from_logits"}
"""Arguments of a loss that are not shown as its options."""
ALIASES = ("crossentropy", "ce")
"""Names that Keras resolves from shapes."""


@dataclass(frozen=True)
class LossFacts:
    """One loss as it is compiled. `families` of an unknown one is {other}."""

    text: str
    families: frozenset[Loss]
    from_logits: frozenset[FromLogits]
    name: str = ""  # class name of the entry, "" where unknown
    options: Mapping[str, Any] = field(default_factory=dict)
    dtype: str = "float32"
    live: Any = None  # the callable (y_true, y_pred) -> loss, or the Loss object
    plain: bool = False  # a function that Keras wraps, and whose shapes it puts right
    home: str = ""  # "keras", "rightloss"; "" for a loss of the user's own
    written: Call | None = None  # how to write it, but for from_logits; None where unknown

    @property
    def known(self) -> bool:
        """Whether its family is in the table."""
        return self.families != frozenset({Loss.OTHER})


def loss_facts(loss: Any, label_shape: tuple[int | None, ...], output_shape: tuple[int | None, ...]) -> LossFacts:
    """The facts of one entry of `compile(loss=...)`.

    Args:
        loss: string, function, `keras.losses.Loss`, partial.
        label_shape, output_shape: with the batch axis; decide what "crossentropy" means, as in Keras.
    """
    import keras

    text = f"loss={loss!r}" if isinstance(loss, str) else f"loss={_shown(loss)}"
    if isinstance(loss, str):
        if loss.lower() in ALIASES:
            loss = _resolve(label_shape, output_shape)
        try:
            loss = keras.losses.get(loss)
        except ValueError:
            return _unknown(text, loss)
    live = loss
    told: dict[str, Any] = {}
    while isinstance(loss, functools.partial):
        told, loss = {**loss.keywords, **told}, loss.func
    name = type(loss).__name__ if isinstance(loss, keras.losses.Loss) else getattr(loss, "__name__", "")
    module = type(loss).__module__ if isinstance(loss, keras.losses.Loss) else getattr(loss, "__module__", "") or ""
    if isinstance(loss, keras.losses.Loss):
        told = {**_config(loss), **getattr(loss, "_fn_kwargs", {}), **told}
        if name == "LossFunctionWrapper":
            name = getattr(loss.fn, "__name__", "")
            module = getattr(loss.fn, "__module__", "") or ""
    home = module.split(".")[0]
    if home not in ("keras", "rightloss", "tensorflow"):
        return _unknown(text, live, name=name)
    family, option, name = _family(name, home, told, (label_shape, output_shape))
    if family is None:
        return _unknown(text, live, name=name, home=home)
    families, options = frozenset({family}), frozenset({option})
    written = _written(name, home, told)
    return LossFacts(text, families, options, name, told, _dtype(loss), live, home=home, written=written)


Shapes = tuple[tuple[int | None, ...], tuple[int | None, ...]]


def _family(name: str, home: str, told: Mapping[str, Any], shapes: Shapes) -> tuple[Loss | None, FromLogits, str]:
    """(family, what it was told, class name) of a loss of Keras or of ours; no family where the table has none."""
    if name in _LIKE_SPARSE:
        return Loss.SPARSE, FromLogits.FALSE, "CategoricalGeneralizedCrossEntropy"
    if home == "rightloss" and name in _OURS_BINARY:
        return Loss.BINARY, FromLogits.TRUE, name
    if home == "rightloss" and name in _OURS_CLASSES:
        return Loss.SPARSE if _ids(*shapes) else Loss.CATEGORICAL, FromLogits.TRUE, name
    entry = LOSS_NAMES.get(name)
    if entry is None:
        return None, FromLogits.ABSENT, _CLASSES.get(name, name)
    if not entry.from_logits:
        return entry.family, FromLogits.ABSENT, entry.name
    return entry.family, FromLogits.TRUE if told.get("from_logits", False) else FromLogits.FALSE, entry.name


_CLASSES = {
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
    "dice": "Dice",
    "tversky": "Tversky",
}
"""Functions of losses that the table does not hold -> the class of the same loss."""


def _written(name: str, home: str, told: Mapping[str, Any]) -> Call | None:
    """The call that makes this loss, with the options that differ from their defaults."""
    options = _defaults(name, home)
    if options is None:
        return None
    given = {key: told[key] for key, usual in options.items() if key in told and told[key] != usual}
    return Call(f"{home}.losses", name, (), given)


def _defaults(name: str, home: str) -> dict[str, Any] | None:
    """{option: its default} of a loss class; None where there is no such class."""
    from importlib import import_module

    found = getattr(import_module(f"{home}.losses"), name, None) if home in ("keras", "rightloss") else None
    if not isinstance(found, type):
        return None
    options = inspect.signature(found).parameters
    return {key: each.default for key, each in options.items() if key not in _SEEN_ELSEWHERE}


def losses_of(model: Any, names: list[str]) -> dict[str, Any]:
    """{output name: its entry of compile(loss=...)}; None for outputs without a loss. Empty where there is no loss."""
    compiled = getattr(model, "_compile_loss", None)
    loss = getattr(compiled, "_user_loss", None)
    return {} if loss is None else spread(loss, names)


def spread(entry: Any, names: list[str]) -> dict[str, Any]:
    """A compile argument per output: a dict by name, a list by position, one for all."""
    if isinstance(entry, Mapping):
        return {name: entry.get(name) for name in names}
    if isinstance(entry, list | tuple) and len(names) > 1 and len(entry) == len(names):
        return dict(zip(names, entry, strict=True))
    if isinstance(entry, list | tuple) and len(names) == 1 and len(entry) == 1:
        return {names[0]: entry[0]}
    return dict.fromkeys(names, entry)


def _resolve(labels: tuple[int | None, ...], output: tuple[int | None, ...]) -> str:
    """What Keras makes of "crossentropy"."""
    if output and output[-1] == 1:
        return "binary_crossentropy"
    return "sparse_categorical_crossentropy" if _ids(labels, output) else "categorical_crossentropy"


def _ids(labels: tuple[int | None, ...], output: tuple[int | None, ...]) -> bool:
    """Whether labels have the shape of ids: one number where the output has a column for each class."""
    return len(labels) < len(output) or (labels[-1:] == (1,) and output[-1:] != (1,))


def _unknown(text: str, loss: Any, *, name: str = "", home: str = "") -> LossFacts:
    plain = callable(loss) and not isinstance(loss, type) and not hasattr(loss, "call")
    families, options = frozenset({Loss.OTHER}), frozenset(FromLogits)
    told = _config(loss) if hasattr(loss, "get_config") else {}
    return LossFacts(text, families, options, name, told, _dtype(loss), loss, plain and not home, home)


def _config(loss: Any) -> dict[str, Any]:
    try:
        return dict(loss.get_config())
    except Exception:  # a config of someone else's class may need anything; it is only a source of options
        return {}


def _dtype(loss: Any) -> str:
    return str(getattr(loss, "dtype", None) or "float32")


def _shown(loss: Any) -> str:
    """The loss as the user wrote it, as far as it can be known."""
    kind = type(loss)
    if not hasattr(loss, "get_config"):
        return str(getattr(loss, "__name__", kind.__name__))
    told = {**_config(loss), **getattr(loss, "_fn_kwargs", {})}
    name = kind.__name__ if kind.__name__ != "LossFunctionWrapper" else getattr(loss.fn, "__name__", "loss")
    usual = {"from_logits": False, **(_defaults(kind.__name__, kind.__module__.split(".")[0]) or {})}
    options = [f"{key}={told[key]!r}" for key, value in usual.items() if key in told and told[key] != value]
    return f"{name}({', '.join(options)})"
