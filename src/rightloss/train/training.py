"""train: from a table with a label column to a trained, measured and saved model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rightloss.answer import Advice
from rightloss.errors import UnsupportedInput
from rightloss.files import JSON_VERSION
from rightloss.train import folder
from rightloss.train.build import run
from rightloss.train.data import Source, open_source
from rightloss.train.features import Choice, Feature, Kind, choose, learn
from rightloss.train.fit import EPOCHS, Fitted, OnEpoch, fit
from rightloss.train.frequencies import frequencies
from rightloss.train.goal import aim
from rightloss.train.label_columns import Labelled, advise
from rightloss.train.measure import measure
from rightloss.train.scores import Scores
from rightloss.train.script import script
from rightloss.train.split import Parts, split
from rightloss.views.labels.columns import resolve_columns

if TYPE_CHECKING:
    import pyarrow as pa

SEED = 0


@dataclass(frozen=True)
class Trained:
    """What came out of `train`.

    `model` is a Keras model from raw cells to class names and probabilities. `scores` are of the held-out rows. `start`
    is the bias that the last layer started with. `folder` is None where nothing was written.
    """

    advice: Advice
    model: Any
    scores: Scores
    metrics: dict[str, Any]
    labels: folder.LabelMap
    inputs: folder.Inputs
    notes: tuple[str, ...]
    start: float | list[float] | None = None
    folder: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """What `rightloss train --format json` prints: metrics.json, and what the terminal would have shown."""
        return {
            **self.metrics,
            "folder": None if self.folder is None else str(self.folder),
            "contract": self.labels.contract.to_json(),
            "questions": [question.to_json() for question in self.advice.questions],
            "features": [each.column for each in self.inputs.features],
            "left_out": dict(self.inputs.left_out),
            "notes": list(self.notes),
        }


def train(
    data: Any,
    label: str | Sequence[str],
    *,
    features: Sequence[str] | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    seed: int = SEED,
    header: bool | None = None,
    epochs: int = EPOCHS,
    on_advice: Callable[[Advice], None] | None = None,
    on_epoch: OnEpoch | None = None,
    **answers: Any,
) -> Trained:
    """Train a classifier on a table with the cross-entropy that fits its labels.

    Args:
        data: path or glob of CSV, TSV, Parquet, JSON lines, Arrow or ARFF files, or a data frame. It is read whole.
        label: label column or columns, by name, position (-1 is the last), slice ("-14:") or pattern ("Class*").
        features: columns to learn from, named likewise; None: all others that hold numbers or categories.
        out: folder to write; None writes nothing.
        overwrite: whether a folder of an earlier training may be replaced.
        seed: of the split and of training: the same seed gives the same numbers on one machine.
        header: whether the first line of a text table holds names; None looks at it.
        epochs: at most so many; training stops early when the validation loss no longer falls.
        on_advice: called with the advice for the labels before training starts.
        on_epoch: called as on_epoch(epoch, {"loss": ..., "val_loss": ...}) after each epoch.
        **answers: keywords of `rightloss.select`: task, several_true, ordered, ignore and form answer its questions;
            goal, costs and prior say what the model is judged by. The remedy for a goal is a decision that is chosen on
            the validation rows, kept in the folder and used by `predict` and `evaluate`.

    Raises:
        NoCrossEntropyFits: the labels are one class, quantities or ids.
        MissingColumn, EmptyInput, UnreadableInput: the table could not be read.
        UnsupportedInput: nothing to learn from, too few rows, labels of a kind that is not trained on.
        WrongArgument: the folder is taken, or an answer contradicts the labels.
    """
    target = None if out is None else folder.check_target(out, overwrite)
    source = open_source(data, header=header)
    named = [label] if isinstance(label, str) else list(label)
    columns = resolve_columns(named or source.suggested, source.names, source.where)
    found = _labelled(source, columns, features, answers)
    if on_advice is not None:
        on_advice(found.advice)
    choice = choose(found.table, _candidates(source, columns, features), asked=features is not None)
    trained = replace(_trained(source, columns, found, choice, seed, epochs, on_epoch), folder=target)
    if target is not None:
        _write(trained, target, source, epochs, overwrite)
    return trained


def _trained(
    source: Source,
    columns: tuple[str, ...],
    found: Labelled,
    choice: Choice,
    seed: int,
    epochs: int,
    on_epoch: OnEpoch | None,
) -> Trained:
    """Split, fit, decide for the goal, measure."""
    advice, y = found.advice, found.y
    assert advice.contract is not None
    parts = split(y, several_true=found.several_true, seed=seed, names=advice.classes)
    known = _learned(choice, found.table, parts)
    cells = {each.input: each.read(found.table) for each in known}
    # Where the last layer starts, and what decides, follow from the training rows: the others are for measuring.
    counts = frequencies(y[parts.train], advice.contract, advice.classes)
    fitting = replace(advice, imbalance=counts)
    fitted = fit(known, cells, y, parts, fitting, seed=seed, epochs=epochs, on_epoch=on_epoch)
    p = run(fitted.model, _rows(cells, parts.validation))["probabilities"]
    labels = folder.LabelMap(
        columns,
        advice.classes,
        advice.contract,
        advice.preparation,
        counts.shares,
        found.nothing,
        aim(fitting, y[parts.validation], p),
    )
    scores = measure(fitted.model, _rows(cells, parts.test), y[parts.test], labels)
    decided = (labels.aim.decision.note,) if labels.aim is not None and labels.aim.decision.note else ()
    return Trained(
        advice=advice,
        model=fitted.model,
        scores=scores,
        metrics=_metrics(advice, parts, fitted, scores, seed),
        labels=labels,
        inputs=folder.Inputs(known, source.names, source.named, _left_out(choice, known)),
        notes=(*source.notes, *found.notes, *advice.notes, *choice.notes, *parts.notes, *decided),
        start=fitting.prior_bias,
    )


def _labelled(
    source: Source, columns: Sequence[str], features: Sequence[str] | None, answers: dict[str, Any]
) -> Labelled:
    mixed = [name for name in columns if name in source.mixed]
    if mixed:
        raise UnsupportedInput(
            f"label {mixed[0]!r} mixes kinds of values", expected="labels of one kind", fix="write them all as text"
        )
    table = source.load([*columns, *_candidates(source, columns, features)], declared=columns)
    return advise(table, columns, answers)


def _candidates(source: Source, columns: Sequence[str], features: Sequence[str] | None) -> list[str]:
    if features is None:
        return [name for name in source.names if name not in columns and name not in source.mixed]
    chosen = resolve_columns(list(features), source.names, source.where)
    both = [name for name in chosen if name in columns]
    if both:
        raise UnsupportedInput(
            f"{both[0]!r} is a label and a feature",
            expected="features that are not labels",
            fix=f"leave {both[0]!r} out",
        )
    return list(chosen)


def _learned(choice: Choice, table: pa.Table, parts: Parts) -> tuple[Feature, ...]:
    """Features with what the training rows say; a category column in which nothing came twice is left out."""
    learned = [learn(each, each.read(table)[parts.train]) for each in choice.features]
    kept = tuple(each for each in learned if each.kind is Kind.NUMBER or each.vocabulary)
    if not kept:
        raise UnsupportedInput(
            f"no column to learn from: no value of {choice.features[0].column!r} comes twice",
            expected="at least one column of numbers, or of categories that repeat",
            fix="add such a column",
        )
    return kept


def _left_out(choice: Choice, known: Sequence[Feature]) -> dict[str, str]:
    kept = {each.column for each in known}
    alone = {each.column: "has no value that comes twice" for each in choice.features if each.column not in kept}
    return {**choice.left_out, **alone}


def _rows(cells: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    return {name: column[rows] for name, column in cells.items()}


def _metrics(advice: Advice, parts: Parts, fitted: Fitted, scores: Scores, seed: int) -> dict[str, Any]:
    """As metrics.json holds it. No times: two runs with one seed write the same file."""
    return {
        "version": JSON_VERSION,
        "task": advice.task,
        "rows": {"train": len(parts.train), "validation": len(parts.validation), "test": len(parts.test)},
        "test": scores.to_json(),
        "training": {
            "seed": seed,
            "epochs": fitted.epochs,
            "best_epoch": fitted.best_epoch,
            "validation_loss": fitted.best_loss,
        },
    }


def _write(trained: Trained, target: Path, source: Source, epochs: int, overwrite: bool) -> None:
    code = script(
        trained.advice,
        where=source.where,
        columns=trained.labels.columns,
        features=trained.inputs.features,
        rows=trained.metrics["rows"]["train"],
        nothing=trained.labels.nothing,
        start=trained.start,
        seed=trained.metrics["training"]["seed"],
        epochs=epochs,
    )
    folder.write(
        target,
        model=trained.model,
        labels=trained.labels,
        inputs=trained.inputs,
        advice=trained.advice.to_json(),
        metrics=trained.metrics,
        code=code,
        overwrite=overwrite,
    )
