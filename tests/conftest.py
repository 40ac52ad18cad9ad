"""What all tests share: repeatable examples, and no test's TensorFlow settings reach the next."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def functions_are_graphs() -> Iterator[None]:
    """Training with run_eagerly=True switches tf.function off for the whole process; switch it on again."""
    yield
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None and hasattr(tensorflow, "config"):
        tensorflow.config.run_functions_eagerly(False)
