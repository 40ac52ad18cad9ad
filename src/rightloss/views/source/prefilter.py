"""A cheap text test before parsing: most files of a mixed tree hold no Keras training at all."""

from __future__ import annotations

_FRAMEWORK = (b"keras", b"tensorflow", b"Sequential(")
_LOSS = (b"compile(", b"rossentropy", b"ross_entropy")
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16 text hides its ASCII from a byte search


def may_train(data: bytes) -> bool:
    """Whether a file can hold a set-up worth parsing. False only where no set-up could be found in it."""
    if data.startswith(_WIDE):
        return True
    return any(word in data for word in _FRAMEWORK) and any(word in data for word in _LOSS)
