"""True replies in other clothes: layout of the quote, and other ways to write the same figure or day in quote and answer."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from truths.corpus import Passage
from truths.falsify import MONTHS
from truths.reply import Reply, whole_sentence

_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
          "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30, "forty-five": 45, "sixty": 60, "ninety": 90}  # fmt: skip
_SPELT = {number: word for word, number in _WORDS.items()}
_PAIR = re.compile(
    r"\b(?P<word>"
    + "|".join(sorted(_WORDS, key=len, reverse=True))
    + r") \((?P<digits>\d+)\)(?= (?:business |calendar )?(?:days?|months?|years?)\b)",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\d.,$-])(?P<digits>\d{1,2})(?= (?:days?|months?|years?)\b(?! of))")
_MONEY = re.compile(r"(?<![\w$])\$(?P<number>\d{1,3}(?:,\d{3})+)(?![\d.,]*\d|\s(?:million|billion|thousand))")
_PERCENT = re.compile(r"(?<![\d.,])(?P<number>\d+(?:\.\d+)?)%")
_DATE = re.compile(rf"\b(?P<month>{'|'.join(MONTHS)}) (?P<day>\d{{1,2}}), (?P<year>\d{{4}})\b")
_TURNING = re.compile(
    r"\b(?:not|no|nor|neither|never|none|unless|except|without|excluding|only|shall|may|must|will|should|can|cannot|if|provided|less|more|least|most"
    r"|nicht|kein\w*|ohne|außer|kann|darf|muss|soll\w*|ne|pas|sans|sauf|peut|doit|ni|sin|salvo|puede|debe\w*|podrá)\b|\d|[$€£%]|[぀-ヿء-ي]",
    re.IGNORECASE,
)

Maker = Callable[[random.Random, Passage, Sequence[Passage]], Iterator[Reply]]


def verbatim(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """The quote as it stands, and its own words as the answer."""
    yield Reply(passage, "nothing", passage.quote, _some_sentence(rng, passage.quote))


def white_space(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Other blanks and line ends between the words of the quote."""
    if passage.paper.language == "ja":
        return
    words = passage.quote.split()
    yield Reply(
        passage,
        "quote",
        "".join(word + rng.choice([" ", " ", "  ", "\n", " \n ", "\t"]) for word in words),
        _some_sentence(rng, " ".join(words)),
    )


def quote_marks(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Curly quotation marks and apostrophes for straight ones, and the reverse."""
    table = str.maketrans({'"': "”", "'": "’", "“": '"', "”": '"', "’": "'", "–": "-", "—": "-"})
    changed = passage.quote.translate(table)
    if changed != passage.quote:
        yield Reply(passage, "quote", changed, _some_sentence(rng, changed))


def hyphenation(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Long words broken at the end of a line."""
    long = list(re.finditer(r"\b[a-zäöüéèáíóúñ]{8,}\b", passage.quote))
    if not long:
        return
    match = rng.choice(long)
    cut = rng.randrange(match.start() + 3, match.end() - 3)
    changed = passage.quote[:cut] + "-\n" + passage.quote[cut:]
    yield Reply(passage, "quote", changed, _some_sentence(rng, passage.quote))


def ellipsis(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Words left out of the middle, with dots; none of them turns or binds the sentence."""
    words = list(re.finditer(r"\S+", passage.quote))
    if len(words) < 16:
        return
    for _try in range(10):
        first = rng.randrange(5, len(words) - 9)
        last = first + rng.randrange(2, 5)
        gap = passage.quote[words[first].start() : words[last].end()]
        if not _TURNING.search(gap):
            dots = rng.choice([" ... ", " … ", " [...] "])
            changed = passage.quote[: words[first].start()].rstrip() + dots + passage.quote[words[last].end() :].lstrip()
            yield Reply(passage, "quote", changed, "")
            return


def number_format(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """The same amount or percentage in another form."""
    found = [*_MONEY.finditer(passage.quote), *_PERCENT.finditer(passage.quote)]
    if not found:
        return
    match = rng.choice(found)
    number = match["number"]
    whole = match.re is _MONEY
    forms = _money_forms(number) if whole else [f"{number} percent", f"{number} per cent", f"{number} %"]
    value = {"number": float(number.replace(",", "")), "currency": "USD"} if whole else {"number": float(number), "unit": "percent"}
    yield from _in_places(rng, passage, match, rng.choice(forms), value)


def _money_forms(number: str) -> list[str]:
    amount = int(number.replace(",", ""))
    forms = [f"USD {number}", f"${number}.00", f"US${number}", f"{number} dollars", f"{amount} USD", f"${amount}"]
    if amount % 100_000 == 0 and amount >= 1_000_000:
        forms += [f"${amount / 1_000_000:g} million", f"USD {amount / 1_000_000:g}m", f"$ {amount / 1_000_000:g} mn"]
    return forms


def word_number(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Thirty, 30 or thirty (30)."""
    pairs, bare = list(_PAIR.finditer(passage.quote)), [match for match in _BARE.finditer(passage.quote) if int(match["digits"]) in _SPELT]
    pairs = [match for match in pairs if _WORDS[match["word"].lower()] == int(match["digits"])]
    if not pairs and not bare:
        return
    match = rng.choice([*pairs, *bare])
    number = int(match["digits"])
    forms = [str(number), _SPELT.get(number, str(number))] if match.re is _PAIR else [_SPELT[number], f"{_SPELT[number]} ({number})"]
    unit = re.match(r" (?:business |calendar )?(day|month|year)", passage.quote[match.end() :])
    value = {"number": float(number), "unit": unit[1] + "s", "duration": f"P{number}{unit[1][0].upper()}"} if unit else {}
    yield from _in_places(rng, passage, match, rng.choice(forms), value, with_unit=unit[0] if unit else "")


def date_format(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """The same day in another form."""
    found = list(_DATE.finditer(passage.quote))
    if not found:
        return
    match = rng.choice(found)
    day, month, year = int(match["day"]), MONTHS.index(match["month"]) + 1, int(match["year"])
    forms = [
        f"{day} {match['month']} {year}",
        f"{year}-{month:02}-{day:02}",
        f"{month}/{day}/{year}",
        f"{match['month'][:3]}. {day}, {year}",
    ]
    yield from _in_places(rng, passage, match, rng.choice(forms), {"day": date(year, month, day)})


def _in_places(
    rng: random.Random, passage: Passage, match: re.Match[str], new: str, value: dict[str, object], *, with_unit: str = ""
) -> Iterator[Reply]:
    changed = passage.quote[: match.start()] + new + passage.quote[match.end() :]
    answer = whole_sentence(changed, match.start())
    forms = [
        Reply(passage, "short answer", passage.quote, new + with_unit),
        Reply(passage, "value", passage.quote, "", value),
    ]
    if answer:
        forms += [Reply(passage, "answer", passage.quote, answer)] * 2
    if len(passage.quote.split()) >= 12:
        # a quote that is nothing but a day in another form quotes nothing
        forms.append(Reply(passage, "quote", changed, answer))
    yield rng.choice(forms)


def _some_sentence(rng: random.Random, quote: str) -> str:
    return whole_sentence(quote, rng.randrange(len(quote)))


KINDS: dict[str, Maker] = {
    "verbatim": verbatim, "white space": white_space, "quote marks": quote_marks, "hyphenation": hyphenation, "ellipsis": ellipsis,
    "number format": number_format, "word number": word_number, "date format": date_format,
}  # fmt: skip
