"""Columns of two other values than 0 and 1."""

from __future__ import annotations

import numpy as np
import pytest

import rightloss as rl


@pytest.mark.parametrize("low", [-1, 0])
def test_missing_cells_stay_missing(low: int) -> None:
    """NaN never becomes "no", in `encode` and in the written lines."""
    high = 1 if low else 255
    y = np.array([[high, low], [np.nan, high]] * 30, dtype=float)
    advice = rl.select(y)
    assert advice.contract.labels == "multihot-missing"
    expected = np.array([[1, 0], [np.nan, 1]] * 30)
    np.testing.assert_array_equal(advice.encode(y), expected)
    namespace = {"np": np, "y": y}
    exec("\n".join(advice.preparation.lines()), namespace)
    np.testing.assert_array_equal(namespace["y"], expected)


def test_odd_cells_are_refused() -> None:
    """A value that was not there at selection is named."""
    advice = rl.select(np.array([[1, -1], [-1, 1], [1, 1]] * 30))
    with pytest.raises(rl.errors.WrongArgument, match="7"):
        advice.encode(np.array([[7, -1]]))
