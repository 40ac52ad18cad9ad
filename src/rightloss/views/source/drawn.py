"""Data that is drawn at random or made up: shapes, ranges, and what they say about labels."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from rightloss.contract.vocabulary import Labels, Source
from rightloss.views.source import arrays, ranges
from rightloss.views.source.literals import from_python, to_python
from rightloss.views.source.machine import Machine
from rightloss.views.source.values import Args, Const, Data, Ref, Seq, Symbol, Value, constant, number

INDEX = frozenset({Labels.INDEX})


def shape_of(value: Value | None) -> arrays.Shape | None:
    if isinstance(value, Data):
        return value.shape
    if isinstance(value, Seq) and not value.is_open:
        return (Const(len(value.items)),)
    return None


def text_of(node: ast.AST | None) -> str:
    if isinstance(node, ast.Call):
        return f"{ast.unparse(node.func)}()"
    return "labels"


def _randint(machine: Machine, args: Args) -> Value:
    """`np.random.randint(low, high, size)`."""
    low, high, size = args.get(0, "low"), args.get(1, "high"), args.get(2, "size")
    if high is None or (isinstance(high, Const) and high.value is None):
        low, high = Const(0), low
    bottom, top = constant(low), constant(high)
    dims = arrays.dims(size)
    if not isinstance(bottom, int) or isinstance(bottom, bool) or dims == ():
        return Data(shape=dims, node=args.node)
    if isinstance(top, int):
        return ranges.of_range(bottom, top - 1, dims, args.node or ast.Pass(), "random ids")
    if bottom == 0 and isinstance(number(high), Symbol):
        return Data(
            INDEX if dims is not None and len(dims) <= 1 else None,
            number(high),
            True,
            dims,
            0,
            None,
            True,
            args.node,
            "random ids",
        )
    return Data(shape=dims, node=args.node)


def _uniform_int(machine: Machine, args: Args) -> Value:
    """`tf.random.uniform(shape, minval, maxval, dtype=tf.int32)`."""
    dims = arrays.dims(args.get(0, "shape"))
    kind = args.get(3, "dtype")
    name = kind.name if isinstance(kind, Ref) else str(constant(kind))
    low, high = constant(args.get(1, "minval")) or 0, constant(args.get(2, "maxval"))
    if "int" in name and isinstance(low, int) and isinstance(high, int):
        return ranges.of_range(low, high - 1, dims, args.node or ast.Pass(), "random ids")
    return Data(shape=dims, node=args.node)


def _choice(machine: Machine, args: Args) -> Value:
    """`np.random.choice(values, size)`."""
    options, dims = args.get(0, "a"), arrays.dims(args.get(1, "size"))
    plain = to_python(options) if isinstance(options, Seq) else None
    if isinstance(constant(options), int):
        return ranges.of_range(0, constant(options) - 1, dims, args.node or ast.Pass(), "random ids")
    if isinstance(plain, list) and plain and all(isinstance(each, int) for each in plain):
        made = from_python(plain, args.node)
        vector = dims is not None and len(dims) == 1
        return replace(made, shape=dims, encoding=made.encoding if vector else None, parts={})
    if isinstance(plain, list) and plain and all(isinstance(each, str) for each in plain):
        return Data(frozenset({Source.TEXT}), Const(len(set(plain))), True, dims, node=args.node, why="random names")
    return Data(shape=dims, node=args.node)


def _filled(value: float | None, place: int = 0) -> Callable[[Machine, Args], Value]:
    """`np.zeros(shape)`, `np.random.random(shape)`; `np.random.normal(loc, scale, size)`."""

    def handler(machine: Machine, args: Args) -> Value:
        size = args.get(place, "shape", "size", "d0")
        dims = arrays.dims(size)
        if len(args.positional) > 1 and all(isinstance(number(each), Const | Symbol) for each in args.positional):
            spread = isinstance(args.node, ast.Call) and text_of(args.node).endswith(("rand()", "randn()"))
            dims = tuple(number(each) for each in args.positional) if spread else dims
        return Data(shape=dims or None, low=value, high=value, node=args.node)

    return handler


def _like(machine: Machine, args: Args) -> Value:
    value = args.get(0)
    return Data(shape=shape_of(value), node=args.node)


def _make_classification(machine: Machine, args: Args) -> Value:
    classes = args.get(None, "n_classes") or Const(2, args.node)
    count = number(args.get(0, "n_samples")) or Const(100)
    features = number(args.get(1, "n_features")) or Const(20)
    top = constant(classes)
    if isinstance(top, int):
        y: Data = ranges.of_range(0, top - 1, (count,), args.node or ast.Pass(), "make_classification()")
    else:
        y = Data(INDEX, number(classes), True, (count,), 0, None, True, args.node, "make_classification()")
    return Seq.of((Data(shape=(count, features), node=args.node), y), "tuple", args.node)


def _known_pair(classes: int, features: int | None) -> Callable[[Machine, Args], Value]:
    """`make_moons()` and the like: two features and ids."""

    def handler(machine: Machine, args: Args) -> Value:
        found = constant(args.get(None, "centers")) if classes == 0 else classes
        y = Data(node=args.node, shape=(None,))
        if isinstance(found, int):
            y = ranges.of_range(0, found - 1, (None,), args.node or ast.Pass(), text_of(args.node))
        x = Data(shape=(None, Const(features) if features else None), node=args.node)
        return Seq.of((x, y), "tuple", args.node)

    return handler


def _multilabel(machine: Machine, args: Args) -> Value:
    classes = number(args.get(None, "n_classes")) or Const(5)
    y = Data(frozenset({Labels.MULTIHOT}), classes, True, (None, classes), 0, 1, True, args.node, text_of(args.node))
    return Seq.of((Data(node=args.node), y), "tuple", args.node)


def _regression(machine: Machine, args: Args) -> Value:
    targets = args.get(None, "n_targets")
    one = not args.is_open and (targets is None or constant(targets) == 1)
    several = constant(targets)
    shape: arrays.Shape | None = (None,) if one else None
    if isinstance(several, int) and several > 1:
        shape = (None, Const(several))
    y = Data(frozenset({Source.CONTINUOUS}), shape=shape, whole=False, node=args.node, why=text_of(args.node))
    return Seq.of((Data(node=args.node), y), "tuple", args.node)


def drawn_by(machine: Machine, name: str, args: Args) -> Value | None:
    """A method of a generator of random numbers, which is the function of the same name."""
    handler = FUNCTIONS.get(f"numpy.random.{'randint' if name == 'integers' else name}")
    if handler is None or "endpoint" in args.keywords:
        return None
    return handler(machine, args)


FUNCTIONS: dict[str, Callable[[Machine, Args], Value]] = {
    "numpy.random.randint": _randint,
    "tensorflow.random.uniform": _uniform_int,
    "keras.random.randint": lambda machine, args: _uniform_int(
        machine,
        Args(
            args.node,
            (),
            {
                "shape": args.get(0, "shape") or Const(None),
                "minval": args.get(1, "minval") or Const(0),
                "maxval": args.get(2, "maxval") or Const(None),
                "dtype": Const("int32"),
            },
        ),
    ),
    "numpy.random.choice": _choice,
    **dict.fromkeys(("numpy.zeros", "tensorflow.zeros"), _filled(0)),
    **dict.fromkeys(("numpy.ones", "tensorflow.ones"), _filled(1)),
    **dict.fromkeys(
        (
            "numpy.random.random",
            "numpy.random.rand",
            "numpy.random.randn",
            "numpy.random.random_sample",
            "numpy.empty",
            "tensorflow.random.normal",
        ),
        _filled(None),
    ),
    **dict.fromkeys(("numpy.random.normal", "numpy.random.uniform"), _filled(None, place=2)),
    **dict.fromkeys(
        ("numpy.zeros_like", "numpy.ones_like", "tensorflow.zeros_like", "tensorflow.ones_like", "numpy.full_like"),
        _like,
    ),
    "sklearn.datasets.make_classification": _make_classification,
    "sklearn.datasets.make_multilabel_classification": _multilabel,
    "sklearn.datasets.make_moons": _known_pair(2, 2),
    "sklearn.datasets.make_circles": _known_pair(2, 2),
    "sklearn.datasets.make_blobs": _known_pair(0, None),
    "sklearn.datasets.make_regression": _regression,
}
