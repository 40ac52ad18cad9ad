"""A loss of the user's own that is a cross-entropy of Keras in another dress: found by what it computes.

A wrapper, a subclass or a formula that gives the same multiple of a known loss for guesses of several degrees of
sureness reads what that loss reads. It is only asked about labels that every cross-entropy of its family can read, so
what it may do with others (leave them out, for one) stays its own. Of ids it is asked once more without the id 0, which
is often padding that the loss leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from rightloss.contract import FromLogits, Loss
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.model.guesses import as_probabilities, guesses, multiple
from rightloss.views.model.loss_facts import LossFacts
from rightloss.views.model.probe import as_compiled, quiet

SAME = 1e-3
"""Relative difference up to which two multiples are the same."""


def recognised(loss: LossFacts, labels: Any, profile: LabelProfile, shape: tuple[int, ...]) -> LossFacts:
    """The loss with the family and from_logits of what it computes; as it was where that is no known loss.

    Args:
        loss: as it was compiled.
        labels: of a batch, as the loss sees them.
        profile: of all labels.
        shape: of the output for this batch.
    """
    if loss.known or loss.home or loss.live is None or labels.dtype.kind not in "biuf" or not labels.size:
        return loss
    for family, function in _candidates(labels, profile, shape):
        for asked, where in _asked(family, labels):
            for option in (FromLogits.FALSE, FromLogits.TRUE):
                if _computes(loss, asked, shape, family, function, raw=option is FromLogits.TRUE):
                    told = "from_logits=True" if option is FromLogits.TRUE else "probabilities"
                    text = f"{loss.text}, which computes {family} of {told}{where}"
                    return replace(loss, text=text, families=frozenset({family}), from_logits=frozenset({option}))
    return loss


def _asked(family: Loss, labels: Any) -> Iterator[tuple[Any, str]]:
    """The labels of the batch; ids also without 0, which another class of the batch replaces."""
    yield labels, ""
    if family is Loss.SPARSE and labels.max() > 0 and not labels.all():
        yield np.where(labels == 0, labels.max(), labels).astype(labels.dtype), ", where labels are not 0"


def _candidates(
    labels: Any, profile: LabelProfile, shape: tuple[int, ...]
) -> Iterator[tuple[Loss, Callable[..., Any]]]:
    """Families whose labels these are, all of them."""
    import keras

    low, high, units = profile.minimum, profile.maximum, shape[-1] if len(shape) > 1 else 1
    if low is None or high is None or low < 0 or profile.missing or profile.infinite:
        return
    cells = int(np.prod(shape))
    if high <= 1 and labels.size == cells:
        yield Loss.BINARY, keras.losses.binary_crossentropy
        if labels.shape == shape and units > 1:
            yield Loss.CATEGORICAL, keras.losses.categorical_crossentropy
    if profile.integral and high < units and labels.size * units == cells and units > 1:
        yield Loss.SPARSE, keras.losses.sparse_categorical_crossentropy


def _computes(
    loss: LossFacts, labels: Any, shape: tuple[int, ...], family: Loss, function: Callable[..., Any], *, raw: bool
) -> bool:
    """Whether it is a positive multiple of this function for all guesses."""
    import keras

    target = keras.ops.convert_to_tensor(labels)
    aligned = target if family is Loss.SPARSE else keras.ops.cast(keras.ops.reshape(target, shape), "float32")
    whole = as_compiled(loss.live)
    try:
        with quiet():
            own, known = [], []
            for scores in guesses(shape):
                given = keras.ops.convert_to_tensor(
                    scores if raw else as_probabilities(scores, independent=family is Loss.BINARY)
                )
                own.append(float(whole(target, given)))
                known.append(float(keras.ops.mean(function(aligned, given, from_logits=raw))))
    except Exception:  # the user's own code may refuse what it does not expect
        return False
    return multiple(own, known, SAME)
