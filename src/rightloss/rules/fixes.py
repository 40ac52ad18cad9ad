"""A repair as lines to write. The lines come from the recipe, so they are the ones `select` would give."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from rightloss.contract import (
    LOSS_NAMES,
    ROWS,
    Contract,
    Evidence,
    Field,
    Form,
    Labels,
    Loss,
    Repair,
    Row,
    Setup,
    Term,
    recipe,
)
from rightloss.contract.recipe import Call
from rightloss.findings import Fix

COMPILE_ONLY = frozenset({Field.LOSS, Field.FROM_LOGITS})
"""Edits of these alone leave model and labels as they are."""

_ENCODE = {
    Labels.ONEHOT: "y = keras.utils.to_categorical(y, {classes})",
    Labels.DISTRIBUTION: "y = keras.utils.to_categorical(y, {classes})",
    Labels.INDEX: "y = y.argmax(axis=-1)",
    Labels.BINARY: "y = (y == the_positive_class).astype(int)",
    Labels.MULTIHOT: "y = MultiLabelBinarizer().fit_transform(tags)  # from sklearn.preprocessing",
    Labels.MULTIHOT_MISSING: "y = np.where(unknown, np.nan, y)",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One repair, ready to be shown: its contract, its fix, and the loss to compile with where that is the repair."""

    contract: Contract
    fix: Fix
    loss: Call | None


def ways(evidence: Evidence, repairs: tuple[Repair, ...], setup: Setup) -> tuple[Way, ...]:
    """A way for each repair that is written in its own way. Safe is only a single one that touches nothing but compile
    arguments.

    Args:
        evidence: what was seen.
        repairs: equally near rows.
        setup: loss and last layer as they are written; a repair keeps of them what it does not change.
    """
    found: dict[str, Way] = {}
    for repair in repairs:
        way = _way(evidence, repair, setup)
        found.setdefault(way.fix.title, way)
    single = len(found) == 1
    return tuple(each if single else replace(each, fix=replace(each.fix, safe=False)) for each in found.values())


def other_form(contract: Contract) -> Row | None:
    """The row for the same labels and loss in the other form, raw scores or probabilities; None where there is none."""
    point = contract.row.point
    same = (Field.LABELS, Field.WIDTH, Field.LOSS)
    rows = (
        row
        for row in ROWS
        if row.form is not contract.form and all(row.point.value(each) == point.value(each) for each in same)
    )
    return next(rows, None)


def with_other_form(found: tuple[Way, ...], row: Row, setup: Setup) -> tuple[Way, ...]:
    """The same ways after the one that changes the last layer and lets everything that reads its output be."""
    unsure = tuple(replace(each, fix=replace(each.fix, safe=False), loss=None) for each in found)
    return (_other_activation(replace(found[0].contract, row=row), setup), *unsure)


def contract_of(evidence: Evidence, repair: Repair) -> Contract:
    """The contract a repair leads to."""
    return Contract(repair.row, evidence.classes, evidence.positions, evidence.ignore)


def _way(evidence: Evidence, repair: Repair, setup: Setup) -> Way:
    contract, written = contract_of(evidence, repair), setup.loss
    changed = {edit.field for edit in repair.edits}
    other = other_form(contract) if changed == {Field.FROM_LOGITS} else None
    if other is not None and written is not None and not _has_option(written):
        return _other_activation(replace(contract, row=other), setup)
    call = recipe.loss(contract)
    if written is not None and Field.LOSS not in changed:
        call = replace(written, keywords={**call.keywords, **written.keywords})
    only = changed <= COMPILE_ONLY
    return Way(contract, Fix(_title(evidence, contract, repair, call, setup), only), call if only else None)


def _has_option(loss: Call) -> bool:
    entry = LOSS_NAMES.get(loss.name)
    return entry is not None and entry.from_logits


def _other_activation(other: Contract, setup: Setup) -> Way:
    """The last layer that leaves the loss as it is."""
    consequence = " (metrics and predict() see raw scores)" if other.form is Form.LOGITS else ""
    title = f"another activation of the last layer{consequence}: {_head(other, {Field.ACTIVATION}, setup)}"
    return Way(other, Fix(title, False), None)


def _head(contract: Contract, changed: Collection[Field], setup: Setup) -> str:
    """The last layer to write: the user's own with other units or another activation, where it is known."""
    told = recipe.head(contract)
    if setup.head is None:
        return told.code()
    own = Call("keras.layers", "Activation", (told.keywords["activation"],)) if told.keywords else None
    apart = setup.apart and Field.ACTIVATION in changed
    if apart and own is not None and Field.WIDTH not in changed:
        return own.code()
    units = told.positional[0] if Field.WIDTH in changed else setup.head.positional[0]
    inside = {} if setup.apart else told.keywords
    head = replace(
        setup.head, positional=(units, *setup.head.positional[1:]), keywords={**inside, **setup.head.keywords}
    )
    if not apart:
        return head.code()
    return f"{head.code()}; {own.code()}" if own is not None else f"{head.code()}  # the last layer, nothing after it"


def _title(evidence: Evidence, contract: Contract, repair: Repair, call: Call, setup: Setup) -> str:
    lines: list[str] = []
    changed = {edit.field: edit for edit in repair.edits}
    if Field.LABELS in changed:
        classes = evidence.classes if evidence.classes is not None else "num_classes"
        lines.append(_ENCODE[contract.labels].format(classes=classes))
    if changed.keys() & {Field.WIDTH, Field.ACTIVATION}:
        lines.append(_head(contract, changed, setup))
    if Field.CLASS_AXIS in changed:
        lines.append("keras.layers.Softmax(axis=-1)")
    if changed.keys() & COMPILE_ONLY:
        called = call.name[:1].islower()  # a function that was called, as in a loss of the user's own
        lines.append(call.code() if called else f"loss={call.code()}")
    consequence = _consequence(contract, changed)
    return f"{_what(repair)}{consequence}: {'; '.join(lines)}"


def _what(repair: Repair) -> str:
    """The edits in words."""
    if [edit.field for edit in repair.edits] == [Field.FROM_LOGITS]:
        after: Term = repair.edits[0].after
        return (
            "tell the loss that it gets raw scores" if after == "true" else "tell the loss that it gets probabilities"
        )
    words = {
        Field.LABELS: "other labels",
        Field.LOSS: "another loss",
        Field.WIDTH: "another number of units",
        Field.ACTIVATION: "another activation of the last layer",
        Field.CLASS_AXIS: "another axis",
    }
    named = [words[edit.field] for edit in repair.edits if edit.field in words]
    return " and ".join(named) if named else "another loss"


def _consequence(contract: Contract, changed: Mapping[Field, object]) -> str:
    """What else sees raw scores from now on."""
    told = Field.FROM_LOGITS in changed and contract.form is Form.LOGITS and contract.loss is not Loss.MASKED_BINARY
    return " (metrics and predict() see raw scores)" if told else ""
