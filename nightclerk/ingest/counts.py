"""Reading a count back: `IV`, `7`, `1A`, `aa`, `First`, `premier`, `十二` as numbers that can be compared."""

from __future__ import annotations

from nightclerk.ingest.numerals import ONES, TENS, formatted

Order = tuple[int, ...]

_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_CARDINALS = [*ONES[1:], TENS[0]]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
]
_SPANISH = [
    *("primera", "segunda", "tercera", "cuarta", "quinta", "sexta", "séptima", "octava", "novena", "décima"),
    "undécima",
    "duodécima",
]
_PORTUGUESE = ["primeira", "segunda", "terceira", "quarta", "quinta", "sexta", "sétima", "oitava", "nona", "décima"]
_FRENCH = ["premier", "deuxième", "troisième", "quatrième", "cinquième", "sixième", "septième", "huitième", "neuvième", "dixième"]
_ARABIC = ["الأولى", "الثانية", "الثالثة", "الرابعة", "الخامسة", "السادسة", "السابعة", "الثامنة", "التاسعة", "العاشرة"]
_WORDS = {
    word: count for words in (_CARDINALS, _ORDINALS, _SPANISH, _PORTUGUESE, _FRENCH, _ARABIC) for count, word in enumerate(words, start=1)
}
_TENTHS = {"décima": 10, "decima": 10, "decimo": 10, "vigésima": 20, "vigesima": 20}
_LATIN = {"bis": 2, "ter": 3, "quater": 4, "quinquies": 5, "sexies": 6}
_KANJI = {sign: count for count, sign in enumerate("〇一二三四五六七八九")}
_KANJI_TENS = {"十": 10, "百": 100}


def spelled(text: str) -> Order:
    """The order of a count however it is written, `1A` as (1, 1) and `7.2` as (7, 2); empty where it is no count."""
    if text[0].isdigit():
        text, _, more = text.replace("-", " ").partition(" ")
        for latin, count in _LATIN.items():
            if more == latin or text.endswith(latin):
                return (*spelled(text.removesuffix(latin)), count)
        text = text.removesuffix("er")
        digits = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        parts = [int(part) if part.isdecimal() else letter(part)[0] for part in digits.split(".") if part.isdecimal() or len(part) == 1]
        return (*parts, *(ord(sign) - ord("a") + 1 for sign in text[len(digits) :].lower()[:1]))
    if text[0] in _KANJI or text[0] in _KANJI_TENS:
        return _kanji(text)
    if text.lower() in _WORDS:
        return (_WORDS[text.lower()],)
    for word, count in _TENTHS.items():
        # décima primera, decimoprimera
        if (rest := text.lower().removeprefix(word).strip()) in _WORDS and text.lower() != rest:
            return (count + _WORDS[rest],)
    return (_TENTHS[text.lower()],) if text.lower() in _TENTHS else roman(text) or (letter(text) if len(text) == 1 else ())


def roman(text: str) -> Order:
    """The value of a Roman number, empty where it is none that anybody writes (`iiii`, `vx`)."""
    values = [_ROMAN.get(sign, 0) for sign in text.lower()]
    if not all(values):
        return ()
    total = sum(-value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True))
    return (total,) if formatted(total, "lowerRoman") == text.lower() else ()


def letter(text: str) -> Order:
    """The place of a letter in the alphabet; `aa` comes after `z`."""
    lower = text.lower()
    if not lower.isascii() or len(set(lower)) != 1 or not lower.isalpha():
        return ()
    return (ord(lower[0]) - ord("a") + 1 + 26 * (len(lower) - 1),)


def _kanji(text: str) -> Order:
    total = digit = 0
    for sign in text:
        if sign in _KANJI_TENS:
            total += (digit or 1) * _KANJI_TENS[sign]
            digit = 0
        elif sign in _KANJI:
            digit = _KANJI[sign]
        elif sign.isdecimal():
            digit = digit * 10 + int(sign)
        else:
            return ()
    return (total + digit,)
