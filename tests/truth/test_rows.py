"""Law 8, first half: every row is what it says, measured on Keras against float64 NumPy."""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np
import pytest
from truth import definitions, setups

from rightloss.contract import ROWS, Contract, Positions

MODES: dict[str, dict[str, Any]] = {
    "eager": {"run_eagerly": True, "jit_compile": False},
    "graph": {"run_eagerly": False, "jit_compile": False},
    "xla": {"run_eagerly": False, "jit_compile": True},
}
CONTRACTS = setups.contracts()


def _name(contract: Contract) -> str:
    more = [contract.positions.value, *(["soft"] if contract.soft else []), *(["gaps"] if contract.ignore else [])]
    return f"{contract.row}-{contract.classes}-{'-'.join(more)}"


def _check(contract: Contract, *, hidden: bool = False, **mode: Any) -> None:
    """One training step with SGD at rate 1: its loss, its metrics, and the gradient it took."""
    x, y = setups.inputs(contract.positions), setups.labels(contract)
    model = setups.model(contract, hidden=hidden, **mode)
    kernel, bias = setups.weights(int(contract.units or 1))
    scores = x.astype(np.float64) @ kernel + bias
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logs = model.train_on_batch(x, y, return_dict=True)
    assert logs.pop("loss") == pytest.approx(definitions.loss(contract, y, scores), abs=2e-5)
    for name, value in logs.items():
        near = 1e-2 if name == "auc" and len(y) < y.size else 2e-5  # Keras cuts at 200 thresholds, so many cells tie
        assert value == pytest.approx(definitions.metric(contract, name, y, scores), abs=near), name
    slope = definitions.gradient(contract, y, scores)
    taken_kernel, taken_bias = (old - new for old, new in zip((kernel, bias), _weights(model), strict=True))
    axes = tuple(range(slope.ndim - 1))
    np.testing.assert_allclose(taken_kernel, np.tensordot(x, slope, (axes, axes)), atol=2e-5)
    np.testing.assert_allclose(taken_bias, slope.sum(axes), atol=2e-5)


def _weights(model: Any) -> tuple[np.ndarray, np.ndarray]:
    kernel, bias = model.get_weights()
    return kernel.reshape(kernel.shape[-2:]), bias


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("contract", CONTRACTS, ids=_name)
def test_law_8_every_contract_is_what_it_says(contract: Contract, mode: str) -> None:
    """Loss, gradient and metrics equal their definitions, in eager, graph and XLA, without a warning."""
    _check(contract, **MODES[mode])


@pytest.mark.parametrize("contract", [setups.contract(row) for row in ROWS], ids=_name)
def test_law_8_rows_hold_where_scores_cannot_be_recovered(contract: Contract) -> None:
    """A Reshape behind the activation, which stops Keras from reading through it, changes no number."""
    _check(contract, hidden=True, **MODES["graph"])


@pytest.mark.parametrize("positions", [Positions.TOKEN, Positions.PIXEL, Positions.VOXEL])
@pytest.mark.parametrize("contract", [each for each in CONTRACTS if each.row.preferred], ids=_name)
def test_law_8_rows_hold_per_token_and_per_pixel(contract: Contract, positions: Positions) -> None:
    """The same row is right where each token, pixel or point of a volume has a label."""
    _check(dataclasses.replace(contract, positions=positions), **MODES["eager"])
