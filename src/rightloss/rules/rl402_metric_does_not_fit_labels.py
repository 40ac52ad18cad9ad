"""RL402: see the function's docstring."""

from __future__ import annotations

from dataclasses import replace

from rightloss.contract import METRIC_NAMES, Contract, Evidence, Form, Labels, Loss, MetricUse, Row, keras_accuracy
from rightloss.contract.recipe import Call, Name, metrics
from rightloss.rules._rule import Outcome, Subject, another_metric, rule
from rightloss.rules._words import LABELS

EQUALITY = "Accuracy"
"""keras.metrics.Accuracy compares predictions with labels for equality, so it is never right on probabilities."""
TOP_K_DEFAULT = 5
ONE_COLUMN = "without a threshold keeps only the largest column of each row"
_TOP_K = {
    Labels.INDEX: "SparseTopKCategoricalAccuracy",
    Labels.ONEHOT: "TopKCategoricalAccuracy",
    Labels.DISTRIBUTION: "TopKCategoricalAccuracy",
}
"""The member of the top-k family that reads these labels."""
_BY_CLASS = {"Precision": "MultiClassPrecision", "Recall": "MultiClassRecall", "F1Score": "MultiClassF1"}
"""What cuts every cell -> the same score of the classes themselves, which reads ids."""
WANTS_IDS = "expects class ids from the model, which gives one value for each class"


@rule("RL402", since="0.1.0", subject=Subject.METRIC, reads=("metrics", "labels", "width"))
def metric_does_not_fit_labels(row: Row, use: MetricUse, seen: Evidence) -> Outcome | None:
    """A metric reads labels in another way than they are written, so the number it reports is not what its name says.

    ## Why is this bad?
    Keras picks what 'accuracy' means from shapes alone: one unit gives BinaryAccuracy, labels with fewer axes than
    the output give SparseCategoricalAccuracy, everything else CategoricalAccuracy, which compares only the largest
    column. On multi-hot labels that is the accuracy of the first label that is true. Other metrics are stricter
    about shapes and raise, or broadcast.

    ## What you will see
    An accuracy that is far too low or too high, and no message: 0.62 beside a true 0.87, or 92 % for cells of one-hot
    rows beside 88 % for the classes. Or an error in the metric in the first batch.

    ## Bad
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", metrics=["accuracy"])
    rl.check(model, (x, multihot))
    ```

    ## Good
    ```python
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", metrics=[keras.metrics.BinaryAccuracy(name="accuracy")])
    rl.check(model, (x, multihot))
    ```

    ## Fix safety
    Only a reported number changes: safe.

    ## References
    - https://github.com/tensorflow/tensorflow/issues/41361 (how 'accuracy' is resolved)
    """
    name = keras_accuracy(row.point.labels, row.point.width) if use.name == "accuracy" else use.name
    problem = _problem(row, name, use, seen)
    if problem is None:
        return None
    alias = use.arguments.get("alias", use.name)
    called = name if alias == name else f"'{alias}' becomes {name}, which"
    metric = _other(row, replace(use, name=name), problem, seen)
    return another_metric(f"{called} {problem}.", f"a metric for {LABELS[row.point.labels]}", metric)


def _other(row: Row, use: MetricUse, problem: str, seen: Evidence) -> Call:
    """The same metric told otherwise, or its sibling for these labels, where there is one; else that of the recipe."""
    name = use.name
    sibling = _TOP_K.get(row.point.labels)
    if name in _TOP_K.values() and sibling not in (None, name):
        return use.told(str(sibling), k=use.arguments.get("k", TOP_K_DEFAULT))
    if name in _BY_CLASS and row.point.labels is Labels.INDEX:
        masked = {} if seen.ignore is None else {"ignore": seen.ignore}
        return Call("rightloss.metrics", _BY_CLASS[name], (), {**masked, **_name(use)})
    if name == "MeanIoU" and row.point.labels is Labels.BINARY:
        border = 0.0 if row.form is Form.LOGITS else 0.5
        return Call("keras.metrics", "BinaryIoU", (), {"target_class_ids": [0, 1], "threshold": border, **_name(use)})
    if name == "F1Score" and problem == ONE_COLUMN:
        return use.told(name, average="macro", threshold=0.5)
    if name == "MeanIoU" and problem == WANTS_IDS:
        classes = seen.classes if isinstance(seen.classes, int) else Name(seen.classes or "num_classes")
        columns = {} if row.point.labels is Labels.INDEX else {"sparse_y_true": False}
        return use.told(name, num_classes=classes, **columns, sparse_y_pred=False)
    call = metrics(Contract(row, seen.classes, seen.positions, seen.ignore))[0]
    return replace(call, keywords={**call.keywords, **_name(use)})


def _name(use: MetricUse) -> dict[str, str]:
    """The name the user gave the metric, if any: histories and callbacks go by it."""
    own = None if use.written is None else use.written.keywords.get("name")
    return {} if own is None else {"name": own}


def _problem(row: Row, name: str, use: MetricUse, seen: Evidence) -> str | None:
    labels = row.point.labels
    if name == EQUALITY:
        return "compares predictions with labels for equality"
    entry = METRIC_NAMES.get(name)
    if entry is None:
        return None
    # A cell is right exactly when the class is, as soon as there are only two columns.
    two = seen.classes == 2 and name == "BinaryAccuracy" and labels in (Labels.ONEHOT, Labels.DISTRIBUTION)
    # The masked loss judges columns of which some cells are unknown; RL403 speaks about the mask.
    columns = Labels.MULTIHOT if labels is Labels.MULTIHOT_MISSING else labels
    cells = row.point.loss is Loss.BINARY and name in ("Precision", "Recall", "AUC")
    if name == "MeanIoU" and labels is Labels.BINARY:
        return "cuts what the model gives out down to whole numbers: every probability below 1 counts as class 0"
    if columns not in entry.labels and not two and not (cells and labels is Labels.DISTRIBUTION):
        wanted = " or ".join(LABELS[each] for each in Labels if each in entry.labels)
        return f"reads {wanted}, but y holds {LABELS[labels]}"
    if name == "F1Score" and columns in (Labels.MULTIHOT, Labels.BINARY) and use.arguments.get("threshold") is None:
        return ONE_COLUMN
    if "TopK" in name and isinstance(seen.classes, int):
        k = int(use.arguments.get("k", TOP_K_DEFAULT))
        return f"takes the best {k} of {seen.classes} classes and is always 1" if k >= seen.classes else None
    if name == "MeanIoU" and use.arguments.get("sparse_y_pred", True):
        return WANTS_IDS
    return None
