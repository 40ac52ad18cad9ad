"""Checking a saved model: `rightloss check model.keras --data arrays.npz`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rightloss.checking.live import LiveReport, check_live
from rightloss.errors import MissingPart, UnreadableInput, UnsupportedInput

ARRAYS = ("x", "y", "sample_weight")


def check_model_file(model: str, data: str) -> LiveReport:
    """Findings about a saved, compiled model and its data.

    Args:
        model: a .keras file (or .h5), loaded in safe mode: no code inside it is run.
        data: an .npz file with arrays x and y (and sample_weight), or a folder written by `tf.data.Dataset.save`.

    Raises:
        UnreadableInput: a file that is not there, or does not hold what it should.
        UnsupportedInput: a model that needs code to be loaded, such as a Lambda layer or a class of your own.
    """
    return check_live(_model(model), _data(data))


def _model(path: str) -> Any:
    try:
        import keras
    except ImportError as error:
        raise MissingPart(
            "Keras is not installed", expected="Keras 3", fix="pip install 'rightloss[tensorflow]'"
        ) from error
    if not Path(path).is_file():
        raise UnreadableInput(f"{path} does not exist", expected="a .keras file", fix="model.save('model.keras')")
    try:
        return keras.saving.load_model(path, safe_mode=True)
    except Exception as error:  # Keras raises anything here; the file is somebody else's
        raise UnsupportedInput(
            f"{path} cannot be loaded without running code of its own: {_short(error)}",
            expected="a .keras file of Keras layers only",
            fix="rl.check(model, (x, y)) in Python, where the model is built",
        ) from None


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200]}" if str(error) else type(error).__name__


def _data(path: str) -> Any:
    found = Path(path)
    if found.is_dir():
        import tensorflow as tf

        try:
            return tf.data.Dataset.load(path)
        except Exception as error:
            raise UnreadableInput(
                f"{path} is no dataset: {_short(error)}", expected="a folder written by dataset.save(path)"
            ) from None
    if found.suffix != ".npz" or not found.is_file():
        raise UnreadableInput(
            f"{path} is no .npz file", expected="arrays x and y in one file", fix="np.savez('data.npz', x=x, y=y)"
        )
    import numpy as np

    with np.load(path, allow_pickle=False) as arrays:
        missing = [name for name in ARRAYS[:2] if name not in arrays]
        if missing:
            raise UnreadableInput(
                f"{path} holds {', '.join(arrays.files)}",
                expected="arrays x and y",
                fix="np.savez('data.npz', x=x, y=y)",
            )
        try:
            return tuple(arrays[name] for name in ARRAYS if name in arrays)
        except ValueError as error:  # NumPy would have to unpickle
            raise UnreadableInput(
                f"{path} holds Python objects, which are not loaded: {_short(error)}",
                expected="arrays of numbers or text",
                fix="np.savez('data.npz', x=x.astype('float32'), y=y.astype(str))",
            ) from None
