"""Abstract values: what the interpreter knows about one expression. Unknown is a value of its own, never a guess."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rightloss.contract.conditions import RowSums
from rightloss.contract.vocabulary import Labels, Source

Guard = frozenset[tuple[int, int]]  # (branch, arm): under which arms of undecided branches a value was made
ALWAYS: Guard = frozenset()
MAX_ALTERNATIVES = 8


class Value:
    """Base. Values are compared by identity; only constants and symbols have an equality of their own."""

    __slots__ = ()


@dataclass(eq=False, slots=True)
class Unknown(Value):
    """Nothing is known, and why. Each one is a thing of its own: two unknowns are never taken for equal."""

    why: str
    node: ast.AST | None = None
    parts: dict[Any, Value] = field(
        default_factory=dict
    )  # attributes and items read from it, so that reading twice agrees


@dataclass(eq=False, slots=True)
class Const(Value):
    """A literal or a folded constant."""

    value: Any
    node: ast.AST | None = None


@dataclass(eq=False, slots=True)
class Symbol(Value):
    """A number that is not known but can be compared with itself: `len(class_names)`, `y.shape[1]`, `num_classes`."""

    text: str
    key: Hashable
    node: ast.AST | None = None


@dataclass(eq=False, slots=True)
class Ref(Value):
    """Something imported, by canonical name."""

    name: str


@dataclass(eq=False, slots=True)
class Gap(Value):
    """Inside a sequence: an unknown number of items. `sample` is one of them, where a loop was read once."""

    sample: Value | None = None


@dataclass(eq=False, slots=True)
class Seq(Value):
    """A list or tuple. `cell` holds its contents, so that changes can be undone when a branch is left."""

    kind: str
    cell: dict[str, Any]  # "items": tuple of values, a `Gap` where an unknown number of items lies
    node: ast.AST | None = None

    @classmethod
    def of(cls, items: Iterable[Value], kind: str = "list", node: ast.AST | None = None) -> Seq:
        """A sequence of items."""
        return cls(kind, {"items": tuple(items)}, node)

    @property
    def items(self) -> tuple[Value, ...]:
        """The known items, in order."""
        found: tuple[Value, ...] = self.cell["items"]
        return found

    @property
    def is_open(self) -> bool:
        """Whether the number of items is unknown."""
        return any(isinstance(item, Gap) for item in self.items)


@dataclass(eq=False, slots=True)
class Map(Value):
    """A dict with known keys."""

    items: dict[Any, Value]
    is_open: bool = False
    node: ast.AST | None = None
    sample: Value | None = None  # of an open one, a value where all of them are numbers


@dataclass(eq=False, slots=True)
class Function(Value):
    """A function or lambda of the program, with what it closes over."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Any
    name: str = "<lambda>"
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: UserClass | None = None
    receiver: Value | None = None  # set on bound methods
    static: bool = False


@dataclass(eq=False, slots=True)
class UserClass(Value):
    """A class of the program."""

    node: ast.ClassDef
    scope: Any
    bases: tuple[Value, ...]
    members: dict[str, Value]

    def lineage(self) -> Iterator[Value]:
        """Itself and its bases, nearest first."""
        yield self
        for base in self.bases:
            if isinstance(base, UserClass):
                yield from base.lineage()
            else:
                yield base

    def find(self, name: str) -> Value | None:
        """A member, looked up through the bases that are in the program."""
        for each in self.lineage():
            if isinstance(each, UserClass) and name in each.members:
                return each.members[name]
        return None

    def is_a(self, *names: str) -> bool:
        """Whether one of the imported bases has one of these canonical names."""
        return any(isinstance(each, Ref) and each.name in names for each in self.lineage())


@dataclass(eq=False, slots=True)
class Obj(Value):
    """An instance: of an imported class (a layer, a loss, an encoder) or of a class of the program.

    Also what an imported function returned, when nothing better is known: then `cls` is the function's name.
    """

    cls: str | UserClass
    args: Args
    attrs: dict[Any, Any] = field(default_factory=dict)

    @property
    def node(self) -> ast.AST | None:
        """Where it was made."""
        return self.args.node

    @property
    def short(self) -> str:
        """Name of its class without the module."""
        return self.cls.node.name if isinstance(self.cls, UserClass) else self.cls.rpartition(".")[2]


@dataclass(eq=False, slots=True)
class Tensor(Value):
    """A symbolic tensor: the layer, model or operation that made it, and what went in."""

    op: Value
    inputs: tuple[Value, ...]
    node: ast.AST | None = None
    args: Args | None = None
    model: Value | None = None  # the model whose call gave it


@dataclass(frozen=True, slots=True)
class Prediction:
    """Where a prediction came from, and what was done to it since."""

    model: Value
    applied: tuple[str, ...] = ()  # "softmax", "sigmoid", "row", "column", "flat", "turned", or a sign of arithmetic
    head: Value | None = None  # the tensor that was read, where no model object is known
    made: ast.AST | None = None
    many: bool = False  # of the examples that a fit or an evaluate got


@dataclass(eq=False, slots=True)
class Data(Value):
    """An array, column or tensor of data: how labels are encoded in it, as far as the source says so for sure."""

    encoding: frozenset[Labels | Source] | None = None
    classes: Value | None = None
    exact: bool = True  # False: `classes` is a lower bound
    shape: tuple[Value | None, ...] | None = None
    low: float | None = None
    high: float | None = None
    whole: bool | None = None  # integers (True), fractions (False)
    node: ast.AST | None = None
    why: str = ""
    prediction: Prediction | None = None
    row_sums: RowSums | None = None  # of rows that are written out
    pair: tuple[float, float] | None = None  # the only two values, where 0/1 labels were moved or scaled
    mixed: bool = False  # examples lie in no order: many of them hold every class
    parts: dict[Any, Value] = field(default_factory=dict)  # its shape and the like, so that reading twice agrees


@dataclass(eq=False, slots=True)
class Dataset(Value):
    """A stream of elements: `(x, y)`, `(x, y, w)` or a dict. Elements show the axis over examples, batched or not."""

    element: Value
    node: ast.AST | None = None
    class_names: Value | None = None
    batched: bool = False


@dataclass(eq=False, slots=True)
class Bound(Value):
    """A method of something that is not in the program, read without being called."""

    receiver: Value
    name: str


@dataclass(eq=False, slots=True)
class LossResult(Value):
    """What calling a loss on labels and a prediction gave."""

    loss: Value
    labels: Value | None
    prediction: Value | None
    args: Args


@dataclass(eq=False, slots=True)
class Choice(Value):
    """One of several values, each under the arms of undecided branches that lead to it."""

    alternatives: tuple[tuple[Guard, Value], ...]


@dataclass(eq=False, slots=True)
class Args:
    """Arguments of one call. `is_open`: more may have been passed than is known (`*args`, `**kwargs`)."""

    node: ast.AST | None
    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    is_open: bool = False

    def get(self, index: int | None, *names: str) -> Value | None:
        """An argument by position or by any of its names (older spellings after newer ones)."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        if index is not None and index < len(self.positional):
            if self.is_open and any(isinstance(each, Gap) for each in self.positional[: index + 1]):
                return Gap()  # one of *arguments: not even its position is known
            return self.positional[index]
        return None

    def place(self, index: int | None, *names: str) -> ast.AST | None:
        """The expression written for an argument at this call; None when it came through `**kwargs` or is absent."""
        if not isinstance(self.node, ast.Call):
            return None
        for keyword in self.node.keywords:
            if keyword.arg in names:
                return keyword.value
        plain = self.node.args
        if index is not None and index < len(plain) and not any(isinstance(a, ast.Starred) for a in plain[: index + 1]):
            return plain[index]
        return None


NOTHING = Args(None)


def guarded(pairs: list[tuple[Guard, Value]]) -> Value:
    """One value for several guarded ones: nested choices are flattened, impossible combinations dropped."""
    flat: list[tuple[Guard, Value]] = []
    for guard, value in pairs:
        inner = value.alternatives if isinstance(value, Choice) else ((ALWAYS, value),)
        for more, each in inner:
            both = merge(guard, more)
            if both is not None and not any(each is old and both == g for g, old in flat):
                flat.append((both, each))
    if not flat:
        return Unknown("no branch leads here")
    if all(each is flat[0][1] or same(each, flat[0][1]) for _, each in flat):
        return flat[0][1]
    return Choice(tuple(flat)) if len(flat) <= MAX_ALTERNATIVES else Unknown("too many branches")


def merge(one: Guard, other: Guard) -> Guard | None:
    """Both guards together, or None when they name different arms of one branch."""
    if not one:
        return other
    if not other or one == other:
        return one
    arms = dict(one)
    for branch, arm in other:
        if arms.get(branch, arm) != arm:
            return None
    return one | other


def same(one: Value, other: Value) -> bool:
    """Whether two values are known to be equal."""
    if one is other:
        return True
    if isinstance(one, Const) and isinstance(other, Const):
        try:
            return type(one.value) is type(other.value) and bool(one.value == other.value)
        except (TypeError, ValueError):
            return False
    if isinstance(one, Symbol) and isinstance(other, Symbol):
        return one.key == other.key
    return isinstance(one, Ref) and isinstance(other, Ref) and one.name == other.name


def number(value: Value | None) -> Const | Symbol | None:
    """A value as a size: a known number, a symbol, or an unknown turned into a symbol of its own."""
    if isinstance(value, Symbol):
        return value
    if isinstance(value, Const):
        whole = (
            isinstance(value.value, int | float) and not isinstance(value.value, bool) and value.value == value.value
        )
        return Const(int(value.value), value.node) if whole and abs(value.value) < 1e15 else None
    if isinstance(value, Unknown | Bound | Obj | Data):
        node = getattr(value, "node", None)
        return Symbol(ast.unparse(node) if isinstance(node, ast.expr) else "a number", ("value", value), node)
    return None


def constant(value: Value | None) -> Any:
    """The Python value of a constant, or None."""
    return value.value if isinstance(value, Const) else None
