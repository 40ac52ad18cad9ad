"""A finding about source says what only source shows: where labels were read from, which activation comes twice."""

from __future__ import annotations

import ast
from dataclasses import replace

from rightloss.contract import Loss
from rightloss.findings import Edit, Finding, Fix
from rightloss.views.source.evidence import SourceSetup
from rightloss.views.source.report import Reading

_MODES = {
    Loss.BINARY: ("binary", "binary"),
    Loss.CATEGORICAL: ("categorical", "categorical"),
    Loss.SPARSE: ("int", "sparse"),
}
"""Loss -> the word of `label_mode=` and the word of `class_mode=` that give the labels it reads."""

_SYMPTOMS = {
    "sigmoid": "Every prediction lies between 0.5 and 0.73, so a threshold of 0.5 calls everything positive.",
    "softmax": "No class of K gets more than e / (e + K - 1): 0.23 for ten classes, however sure the model is.",
}


def sharpen(finding: Finding, written: SourceSetup) -> Finding:
    """The finding with what source adds to it."""
    if len(written.seen.readings) < 1:
        return finding
    read = written.seen.readings[0]
    if finding.code == "RL201" and read.head.twice is not None:
        return _twice(finding, read, written)
    if finding.code == "RL201" and read.loss.raw:
        return _scores(finding, read)
    if finding.code == "RL302":
        return _exchanged(finding, read, written)
    if finding.code == "RL206":
        return _last_axis(finding, read)
    finding = _with_edit(finding, written)
    return _with_mode(finding, read, written)


def _twice(finding: Finding, read: Reading, written: SourceSetup) -> Finding:
    """The activation that goes stands in the model: that is the place, and what both do to predictions is known."""
    both, loss = written.setup.twice, read.loss.family
    second = both is None or loss is None or both.stays(loss) == both.first
    place = written.arguments.get("activation" if second else "layer")
    where = place.place if place is not None else finding.place
    return replace(finding, place=where, symptom=_SYMPTOMS.get(read.head.activation or "", ""))


def _scores(finding: Finding, read: Reading) -> Finding:
    """An operation of TensorFlow has no option to turn: it wants what was there before the activation."""
    line = f"logits=the values before {read.head.activation}"
    message = f"{finding.message.partition(' Write: ')[0]} Write: {line}"
    return replace(finding, message=message, expected=line, fixes=(Fix(f"hand over raw scores: {line}", False),))


def _last_axis(finding: Finding, read: Reading) -> Finding:
    """The program's own softmax with its axis turned to the last one."""
    call = read.head.activation_node
    if not isinstance(call, ast.Call) or not any(each.arg == "axis" for each in call.keywords):
        return finding
    last = ast.UnaryOp(ast.USub(), ast.Constant(1))
    keywords = [ast.keyword(each.arg, last if each.arg == "axis" else each.value) for each in call.keywords]
    line = ast.unparse(ast.Call(call.func, call.args, keywords))
    message = f"{finding.message.partition(' Write: ')[0]} Write: {line}"
    return replace(
        finding, message=message, expected=line, fixes=(Fix(f"the classes lie on the last axis: {line}", False),)
    )


def _exchanged(finding: Finding, read: Reading, written: SourceSetup) -> Finding:
    """The program's own call with its two arguments exchanged."""
    call = written.seen.node if written.seen.site.kind == "call" else read.loss.node
    if not isinstance(call, ast.Call) or len(call.args) < 2 or any(isinstance(a, ast.Starred) for a in call.args):
        return finding
    turned = ast.Call(call.func, [call.args[1], call.args[0], *call.args[2:]], call.keywords)
    line = ast.unparse(turned)
    message = f"{finding.message.partition(' Write: ')[0]} Write: {line}"
    return replace(finding, message=message, fixes=(Fix(f"labels first, predictions second: {line}", False),))


def _with_edit(finding: Finding, written: SourceSetup) -> Finding:
    """Where the repair only turns the value of from_logits, the exact characters to replace."""
    told = written.arguments.get("from_logits")
    if told is None or not finding.fixes or not finding.fixes[0].safe or finding.code not in ("RL201", "RL202"):
        return finding
    text = "False" if finding.code == "RL201" else "True"
    first = replace(finding.fixes[0], edits=(Edit(text, told.path, told.cell, told.start, told.end),))
    return replace(finding, fixes=(first, *finding.fixes[1:]))


def _with_mode(finding: Finding, read: Reading, written: SourceSetup) -> Finding:
    """Labels that a folder reader made are changed by one word where they are read."""
    why = read.labels.why if read.labels is not None else ""
    modes = _MODES.get(read.loss.family) if read.loss.family is not None else None
    if (
        not why.startswith(("label_mode=", "class_mode="))
        or modes is None
        or finding.code not in ("RL101", "RL205", "RL207")
    ):
        return finding
    name = why.partition("=")[0]
    word = modes[0] if name == "label_mode" else modes[1]
    line = f'{name}="{word}"'
    if line == why.partition(" ")[0]:
        return finding
    place = written.arguments.get("labels")
    where = f" at {place}" if place is not None else ""
    fix = Fix(f"or read the labels as this loss expects{where}: {line}", False)
    return replace(
        finding,
        fixes=(*finding.fixes, fix),
        expected=f"{finding.expected}, or {line}",
        message=f"{finding.message} (or {line} where the labels are read)",
    )
