"""Findings checked against the slices that they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nightclerk.findings.verify.facts import Facts
from nightclerk.findings.verify.figures import Sources, check_date, check_quantities, check_references
from nightclerk.findings.verify.language import language_in
from nightclerk.findings.verify.languages import ENGLISH, LANGUAGES, Language
from nightclerk.findings.verify.names import check_names, check_party
from nightclerk.findings.verify.passage import Passage, passage
from nightclerk.findings.verify.quote import check_near
from nightclerk.findings.verify.reading import Reading, read
from nightclerk.findings.verify.statement import check_cut, check_statement, shortened
from nightclerk.findings.verify.values import check_duration, check_value
from nightclerk.records import Check, Evidence, Finding, FindingState
from nightclerk.text import fold

# of one answer, and of one slice, that are read: more is no answer
_MOST_ANSWER, _MOST_SLICE = 4_000, 20_000
_SAYS_YES = ("yes", "no", "ja", "nein", "oui", "non", "sí", "si", "はい", "いいえ", "نعم", "لا", "n/a", "none")


class Verifier:
    """Checks the findings of one document. What it knows of the whole document it works out once, when a check asks for it.

    Args:
        text: the document's text.
        language: its language as an ISO 639-1 code; empty where nobody knows.
    """

    def __init__(self, text: str, language: str = "") -> None:
        self._text = text
        self._language = language
        self._facts = Facts(text)

    def verify(self, finding: Finding) -> Finding:
        """The finding with its checks on its evidence, and its state: `contradicted` where the source says something else, `unverified`
        where it does not say it or nobody can tell.

        A finding without evidence (an absence) is given back as it is. What was `unverified` before stays so or becomes `contradicted`.
        """
        if not finding.evidence:
            return finding
        placed = [(item, self._passage(item)) for item in finding.evidence]
        checked = [self._checked(item, where) for item, where in placed]
        passages = [where for _, where in placed if where]
        if passages:
            passed, failed = self._answer(finding, passages)
            failed = [as_written(check, [finding.answer, finding.value.text or ""], passages) for check in failed]
            checked[0] = replace(
                checked[0],
                checks_passed=tuple(dict.fromkeys([*checked[0].checks_passed, *passed])),
                checks_failed=tuple(dict.fromkeys([*checked[0].checks_failed, *failed])),
            )
        return replace(finding, evidence=tuple(checked), state=_state(finding, checked))

    def _passage(self, item: Evidence) -> Passage | None:
        if item.char_start is None or item.char_end is None:
            return None
        end = min(item.char_end, item.char_start + _MOST_SLICE)
        return passage(self._text, item.char_start, end, document_language=self._language, day_first=self._facts.day_first)

    def _checked(self, item: Evidence, where: Passage | None) -> Evidence:
        """The evidence by itself: does the slice say what the quote claims?"""
        if where is None:
            says = "the document does not contain the quote"
            return replace(item, checks_failed=(Check("quote", "unverified", item.claimed_quote[:200], "", says),))
        if item.match_level != "fuzzy":
            return replace(item, checks_passed=("quote",))
        found = check_near(item.claimed_quote[:_MOST_SLICE], where, self._facts)
        failed = tuple(dict.fromkeys(as_written(check, [item.claimed_quote], [where]) for check in found))
        return replace(item, checks_failed=failed) if failed else replace(item, checks_passed=("quote",))

    def _answer(self, finding: Finding, passages: Sequence[Passage]) -> tuple[list[str], list[Check]]:
        sources = Sources(passages, self._facts, finding.evidence[0].char_start or 0)
        texts = list(dict.fromkeys(filter(None, [finding.answer[:_MOST_ANSWER], (finding.value.text or "")[:_MOST_ANSWER]])))
        readings = [read(_without_yes(text), self._language_of(text, passages), self._facts.day_first) for text in texts]
        passed, failed = ["language"], _unknown(passages)
        for text, reading in zip(texts, readings, strict=True):
            iso, problem = check_duration(text, sources)
            if iso:
                passed, failed = [*passed, "figure"], [*failed, *([problem] if problem else [])]
                continue
            names, problems = self._stated(text, reading, sources, finding.evidence[0].clause_path)
            passed, failed = [*passed, *names], [*failed, *problems]
        for name, problem in check_value(finding.value, sources, " ".join(reading.text for reading in readings)):
            if problem:
                failed.append(problem)
            else:
                passed.append(name)
        if finding.value.party:
            problem = check_party(finding.value.party, passages, self._facts)
            passed, failed = [*passed, *([] if problem else ["party"])], [*failed, *filter(None, [problem])]
        cut = [problem for where in passages if (problem := check_cut(where, readings[0] if readings else None))]
        failed = [*failed, *cut]
        wrong = {check.check for check in failed}
        return [name for name in passed if name not in wrong], failed

    def _stated(self, text: str, reading: Reading, sources: Sources, clause_path: str) -> tuple[list[str], list[Check]]:
        if shortened(reading, sources.passages):
            return ["negation", "modality"], []
        figures = check_quantities(reading, sources)
        if any(figures) and reading.language not in (None, ENGLISH) and not _share(text, reading.language):
            # nothing but figures: they may be written the English way (EUR 3 billion)
            english = check_quantities(read(text, ENGLISH), sources)
            figures = english if len(english) == len(figures) and not any(english) else figures
        days = [check_date(each, sources) for each in reading.dates]
        statement = check_statement(reading, sources.passages)
        failed = [problem for problem in (*figures, *days) if problem]
        failed += [*check_references(reading, sources, clause_path), *statement]
        failed += check_names(text, reading, sources.passages, self._facts, clause_path)
        passed = ["figure"] * bool(figures) + ["date"] * bool(days)
        if reading.language and all(where.language for where in sources.passages):
            passed += ["negation", "modality", "term"]
        return passed, failed

    def _language_of(self, text: str, passages: Sequence[Passage]) -> Language | None:
        """An answer may be in another language than its document; a short one that does not say is read in the document's."""
        own = passages[0].code
        code, language = language_in(text, own)
        if not own or own not in LANGUAGES:
            return language or ENGLISH
        other = language_in(text, "")[1]
        if other is not None and other.code != own and _share(text, other) > _share(text, LANGUAGES[own]) + 1:
            return other
        return language or LANGUAGES.get(code)


def as_written(check: Check, claims: Iterable[str], passages: Iterable[Passage]) -> Check:
    """A check with its two readings as answer and document write them: checks compare folded texts."""
    claimed = _unfolded(check.claimed, claims)
    source = _unfolded(check.source, [where.written for where in passages])
    says = check.says.replace(repr(check.claimed), repr(claimed), 1).replace(repr(check.source), repr(source), 1)
    return replace(check, claimed=claimed, source=source, says=says)


def _unfolded(words: str, texts: Iterable[str]) -> str:
    for text in texts:
        folded = fold(text)
        at = folded.text.find(words) if words else -1
        span = folded.span(at, at + len(words)) if at >= 0 else None
        if span:
            return " ".join(text[slice(*span)].split())
    return words


def _share(text: str, language: Language) -> int:
    reading = read(text, language)
    words = [token for token in reading.tokens if token.kind == "word"]
    little = sum(reading.text[token.start : token.end] in language.function_words for token in words)
    return little + len(reading.operators)


def _without_yes(text: str) -> str:
    """The answer without the Yes or No that it opens with: that answers the question, and says nothing of the source's words."""
    first, mark, rest = text.strip().partition(" ")
    bare = first.strip(".,;:–-").casefold()
    if bare in _SAYS_YES and (not mark or first[-1] in ".,;:–-"):
        return rest
    return text


def _unknown(passages: Iterable[Passage]) -> list[Check]:
    """Passages in a language whose negations nobody here knows: what they say cannot be confirmed."""
    return [
        Check("language", "unverified", "", where.code, f"negation and modality are not checked in this language ({where.code})")
        for where in passages
        if where.language is None and where.code
    ]


def _state(finding: Finding, checked: Sequence[Evidence]) -> FindingState:
    results = {check.result for item in checked for check in item.checks_failed}
    if "contradicted" in results:
        return "contradicted"
    return "unverified" if results else finding.state
