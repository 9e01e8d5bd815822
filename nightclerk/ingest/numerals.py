"""Counts as lists print them: digits, letters, Roman numerals, words."""

from __future__ import annotations

from nightclerk.ingest.numerals_world import WORLD

ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}


def formatted(count: int, form: str) -> str:
    """A count in one of the number formats of Word (ECMA-376 part 1, 17.18.59); one that is not known is written in digits."""
    if form in {"none", "bullet"}:
        return ""
    if form in {"lowerRoman", "upperRoman"}:
        return _cased(_roman(count), form)
    if form in {"lowerLetter", "upperLetter"}:
        # z is followed by aa, bb, cc
        return _cased(chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1) if 0 < count <= 780 else str(count), form)
    if form in {"lowerLetter2", "upperLetter2"}:
        return _cased(_columns(count), form)
    if form == "decimalZero" or form.startswith("0"):
        return str(count).zfill(len(form.split(",")[0].strip()) if form.startswith("0") else 2)
    if form == "ordinal":
        return f"{count}{_ordinal_ending(count)}"
    if form in {"cardinalText", "ordinalText"}:
        return (_ordinal(_cardinal(count)) if form == "ordinalText" else _cardinal(count)).capitalize()
    if form == "decimalEnclosedParen":
        return f"({count})"
    return WORLD.get(form, str)(count)


def _cased(text: str, form: str) -> str:
    return text.upper() if form.startswith("upper") else text


def _columns(count: int) -> str:
    """Letters as those of the columns of a sheet, and of lists in OpenDocument: z is followed by aa, ab, ac."""
    text = ""
    while count > 0:
        count, place = divmod(count - 1, 26)
        text = chr(ord("a") + place) + text
    return text or str(count)


def _roman(count: int) -> str:
    if not 0 < count < 5000:
        return str(count)
    text = ""
    for worth, sign in ROMAN:
        times, count = divmod(count, worth)
        text += sign * times
    return text


def _ordinal_ending(count: int) -> str:
    return "th" if count % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")


def _cardinal(count: int) -> str:
    if not 0 <= count < 10_000:
        return str(count)
    if count >= 1000:
        return f"{ONES[count // 1000]} thousand" + (f" {_cardinal(count % 1000)}" if count % 1000 else "")
    if count < 20:
        return ONES[count]
    if count < 100:
        return TENS[count // 10 - 2] + (f"-{ONES[count % 10]}" if count % 10 else "")
    return f"{ONES[count // 100]} hundred" + (f" {_cardinal(count % 100)}" if count % 100 else "")


def _ordinal(words: str) -> str:
    if words.isdecimal():
        return words + _ordinal_ending(int(words))
    head, mark, last = words.rpartition("-") if "-" in words else words.rpartition(" ")
    ending = ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return head + mark + ending
