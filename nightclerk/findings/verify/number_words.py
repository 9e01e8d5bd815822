"""Numbers written in words or in Chinese characters, to their values. Works on folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from nightclerk.findings.verify.languages import ENGLISH, LANGUAGES, Language
from nightclerk.findings.verify.lexicon import ORDINALS
from nightclerk.findings.verify.numerals import Numeral
from nightclerk.text import fold

_HALVES = {"half": "0.5", "quarter": "0.25", "fourth": "0.25", "third": "0.333333"}
_HALF = re.compile(
    r"(?<!\w)(?:(?P<whole>\w+) and )?(?P<count>one|two|three|(?<=and )a)[- ](?P<part>half|quarter|fourth|third)s?(?!\w)(?! part)"
)
# first and second mostly count nothing; a third party is no figure
_ORDINALS = {word: Decimal(number) for number, word in enumerate(ORDINALS[2:20], start=3)}
_ORDINAL = re.compile(rf"(?<![\w-])(?:{'|'.join(_ORDINALS)})(?![\w-])(?! part)")
# two thousand dollars, two million; behind another number the same form counts once
_DUALS = frozenset(fold(word).text for word in ("ألفا", "مليونا", "مليارا"))
_KANJI = dict(zip("〇零一二三四五六七八九壱弐参", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3), strict=True))
_TENS = {"十": 10, "拾": 10, "百": 100, "千": 1_000}
_MYRIADS = {"万": 10**4, "億": 10**8, "兆": 10**12}
_CHINESE = re.compile(
    r"(?:[〇零一二三四五六七八九壱弐参十拾百千]+|\d[\d,]*(?:\.\d+)?千?)[万億兆]?(?:[〇零一二三四五六七八九壱弐参十拾百千\d,.]+[万億兆]?)*"
)


def spelled(text: str, language: Language) -> Iterator[Numeral]:
    """The numbers that a folded text writes in words of that language, in order; of Japanese those with characters in them."""
    if not language.spaced:
        yield from _chinese(text)
        return
    if language.code == "en":
        yield from _fractions(text)
        yield from (Numeral(*found.span(), (_ORDINALS[found[0]],), spelled=True) for found in _ORDINAL.finditer(text))
    words = _lexicon(language.code)
    for run in words.run.finditer(text):
        yield from _split(run[0], run.start(), words)


class _Lexicon:
    """The number words of a language, folded as the text is."""

    def __init__(self, language: Language) -> None:
        self.numbers = {fold(word).text: number for word, number in language.numbers.items()}
        self.hundred = set(language.hundred)
        self.scales = {fold(word).text: scale for word, scale in language.scales.items()}
        known = sorted([*self.numbers, *self.hundred, *self.scales], key=len, reverse=True)
        word = "|".join(map(re.escape, known)).replace("quatre\\-vingt", "quatre[- ]vingt")
        self.word = re.compile(word)
        self.run = re.compile(_run(language, word))


def _run(language: Language, word: str) -> str:
    if language.code == "de":
        compound = rf"(?:(?:{word})(?:und(?={word}))?)+"
        return rf"(?<!\w){compound}(?: (?:und )?{compound})*(?!\w)"
    if language.code == "ar":
        return rf"(?<!\w)و?(?:{word})(?!\w)(?: (?:و ?)?(?:{word})(?!\w))*"
    joiner = "|".join(language.joiners)
    # one million, two hundred thousand
    return rf"(?<!\w)(?:{word})(?!\w)(?:(?:[- ]|(?<=[ds]), |(?<=on), )(?:(?:{joiner}) )?(?:{word})(?!\w))*"


@cache
def _lexicon(code: str) -> _Lexicon:
    return _Lexicon(LANGUAGES[code])


def _split(run: str, offset: int, words: _Lexicon) -> Iterator[Numeral]:
    """The numbers in a run of number words: `five six` is two."""
    total, current, start, end = Decimal(0), None, None, 0
    for found in words.word.finditer(run):
        word = found[0].replace("quatre vingt", "quatre-vingt")
        if word in words.scales:
            scale = words.scales[word] * (2 if current is None and word in _DUALS else 1)
            total = (total + (current or 0)) * scale if 0 < total < scale else total + (1 if current is None else current) * scale
            current = None
        elif word in words.hundred:
            current = (current or 1) * 100
        else:
            number = words.numbers[word]
            if current is not None and not _fits(current, number):
                yield Numeral(offset + (start or 0), offset + end, (total + current,), spelled=True)
                total, current, start = Decimal(0), None, None
            current = (current or 0) + number
        start = found.start() if start is None else start
        end = found.end()
    if start is not None:
        yield Numeral(offset + start, offset + end, (total + (current or 0),), spelled=True)


def _fits(current: int, number: int) -> bool:
    """Whether a number word may follow what was said so far: twenty five, hundred five, fünf und zwanzig, soixante dix; not five six."""
    if number >= 100:
        return current % 1000 == 0
    if number < 10:
        return current % 10 == 0 and current % 100 != 10
    return current % 100 == 0 or (number % 10 == 0 and current % 100 < 10) or (current % 100 in (60, 80) and number < 20)


def _fractions(text: str) -> Iterator[Numeral]:
    for found in _HALF.finditer(text):
        count = {"one": 1, "a": 1, "two": 2, "three": 3}[found["count"]]
        share = Decimal(_HALVES[found["part"]]) * count
        whole = ENGLISH.numbers.get(found["whole"] or "", 0)
        start = found.start("count") if found["whole"] and not whole else found.start()
        yield Numeral(start, found.end(), (share.quantize(Decimal("0.000001")).normalize() + whole,), spelled=True)


def _chinese(text: str) -> Iterator[Numeral]:
    for found in _CHINESE.finditer(text):
        run = found[0].rstrip(",.")
        if not any(character in _KANJI or character in _TENS or character in _MYRIADS for character in run):
            continue
        value = _chinese_value(run)
        if value is not None:
            yield Numeral(found.start(), found.start() + len(run), (value,), spelled=True)


def _chinese_value(run: str) -> Decimal | None:
    total = Decimal(0)
    for part in re.findall(r"[^万億兆]*[万億兆]?", run):
        if part:
            scale = _MYRIADS.get(part[-1], 1)
            value = _below_myriad(part.rstrip("万億兆"))
            if value is None:
                return None
            total += value * scale
    return total


def _below_myriad(part: str) -> Decimal | None:
    plain = part.replace(",", "")
    if not plain:
        return Decimal(1)
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return Decimal(plain)
    if all(character in _KANJI for character in plain):
        return Decimal("".join(str(_KANJI[character]) for character in plain))
    return _with_tens(plain)


def _with_tens(plain: str) -> Decimal | None:
    total, digit = Decimal(0), None
    for piece in re.findall(r"\d+(?:\.\d+)?|.", plain):
        if piece in _TENS:
            total += (digit if digit is not None else 1) * _TENS[piece]
            digit = None
        elif piece in _KANJI:
            digit = (digit or Decimal(0)) * 10 + _KANJI[piece] if digit is not None else Decimal(_KANJI[piece])
        elif piece[0].isdigit():
            digit = Decimal(piece)
        else:
            return None
    return total + (digit or 0)
