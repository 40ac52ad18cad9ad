"""Encoders with a state: scikit-learn's label encoders, Keras preprocessing layers, image generators, data frames."""

from __future__ import annotations

import ast
from dataclasses import replace

from rightloss.contract.vocabulary import Labels, Source
from rightloss.views.source import datasets, drawn, frames, joined
from rightloss.views.source.literals import literal_labels
from rightloss.views.source.machine import Machine
from rightloss.views.source.values import (
    Args,
    Const,
    Data,
    Gap,
    Obj,
    Seq,
    Symbol,
    Unknown,
    Value,
    constant,
    number,
)

_SKLEARN = ("LabelEncoder", "LabelBinarizer", "OneHotEncoder", "MultiLabelBinarizer", "OrdinalEncoder")
_ONE_EACH = frozenset({Labels.INDEX, Labels.BINARY, Source.TEXT, Source.OFFSET, Source.SIGNED})
_GENERATORS = ("numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.Generator")
_FITS = ("fit_transform", "transform", "fit", "inverse_transform")


def method(machine: Machine, receiver: Obj, name: str, args: Args) -> Value | None:
    """A method of an encoder, generator or data frame; None for other objects."""
    short, module = receiver.short, str(receiver.cls)
    if name in ("fit_resample", "fit_sample"):
        return joined.resampled(args)
    if module == "tensorflow_datasets.builder" and name == "as_dataset":
        return datasets.built(receiver, args)
    if module in _GENERATORS:
        return drawn.drawn_by(machine, name, args)
    if module.startswith("sklearn.preprocessing") and short in _SKLEARN and name in _FITS:
        return _encode(receiver, name, args)
    if name in datasets.FLOWS and short == "ImageDataGenerator":
        return datasets.flow(name, args)
    if frames.is_frame(receiver):
        return frames.method(receiver, name, args)
    if module.startswith("keras.layers.") and name == "adapt":
        return Const(None)
    return None


def _classes(receiver: Obj, value: Value | None, node: ast.AST | None) -> Value:
    """How many classes an encoder knows: the same symbol for everything it encodes."""
    found = receiver.attrs.get("classes_")
    if not isinstance(found, Value):
        found = receiver.attrs["classes_"] = Unknown("the classes of an encoder", node)
    known = _counted(value)
    if known is not None:
        return known
    return Symbol("num_classes", ("len", found), node)


def _counted(value: Value | None) -> Value | None:
    """How many classes labels have, where all of them are surely there."""
    one_each = (
        isinstance(value, Data) and value.exact and bool(value.encoding) and (value.encoding or set()) <= _ONE_EACH
    )
    return value.classes if isinstance(value, Data) and one_each else None


_OPTIONS = frozenset({"drop", "categories", "max_categories", "min_frequency", "classes"})


def _encode(receiver: Obj, name: str, args: Args) -> Value:
    value = args.get(0, "y", "X")
    if receiver.short == "MultiLabelBinarizer" and name != "inverse_transform" and _one_each(value):
        receiver.attrs["one each"] = Const(True)
    value = literal_labels(value) if isinstance(value, Seq) else value
    if name in ("fit", "fit_transform"):
        receiver.attrs.pop("count", None)
    if not _OPTIONS.isdisjoint(receiver.args.keywords) and name != "fit":
        return Data(node=args.node)  # how many columns there are, the options say
    if name == "fit":
        count = _counted(value)
        if isinstance(count, Const):
            receiver.attrs["count"] = count
        return receiver
    if name == "inverse_transform":
        return Data(node=args.node)
    units = receiver.attrs.get("count") or _classes(receiver, value, args.node)
    if isinstance(units, Const):
        receiver.attrs["count"] = units
    shape = value.shape if isinstance(value, Data) else None
    lead = shape[0] if shape else None
    why = f"{receiver.short}().{name}()"
    if receiver.short in ("LabelEncoder", "OrdinalEncoder"):
        encoding = (
            frozenset({Labels.INDEX, Labels.BINARY}) if constant(units) in (2, None) else frozenset({Labels.INDEX})
        )
        dims = (lead,) if receiver.short == "LabelEncoder" else shape
        if dims is not None and len(dims) == 2 and constant(dims[1]) != 1:
            return Data(shape=dims, node=args.node)
        return Data(encoding, units, True, dims, 0, None, True, args.node, why)
    if receiver.short == "MultiLabelBinarizer":
        kind = Labels.ONEHOT if "one each" in receiver.attrs else Labels.MULTIHOT
        return Data(frozenset({kind}), units, True, (lead, units), 0, 1, True, args.node, why)
    if receiver.short == "LabelBinarizer" and constant(units) == 2:
        return Data(
            frozenset({Labels.BINARY, Labels.INDEX}), Const(2), True, (lead, Const(1)), 0, 1, True, args.node, why
        )
    if receiver.short == "LabelBinarizer" and not isinstance(units, Const):
        return Data(node=args.node)  # two classes become one column, more become one-hot rows
    if (
        receiver.short == "OneHotEncoder"
        and shape is not None
        and len(shape) == 2
        and constant(shape[1]) not in (1, None)
    ):
        return Data(node=args.node)
    return Data(frozenset({Labels.ONEHOT}), units, True, (lead, units), 0, 1, True, args.node, why)


def _one_each(value: Value | None) -> bool:
    """Whether every example has a list of exactly one label: several could be true, and one is."""
    if isinstance(value, Data):
        return value.shape is not None and len(value.shape) == 2 and constant(value.shape[1]) == 1
    rows = [each.sample if isinstance(each, Gap) else each for each in value.items] if isinstance(value, Seq) else []
    return bool(rows) and all(isinstance(row, Seq) and not row.is_open and len(row.items) == 1 for row in rows)


def apply(machine: Machine, called: Obj, args: Args) -> Value | None:
    """A preprocessing layer called on data; None for tensors and other layers."""
    value = args.get(0, "inputs")
    if not isinstance(value, Data) or not isinstance(called.cls, str):
        return None
    node, short = args.node, called.short
    if short == "CategoryEncoding":
        units = number(called.args.get(0, "num_tokens", "max_tokens"))
        mode = called.args.get(1, "output_mode")
        word = "multi_hot" if mode is None else constant(mode)
        kinds = {"one_hot": Labels.ONEHOT, "multi_hot": Labels.MULTIHOT, "binary": Labels.MULTIHOT}
        if word in kinds:
            return Data(
                frozenset({kinds[word]}), units, True, (None, units), 0, 1, True, node, f'CategoryEncoding("{word}")'
            )
        return Data(node=node)
    if short in ("StringLookup", "IntegerLookup"):
        return _lookup(called, value, node)
    if short in ("Dense", "Embedding", "Conv2D", "Flatten"):
        return None
    return Data(node=node)


def _lookup(called: Obj, value: Data, node: ast.AST | None) -> Value:
    mode = called.args.get(None, "output_mode")
    word = "int" if mode is None else constant(mode)
    words = called.args.get(None, "vocabulary")
    unknown_ids, told = called.args.get(None, "num_oov_indices"), called.args.keywords
    size: Value | None = None
    others = 1 if unknown_ids is None and not called.args.is_open else constant(unknown_ids)
    if isinstance(words, Seq) and not words.is_open and isinstance(others, int) and "mask_token" not in told:
        size = Const(len(words.items) + others)
    if word == "int":
        return replace(
            value,
            encoding=frozenset({Labels.INDEX}),
            classes=size,
            low=0,
            high=None,
            whole=True,
            node=node,
            why=f"{called.short}()",
            parts={},
        )
    kinds = {"one_hot": Labels.ONEHOT, "multi_hot": Labels.MULTIHOT}
    if word in kinds:
        return Data(frozenset({kinds[word]}), size, True, None, 0, 1, True, node, f'{called.short}("{word}")')
    return Data(node=node)
