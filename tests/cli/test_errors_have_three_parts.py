"""Every error says what was received, what was expected and how to fix it."""

from __future__ import annotations

import pytest

from rightloss import errors

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.RightlossError)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_raise_site_that_says_little_still_shows_all_parts(kind: type[errors.RightlossError]) -> None:
    """Each class has a usual expectation and fix for where nothing more exact is known."""
    text = str(kind("labels.csv is odd"))
    assert text.startswith("labels.csv is odd")
    assert "expected: " in text
    assert "fix: " in text


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_raise_site_says_is_kept(kind: type[errors.RightlossError]) -> None:
    """The exact words win over the usual ones."""
    error = kind("odd", expected="even", fix="y = 2 * y")
    assert (error.received, error.expected, error.fix) == ("odd", "even", "y = 2 * y")
