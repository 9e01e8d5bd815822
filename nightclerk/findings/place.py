"""Answers to findings: each quote is looked for in the source, and what is filed is the source's own words, page and clause."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace

from nightclerk.records import Answer, Evidence, Finding, Match, Page, Passage, Section
from nightclerk.text import Locator

# a shorter quote, such as a name, is in a text many times, and saying it twice means nothing
PASSAGE = 40
MOST_PLACES = 20


def place(
    answers: Sequence[Answer],
    *,
    locator: Locator,
    span: tuple[int, int],
    pages: Sequence[Page],
    sections: Sequence[Section],
    asked: str = "",
    beside: Sequence[Passage] = (),
) -> list[Finding]:
    """One finding per answer, in their order; `span` is the chunk that was asked about, `asked` the name of the question.

    A quote that stands in the source becomes evidence with the source's own slice, in several pieces where it stands so:
    `source[char_start:char_end] == quote`. Where it does not, the finding is `unverified`, its evidence keeps the claim and has the match
    level none. A quote that stands there only nearly is evidence of the level fuzzy, and for `Verifier` to judge. A quote that is not in
    the chunk is looked for in the passages shown `beside` it, and its evidence has their role, before it is looked for elsewhere.
    """
    outline = _Outline(pages, sections)
    taken: set[tuple[str, int]] = set()
    found = []
    for answer in answers:
        matches = _next_place(locator, answer, span, taken)
        taken.update((answer.category, match.char_start) for match in matches[:1])
        shown = None if _is_in(matches, span) else _shown(locator, answer.quote, beside)
        finding = _finding(answer, shown[0] if shown else matches, locator.source, outline, asked)
        found.append(_in_role(finding, shown[1].role) if shown else finding)
    return found


def _is_in(matches: Sequence[Match], span: tuple[int, int]) -> bool:
    return all(match.level != "fuzzy" and span[0] <= match.char_start < match.char_end <= span[1] for match in matches) and bool(matches)


def _shown(locator: Locator, quote: str, beside: Sequence[Passage]) -> tuple[tuple[Match, ...], Passage] | None:
    """Where a quote stands in one of the passages, in one piece, and in which."""
    for passage in beside:
        match = locator.locate(quote, within=(passage.char_start, passage.char_end))
        if match is None:
            # it stands nowhere in one piece
            return None
        if passage.char_start <= match.char_start and match.char_end <= passage.char_end:
            return (match,), passage
    return None


def _in_role(finding: Finding, role: str) -> Finding:
    return replace(finding, evidence=tuple(replace(item, role=role) for item in finding.evidence))


def _next_place(locator: Locator, answer: Answer, span: tuple[int, int], taken: Collection[tuple[str, int]]) -> tuple[Match, ...]:
    """Where a quote stands. A passage that is quoted twice is looked for behind its first place: the chunk may hold it twice."""
    first = matches = locator.find(answer.quote, within=span)
    for _ in range(MOST_PLACES):
        if not matches or (answer.category, matches[0].char_start) not in taken or len(answer.quote) < PASSAGE:
            return matches or first
        rest = (matches[-1].char_end, span[1])
        matches = locator.find(answer.quote, within=rest)
        if matches and (matches[0].level == "fuzzy" or not rest[0] <= matches[0].char_start < matches[-1].char_end <= rest[1]):
            return first
    return first


def _finding(answer: Answer, matches: Sequence[Match], source: str, outline: _Outline, asked: str) -> Finding:
    evidence = tuple(outline.evidence(match.claim or answer.quote, match, source) for match in matches)
    return Finding(
        category=answer.category,
        state=answer.state if matches else "unverified",
        answer=_worded(answer, evidence),
        evidence=evidence or (Evidence(answer.quote, "", None, None, "none"),),
        value=answer.value,
        confidence=answer.confidence,
        rule_id=answer.rule_id,
        asked=asked,
    )


def _worded(answer: Answer, evidence: Sequence[Evidence]) -> str:
    """The answer; one that only repeats its quote is filed in the source's own words, as the quote is."""
    found = bool(evidence) and evidence[0].match_level != "fuzzy"
    return " ".join(item.quote for item in evidence) if found and answer.answer.strip() == answer.quote.strip() else answer.answer


def evidence_at(span: tuple[int, int], source: str, pages: Sequence[Page], sections: Sequence[Section]) -> Evidence:
    """The source's own words at a span, with their page and clause."""
    return _Outline(pages, sections).evidence(source[slice(*span)], Match(*span, "exact"), source)


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
