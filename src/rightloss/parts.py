"""Which package belongs to which extra: a missing one is named with the line that installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rightloss.errors import MissingPart

EXTRA_OF = {
    "numpy": "data",
    "pyarrow": "data",
    "ibis": "data",
    "duckdb": "data",
    "narwhals": "data",
    "keras": "tensorflow",
    "tensorflow": "tensorflow",
    "sklearn": "tensorflow",
}


@contextmanager
def named_parts() -> Iterator[None]:
    """Turn a failed import of an extra's package into MissingPart.

    Raises:
        MissingPart: a package of an extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        root = (error.name or "").partition(".")[0]
        if root not in EXTRA_OF:
            raise
        raise MissingPart(
            f"{root} is not installed",
            expected=f"the extra {EXTRA_OF[root]!r}",
            fix=f"pip install 'rightloss[{EXTRA_OF[root]}]'",
        ) from error
