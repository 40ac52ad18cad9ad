"""Labels of one training call that differ from those of another: then the labels are repaired, and not the loss."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from rightloss.contract import Labels
from rightloss.findings import Finding, Fix
from rightloss.views.source.evidence import SourceSetup
from rightloss.views.source.values import Data

Judged = tuple[SourceSetup, Sequence[Finding]]

_IDS = frozenset({Labels.INDEX, Labels.BINARY})
_ROWS = frozenset({Labels.ONEHOT})


def reconsidered(found: Sequence[Finding], written: SourceSetup, others: Sequence[Judged]) -> list[Finding]:
    """The findings of one call; where its labels are what is wrong, no metric is blamed beside them."""
    told = [_about_labels(each, written, others) for each in found]
    moved = any(new is not old for new, old in zip(told, found, strict=True))
    return [each for each in told if not (moved and each.code == "RL402")]


def _about_labels(finding: Finding, written: SourceSetup, others: Sequence[Judged]) -> Finding:
    """The same finding; or, where another call on this model gets labels that fit its loss, one about these labels."""
    training = written.seen.training
    right = next((other for other, found in others if _fits(other, found, written)), None)
    if finding.code != "RL101" or training is None or right is None or right.seen.training is None:
        return finding
    node = training.labels_node()
    given = ast.unparse(node) if isinstance(node, ast.expr) else "y"
    own, wanted = _encoding(written), _encoding(right)
    classes = written.setup.readings[0].classes or right.setup.readings[0].classes or "num_classes"
    if own <= _IDS and wanted <= _ROWS:
        line, kinds = f"keras.utils.to_categorical({given}, {classes})", ("class ids", "one-hot rows")
    elif own <= _ROWS and wanted <= _IDS:
        line, kinds = f"{given}.argmax(axis=-1)", ("one-hot rows", "class ids")
    else:
        return finding
    place = written.arguments.get("y")
    where = f" ({place})" if place is not None else ""
    message = (
        f"{training.told} gets {kinds[0]}{where}, and {right.seen.training.told} gets {kinds[1]}, as the loss reads."
    )
    return replace(
        finding,
        message=f"{message} Write: {line}",
        expected=f"{kinds[1]} everywhere",
        fixes=(Fix(f"the same labels everywhere: {line}", False),),
        question="",
    )


def _fits(other: SourceSetup, found: Sequence[Finding], written: SourceSetup) -> bool:
    """Whether the same model, compiled at the same place, gets labels elsewhere that its loss reads."""
    same = other.seen.node is written.seen.node and other.seen.output == written.seen.output and other is not written
    return same and bool(_encoding(other)) and all(each.code != "RL101" for each in found)


def _encoding(written: SourceSetup) -> frozenset[object]:
    data = written.seen.readings[0].labels if written.seen.readings else None
    return frozenset(data.encoding or ()) if isinstance(data, Data) else frozenset()
