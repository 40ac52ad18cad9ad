"""The watch that fits a model and its labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rightloss.contract import Loss
from rightloss.views.model.chance import chance_losses
from rightloss.views.model.data import profile_labels
from rightloss.views.model.graph import output_names
from rightloss.views.model.loss_facts import loss_facts, losses_of
from rightloss.views.model.read import custom_step

if TYPE_CHECKING:
    from rightloss.views.model.watch import Say


def watch_for(model: Any, labels: Any, say: Say) -> Any:
    """A Keras callback.

    Args:
        model: a compiled model.
        labels: y as given to `fit`, or None for streams; chance is then ln K of the number of units.
        say: called with a condition, its value, and what was seen.
    """
    from rightloss.views.model.watch import Watch, never_negative

    names = output_names(model)
    entries = losses_of(model, names)
    shape = tuple(getattr(model, "output_shape", ()) or ()) if len(names) == 1 else ()
    families: dict[str, frozenset[Loss]] = {}
    for name, entry in entries.items():
        if entry is not None and not custom_step(model):
            families[name] = loss_facts(entry, (None,), shape).families
    chance: tuple[float, ...] = ()
    if len(names) == 1 and labels is not None and families:
        profiles = profile_labels(labels, names)
        chance = chance_losses(profiles[names[0]], families[names[0]], shape[-1] if shape else None)
    return Watch(say, chance, never_negative(model, names, families))
