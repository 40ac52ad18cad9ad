"""What to watch while training for a goal: the metric of the goal, on predictions read as usual."""

from __future__ import annotations

from typing import Any

from rightloss.advice.goals import Goal, Measure
from rightloss.advice.imbalance import Imbalance
from rightloss.contract import Contract, Form, Labels
from rightloss.contract.recipe import Call, metrics

CUTS_BELOW = 5
"""Cuts of Keras's AUC that must lie below the rate of positives: with 3 (of 10,000, at 3 in 10,000) calibrated
probabilities came out 0.007 too low, with 0.2 (at 2 in 100,000) 0.15."""

_COLUMNS = (Labels.MULTIHOT, Labels.MULTIHOT_MISSING)
_EXCLUSIVE = {
    Measure.BALANCED_ACCURACY: ("BalancedAccuracy", "balanced_accuracy"),
    Measure.MACRO_F1: ("MultiClassF1", "macro_f1"),
    Measure.KAPPA: ("QuadraticKappa", "kappa"),
    Measure.LOG_LOSS: ("LogLossSkill", "log_loss_skill"),
}


def goal_metrics(goal: Goal | None, contract: Contract) -> tuple[Call, ...]:
    """The metric of `rightloss.metrics` for the goal, beside those of the contract; none where it has none.

    Ranking is left to evaluation, which computes it exactly. F1 of several labels is among the contract's own metrics.
    """
    if goal is None or contract.soft:
        return ()
    found = None if contract.labels in _COLUMNS else _EXCLUSIVE.get(goal.measure)
    if goal.measure is Measure.LOG_LOSS and (contract.labels in _COLUMNS or contract.units == 1):
        found = ("MultiLabelLogLossSkill", "log_loss_skill")
    if goal.measure is Measure.F1 and contract.units == 1 and goal.label == 1:
        found = ("MultiLabelF1", "f1")
    if found is None:
        return ()
    told: dict[str, Any] = {"from_logits": True} if contract.form is Form.LOGITS else {}
    if contract.ignore is not None and contract.ignore == contract.ignore:
        told["ignore"] = contract.ignore
    return (Call("rightloss.metrics", found[0], (), {**told, "name": found[1]}),)


def auc_notes(found: Imbalance | None, contract: Contract | None) -> tuple[str, ...]:
    """Where positives are so rare that Keras's AUC, which cuts at evenly spaced probabilities, is not true."""
    if found is None or contract is None:
        return ()
    cuts = [call.keywords["num_thresholds"] for call in metrics(contract) if call.name == "AUC"]
    rates = [(min(share, 1 - share), name) for share, name in zip(found.shares, found.names, strict=True)]
    rarest, name = min((each for each in rates if each[0] > 0), key=lambda each: each[0], default=(1.0, None))
    if not cuts or rarest * cuts[0] >= CUTS_BELOW:
        return ()
    return (
        f"{name} has a share of {rarest:.2g}: the AUC of Keras, of {cuts[0]:,} cuts, comes out too low for so few; "
        "write sklearn.metrics.roc_auc_score(y_val, p_val) on validation rows",
    )
