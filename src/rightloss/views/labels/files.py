"""Labels in files: one path, glob or folder -> streams. Name and content have to agree on the kind of file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rightloss.errors import UnsupportedInput, WrongArgument
from rightloss.views.labels.formats.file_paths import CLASS_FOLDERS, Found, find_files
from rightloss.views.labels.formats.sniff import TABLE_KINDS, spoken
from rightloss.views.labels.source import Outputs


def from_path(
    path: str | Path,
    *,
    columns: Sequence[str] | None = None,
    rows_cap: int | None = None,
    feature: str | None = None,
    header: bool | None = None,
) -> Outputs:
    """The label streams of a file, a glob of files of one kind, a folder of parts, or a folder of class folders.

    CSV, TSV (also .gz), Parquet, JSON lines, Arrow / Feather, ARFF, .npy, .npz, TFRecord (also .gz). No file is read
    whole: chunks hold some ten thousand rows.

    Args:
        path: the file, folder or glob.
        columns: label columns by name, position from 0 (`"-1"` is the last), slice (`"-14:"`) or pattern (`"Class*"`);
            array names of a .npz, feature names of TFRecord.
        rows_cap: read at most so many rows; said in the stream's notes.
        feature: the label feature of TFRecord, the same as one column.
        header: whether the first line of a text table holds names; None looks at it and notes where it is unsure.

    Raises:
        MissingColumn: no such column, or several columns and none named.
        EmptyInput: no rows. UnreadableInput: damaged, not what its name says, or not a format that is read.
    """
    if isinstance(columns, str):
        columns = (columns,)
    if rows_cap is not None and rows_cap < 1:
        raise WrongArgument(f"rows_cap={rows_cap}", expected="a whole number of at least 1, or None for all rows")
    found = find_files(path)
    names = columns or ((feature,) if feature else None)
    if found.kind == CLASS_FOLDERS:
        from rightloss.views.labels.formats.class_folders import class_folder_outputs, refuse_columns

        refuse_columns(names, path)
        return class_folder_outputs(found)
    if found.kind in TABLE_KINDS:
        from rightloss.views.labels.table_files import join_tables
        from rightloss.views.labels.table_labels import table_outputs

        return table_outputs(join_tables(found, header), names, rows_cap)
    if found.kind == "tfrecord":
        from rightloss.views.labels.formats.tfrecord import tfrecord_outputs

        return tfrecord_outputs(found.files, found.given, names, rows_cap)
    return _array_outputs(found, names, rows_cap)


def _array_outputs(found: Found, names: Sequence[str] | None, rows_cap: int | None) -> Outputs:
    from rightloss.views.labels.formats.numpy_files import npy_outputs, npz_outputs

    if len(found.files) > 1:
        raise UnsupportedInput(
            f"{found.given} matches {len(found.files)} files, each {spoken(found.kind)}",
            expected="one array, or parts as Parquet or CSV",
            fix=f"np.save('labels.npy', np.concatenate([np.load(f) for f in sorted(glob('{found.given}'))]))",
        )
    read = npz_outputs if found.kind == "npz" else npy_outputs
    return read(found.files[0], names, rows_cap)
