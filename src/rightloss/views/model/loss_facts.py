"""What a compiled loss is: its family, its options, in every form that `compile` takes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rightloss.contract import LOSS_NAMES, FromLogits, Loss

_LIKE_SPARSE = {"CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy"}
"""Reads ids and probabilities as the sparse loss does, and has no from_logits."""
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
    if module.split(".")[0] not in ("keras", "rightloss", "tensorflow"):
        return _unknown(text, live, name=name)
    if name in _LIKE_SPARSE:
        return LossFacts(text, frozenset({Loss.SPARSE}), frozenset({FromLogits.FALSE}), name, told, _dtype(loss), live)
    entry = LOSS_NAMES.get(name)
    if entry is None:
        return _unknown(text, live, name=name)
    option = FromLogits.ABSENT
    if entry.from_logits:
        option = FromLogits.TRUE if told.get("from_logits", False) else FromLogits.FALSE
    return LossFacts(text, frozenset({entry.family}), frozenset({option}), entry.name, told, _dtype(loss), live)


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
    sparse = len(labels) < len(output) or (labels[-1:] == (1,) and output[-1:] != (1,))
    return "sparse_categorical_crossentropy" if sparse else "categorical_crossentropy"


def _unknown(text: str, loss: Any, *, name: str = "") -> LossFacts:
    plain = callable(loss) and not isinstance(loss, type) and not hasattr(loss, "call")
    families, options = frozenset({Loss.OTHER}), frozenset(FromLogits)
    told = _config(loss) if hasattr(loss, "get_config") else {}
    return LossFacts(text, families, options, name, told, _dtype(loss), loss, plain)


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
    keep = ("from_logits", "label_smoothing", "axis", "ignore_class", "alpha", "apply_class_balancing")
    usual = {"from_logits": False, "label_smoothing": 0.0, "axis": -1, "ignore_class": None, "alpha": 0.25,
             "apply_class_balancing": False}  # fmt: skip
    options = [f"{name}={told[name]!r}" for name in keep if name in told and told[name] != usual[name]]
    name = kind.__name__ if kind.__name__ != "LossFunctionWrapper" else getattr(loss.fn, "__name__", "loss")
    return f"{name}({', '.join(options)})"
