"""The language of a document, as an ISO 639-1 code, offline.

CLD2 (naive Bayes over groups of four letters; its tables lie in the library and cost no memory of their own) sees a bounded sample of the
text.
"""

from __future__ import annotations

import re

import pycld2

# a quarter of it from the beginning, the rest from further in: title pages and signature pages are names and numbers
SAMPLE_PARTS, PART_CHARACTERS = 4, 2_500
FEWEST_LETTERS = 20
# enough of a text to hold as many nearly always
BEGINNING = 200
# of the letters; a text of two languages in equal parts has none
LEAST_PERCENT = 60
# codes that were withdrawn, and the two written standards of Norwegian
SAME = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "nb": "no", "nn": "no"}
DECLARED = re.compile(r"[A-Za-z]{2}(?=[-_]|$)")
# what the library takes for broken UTF-8: controls, surrogates, noncharacters
REFUSED = re.compile(
    "[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)


def language_of(text: str, declared: str = "") -> str:
    """The language of a text, e.g. `de`; empty where it is too short or too mixed to tell and nothing usable was declared.

    Args:
        text: the text of a document.
        declared: what the file says its language is, e.g. `de-AT`. It counts where the text does not say clearly otherwise: templates
            and programs leave `en` in files of any language.
    """
    return _detected(text) or _normal(declared)


def _detected(text: str) -> str:
    sample = _sample(text)
    # all that is refused is not printable; looking for that takes a fifth of the time
    if not sample.replace("\n", " ").isprintable():
        sample = REFUSED.sub(" ", sample)
    if all(sum(map(str.isalpha, part)) < FEWEST_LETTERS for part in (sample[:BEGINNING], sample)):
        return ""
    reliable, _, (best, *_) = pycld2.detect(sample, isPlainText=True)
    _, code, percent, _ = best
    # a code may name the script, too: zh-Hant
    code = code.partition("-")[0]
    return SAME.get(code, code) if reliable and percent >= LEAST_PERCENT and len(code) == 2 else ""


def _sample(text: str) -> str:
    if len(text) <= SAMPLE_PARTS * PART_CHARACTERS:
        return text
    starts = (part * (len(text) - PART_CHARACTERS) // SAMPLE_PARTS for part in range(SAMPLE_PARTS))
    return "\n".join(text[start : start + PART_CHARACTERS] for start in starts)


def _normal(declared: str) -> str:
    match = DECLARED.match(declared.strip())
    code = match[0].lower() if match else ""
    return SAME.get(code, code)
