"""Readings of one set-up: which alternatives of undecided branches occur together.

A choice keeps the branch arms under which each value was made. `readings` computes a result once for each way of
deciding the branches that the result really depends on, so `units=1; activation="sigmoid"` of one arm never meets the
activation of the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rightloss.views.source.values import Choice, Guard, Value, merge

MAX_READINGS = 12
Result = TypeVar("Result")


class _Fork(Exception):
    def __init__(self, worlds: list[Guard]) -> None:
        self.worlds = worlds


class TooManyReadings(Exception):
    """A set-up depends on more undecided branches than are worth telling apart."""


class World:
    """One way of deciding branches."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.fed: tuple[Value | None, ...] | None = None  # the shape of what a model is given that declares none

    def pick(self, value: Value | None) -> Value | None:
        """What a value is in this world. Forks the reading where that is undecided."""
        while isinstance(value, Choice):
            open_to = [(merge(self.guard, guard), each) for guard, each in value.alternatives]
            left = [(guard, each) for guard, each in open_to if guard is not None]
            if not left:
                return None
            decided = [each for guard, each in left if guard == self.guard]
            if not decided and len(left) > 1:
                raise _Fork([guard for guard, _ in left])
            value = decided[0] if decided else left[0][1]
        return value

    def peek(self, value: Value | None) -> Value | None:
        """What a value is in this world, or None where that is undecided: never forks."""
        try:
            return self.pick(value)
        except _Fork:
            return None


def readings(start: Guard, compute: Callable[[World], Result]) -> list[Result]:
    """The result in each world.

    Raises:
        TooManyReadings: more than `MAX_READINGS` of them.
    """
    waiting, found = [start], []
    while waiting:
        guard = waiting.pop()
        try:
            found.append(compute(World(guard)))
        except _Fork as fork:
            waiting.extend(reversed(fork.worlds))
        if len(found) + len(waiting) > MAX_READINGS:
            raise TooManyReadings
    return found
