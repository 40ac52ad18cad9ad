"""From a table with a label column to a trained, measured and saved model, and back to predictions.

`train`, `predict` and `evaluate` are the public functions; importing this package loads neither NumPy nor Keras.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rightloss.train.saved import evaluate, predict
    from rightloss.train.training import Trained, train

_HOME = {
    "Trained": "rightloss.train.training",
    "train": "rightloss.train.training",
    "predict": "rightloss.train.saved",
    "evaluate": "rightloss.train.saved",
}

__all__ = ["Trained", "evaluate", "predict", "train"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _need_parts()
    return getattr(import_module(_HOME[name]), name)


def _need_parts() -> None:
    """The packages of the extra are there, and Keras runs on TensorFlow: only there can a model read text."""
    from rightloss.errors import MissingPart

    gone = [part for part in ("tensorflow", "keras", "sklearn", "pyarrow", "narwhals") if find_spec(part) is None]
    if gone:
        raise MissingPart(
            f"not installed: {', '.join(gone)}",
            expected="TensorFlow, Keras 3, scikit-learn and pyarrow",
            fix="pip install 'rightloss[tensorflow]'",
        )
    import keras

    if keras.config.backend() != "tensorflow":
        raise MissingPart(
            f"Keras runs on {keras.config.backend()}", expected="TensorFlow", fix="export KERAS_BACKEND=tensorflow"
        )
