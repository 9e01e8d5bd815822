"""False replies: one thing of a true one changed. Each kind finds and changes things by its own few patterns, shared with no checker.

A change counts only where it is false: the new figure, date, party stands nowhere in the quote, the changed quote nowhere in the
document.
"""

# ruff: noqa: E501 - tables

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from truths.corpus import Passage
from truths.reply import Reply, sentence_with

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_NUMBER = re.compile(
    r"(?<![\w.,/-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d%]*[-/]\d)(?!\w)|(?<![\w.,/()-])\d+(?:\.\d+)?(?=\s?%|\)?\s(?:days?|months?|years?|hours?|percent)\b)"
)
_DATE = re.compile(rf"\b({'|'.join(MONTHS)})\s+(\d{{1,2}}),\s+(\d{{4}})\b")
_MONEY = re.compile(r"(?:US)?\$\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(\s(?:million|billion|thousand))?")
_IDIOMS = re.compile(r"without limit|not limited|whether or not|not only|\bno\.|without prejudice|if not|or not", re.IGNORECASE)

DROPS: dict[str, Sequence[tuple[str, str]]] = {
    "en": (
        (r"\b(shall|may|will|must|does|do|is|are|should|has|have) not\b", r"\1"), (r"\bcannot\b", "can"), (r"\b[Nn]either\b", "either"),
        (r"\b[Nn]o (party|person|failure|right|license|obligation|warranty|other)\b", r"any \1"), (r"\bnever\b", "always"),
        (r"\b[Uu]nless\b", "if"), (r"\bexcept\b", "including"), (r"\bwithout (?=the|prior|its|any|such|written|first|notice|cause)", "with "),
        (r"\bnon-(exclusive|transferable|refundable|assignable)", r"\1"), (r"\bIn no event shall\b", "In any event shall"),
        (r"\bnot less than\b", "less than"),
    ),
    "de": ((r"\bnicht\b ?", ""), (r"\bkeine?\b", "eine"), (r"\bohne\b", "mit"), (r"\bunwirksam\b", "wirksam"), (r"\bes sei denn, dass\b", "wenn")),
    "fr": ((r"\bn['’e] ?(\w+) pas\b", r"\1"), (r"\bsans\b", "avec"), (r"\bsauf\b", "y compris"), (r"\bnon exclusive\b", "exclusive")),
    "es": ((r"\b[Nn]o (?=se |es |son |puede|podrá|otorga|incluye|constituye|tiene)", ""), (r"\bsin\b", "con"), (r"\bsalvo\b", "incluso")),
    "ja": ((r"できない", "できる"), (r"負わない", "負う"), (r"行わない", "行う"), (r"ありません", "あります"), (r"しない", "する")),
    "ar": ((r"(?<!\S)لا (?=\S)", ""), (r"(?<!\S)غير ", ""), (r"(?<!\S)لم ", "")),
}  # fmt: skip
ADDS: dict[str, Sequence[tuple[str, str]]] = {
    "en": ((r"\b(shall|may|will|must) (?!not\b)", r"\1 not "), (r"\b(is|are) (?=entitled|required|permitted|responsible|granted)", r"\1 not ")),
    "de": ((r"\b(kann|darf|muss|müssen|können|ist|sind) (?!nicht)", r"\1 nicht "),),
    "fr": ((r"(?<!ne )\b(peut|doit|doivent|peuvent|sera) ", r"ne \1 pas "),),
    "es": ((r"\b(puede|debe|podrá|deberá) ", r"no \1 "),),
    "ja": ((r"できる", "できない"), (r"負う", "負わない")),
    "ar": ((r"(?<!\S)(يجوز|يجب|يحق) ", r"لا \1 "),),
}  # fmt: skip
MODALS: dict[str, Sequence[tuple[str, str]]] = {
    "en": ((r"(?<!event )\b(?:shall|must) +(?!not\b|be deemed)", "may "), (r"(?<!event )\bmay +(?!not\b|be (?:amended|required))", "shall "),
           (r"(?<!event )\bwill +(?!not\b)", "may "), (r"(?<!event )\b(?:shall|must) +(?!not\b)", "should "), (r"\bis required to\b", "may"), (r"\bis entitled to\b", "must")),
    "de": ((r"\bkann\b", "muss"), (r"\bmuss\b", "kann"), (r"\bmüssen\b", "können"), (r"\bdarf\b", "muss"), (r"\bkönnen\b", "müssen")),
    "fr": ((r"\bpeut\b", "doit"), (r"\bdoit\b", "peut"), (r"\bdevez\b", "pouvez"), (r"\bdoivent\b", "peuvent")),
    "es": ((r"\bpuede\b", "debe"), (r"\bdebe\b", "puede"), (r"\bdeberá\b", "podrá"), (r"\bpodrá\b", "deberá")),
    "ja": ((r"ことができる", "なければならない"), (r"なければならない", "ことができる")),
    "ar": ((r"(?<!\S)(?<!لا )يجوز(?!\S)", "يجب"), (r"(?<!\S)(?<!لا )يجب(?!\S)", "يجوز")),
}  # fmt: skip
_UNITS = (("days", "months"), ("months", "years"), ("years", "months"), ("hours", "days"), ("business days", "weeks"), ("day", "month"),
          ("month", "week"), ("year", "month"), ("percent", "basis points"), ("%", " basis points"), ("miles", "kilometers"),
          ("square feet", "square meters"), ("gallons", "barrels"), ("weeks", "months"), ("quarter", "year"))  # fmt: skip
_TRANSLATED = {
    "Governing Law": ("Dieser Vertrag unterliegt dem Recht des Staates New York.", "Le présent contrat est régi par le droit de l'État de New York.",
                      "El presente contrato se regirá por las leyes del Estado de Nueva York."),
    "Anti-Assignment": ("Keine Partei darf diesen Vertrag ohne vorherige schriftliche Zustimmung der anderen Partei abtreten.",
                        "Aucune des parties ne peut céder le présent contrat sans l'accord écrit préalable de l'autre partie.",
                        "Ninguna de las partes podrá ceder este contrato sin el consentimiento previo por escrito de la otra parte."),
    "Termination For Convenience": ("Jede Partei kann diesen Vertrag mit einer Frist von dreißig Tagen schriftlich kündigen.",
                                    "Chacune des parties peut résilier le présent contrat moyennant un préavis écrit de trente jours.",
                                    "Cualquiera de las partes podrá rescindir este contrato con un preaviso por escrito de treinta días."),
    "Cap On Liability": ("Die Haftung ist auf die in den letzten zwölf Monaten gezahlten Beträge beschränkt.",
                         "La responsabilité est limitée aux montants payés au cours des douze derniers mois.",
                         "La responsabilidad se limita a las cantidades pagadas en los últimos doce meses."),
    "License Grant": ("Der Lizenzgeber gewährt dem Lizenznehmer eine nicht ausschließliche, nicht übertragbare Lizenz.",
                      "Le concédant accorde au licencié une licence non exclusive et non transférable.",
                      "El licenciante otorga al licenciatario una licencia no exclusiva e intransferible."),
    "Insurance": ("Der Auftragnehmer unterhält eine Haftpflichtversicherung in angemessener Höhe.",
                  "Le prestataire souscrit une assurance responsabilité civile d'un montant suffisant.",
                  "El contratista mantendrá un seguro de responsabilidad civil por un importe adecuado."),
    "Audit Rights": ("Der Lizenzgeber darf die Bücher des Lizenznehmers einmal im Jahr prüfen.",
                     "Le concédant peut vérifier les comptes du licencié une fois par an.",
                     "El licenciante podrá auditar los libros del licenciatario una vez al año."),
}  # fmt: skip
_ANY_TRANSLATED = (
    "Die Parteien vereinbaren die folgenden Bestimmungen.", "Les parties conviennent des dispositions suivantes.",
    "Las partes acuerdan las siguientes disposiciones.", "Diese Verpflichtung gilt auch nach Beendigung des Vertrags fort.",
    "Cette obligation survit à la résiliation du contrat.", "Esta obligación subsistirá tras la terminación del contrato.",
)  # fmt: skip

Maker = Callable[[random.Random, Passage, Sequence[Passage]], Iterator[Reply]]


def figure(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Another number: in the answer, in quote and answer, in the typed value."""
    found = list(_NUMBER.finditer(passage.quote))
    if not found:
        return
    match = rng.choice(found)
    new = _other_number(rng, match[0])
    if _has_number(passage.quote, new):
        return
    yield from _in_places(rng, passage, match.start(), match.end(), new, {"number": float(new.replace(",", ""))})


def _other_number(rng: random.Random, old: str) -> str:
    digits = [place for place, character in enumerate(old) if character.isdigit()]
    place = rng.choice(digits)
    choices = [digit for digit in "0123456789" if digit != old[place] and not (place == 0 and digit == "0")]
    return old[:place] + rng.choice(choices) + old[place + 1 :]


def _has_number(quote: str, new: str) -> bool:
    bare = new.replace(",", "")
    return bare in re.findall(r"\d+(?:\.\d+)?", quote.replace(",", "")) or _in_words(bare) in quote.lower()


def _in_words(bare: str) -> str:
    small = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    tens = {
        "15": "fifteen",
        "20": "twenty",
        "30": "thirty",
        "45": "forty-five",
        "60": "sixty",
        "90": "ninety",
        "14": "fourteen",
        "18": "eighteen",
    }
    return small[int(bare)] if bare.isdigit() and int(bare) < len(small) else tens.get(bare, "\0")


def day(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Another day, month or year."""
    found = list(_DATE.finditer(passage.quote))
    if not found:
        return
    match = rng.choice(found)
    try:
        true = date(int(match[3]), MONTHS.index(match[1]) + 1, int(match[2]))
    except ValueError:
        return
    other = true + timedelta(days=rng.choice([1, -1, 10, 31, -31, 365, -366, 3653]))
    new = f"{MONTHS[other.month - 1]} {other.day}, {other.year}"
    if new in passage.quote:
        return
    yield from _in_places(rng, passage, match.start(), match.end(), new, {"day": other})


def currency(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Another currency."""
    found = list(_MONEY.finditer(passage.quote))
    if not found or any(sign in passage.quote for sign in "€£"):
        return
    match = rng.choice(found)
    sign, code = rng.choice([("€", "EUR"), ("£", "GBP"), ("EUR ", "EUR"), ("CHF ", "CHF"), ("¥", "JPY")])
    new = sign + match[1] + (match[2] or "")
    number = {"number": float(match[1].replace(",", "")), "currency": code, "scale": (match[2] or "").strip() or None}
    yield from _in_places(rng, passage, match.start(), match.end(), new, number)


def scale(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Thousands for millions, a lost or an added scale."""
    found = list(_MONEY.finditer(passage.quote))
    if not found:
        return
    match = rng.choice(found)
    number, word = match[1], (match[2] or "").strip()
    if word:
        other = rng.choice([each for each in ("thousand", "million", "billion") if each != word])
        new = f"${number} {other}"
    elif number.endswith(",000") and rng.random() < 0.5:
        other, new = "", "$" + number[:-4]
    elif re.search(r"(?i)\b(?:thousands|millions|billions)\b", passage.paper.text) or passage.category == "Figure":
        # the figures of a report may be in thousands without saying so in each row
        return
    else:
        other = rng.choice(["thousand", "million"])
        new = f"${number} {other}"
    if re.search(rf"{re.escape(new)}(?![\d,])", passage.quote):
        return
    value = {"number": float(re.sub(r"[^\d.]", "", new.split()[0])), "currency": "USD", "scale": other or None}
    yield from _in_places(rng, passage, match.start(), match.end(), new, value)


def unit(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """Months for days, basis points for percent."""
    found = []
    for old, new in _UNITS:
        boundary = r"" if old == "%" else r"\b"
        pattern = rf"(?P<figure>\d[\d,.]*|\([\d,.]+\))(?P<gap>[\s-]{{0,2}}){re.escape(old)}{boundary}"
        found += [(match, old, new) for match in re.finditer(pattern, passage.quote)]
    if not found:
        return
    match, old, new = rng.choice(found)
    if not re.search("[1-9]", match["figure"]):
        return
    whole = match["figure"] + (match["gap"] or ("" if new.startswith(" ") else " ")) + new
    if whole in passage.quote:
        return
    number = re.sub(r"[^\d.]", "", match["figure"]).rstrip(".")
    yield from _in_places(
        rng, passage, match.start(), match.end(), whole, {"number": float(number), "unit": new.strip()} if number else None
    )


def party(rng: random.Random, passage: Passage, all_passages: Sequence[Passage]) -> Iterator[Reply]:
    """Another party of the same document, or two parties exchanged."""
    known = [name for name in passage.paper.parties if len(name) > 3 and name[0].isupper()]
    inside = [name for name in known if re.search(rf"\b{re.escape(name)}\b", passage.quote)]
    others = [name for name in known if not any(word in passage.quote for word in _words_of(name))]
    if not inside:
        return
    old = rng.choice(inside)
    # one party has several names: another one is another party where it never stands beside a name of the quote, and strangers are
    others = [name for name in others if not any(_beside(passage.paper.text, name, each) for each in inside)]
    strangers = [
        name for each in rng.sample(all_passages, 5) for name in each.paper.parties if not passage.paper.says(name) and len(name) > 3
    ]
    pool = [*others, *strangers[:2]]
    if not pool:
        return
    new = rng.choice(pool)
    match = next(re.finditer(rf"\b{re.escape(old)}\b", passage.quote))
    yield from _in_places(rng, passage, match.start(), match.end(), new, {"party": new})


def _beside(text: str, name: str, other: str) -> bool:
    """Whether two names stand so near to each other that one may be short for the other, or share a word."""
    if {word.lower() for word in _words_of(name)} & {word.lower() for word in _words_of(other)}:
        return True
    return bool(
        re.search(
            rf"{re.escape(name)}.{{0,300}}?{re.escape(other)}|{re.escape(other)}.{{0,300}}?{re.escape(name)}", text[:8_000], re.DOTALL
        )
    )


def _words_of(name: str) -> list[str]:
    forms = {"inc", "ltd", "llc", "corp", "the", "and", "company", "corporation", "limited", "plc", "pte", "of"}
    return [word for word in re.findall(r"\w+", name) if word.lower() not in forms]


def negation_dropped(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """A not, no, unless, except or without left out or turned round."""
    yield from _replaced(rng, passage, DROPS)


def negation_added(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """A not that the source has not."""
    yield from _replaced(rng, passage, ADDS)


def modality(rng: random.Random, passage: Passage, _: Sequence[Passage]) -> Iterator[Reply]:
    """May for shall, must for may, should for must."""
    yield from _replaced(rng, passage, MODALS)


def _replaced(rng: random.Random, passage: Passage, tables: dict[str, Sequence[tuple[str, str]]]) -> Iterator[Reply]:
    changes = []
    for pattern, new in tables.get(passage.paper.language, ()):
        for match in re.finditer(pattern, passage.quote):
            around = passage.quote[max(0, match.start() - 14) : match.end() + 16]
            if not _IDIOMS.search(around):
                changes.append((match, match.expand(new)))
    if changes:
        match, new = rng.choice(changes)
        yield from _in_places(rng, passage, match.start(), match.end(), new, None)


def other_document(rng: random.Random, passage: Passage, all_passages: Sequence[Passage]) -> Iterator[Reply]:
    """A true quote of another document."""
    other = rng.choice(all_passages)
    if other.paper.name == passage.paper.name or passage.paper.says(other.quote) or len(other.quote) < 12:
        return
    yield Reply(passage, "quote", other.quote, sentence_with(other.quote, 0, 1))


def stitched(rng: random.Random, passage: Passage, all_passages: Sequence[Passage]) -> Iterator[Reply]:
    """The beginning of one sentence and the end of another, far away, as one quote."""
    others = [
        each for each in all_passages if each.paper.name == passage.paper.name and each.quote != passage.quote and len(each.quote) > 60
    ]
    if not others or len(passage.quote) < 60:
        return
    other = rng.choice(others)
    first, second = passage.quote.split(), other.quote.split()
    quote = " ".join(first[: len(first) // 2] + second[len(second) // 2 :])
    if not passage.paper.says(quote):
        yield Reply(passage, "quote", quote, quote)


def translated(rng: random.Random, passage: Passage, all_passages: Sequence[Passage]) -> Iterator[Reply]:
    """A quote in another language than the document's."""
    if passage.paper.name.startswith("cc_"):
        others = [each for each in all_passages if each.paper.name.startswith("cc_") and each.paper.language != passage.paper.language]
        quote = rng.choice(others).quote
    else:
        quote = rng.choice(_TRANSLATED.get(passage.category, _ANY_TRANSLATED))
    if not passage.paper.says(quote):
        yield Reply(passage, "quote", quote, quote)


def _in_places(rng: random.Random, passage: Passage, start: int, end: int, new: str, value: dict[str, object] | None) -> Iterator[Reply]:
    """The change in the answer; in the quote and the answer; in the typed value. One of them, by turns."""
    changed = passage.quote[:start] + new + passage.quote[end:]
    makers: list[Reply] = []
    answer = sentence_with(changed, start, start + len(new))
    if _telling(passage, answer, new):
        makers.append(Reply(passage, "answer", passage.quote, answer))
    if not passage.paper.says(changed) and _differs(changed, passage.quote):
        makers.append(Reply(passage, "quote", changed, answer))
    if value:
        makers.append(Reply(passage, "value", passage.quote, "", value))
        makers.append(Reply(passage, "short answer", passage.quote, new.strip()))
    if makers:
        # a changed quote is the easy case: it is not found
        yield rng.choices(makers, [1 if made.where == "quote" else 3 for made in makers])[0]


def _telling(passage: Passage, answer: str, new: str) -> bool:
    """Whether the answer says something that the document does not."""
    return len(answer.split()) > 3 and not passage.paper.says(answer)


def _differs(one: str, other: str) -> bool:
    return "".join(filter(str.isalnum, one)) != "".join(filter(str.isalnum, other))


KINDS: dict[str, Maker] = {
    "figure": figure,
    "date": day,
    "currency": currency,
    "scale": scale,
    "unit": unit,
    "party": party,
    "translated": translated,
    "stitched": stitched,
    "other document": other_document,
    "negation added": negation_added,
    "modality": modality,
    "negation dropped": negation_dropped,
}
