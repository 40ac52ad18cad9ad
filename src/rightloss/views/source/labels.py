"""How labels are encoded, from the calls that make them. Only what a call says for sure narrows the set."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from rightloss.contract.vocabulary import Labels, Source
from rightloss.views.source import arrays, binned, comparisons, datasets, drawn, frames, joined, ranges
from rightloss.views.source.literals import literal_labels
from rightloss.views.source.machine import Machine
from rightloss.views.source.selections import some_classes
from rightloss.views.source.values import (
    Args,
    Const,
    Data,
    Dataset,
    Function,
    Gap,
    Obj,
    Ref,
    Seq,
    Symbol,
    Tensor,
    Unknown,
    Value,
    constant,
    number,
)

Invoke = Callable[[Value, Args], Value]
ONEHOT = frozenset({Labels.ONEHOT})
INDEX = frozenset({Labels.INDEX})
TWO = frozenset({Labels.BINARY, Labels.INDEX})


def call_name(machine: Machine, name: str, args: Args, invoke: Invoke) -> Value | None:
    """What a library function gives; None where nothing is known about it."""
    handler = _FUNCTIONS.get(name)
    if handler is not None:
        return handler(machine, args)
    found = datasets.call_name(name, args)
    if found is not None:
        return found
    root, _, last = name.rpartition(".")
    if root in ("numpy", "tensorflow", "keras.ops", "keras.backend", "jax.numpy") and last in arrays.SAME:
        return _as_array(args)
    if name.startswith("tensorflow.data.") and last == "from_generator":
        return _from_generator(args, invoke)
    return None


def _plain(value: Value | None) -> Value | None:
    """A list of literals as data; other values as they are."""
    return literal_labels(value) if isinstance(value, Seq) else value


def _as_array(args: Args) -> Value | None:
    value = args.get(0, "object", "value", "x", "a", "data")
    if isinstance(value, Seq):
        return literal_labels(value)
    place = args.place(1, "dtype")
    kind = ast.unparse(place) if isinstance(place, ast.expr) else ""
    if isinstance(value, Data) and value.encoding is not None and _changes(value, kind):
        return Data(shape=value.shape, node=args.node)
    return value if isinstance(value, Data | Tensor | Dataset) else None


def _changes(value: Data, kind: str) -> bool:
    """Whether another type makes other numbers of them: booleans, or fractions that are cut off."""
    return "bool" in kind or (value.whole is False and "int" in kind)


def _columns_of(ids: Value | None, args: Args) -> Value:
    """How many columns ids become where nobody says it: up to the largest one, whichever occur."""
    if isinstance(ids, Data) and ids.encoding is not None and ids.exact:
        top, kinds = ids.high, ids.encoding
        if kinds == {Source.OFFSET} and top is not None:
            return Const(int(top) + 1, args.node)
        if kinds <= {Labels.INDEX, Labels.BINARY} and ids.classes is not None:
            return ids.classes
    return Symbol("num_classes", ("columns", args), args.node)


def _one_hot(width: int, *names: str, columns: bool = True) -> Callable[[Machine, Args], Value]:
    """`to_categorical(y, n)`, `tf.one_hot(y, n)`: ids become one-hot rows."""

    def handler(machine: Machine, args: Args) -> Value:
        value = _plain(args.get(0, "x", "y", "indices", "inputs"))
        units: Value | None = number(args.get(width, *names)) if args.get(width, *names) is not None else None
        if isinstance(args.get(width, *names), Const) and constant(args.get(width, *names)) is None:
            units = None
        if units is None:
            units = _columns_of(value, args)
        if (
            isinstance(value, Data)
            and value.encoding is not None
            and value.encoding <= {Labels.ONEHOT, Labels.MULTIHOT}
        ):
            shape = (*value.shape, units) if value.shape is not None else None
            return Data(shape=shape, node=args.node)
        shape = drawn.shape_of(value)
        if shape is not None and columns and len(shape) > 1:
            # One column is not an axis of its own; of how many there are, nothing may be known.
            shape = shape[:-1] if constant(shape[-1]) == 1 else shape if constant(shape[-1]) is not None else None
        dims = (*shape, units) if shape is not None else None
        return Data(ONEHOT, units, True, dims, 0, 1, True, args.node, drawn.text_of(args.node))

    return handler


def _split(machine: Machine, args: Args) -> Value:
    """`train_test_split(a, b)`: two parts of each."""
    parts: list[Value] = []
    told = args.get(None, "shuffle")
    mixed = told is None or constant(told) is True
    for value in args.positional:
        value = _plain(value) or value
        for _ in range(2):
            if isinstance(value, Data):
                cut = (None, *value.shape[1:]) if value.shape else None
                rows = replace(value, shape=cut, parts={}, mixed=value.mixed or mixed)
                parts.append(rows if rows.mixed else some_classes(rows))
            elif isinstance(value, Obj) and frames.is_frame(value):
                parts.append(frames.mixed(value) if mixed else frames.changed(value, some_classes))
            else:
                parts.append(value if isinstance(value, Obj) else Unknown("a part of a split", args.node))
    return Seq.of(parts, "tuple", args.node) if parts else Unknown("a split", args.node)


def _dummies(machine: Machine, args: Args) -> Value:
    value = args.get(0, "data")
    if isinstance(value, Obj) and frames.is_frame(value):
        return Obj("pandas.get_dummies", args)  # a frame: which columns belong together is not followed
    if not isinstance(value, Data) or (value.shape is not None and len(value.shape) != 1) or args.get(None, "columns"):
        return Data(node=args.node)
    units = value.classes if value.encoding and value.exact else None
    units = units or Symbol("num_classes", ("columns", args), args.node)
    if constant(args.get(None, "drop_first")):
        return Data(node=args.node)
    return Data(ONEHOT, units, True, (None, units), 0, 1, True, args.node, drawn.text_of(args.node))


def _binarized(machine: Machine, args: Args) -> Value:
    """`label_binarize(y, classes=[0, 1, 2])`: one column for each class, of two classes a single one."""
    value, names = _plain(args.get(0, "y")), args.get(None, "classes")
    one_each = isinstance(value, Data) and value.shape is not None and len(value.shape) == 1
    if not one_each or not isinstance(names, Seq) or names.is_open or args.keywords.keys() - {"classes", "y"}:
        return Data(node=args.node)
    count = len(names.items)
    if count < 3:
        return Data(TWO, Const(2), True, (None, Const(1)), 0, 1, True, args.node, "label_binarize()")
    return Data(ONEHOT, Const(count), True, (None, Const(count)), 0, 1, True, args.node, "label_binarize()")


def _take(machine: Machine, args: Args) -> Value | None:
    """`np.take(np.eye(3), y, axis=0)` is `np.eye(3)[y]`."""
    base, index = args.get(0, "a"), args.get(1, "indices")
    if isinstance(base, Obj) and base.cls in ("numpy.eye", "numpy.identity") and constant(args.get(2, "axis")) == 0:
        return arrays.rows_of_eye(base, index or Unknown("rows"), args.node or ast.Pass())
    return Data(node=args.node)


def _argmax(first_axis: int | None) -> Callable[[Machine, Args], Value]:
    def handler(machine: Machine, args: Args) -> Value:
        value = _plain(args.get(0, "a", "input", "x"))
        axis = args.get(1, "axis", "dimension")
        return arrays.argmax(machine, value or Unknown("nothing"), args, first_axis, axis)

    return handler


def _unary(path: str, name: str) -> Callable[[Machine, Args], Value]:
    """Softmax and sigmoid of a prediction that is data; of tensors they are operations in a graph."""

    def handler(machine: Machine, args: Args) -> Value:
        value = args.get(0, "x", "logits")
        if value is not None:
            machine.recorder.activation(value, name, args.node)
        if isinstance(value, Data) and value.prediction is not None:
            return replace(
                value, prediction=replace(value.prediction, applied=(*value.prediction.applied, name)), parts={}
            )
        if isinstance(value, Data):
            return Data(shape=value.shape, node=args.node)
        if isinstance(value, Tensor):
            return Tensor(Ref(path), (value,), args.node, args)
        return Tensor(Ref(path), (), args.node, args)

    return handler


def _round(machine: Machine, args: Args) -> Value:
    value = args.get(0, "a", "x")
    if value is not None:
        machine.recorder.threshold(machine, value, 0.5, args.node or ast.Pass())
    return Data(shape=drawn.shape_of(value), node=args.node)


def _greater(machine: Machine, args: Args) -> Value:
    left, right = args.get(0, "x"), args.get(1, "y")
    if left is None or right is None:
        return Unknown("a condition", args.node)
    return comparisons.compare(machine, left, right, ast.Gt, args.node or ast.Pass())


def _where(machine: Machine, args: Args) -> Value:
    """`np.where(condition, 1, 0)` gives 0/1, `np.where(condition, 1, -1)` signs; other values are not looked at."""
    condition = args.get(0, "condition")
    if len(args.positional) == 1 and not args.keywords and not args.is_open:
        return _positions(machine, args)
    shape = condition.shape if isinstance(condition, Data) else None
    found = binned.where(args)
    if found is not None:
        return found
    arms = [args.get(1, "x"), args.get(2, "y")]
    same = isinstance(condition, Data) and all(each is None or ranges.keeps_shape(condition, each) for each in arms)
    return Data(shape=shape if same else None, node=args.node)


def _of_column(machine: Machine, args: Args, name: str) -> Value:
    """A function of pandas that is the method of a column."""
    column = args.get(0, "values")
    given = Args(args.node, args.positional[1:], args.keywords)
    return arrays.method(machine, column if isinstance(column, Data) else Data(node=args.node), name, given)


def _positions(machine: Machine, args: Args) -> Value:
    """`np.where(mask)`, `np.nonzero(mask)`: for each axis, an array of positions."""
    mask = args.get(0)
    positions = Data(shape=(None,), node=args.node)
    axes = mask.shape if isinstance(mask, Data) else None
    return Seq.of([positions] * len(axes) if axes is not None else [Gap(positions)], "tuple", args.node)


def _table(machine: Machine, args: Args) -> Value:
    """`np.loadtxt()`: rows and columns of numbers."""
    return Data(shape=(None, None), node=args.node)


def _arithmetic(sign: str) -> Callable[[Machine, Args], Value]:
    """`tf.add(x, y)` is `x + y`."""

    def handler(machine: Machine, args: Args) -> Value:
        left, right = args.get(0, "x", "x1"), args.get(1, "y", "x2")
        if left is None or right is None:
            return Unknown("arithmetic", args.node)
        return ranges.arithmetic(left, right, sign, args.node or ast.Pass())

    return handler


def _expand(machine: Machine, args: Args) -> Value:
    value = _plain(args.get(0, "a", "input", "x"))
    if isinstance(value, Data):
        return arrays.expanded(value, constant(args.get(1, "axis")))
    if isinstance(value, Tensor):
        return Tensor(Ref("tensorflow.expand_dims"), (value,), args.node, args)
    return Unknown("one more axis", args.node)


def _reshape(machine: Machine, args: Args) -> Value:
    value = _plain(args.get(0, "a", "tensor", "x"))
    wanted = args.get(1, "shape", "newshape")
    if isinstance(value, Data):
        name = (drawn.text_of(args.node).rpartition(".")[2] or "reshape").rstrip("()")
        return arrays.reshaped(
            value,
            name if name in ("squeeze", "ravel") else "reshape",
            (wanted,) if wanted else (),
            args.node or ast.Pass(),
        )
    if isinstance(value, Tensor):
        return Tensor(Ref("tensorflow.reshape"), (value,), args.node, args)
    return Unknown("another shape", args.node)


def _from_generator(args: Args, invoke: Invoke) -> Value:
    made = args.get(0, "generator")
    result = invoke(made, Args(args.node)) if isinstance(made, Function) else None
    if isinstance(result, Dataset):
        return Dataset(_numbers(datasets.one_example(result.element)), result.node)
    return Dataset(Unknown("an element of a generator"), args.node)


def _numbers(element: Value) -> Value:
    """A number that is given out for each example has no axis but the one over examples."""
    if isinstance(element, Seq) and element.kind == "tuple":
        return Seq.of([_numbers(each) for each in element.items], element.kind, element.node)
    if isinstance(element, Seq):
        return Data(node=element.node)  # a list is one row
    return Data(shape=(None,), node=element.node) if isinstance(element, Symbol) else element


def _judged(machine: Machine, args: Args) -> None:
    """`accuracy_score(y, p)`: one prediction is held against one label of each example."""
    machine.recorder.judge(args.get(1, "y_pred"), whole=True)


_FUNCTIONS: dict[str, Callable[[Machine, Args], Value | None]] = {
    "keras.utils.to_categorical": _one_hot(1, "num_classes", "nb_classes"),
    "tensorflow.one_hot": _one_hot(1, "depth", columns=False),
    "keras.ops.one_hot": _one_hot(1, "num_classes", columns=False),
    "keras.backend.one_hot": _one_hot(1, "num_classes", columns=False),
    **drawn.FUNCTIONS,
    "sklearn.model_selection.train_test_split": _split,
    "pandas.get_dummies": _dummies,
    "sklearn.preprocessing.label_binarize": _binarized,
    "numpy.take": _take,
    **{
        f"sklearn.metrics.{name}": _judged
        for name in ("accuracy_score", "confusion_matrix", "classification_report", "f1_score", "cohen_kappa_score")
    },
    "numpy.argmax": _argmax(None),
    "tensorflow.argmax": _argmax(0),
    "keras.ops.argmax": _argmax(None),
    "keras.backend.argmax": _argmax(-1),
    **{
        f"{module}.{name}": _unary(f"{module}.{name}", name)
        for module in ("tensorflow.nn", "keras.ops", "keras.activations", "keras.backend")
        for name in ("softmax", "sigmoid", "log_softmax")
    },
    "scipy.special.softmax": _unary("scipy.special.softmax", "softmax"),
    "scipy.special.expit": _unary("scipy.special.expit", "sigmoid"),
    **dict.fromkeys(("numpy.round", "numpy.rint", "tensorflow.round", "numpy.around"), _round),
    **dict.fromkeys(("numpy.greater", "tensorflow.greater"), _greater),
    **{
        f"{module}.{name}": _arithmetic(sign)
        for module in ("tensorflow", "tensorflow.math", "numpy", "keras.ops")
        for name, sign in (("add", "+"), ("subtract", "-"), ("multiply", "*"), ("divide", "/"))
    },
    "numpy.where": _where,
    "numpy.nonzero": _positions,
    "numpy.argwhere": lambda machine, args: Data(node=args.node),
    "pandas.factorize": lambda machine, args: _of_column(machine, args, "factorize"),
    "pandas.Categorical": lambda machine, args: _of_column(machine, args, "copy"),
    **dict.fromkeys(("numpy.loadtxt", "numpy.genfromtxt"), _table),
    **dict.fromkeys(("numpy.expand_dims", "tensorflow.expand_dims"), _expand),
    **dict.fromkeys(
        ("numpy.reshape", "tensorflow.reshape", "numpy.squeeze", "numpy.ravel", "tensorflow.squeeze"), _reshape
    ),
    **binned.FUNCTIONS,
    **joined.FUNCTIONS,
}
