"""The labelled data of bench/remedies.py: features as numbers, labels as they stand, one split for each seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SEEDS = 5
PARTS = (0.6, 0.2, 0.2)  # train, validation, test
OFFICIAL_VALIDATION = 0.2  # of the training file, where the test file is given
TAIL = (120, 6)  # training rows of the most and least frequent digit
BIBTEX, COREL = "bibtex/bibtex-{}.arff", "corel5k/Corel5k-{}-sparse.arff"
SIDE, GRID, KIND = 48, 12, 3  # pixels of a scene, of a place in it, and the digit that is looked for
SCENES = {"train": 200, "validation": 150, "test": 300}


@dataclass(frozen=True)
class Split:
    """Features and labels of one seed; features are standardised on the training rows."""

    x: dict[str, np.ndarray]
    y: dict[str, np.ndarray]


@dataclass(frozen=True)
class Data:
    """One data set: how it is split by seed, which goals it is judged by, what `select` is told about it."""

    name: str
    split: Callable[[int], Split]
    goals: tuple[dict[str, Any], ...]
    told: dict[str, Any] = field(default_factory=dict)
    epochs: int = 40


def _standard(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    mean, scale = parts["train"].mean(0), parts["train"].std(0)
    scale[scale < 1e-6] = 1.0
    return {name: ((x - mean) / scale).astype(np.float32) for name, x in parts.items()}


def _stratified(x: np.ndarray, y: np.ndarray, seed: int) -> Split:
    """60 / 20 / 20 of each class; a class keeps at least one training row, and may be absent elsewhere."""
    rng, places = np.random.default_rng(seed), {"train": [], "validation": [], "test": []}
    for name in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == name))
        test, validation = round(PARTS[2] * len(rows)), round(PARTS[1] * len(rows))
        places["test"].append(rows[:test])
        places["validation"].append(rows[test : test + validation])
        places["train"].append(rows[test + validation :])
    rows = {part: np.concatenate(each) for part, each in places.items()}
    return Split(
        _standard({part: x[each] for part, each in rows.items()}), {part: y[each] for part, each in rows.items()}
    )


def _table(path: Path, **options: Any) -> tuple[np.ndarray, np.ndarray]:
    """The last column is the label; text columns become one column for each value."""
    frame = pd.read_csv(path, **options)
    x = pd.get_dummies(frame.iloc[:, :-1]).to_numpy(np.float64)
    return x, frame.iloc[:, -1].to_numpy()


def _long_tail(folder: Path, seed: int) -> Split:
    """Training and validation rows with a long tail of digits; test rows with equal numbers of each.

    So only goals that do not depend on test frequencies, or state them, can be judged here: not F1.
    """
    saved, rng = np.load(folder / "digits_images" / "digits_8x8.npz"), np.random.default_rng(seed)
    x, y = saved["x"].reshape(len(saved["y"]), -1).astype(np.float64), saved["y"].astype(np.int64)
    places: dict[str, list[np.ndarray]] = {"train": [], "validation": [], "test": []}
    for digit in range(10):
        rows = rng.permutation(np.flatnonzero(y == digit))
        train = round(TAIL[0] * (TAIL[1] / TAIL[0]) ** (digit / 9))
        cuts = np.cumsum([40, train, max(train // 6, 1)])
        for part, each in zip(("test", "train", "validation"), np.split(rows[: cuts[-1]], cuts[:-1]), strict=True):
            places[part].append(each)
    rows = {part: np.concatenate(each) for part, each in places.items()}
    return Split(
        _standard({part: x[each] for part, each in rows.items()}), {part: y[each] for part, each in rows.items()}
    )


def multi_label(folder: Path, name: str, labels: int, seed: int) -> Split:
    """The official files; the last columns are the labels."""
    from scipy.io import arff

    def read(part: str) -> tuple[np.ndarray, np.ndarray]:
        frame = pd.DataFrame(arff.loadarff(folder / name / f"{name}-{part}.arff")[0])
        cells = frame.iloc[:, -labels:].map(lambda cell: int(cell)).to_numpy()
        return frame.iloc[:, :-labels].to_numpy(np.float64), cells

    (x, y), (x_test, y_test) = read("train"), read("test")
    order = np.random.default_rng(seed).permutation(len(x))
    cut = round(OFFICIAL_VALIDATION * len(x))
    return Split(
        _standard({"train": x[order[cut:]], "validation": x[order[:cut]], "test": x_test}),
        {"train": y[order[cut:]], "validation": y[order[:cut]], "test": y_test},
    )


def tags(folder: Path, files: str, labels: int, seed: int) -> Split:
    """Sparse files of 0 and 1, words and tags: left as they are, which also keeps rare words from being blown up."""

    def read(part: str) -> tuple[np.ndarray, np.ndarray]:
        header, _, rows = (folder / files.format(part)).read_text("latin-1").lower().partition("@data")
        lines = [line.strip("{} \r") for line in rows.split("\n") if line.strip()]
        cells = np.zeros((len(lines), header.count("@attribute")), np.float32)
        for place, line in enumerate(lines):
            cells[place, [int(cell.split()[0]) for cell in line.split(",") if cell]] = 1
        return cells[:, :-labels], cells[:, -labels:].astype(np.int64)

    (x, y), (x_test, y_test) = read("train"), read("test")
    order = np.random.default_rng(seed).permutation(len(x))
    cut = round(OFFICIAL_VALIDATION * len(x))
    return Split(
        {"train": x[order[cut:]], "validation": x[order[:cut]], "test": x_test},
        {"train": y[order[cut:]], "validation": y[order[:cut]], "test": y_test},
    )


def scenes(folder: Path, seed: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Pictures (n, side, side, 1) of digits in noise, and 1 in the middle of each three; no digit is in two parts."""
    saved, rng = np.load(folder / "digits_images" / "digits_8x8.npz"), np.random.default_rng(seed)
    order = rng.permutation(len(saved["y"]))
    cuts = np.cumsum([int(share * len(order)) for share in PARTS[:2]])
    x, y = {}, {}
    for (part, number), rows in zip(SCENES.items(), np.split(order, cuts), strict=True):
        x[part] = rng.normal(0, 0.15, (number, SIDE, SIDE, 1)).astype(np.float32)
        y[part] = np.zeros((number, SIDE, SIDE), np.int64)
        for scene, up, left in np.ndindex(number, SIDE // GRID, SIDE // GRID):
            if rng.random() < 0.55:
                digit, (top, side) = rng.choice(rows), GRID * np.array((up, left)) + rng.integers(0, GRID - 7, 2)
                x[part][scene, top : top + 8, side : side + 8, 0] += saved["x"][digit].reshape(8, 8) / 16
                y[part][scene, top + 4, side + 4] = int(saved["y"][digit] == KIND)
    return x, y


GROUPS = ("marital", "education")
YES_NO = ("housing", "loan", "default")


def attributes(folder: Path, seed: int) -> Split:
    """What is known of bank customers as a label matrix: two one-hot groups beside three independent labels."""
    frame = pd.read_csv(folder / "bank_marketing" / "bank-full.csv").drop(columns="y")
    groups = [pd.get_dummies(frame[name]).to_numpy(np.int64) for name in GROUPS]
    y = np.hstack([*groups, (frame[list(YES_NO)] == "yes").to_numpy(np.int64)])
    x = pd.get_dummies(frame.drop(columns=[*GROUPS, *YES_NO])).to_numpy(np.float64)
    order = np.random.default_rng(seed).permutation(len(x))
    rows = dict(
        zip(
            ("train", "validation", "test"),
            np.split(order, np.cumsum([int(p * len(x)) for p in PARTS[:2]])),
            strict=True,
        )
    )
    return Split(
        _standard({part: x[each] for part, each in rows.items()}), {part: y[each] for part, each in rows.items()}
    )


def load(folder: Path) -> tuple[Data, ...]:
    """All data sets, largest last."""
    ecoli = _table(folder / "ecoli" / "ecoli.csv", header=None)
    glass = _table(folder / "glass" / "glass.csv", header=None)
    wine = _table(folder / "wine_quality" / "winequality-white.csv", header=None)
    bank = _table(folder / "bank_marketing" / "bank-full.csv")
    several = ("log_loss", "macro_f1", "balanced_accuracy", "auroc")
    many = ("log_loss", "macro_f1", "auprc")
    averages = ("log_loss", "accuracy", "balanced_accuracy", "macro_f1")
    # 9 is the rarest label of yeast with 30 validation positives in each split.
    even = dict.fromkeys(range(10), 0.1)
    one = ("f1:yes", "auroc", "auprc", "recall@precision=0.5")
    return (
        Data("ecoli", lambda seed: _stratified(*ecoli, seed), _goals(*averages), {"task": "multiclass"}, 60),
        Data("glass", lambda seed: _stratified(*glass, seed), _goals(*averages), {"task": "multiclass"}, 60),
        Data(
            "digits long tail",
            lambda seed: _long_tail(folder, seed),
            (*_goals("balanced_accuracy"), {"goal": "log_loss", "prior": even}),
            {"task": "multiclass"},
        ),
        Data("emotions", lambda seed: multi_label(folder, "emotions", 6, seed), _goals(*several), {}, 40),
        Data("corel5k", lambda seed: tags(folder, COREL, 374, seed), _goals(*many), {"task": "multilabel"}, 20),
        Data("bibtex", lambda seed: tags(folder, BIBTEX, 159, seed), _goals(*many), {"task": "multilabel"}, 20),
        Data("yeast", lambda seed: multi_label(folder, "yeast", 14, seed), _goals(*several, "f1:9"), {}, 30),
        Data(
            "wine_quality", lambda seed: _stratified(*wine, seed), _goals(*averages, "mae", "kappa"),
            {"task": "multiclass", "ordered": True}, 30,
        ),
        Data(
            "bank_marketing",
            lambda seed: _stratified(*bank, seed),
            (*_goals(*averages, *one), {"costs": {("yes", "no"): 10}}, {"prior": {"yes": 0.3}}),
            epochs=6,
        ),
    )  # fmt: skip


def _goals(*names: str) -> tuple[dict[str, Any], ...]:
    return tuple({"goal": name} for name in names)
