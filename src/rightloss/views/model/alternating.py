"""Whether a model is one half of alternating training, as the two halves of a GAN are."""

from __future__ import annotations

import re
from typing import Any

_HALVES = re.compile(r"discriminator|critic|adversar|(?<![a-z])(gan|dcgan|wgan|lsgan)(?![a-z])", re.IGNORECASE)
"""What people call them."""


def alternates(model: Any) -> bool:
    """Whether the other half of the labels is evidently elsewhere: by name, or because what judges is frozen.

    In the generator's half a frozen discriminator ends a model whose other layers are trained; its labels are all 1.
    """
    layers = list(getattr(model, "layers", ()))
    names = [type(model).__name__, str(model.name), *(str(layer.name) for layer in layers if hasattr(layer, "layers"))]
    if any(_HALVES.search(name) for name in names):
        return True
    return bool(layers) and not layers[-1].trainable and bool(layers[-1].weights) and bool(model.trainable_weights)
