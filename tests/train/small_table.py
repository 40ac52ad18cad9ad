"""A table small enough to train on in a second, that can be learned."""

from __future__ import annotations

import random
from pathlib import Path

PLACES = ("north/east", "south", "")


def write_table(path: Path, rows: int = 200, seed: int = 0, label: bool = True) -> Path:
    """A CSV in which `sort` follows from `size`, `place` and `weight (kg)`; some cells are missing."""
    draw = random.Random(seed)
    lines = ["size,place,weight (kg),in/out" + (",sort" if label else "")]
    for _ in range(rows):
        size, place = draw.gauss(0, 1), draw.choice(PLACES)
        weight = "" if draw.random() < 0.1 else f"{draw.lognormvariate(0, 2):.3f}"
        sort = "big" if size > 0.4 else "far" if place == "south" else "plain"
        lines.append(f"{size:.4f},{place},{weight},{draw.choice(['in', 'out'])}" + (f",{sort}" if label else ""))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
