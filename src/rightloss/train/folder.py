"""The folder that training leaves: the model, what its labels and inputs mean, its scores, and the code.

model.keras     raw cells in, class names and probabilities out; loads with Keras alone, in safe mode
labels.json     label columns, class names, contract, preparation of labels, shares in the training rows, and, where a
                goal was stated, the decision for it, which `predict` and `evaluate` apply to what the model gives
features.json   one entry for each input, the columns left out and why
advice.json     what `rightloss select` says of the labels
metrics.json    scores on the held-out rows, the split, the seed, how training went
train.py        the script that trains this model again
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rightloss.contract import PREFERRED, Contract
from rightloss.contract.preparation import Preparation
from rightloss.errors import UnreadableInput, WrongArgument
from rightloss.files import JSON_VERSION, whole_folder, write_json, write_text
from rightloss.train.features import Feature
from rightloss.train.goal import Aim

MODEL, LABELS, FEATURES = "model.keras", "labels.json", "features.json"
ADVICE, METRICS, CODE = (
    "advice.json",
    "metrics.json",
    "train.py",
)  # not code.py: beside the script it would hide a module of Python
FILES = (MODEL, LABELS, FEATURES, ADVICE, METRICS, CODE)


@dataclass(frozen=True)
class LabelMap:
    """What the outputs of a model mean, and how labels of new rows become what the loss reads.

    `shares`: of each class, or of positives of each label, in the training rows. `nothing`: the label value that stood
    for "no label"; None where there was none. `aim`: the goal, where one was stated, and the decision for it.
    """

    columns: tuple[str, ...]
    classes: tuple[Any, ...]
    contract: Contract
    preparation: Preparation | None
    shares: tuple[float, ...]
    nothing: Any = None
    aim: Aim | None = None

    def to_json(self) -> dict[str, Any]:
        """As labels.json holds it."""
        return {
            "version": JSON_VERSION,
            "columns": list(self.columns),
            "classes": list(self.classes),
            "shares": list(self.shares),
            "nothing": self.nothing,
            "goal": None if self.aim is None else self.aim.to_json(),
            "contract": self.contract.to_json(),
            "preparation": None if self.preparation is None else self.preparation.to_json(),
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> LabelMap:
        """The map that `to_json` saved."""
        told, prepared = saved["contract"], saved["preparation"]
        row = next(
            each
            for each in PREFERRED
            if (each.point.labels, each.point.activation, each.point.loss)
            == (told["labels"], told["activation"], told["loss"])
        )
        ignore = float("nan") if told["ignore"] == "nan" else told["ignore"]
        return cls(
            columns=tuple(saved["columns"]),
            classes=tuple(saved["classes"]),
            nothing=saved.get("nothing"),
            aim=None if saved.get("goal") is None else Aim.from_json(saved["goal"]),
            contract=Contract(row, told["classes"], ignore=ignore),
            preparation=None if prepared is None else Preparation.from_json(prepared),
            shares=tuple(saved["shares"]),
        )


@dataclass(frozen=True)
class Inputs:
    """What a model reads: its features, all columns of the training table, and whether that table named them."""

    features: tuple[Feature, ...]
    columns: tuple[str, ...]
    named: bool
    left_out: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As features.json holds it."""
        return {
            "version": JSON_VERSION,
            "features": [each.to_json() for each in self.features],
            "left_out": dict(self.left_out),
            "columns": list(self.columns),
            "named": self.named,
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Inputs:
        """The inputs that `to_json` saved."""
        features = tuple(Feature.from_json(each) for each in saved["features"])
        return cls(features, tuple(saved["columns"]), saved["named"], saved["left_out"])


@dataclass(frozen=True)
class Saved:
    """A folder read back; the model is live."""

    path: Path
    model: Any
    labels: LabelMap
    inputs: Inputs

    def cells(self, table: Any) -> dict[str, np.ndarray]:
        """Input name -> (n, 1) raw cells."""
        return {each.input: each.read(table) for each in self.inputs.features}


def check_target(path: str | Path, overwrite: bool) -> Path:
    """The folder to write, before the work of training: it is new, or one of ours that may be replaced.

    Raises:
        WrongArgument: something else is there, or a folder of ours without `overwrite`.
        UnreadableInput: it could not be created there.
    """
    target = Path(path)
    if target.exists():
        there = sorted(each.name for each in target.iterdir()) if target.is_dir() else ["a file"]
        shown = ", ".join(there[:8]) + (" ..." if len(there) > 8 else "")
        ours = _is_ours(target)
        if there and not (ours and overwrite):
            raise WrongArgument(
                f"{target} is already there and holds {shown}",
                expected="a new folder" if not ours else "a new folder, or leave to replace this model",
                fix="--overwrite" if ours else f"--out {target}-2",
            )
    parent = next(each for each in target.absolute().parents if each.exists())
    try:  # asking for permissions says little (read-only disks, root), so a folder is made and removed
        TemporaryDirectory(prefix=f".{target.name}.", dir=parent).cleanup()
    except OSError as error:
        raise _not_writable(target, error) from error
    return target


def _is_ours(target: Path) -> bool:
    """Whether a folder holds a model that `write` left, and nothing else."""
    if not ((target / LABELS).is_file() and (target / MODEL).is_file()):
        return False
    return {each.name for each in target.iterdir()} <= set(FILES)


def _not_writable(target: Path, error: OSError) -> UnreadableInput:
    return UnreadableInput(
        f"{target} cannot be written: {error.strerror or error}",
        expected="a place where a folder can be made",
        fix="--out another/folder",
    )


def write(
    target: Path,
    *,
    model: Any,
    labels: LabelMap,
    inputs: Inputs,
    advice: Mapping[str, Any],
    metrics: Mapping[str, Any],
    code: str,
    overwrite: bool,
) -> None:
    """Write the folder whole or not at all; a folder of ours that is there is replaced where `overwrite` says so."""
    tables = {LABELS: labels.to_json(), FEATURES: inputs.to_json(), ADVICE: advice, METRICS: metrics}
    try:
        with whole_folder(target, allowed=lambda: check_target(target, overwrite)) as folder:
            model.save(folder / MODEL)
            for name, value in tables.items():
                write_json(folder / name, value)
            write_text(folder / CODE, code)
    except OSError as error:
        raise _not_writable(target, error) from error


def load(path: str | Path) -> Saved:
    """The folder that `write` left.

    Raises:
        UnreadableInput: not such a folder, or a file of it is damaged.
    """
    folder = Path(path)
    gone = [name for name in (MODEL, LABELS, FEATURES) if not (folder / name).is_file()]
    if gone:
        raise UnreadableInput(
            f"{folder} has no {', '.join(gone)}" if folder.is_dir() else f"{folder} is not a folder",
            expected="a folder that rightloss train has written",
            fix="rightloss train DATA --label COL --out DIR",
        )
    import keras

    try:
        labels = LabelMap.from_json(_read(folder / LABELS))
        inputs = Inputs.from_json(_read(folder / FEATURES))
        model = keras.models.load_model(folder / MODEL, compile=False, safe_mode=True)
    except (KeyError, TypeError, ValueError, StopIteration, OSError) as error:
        raise UnreadableInput(
            f"{folder} could not be loaded: {type(error).__name__}: {str(error).splitlines()[0][:200]}",
            expected="a folder that rightloss train has written, unchanged",
            fix="train again with --out and --overwrite",
        ) from error
    return Saved(folder, model, labels, inputs)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
