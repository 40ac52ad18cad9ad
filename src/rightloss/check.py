"""The verb `check`: is what was built what the labels need?"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rightloss.errors import WrongArgument

if TYPE_CHECKING:
    from rightloss.checking.report import Report


def check(
    model: Any,
    data: Any = None,
    *,
    class_weight: Any = None,
    sample_weight: Any = None,
    validation_data: Any = None,
    ignore: Iterable[str] = (),
) -> Report:
    """Findings about a compiled model and its data, or about source files, before the first step of training.

    Args:
        model: a compiled Keras 3 model; or the path of a Python file, notebook or folder, which is read and not run.
        data: (x, y) or (x, y, sample_weight) of arrays, a `tf.data.Dataset`, a `keras.utils.PyDataset`. One batch of x
            is sent through the model; labels are read once (streams up to 20,000 rows). Not needed for source.
        class_weight, sample_weight, validation_data: as `model.fit` takes them.
        ignore: codes of rules that shall stay silent, such as "RL404"; `[tool.rightloss]` of the nearest pyproject.toml
            does the same.

    Returns:
        A report: `findings`, `ok`, `raise_if_errors()`, `to_json()`; for models also `fix(model)`, and `advice` where
        the model is not compiled. No weight is changed.

    Raises:
        UnsupportedInput: a one-shot generator, a Keras 2 model, or something that is no model.
        UnreadableInput: labels that could not be read.
    """
    if isinstance(model, str | os.PathLike):
        return _source(model, ignore)
    if data is None:
        raise WrongArgument("a model without data", expected="the data it will be trained on",
                            fix="rl.check(model, (x, y))")  # fmt: skip
    from rightloss.checking.live import check_live

    return check_live(
        model,
        data,
        class_weight=class_weight,
        sample_weight=sample_weight,
        validation_data=validation_data,
        ignore=ignore,
    )


def _source(path: str | os.PathLike[str], ignore: Iterable[str]) -> Report:
    from dataclasses import replace
    from pathlib import Path

    from rightloss.checking.config import find
    from rightloss.checking.source import check_source

    config = find(Path(path))
    return check_source([os.fspath(path)], replace(config, ignore=(*config.ignore, *ignore)))
