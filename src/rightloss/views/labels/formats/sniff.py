"""What a file is by its first bytes, so that a name that lies becomes a clear error and not a traceback."""

from __future__ import annotations

import struct
from pathlib import Path

from rightloss.errors import EmptyInput, UnreadableInput

SUFFIXES: dict[str, str] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".data": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".arff": "arff",
    ".npy": "npy",
    ".npz": "npz",
    ".tfrecord": "tfrecord",
    ".tfrecords": "tfrecord",
}
"""Suffix -> kind of file. Kinds of `TABLE_KINDS` are tables with named columns."""

TABLE_KINDS = ("csv", "parquet", "json", "arrow", "arff")
COMPRESSIONS = (".gz", ".bz2", ".zst")
_SPOKEN = {
    "csv": "comma or tab separated text",
    "parquet": "a Parquet file",
    "json": "JSON lines",
    "arrow": "an Arrow / Feather file",
    "arff": "an ARFF file",
    "npy": "a NumPy .npy array",
    "npz": "a NumPy .npz archive",
    "tfrecord": "a TFRecord file",
}

# First bytes -> (kind, spoken name); kind None is a format that is recognised but not read.
_MAGIC: tuple[tuple[bytes, str | None, str], ...] = (
    (b"PAR1", "parquet", _SPOKEN["parquet"]),
    (b"ARROW1", "arrow", _SPOKEN["arrow"]),
    (b"FEA1", None, "an old Feather (version 1) file"),
    (b"\xff\xff\xff\xff", "arrow", "an Arrow stream"),
    (b"\x93NUMPY", "npy", _SPOKEN["npy"]),
    (b"\x1f\x8b", "compressed", "gzip data"),
    (b"BZh", "compressed", "bzip2 data"),
    (b"\x28\xb5\x2f\xfd", "compressed", "Zstandard data"),
    (b"\x89HDF\r\n\x1a\n", None, "an HDF5 file"),
    (b"\x89PNG", None, "a PNG image"),
    (b"\xff\xd8\xff", None, "a JPEG image"),
    (b"%PDF", None, "a PDF document"),
    (b"SQLite format 3\x00", None, "an SQLite database"),
    (b"Obj\x01", None, "an Avro file"),
    (b"ORC", None, "an ORC file"),
    (b"MATLAB 5.0", None, "a MATLAB file"),
    (b"version https://git-lfs", None, "a Git LFS pointer, not the data itself"),
    (b"\xd0\xcf\x11\xe0", None, "an old Excel workbook"),
)
_PICKLE = tuple(bytes([0x80, version]) for version in range(2, 6))
_HEAD = 4096


def spoken(kind: str) -> str:
    """The kind of file in the user's words."""
    return _SPOKEN.get(kind, kind)


def suffix_kind(path: Path) -> str | None:
    """The kind of file its name promises, looking through .gz, .bz2 and .zst; None where the name says nothing.

    TFRecord shards are named `train.tfrecord-00000-of-00010`, so the word is looked for in the whole name.
    """
    name = path.name.lower()
    for compression in COMPRESSIONS:
        name = name.removesuffix(compression)
    kind = SUFFIXES.get(Path(name).suffix)
    if kind is None and ".tfrecord" in name:
        return "tfrecord"
    return kind


def read_head(path: Path) -> bytes:
    """The first bytes of a file as they lie on disk; errors say why they could not be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except PermissionError:
        raise UnreadableInput(
            f"{path} may not be read (permission denied)", expected="a file you may read", fix=f"chmod u+r {path}"
        ) from None
    except OSError as error:
        raise UnreadableInput(f"{path} could not be read: {error.strerror or error}") from None
    if not head:
        raise EmptyInput(f"{path} is empty (0 bytes)", expected="a file with at least one row")
    return head


def _zip_kind(path: Path) -> tuple[str | None, str]:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return None, "a damaged zip archive"
    if names and all(name.endswith(".npy") for name in names):
        return "npz", _SPOKEN["npz"]
    if any(name.startswith("xl/") for name in names):
        return None, "an Excel workbook"
    if "config.json" in names and any(name.endswith(".h5") for name in names):
        return None, "a saved Keras model"
    return None, "a zip archive"


def _is_tfrecord(head: bytes, size: int) -> bool:
    from rightloss.views.labels.formats.tfrecord import masked_crc32c

    if len(head) < 12:
        return False
    length, crc = struct.unpack_from("<QI", head)
    return length + 16 <= size and crc == masked_crc32c(head[:8])


def _text_kind(head: bytes) -> tuple[str | None, str] | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "csv", "UTF-16 text"
    if b"\x00" in head:
        return None
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype", b"<html")):
        return None, "a web page (HTML), perhaps a failed download"
    if start.startswith(b"<?xml"):
        return None, "an XML file"
    lines = [line for line in start.splitlines() if line.strip() and not line.startswith(b"%")]
    if lines and lines[0].startswith(b"@relation"):
        return "arff", _SPOKEN["arff"]
    if start.startswith((b"{", b"[")):
        return "json", _SPOKEN["json"]
    return "csv", "text"


def content_kind(path: Path, head: bytes) -> tuple[str | None, str]:
    """(kind, spoken name) by content. Kind None: recognised or binary, but not a format that is read here."""
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(path)
    for magic, kind, name in _MAGIC:
        if head.startswith(magic):
            return kind, name
    if head.startswith(_PICKLE):
        return None, "a Python pickle, which is never loaded because it can run code"
    if _is_tfrecord(head, path.stat().st_size):
        return "tfrecord", _SPOKEN["tfrecord"]
    return _text_kind(head) or (None, "binary data of an unknown kind")


def file_kind(path: Path) -> str:
    """The kind of one file, agreed on by its name and its content.

    Raises:
        UnreadableInput: the file is missing, may not be read, is not what its name says, or is no format that is read.
        EmptyInput: the file has no bytes.
    """
    if not path.exists():
        raise UnreadableInput(
            f"{path} does not exist", expected="a file, a folder or a glob of files", fix=f"ls {path.parent}"
        )
    head = read_head(path)
    named = suffix_kind(path)
    found, description = content_kind(path, head)
    if found == "compressed":
        if named in {"csv", "json", "tfrecord"}:
            return named
        inner = path.name if path.suffix in COMPRESSIONS else f"{path.name}.gz"
        raise UnreadableInput(
            f"{path} is {description}" + (f", not {spoken(named)} as its name says" if named else ""),
            expected="compressed .csv.gz, .tsv.gz, .jsonl.gz or .tfrecord.gz, or a file that is not compressed",
            fix=f"gzip -dk {inner}",
        )
    if found in ("csv", "json") and path.suffix.lower() in COMPRESSIONS:
        raise UnreadableInput(
            f"{path} is {description}, not compressed as its name says",
            expected="a compressed file, or a name without the ending",
            fix=f"mv {path.name} {path.stem}",
        )
    if found is None or not _agree(named, found):
        says = f", not {spoken(named)} as its name says" if named else ""
        raise UnreadableInput(f"{path} looks like {description}{says}", expected=_readable(), fix=_advice(found, path))
    return named if named in {"csv", "json"} and found in {"csv", "json"} else found


def _agree(named: str | None, found: str) -> bool:
    # A CSV whose first cell starts with a bracket looks like JSON; the name decides there.
    return named is None or named == found or (named == "csv" and found == "json")


def _readable() -> str:
    return "CSV, TSV, Parquet, JSON lines, Arrow / Feather, ARFF, .npy, .npz, TFRecord, or a folder of class folders"


def _advice(found: str | None, path: Path) -> str:
    if found is None:
        return "save the labels as CSV, Parquet or .npy and pass that file"
    suffix = next(suffix for suffix, kind in SUFFIXES.items() if kind == found)
    return f"mv {path.name} {path.with_suffix(suffix).name}"
