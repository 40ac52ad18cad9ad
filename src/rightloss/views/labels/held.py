"""Labels that the caller holds, of any library, as a list or a NumPy array in which missing cells are None or NaN."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rightloss.errors import UnsupportedInput
from rightloss.views.labels.arrays import array_stream
from rightloss.views.labels.objects import object_array


def held(labels: Any) -> Any:
    """The labels as a list (as it was given) or an array.

    Raises:
        UnsupportedInput: labels that would have to be read first: a path, a dataset, a generator, a dict of outputs.
    """
    if isinstance(labels, (str, bytes, os.PathLike)):
        raise _not_held(labels, "pass the labels themselves, e.g. pd.read_csv(path)['label']")
    if hasattr(labels, "element_spec"):
        raise _not_held(labels, "y = np.concatenate([y for _, y in dataset]), for a dataset in batches")
    if isinstance(labels, (Mapping, Iterator, set, frozenset)) or labels is None:
        raise _not_held(labels, "pass y, e.g. an array or a list")
    if isinstance(labels, (list, tuple, range)):
        return [_nothing(cell) for cell in labels]
    return _array(_own_kind(labels))


def _own_kind(labels: Any) -> Any:
    """Columns and tensors as NumPy or Python holds them."""
    if hasattr(labels, "to_pylist"):  # Arrow
        return np.asarray(labels.to_pandas()) if hasattr(labels, "column_names") else object_array(labels.to_pylist())
    if hasattr(labels, "null_count") and hasattr(labels, "to_list"):  # polars
        count = labels.null_count()
        return object_array(labels.to_list()) if not isinstance(count, int) or count else labels.to_numpy()
    if hasattr(labels, "to_numpy"):
        return labels.to_numpy()
    if hasattr(labels, "detach") and hasattr(labels, "cpu"):
        return labels.detach().cpu().numpy()
    if type(labels).__name__ in ("RaggedTensor", "SparseTensor") or hasattr(labels, "tocsr"):
        chunks = list(array_stream(labels).chunks())
        return np.concatenate([each.toarray() if hasattr(each, "toarray") else each for each in chunks])
    return labels.numpy() if hasattr(labels, "numpy") else labels


def _array(labels: Any) -> np.ndarray:
    if isinstance(labels, np.ma.MaskedArray):
        cells = labels.data.astype(object)
        cells[np.ma.getmaskarray(labels)] = None
        return cells
    array = np.asarray(labels)
    if array.dtype == object and "pandas" in sys.modules:
        flat = [_nothing(cell) for cell in array.ravel().tolist()]
        array = object_array(flat).reshape(array.shape)
    if array.ndim == 0:
        raise _not_held(labels, "y = np.array([value, …])")
    return array


def _nothing(cell: Any) -> Any:
    """None for pandas.NA and pandas.NaT, which compare as neither equal nor different."""
    return None if type(cell).__name__ in ("NAType", "NaTType") else cell


def _not_held(labels: Any, fix: str) -> UnsupportedInput:
    return UnsupportedInput(
        f"labels of type {type(labels).__qualname__}", expected="the labels themselves, one for each example", fix=fix
    )
