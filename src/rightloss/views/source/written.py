"""Loss and last layer in the program's own words, as calls: a repair changes what is wrong and keeps the rest."""

from __future__ import annotations

import ast
from collections.abc import Collection

from rightloss.contract import LOSS_NAMES
from rightloss.contract.recipe import Call, Name
from rightloss.contract.table import LossEntry
from rightloss.views.source import layers
from rightloss.views.source.head import Head
from rightloss.views.source.losses import LossSeen


def loss_call(loss: LossSeen) -> Call | None:
    """The loss as it is written, but for from_logits; None where it is a word, or no call of this file."""
    entry = LOSS_NAMES.get(loss.name or "")
    if not isinstance(loss.node, ast.Call) or loss.raw or entry is None:
        return None
    made = _call(loss.node, without=("from_logits",))
    if made is not None and loss.logits_node in loss.node.args:
        made = _named(made, entry) if loss.logits_node is loss.node.args[0] else None
    if made is None:
        return None
    if made.name not in LOSS_NAMES and not made.positional:  # imported under another name
        return Call(entry.module, entry.name, (), made.keywords)
    known = LOSS_NAMES.get(made.name)
    return made if known is not None and known.name == entry.name else None


def _named(made: Call, entry: LossEntry) -> Call | None:
    """The option that stands behind a positional from_logits, by its name: that one is written as a keyword now."""
    rest = made.positional[1:]
    if len(rest) > 1 or made.name[:1].islower() or not entry.options:
        return None
    return Call(made.module, made.name, (), {**dict(zip(entry.options, rest, strict=False)), **made.keywords})


def head_call(head: Head) -> Call | None:
    """The last layer as it is written, the units first and without its activation; None where it is no such layer."""
    if not isinstance(head.node, ast.Call) or head.layer not in layers.UNITS or not _is_plain(head.layer):
        return None
    index, names, activation_index, _ = layers.UNITS[head.layer]
    made = _call(head.node, without=("activation", *names))
    if made is None or not isinstance(head.units_node, ast.expr):
        return None
    rest = list(made.positional)
    if activation_index is not None and len(rest) > activation_index + 1:
        return None  # what follows the activation has no name
    rest = rest[:activation_index]
    if index < len(rest):
        del rest[index]
    return Call(made.module, made.name, (Name(ast.unparse(head.units_node)), *rest), made.keywords)


def is_apart(head: Head) -> bool:
    """Whether the activation stands outside the call of the last layer."""
    inside = isinstance(head.node, ast.AST) and any(each is head.activation_node for each in ast.walk(head.node))
    return head.activation_node is not None and not inside


def _is_plain(kind: str) -> bool:
    return "Dense" in kind or "Conv" in kind


def _call(node: ast.Call, without: Collection[str]) -> Call | None:
    """A call as data; None where arguments come through * or **."""
    if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
        return None
    module, _, name = ast.unparse(node.func).rpartition(".")
    keywords = {each.arg: Name(ast.unparse(each.value)) for each in node.keywords if each.arg not in without}
    positional = tuple(Name(ast.unparse(each)) for each in node.args)
    return Call(module, name, positional, {key: value for key, value in keywords.items() if key is not None})
