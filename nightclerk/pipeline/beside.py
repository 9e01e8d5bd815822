"""Beside the chunks of a document: the passages that its questions show, and what is wrong with its definitions and references."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from nightclerk import context, findings, tokens
from nightclerk.findings import Planted
from nightclerk.ingest.language import language_of
from nightclerk.profiles import Profile
from nightclerk.records import Finding, Page, Passage, Section

SEVERITIES = {"Undefined Term": "medium", "Unused Definition": "low", "Dangling Reference": "medium", "Missing Exhibit": "medium"}
RULES = {
    "Undefined Term": "definitions-1/undefined",
    "Unused Definition": "definitions-1/unused",
    "Dangling Reference": "references-1/dangling",
    "Missing Exhibit": "references-1/missing-exhibit",
}


class Beside:
    """What a profile wants to know of one document beside its chunks; the same for the same document, so it is worked out anew at need."""

    def __init__(self, profile: Profile, text: str, sections: Sequence[Section], planted: Sequence[Planted]) -> None:
        self._profile = profile
        self._text = text
        self._sections = tuple(sections)
        self._planted = planted

    def passages(self, *spans: tuple[int, int]) -> list[Passage]:
        """What a question about each span shows beside it, within the profile's `context_tokens`.

        A passage in which words give orders to whoever reads it is not shown.
        """
        most = self._profile.context_tokens
        if not most:
            return []
        survey = _survey(self._text, self._sections)
        found = [one for span in dict.fromkeys(spans) for one in context.passages(survey, *span, max_tokens=most, count=tokens.count)]
        return [one for one in found if not self._gives_orders(one)]

    def remarks(self, pages: Sequence[Page], attached: Collection[str]) -> list[Finding]:
        """What is wrong with definitions and references, as findings, where the profile asks for that; `attached` are names of files."""
        if not self._profile.document_checks:
            return []
        found = context.remarks(_survey(self._text, self._sections), attached)
        return [_finding(one, self._text, pages, self._sections) for one in found]

    def _gives_orders(self, one: Passage) -> bool:
        spans = ((other.char_start, other.char_end) for other in self._planted)
        inside = any(start is not None and end is not None and start < one.char_end and one.char_start < end for start, end in spans)
        return inside or findings.planted_beside(one.clause_path, "heading") is not None


# asked for each chunk when questions are planned and when they are settled; a few documents are at hand at a time
@lru_cache(maxsize=8)
def _survey(text: str, sections: tuple[Section, ...]) -> context.Survey:
    return context.survey(text, sections, language_of(text))


def _finding(one: context.Remark, text: str, pages: Sequence[Page], sections: Sequence[Section]) -> Finding:
    evidence = findings.evidence_at((one.char_start, one.char_end), text, pages, sections)
    return Finding(one.check, "present", one.says, (evidence,), rule_id=RULES[one.check], severity=SEVERITIES[one.check])
