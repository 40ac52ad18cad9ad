"""A contract as calls to write: last layer, loss, metrics. Text and live objects are both made from these calls.

A `Call` is data: views/model/write.py builds the Keras object from it, `Call.code()` prints the line to write. So the
snippet a user copies and the object `advice.loss()` returns cannot differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rightloss.contract.contract import Contract
from rightloss.contract.vocabulary import Activation, Form, FromLogits, Labels, Loss, Positions
from rightloss.errors import WrongArgument

MODULES = (
    "keras.layers",
    "keras.initializers",
    "keras.losses",
    "keras.metrics",
    "rightloss.losses",
    "rightloss.metrics",
)
"""Where the callables of a recipe live; nothing else is ever imported to build one."""

TOP_K = 5  # a second accuracy only makes sense where guessing k of K classes says something
TOP_K_FROM = 20
AUC_CUTS = 10_000
"""Keras cuts predictions at 200 evenly spaced values, and calibrated probabilities of a rare class lie below nearly all
of them: with 1 positive in 1,000 it reports an area of 0.76 instead of 0.92, with 10,000 cuts 0.917."""
AUC_CUTS_EACH = 1_000
"""The same for several labels at once, each with a row of counts of its own: 0.5 % positives come out 0.006 too low."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: where the callable lives, its positional and keyword arguments."""

    module: str  # "keras.losses"
    name: str  # "BinaryCrossentropy"
    positional: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Dotted name."""
        return f"{self.module}.{self.name}" if self.module else self.name

    def code(self) -> str:
        """The expression to write."""
        parts = [literal(value) for value in self.positional]
        parts += [f"{name}={literal(value)}" for name, value in self.keywords.items()]
        return f"{self.path}({', '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Name:
    """An expression that stands for itself in code, such as `num_classes`."""

    text: str


def literal(value: Any) -> str:
    """A Python literal for an argument; NaN, which has none, is written as a call; calls nest."""
    if isinstance(value, Name):
        return value.text
    if isinstance(value, Call):
        return value.code()
    if isinstance(value, float) and value != value:
        return 'float("nan")'
    if isinstance(value, list | tuple):
        inner = ", ".join(literal(each) for each in value)
        return f"[{inner}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def units(contract: Contract) -> int | Name:
    """Units of the last layer; a symbol stays a name."""
    found = contract.units
    return found if isinstance(found, int) else Name(found or "num_classes")


_CONVOLUTION = {Positions.PIXEL: "Conv2D", Positions.VOXEL: "Conv3D"}  # with a kernel of one point


def head(contract: Contract, *, bias: float | list[float] | None = None, dtype: str | None = None) -> Call:
    """The last layer. `bias` is the constant the layer starts from: one number, or one for each unit."""
    keywords: dict[str, Any] = {}
    if contract.activation is not Activation.LINEAR:
        keywords["activation"] = contract.activation.value
    if bias is not None:
        keywords["bias_initializer"] = Call("keras.initializers", "Constant", (bias,))
    if dtype is not None:
        keywords["dtype"] = dtype
    if contract.positions in _CONVOLUTION:
        return Call("keras.layers", _CONVOLUTION[contract.positions], (units(contract), 1), keywords)
    return Call("keras.layers", "Dense", (units(contract),), keywords)


def loss(contract: Contract) -> Call:
    """The loss object."""
    told: dict[str, Any] = {"from_logits": True} if contract.from_logits is FromLogits.TRUE else {}
    if contract.loss is Loss.SPARSE and contract.ignore is not None:
        told["ignore_class"] = _whole(contract.ignore)
    if contract.loss is Loss.MASKED_BINARY:
        told["ignore"] = _number(contract.ignore)
    module, name = _LOSS_CLASS[contract.loss]
    return Call(module, name, (), told)


def _whole(ignore: float) -> int:
    """An ignored class id. Ids are compared as whole numbers, so NaN cannot be one."""
    if ignore != ignore:
        raise WrongArgument(
            "ignore=nan for labels that are class ids",
            expected="a whole number that is no class id",
            fix="y = np.where(np.isnan(y), -1, y) and ignore=-1",
        )
    return int(ignore)


def _number(ignore: float | None) -> float | None:
    """An ignored value of yes/no labels. There NaN is missing without being told."""
    return None if ignore is None or ignore != ignore else ignore


_LOSS_CLASS = {
    Loss.BINARY: ("keras.losses", "BinaryCrossentropy"),
    Loss.CATEGORICAL: ("keras.losses", "CategoricalCrossentropy"),
    Loss.SPARSE: ("keras.losses", "SparseCategoricalCrossentropy"),
    Loss.MASKED_BINARY: ("rightloss.losses", "MaskedBinaryCrossentropy"),
    Loss.DIVERGENCE: ("keras.losses", "KLDivergence"),
    Loss.SQUARED: ("keras.losses", "MeanSquaredError"),
}


def metrics(contract: Contract) -> tuple[Call, ...]:
    """The metrics whose numbers are true for this row: right threshold, label form and mask."""
    logits = contract.form is Form.LOGITS
    missing = contract.ignore is not None or contract.labels is Labels.MULTIHOT_MISSING
    if contract.soft and contract.labels in (Labels.BINARY, Labels.MULTIHOT, Labels.MULTIHOT_MISSING):
        return (_brier(contract, logits, missing),)
    if missing:
        return _masked(contract, logits)
    if contract.labels is Labels.INDEX:
        top = () if not _many(contract) else (_metric("SparseTopKCategoricalAccuracy", k=TOP_K, name=f"top_{TOP_K}"),)
        return (_metric("SparseCategoricalAccuracy", name="accuracy"), *top)
    if contract.labels in (Labels.ONEHOT, Labels.DISTRIBUTION):
        top = () if not _many(contract) else (_metric("TopKCategoricalAccuracy", k=TOP_K, name=f"top_{TOP_K}"),)
        return (_metric("CategoricalAccuracy", name="accuracy"), *top)
    return _columns(contract, logits)


def _columns(contract: Contract, logits: bool) -> tuple[Call, ...]:
    """Metrics of independent yes/no columns."""
    cut: dict[str, Any] = {"thresholds": 0.0} if logits else {}
    threshold: dict[str, Any] = {"threshold": 0.0} if logits else {}
    accuracy = _metric("BinaryAccuracy", name="accuracy", **threshold)
    found = [accuracy, _metric("Precision", name="precision", **cut), _metric("Recall", name="recall", **cut)]
    if contract.labels is Labels.BINARY:
        return (*found, _auc(logits))
    if contract.positions is not Positions.EXAMPLE:
        return (*found, _macro_f1(logits), _auc(logits))  # Keras's per-label AUC is 2-D
    # Keras's own F1Score refuses the threshold 0 that raw scores need.
    f1 = _macro_f1(logits) if logits else _metric("F1Score", average="macro", threshold=0.5, name="macro_f1")
    return (*found, f1, _auc(logits, multi_label=True, num_labels=units(contract)))


def _auc(logits: bool, **told: Any) -> Call:
    cuts = AUC_CUTS_EACH if told else AUC_CUTS
    return _metric("AUC", logits=logits, num_thresholds=cuts, **told, name="auc")


def _macro_f1(logits: bool, **told: Any) -> Call:
    return _own("MultiLabelF1", logits, average="macro", **told, name="macro_f1")


def _brier(contract: Contract, logits: bool, missing: bool) -> Call:
    """Accuracy, precision, recall and AUC need a yes or no; labels that are probabilities have neither."""
    told = {"ignore": _number(contract.ignore)} if missing else {}
    return _own("BrierScore", logits, **told, name="brier_score")


def _masked(contract: Contract, logits: bool) -> tuple[Call, ...]:
    """Metrics that leave out the labels that the loss leaves out."""
    told = {"ignore": _number(contract.ignore)}
    if contract.labels is Labels.INDEX:
        return (_own("MaskedSparseCategoricalAccuracy", False, **told, name="accuracy"),)
    found = (
        _own("MaskedBinaryAccuracy", logits, **told, name="accuracy"),
        _own("MaskedPrecision", logits, **told, name="precision"),
        _own("MaskedRecall", logits, **told, name="recall"),
    )
    return found if contract.labels is Labels.BINARY else (*found, _macro_f1(logits, **told))


def _own(class_name: str, logits: bool, **keywords: Any) -> Call:
    """A metric of ours; all of them read probabilities unless told otherwise, as those of Keras do."""
    return _call("rightloss.metrics", class_name, logits, keywords)


def _metric(class_name: str, *, logits: bool = False, **keywords: Any) -> Call:
    return _call("keras.metrics", class_name, logits, keywords)


def _call(module: str, class_name: str, logits: bool, keywords: Mapping[str, Any]) -> Call:
    told = {"from_logits": True} if logits else {}
    return Call(module, class_name, (), {**told, **keywords})


def _many(contract: Contract) -> bool:
    return isinstance(contract.classes, int) and contract.classes >= TOP_K_FROM
