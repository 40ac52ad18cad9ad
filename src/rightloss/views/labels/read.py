"""read(): from anything that holds labels to one stream per output, without importing a library for the question.

A library whose object the caller holds is already imported, so it is looked for in `sys.modules` only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from inspect import isgeneratorfunction
from typing import Any

from rightloss.errors import UnreadableInput, UnsupportedInput, WrongArgument
from rightloss.views.labels.limits import told
from rightloss.views.labels.profile import LabelProfile
from rightloss.views.labels.source import Outputs

_FRAMES = ("pandas", "polars", "pyarrow", "modin", "cudf", "dask", "duckdb", "pyspark", "sqlframe", "narwhals")
_LOADERS = ("torch", "grain")
_ACCEPTED = (
    "an array, a list, a Series or DataFrame column, a SciPy sparse matrix, a dict of these for several outputs, "
    "a tf.data.Dataset, a Keras PyDataset, a generator of (x, y) batches, an Ibis table, or the path of a file"
)


def read(
    labels: Any,
    *,
    columns: Sequence[str] | str | None = None,
    rows_cap: int | None = None,
    feature: str | None = None,
    header: bool | None = None,
) -> Outputs:
    """The label streams of anything that holds labels, one per output.

    Args:
        labels: see the error's list of what is accepted; arrays are y alone, (n,) or (n, …).
        columns: the label columns of a table, frame or file; the outputs of a dict.
        rows_cap: look at no more rows than this; said in the notes of the profile.
        feature: the label feature of TFRecord files.
        header: whether the first line of a CSV or TSV file names the columns; None looks at it.

    Raises:
        UnsupportedInput: nothing that holds labels, or an (x, y) pair where y alone is meant.
        WrongArgument: `columns` for labels that have none.
        UnreadableInput: see the readers.
    """
    columns = (columns,) if isinstance(columns, str) else columns
    if rows_cap is not None and rows_cap < 1:
        raise WrongArgument(f"rows_cap={rows_cap}", expected="a whole number of at least 1, or None for all rows")
    if isinstance(labels, (str, os.PathLike)):
        from rightloss.views.labels.files import from_path

        return from_path(labels, columns=columns, rows_cap=rows_cap, feature=feature, header=header)  # type: ignore[arg-type]
    if isinstance(labels, Mapping):
        return _from_mapping(labels, columns, rows_cap)
    if _root(labels) in _FRAMES or hasattr(labels, "__arrow_c_stream__"):
        from rightloss.views.labels.frames import from_frame

        return from_frame(labels, columns=columns, rows_cap=rows_cap)
    streams = _from_stream(labels, columns, rows_cap)
    if streams is not None:
        return streams
    return _from_array(labels, columns, rows_cap)


def profile_all(
    labels: Any,
    *,
    columns: Sequence[str] | str | None = None,
    rows_cap: int | None = None,
    feature: str | None = None,
    header: bool | None = None,
) -> dict[str | None, LabelProfile]:
    """The profile of each output; the key is None for a single unnamed one. Arguments and errors as `read`."""
    from rightloss.views.labels.accumulate import profile

    outputs = read(labels, columns=columns, rows_cap=rows_cap, feature=feature, header=header)
    return {name: profile(stream) for name, stream in outputs.items()}


def _root(labels: Any) -> str:
    return type(labels).__module__.partition(".")[0]


def _is_a(labels: Any, module: str, path: str) -> bool:
    """Whether `labels` is an instance of a class of a library that is already imported."""
    found: Any = sys.modules.get(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return isinstance(found, type) and isinstance(labels, found)


def _from_stream(labels: Any, columns: Sequence[str] | None, rows_cap: int | None) -> Outputs | None:
    """Outputs of datasets, generators and expressions; None where `labels` is none of these."""
    if _root(labels) == "ibis":
        from rightloss.views.labels.tables import from_ibis

        return from_ibis(labels, columns=columns, rows_cap=rows_cap)
    if _is_a(labels, "tensorflow", "data.Dataset"):
        from rightloss.views.labels.streams import from_dataset

        return from_dataset(labels, columns=columns, rows_cap=rows_cap)
    if _is_a(labels, "keras", "utils.PyDataset"):
        from rightloss.views.labels.streams import from_pydataset

        return from_pydataset(labels, columns=columns, rows_cap=rows_cap)
    loader = hasattr(labels, "__iter__") and _root(labels) in _LOADERS  # of (x, y) batches
    if isinstance(labels, Iterator) or isgeneratorfunction(labels) or loader:
        from rightloss.views.labels.streams import from_generator

        return from_generator(labels, columns=columns, rows_cap=rows_cap)
    return None


def _from_mapping(labels: Mapping[Any, Any], columns: Sequence[str] | None, rows_cap: int | None) -> Outputs:
    if not labels:
        raise UnreadableInput("an empty dict", expected="{output name: its labels}")
    if columns is not None:
        from rightloss.views.labels.columns import resolve_columns

        chosen = resolve_columns(columns, [str(name) for name in labels], "the dict of outputs")
        labels = {name: value for name, value in labels.items() if str(name) in chosen}
    outputs: Outputs = {}
    for name, value in labels.items():
        if isinstance(value, (str, os.PathLike, Mapping)) or not isinstance(value, Iterable):
            raise UnsupportedInput(
                f"output {name!r} of the dict is of type {type(value).__name__}",
                expected="{output name: array of labels, one for each example}",
                fix="pass the labels themselves, e.g. {'species': y_species, 'sex': y_sex}",
            )
        streams = read(value, rows_cap=rows_cap)
        for inner, stream in streams.items():
            outputs[str(name) if inner is None else f"{name}.{inner}"] = stream
    rows = {name: stream.rows for name, stream in outputs.items() if stream.rows is not None}
    if len(set(rows.values())) > 1:
        raise UnreadableInput(
            "the outputs have different numbers of rows: "
            + ", ".join(f"{name} {count:,}" for name, count in rows.items()),
            expected="one label for each example in every output",
        )
    return outputs


def _from_array(labels: Any, columns: Sequence[str] | None, rows_cap: int | None) -> Outputs:
    if labels is None or isinstance(labels, (bytes, bytearray, set, frozenset)) or callable(labels):
        raise _unsupported(labels)
    if isinstance(labels, tuple) and len(labels) in (2, 3) and all(map(_holds_rows, labels)):
        raise UnsupportedInput(
            f"a tuple of {len(labels)} arrays: is it (x, y), or labels?",
            expected="the labels alone",
            fix="pass y alone; for several outputs pass a dict {name: y}",
        )
    if columns is not None:
        raise WrongArgument(
            f"columns={list(columns)!r} for a {type(labels).__name__}, which has no named columns",
            expected="columns= only for tables, data frames, files and dicts of outputs",
            fix="pass the columns themselves, e.g. y[:, [0, 2]]",
        )
    if not (hasattr(labels, "__array__") or hasattr(labels, "tocsr") or isinstance(labels, (list, tuple, range))):
        if isinstance(labels, (int, float, complex)):
            raise UnsupportedInput(
                f"the labels are a single value ({labels!r})",
                expected="one label for each example: a list or an array",
                fix="y = np.array([value, …])",
            )
        if _root(labels) != "tensorflow":  # ragged and sparse tensors
            if not isinstance(labels, Iterable) or not hasattr(labels, "__len__"):
                raise _unsupported(labels)
            labels = list(told(labels, f"the {type(labels).__name__}"))  # deques, array.array, dict views
    from rightloss.views.labels.arrays import from_array

    return from_array(labels, rows_cap=rows_cap)


def _holds_rows(part: Any) -> bool:
    return isinstance(part, (list, tuple)) or (hasattr(part, "shape") and len(part.shape) > 0)


def _unsupported(labels: Any) -> UnsupportedInput:
    kind = type(labels)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    fix = (
        "sort out the order first, e.g. y = list(y)"
        if isinstance(labels, (set, frozenset))
        else "pass y, e.g. an array"
    )
    return UnsupportedInput(f"labels of type {name}", expected=_ACCEPTED, fix=fix)
