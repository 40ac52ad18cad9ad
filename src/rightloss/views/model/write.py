"""A contract -> live Keras objects: last layer, loss, metrics, a compiled model.

Everything is built from the calls of contract/recipe.py, which also print the code, so objects and code cannot differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from rightloss.contract import Contract, recipe
from rightloss.contract.recipe import Call, Name
from rightloss.errors import MissingPart, WrongArgument


def build(call: Call) -> Any:
    """The object that `call.code()` writes; arguments that are calls are built too.

    Raises:
        WrongArgument: the call leaves the modules of the recipe, or an argument is a name without a value.
        MissingPart: Keras is not installed.
    """
    if call.module not in recipe.MODULES:
        raise WrongArgument(
            f"a call to {call.path}", expected=f"a callable of {', '.join(recipe.MODULES)}", fix="import it yourself"
        )
    positional = [_value(each) for each in call.positional]
    keywords = {name: _value(each) for name, each in call.keywords.items()}
    return getattr(_module(call.module), call.name)(*positional, **keywords)


def head(contract: Contract, bias: float | list[float] | None = None, dtype: str | None = None) -> Any:
    """The last layer, a new `Dense`, or a convolution with a kernel of one point for pixels and volumes.

    Args:
        contract: what to agree with; its number of classes must be known.
        bias: where the layer starts from, one number or one for each unit; `contract.prior.prior_bias` gives the one
            that predicts the class frequencies. None: 0.
        dtype: of the layer; "float32" where the rest of the model computes in half precision.
    """
    return build(recipe.head(contract, bias=bias, dtype=dtype))


def loss(contract: Contract) -> Any:
    """The loss, a new `keras.losses.Loss`."""
    return build(recipe.loss(contract))


def metrics(contract: Contract, watch: Sequence[Call] = ()) -> list[Any]:
    """The metrics whose numbers are true for this contract, and those to `watch` beside them, new Keras objects."""
    return [build(call) for call in (*recipe.metrics(contract), *watch)]


def compile(  # noqa: A001
    model: Any, contract: Contract, optimizer: Any = "adam", *, watch: Sequence[Call] = (), **arguments: Any
) -> Any:
    """Compile `model`, whose last layer is `head(contract)`, with the loss and metrics of the contract; returns it.

    Args:
        model: a Keras model.
        contract: what to agree with.
        optimizer: as `model.compile` takes it.
        watch: metrics beside those of the contract.
        **arguments: passed to `model.compile`, such as jit_compile or run_eagerly.
    """
    model.compile(optimizer=optimizer, loss=loss(contract), metrics=metrics(contract, watch), **arguments)
    return model


def _value(argument: Any) -> Any:
    if isinstance(argument, Call):
        return build(argument)
    if isinstance(argument, Name):
        raise WrongArgument(
            f"{argument.text} has no value here",
            expected="a known number of classes",
            fix="dataclasses.replace(contract, classes=3)",
        )
    return list(argument) if isinstance(argument, tuple) else argument


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("keras", "tensorflow"):
            raise
        raise MissingPart(
            f"{name} cannot be imported: {error}", expected="Keras 3", fix="pip install 'rightloss[tensorflow]'"
        ) from error
