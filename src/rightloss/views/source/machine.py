"""State of one reading: scopes, undoable changes, the branch path, the step budget.

All that a program can change lies in dicts, and every change goes through `Machine.store`. So the arms of an undecided
branch run one after the other from the same state, and only what they changed is joined.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rightloss.views.source.gathered import forget, gaps
from rightloss.views.source.names import canonical, star
from rightloss.views.source.selections import some
from rightloss.views.source.values import (
    ALWAYS,
    Const,
    Data,
    Function,
    Gap,
    Guard,
    Ref,
    Tensor,
    Unknown,
    Value,
    guarded,
    merge,
    same,
)

MISSING: Any = object()
MAX_DEPTH = 24  # nested calls
MAX_SAME = 2  # a function inside itself


class OutOfSteps(Exception):
    """The budget of one file is spent. What was read so far stands."""


@dataclass(eq=False, slots=True)
class Scope:
    """Names of one module, function or comprehension."""

    parent: Scope | None = None
    names: dict[str, Value] = field(default_factory=dict)
    outer: dict[str, Scope] = field(default_factory=dict)  # names declared global or nonlocal, and where they live
    stars: list[str] = field(default_factory=list)  # modules imported with *
    is_class: bool = False

    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(slots=True)
class Frame:
    """One running function: what it returned and yielded so far."""

    function: Function
    returns: list[tuple[Guard, Value]] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)


Location = tuple[int, Any]
Change = tuple[dict[Any, Any], Any, Any]


class Machine:
    """Everything that changes while a program is read."""

    def __init__(self, limit: int, recorder: Any) -> None:
        self.scope = Scope()
        self.path: Guard = ALWAYS
        self.trail: list[Change] | None = None
        self.frames: list[Frame] = []
        self.steps = 0
        self.limit = limit
        self.recorder = recorder
        self.executed: set[ast.AST] = set()  # functions and methods whose body was read at least once
        self.instances: dict[ast.AST, Value] = {}  # class node -> its first instance
        self.inferred = False  # inside a function that nobody calls: parameters and defaults are assumptions
        self.left_by: ast.stmt | None = None  # the statement that last ended a block early
        self._branches = 0

    def spend(self, steps: int = 1) -> None:
        """Count work; raise when the budget of the file is spent."""
        self.steps += steps
        if self.steps > self.limit:
            raise OutOfSteps

    def store(self, container: dict[Any, Any], key: Any, value: Any) -> None:
        """The only way in which anything changes."""
        if self.trail is not None:
            self.trail.append((container, key, container.get(key, MISSING)))
        container[key] = value

    def lookup(self, name: str) -> Value | None:
        """A name, from the innermost scope outwards; None when nothing binds it."""
        scope: Scope | None = self.scope
        first = True
        while scope is not None:
            if first or not scope.is_class:
                found = scope.names.get(name)
                if found is not None:
                    return found
                for module in reversed(scope.stars):
                    canon = star(module, name)
                    if canon is not None:
                        return Ref(canon)
            first = False
            scope = scope.parent
        return None

    def bind(self, name: str, value: Value) -> None:
        """Assign a name where an assignment statement would."""
        home = self.scope.outer.get(name, self.scope)
        self.store(home.names, name, value)

    def start_over(self) -> None:
        """Back to the module's own scope, after a statement that could not be read to its end."""
        self.scope = self.scope.module()
        self.frames.clear()
        self.path, self.trail, self.left_by = ALWAYS, None, None

    @property
    def next_branch(self) -> int:
        """The number that the next undecided branch will have."""
        return self._branches + 1

    def new_branch(self) -> int:
        """A number for one undecided branch."""
        self._branches += 1
        return self._branches

    def try_arms(self, arms: Sequence[Callable[[], bool]]) -> bool:
        """Run each arm from the same state and join what they changed. An arm returns True when flow does not leave
        it at its end (return, raise). True when that holds for all of them."""
        branch = self.new_branch()
        before = self.path
        ends: list[tuple[Guard, dict[Location, tuple[dict[Any, Any], Any, Any]]]] = []
        for number, arm in enumerate(arms):
            guard = merge(before, frozenset({(branch, number)})) or ALWAYS
            dead, changes = self.isolated(arm, guard)
            if not dead:
                ends.append((frozenset({(branch, number)}), changes))
        self.path = before
        if len(ends) == 1:
            self.path = merge(before, ends[0][0]) or ALWAYS
        self._join(ends)
        return not ends

    def isolated(self, arm: Callable[[], bool], path: Guard) -> tuple[bool, dict[Location, Change]]:
        """Run one arm, undo what it changed, and give back the changes: location -> (container, key, new value)."""
        outer, outer_path = self.trail, self.path
        self.trail, self.path = [], path
        try:
            dead = arm()
        finally:
            trail, self.trail = self.trail, outer
            changes: dict[Location, Change] = {
                (id(container), key): (container, key, container.get(key, MISSING)) for container, key, _ in trail
            }
            for container, key, old in reversed(trail):
                _restore(container, key, old)
            self.path = outer_path
        return dead, changes

    def _join(self, ends: list[tuple[Guard, dict[Location, Change]]]) -> None:
        places: dict[Location, tuple[dict[Any, Any], Any]] = {}
        for _, changes in ends:
            for location, (container, key, _) in changes.items():
                places[location] = (container, key)
        for location, (container, key) in places.items():
            old = container.get(key, MISSING)
            pairs = [(guard, changes[location][2] if location in changes else old) for guard, changes in ends]
            joined = join(pairs)
            if joined is not MISSING:
                self.store(container, key, joined)

    def once(self, body: Callable[[], bool]) -> bool:
        """Run a loop body whose number of turns is unknown: what it changed holds, numbers it counts are forgotten."""
        _, changes = self.isolated(body, self.path)
        before = [(container.get(key, MISSING), container, key, new) for container, key, new in changes.values()]
        counters = [old for old, _, _, new in before if isinstance(old, Const) and not same(old, new)]
        for old, container, key, new in before:
            self.store(container, key, _after_loop(old, forget(new, counters) if isinstance(new, tuple) else new))
        return False


def _restore(container: dict[Any, Any], key: Any, old: Any) -> None:
    if old is MISSING:
        container.pop(key, None)
    else:
        container[key] = old


def join(pairs: list[tuple[Guard, Any]]) -> Any:
    """One content for several guarded ones. A name bound in one arm only is taken to be bound."""
    bound = [(guard, value) for guard, value in pairs if value is not MISSING]
    if not bound:
        return MISSING
    first = bound[0][1]
    if all(value is first for _, value in bound):
        return first
    if isinstance(first, tuple):
        return _join_items([value for _, value in bound])
    if isinstance(first, Value):
        return guarded(bound)
    return bound[-1][1]


def _join_items(all_items: list[tuple[Value, ...]]) -> tuple[Value, ...]:
    """Contents of one list after different arms: the common start, then an unknown number of items."""
    shortest = min(len(items) for items in all_items)
    common = 0
    while common < shortest and all(same(items[common], all_items[0][common]) for items in all_items):
        common += 1
    if all(len(items) == common for items in all_items):
        return all_items[0]
    tails = [items[common:] for items in all_items]
    kept = gaps(each for tail in tails for each in tail)
    if kept is not None:
        return (*all_items[0][:common], *kept)
    sample = next((tail[-1] for tail in tails if tail), None)
    return (*all_items[0][:common], _one_of(some(sample) if isinstance(sample, Data) else sample))


def _one_of(sample: Value | None) -> Gap:
    """An unknown number of items like this one."""
    inner = sample.sample if isinstance(sample, Gap) else None
    return Gap(inner if isinstance(inner, Data) else sample)


def _after_loop(old: Any, new: Any) -> Any:
    if new is MISSING:
        return old
    if isinstance(new, tuple) and isinstance(old, tuple):
        grown = len(new) > len(old) and new[: len(old)] == old
        first = old if grown else ()
        kept = gaps(new[len(first) :])
        return (*first, *kept) if kept is not None else (*first, _one_of(new[-1] if new else None))
    if old is MISSING or isinstance(new, Tensor | Function):
        return new
    if isinstance(new, Const) and not same(old, new):
        return Unknown("it changes in a loop", new.node)
    return new


def reference(name: str) -> Ref:
    """What an import of this dotted name gives."""
    return Ref(canonical(name))
