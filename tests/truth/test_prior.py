"""What is said before training is what Keras reports: first loss, and the score of a model that looks at no input."""

from __future__ import annotations

import numpy as np
import pytest
from truth import definitions, setups

from rightloss.contract import Contract, Labels, Loss
from rightloss.contract.prior import expected_first_loss, independent, prior_bias, trivial_scores

CONTRACTS = [each for each in setups.contracts() if each.labels is not Labels.MULTIHOT_MISSING or not each.soft]


def _name(contract: Contract) -> str:
    more = [*(["soft"] if contract.soft else []), *(["gaps"] if contract.ignore else [])]
    return "-".join([str(contract.row), str(contract.classes), *more])


def _counted(contract: Contract) -> tuple[list[float], int | list[int]]:
    """Counts and total as the functions take them, from the same labels that Keras gets."""
    y = setups.labels(contract).astype(np.float64)
    known = definitions.known(contract, y)
    if contract.labels is Labels.INDEX:
        found = np.bincount(y[known].astype(int), minlength=int(contract.classes or 0))
        return found.tolist(), int(known.sum())
    if contract.labels is Labels.BINARY:
        ones = float(y[known].sum())
        return [float(known.sum()) - ones, ones], int(known.sum())
    sums = np.where(known, y, 0).sum(axis=0).tolist()
    return sums, known.sum(axis=0).tolist() if not known.all() else len(y)


def _blind(contract: Contract, bias: float | list[float]) -> dict[str, float]:
    """What a compiled model reports whose kernel is 0, so that it looks at no input."""
    model = setups.model(contract, run_eagerly=True)
    kernel, start = model.layers[0].get_weights()
    model.layers[0].set_weights([np.zeros_like(kernel), np.broadcast_to(bias, start.shape)])
    x, y = setups.inputs(contract.positions), setups.labels(contract)
    found: dict[str, float] = model.evaluate(x, y, verbose=0, return_dict=True)
    return found


@pytest.mark.parametrize("contract", CONTRACTS, ids=_name)
def test_first_loss_is_what_keras_reports(contract: Contract) -> None:
    """The entropy of the class frequencies with the prior bias, ln K or ln 2 with a bias of 0."""
    counts, total = _counted(contract)
    expected = expected_first_loss(contract, counts, total)
    if expected is None:
        assert contract.loss in (Loss.SQUARED, Loss.DIVERGENCE)
        return
    assert _blind(contract, prior_bias(contract, counts, total))["loss"] == pytest.approx(expected["prior"], abs=1e-4)
    assert _blind(contract, 0.0)["loss"] == pytest.approx(expected["uniform"], abs=1e-4)


@pytest.mark.parametrize("contract", CONTRACTS, ids=_name)
def test_trivial_scores_are_what_keras_reports(contract: Contract) -> None:
    """Accuracy of the class frequencies; precision, recall and F1 of always yes; AUC of any constant."""
    counts, total = _counted(contract)
    expected = trivial_scores(contract, counts, total)
    frequent = _blind(contract, _spread(contract, prior_bias(contract, counts, total)))
    always = _blind(contract, 1.0)
    for name, score in expected.items():
        said = frequent if name in ("accuracy", "top_5", "brier_score") else always
        assert said[name] == pytest.approx(score, abs=1e-6), name
    unsure = contract.labels is Labels.DISTRIBUTION or contract.soft
    assert unsure or set(expected) == set(always) - {"loss"}


def _spread(contract: Contract, bias: float | list[float]) -> float | list[float]:
    """Tell classes of equal frequency apart: Keras counts all of them among the k best."""
    if independent(contract) or isinstance(bias, float):
        return bias
    return [each - 1e-3 * place for place, each in enumerate(bias)]


def test_a_class_never_seen_has_a_finite_bias() -> None:
    """A count of 0 stands for half an observation, in softmax and in yes/no units."""
    for row in (setups.ROWS[2], setups.ROWS[8]):
        found = prior_bias(setups.contract(row), [5, 5, 0], 10)
        assert isinstance(found, list)
        assert np.isfinite(found).all()
        assert found[2] == min(found)
    assert prior_bias(setups.contract(setups.ROWS[0]), [10, 0], 10) == pytest.approx(-np.log(20))
