"""A rule's code, or any pasted error text -> causes in order, how to tell which, the fix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rightloss.errors import WrongArgument
from rightloss.files import JSON_VERSION
from rightloss.known_errors import KNOWN, KnownText
from rightloss.rules import BY_CODE, RULES, Rule

_CODE = re.compile(r"^\s*RL\d{3}\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known about a text: a rule's page, or known texts found in it, in the order in which they stand there."""

    text: str
    rule: Rule | None = None
    known: tuple[KnownText, ...] = ()

    @property
    def found(self) -> bool:
        """Whether anything is known."""
        return self.rule is not None or bool(self.known)

    def to_json(self) -> dict[str, Any]:
        """`version`, and either `rule` {code, name, summary, sections} or `texts` [{text, note, causes}]."""
        rule = self.rule
        page = None
        if rule is not None:
            page = {"code": rule.code, "name": rule.name, "summary": rule.page.summary, "sections": rule.page.sections}
        texts = [
            {
                "text": each.heading,
                "note": each.aside or None,
                "causes": [
                    {"what": cause.what, "tell": cause.tell, "fix": cause.fix, "code": cause.code or None}
                    for cause in each.causes
                ],
            }
            for each in self.known
        ]
        return {"version": JSON_VERSION, "rule": page, "texts": texts}

    def __str__(self) -> str:
        from rightloss.render.explanation import to_text

        return to_text(self)


def explain(text: str) -> Explanation:
    """What a code or a pasted text means.

    Args:
        text: "RL204", "softmax-over-one-unit", or an error, warning or whole traceback.

    Returns:
        The explanation; `found` is False where nothing is known.

    Raises:
        WrongArgument: an empty text, or a code that no rule has.
    """
    given = text.strip()
    if not given:
        raise WrongArgument("an empty text", expected="a rule's code or an error text", fix="rightloss explain RL204")
    if _CODE.match(given):
        rule = BY_CODE.get(given.upper())
        if rule is None:
            raise WrongArgument(
                f"{given.upper()} is no rule's code", expected=", ".join(BY_CODE), fix="rightloss explain RL204"
            )
        return Explanation(given, rule)
    named = next((rule for rule in RULES if rule.name == given.lower()), None)
    return Explanation(given, named, () if named is not None else _known(given))


def _known(text: str) -> tuple[KnownText, ...]:
    """Known texts in the order in which they stand; line breaks of a terminal do not matter."""
    flat = re.sub(r"\s+", " ", text)
    found = []
    for each in KNOWN:
        match = re.search(each.pattern, flat, re.IGNORECASE)
        if match is not None:
            found.append((match.start(), each))
    return tuple(each for _, each in sorted(found, key=lambda pair: pair[0]))
