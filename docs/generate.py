"""Write the pages that are derived from the package: `python docs/generate.py`. A test says when they are stale."""

from __future__ import annotations

import runpy
from functools import partial
from pathlib import Path

from rightloss.contract import LOSSES, METRICS, ROWS, Field, Positions, Source, Task
from rightloss.known_errors import KNOWN
from rightloss.rules import RULES, Rule

HERE = Path(__file__).parent
HEADER = "<!-- written by docs/generate.py; edit the package instead -->\n"


def table_page() -> str:
    """Rows, losses, metrics and the vocabulary as one page."""
    parts = [HEADER, "# The table\n", "What fits together. Each row is measured against a float64 definition.\n"]
    parts.append("## Recommended\n")
    parts.append(_rows(preferred=True))
    parts.append("\n## Right, but not our advice\n")
    parts.append(_rows(preferred=False))
    parts.append("\n## Losses\n\n| class | family | written as | `from_logits` | options |\n|---|---|---|---|---|")
    for loss in LOSSES:
        written = ", ".join(f"`{alias}`" for alias in loss.aliases)
        options = ", ".join(f"`{option}`" for option in loss.options) or "none"
        has = "yes" if loss.from_logits else "reads raw scores" if loss.reads_logits else "no"
        parts.append(f"| `{loss.module}.{loss.name}` | {loss.family} | {written} | {has} | {options} |")
    parts.append("\n## Metrics\n\n| class | labels | cuts at | raw scores |\n|---|---|---|---|")
    for metric in METRICS:
        labels = ", ".join(sorted(metric.labels))
        cut = "-" if metric.threshold is None else f"{metric.threshold:g}"
        raw = "only the order counts" if metric.scale_free else "`from_logits=True`" if metric.logits_option else "no"
        parts.append(f"| `{metric.name}` | {labels} | {cut} | {raw} |")
    parts.append("\n## Words\n")
    terms = [(field.label, field.terms) for field in Field]
    for title, words in [("task", Task), *terms, ("positions", Positions), ("source", Source)]:
        parts.append(f"### {title}\n\n| value | meaning | example |\n|---|---|---|")
        parts += [f"| {word} | {word.sentence} | `{word.example}` |" for word in words]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _rows(*, preferred: bool) -> str:
    fields = [field.label for field in Field]
    head = "| " + " | ".join([*fields, "form" if preferred else "note"]) + " |\n" + "|---" * (len(fields) + 1) + "|\n"
    lines = []
    for row in ROWS:
        if row.preferred is preferred:
            cells = [str(row.point.value(field)) for field in Field]
            lines.append("| " + " | ".join([*cells, row.form if preferred else str(row.note)]) + " |")
    return head + "\n".join(lines)


def rule_page(rule: Rule) -> str:
    """One rule: its docstring."""
    parts = [HEADER, f"# {rule.code} {rule.name}\n", rule.page.summary]
    parts += [f"\n## {heading}\n\n{body.strip()}" for heading, body in rule.page.sections.items()]
    return "\n".join(parts).rstrip() + "\n"


def rules_page() -> str:
    """All rules, a line each."""
    parts = [
        HEADER,
        "# Rules\n",
        "`rightloss explain RL204` prints a rule's page.\n",
        "| code | name | what |\n|---|---|---|",
    ]
    parts += [f"| [{rule.code}](rules/{rule.code}.md) | {rule.name} | {_cell(rule.page.summary)} |" for rule in RULES]
    return "\n".join(parts).rstrip() + "\n"


def errors_page() -> str:
    """Error texts with their causes, each text as a heading, so that a search for the text finds it."""
    parts = [HEADER, "# Error texts\n", '`rightloss explain "<the text>"` finds these in anything you paste.\n']
    for known in KNOWN:
        parts.append(f"## `{known.heading}`\n")
        if known.aside:
            parts.append(f"{known.aside}\n")
        for cause in known.causes:
            rule = f" ([{cause.code}](rules/{cause.code}.md))" if cause.code else ""
            parts.append(f"- **{cause.what}**{rule}\n  - how to tell: {cause.tell}\n  - write: `{cause.fix}`")
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def mistakes_page() -> str:
    """The seven commonest mistakes, from the programs that the tests run."""
    written: str = runpy.run_path(str(HERE / "mistakes.py"))["page"]()
    return HEADER.replace("the package", "docs/mistakes.py") + written


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


PAGES = {
    "table.md": table_page,
    "rules.md": rules_page,
    "errors.md": errors_page,
    "mistakes.md": mistakes_page,
    **{f"rules/{rule.code}.md": partial(rule_page, rule) for rule in RULES},
}


def main() -> None:
    """Write every page."""
    (HERE / "rules").mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
