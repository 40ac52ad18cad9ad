"""Labels in memory without column names: NumPy arrays, Python lists, SciPy sparse matrices, tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightloss.errors import UnsupportedInput
from rightloss.views.labels.mapped import mapped_chunks
from rightloss.views.labels.objects import family_of, object_array
from rightloss.views.labels.source import Declared, LabelStream, Outputs

_SLICE = 32_768
_NUMERIC = {"bool", "integer", "float", "none"}


def from_array(labels: Any, *, rows_cap: int | None = None, name: str | None = None) -> Outputs:
    """One output from an array, a list, a sparse matrix, or anything that NumPy takes as an array.

    Args:
        labels: (n,) or (n, …) labels. Lists may be ragged: [[0, 1], [2]] or [["a"], ["a", "b"]].
        rows_cap: look at no more rows than this.
        name: name of the output; None for a single unnamed one.

    Raises:
        UnsupportedInput: a single value instead of rows.
    """
    return {name: array_stream(labels, rows_cap=rows_cap, name=name)}


def array_stream(labels: Any, *, rows_cap: int | None = None, name: str | None = None) -> LabelStream:
    """The stream behind `from_array`."""
    labels = _plain(labels)
    rows = labels.shape[0] if hasattr(labels, "shape") else len(labels)
    where = f"output {name!r}" if name is not None else ""
    notes: tuple[str, ...] = ()
    caps: dict[str, int] = {}
    if rows_cap is not None and rows > rows_cap:
        labels = labels.tocsr()[:rows_cap] if hasattr(labels, "tocsr") else labels[:rows_cap]
        notes, caps = (f"stopped after {rows_cap:,} of {rows:,} rows (cap)",), {"rows": rows_cap}
        rows = rows_cap
    return LabelStream(
        chunks=lambda: _chunks(labels),
        name=name,
        rows=rows,
        declared=Declared(where=where),
        notes=notes,
        caps=caps,
    )


def _plain(labels: Any) -> Any:
    """The labels as a list, an array with at least one axis, or a SciPy sparse matrix."""
    if isinstance(labels, list):
        return labels
    if isinstance(labels, (tuple, range)):
        return list(labels)
    if hasattr(labels, "tocsr"):
        return labels
    if type(labels).__name__ == "RaggedTensor":
        return labels.to_list()
    if type(labels).__name__ == "SparseTensor":
        return _from_sparse_tensor(labels)
    array = labels if isinstance(labels, np.ndarray) else _as_numpy(labels)
    if array.ndim == 0:
        raise UnsupportedInput(
            f"the labels are a single value ({array.item()!r})",
            expected="one label for each example: a list, or an array with y.shape == (n,) or (n, …)",
            fix="y = np.array([value, …])",
        )
    return array


def _as_numpy(labels: Any) -> NDArray:
    if hasattr(labels, "detach") and hasattr(labels, "cpu"):  # a torch tensor, perhaps on another device
        labels = labels.detach().cpu()
    return np.asarray(labels)


def _from_sparse_tensor(labels: Any) -> Any:
    try:
        from scipy.sparse import coo_matrix
    except ImportError:
        dense = np.zeros(labels.dense_shape.numpy(), labels.dtype.as_numpy_dtype)
        dense[tuple(labels.indices.numpy().T)] = labels.values.numpy()
        return dense
    rows, columns = labels.indices.numpy().T
    return coo_matrix((labels.values.numpy(), (rows, columns)), shape=tuple(labels.dense_shape.numpy())).tocsr()


def _chunks(labels: Any) -> Iterator[Any]:
    if isinstance(labels, list):
        yield from list_chunks(labels)
    elif isinstance(labels, np.ma.MaskedArray) and labels.mask is not np.ma.nomask:
        for start in range(0, len(labels), _SLICE):
            block = labels[start : start + _SLICE]
            cells = block.data.astype(object)
            cells[np.ma.getmaskarray(block)] = None
            yield cells
    elif isinstance(labels, np.memmap):
        yield from mapped_chunks(labels, len(labels))
    else:
        yield labels


def list_chunks(labels: Sequence[Any]) -> Iterator[NDArray]:
    """Chunks of a Python list: numbers as numeric arrays, everything else as an object array of the cells."""
    if any(
        hasattr(kind, "__array__") and not issubclass(kind, (np.ndarray, np.generic)) for kind in set(map(type, labels))
    ):
        labels = [np.asarray(cell) for cell in labels]  # tensors, series
    shape = _common_shape(labels)
    for start in range(0, max(1, len(labels)), _SLICE):
        part = list(labels[start : start + _SLICE])
        if shape is None or not part:
            yield object_array(part)
        else:
            chunk = np.array(part)
            yield chunk if chunk.dtype.kind in "biufO" else object_array(part)


def _common_shape(cells: Sequence[Any]) -> tuple[int, ...] | None:
    """The shape all cells share, where they are numbers or nested lists or arrays of numbers; None otherwise."""
    kinds = set(map(type, cells))
    if kinds and all(issubclass(kind, np.ndarray) for kind in kinds):
        shapes = {cell.shape for cell in cells}
        numeric = all(cell.dtype.kind in "biuf" for cell in cells)
        return shapes.pop() if len(shapes) == 1 and numeric else None
    if kinds and kinds <= {list, tuple}:
        lengths = set(map(len, cells))
        if len(lengths) != 1 or lengths == {0}:
            return None
        inner = _common_shape(list(chain.from_iterable(cells)))
        return None if inner is None else (lengths.pop(), *inner)
    families = {family_of(kind) for kind in kinds}
    return () if families <= _NUMERIC and families != {"none"} else None
