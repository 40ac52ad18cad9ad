"""Programs with lines and words left out, doubled and swapped: the checker says what it can and never fails."""

from __future__ import annotations

import io
import tokenize

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rightloss.checking.config import Config
from rightloss.checking.source import INTERNAL, check_text
from rightloss.rules import RULES

PROGRAMS = tuple(
    f"import keras\nfrom keras import layers\n{each.page.code(name)}" for each in RULES for name in ("Bad", "Good")
)


def words(program: str) -> list[str]:
    """The tokens of a program, spaces and line ends included."""
    lines = program.splitlines(keepends=True)
    found, row, column = [], 1, 0
    for token in tokenize.generate_tokens(io.StringIO(program).readline):
        while row < token.start[0] and row <= len(lines):
            found.append(lines[row - 1][column:])
            row, column = row + 1, 0
        if row <= len(lines):
            found += [lines[row - 1][column : token.start[1]], token.string]
            row, column = token.end
    return [each for each in found if each]


def mutated(parts: list[str], changes: list[tuple[str, int, int]]) -> str:
    """The parts after each change: one left out, doubled, or swapped with another."""
    for kind, first, second in changes:
        one, other = first % len(parts), second % len(parts)
        if kind == "drop" and len(parts) > 1:
            del parts[one]
        elif kind == "double":
            parts.insert(one, parts[one])
        else:
            parts[one], parts[other] = parts[other], parts[one]
    return "".join(parts)


CHANGES = st.lists(
    st.tuples(st.sampled_from(("drop", "double", "swap")), st.integers(0, 10_000), st.integers(0, 10_000)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PROGRAMS), st.booleans(), CHANGES)
def test_mutated_programs_are_checked_or_refused(
    program: str, by_line: bool, changes: list[tuple[str, int, int]]
) -> None:
    """A mutated program gives findings or a reason why it cannot be read, never an exception."""
    parts = program.splitlines(keepends=True) if by_line else words(program)
    report = check_text(mutated(parts, changes), "a.py", Config())
    assert INTERNAL not in {each.code for each in report.findings}
    assert report.summary.setups == report.summary.resolved + report.summary.unresolved


def test_statements_that_were_left_out_are_counted() -> None:
    """A sum of hundreds of terms is among the reasons, and no set-up is called unresolved for it."""
    report = check_text("import keras\nx = " + " + ".join(["f(1)"] * 900) + "\nm.compile(loss='mse')", "a.py", Config())
    assert list(report.summary.reasons.values()) == [1]
    assert report.summary.unresolved == 0
