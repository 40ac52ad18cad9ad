"""Labels in Python iterables of examples or batches: Keras PyDatasets, generators, data loaders, lists of batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import isgenerator
from itertools import chain
from operator import itemgetter
from typing import Any

from rightloss.errors import EmptyInput, MissingColumn, UnreadableInput
from rightloss.views.labels.arrow_chunks import objects
from rightloss.views.labels.columns import dictionary_keys, listing
from rightloss.views.labels.limits import Limits, limited, limits_for, source_error, told
from rightloss.views.labels.source import Declared, LabelStream, Outputs

_CHUNK_ROWS = 4096


def from_pydataset(ds: Any, *, columns: Sequence[str] | None = None, rows_cap: int | None = None) -> Outputs:
    """The label streams of a keras.utils.PyDataset or Sequence: batches (x, y) or (x, y, sample_weight) by index.

    Each pass asks for every batch once, features included: Keras has no way to ask for labels alone.
    """
    length = _length(ds, "the PyDataset")
    if length == 0:
        raise EmptyInput("the PyDataset has no batches: len() is 0", expected="at least one batch")

    def batches() -> Iterator[Any]:
        index = 0
        while length is None or index < length:
            yield ds[index]
            index += 1

    return _outputs(_Source(batches, "the PyDataset", length is not None, endless=length is None), columns, rows_cap)


def from_generator(source: Any, *, columns: Sequence[str] | None = None, rows_cap: int | None = None) -> Outputs:
    """The label streams of a generator, an iterator, a function that returns one, or any iterable of batches.

    Items: (x, y), (x, y, sample_weight), labels alone, or dictionaries (the key named by `columns`). Whether an item
    is a batch is decided by the first one: x and y of equal length are a batch. A generator or iterator can be read
    once; a function, list or loader again and again.

    Raises:
        EmptyInput: nothing comes out. MissingColumn: a key or output that is not there.
        UnreadableInput: (on the second pass) a generator that was already read.
    """
    if callable(source) and not isinstance(source, Iterable):
        return _outputs(_Source(lambda: iter(source()), "the generator", known=False), columns, rows_cap)
    what = f"the {type(source).__name__}"
    try:
        one_shot = iter(source) is source
    except Exception as error:
        raise source_error(what, error) from error
    if one_shot:
        what = "the generator" if isgenerator(source) else "the iterator"
        return _outputs(_Source(_Once(source, what), what, known=False, one_shot=True), columns, rows_cap)
    return _outputs(_Source(lambda: iter(source), what, known=_length(source, what) is not None), columns, rows_cap)


@dataclass(frozen=True)
class _Source:
    """Something that starts passes over items. `one_shot`: only the first pass works."""

    start: Callable[[], Iterator[Any]]
    what: str
    known: bool
    endless: bool = False
    one_shot: bool = False


class _Once:
    """A one-shot iterator that can be looked at before its only pass."""

    def __init__(self, iterator: Iterator[Any], what: str) -> None:
        self.iterator, self.what = iterator, what
        self.held: list[Any] = []
        self.used = False

    def first(self) -> Iterator[Any]:
        """The first item, which stays in line for the pass."""
        if not self.held:
            self.held = [item for _, item in zip(range(1), self.iterator, strict=False)]
        return iter(self.held)

    def __call__(self) -> Iterator[Any]:
        if self.used:
            raise UnreadableInput(
                f"{self.what} was already read and cannot start again",
                expected="one pass, or something that can be read again",
                fix="pass the function that makes the generator, without calling it",
            )
        self.used = True
        return chain(self.held, self.iterator)


def _length(source: Any, what: str) -> int | None:
    try:
        return len(source)
    except (TypeError, NotImplementedError, AttributeError, ValueError):
        return None
    except Exception as error:
        raise source_error(what, error) from error


def _outputs(source: _Source, columns: Sequence[str] | None, rows_cap: int | None) -> Outputs:
    first = next(told(_looked_at(source), source.what), _NOTHING)
    if first is _NOTHING:
        raise EmptyInput(f"{source.what} yields nothing", expected="at least one example")
    take, x, notes = _label_part(first, columns)
    parts = _parts(take(first), columns if x is not None else None, source.what)
    limits = limits_for(source.what, rows_cap, endless=source.endless, known=source.known)
    shared = _Shared(source, take, parts) if source.one_shot and len(parts) > 1 else None
    outputs: Outputs = {}
    for name, get in parts.items():
        caps: dict[str, int] = {}
        batched, how = looks_batched(x, get(take(first)))
        read: Callable[[], Iterator[Any]] = shared.reader(name) if shared else partial(_read, source, take, get)
        outputs[name] = LabelStream(
            chunks=_chunks(read, batched, limits, source.what, caps),
            name=name,
            declared=Declared(where=f"output {name!r} of {source.what}" if name else f"the labels of {source.what}"),
            notes=(*notes, *how, *limits.notes()),
            caps=caps,
        )
    return outputs


_NOTHING = object()


def _looked_at(source: _Source) -> Iterator[Any]:
    """Items to look at before the pass that reads them."""
    yield from source.start.first() if isinstance(source.start, _Once) else source.start()


def _read(source: _Source, take: Callable[[Any], Any], get: Callable[[Any], Any]) -> Iterator[Any]:
    for item in source.start():
        yield get(take(item))


def _label_part(item: Any, columns: Sequence[str] | None) -> tuple[Callable[[Any], Any], Any, tuple[str, ...]]:
    """(how to take the labels out of an item, the features or None, notes)."""
    if _is_pair(item):
        return (lambda item: item[1]), item[0], ()
    if isinstance(item, Mapping):
        keys, notes = dictionary_keys([str(key) for key in item], columns)
        rest = [value for key, value in item.items() if key not in keys]
        if len(keys) == 1:
            return (lambda item: item[keys[0]]), rest or None, notes
        return (lambda item: {key: item[key] for key in keys}), rest or None, notes
    if isinstance(item, tuple) and len(item) == 1:
        return (lambda item: item[0]), None, ()
    return (lambda item: item), None, ()


def _is_pair(item: Any) -> bool:
    """(x, y) or (x, y, weight). A list counts only if it holds arrays: [3, 7] are labels, [images, labels] a batch."""
    if not isinstance(item, tuple | list) or len(item) not in (2, 3):
        return False
    return isinstance(item, tuple) or all(hasattr(part, "shape") or isinstance(part, Mapping) for part in item[:2])


def _parts(labels: Any, columns: Sequence[str] | None, what: str) -> dict[str | None, Callable[[Any], Any]]:
    """Output name -> getter."""
    if isinstance(labels, Mapping):
        found: dict[str | None, Callable[[Any], Any]] = {str(key): itemgetter(key) for key in labels}
    elif isinstance(labels, tuple | list) and labels and all(hasattr(part, "shape") for part in labels):
        found = {f"output_{i}": itemgetter(i) for i in range(len(labels))}
    else:
        return {None: lambda y: y}
    for name in columns or ():
        if name not in found:
            raise MissingColumn(
                f"{what} has no output {name!r}", expected=f"one of: {listing([str(n) for n in found])}"
            )
    return {name: get for name, get in found.items() if not columns or name in columns}


def looks_batched(x: Any, y: Any) -> tuple[bool, tuple[str, ...]]:
    """(an item is a batch, notes where that was not certain)."""
    rows = _rows(y)
    if rows is None:
        return False, ()
    if x is None and isinstance(y, list | tuple):
        return False, ("each item was taken as the labels of one example",)
    if x is None:
        return True, ("each item was taken as a batch of labels",)
    sizes = {_rows(leaf) for leaf in _leaves(x)}
    return (True, ()) if sizes == {rows} else (False, ("each item was taken as one example: x and y differ in length",))


def _leaves(x: Any) -> Iterator[Any]:
    if isinstance(x, Mapping):
        for value in x.values():
            yield from _leaves(value)
    elif isinstance(x, tuple | list) and any(hasattr(part, "shape") or isinstance(part, Mapping) for part in x):
        for value in x:
            yield from _leaves(value)
    else:
        yield x


def _rows(value: Any) -> int | None:
    """Length of the first axis; None for a scalar or text."""
    if isinstance(value, str | bytes) or value is None:
        return None
    shape = getattr(value, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else None
    return len(value) if isinstance(value, list | tuple) else None


class _Shared:
    """The labels of a one-shot source with several outputs, kept on its only pass so that each output can be read."""

    def __init__(
        self, source: _Source, take: Callable[[Any], Any], parts: Mapping[str | None, Callable[[Any], Any]]
    ) -> None:
        self.items = (take(item) for item in source.start())
        self.parts = parts
        self.waiting: dict[str | None, list[Any]] = {name: [] for name in parts}

    def reader(self, name: str | None) -> Callable[[], Iterator[Any]]:
        """Reads one output; what the others have not read yet waits for them, labels only."""

        def read() -> Iterator[Any]:
            while True:
                if self.waiting[name]:
                    yield self.waiting[name].pop(0)
                    continue
                labels = next(self.items, _NOTHING)
                if labels is _NOTHING:
                    return
                for other, get in self.parts.items():
                    self.waiting[other].append(get(labels))

        return read


def _chunks(
    read: Callable[[], Iterator[Any]], batched: bool, limits: Limits, what: str, caps: dict[str, int]
) -> Callable[[], Iterator[Any]]:
    def chunks() -> Iterator[Any]:
        arrays = (_array(batch) for batch in read()) if batched else gathered(read())
        yield from limited(arrays, limits, what, caps)

    return chunks


def gathered(labels: Iterable[Any]) -> Iterator[Any]:
    """Labels of single examples in blocks."""
    block: list[Any] = []
    for label in labels:
        block.append(label)
        if len(block) == _CHUNK_ROWS:
            yield _array(block)
            block = []
    if block:
        yield _array(block)


def _array(value: Any) -> Any:
    """One batch of labels as an array: NumPy, TensorFlow, Torch, JAX, sparse or plain lists."""
    import numpy as np

    if hasattr(value, "to_list") and hasattr(value, "flat_values"):  # a ragged tensor
        return objects(value.to_list())
    if hasattr(value, "tocsr"):
        return value.tocsr()
    if hasattr(value, "detach"):  # a Torch tensor, which may lie on another device
        value = value.detach().cpu()
    if isinstance(value, list | tuple):
        cells = [cell.tolist() if hasattr(cell, "shape") and not np.ndim(cell) else cell for cell in value]
        if any(isinstance(cell, str | bytes) or cell is None for cell in cells):
            return objects(cells)
        shapes = {
            np.shape(cell) if hasattr(cell, "shape") or not isinstance(cell, list | tuple) else None for cell in cells
        }
        if shapes == {None} or len(shapes) > 1:
            return objects([cell.tolist() if hasattr(cell, "shape") else cell for cell in cells])
        value = np.asarray(cells)
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype.name in ("bfloat16", "float16") else array
