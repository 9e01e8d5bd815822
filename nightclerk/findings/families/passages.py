"""The passages of an amendment that change another document: which clause, what is done to it, and where the new words stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from nightclerk.findings.families import instructions, words
from nightclerk.findings.families.citations import CITED, Key, cited
from nightclerk.findings.families.quotes import HIDDEN, Quoted, quoted

# what is kept of new wording, to be compared with what later amendments quote of it
KEPT = 4_000
LONGEST = 20_000
# a sentence that changes something is not longer than this, quoted wording apart
_SENTENCE = 3_000
# each way begins with the character that it is about: anything else would be tried at every place of a long text
_BREAK = re.compile(
    r"\n\s*\n|\n(?<=[.:;,”\"]\n)(?=[ \t]*(?:\(?[a-zA-Z]{1,3}[.)]|\d{1,2}[.)]|\d+(?:\.\d+)+\.?|§)[ \t]*\S)|;\s+(?:and\s+)?(?=\()"
    r"|\.(?<=[\w)”\"’»\]]\.)(?<!\b[A-Z]\.)(?<!\bNo\.)(?<!\bCo\.)(?<!\bNr\.)(?<!\bInc\.)(?<!\bLtd\.)(?<!\bNos\.)(?<!\bSec\.)(?<!\bArt\.)(?<!\bAbs\.)"
    r"\s+(?=[A-ZÄÖÜÉÀ0-9§“\"\[(])|[”’»“\"](?<=[.;].)\s+(?=[A-ZÄÖÜÉ§\d])|。"
)
_TERM = re.compile(
    r"(?i)\b(?:definitions?|defined\s+terms?|meanings?|definition\s+des\s+begriffs|begriffsbestimmung|d[ée]finitions?\s+d[eu]|definici[oó]n\s+de)"
    r"\s+(?:of\s+)?(?:the\s+)?(?:terms?\s+)?[“\"«„‘](?=\ue000)|\bterms?\s+[“\"«„‘](?=\ue000+[”\"»“’][^.;]{0,80}\b(?:shall mean|definition|is defined|means)\b)"  # noqa: E501
)
_NEXT = re.compile(
    r"(?i)\bfollowing\s+(?:\w+\s+)?(?:sentences?|paragraphs?|words?|clauses?|phrases?|text|provisions?)\b[^.;]*\b(?:delet|remov|str[iu]ck|omit)"
)
_OWN_DAY = re.compile(
    rf"(?i)\b(?:effective|takes? effect|applies|apply|with effect|commencing|mit Wirkung|avec effet|à compter|con efecto)\b[^.;“\"]{{0,60}}?"  # noqa: E501
    rf"(?P<day>{words.DAY})|\A\W*(?:from|as of|on and after|ab dem)\s+(?:and\s+after\s+)?(?P<first>{words.DAY})"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """An instruction and what belongs to it: `text[char_start:char_end]`, up to the next one.

    `clauses` are those that it changes, as `citations.clause` cuts them; `term` is the defined term whose definition it changes. `act` is
    delete, replace, add, or part where it changes a part of the clause that it does not quote. `former` are the words that it puts `latter`
    in the place of; without `former` the whole clause is changed and `latter` is its new wording, as far as it is quoted. `starts_on` is
    the day from which this instruction holds, where it has one of its own.
    """

    char_start: int
    char_end: int
    clauses: tuple[Key, ...]
    term: str
    act: str
    former: str
    latter: str
    starts_on: date | None = None


def passages(text: str) -> list[Passage]:
    """The instructions of an amendment, in their order; quoted new wording that speaks of clauses is part of its instruction."""
    told = quoted(text)
    found: list[Passage] = []
    clauses: tuple[Key, ...] = ()
    led = False
    for start, end in _sentences(told.frame):
        opened = _led(told.frame, start, end)
        for passage in _passages(told, start, end, clauses):
            if found and (_only_leads(told.frame, found[-1], passage, led=led) or _heads(found[-1], passage)):
                found.pop()
            found.append(passage)
            led = bool(opened)
        clauses = opened or (clauses if _is_item(told.frame, start, end) else ())
    stops = [*(passage.char_start for passage in found[1:]), len(text)][: len(found)]
    return [_closed(told, passage, stop) for passage, stop in zip(found, stops, strict=True)]


def _sentences(frame: str) -> Iterator[tuple[int, int]]:
    at = 0
    for match in _BREAK.finditer(frame):
        if match.start() > at:
            yield at, match.start()
        at = match.end()
    if at < len(frame):
        yield at, len(frame)


def _led(frame: str, start: int, end: int) -> tuple[Key, ...]:
    """The clauses of a lead such as `Section 1.01 is amended as follows`, which its items change."""
    sentence = frame[start : min(end, start + _SENTENCE)]
    if not instructions.LEAD.search(sentence) or instructions.IDLE.search(sentence):
        return ()
    return tuple(key for match in CITED.finditer(sentence) for key in cited(match) if instructions.governed(sentence, match))


def _only_leads(frame: str, lead: Passage, item: Passage, *, led: bool) -> bool:
    """Whether `Section 1 is amended as follows:` is followed at once by the instructions that say how: it changes nothing by itself."""
    return led and not re.search(rf"\w{{4}}|{HIDDEN}", frame[lead.char_end : item.char_start])


def _heads(heading: Passage, passage: Passage) -> bool:
    """Whether an instruction is said twice, first in its heading: `Deletion of Section 5. Section 5 is deleted.`"""
    said = (heading.former, heading.latter, heading.clauses, heading.term)
    return said == ("", "", passage.clauses, passage.term) and passage.char_start - heading.char_end < len(". \n\n\n")


def _is_item(frame: str, start: int, end: int) -> bool:
    return re.match(r"\s*\(?(?:[a-z]{1,4}|[ivx]+|\d{1,2})[.)]", frame[start:end]) is not None


def _passages(told: Quoted, start: int, end: int, led: tuple[Key, ...]) -> Iterator[Passage]:
    """What one sentence changes: as a rule one thing; several where it lists them as (a), (b)."""
    end = min(end, start + _SENTENCE + sum(last - first for first, last in told.within(start, end)))
    for first, last, clauses in _items(told.frame, start, end):
        sentence = told.frame[first : instructions.head(told.frame, first, last)]
        act = instructions.act(sentence)
        if not act or instructions.IDLE.search(sentence):
            continue
        own = tuple(key for match in CITED.finditer(sentence) for key in cited(match) if instructions.governed(sentence, match))
        term = _term(told, first, last)
        if own or clauses or led or term:
            yield _passage(told, first, last, own or clauses or led, term, act)


def _items(frame: str, start: int, end: int) -> Iterator[tuple[int, int, tuple[Key, ...]]]:
    """The parts of `Section 1.01 is amended (a) by deleting ..., (b) by inserting ...`, each with the clause of its head."""
    marks = [
        match.start()
        for match in re.finditer(r"(?<=\s)\((?:[a-z]|[ivx]{1,4}|\d)\)\s+(?=by\b|in\b|the\s|deleting|replac|insert|add)", frame[start:end])
    ]
    if not marks or not instructions.AMENDED.search(frame, start, start + marks[0]):
        yield start, end, ()
        return
    head = frame[start : start + marks[0]]
    clauses = tuple(key for match in CITED.finditer(head) for key in cited(match) if instructions.governed(head, match))
    for first, last in zip(marks, [*marks[1:], end - start], strict=True):
        yield start + first, start + last, clauses


def _term(told: Quoted, start: int, end: int) -> str:
    match = _TERM.search(told.frame, start, end)
    span = next((one for one in told.within(start, end) if match and one[0] >= match.start()), None)
    return " ".join(told.text[slice(*span)].split())[:200] if span else ""


def _passage(told: Quoted, start: int, end: int, clauses: tuple[Key, ...], term: str, act: str) -> Passage:
    act, former, latter = instructions.words(told, start, instructions.head(told.frame, start, end), act, about=term)
    start += len(told.text[start:end]) - len(told.text[start:end].lstrip())
    return Passage(start, end, tuple(dict.fromkeys(clauses)), term, act, former[:KEPT], latter[:KEPT], _own_day(told.frame[start:end]))


def _closed(told: Quoted, passage: Passage, stop: int) -> Passage:
    """A passage with what follows it up to the next one: new wording that stands outside quotation marks, in paragraphs of its own."""
    end = min(stop, passage.char_start + LONGEST)
    if closing := instructions.CLOSING.search(told.frame, passage.char_end, end):
        end = closing.start()
    end = max(len(told.text[:end].rstrip()), min(passage.char_end, stop))
    former, latter, act = passage.former, passage.latter, passage.act
    if act in ("part", "delete") and not former and _NEXT.search(told.frame, passage.char_start, passage.char_end):
        former = instructions.new_wording(told, passage.char_start, passage.char_end, end, plain=False)[:KEPT]
        act = "delete" if former else act
    if act == "replace" and not passage.former and not latter:
        latter = instructions.new_wording(told, passage.char_start, passage.char_end, end)[:KEPT]
    day = passage.starts_on or _own_day(told.frame[passage.char_end : end])
    return replace(passage, char_end=end, act=act, former=former, latter=latter, starts_on=day)


def _own_day(frame: str) -> date | None:
    match = _OWN_DAY.search(frame[:2_000])
    found = words.day(match["day"] or match["first"]) if match else None
    return found[0] if found else None
