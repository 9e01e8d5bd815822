"""Reads a text with a profile's rules: keywords pick the sentences, patterns decide, the sentence or the match is quoted verbatim."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nightclerk.errors import GiveUpCall
from nightclerk.profiles import Profile, Rule
from nightclerk.providers.analyst import sentences, values
from nightclerk.providers.analyst.bounded import SECONDS_PER_RULE, Searches

Span = tuple[int, int]


def answer(profile: Profile, text: str, position: tuple[int, int]) -> dict[str, Any]:
    """What the rules find in one chunk, in the form of the profile's schema; `position` is its (ordinal from 0, count).

    It says `present` with a quote that is an exact slice of the text, or nothing; the same arguments give the same answer.

    Raises:
        GiveUpCall: a rule ran out of time, so there is no answer about this chunk; it names profile, rule and place.
    """
    kinds = {category.name: category.kind for category in profile.categories}
    spans = sentences.split(text)
    candidates = _candidates(text, spans, {keyword for rule in profile.rules for keyword in rule.keywords})
    found: dict[tuple[str, Span], Rule] = {}
    for rule in profile.rules:
        if rule.within is None or position[0] == 0:
            for span in _hits(profile.id, rule, text, _regions(rule, text, spans, candidates)):
                found.setdefault((rule.category, span), rule)
    ordered = sorted(found.items(), key=lambda item: (item[0][1], item[0][0]))
    return {"findings": [_finding(rule, text[start:end], kinds[category]) for (category, (start, end)), rule in ordered]}


def _candidates(text: str, spans: list[Span], keywords: Iterable[str]) -> dict[str, set[int]]:
    """For each keyword the numbers of the sentences in which it stands."""
    lowered = text.lower()
    if len(lowered) != len(text):
        # a few letters grow when they are lowered, and every later offset would be wrong
        lowered = "".join(letter.lower() if letter.isascii() else letter for letter in text)
    starts = [start for start, _ in spans]
    return {keyword: set(_sentences_with(keyword, lowered, starts, spans)) for keyword in keywords}


def _sentences_with(keyword: str, lowered: str, starts: list[int], spans: list[Span]) -> Iterator[int]:
    place = lowered.find(keyword)
    while place >= 0:
        number = bisect_right(starts, place) - 1
        if number >= 0 and place < spans[number][1]:
            yield number
            place = spans[number][1] - 1
        place = lowered.find(keyword, place + 1)


def _regions(rule: Rule, text: str, spans: list[Span], candidates: Mapping[str, set[int]]) -> list[Span]:
    """Where a rule looks: the sentences with one of its keywords that begin early enough, or the opening as one text."""
    if rule.reach == "opening":
        return [(0, min(rule.within or 0, len(text)))]
    picked = sorted(set().union(*(candidates[keyword] for keyword in rule.keywords)))
    return [spans[number] for number in picked if rule.within is None or spans[number][0] < rule.within]


def _hits(profile_id: str, rule: Rule, text: str, regions: Iterable[Span]) -> Iterator[Span]:
    """The spans that a rule quotes, at most `limit`. The same words are quoted once: they could only be found at the same place."""
    searches = Searches()
    seen: set[str] = set()
    for start, end in regions:
        try:
            for first, last in _quotes(rule, text[start:end], searches):
                quote = text[start + first : start + last]
                if quote in seen:
                    continue
                seen.add(quote)
                yield start + first, start + last
                if len(seen) == rule.limit:
                    return
        except TimeoutError:
            raise _out_of_time(profile_id, rule, (start, end)) from None


def _out_of_time(profile_id: str, rule: Rule, place: Span) -> GiveUpCall:
    return GiveUpCall(
        f"rule {rule.id} of profile {profile_id} used up its {SECONDS_PER_RULE:g} s at characters {place[0]} to {place[1]} of this chunk, "
        "so the chunk has no answer: its patterns backtrack too much; in rules.yaml write .{0,200} for .* and repeat nothing that is "
        "itself repeated, then run again"
    )


def _quotes(rule: Rule, sentence: str, searches: Searches) -> Iterator[Span]:
    def stands(pattern: Any) -> bool:
        return searches.search(pattern, sentence) is not None

    if not stands(rule.pattern) or not all(map(stands, rule.also)) or any(map(stands, rule.unless)):
        return
    if rule.quote == "sentence":
        yield 0, len(sentence)
        return
    for match in searches.finditer(rule.pattern, sentence):
        first_char, end = match.span(match.lastgroup or 0)
        if first_char < end:
            yield first_char, end


def _finding(rule: Rule, quote: str, kind: str) -> dict[str, Any]:
    value = values.extract(rule.value or kind, quote)
    said = "Yes" if kind == "yes_no" else next((value[key] for key in ("date", "duration", "text") if value[key]), None)
    return {
        "category": rule.category,
        "state": "present",
        "quote": quote,
        "answer": rule.answer or said or " ".join(quote.split())[:200],
        "confidence": None,
        "value": value,
        "rule_id": rule.id,
    }
