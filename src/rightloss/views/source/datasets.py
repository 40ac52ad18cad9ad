"""Streams and data sets with known labels: keras.datasets, directories, tfds, tf.data and its operations."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from rightloss.contract.vocabulary import Labels
from rightloss.views.source import tables
from rightloss.views.source.literals import literal_labels
from rightloss.views.source.selections import some
from rightloss.views.source.values import (
    Args,
    Const,
    Data,
    Dataset,
    Function,
    Map,
    Obj,
    Ref,
    Seq,
    Symbol,
    Unknown,
    Value,
    constant,
    number,
)

Invoke = Callable[[Value, Args], Value]
_TWO = frozenset({Labels.BINARY, Labels.INDEX})
_INDEX = frozenset({Labels.INDEX})

# keras.datasets: module -> (classes, shape of one input, labels are a column)
_KERAS = {
    "mnist": (10, (28, 28), False),
    "fashion_mnist": (10, (28, 28), False),
    "cifar10": (10, (32, 32, 3), True),
    "cifar100": (100, (32, 32, 3), True),
    "imdb": (2, None, False),
    "reuters": (46, None, False),
    "boston_housing": (None, (13,), False),
    "california_housing": (None, (8,), False),
}
# tensorflow_datasets with one class id per example: name -> classes
_TFDS = {
    "mnist": 10, "fashion_mnist": 10, "kmnist": 10, "cifar10": 10, "cifar100": 100, "imdb_reviews": 2,
    "cats_vs_dogs": 2, "tf_flowers": 5, "rock_paper_scissors": 3, "horses_or_humans": 2,
    "oxford_flowers102": 102, "eurosat": 10, "stanford_dogs": 120, "svhn_cropped": 10, "beans": 3,
    "malaria": 2, "iris": 3, "stl10": 10, "food101": 101, "ag_news_subset": 4, "caltech101": 102,
    "emnist": 62,
}  # fmt: skip
_DIRECTORIES = {
    "keras.utils.image_dataset_from_directory": 2,
    "keras.utils.text_dataset_from_directory": 2,
    "keras.utils.audio_dataset_from_directory": 2,
    "keras.preprocessing.image_dataset_from_directory": 2,
    "keras.preprocessing.text_dataset_from_directory": 2,
}
_SAME = frozenset((
    "batch", "shuffle", "repeat", "cache", "prefetch", "take", "skip", "shard", "unbatch", "with_options",
    "ragged_batch", "apply", "interleave", "snapshot", "as_numpy_iterator", "rebatch", "padded_batch",
    "concatenate", "ignore_errors", "enumerate_",
))  # fmt: skip


_BATCHES = frozenset({"batch", "padded_batch", "ragged_batch"})


def call_name(name: str, args: Args) -> Value | None:
    """A data set made by a library function; None for other functions."""
    if name.startswith("keras.datasets.") and name.endswith(".load_data"):
        return _keras_dataset(name.split(".")[2], args)
    if name in _DIRECTORIES:
        return _directory(args)
    if name.startswith("sklearn.datasets.") and name.rpartition(".")[2] in tables.SKLEARN:
        return tables.load(name.rpartition(".")[2], args)
    if name.endswith("input_data.read_data_sets"):
        return _old_mnist(args)
    if name == "tensorflow_datasets.load":
        return _tfds(args)
    if name == "tensorflow_datasets.as_numpy":
        return args.get(0, "dataset")
    if name in _RECORDS:
        return _record(args)
    if name in ("tensorflow.io.decode_csv", "tensorflow.decode_csv"):
        return _columns(args)
    if name.startswith("tensorflow.data.") and name.endswith((".from_tensor_slices", ".from_tensors")):
        return Dataset(_rows(args.get(0, "tensors") or Unknown("nothing", args.node), args.node), args.node)
    if name.startswith("tensorflow.data.") and name.endswith("Dataset.zip"):
        parts = args.get(0, "datasets")
        inner = parts.items if isinstance(parts, Seq) else args.positional
        return Dataset(Seq.of([_element(each, args.node) for each in inner], "tuple"), args.node)
    if name.startswith("tensorflow.data.") and name.endswith("Dataset.range"):
        return Dataset(Data(node=args.node), args.node)
    if name.startswith("tensorflow.data.") and name.endswith("make_csv_dataset"):
        whole = Map({}, True, args.node)
        label = args.get(4, "label_name")
        return Dataset(Seq.of((whole, Data(node=args.node)), "tuple") if label is not None else whole, args.node)
    if name.startswith("tensorflow.data.") and name.endswith(_FILES):
        return Dataset(Unknown("an element that is read from files", args.node), args.node)
    return None


_FILES = ("TFRecordDataset", "TextLineDataset", "FixedLengthRecordDataset", "Dataset.list_files")
_RECORDS = frozenset(
    f"{module}.{name}"
    for module in ("tensorflow", "tensorflow.io")
    for name in ("parse_single_example", "parse_example")
)
FEATURE = "a whole number of a record"


def _record(args: Args) -> Value:
    """`tf.io.parse_single_example(x, {"label": FixedLenFeature([], tf.int64)})`: what each feature holds."""
    features = args.get(1, "features")
    if not isinstance(features, Map):
        return Unknown("a record whose features are not known", args.node)
    return Map({key: _feature(each) for key, each in features.items.items()}, features.is_open, args.node)


def _feature(value: Value) -> Value:
    """One number for each example may be a class id or a 0/1 label, and never a row."""
    if not isinstance(value, Obj) or value.short != "FixedLenFeature":
        return Data(node=getattr(value, "node", None))
    sizes, kind = value.args.get(0, "shape"), value.args.get(1, "dtype")
    known = isinstance(sizes, Seq) and not sizes.is_open
    shape = (None, *(number(each) for each in sizes.items)) if isinstance(sizes, Seq) and known else None
    if shape == (None,) and isinstance(kind, Ref) and kind.name.rpartition(".")[2] in ("int32", "int64"):
        return Data(_TWO, shape=shape, low=0, whole=True, node=value.node, why=FEATURE)
    return Data(shape=shape, node=value.node)


def _columns(args: Args) -> Value:
    """`tf.io.decode_csv(line, [[0.0], [0]])`: one number or text for each example and column."""
    defaults = args.get(1, "record_defaults")
    if not isinstance(defaults, Seq) or defaults.is_open:
        return Unknown("columns whose kinds are not known", args.node)
    return Seq.of([_column(each) for each in defaults.items], "list", args.node)


def _column(default: Value) -> Data:
    node = getattr(default, "node", None)
    first = default.items[0] if isinstance(default, Seq) and default.items else default
    whole = isinstance(constant(first), int) and not isinstance(constant(first), bool)
    if whole or (isinstance(first, Ref) and first.name.rpartition(".")[2] in ("int32", "int64")):
        return Data(_TWO, shape=(None,), low=0, whole=True, node=node, why=FEATURE)
    return Data(shape=(None,), node=node)


def _element(value: Value, node: ast.AST | None) -> Value:
    return value.element if isinstance(value, Dataset) else Unknown("an element of a dataset", node)


def _rows(value: Value, node: ast.AST | None) -> Value:
    """One row of each array. Elements keep the leading axis: a stream is batched before it trains."""
    if isinstance(value, Seq) and value.kind == "tuple":
        return Seq.of([_rows(each, node) for each in value.items], "tuple", node)
    if isinstance(value, Map):
        return Map({key: _rows(each, node) for key, each in value.items.items()}, value.is_open, node)
    if isinstance(value, Seq):
        return literal_labels(value)
    return replace(value) if isinstance(value, Data) else value  # a batch is not the array that it is taken from


def _keras_dataset(name: str, args: Args) -> Value:
    found = _KERAS.get(name)
    if found is None:
        return Unknown("a data set that is not known", args.node)
    classes, sizes, is_column = found
    if name == "cifar100" and constant(args.get(0, "label_mode")) == "coarse":
        classes = 20
    x = Data(shape=(None, *(Const(size) for size in sizes)) if sizes else (None,), node=args.node)
    y_shape: tuple[Value | None, ...] = (None, Const(1)) if is_column else (None,)
    why = f"keras.datasets.{name}"
    pairs = [
        Seq.of((replace(x, parts={}), tables.ids(classes, y_shape, args.node, why, mixed=True)), "tuple", args.node)
        for _ in range(2)
    ]
    return Seq.of(pairs, "tuple", args.node)


def _old_mnist(args: Args) -> Value:
    """`input_data.read_data_sets(…, one_hot=False)` of TensorFlow 1."""
    told = args.get(None, "one_hot")
    if told is not None and not isinstance(told, Const):
        return Unknown("a data set that is not known", args.node)
    y = tables.ids(10, (None,), args.node, "read_data_sets()")
    if constant(told):
        y = Data(frozenset({Labels.ONEHOT}), Const(10), True, (None, Const(10)), 0, 1, True, args.node, "one_hot=True")
    x = Data(shape=(None, Const(784)), node=args.node)
    made = Obj("tensorflow.read_data_sets", args)
    for part in ("train", "test", "validation"):
        split = Obj("tensorflow.read_data_sets.split", args, {"images": x, "labels": y})
        split.attrs["next_batch"] = Dataset(Seq.of((x, y), "tuple"), args.node)
        made.attrs[part] = split
    return made


def by_mode(mode: str | None, classes: Value | None, node: ast.AST | None, why: str) -> Data | None:
    """Labels of a folder reader: `label_mode=` and `class_mode=` have the same words. None: no labels."""
    if mode in ("int", "sparse"):
        return Data(_INDEX, classes, True, (None,), 0, None, True, node, why)
    if mode == "categorical":
        return Data(frozenset({Labels.ONEHOT}), classes, True, (None, classes), 0, 1, True, node, why)
    if mode == "binary":
        return Data(_TWO, Const(2), True, (None,), 0, 1, True, node, why)
    return None


def _classes(names: Value | None, node: ast.AST | None) -> Value:
    if isinstance(names, Seq) and not names.is_open:
        return Const(len(names.items))
    if names is not None and not isinstance(names, Const):
        return Symbol("len(class_names)", ("len", names), node)
    return Symbol("the number of class folders", ("folders", node), node)


def _directory(args: Args) -> Value:
    """`image_dataset_from_directory(…, label_mode="int")` and its kin."""
    names = args.get(None, "class_names")
    mode = args.get(2, "label_mode")
    if isinstance(args.get(1, "labels"), Const) and constant(args.get(1, "labels")) is None:
        return Dataset(Data(node=args.node), args.node)
    word = "int" if mode is None and not args.is_open else constant(mode)
    holder = Unknown("class_names of a dataset", args.node)
    known = names if isinstance(names, Seq) else holder
    why = f'label_mode="{word}"' + (" (the default)" if mode is None else "")
    made = by_mode(word, _classes(known, args.node), args.place(2, "label_mode") or args.node, why)
    x = Data(node=args.node)
    element: Value = Seq.of((x, made if made is not None else Data(node=args.node)), "tuple", args.node)
    both = isinstance(constant(args.get(None, "subset")), str) and constant(args.get(None, "subset")) == "both"
    dataset = Dataset(element, args.node, known)
    return Seq.of((dataset, Dataset(element, args.node, known)), "tuple") if both else dataset


def _tfds(args: Args) -> Value:
    name = constant(args.get(0, "name"))
    base = str(name).partition("/")[0].partition(":")[0] if isinstance(name, str) else ""
    info = Unknown("the info of a data set", args.node)
    classes = _TFDS.get(base)
    y: Value = tables.ids(classes, (None,), args.node, f"tfds {base}") if classes else Data(node=args.node)
    x = Data(node=args.node)
    supervised = bool(constant(args.get(None, "as_supervised")))
    element: Value = Seq.of((x, y), "tuple") if supervised else Map({"label": y}, True, args.node)
    one: Value = Dataset(element, args.node)
    if constant(args.get(None, "batch_size")) == -1:
        one = element  # the whole data set as one batch
    split = args.get(1, "split")
    loaded: Value = one
    if isinstance(split, Seq):
        loaded = Seq.of([Dataset(element, args.node) for _ in split.items], "list", args.node)
    elif split is None or not isinstance(split, Const):
        loaded = (
            Map(
                {key: Dataset(element, args.node) for key in ("train", "test", "validation", "unsupervised")},
                True,
                args.node,
            )
            if split is None
            else one
        )
    return Seq.of((loaded, info), "tuple") if constant(args.get(None, "with_info")) else loaded


def built(builder: Obj, args: Args) -> Value:
    """`tfds.builder("mnist").as_dataset(split="train")` is `tfds.load` with the same words."""
    name, split = builder.args.get(0, "name"), args.get(0, "split")
    told = {**args.keywords, **({"split": split} if split is not None else {})}
    return _tfds(Args(args.node, (name,) if name is not None else (), told, args.is_open))


def method(receiver: Dataset, name: str, args: Args, invoke: Invoke) -> Value:
    """`dataset.name(...)`."""
    if name == "map":
        return _mapped(receiver, args, invoke)
    if name == "filter":
        return Dataset(some(receiver.element), receiver.node, receiver.class_names, receiver.batched)
    if name in _SAME:
        if name == "apply" and isinstance(args.get(0), Function):
            result = invoke(args.positional[0], Args(args.node, (receiver,)))
            return result if isinstance(result, Dataset) else receiver
        again = name in _BATCHES and receiver.batched
        element = one_example(receiver.element) if again else receiver.element
        batched = name != "unbatch" and (receiver.batched or name in _BATCHES)
        return Dataset(element, receiver.node, receiver.class_names, batched)
    if name in ("next", "get_next", "__next__"):
        return receiver.element
    if name == "enumerate":
        return Dataset(Seq.of((Unknown("a position", args.node), receiver.element), "tuple"), args.node)
    return Unknown("a method of a dataset", args.node)


def one_example(value: Value) -> Value:
    """An element that is batched once more, or was not yet: which axes it has then is not known."""
    if isinstance(value, Seq):
        return Seq.of([one_example(each) for each in value.items], value.kind, value.node)
    if isinstance(value, Map):
        return Map({key: one_example(each) for key, each in value.items.items()}, value.is_open, value.node)
    return replace(value, shape=None, parts={}) if isinstance(value, Data) else value


def _mapped(receiver: Dataset, args: Args, invoke: Invoke) -> Value:
    function = args.get(0, "map_func")
    element = receiver.element
    if function is None:
        return Dataset(Unknown("an element that is mapped", args.node), args.node)
    given = (
        element.items if isinstance(element, Seq) and element.kind == "tuple" and not element.is_open else (element,)
    )
    result = invoke(function, Args(args.node, tuple(given)))
    if isinstance(result, Const):
        result = Unknown("an element that is mapped", args.node)
    return Dataset(result, args.node, receiver.class_names, receiver.batched)


FLOWS = ("flow_from_directory", "flow_from_dataframe", "flow")


def flow(name: str, args: Args) -> Value:
    """`ImageDataGenerator().flow_from_directory(…, class_mode="categorical")` and its kin."""
    if name == "flow":
        labels = args.get(1, "y")
        return Dataset(Seq.of((args.get(0, "x") or Data(), labels or Data(node=args.node)), "tuple"), args.node)
    mode = args.get(None, "class_mode")
    word = "categorical" if mode is None and not args.is_open else constant(mode)
    holder = Unknown("class_indices of a generator", args.node)
    names = args.get(None, "classes")
    known = names if isinstance(names, Seq) else holder
    why = f'class_mode="{word}"' + (" (the default)" if mode is None else "")
    made = by_mode(word, _classes(known, args.node), args.place(None, "class_mode") or args.node, why)
    return Dataset(Seq.of((Data(), made if made is not None else Data(node=args.node)), "tuple"), args.node, known)
