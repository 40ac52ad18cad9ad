"""The advised remedy against plain training, class weights, focal loss and oversampling, on real imbalanced data.

    python bench/remedies.py DATA_FOLDER [--sets bank_marketing ecoli ...] [--markdown FILE]

For each data set, goal and seed: one small network is trained in every way, with the same steps; the advised remedy
reads the plain one as `advice.decision` decides on validation rows. All are scored on the same test rows. Larger is
better: losses and costs are shown with a minus. Each cell is the advised score minus that of another way, paired over
seeds: mean ± half of the 95 % interval of Student's t; a star where Holm's method, over the whole table, holds it to
5 %. The other ways are read as their users read them: the largest, or above one half; recall at a precision needs a cut
from all of them, F1 from the two whose scores are no probabilities, and they get it in the same way.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from remedies_cases import measure_groups, measure_missing, measure_scenes
from remedies_data import SEEDS, Data, Split, load
from remedies_rows import Row, paired, table, verdicts
from remedies_train import Trained, train, ways
from sklearn import metrics as sk

import rightloss as rl
from rightloss.advice.decision import Decision
from rightloss.advice.goals import Measure
from rightloss.advice.remedy import Kind
from rightloss.contract import Labels

ADVISED = "advised"
SCORES = ("asymmetric", "two-way")  # give no probabilities: their users need a cut as well
CUTS = (Measure.MACRO_F1, Measure.F1)


def score(advice: rl.Advice, way: str, trained: Trained, split: Split) -> float:
    """The score of one way on the test rows for the advice's goal; larger is better (costs and losses are negative)."""
    y, logits = split.y["test"], trained.test
    if way == "CORN":
        squared = advice.goal.measure is Measure.KAPPA
        ids = rl.losses.corn_decode(logits, cost="squared" if squared else "absolute").numpy()
        return _of_decisions(advice, y, np.asarray(advice.classes)[ids])
    measure = advice.goal.measure
    decides = way == ADVISED or (way in SCORES and measure in CUTS) or measure is Measure.RECALL_AT_PRECISION
    decision = advice.decision(split.y["validation"], trained.validation) if decides else None
    if measure in (Measure.LOG_LOSS, Measure.AUROC, Measure.AUPRC):
        found = advice.probabilities(logits, decision=decision or Decision(Kind.NOTHING))
        return _of_probabilities(advice, y, found)
    return _of_decisions(advice, y, advice.decode(logits, decision=decision))


def _of_probabilities(advice: rl.Advice, y: np.ndarray, p: np.ndarray) -> float:
    goal, encoded = advice.goal, advice.encode(y)
    p = np.clip(p, 1e-12, 1 - 1e-12)
    if advice.contract.labels in (Labels.MULTIHOT, Labels.BINARY):
        cells, p = encoded.reshape(len(y), -1), p.reshape(len(y), -1)
        if goal.measure is Measure.AUROC:
            return float(np.mean([sk.roc_auc_score(cells[:, each], p[:, each]) for each in range(cells.shape[1])]))
        if goal.measure is Measure.AUPRC:
            return float(sk.average_precision_score(cells.ravel(), p.ravel()))
        return float((cells * np.log(p) + (1 - cells) * np.log(1 - p)).mean())
    weight = _test_weight(advice, encoded)
    return float((weight * np.log(p[np.arange(len(p)), encoded])).sum())


def _test_weight(advice: rl.Advice, ids: np.ndarray) -> np.ndarray:
    """Weights of test rows under which classes are as frequent as the goal's prior says; all equal without one."""
    if advice.goal.prior is None:
        return np.full(len(ids), 1 / len(ids))
    rows = np.bincount(ids, minlength=len(advice.classes))
    each = np.array(advice.goal.prior) / np.maximum(rows, 1)
    return each[ids] / each[ids].sum()


def _of_decisions(advice: rl.Advice, y: np.ndarray, found: np.ndarray) -> float:
    goal, measure = advice.goal, advice.goal.measure
    if advice.contract.labels is Labels.MULTIHOT:
        if measure is Measure.MACRO_F1:
            return float(sk.f1_score(y, found, average="macro", zero_division=0))
        if measure is Measure.F1:
            return float(sk.f1_score(y[:, goal.label], found[:, goal.label], zero_division=0))
        return float(np.mean([sk.balanced_accuracy_score(y[:, each], found[:, each]) for each in range(y.shape[1])]))
    place = {name: index for index, name in enumerate(advice.classes)}
    true, said = (np.array([place[name] for name in each]) for each in (y.tolist(), found.tolist()))
    if measure is Measure.ACCURACY:
        return float((_test_weight(advice, true) * (true == said)).sum())
    if measure is Measure.COST:
        return -float(np.array(goal.costs)[true, said].mean())
    if measure is Measure.MAE:
        return -float(np.abs(true - said).mean())
    if measure is Measure.KAPPA:
        return float(sk.cohen_kappa_score(true, said, weights="quadratic"))
    if measure is Measure.BALANCED_ACCURACY:
        return float(np.mean([(said[true == each] == each).mean() for each in np.unique(true)]))
    if measure is Measure.MACRO_F1:
        return float(sk.f1_score(true, said, average="macro", labels=np.unique(true), zero_division=0))
    if measure is Measure.F1:
        return float(sk.f1_score(true == goal.label, said == goal.label, zero_division=0))
    hits = (said == goal.label) & (true == goal.label)
    return float(hits.sum() / (true == goal.label).sum())


def measure(data: Data) -> Iterator[Row]:
    """All comparisons of one data set."""
    scores: dict[tuple[int, str], list[float]] = {}
    wishes, made = list(enumerate(data.goals)), {}
    for seed in range(SEEDS):
        split = data.split(seed)
        advices = {place: rl.select(split.y["train"], form="logits", **data.told, **wish) for place, wish in wishes}
        every = {way for advice in advices.values() for way in ways(advice)}
        trained = {way: train(way, advices[0], split, seed, data.epochs) for way in sorted(every)}
        trained[ADVISED] = trained["plain"]
        for place, advice in advices.items():
            made[place] = (str(advice.goal), advice.remedy.kind.value)
            for way in (ADVISED, *ways(advice)):
                scores.setdefault((place, way), []).append(score(advice, way, trained[way], split))
    for place, (goal, kind) in made.items():
        best = np.array(scores[place, ADVISED])
        for other in (way for key, way in scores if key == place and way != ADVISED):
            against = np.array(scores[place, other])
            yield Row(data.name, goal, kind, other, best.mean(), against.mean(), *paired(best - against))


def main() -> None:
    """Measure and print."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="*", help="only these data sets")
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    told = parser.parse_args()
    rows: list[Row] = []
    console = Console(width=190)
    for data in load(told.folder):
        if not told.sets or data.name in told.sets:
            rows += measure(data)
            console.print(f"{data.name}: {len(rows)} comparisons", style="dim")
    if not told.sets:
        for case in (measure_groups, measure_missing, measure_scenes):
            rows += case(told.folder)
    head, *lines = table(rows)
    drawn = Table(*head, box=box.SIMPLE, padding=(0, 1))
    for line in lines:
        drawn.add_row(*line)
    console.print(drawn)
    said = verdicts(rows)
    console.print(
        f"{len(rows)} comparisons: {said.count('better')} better, {said.count('worse')} worse, the rest undecided"
    )
    if told.markdown:
        text = ["| " + " | ".join(line) + " |" for line in (head, ("---",) * len(head), *lines)]
        told.markdown.write_text("\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
