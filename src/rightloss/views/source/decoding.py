"""How predictions of a set-up are made into labels. What may be a confidence filter rather than a label is left out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from rightloss.contract import Confidence, Decode, DecodeUse, Fact, Loss
from rightloss.views.source.recorder import Decoding
from rightloss.views.source.report import SetupSeen
from rightloss.views.source.values import constant

_Write = Callable[[str, ast.AST | None], Fact]


def decode_uses(seen: SetupSeen, write: _Write) -> Iterator[DecodeUse]:
    """The uses, each place once."""
    told: set[int] = set()
    for each in seen.decodings:
        found = _decode(each, seen)
        if found is not None and id(each.node) not in told:
            told.add(id(each.node))
            fact = write(f"predictions are read with {found.example}", each.node)
            yield DecodeUse(found, replace(fact, confidence=Confidence.INFERRED) if each.inferred else fact)


def _decode(use: Decoding, seen: SetupSeen) -> Decode | None:
    applied = use.prediction.applied
    if use.kind in ("softmax", "sigmoid"):
        plain = all(step == "row" for step in applied)
        return {"softmax": Decode.SOFTMAX, "sigmoid": Decode.SIGMOID}[use.kind] if plain else None
    if use.kind == "argmax":
        if _over_examples(use, seen):
            return Decode.ARGMAX_EXAMPLES
        if _no_axis(use, seen):
            return Decode.ARGMAX_EXAMPLES if use.first_axis == 0 else Decode.ARGMAX_ALL
        return Decode.ARGMAX if _over_classes(use, seen) else None
    binary = bool(seen.readings) and all(
        read.loss.family in (Loss.BINARY, Loss.MASKED_BINARY) for read in seen.readings
    )
    applied = tuple(step for step in applied if step != "flat")
    plain = all(step in ("row", "column", "sigmoid") for step in applied)
    if not binary or not plain or use.limit is None:
        return None
    if "sigmoid" in applied:
        activated = all(read.head.activation == "sigmoid" for read in seen.readings)
        return Decode.ABOVE_ZERO if use.limit == 0.5 and not activated else None
    cell = len(applied) > 1 and any(constant(read.head.units) != 1 for read in seen.readings)
    if use.limit == 0 and cell:
        return None  # one of many shares compared with nothing: a filter
    return {0.5: Decode.ABOVE_HALF, 0.0: Decode.ABOVE_ZERO}.get(use.limit)


def _no_axis(use: Decoding, seen: SetupSeen) -> bool:
    """Whether no axis was given where the default is not the last one, on predictions of several classes as they are.
    Over everything it is right for one example: then the examples must be those of a fit or an evaluate."""
    plain = all(step in ("softmax", "sigmoid") for step in use.prediction.applied)
    heads = [read.head for read in seen.readings]
    several = bool(heads) and all(head.units is not None and constant(head.units) != 1 for head in heads)
    if use.axis_given or not plain or not several:
        return False
    return (
        use.prediction.many or use.judged
        if use.first_axis is None
        else use.first_axis == 0 and all(h.rank == 2 for h in heads)
    )


def _over_examples(use: Decoding, seen: SetupSeen) -> bool:
    """Whether argmax runs over the examples, and what it gives is held against one label for each of them."""
    plain = all(step in ("softmax", "sigmoid") for step in use.prediction.applied)
    heads = [read.head for read in seen.readings]
    several = bool(heads) and all(head.rank == 2 and constant(head.units) not in (None, 1) for head in heads)
    return use.judged and use.axis_given and use.axis == 0 and plain and several


def _over_classes(use: Decoding, seen: SetupSeen) -> bool:
    """Whether argmax runs over the classes of one prediction, and not over examples."""
    if not use.axis_known or not all(step in ("row", "softmax", "sigmoid") for step in use.prediction.applied):
        return False
    rows = use.prediction.applied.count("row")
    if rows > 1:
        return False
    if use.axis_given:
        return use.axis == -1 or (use.axis == 1 and not rows) or (use.axis == 0 and rows == 1)
    several = all(constant(read.head.units) not in (1, None) for read in seen.readings)
    return rows == 1 or (several and use.first_axis != 0)
