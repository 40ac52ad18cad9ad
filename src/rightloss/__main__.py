"""`python -m rightloss` is the command `rightloss`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    from rightloss.cli import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
