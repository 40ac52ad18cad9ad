"""One small table, and one model trained on it for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from train.small_table import write_table


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table as a file."""
    return write_table(tmp_path_factory.mktemp("rows") / "rows.csv")


@pytest.fixture(scope="session")
def trained(rows: Path, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """What `train` gives for it; its folder is there."""
    from rightloss.train import train

    return train(rows, "sort", out=tmp_path_factory.mktemp("out") / "model", seed=7, epochs=40)
