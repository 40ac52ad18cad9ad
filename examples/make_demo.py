"""Writes demo.csv: made-up customers of a streaming service that does not exist, and the plan each of them took.

    python examples/make_demo.py

The plan follows from the columns through a noisy score, so that a model can learn it and cannot be perfect. Some cells
are empty, as in real tables; the customer number and the date say nothing about the plan.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
from io import StringIO
from pathlib import Path

ROWS = 480
SEED = 20
COLUMNS = ("customer", "since", "age", "household", "devices", "hours_per_week", "region", "pays_by", "student", "plan")
EMPTY = {"hours_per_week": 0.06, "pays_by": 0.04, "age": 0.03}
"""Column -> share of its cells that are left empty."""


def customer(draw: random.Random, number: int) -> dict[str, object]:
    """One row."""
    age = min(86, max(16, round(draw.gauss(41, 15))))
    household = draw.choices((1, 2, 3, 4, 5, 6), (30, 30, 16, 15, 6, 3))[0]
    student = age < 30 and draw.random() < 0.5
    devices = max(1, round(draw.gauss(0.9 + 0.9 * household, 0.8)))
    hours = round(draw.lognormvariate(2.1 + 0.05 * household - 0.004 * (age - 40), 0.6), 1)
    row: dict[str, object] = {
        "customer": f"C{number:05d}",
        "since": dt.date(2021, 1, 1) + dt.timedelta(days=draw.randrange(1400)),
        "age": age,
        "household": household,
        "devices": devices,
        "hours_per_week": hours,
        "region": draw.choices(("north", "south", "east", "west", "islands"), (30, 27, 20, 18, 5))[0],
        "pays_by": draw.choices(("card", "debit", "voucher"), (55, 35, 10))[0],
        "student": "yes" if student else "no",
    }
    row["plan"] = plan(draw, row, student, hours, household, devices)
    for column, share in EMPTY.items():
        if draw.random() < share:
            row[column] = ""
    return row


def plan(draw: random.Random, row: dict[str, object], student: bool, hours: float, household: int, devices: int) -> str:
    """The plan with the highest score; the noise is Gumbel, so the scores are logits of the true probabilities."""
    voucher = row["pays_by"] == "voucher"
    scores = {
        "basic": 1.6 + 1.5 * student + 1.2 * voucher - 0.05 * hours,
        "plus": 0.6 + 0.09 * hours - 0.3 * household + 0.4 * (row["region"] == "north"),
        "family": -3.2 + 1.0 * household + 0.35 * devices - 1.5 * student,
    }
    noisy = {name: 2.2 * score - math.log(-math.log(draw.random())) for name, score in scores.items()}
    return max(noisy, key=lambda name: noisy[name])


def table() -> str:
    """The whole file as text."""
    draw = random.Random(SEED)
    buffer = StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(customer(draw, number) for number in range(1, ROWS + 1))
    return buffer.getvalue()


if __name__ == "__main__":
    Path(__file__).with_name("demo.csv").write_text(table(), encoding="utf-8")
