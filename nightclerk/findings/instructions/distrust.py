"""What a passage that gives orders does to findings: itself it is one for a person to look at, and nothing stands on it or repeats it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from nightclerk.findings.instructions.detect import Planted
from nightclerk.findings.place import evidence_at
from nightclerk.records import Check, Evidence, Finding, Page, Section
from nightclerk.text import fold

CATEGORY = "Planted Instructions"
DETECTOR = "instructions-1"
# what ends or begins so few characters from an order, in the same paragraph, is read with it
BESIDE = 100
# rows for a person to look at; a document with more of them says it all with these
MOST_NAMED = 100
LONGEST_NAMED = 200
# words of an answer that the document has from nowhere else; of scripts without blanks, so many characters in a row
WORD = re.compile(r"[^\W_]{4,}|\d+")
RUN = re.compile("[\u3040-\u30ff\u3400-\u9fff]+")
RUN_LENGTH = 4
PARAGRAPH_END = re.compile(r"\n\s*\n|[.!?:;。！？؟][\"')\]]?[ ]*\n")


def planted_findings(planted: Iterable[Planted], text: str, pages: Sequence[Page], sections: Sequence[Section]) -> list[Finding]:
    """One finding per passage: `unclear`, since patterns cannot tell who is meant, and of high severity.

    What several places beside the text say in the same words is one finding.
    """
    found: list[Finding] = []
    beside: dict[str, list[Planted]] = {}
    for one in planted:
        if one.char_start is None or one.char_end is None:
            beside.setdefault(one.words, []).append(one)
        else:
            evidence = replace(evidence_at((one.char_start, one.char_end), text, pages, sections), claimed_quote=one.words)
            found.append(_finding(_said([one]), evidence))
    found += [_finding(_said(group), Evidence(words, "", None, None, "none")) for words, group in beside.items()]
    if len(found) > MOST_NAMED:
        last = found[MOST_NAMED - 1]
        found[MOST_NAMED - 1 :] = [replace(last, answer=f"{last.answer}; {len(found) - MOST_NAMED} more passages like it are not listed")]
    return found


def _finding(answer: str, evidence: Evidence) -> Finding:
    return Finding(CATEGORY, "unclear", answer, (evidence,), rule_id=DETECTOR, severity="high")


def _said(group: Sequence[Planted]) -> str:
    places = ", ".join(dict.fromkeys(one.where or "in plain sight" for one in group))
    signs = ", ".join(dict.fromkeys(sign for one in group for sign in one.signs))
    sent = "it was not sent to the model" if group[0].char_start is not None else "it is no part of the text that is asked about"
    return f"words that tell whoever reads the document what to answer ({places}; {signs}): {sent}"


def distrusted(found: Iterable[Finding], planted: Sequence[Planted], text: str) -> list[Finding]:
    """The findings, those `unverified` that were `present` and stand in or right beside a passage, or whose answer repeats one.

    The reason is a failed check of their first evidence.
    """
    passages = [one for one in planted if one.char_start is not None]
    if not passages:
        return list(found)
    own = _words(" ".join(one.words for one in passages)) - _words(_without(text, passages))
    return [_judged(finding, passages, own, text) for finding in found]


def _judged(finding: Finding, passages: Sequence[Planted], own: Collection[str], text: str) -> Finding:
    if finding.state != "present":
        return finding
    beside = next((one for item in finding.evidence if item.is_ground for one in passages if _is_beside(item, one, text)), None)
    said = " ".join(filter(None, [finding.answer, finding.value.text, finding.value.party]))
    repeated = beside is None and not _words(said).isdisjoint(own)
    if beside is None and not repeated:
        return finding
    source = (beside or passages[0]).words
    says = "it repeats" if repeated else "it stands in, or right beside,"
    check = Check(
        "instruction",
        "unverified",
        " ".join(said.split())[:LONGEST_NAMED],
        " ".join(source.split())[:LONGEST_NAMED],
        f"{says} words of the document that tell whoever reads it what to answer",
    )
    first, *others = finding.evidence
    first = replace(first, checks_failed=(*first.checks_failed, check))
    return replace(finding, state="unverified", evidence=(first, *others))


def _is_beside(item: Evidence, one: Planted, text: str) -> bool:
    if item.char_start is None or item.char_end is None or one.char_start is None or one.char_end is None:
        return False
    if item.char_start < one.char_end and one.char_start < item.char_end:
        return True
    between = text[item.char_end : one.char_start] or text[one.char_end : item.char_start]
    return len(between) <= BESIDE and not PARAGRAPH_END.search(
        text[max(one.char_end - 1, 0)] + between if item.char_start >= one.char_end else between
    )


def _words(text: str) -> set[str]:
    folded = fold(text).text
    runs = RUN.findall(folded)
    return {*WORD.findall(RUN.sub(" ", folded)), *(run[at : at + RUN_LENGTH] for run in runs for at in range(len(run) - RUN_LENGTH + 1))}


def _without(text: str, passages: Iterable[Planted]) -> str:
    return " ".join(_between(text, passages))


def _between(text: str, passages: Iterable[Planted]) -> Iterator[str]:
    done = 0
    for one in passages:
        yield text[done : one.char_start]
        done = max(done, one.char_end or 0)
    yield text[done:]
