"""Answers to findings: each quote is looked for in the source, and what is filed is the source's own words, page and clause."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from nightclerk.records import Answer, Evidence, Finding, Match, Page, Section
from nightclerk.text import Locator


def place(
    answers: Sequence[Answer], *, locator: Locator, span: tuple[int, int], pages: Sequence[Page], sections: Sequence[Section]
) -> list[Finding]:
    """One finding per answer, in their order; `span` is the chunk that was asked about.

    A quote that stands in the source becomes evidence with the source's own slice: `source[char_start:char_end] == quote`. Where it does
    not, the finding is `unverified`, its evidence keeps the claim and has the match level none.
    """
    outline = _Outline(pages, sections)
    return [_finding(answer, locator.locate(answer.quote, within=span), locator.source, outline) for answer in answers]


def _finding(answer: Answer, match: Match | None, source: str, outline: _Outline) -> Finding:
    evidence = outline.evidence(answer.quote, match, source) if match else Evidence(answer.quote, "", None, None, "none")
    return Finding(
        category=answer.category,
        state=answer.state if match else "unverified",
        answer=answer.answer,
        evidence=(evidence,),
        value=answer.value,
        confidence=answer.confidence,
        rule_id=answer.rule_id,
    )


class _Outline:
    """The pages and sections of one document, for looking up by position."""

    def __init__(self, pages: Sequence[Page], sections: Sequence[Section]) -> None:
        self._pages = sorted(pages, key=lambda page: (page.char_start, page.index))
        self._page_starts = [page.char_start for page in self._pages]
        self._sections = sorted(sections, key=lambda section: (section.char_start, section.depth, section.ordinal))
        self._section_starts = [section.char_start for section in self._sections]
        self._around = _enclosing(self._sections)

    def evidence(self, claimed: str, match: Match, source: str) -> Evidence:
        """The source's slice at a match, with its first and last page and the clause path it begins in."""
        first, last = self._page(match.char_start), self._page(match.char_end - 1)
        return Evidence(
            claimed_quote=claimed,
            quote=source[match.char_start : match.char_end],
            char_start=match.char_start,
            char_end=match.char_end,
            match_level=match.level,
            clause_path=self._clause_path(match.char_start),
            page_index=first.index if first else None,
            page_label=(first.label or None) if first else None,
            last_page_index=last.index if last else None,
            last_page_label=(last.label or None) if last else None,
        )

    def _page(self, place: int) -> Page | None:
        """The page of a character; what stands between two pages belongs to the one before."""
        number = bisect_right(self._page_starts, place) - 1
        return self._pages[max(number, 0)] if self._pages else None

    def _clause_path(self, place: int) -> str:
        """The clause path of the deepest section that holds a character; empty where none does."""
        number: int | None = bisect_right(self._section_starts, place) - 1
        while number is not None and number >= 0:
            if place < self._sections[number].char_end:
                return self._sections[number].clause_path
            number = self._around[number]
        return ""


def _enclosing(sections: Sequence[Section]) -> list[int | None]:
    """For each section the number of the nearest earlier one that reaches beyond its end, so that a look-up climbs and never scans."""
    around: list[int | None] = []
    open_sections: list[int] = []
    for number, section in enumerate(sections):
        while open_sections and sections[open_sections[-1]].char_end <= section.char_end:
            open_sections.pop()
        around.append(open_sections[-1] if open_sections else None)
        open_sections.append(number)
    return around
