"""Labels in a tf.data.Dataset, batched or not, and (from `iterables`) in PyDatasets, generators and loaders.

Only the label part of each element leaves TensorFlow; features are computed by the dataset but never converted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from rightloss.errors import EmptyInput, MissingColumn, UnsupportedInput
from rightloss.views.labels.arrow_chunks import objects
from rightloss.views.labels.columns import dictionary_keys, listing
from rightloss.views.labels.iterables import from_generator, from_pydataset, gathered, looks_batched
from rightloss.views.labels.limits import UNKNOWN_ROWS, Limits, limited, limits_for, told
from rightloss.views.labels.source import Declared, LabelStream, Outputs

__all__ = ["from_dataset", "from_generator", "from_pydataset"]

_CHUNK_CELLS = 1 << 20
_CHUNK_ROWS = 16_384
_ONE_BY_ONE = ("Map", "Shuffle", "Repeat", "Prefetch", "Cache", "Take", "Skip", "Shard", "Options", "Filter", "Model")
_WHOLE_EXAMPLES = ("_TensorSliceDataset", "_RangeDataset", "TFRecordDatasetV2", "TextLineDatasetV2")


def from_dataset(ds: Any, *, columns: Sequence[str] | None = None, rows_cap: int | None = None) -> Outputs:
    """The label streams of a tf.data.Dataset.

    Elements: (x, y), (x, y, sample_weight), labels alone, or a dictionary that holds them under the key named by
    `columns` (without a name: `label`, `labels`, `y`, …, noted). y may be a dictionary or tuple of outputs, ragged
    or sparse. A dataset of unknown or endless length is read up to a stated cap.

    Raises:
        MissingColumn: a key or output that is not there. EmptyInput: a dataset of no elements.
        UnsupportedInput: labels nested deeper than one dictionary or tuple.
    """
    import tensorflow as tf

    spec = ds.element_spec
    pick, labels, notes = _label_part(spec, columns)
    size = int(ds.cardinality())
    if size == 0:
        raise EmptyInput("the tf.data.Dataset has no elements", expected="at least one example")
    outputs: Outputs = {}
    for name, get, part in _parts(labels, columns if pick is _second else None):

        def labels_of(element: Any, get: Callable[[Any], Any] = get) -> Any:
            return get(pick(element))

        batched, how = _is_batched(ds, spec, part, labels_of)
        rows = size if size >= 0 and not batched else None
        caps: dict[str, int] = {}
        limits = limits_for("the dataset", rows_cap, endless=size == tf.data.INFINITE_CARDINALITY, known=size >= 0)
        outputs[name] = LabelStream(
            chunks=_chunks(ds, labels_of, part, batched, limits, caps),
            name=name,
            rows=rows if rows is None or limits.rows is None else min(rows, limits.rows),
            dtype=part.dtype.name,
            declared=Declared(
                class_names=_class_names(ds),
                where=f"output {name!r} of the dataset" if name else "the labels of the dataset",
            ),
            notes=(*notes, *how, *limits.notes(rows)),
            caps=caps,
        )
    return outputs


def _class_names(ds: Any) -> tuple[str, ...] | None:
    """What Keras's *_dataset_from_directory leaves on the dataset."""
    names = getattr(ds, "class_names", None)
    return tuple(names) if isinstance(names, list | tuple) else None


_second = itemgetter(1)


def _same(labels: Any) -> Any:
    return labels


def _label_part(
    spec: Any, columns: Sequence[str] | None
) -> tuple[Callable[[Sequence[Any]], Any], Any, tuple[str, ...]]:
    """(how to take the labels out of an element, their spec, notes)."""
    if isinstance(spec, tuple) and len(spec) > 1:
        if len(spec) > 3:
            raise UnsupportedInput(
                f"the dataset yields tuples of {len(spec)}",
                expected="(x, y) or (x, y, sample_weight), as Keras takes them",
            )
        return _second, spec[1], ()
    if isinstance(spec, Mapping):
        keys, notes = dictionary_keys(tuple(spec), columns)
        if len(keys) == 1:
            return (lambda element: element[0][keys[0]]), spec[keys[0]], notes
        return itemgetter(0), {key: spec[key] for key in keys}, notes
    return itemgetter(0), spec[0] if isinstance(spec, tuple) else spec, ()


def _parts(labels: Any, columns: Sequence[str] | None) -> list[tuple[str | None, Callable[[Any], Any], Any]]:
    """(output name, getter, spec) of each output; a tuple's outputs are called output_0, output_1, …"""
    found: list[tuple[str | None, Callable[[Any], Any], Any]]
    if isinstance(labels, Mapping):
        found = [(str(key), itemgetter(key), part) for key, part in labels.items()]
    elif isinstance(labels, tuple | list):
        found = [(f"output_{i}", itemgetter(i), part) for i, part in enumerate(labels)]
    else:
        found = [(None, _same, labels)]
    for name, _, part in found:
        if not hasattr(part, "dtype") or not hasattr(part, "shape"):
            raise UnsupportedInput(
                f"output {name!r} of the dataset is a {type(part).__name__}",
                expected="a tensor, or one dictionary of them",
            )
    if not columns:
        return found
    names = [str(name) for name, _, _ in found]
    for name in columns:
        if name not in names:
            raise MissingColumn(f"the dataset has no output {name!r}", expected=f"one of: {listing(names)}")
    return [part for part in found if part[0] in columns]


def _is_batched(ds: Any, spec: Any, part: Any, labels_of: Callable[[Any], Any]) -> tuple[bool, tuple[str, ...]]:
    """(each element is a batch, notes where that was not certain)."""
    import tensorflow as tf

    if part.shape.rank == 0:
        return False, ()
    if part.shape.rank is None:
        tensors = next(told(ds, "the dataset"), None)
        if tensors is None:
            raise EmptyInput("the dataset yields no rows", expected="at least one example")
        first = tf.nest.map_structure(lambda tensor: tensor.numpy(), tensors)
        element = first if isinstance(spec, tuple) else (first,)
        return looks_batched(element[0] if len(element) > 1 else None, labels_of(element))
    if (by_operation := _by_operations(ds)) is not None:
        return by_operation, ()
    leading: list[Any] = [leaf.shape[0] if leaf.shape.rank else "none" for leaf in tf.nest.flatten(spec)]
    if len(leading) > 1 and len(set(leading)) > 1:
        return False, ("each element was taken as one example: its parts differ in the length of their first axis",)
    if len(leading) == 1 and leading[0] not in (None, "none"):
        return False, (f"each element of shape {tuple(part.shape)} was taken as the label of one example",)
    return True, ("each element was taken as a batch: the length of the first axis is the same in all its parts",)


def _by_operations(ds: Any) -> bool | None:
    """Batched or not by the outermost batch or unbatch step; None where neither is found or a step hides it."""
    while True:
        kind = type(ds).__name__
        if "Unbatch" in kind or kind in _WHOLE_EXAMPLES:
            return False
        if "Batch" in kind or "batch" in kind:
            return True
        inputs: Any = ds._inputs() if hasattr(ds, "_inputs") else ()
        if len(inputs) != 1 or not any(step in kind for step in _ONE_BY_ONE) or "FlatMap" in kind:
            return None
        ds = inputs[0]


def _chunks(
    ds: Any, labels_of: Callable[..., Any], part: Any, batched: bool, limits: Limits, caps: dict[str, int]
) -> Callable[[], Iterator[Any]]:
    import tensorflow as tf

    def chunks() -> Iterator[Any]:
        y = ds.map(tf.autograph.experimental.do_not_convert(lambda *element: labels_of(element)))
        if part.shape.rank is None and not batched:
            yield from limited(gathered(label.numpy() for label in y), limits, "the dataset", caps)
            return
        y = _rows_together(y, part, batched)
        yield from limited((_chunk(element) for element in y), limits, "the dataset", caps)

    return chunks


def _rows_together(y: Any, part: Any, batched: bool) -> Any:
    """The dataset of labels in batches large enough to be quick and small enough to be bounded."""
    import tensorflow as tf

    if part.shape.rank is None:
        return y
    one = part.shape[1:] if batched else part.shape
    cells = 1
    for size in one:
        cells *= size or UNKNOWN_ROWS
    rows = max(1, min(_CHUNK_ROWS, _CHUNK_CELLS // max(1, cells)))
    dense = isinstance(part, tf.TensorSpec)
    if not batched:
        varies = not one.is_fully_defined() and (dense or getattr(part, "ragged_rank", 1) == 0)
        return y.ragged_batch(rows) if varies else y.batch(rows)
    return y.rebatch(rows) if dense and one.is_fully_defined() and rows > 1 else y


def _chunk(element: Any) -> Any:
    """One batch as an array, CSR matrix or objects."""
    import numpy as np
    import tensorflow as tf

    if isinstance(element, tf.RaggedTensor):
        return objects(element.to_list())
    if isinstance(element, tf.SparseTensor):
        if len(element.shape) != 2:
            return tf.sparse.to_dense(element).numpy()
        from scipy.sparse import csr_matrix

        where = element.indices.numpy()
        return csr_matrix(
            (element.values.numpy(), (where[:, 0], where[:, 1])), shape=tuple(element.dense_shape.numpy())
        )
    array = element.numpy()
    if getattr(element, "dtype", None) in (tf.bfloat16, tf.float16):
        array = array.astype(np.float32)
    return array
