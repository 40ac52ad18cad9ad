"""Training: early stopping on the validation loss, the best weights kept, the same seed giving the same model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np

from rightloss.answer import Advice
from rightloss.train import build
from rightloss.train.features import Feature
from rightloss.train.split import Parts

EPOCHS = 300
PATIENCE = 20  # epochs without a better validation loss
LEARNING_RATE = 1e-3
STEPS = 100  # about so many steps make an epoch, within the limits below
BATCH = (16, 512)

OnEpoch = Callable[[int, Mapping[str, float]], None]


@dataclass(frozen=True)
class Fitted:
    """The trained model from raw cells to names, and how training went. `epochs` counts from 1."""

    model: keras.Model
    epochs: int
    best_epoch: int
    best_loss: float  # on the validation rows


class Told(keras.callbacks.Callback):
    """Tells `on_epoch` the epoch, from 1, and its numbers."""

    def __init__(self, on_epoch: OnEpoch) -> None:
        super().__init__()
        self.on_epoch = on_epoch

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Keras counts from 0."""
        self.on_epoch(epoch + 1, logs or {})


def batch_size(rows: int) -> int:
    """A power of two that makes about `STEPS` steps of an epoch."""
    smallest, largest = BATCH
    return int(np.clip(2 ** round(np.log2(max(rows / STEPS, 1))), smallest, largest))


def fit(
    features: tuple[Feature, ...],
    cells: dict[str, np.ndarray],
    y: np.ndarray,
    parts: Parts,
    advice: Advice,
    *,
    seed: int,
    epochs: int = EPOCHS,
    on_epoch: OnEpoch | None = None,
) -> Fitted:
    """Train the network of `build` with the advised last layer, loss and metrics.

    Args:
        features: with what the training rows taught about them.
        cells: input name -> (n, 1) raw cells of all rows.
        y: (n, ...) labels as the loss sees them.
        parts: which rows are for training and which for early stopping.
        advice: with a contract for one label, or one row of labels, for each example.
        seed: of the first weights, of dropout and of the order of rows.
        epochs: at most so many.
        on_epoch: called after each epoch.
    """
    assert advice.contract is not None
    keras.utils.set_random_seed(seed)
    prepare = build.preprocessing(features)
    vectors = build.run(prepare, cells)
    # The bias is set after building and not by an initializer, so that the saved model needs nothing but Keras.
    core = build.network(vectors.shape[-1], len(parts.train), partial(advice.head, bias=None))
    if advice.prior_bias is not None:
        head = core.layers[-1]
        head.bias.assign(np.reshape(advice.prior_bias, head.bias.shape))
    advice.compile(core, optimizer=keras.optimizers.Adam(LEARNING_RATE))
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=PATIENCE, restore_best_weights=True)
    history = core.fit(
        vectors[parts.train],
        y[parts.train],
        validation_data=(vectors[parts.validation], y[parts.validation]),
        epochs=epochs,
        batch_size=batch_size(len(parts.train)),
        callbacks=[stop, *([Told(on_epoch)] if on_epoch else [])],
        verbose=0,
    )
    losses: Any = history.history["val_loss"]
    best = int(np.argmin(losses))
    model = build.inference(prepare, core, advice.contract, tuple(map(str, advice.classes)))
    return Fitted(model, len(losses), best + 1, float(losses[best]))
