"""Programs as text, held against the source checker."""

from __future__ import annotations

from rightloss.checking.config import Config
from rightloss.checking.report import Report
from rightloss.checking.source import check_text
from rightloss.findings import Severity

LAYERS = """
import numpy as np
import tensorflow as tf
import keras
from keras import layers, losses
"""
"""What most programs import."""


def checked(program: str) -> Report:
    """The report on a program, whatever configuration lies around."""
    return check_text(program, "a.py", Config())


def alarms(program: str) -> list[tuple[str, str]]:
    """(code, message) of the errors and warnings; a program that is right has none."""
    return [(each.code, each.message) for each in checked(program).findings if each.severity is not Severity.NOTE]


def named(program: str) -> set[str]:
    """Codes of all findings, and of what goes under them."""
    found = checked(program).findings
    return {each.code for each in found} | {code for each in found for code in each.also}
