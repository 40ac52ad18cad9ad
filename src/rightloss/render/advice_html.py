"""Advice as an HTML fragment for notebooks. Every piece of text from data is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rightloss.render.advice import MOST_CLASSES, lines_to_write

if TYPE_CHECKING:
    from rightloss.answer import Advice, Several

_STYLE = (
    "<style>.rightloss{font:14px/1.45 system-ui,sans-serif;max-width:60em}.rightloss code{white-space:pre-wrap}"
    ".rightloss td{text-align:left;vertical-align:top;padding:1px 10px 1px 0}"
    ".rightloss .ask{border-left:3px solid #d90;padding:2px 0 2px 8px;margin:6px 0}.rightloss .bar{display:inline-block;height:.7em;background:#58a}</style>"
)


def to_html(advice: Advice) -> str:
    """A self-contained fragment: no scripts, nothing loaded from elsewhere."""
    return f'{_STYLE}<div class="rightloss">{_body(advice)}</div>'


def several_to_html(several: Several) -> str:
    """One fragment for all outputs."""
    parts = "".join(f"<h4>{escape(str(name))}</h4>{_body(advice)}" for name, advice in several.items())
    return f'{_STYLE}<div class="rightloss">{parts}</div>'


def _body(advice: Advice) -> str:
    head = "no cross-entropy fits" if advice.contract is None else f"{advice.task} classification"
    parts = [f"<b>{escape(head)}</b>: {escape(advice.reading.title)}<p>{escape(advice.reason)}</p>"]
    if advice.contract is not None:
        rows = "".join(
            f"<tr><td>{escape(what)}</td><td><code>{escape(line)}</code></td></tr>"
            for what, line in lines_to_write(advice.contract)
        )
        parts.append(f"<table>{rows}</table>{_classes(advice)}")
    for question in advice.questions:
        answers = "".join(
            f"<br><code>{escape(question.keyword)}={escape(repr(value))}</code> {escape(means)}"
            for value, means in question.answers
        )
        parts.append(f'<div class="ask">{escape(question.text)}{answers}</div>')
    parts += [f"<div>{escape(finding.code)} {escape(finding.message)}</div>" for finding in advice.conflicts]
    if advice.contract is not None:
        parts.append(f"<details><summary>code</summary><pre>{escape(advice.code())}</pre></details>")
    return "".join(parts)


def _classes(advice: Advice) -> str:
    found = advice.imbalance
    if found is None or len(found.counts) < 2:
        return ""
    order = sorted(range(len(found.counts)), key=lambda index: -found.counts[index])
    largest = max(found.counts) or 1
    rows = "".join(
        f"<tr><td>{escape(str(found.names[index]))}</td><td>{found.counts[index]:,}</td><td>{found.shares[index]:.1%}</td>"
        f'<td><span class="bar" style="width:{120 * found.counts[index] / largest:.0f}px"></span></td></tr>'
        for index in order[:MOST_CLASSES]
    )
    more = f"<div>... and {len(order) - MOST_CLASSES:,} more</div>" if len(order) > MOST_CLASSES else ""
    return f"<table>{rows}</table>{more}"
