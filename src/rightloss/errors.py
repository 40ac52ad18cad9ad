"""Every error a user can meet.

    RightlossError                  what was received, what was expected, how to fix it
    ├── UnreadableInput             a file, array or stream that could not be read
    │   ├── MissingColumn           a label or feature column that is not there
    │   └── EmptyInput              nothing to read: no rows, no files
    ├── UnsupportedInput            readable, but of a kind this verb does not take
    ├── WrongArgument               an argument outside what it may be
    ├── NoCrossEntropyFits          a loss was asked for where no cross-entropy fits the labels
    └── MissingPart                 a package of an extra is not installed

An error carries its three parts as attributes, so that the command line, JSON and notebooks show the same sentences.
"""

from __future__ import annotations


class RightlossError(Exception):
    """Base of all errors raised on purpose.

    Args:
        received: what the caller gave, with its name and value.
        expected: what would have been right.
        fix: one line to write or to do instead.
    """

    usual_expected = "an input as the documentation describes it"
    usual_fix = "see docs/inputs.md, or `rightloss --help`"
    """What is said where a raise site has nothing more exact: every error shows all three parts."""

    def __init__(self, received: str, *, expected: str = "", fix: str = "") -> None:
        self.received = received
        self.expected = expected or self.usual_expected
        self.fix = fix or self.usual_fix
        super().__init__(self.__str__())

    def __str__(self) -> str:
        lines = [self.received]
        if self.expected:
            lines.append(f"expected: {self.expected}")
        if self.fix:
            lines.append(f"fix: {self.fix}")
        return "\n".join(lines)


class UnreadableInput(RightlossError):
    """A file, array or stream could not be read."""

    usual_expected = "data that can be read as what it says it is"
    usual_fix = "check the path, or write the data again"


class MissingColumn(UnreadableInput):
    """A column was asked for that the table does not have."""


class EmptyInput(UnreadableInput):
    """There is nothing to read: no rows, or no files."""

    usual_fix = "check how the data was written, and pass some that holds rows"


class UnsupportedInput(RightlossError):
    """The input can be read, but this verb does not take its kind."""

    usual_fix = "turn it into an array or a list first: y = numpy.asarray(y)"


class WrongArgument(RightlossError, ValueError):
    """An argument is outside what it may be."""

    usual_expected = "a value that the documentation of the argument names"
    usual_fix = "leave it out, or see help() of the function and `rightloss VERB --help`"


class NoCrossEntropyFits(RightlossError):
    """A layer, loss or code was asked for where no cross-entropy fits the labels; `advice.reason` says what does."""


class MissingPart(RightlossError, ImportError):
    """A package that this verb needs is not installed; `fix` holds the pip line."""
