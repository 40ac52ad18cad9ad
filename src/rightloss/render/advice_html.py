"""Advice as an HTML fragment for notebooks. Every piece of text from data is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rightloss.render import figures
from rightloss.render.advice import lines_to_write
from rightloss.render.remedy import MOST_SEEN

if TYPE_CHECKING:
    from rightloss.answer import Advice, Several

_STYLE = (
    "<style>.rightloss{font:14px/1.45 system-ui,sans-serif;max-width:60em}.rightloss code{white-space:pre-wrap}"
    ".rightloss td{text-align:left;vertical-align:top;padding:1px 10px 1px 0}"
    ".rightloss .ask{border-left:3px solid #d90;padding:2px 0 2px 8px;margin:6px 0}</style>"
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
            for what, line in lines_to_write(advice.contract, advice.watch)
        )
        parts.append(f"<table>{rows}</table>{_figures(advice)}{_remedy(advice)}")
    for question in advice.questions:
        answers = "".join(
            f"<br><code>{escape(question.keyword)}={escape(repr(value))}</code> {escape(means)}"
            for value, means in question.answers
        )
        parts.append(f'<div class="ask">{escape(question.text)}{answers}</div>')
    parts += [f"<div>{escape(finding.code)} {escape(finding.message)}</div>" for finding in advice.conflicts]
    parts += [f"<div>note: {escape(note)}</div>" for note in advice.notes]
    if advice.contract is not None:
        parts.append(f"<details><summary>code</summary><pre>{escape(advice.code())}</pre></details>")
    return "".join(parts)


def _figures(advice: Advice) -> str:
    """Counts of classes, and how labels occur together, with what was seen in them."""
    parts = []
    if advice.imbalance is not None and len(advice.imbalance.counts) > 1:
        parts.append(figures.class_counts(advice.imbalance))
    found = advice.structure
    if found is not None and int(advice.reading.answers.get("several_true", False)):
        seen = "".join(
            f"<li>{escape(each.text)}<br><i>{escape(each.consequence)}</i></li>"
            for each in found.observations[:MOST_SEEN]
        )
        parts.append(f"{figures.cooccurrence(found)}<ul>{seen}</ul>")
    return "".join(f"<div>{part}</div>" for part in parts)


def _remedy(advice: Advice) -> str:
    remedy = advice.remedy
    if remedy is None:
        return ""
    lines = "\n".join(escape(line) for line in remedy.code)
    told = f"<b>for {escape(remedy.goal)}</b>: {escape(remedy.kind.sentence)} {escape(remedy.why)}"
    return (
        f"<p>{told}</p><pre>{lines}</pre><p>probabilities: {escape(remedy.probabilities)}. {escape(remedy.source)}</p>"
    )
