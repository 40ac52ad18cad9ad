"""What is known before training: where the last layer should start, the first loss, the score of a constant answer.

Pure functions of a contract and counts. In all of them `counts` are, in the order of the units,

* exclusive classes: how many labels have each class (for two classes on one unit: (zeros, ones)); for soft labels the
  sums of the columns,
* columns that can be true together: the positives of each column.

`total` is the number of labels (examples, tokens or pixels) behind the counts: one number, or one for each column where
cells are missing. Labels that stand for "no label" are in neither.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rightloss.contract.contract import Contract
from rightloss.contract.recipe import TOP_K, Call, metrics
from rightloss.contract.vocabulary import Labels, Loss

HALF = 0.5  # stands in for a count of 0, which would start a unit at minus infinity: half of one observation

Totals = int | Sequence[int]


def prior_bias(contract: Contract, counts: Sequence[float], total: Totals) -> float | list[float]:
    """The bias with which the first predictions are the class frequencies.

    For one unit and for independent units the log-odds log(p / (1 - p)); for exclusive classes log p, centred so that
    the values sum to 0, since softmax ignores a constant. A count of 0 is taken as one half. With it training need not
    spend its first steps on learning the frequencies (Lin et al., Focal Loss for Dense Object Detection, ICCV 2017,
    section 3.3, start the rare class from its prior for the same reason).

    Returns:
        One number for one unit, else one for each unit.
    """
    if independent(contract):
        odds = [_log_odds(share, known) for share, known in _columns(contract, counts, total)]
        return odds[0] if contract.units == 1 else odds
    logs = [math.log(max(count, HALF)) for count in counts]
    mean = sum(logs) / len(logs)
    return [each - mean for each in logs]


def expected_first_loss(contract: Contract, counts: Sequence[float], total: Totals) -> dict[str, float] | None:
    """The loss before training, where the scores of an untrained network are near 0.

    Returns:
        `prior`: where the bias starts at `prior_bias`: the entropy of the class frequencies, in nats; the mean of the
            entropies of the columns for independent units; a little more where a count of 0 stands for one half. A
            trained model must come below it.
        `uniform`: where the bias starts at 0: ln K for exclusive classes, ln 2 for yes/no units.
        For squared error both are the mean squared distance. None where counts do not determine it: soft labels under
        squared error or KL divergence.
    """
    soft = contract.soft or contract.labels is Labels.DISTRIBUTION
    if contract.loss in (Loss.SQUARED, Loss.DIVERGENCE) and soft:
        return None
    if independent(contract):
        columns = _columns(contract, counts, total)
        if contract.loss is Loss.SQUARED:
            return {"prior": _over_cells(columns, lambda p: p * (1 - p)), "uniform": 0.25}
        cells = sum(known for _, known in columns)
        lost = sum(known * _binary_loss(rate, known) for rate, known in columns)
        return {"prior": lost / cells if cells else 0.0, "uniform": math.log(2)}
    shares, k = _shares(counts), len(counts)
    if contract.loss is Loss.SQUARED:
        return {"prior": sum(p * (1 - p) for p in shares) / k, "uniform": (k - 1) / k**2}
    started = _shares([max(count, HALF) for count in counts])
    return {"prior": cross_entropy(shares, started), "uniform": math.log(k)}


def trivial_scores(contract: Contract, counts: Sequence[float], total: Totals) -> dict[str, float]:
    """What a model that looks at no input scores on each metric of the contract, by the metric's name.

    Accuracy: always the most frequent answer. Top k: always the k most frequent. Precision, recall and F1: always yes
    (so recall is 1, and precision the rate of positives). AUC: any constant gives 0.5; the area under precision and
    recall is the rate of positives. Brier score: always the class frequencies. A metric whose score the
    counts do not determine is left out: the accuracy of labels that are distributions, the Brier score of soft ones.
    """
    found = {}
    for call in metrics(contract):
        score = _trivial(contract, call, counts, total)
        if score is not None:
            found[str(call.keywords["name"])] = score
    return found


def independent(contract: Contract) -> bool:
    """Whether each unit answers a question of its own, so that its prior is a pair of yes and no."""
    if contract.loss in (Loss.BINARY, Loss.MASKED_BINARY):
        return True
    return contract.loss is Loss.SQUARED and contract.activation.value == "sigmoid"


def cross_entropy(shares: Sequence[float], predicted: Sequence[float]) -> float:
    """Mean loss in nats of predictions that are the same for everybody, where classes have these shares."""
    return -sum(p * math.log(q) for p, q in zip(shares, predicted, strict=True) if p > 0)


def _trivial(contract: Contract, call: Call, counts: Sequence[float], total: Totals) -> float | None:
    name = call.name.removeprefix("Masked")
    if name in _BY_CLASS:
        unsure = contract.labels is Labels.DISTRIBUTION
        shares = sorted(_shares(counts), reverse=True)
        return None if unsure else sum(shares[: _BY_CLASS[name]])
    columns = _columns(contract, counts, total)
    if name == "AUC":
        return _over_cells(columns, lambda p: p) if call.keywords.get("curve") == "PR" else 0.5
    if name == "BrierScore" and contract.soft:
        return None
    per_label = _PER_LABEL.get(name)
    if per_label is not None:
        return sum(per_label(p) for p, _ in columns) / len(columns)
    per_cell = _PER_CELL.get(name)
    return None if per_cell is None else _over_cells(columns, per_cell)


# metric class -> how many of the most frequent classes it counts as right
_BY_CLASS = {
    "CategoricalAccuracy": 1,
    "SparseCategoricalAccuracy": 1,
    "TopKCategoricalAccuracy": TOP_K,
    "SparseTopKCategoricalAccuracy": TOP_K,
}
# metric class -> score of a constant answer at a rate of positives, averaged over cells (recipes pool over labels)
_PER_CELL: dict[str, Callable[[float], float]] = {
    "BinaryAccuracy": lambda p: max(p, 1 - p),
    "Precision": lambda p: p,
    "Recall": lambda p: 1.0,
    "BrierScore": lambda p: p * (1 - p),
}
# the same, averaged over labels
_PER_LABEL: dict[str, Callable[[float], float]] = {
    "F1Score": lambda p: 2 * p / (1 + p),
    "MultiLabelF1": lambda p: 2 * p / (1 + p),
}


def _columns(contract: Contract, counts: Sequence[float], total: Totals) -> list[tuple[float, float]]:
    """(rate of positives, known cells) for each column."""
    if contract.units == 1:
        zeros, ones = counts
        return [(ones / (zeros + ones), zeros + ones)]
    known = [total] * len(counts) if isinstance(total, int | float) else list(total)
    return [(count / cells if cells else 0.0, cells) for count, cells in zip(counts, known, strict=True)]


def _shares(counts: Sequence[float]) -> list[float]:
    whole = sum(counts)
    return [count / whole for count in counts]


def _over_cells(columns: Sequence[tuple[float, float]], score: Callable[[float], float]) -> float:
    """Mean of a score over all known cells."""
    cells = sum(known for _, known in columns)
    return sum(score(rate) * known for rate, known in columns) / cells if cells else 0.0


def _binary_loss(rate: float, known: float) -> float:
    """Loss of one column whose unit starts at its log-odds."""
    if not known:
        return 0.0
    start = 1 / (1 + math.exp(-_log_odds(rate, known)))
    return cross_entropy((rate, 1 - rate), (start, 1 - start))


def _log_odds(rate: float, known: float) -> float:
    yes, no = rate * known, (1 - rate) * known
    return math.log(max(yes, HALF) / max(no, HALF))
