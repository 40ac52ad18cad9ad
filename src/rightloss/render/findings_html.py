"""Findings as an HTML fragment for notebooks. Every piece of text from data is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rightloss.findings import Finding, Severity
from rightloss.render.starts import start_lines

if TYPE_CHECKING:
    from rightloss.checking.report import Report

_COLOUR = {Severity.ERROR: "#c33", Severity.WARNING: "#b70", Severity.NOTE: "#27a"}
_STYLE = (
    "<style>.rightloss{font:14px/1.45 system-ui,sans-serif;max-width:60em}.rightloss code{white-space:pre-wrap}"
    ".rightloss .finding{border-left:3px solid;padding:2px 0 2px 10px;margin:8px 0}"
    ".rightloss td{text-align:left;vertical-align:top;padding:1px 10px 1px 0}</style>"
)


def to_html(report: Report) -> str:
    """A self-contained fragment: no scripts, nothing loaded from elsewhere."""
    advice = getattr(report, "advice", None)
    if advice is not None:
        return f'{_STYLE}<div class="rightloss">The model is not compiled yet.</div>{advice._repr_html_()}'
    body = "".join(_finding(each) for each in report.findings) or "<b>ok</b>: nothing to say."
    starts = "".join(f"<div>{escape(text)}</div>" for text in start_lines(report))
    return f'{_STYLE}<div class="rightloss">{body}{starts}</div>'


def _finding(finding: Finding) -> str:
    output = f" output {escape(finding.output)}" if finding.output else ""
    head = f"<b>{escape(finding.severity)} {escape(finding.code)}</b> {escape(finding.rule)}{output}"
    rows = [("seen", text) for text in finding.seen]
    rows.append(("expected", finding.expected))
    rows += [("you see", finding.symptom)] if finding.symptom else []
    rows += [("fix", f"{fix.title}{' (safe)' if fix.safe else ''}") for fix in finding.fixes]
    rows += [("look at", step) for step in finding.diagnosis]
    rows += [("decide", finding.question)] if finding.question else []
    cells = "".join(
        f"<tr><td>{label}</td><td>{'<code>' if label == 'fix' else ''}{escape(text)}"
        f"{'</code>' if label == 'fix' else ''}</td></tr>"
        for label, text in rows
    )
    colour = _COLOUR[finding.severity]
    return (
        f'<div class="finding" style="border-color:{colour}"><span style="color:{colour}">{head}</span>'
        f"<div>{escape(finding.message)}</div><table>{cells}</table></div>"
    )
