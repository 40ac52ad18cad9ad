"""Watching a training run: what the loss does, as evidence. Imported only where Keras is already loaded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras

from rightloss.contract import Condition, Confidence, Fact, Loss, Term
from rightloss.contract.conditions import CHANCE_STEPS, CHANCE_TOLERANCE, LossValue, Progress
from rightloss.views.model.loss_facts import losses_of, spread

LOOK_EVERY = 25
"""Batches between two looks at the loss: reading it makes an accelerator wait."""
Say = Callable[[Condition, Term, tuple[Fact, ...]], None]
_NEVER_NEGATIVE = frozenset({Loss.BINARY, Loss.CATEGORICAL, Loss.SPARSE})


def never_negative(model: Any, names: list[str], families: Mapping[str, frozenset[Loss]]) -> bool:
    """Whether every term of the model's loss is a cross-entropy, so that their sum cannot be below 0."""
    if getattr(model, "losses", None):
        return False  # a term of the user's own, which may be negative
    entries = spread(losses_of(model, names) or {}, names)
    return all(families.get(name, frozenset()) and families[name] <= _NEVER_NEGATIVE for name in entries)


class Watch(keras.callbacks.Callback):
    """Looks at the loss now and then, and says once when it is NaN, negative, or stays at chance.

    Args:
        say: called with a condition, its value, and what was seen.
        chance: losses of guessing.
        positive: whether the loss cannot be negative.
    """

    async_safe = True  # only reads the loss, so Keras may call it beside the next step

    def __init__(self, say: Say, chance: tuple[float, ...], positive: bool) -> None:
        super().__init__()
        self.say, self.chance, self.positive = say, chance, positive
        self.steps = self.epochs_at_chance = 0
        self.said: set[Condition] = set()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Every LOOK_EVERY batches: NaN or negative?"""
        self.steps += 1
        if self.steps % LOOK_EVERY == 0:
            self._value(logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """NaN, negative, or the second epoch in a row at chance?"""
        loss = self._value(logs)
        if loss is None or not math.isfinite(loss):
            return
        near = any(abs(loss - value) <= CHANCE_TOLERANCE * value for value in self.chance if value > 0)
        self.epochs_at_chance = self.epochs_at_chance + 1 if near else 0
        if self.epochs_at_chance >= 2 and self.steps >= CHANCE_STEPS:
            text = f"loss {loss:.4f} after {self.steps:,} steps; guessing gives {_written(self.chance)}"
            self._once(Condition.PROGRESS, Progress.AT_CHANCE, text)

    def _value(self, logs: Any) -> float | None:
        if not logs or "loss" not in logs:
            return None
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            self._once(Condition.LOSS_VALUE, LossValue.NOT_FINITE, f"loss {loss} after {self.steps:,} steps")
        elif loss < 0 and self.positive:
            self._once(Condition.LOSS_VALUE, LossValue.NEGATIVE, f"loss {loss:.4g} after {self.steps:,} steps")
        return loss

    def _once(self, condition: Condition, value: Any, text: str) -> None:
        if condition not in self.said:
            self.said.add(condition)
            facts = [Fact(text, "training", Confidence.OBSERVED)]
            rate = getattr(getattr(self.model, "optimizer", None), "learning_rate", None)
            if condition is Condition.PROGRESS and rate is not None:
                facts.append(Fact(f"learning rate {float(rate):.3g}", "optimizer", Confidence.OBSERVED))
            self.say(condition, value, tuple(facts))


def _written(values: tuple[float, ...]) -> str:
    return " or ".join(f"{value:.4f}" for value in dict.fromkeys(values))
