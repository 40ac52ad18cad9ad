"""Contracts as live Keras objects and as scripts: both say the same, both run, both survive saving."""

from __future__ import annotations

import ast
import runpy
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from truth import setups

import rightloss.losses
import rightloss.metrics
from rightloss.contract import ROWS, Contract, Labels, Loss, Positions, Source, recipe
from rightloss.contract.preparation import Op, Preparation, Step
from rightloss.contract.prior import prior_bias
from rightloss.contract.snippet import snippet
from rightloss.errors import WrongArgument
from rightloss.views.model import write

CONTRACTS = setups.contracts()
EVERYWHERE = [setups.contract(row, positions) for row in ROWS for positions in Positions]


def _name(contract: Contract) -> str:
    more = [contract.positions.value, *(["soft"] if contract.soft else []), *(["gaps"] if contract.ignore else [])]
    return f"{contract.row}-{contract.classes}-{'-'.join(more)}"


def _calls(contract: Contract) -> list[recipe.Call]:
    bias = [0.1] * contract.units if isinstance(contract.units, int) and contract.units > 1 else 0.1
    return [recipe.head(contract, bias=bias), recipe.loss(contract), *recipe.metrics(contract)]


@pytest.mark.parametrize("contract", [*CONTRACTS, *EVERYWHERE], ids=_name)
def test_objects_are_what_the_code_makes(contract: Contract) -> None:
    """Evaluating the line to write gives the object that `build` gives: same class, same configuration."""
    for call in _calls(contract):
        built = write.build(call)
        written = eval(call.code(), {"keras": keras, "rightloss": rightloss})
        assert type(built) is type(written)
        assert _plain(built.get_config()) == _plain(written.get_config())


def _plain(config: dict[str, Any]) -> dict[str, Any]:
    """Without the names of layers, which Keras numbers."""
    return {key: value for key, value in config.items() if not (key == "name" and "kernel_initializer" in config)}


def test_build_stays_inside_the_recipe() -> None:
    """A call is data and may come from anywhere, so only the modules of the recipe are imported."""
    with pytest.raises(WrongArgument, match=r"subprocess\.run"):
        write.build(recipe.Call("subprocess", "run", (["true"],)))


def test_unknown_number_of_classes_is_an_error_with_its_fix() -> None:
    """A symbol taken from source can be printed, not built."""
    unknown = replace(setups.contract(ROWS[2]), classes="len(names)")
    assert recipe.head(unknown).code() == 'keras.layers.Dense(len(names), activation="softmax")'
    with pytest.raises(WrongArgument, match="number of classes"):
        write.head(unknown)


def test_ids_cannot_be_nan() -> None:
    """Ids are whole numbers, so a missing one needs a number too; the error says how."""
    with pytest.raises(WrongArgument, match="ignore=-1"):
        write.loss(replace(setups.contract(ROWS[2]), ignore=float("nan")))


def test_prior_bias_predicts_the_class_frequencies() -> None:
    """A head that starts from the prior gives the frequencies for an input of zeros."""
    for row, counts, total in ((ROWS[0], (90, 10), 100), (ROWS[4], (6, 3, 1), 10), (ROWS[8], (6, 3, 1), 10)):
        contract = setups.contract(row)
        head = write.head(contract, bias=prior_bias(contract, counts, total))
        out = head(np.zeros((1, 4), dtype="float32")).numpy()[0]
        expected = [0.1] if contract.units == 1 else [0.6, 0.3, 0.1]
        np.testing.assert_allclose(out, expected, atol=1e-6)


@pytest.mark.parametrize("contract", [each for each in CONTRACTS if each.classes != 20], ids=_name)
def test_compiled_models_survive_saving(contract: Contract, tmp_path: Path) -> None:
    """A saved and loaded model has the same head, loss and metrics, and reports the same numbers."""
    x, y = setups.inputs(contract.positions), setups.labels(contract)
    model = setups.model(contract, run_eagerly=True)
    before = model.evaluate(x, y, verbose=0, return_dict=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    loaded.run_eagerly = True
    assert loaded.evaluate(x, y, verbose=0, return_dict=True) == pytest.approx(before)
    assert loaded.loss.get_config() == model.loss.get_config()
    assert loaded.layers[-1].get_config() == model.layers[-1].get_config()


# --- scripts ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def _eager_and_seeded() -> Any:
    """Tracing a graph costs more than two epochs of such small data."""
    keras.utils.set_random_seed(0)
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def _run(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names a script leaves behind; fewer examples and epochs, no progress bar, warnings are errors."""
    shorter = code.replace("epochs=10)", "epochs=2, verbose=0, batch_size=64)")
    for size, less in (("(512,", "(80,"), ("(256,", "(40,"), ("(64,", "(20,")):
        shorter = shorter.replace(f"size={size}", f"size={less}")
    assert shorter.count("batch_size") == 1
    monkeypatch.chdir(folder)
    (folder / "script.py").write_text(shorter, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "Even though the `tf.config.experimental_run_functions_eagerly`")
        return runpy.run_path(str(folder / "script.py"))


def _learns(names: dict[str, Any]) -> None:
    history = names["model"].history.history
    assert history["loss"][-1] < history["loss"][0]
    assert np.isfinite(history["val_loss"]).all()


@pytest.mark.usefixtures("_eager_and_seeded")
@pytest.mark.parametrize("contract", EVERYWHERE, ids=_name)
def test_every_script_runs_and_learns(contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script of every row, per example, token and pixel, runs as it stands without a warning; its loss falls."""
    _learns(_run(snippet(contract), tmp_path, monkeypatch))


def _prepared(source: Source, row: int, classes: tuple[Any, ...], *steps: Step, **rest: Any) -> Any:
    ignore = rest.get("ignore")
    positions = rest.get("positions", Positions.EXAMPLE)
    contract = Contract(ROWS[row], len(classes), positions, ignore)
    return pytest.param(
        contract,
        Preparation(source, contract.labels, classes, ignore, steps),
        id="-".join([source.value, *(step.op.value for step in steps), positions.value, str(ignore)]),
    )


BINARY, IDS, ONEHOT, MULTIHOT, MASKED = 0, 2, 4, 8, 11
TAGS = ("rock", "jazz", "folk")
PREPARED = [
    _prepared(Source.TEXT, IDS, ("cat", "dog", "fox"), Step(Op.MAP)),
    _prepared(Source.TEXT, IDS, tuple(f"class {i}" for i in range(25)), Step(Op.MAP)),
    _prepared(Source.TEXT, IDS, ("cat", "dog", "fox"), Step(Op.MAP), ignore=-1),
    _prepared(Source.TEXT, BINARY, ("no", "yes"), Step(Op.MAP)),
    _prepared(Source.TEXT, BINARY, ("O", "NAME"), Step(Op.MAP), Step(Op.ADD_AXIS), positions=Positions.TOKEN),
    _prepared(Source.TEXT, MASKED, ("no", "yes"), Step(Op.MAP), ignore=-1),
    _prepared(Source.OFFSET, IDS, (1, 2, 5), Step(Op.MAP)),
    _prepared(Source.SIGNED, BINARY, (-1, 1), Step(Op.MAP)),
    _prepared(Source.GREYMASK, BINARY, (0, 255), Step(Op.THRESHOLD, 255), Step(Op.ADD_AXIS), positions=Positions.PIXEL),
    _prepared(Source.SIGNED, MULTIHOT, TAGS, Step(Op.HIGH, 1)),
    _prepared(Source.GREYMASK, ONEHOT, TAGS, Step(Op.HIGH, 255)),
    _prepared(Source.TAGLISTS, MULTIHOT, TAGS, Step(Op.MULTI_HOT)),
    _prepared(Source.TAGLISTS, MULTIHOT, TAGS, Step(Op.SPLIT, ","), Step(Op.MULTI_HOT)),
    _prepared(Source.OFFSET, IDS, (0, 1, 2), Step(Op.FILL), ignore=-1),
    _prepared(Source.TEXT, BINARY, (0, 1), Step(Op.ADD_AXIS), positions=Positions.TOKEN),
]


@pytest.mark.usefixtures("_eager_and_seeded")
@pytest.mark.parametrize(("contract", "preparation"), PREPARED)
def test_scripts_start_from_labels_in_their_own_form(
    contract: Contract, preparation: Preparation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made-up labels look like the user's own, and the preparation turns them into what the loss reads."""
    code = snippet(contract, preparation=preparation, lines=preparation.lines(), classes=preparation.classes)
    names = _run(code, tmp_path, monkeypatch)
    _learns(names)
    y = np.asarray(names["y"])
    known = y[y != contract.ignore] if contract.ignore is not None else y
    assert (contract.ignore is None) == (known.size == y.size)
    if contract.labels is Labels.INDEX:
        assert set(np.unique(known)) <= set(range(len(preparation.classes)))
    else:
        assert set(np.unique(known)) == {0, 1}
    if contract.labels in (Labels.ONEHOT, Labels.MULTIHOT):
        assert y.shape[1:] == (len(preparation.classes),)
    elif contract.labels is Labels.BINARY and contract.positions is not Positions.EXAMPLE:
        assert y.shape[-1] == 1


@pytest.mark.usefixtures("_eager_and_seeded")
@pytest.mark.parametrize(
    "contract",
    [each for each in CONTRACTS if each.soft or each.ignore is not None or each.classes == 20],
    ids=_name,
)
def test_scripts_of_soft_missing_and_many_labels_run(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels that are probabilities, that have gaps or many classes get metrics that can read them."""
    _learns(_run(snippet(contract), tmp_path, monkeypatch))


def test_script_reads_well(tmp_path: Path) -> None:
    """Lines fit a page, the place for the user's data is marked, predictions come out as class names."""
    for contract in EVERYWHERE:
        code = snippet(contract, classes=("no", "yes") if contract.units == 1 else TAGS)
        ast.parse(code)
        assert max(map(len, code.splitlines())) <= 120
        assert "# Your data goes here" in code
        assert "classes" in code.split("model.fit")[1]


def test_script_imports_ours_only_where_needed() -> None:
    """A user of plain cross-entropy copies a script that needs Keras only."""
    needed = {Loss.MASKED_BINARY}
    for contract in EVERYWHERE:
        ours = any(call.module.startswith("rightloss") for call in _calls(contract))
        assert ("import rightloss" in snippet(contract)) == ours
        assert ours or contract.loss not in needed


def test_script_of_an_unknown_number_of_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the number of classes is not known the script has one line to set it, and runs."""
    code = snippet(replace(setups.contract(ROWS[2]), classes=None))
    assert "num_classes = 3  # yours" in code
    _learns(_run(code, tmp_path, monkeypatch))
