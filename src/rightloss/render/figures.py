"""Figures as small inline SVG: no scripts, nothing loaded from elsewhere, every name escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rightloss.render.advice import percent

if TYPE_CHECKING:
    from rightloss.advice.imbalance import Imbalance
    from rightloss.advice.structure import Structure

MOST_BARS = 30
MOST_CELLS = 40  # columns of the co-occurrence figure: more than that and nobody can read it
_ROW, _CELL, _NAME, _BAR = 18, 16, 150, 260


def class_counts(found: Imbalance) -> str:
    """A bar for each class or label, most frequent first, with its count and share."""
    order = sorted(range(len(found.counts)), key=lambda place: -found.counts[place])[:MOST_BARS]
    largest = max(found.counts, default=0) or 1
    parts = []
    for row, place in enumerate(order):
        y, count = row * _ROW, found.counts[place]
        width = _BAR * count / largest
        told = f"{found.written(place)} ({percent(found.shares[place])})"
        parts.append(
            f'<text x="{_NAME - 6}" y="{y + 13}" text-anchor="end">{_short(found.names[place])}</text>'
            f'<rect x="{_NAME}" y="{y + 3}" width="{width:.1f}" height="{_ROW - 6}" fill="#58a"/>'
            f'<text x="{_NAME + width + 5:.1f}" y="{y + 13}">{told}</text>'
        )
    if len(found.counts) > len(order):
        parts.append(
            f'<text x="{_NAME}" y="{len(order) * _ROW + 13}">and {len(found.counts) - len(order):,} more</text>'
        )
    height = (len(order) + (len(found.counts) > len(order))) * _ROW
    return _svg(_NAME + _BAR + 110, height, "counts of classes", parts)


def cooccurrence(found: Structure) -> str:
    """A square for each pair of the most frequent labels: how often the column is 1 where the row is."""
    pairs = found.pairs
    shown = sorted(sorted(range(pairs.columns), key=lambda place: -int(pairs.positives[place]))[:MOST_CELLS])
    top, parts = _NAME - 40, []
    for row, a in enumerate(shown):
        y = top + row * _CELL
        parts.append(f'<text x="{_NAME - 6}" y="{y + 12}" text-anchor="end">{_short(found.names[a])}</text>')
        x = _NAME + row * _CELL + 12
        parts.append(f'<text transform="translate({x},{top - 6}) rotate(-60)">{_short(found.names[a])}</text>')
        for column, b in enumerate(shown):
            _, ones, _, together = pairs.pair(a, b) if a != b else (0, 1, 1, 1)
            share = together / ones if ones else 0.0
            told = f"{_short(found.names[b])} in {share:.1%} of the rows with {_short(found.names[a])} ({together:,})"
            fill = "#ddd" if a == b else f"rgba(40,90,150,{share:.3f})"
            title = "" if a == b else f"<title>{told}</title>"
            place = f'x="{_NAME + column * _CELL}" y="{y}" width="{_CELL - 1}" height="{_CELL - 1}"'
            parts.append(f'<rect {place} fill="{fill}">{title}</rect>')
    side = len(shown) * _CELL
    return _svg(_NAME + side + 60, top + side, "how often the column is 1 where the row is", parts)


def _svg(width: float, height: float, label: str, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" font-family="sans-serif" font-size="11">'
        f"{''.join(parts)}</svg>"
    )


def _short(name: object, most: int = 22) -> str:
    text = str(name)
    return escape(text if len(text) <= most else f"{text[: most - 1]}…")
