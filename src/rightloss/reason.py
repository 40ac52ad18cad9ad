"""Why an answer is right, in one paragraph made from the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightloss.contract import Activation, Contract, Form, Labels, Loss, Source, recipe
from rightloss.contract.preparation import Op

if TYPE_CHECKING:
    from rightloss.answer import Advice

_ENCODING = {
    Labels.BINARY: "one 0 or 1",
    Labels.INDEX: "one whole-number id",
    Labels.ONEHOT: "a row with exactly one 1",
    Labels.DISTRIBUTION: "a row of probabilities that sums to 1",
    Labels.MULTIHOT: "a row in which any number of columns can be 1",
    Labels.MULTIHOT_MISSING: "a row in which any number of columns can be 1 and some are unknown",
}
_WRITTEN = {
    Source.TEXT: "written as text",
    Source.SIGNED: "written as -1 and +1",
    Source.OFFSET: "written as numbers that do not run 0..K-1",
    Source.TAGLISTS: "written as a list of labels",
    Source.GREYMASK: "written as grey levels",
}
_ACTIVATION = {
    Activation.SIGMOID: "sigmoid makes each unit a probability of its own",
    Activation.SOFTMAX: "softmax makes the units probabilities that sum to 1",
    Activation.LINEAR: "the last layer gives raw scores and the loss turns them into probabilities",
}


def reason(advice: Advice) -> str:
    """The paragraph; for labels that no cross-entropy fits, what fits instead."""
    reading, contract = advice.reading, advice.contract
    if contract is None:
        seen = "; ".join(str(fact.text) for fact in reading.facts)
        return f"No cross-entropy fits: {reading.title} ({seen}). Instead: {reading.instead}."
    parts = [
        f"Each label is {reading.title}, {_prepared(advice)}{_ENCODING[contract.labels]}.",
        f"So the last layer has {_units(contract)}: {_ACTIVATION[contract.activation]}, "
        f"and {recipe.loss(contract).code()} reads exactly that.",
    ]
    if contract.loss is Loss.MASKED_BINARY or contract.ignore is not None:
        parts.append(f"Labels equal to {_ignore(contract)} count neither in the loss nor in the metrics.")
    if contract.form is Form.LOGITS:
        parts.append(f"Predictions are raw scores: read them with {contract.decode.example}.")
    if reading.ordered:
        parts.append(
            "The classes have an order: also look at how far off the predicted class is, not only how often; "
            'goal="mae" says how to read predictions for that.'
        )
        parts.append(_order(advice))
    if advice.structure is not None:
        parts += [_grouped(group, advice.classes) for group in advice.structure.groups]
    return " ".join(parts)


def _grouped(group: tuple[int, ...], classes: tuple[object, ...]) -> str:
    names = ", ".join(str(classes[column]) for column in group[:8])
    more = f" and {len(group) - 8} more" if len(group) > 8 else ""
    return (
        f"Of {names}{more} exactly one is 1 in every row: take the largest of them, or let "
        f"rightloss.losses.GroupedCrossentropy(groups=[{list(group)}]) put a softmax over the group."
    )


def _order(advice: Advice) -> str:
    """The order that was taken; names that nobody ordered only have that of the alphabet, which is rarely meant."""
    names = advice.classes
    taken = f"The order taken is {names[0]} < ... < {names[-1]}."
    spelled = any(isinstance(name, str) for name in names) and advice.profile.categories is None
    if not spelled:
        return taken
    line = "y = pd.Categorical(y, [lowest, ..., highest], ordered=True)"
    return f"{taken} It is alphabetical; if that is not meant: {line}."


def _prepared(advice: Advice) -> str:
    preparation = advice.preparation
    if preparation is None:
        return "given as "
    ids = preparation.source is Source.OFFSET and list(advice.classes) == list(range(len(advice.classes)))
    filled = any(step.op is Op.FILL for step in preparation.steps)
    written = "given with gaps" if filled else "given as a plain number"
    return f"{written if ids else _WRITTEN[preparation.source]} and encoded as "


def _units(contract: Contract) -> str:
    units = contract.units
    return "one unit" if units == 1 else f"{units} units"


def _ignore(contract: Contract) -> str:
    return "NaN" if contract.ignore is None or contract.ignore != contract.ignore else f"{contract.ignore:g}"
