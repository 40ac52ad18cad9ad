"""What to watch while training for a goal: the metric of the goal, on predictions read as usual."""

from __future__ import annotations

from typing import Any

from rightloss.advice.goals import Goal, Measure
from rightloss.contract import Contract, Form, Labels
from rightloss.contract.recipe import Call

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
