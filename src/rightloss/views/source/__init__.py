"""The source view: what a Python file or notebook says about labels, last layer, loss, metrics and decoding.

An abstract interpreter over the standard library's `ast`. Nothing that it reads is imported, executed or unpickled.
"""

from rightloss.views.source.reader import SourceReport, no_collection, read, read_text

__all__ = ["SourceReport", "no_collection", "read", "read_text"]
