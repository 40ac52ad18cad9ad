"""Goal and counts -> remedy. Pure; the whole decision table is `_RULES`.

The order of thought: does the goal ask for probabilities, ranking or the usual decision? Then plain cross-entropy is
right. Are there enough examples to tell? If not, nothing is advised. Else the decision is moved after training, which
is free, exact and can be undone; changing the loss is an alternative only for networks trained from scratch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rightloss.advice.goals import Goal, Measure
from rightloss.advice.imbalance import RARE, Imbalance
from rightloss.advice.remedy import Kind, Remedy
from rightloss.advice.thresholds import ENOUGH

LONG_TAIL = 10.0  # largest class over smallest, from which a loss that knows the prior is worth a second training
CALIBRATES = 1000  # validation rows from which a temperature is better known than 1
DENSE_BACKGROUND = 1e-3  # share of positives below which easy negatives drown the rest
MANY = 3  # softmax losses need a unit for each class
HEAVIEST = 20  # class weights above it make gradients jump
LATE = 0.8  # share of the epochs after which late weights begin

_DECIDE = ("decision = advice.decision(y_val, model.predict(x_val))",)
_READ = ("labels = advice.decode(model.predict(x_new), decision=decision)",)
_SAME = "classes are as frequent in use as in the validation rows: F1 and precision change with frequency"
_IGNORE = "ignore=advice.contract.ignore"
_PLAIN = ("last_layer = advice.head()  # starts at the class frequencies", "advice.compile(model)")


def choose(goal: Goal, found: Imbalance) -> Remedy:
    """The remedy for a goal, from the counts of classes (or of positives, for labels that can be true together)."""
    return _RULES[goal.measure](goal, found)


def _plain(why: str) -> Callable[[Goal, Imbalance], Remedy]:
    return lambda goal, found: Remedy(
        Kind.NOTHING,
        str(goal),
        why,
        ("training and use see the same class frequencies", *_unsure(found)),
        _PLAIN,
    )


def _ranking(more: str, exact: str) -> Callable[[Goal, Imbalance], Remedy]:
    """Keras counts at cuts, and knows no average precision: the number itself comes from scikit-learn."""
    why = f"Ranking does not change when probabilities are moved; weights and focal loss seldom help it.{more}"
    near = "which is exact; metrics while training only come near it"

    def ranked(goal: Goal, found: Imbalance) -> Remedy:
        judged = f"judged by {_exact(exact, found)}, {near}"
        return replace(_plain(why)(goal, found), conditions=(judged, *_unsure(found)))

    return ranked


def _exact(name: str, found: Imbalance) -> str:
    """scikit-learn's number for the labels as they are: one yes or no for each class or label, then the mean."""
    call = f"sklearn.metrics.{name}"
    if found.cells is not None:
        return f"the mean of {call}(y_val[known, j], p_val[known, j]) over the labels j, known = rows that have label j"
    several = found.exclusive and len(found.names) > 2
    return f"{call}(np.eye({len(found.names)})[y_val], p_val)" if several else f"{call}(y_val, p_val)"


def _unsure(found: Imbalance) -> tuple[str, ...]:
    """What holds for every number about classes with few rows."""
    if not found.rare:
        return ()
    return (f"{_named(found.rare)}: fewer than {RARE} rows; what is measured about them is an interval",)


def _named(names: tuple[Any, ...], most: int = 5) -> str:
    return ", ".join(str(name) for name in names[:most]) + (", …" if len(names) > most else "")


def _log_loss(goal: Goal, found: Imbalance) -> Remedy:
    if goal.prior is not None:
        return _prior_shift(goal, found)
    calibrate = Remedy(
        Kind.TEMPERATURE,
        str(goal),
        "Networks that train long grow too sure; one number mends that and cannot change a decision.",
        (f"at least {CALIBRATES:,} validation rows; with fewer the temperature stays 1",),
        (*_DECIDE, "p = advice.probabilities(model.predict(x_new), decision=decision)"),
    )
    return Remedy(
        Kind.NOTHING,
        str(goal),
        "Plain cross-entropy is this very measure. Weights, resampling and focal loss make it worse.",
        _unsure(found),
        _PLAIN,
        (calibrate,),
    )


def _accuracy(goal: Goal, found: Imbalance) -> Remedy:
    if goal.prior is not None:
        return _prior_shift(goal, found)
    return _plain("The most probable answer is right most often; any balancing gives accuracy away.")(goal, found)


def _prior_shift(goal: Goal, found: Imbalance) -> Remedy:
    few = _too_few(goal, found)
    if few is not None:
        return few
    return Remedy(
        Kind.PRIOR_SHIFT,
        str(goal),
        "The model learns the training frequencies; where others hold, they are exchanged exactly, without training.",
        (
            "the classes look the same there, only their frequencies differ",
            "the model was trained without weights, resampling or a prior-adjusted loss",
            *_unsure(found),
        ),
        ("decision = advice.decision()  # or (y_val, model.predict(x_val)), which also calibrates", *_READ),
    )


def _cost(goal: Goal, found: Imbalance) -> Remedy:
    few = _too_few(goal, found)
    if few is not None:
        return few
    why = "The cheapest decision follows from the probabilities; costs can change without training again."
    if len(found.names) == 2 and goal.costs is not None:
        miss, alarm = goal.costs[1][0] - goal.costs[1][1], goal.costs[0][1] - goal.costs[0][0]
        if miss + alarm > 0:
            cut = alarm / (alarm + miss)
            why += f" Here: {found.names[1]} where its probability is above {cut:.3g}."
    conditions: tuple[str, ...] = (
        "probabilities that can be trusted: compare them with what happened on validation rows",
        *_unsure(found),
    )
    if goal.prior is not None:
        conditions = (*conditions, "probabilities are first moved to the stated prior, once")
    return Remedy(Kind.EXPECTED_COST, str(goal), why, conditions, (*_DECIDE, *_READ))


def _one_class(goal: Goal, found: Imbalance) -> Remedy:
    """F1 of one class, or recall at a precision."""
    assert goal.label is not None
    count = found.counts[goal.label]
    name, other = found.names[goal.label], found.known(goal.label) - count
    if min(count, other) < RARE:
        return _collect(goal, f"{name} has {min(count, other):,} {'rows' if count <= other else 'rows without it'}")
    if goal.measure is Measure.F1:
        why = (
            "The best cut for F1 is half the F1 that can be reached, far from one half where the class is rare; "
            f"saying always {name} already scores {2 * count / (2 * count + other):.3g}."
        )
    else:
        why = (
            f"The cut is the loosest one whose precision is {goal.precision:g} with about 95 % confidence; a cut that "
            "just reaches it on validation rows misses it on new ones half of the time."
        )
    conditions = (
        f"at least {RARE} validation rows of {name}; with fewer the cut stays at one half",
        _SAME,
    )
    instead = (_focal(goal, found),) if count < DENSE_BACKGROUND * (count + other) else ()
    return Remedy(Kind.THRESHOLD, str(goal), why, conditions, (*_DECIDE, *_READ), instead)


def _focal(goal: Goal, found: Imbalance) -> Remedy:
    """Both lines read raw scores; the layer starts at the class frequencies, without which focal loss starts badly."""
    two = found.exclusive and len(found.names) == 2
    units, several = (1, False) if two else (len(found.names), found.exclusive)
    loss, read = ("CategoricalFocal", "softmax") if several else ("BinaryFocal", "sigmoid")
    bias = "bias_initializer=keras.initializers.Constant(advice.prior_bias)"
    return Remedy(
        Kind.FOCAL_LOSS,
        str(goal),
        "Where nearly all cells are easy background, their sum can hide the rest; elsewhere focal loss does not help.",
        ("pixels, anchor boxes or the like, and validation rows that show it is better than the cut above",),
        (
            f"last_layer = keras.layers.Dense({units}, {bias})  # raw scores",
            f"loss = rightloss.losses.{loss}({_IGNORE})",
            f"p_val = keras.ops.{read}(model.predict(x_val))  # new rows alike",
            "decision = advice.decision(y_val, p_val)",
        ),
    )


def _balanced(goal: Goal, found: Imbalance) -> Remedy:
    """Averages over classes: balanced accuracy and macro-F1."""
    cuts = goal.measure is Measure.MACRO_F1 and (not found.exclusive or len(found.names) == 2)
    early = _too_few(goal, found) if cuts else _nothing_to_balance(goal, found)
    if early is not None:
        return early
    if cuts:
        return _cuts(goal, found)
    few = _few(found)
    if goal.measure is Measure.MACRO_F1:
        why = "F1 also counts false alarms, so its best cut lies between one half (tau 0) and the prior (tau 1)."
        few = (_SAME, *few)
    else:
        why = "With equal weight for every class, the right answer is the one most likely for its frequency (tau 1)."
    tau = ("tau is chosen on validation rows, and leaves its default only where they clearly say so",)
    conditions = (
        *(tau if found.exclusive else ()),
        "the model was trained without weights, resampling or a prior-adjusted loss",
        *few,
    )
    return Remedy(Kind.LOGIT_ADJUSTMENT, str(goal), why, conditions, (*_DECIDE, *_READ), _other_losses(goal, found))


def _cuts(goal: Goal, found: Imbalance) -> Remedy:
    """Macro-F1 of two classes, or of labels that can be true together; also where they are equally frequent."""
    if found.exclusive:
        why = "The best cut for F1 lies where the mean of both classes' F1 is largest, seldom at one half."
        needs = f"at least {RARE} validation rows of each class; with fewer the cut stays at one half"
    else:
        why = "The best cut for F1 is half the F1 that can be reached; it differs from label to label."
        needs = f"a cut of its own for labels with at least {ENOUGH} validation positives, one cut for the rest"
    return Remedy(Kind.THRESHOLD, str(goal), why, (needs, _SAME, *_few(found)), (*_DECIDE, *_READ))


def _nothing_to_balance(goal: Goal, found: Imbalance) -> Remedy | None:
    rates = [min(share, 1 - share) for share in found.shares]
    even = not found.uneven if found.exclusive else all(rate >= 1 / 3 for rate in rates)
    if even:
        return _plain("Classes are about equally frequent: there is nothing to balance.")(goal, found)
    return _too_few(goal, found)


def _too_few(goal: Goal, found: Imbalance) -> Remedy | None:
    enough = len(found.names) - len(found.rare)
    if enough < (2 if found.exclusive else 1):
        return _collect(goal, f"{len(found.rare)} of {len(found.names)} classes have fewer than {RARE} rows")
    return None


def _few(found: Imbalance) -> tuple[str, ...]:
    if not found.rare:
        return ()
    share = len(found.rare) / len(found.names)
    return (
        f"{_named(found.rare)}: fewer than {RARE} rows, and {share:.0%} of this number; merge them or collect more",
    )


def _other_losses(goal: Goal, found: Imbalance) -> tuple[Remedy, ...]:
    """For long tails and networks trained from scratch, which also learn other features from them."""
    if not found.exclusive or len(found.names) < MANY or (found.ratio or 1) < LONG_TAIL:
        return ()
    scratch = "a network trained from scratch, and validation rows that show it is better than the decision above"
    head = f"last_layer = keras.layers.Dense({len(found.names)})  # raw scores"
    counts = "advice.imbalance.counts"
    if not all(found.counts):
        counts = f"[max(count, 1) for count in {counts}]"
    return (
        Remedy(
            Kind.PRIOR_LOSS,
            str(goal),
            "One training with the prior inside the loss equals the best two-stage recipes on long-tailed images.",
            (scratch,),
            (head, f"loss = rightloss.losses.PriorAdjustedCrossentropy(prior={counts}, {_IGNORE})"),
        ),
        Remedy(
            Kind.LATE_WEIGHTS,
            str(goal),
            "Full weights from the first epoch on do harm on long tails; the same weights late help.",
            (scratch,),
            (
                head,
                "from rightloss.advice.weights import class_weights",
                f"weights = class_weights({counts}, cap={HEAVIEST}).tolist()",
                f"loss = rightloss.losses.LateWeightedCrossentropy(weights, {_IGNORE})",
                f"callbacks = [rightloss.losses.LateWeights(start_epoch=int({LATE} * epochs))]",
            ),
        ),
    )


def _ordered(goal: Goal, found: Imbalance) -> Remedy:
    how = "the median of the predicted classes" if goal.measure is Measure.MAE else "the class nearest to their mean"
    conditions = (f"the order is meant: {found.names[0]} < ... < {found.names[-1]}",)
    cost = "" if goal.measure is Measure.MAE else ', cost="squared"'
    other: tuple[Remedy, ...] = ()
    if len(found.names) > MANY:
        other = (
            Remedy(
                Kind.ORDINAL_LOSS,
                str(goal),
                "It learns the order instead of only deciding by it; compare both on validation rows.",
                conditions,
                (
                    f"last_layer = keras.layers.Dense({len(found.names) - 1})  # one unit for each step",
                    f"loss = rightloss.losses.CornCrossentropy({_IGNORE})",
                    f"ids = rightloss.losses.corn_decode(model.predict(x_new){cost})",
                    "labels = [advice.classes[each] for each in ids]  # model.predict gave raw scores",
                ),
            ),
        )
    return Remedy(
        Kind.EXPECTED_COST,
        str(goal),
        f"A plain softmax knows how likely each class is; least far off is {how}, not the most likely class.",
        conditions,
        ("decision = advice.decision()", *_READ),
        other,
    )


def _collect(goal: Goal, seen: str) -> Remedy:
    return Remedy(
        Kind.COLLECT,
        str(goal),
        f"{seen}: every number about it is an interval, and no choice of loss or cut can be told from chance.",
        ("merge it with a class that may stand for it, collect more, or report the interval",),
        _PLAIN,
    )


_RULES: dict[Measure, Callable[[Goal, Imbalance], Remedy]] = {
    Measure.LOG_LOSS: _log_loss,
    Measure.ACCURACY: _accuracy,
    Measure.AUROC: _ranking("", "roc_auc_score"),
    Measure.AUPRC: _ranking(" The area of a random ranking is the rate of positives.", "average_precision_score"),
    Measure.F1: _one_class,
    Measure.RECALL_AT_PRECISION: _one_class,
    Measure.BALANCED_ACCURACY: _balanced,
    Measure.MACRO_F1: _balanced,
    Measure.COST: _cost,
    Measure.MAE: _ordered,
    Measure.KAPPA: _ordered,
}
