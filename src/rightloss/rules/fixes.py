"""A repair as lines to write. The lines come from the recipe, so they are the ones `select` would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rightloss.contract import Contract, Evidence, Field, Form, Labels, Loss, Repair, Term, recipe
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
    """One repair, ready to be shown: its contract and its fix."""

    contract: Contract
    fix: Fix
    compile_only: bool


def ways(evidence: Evidence, repairs: tuple[Repair, ...]) -> tuple[Way, ...]:
    """A way for each repair that is written in its own way. Safe is only a single one that touches nothing but compile
    arguments."""
    written: dict[str, Repair] = {}
    for repair in repairs:
        written.setdefault(_title(evidence, contract_of(evidence, repair), repair), repair)
    return tuple(_way(evidence, repair, single=len(written) == 1) for repair in written.values())


def contract_of(evidence: Evidence, repair: Repair) -> Contract:
    """The contract a repair leads to."""
    return Contract(repair.row, evidence.classes, evidence.positions, evidence.ignore)


def _way(evidence: Evidence, repair: Repair, *, single: bool) -> Way:
    contract = contract_of(evidence, repair)
    changed = {edit.field for edit in repair.edits}
    only = changed <= COMPILE_ONLY
    return Way(contract, Fix(_title(evidence, contract, repair), only and single), only)


def _title(evidence: Evidence, contract: Contract, repair: Repair) -> str:
    lines: list[str] = []
    changed = {edit.field: edit for edit in repair.edits}
    if Field.LABELS in changed:
        classes = evidence.classes if evidence.classes is not None else "num_classes"
        lines.append(_ENCODE[contract.labels].format(classes=classes))
    if changed.keys() & {Field.WIDTH, Field.ACTIVATION}:
        lines.append(recipe.head(contract).code())
    if Field.CLASS_AXIS in changed:
        lines.append("keras.layers.Softmax(axis=-1)")
    if changed.keys() & COMPILE_ONLY:
        lines.append(f"loss={recipe.loss(contract).code()}")
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
