"""In which language a passage is, so that it is never read with the words of another one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pycld2

from nightclerk.findings.verify.languages import LANGUAGES, Language

# letters that Persian, Urdu, Pashto and Kurdish have and Arabic has not
_NOT_ARABIC = re.compile("[پچژگکیےہڈڑٹ]")
_KANA = re.compile("[\u3040-\u30ff]")
_WORDS = re.compile(r"[^\W\d_]+")
# what pycld2 takes for broken text
_REFUSED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
FEW_WORDS = 8
_SURE_LETTERS = 40
_SHARE = 0.12


def language_in(text: str, document_language: str) -> tuple[str, Language | None]:
    """(code, tables) of a passage; the tables are None where the language is not one of those that are known.

    The code is empty where there is nothing to tell by (a name, a figure) and nothing is known of the document. Letters of another script
    decide at once. Of Latin script the document's language is taken unless the passage has hardly any of its little words and is surely
    something else.
    """
    code = _code(text, document_language)
    return code, LANGUAGES.get(code)


def _code(text: str, document_language: str) -> str:
    script = _script(text)
    if script != "LATIN":
        return _by_script(text, script, document_language)
    words = [word.casefold() for word in _WORDS.findall(text[:2_000])]
    known = LANGUAGES.get(document_language)
    if known and known.spaced and (len(words) < FEW_WORDS or _share(words, known) >= _SHARE):
        return document_language
    return _detected(text, words) or document_language or ("und" if len(words) >= FEW_WORDS else "")


def _by_script(text: str, script: str, document_language: str) -> str:
    if not script:
        return document_language
    if script == "ARABIC":
        return "fa" if _NOT_ARABIC.search(text) and document_language != "ar" else "ar"
    if script in ("HIRAGANA", "KATAKANA", "CJK"):
        return "ja" if _KANA.search(text) or document_language == "ja" else "zh"
    return {"CYRILLIC": "ru", "GREEK": "el", "HANGUL": "ko", "HEBREW": "he", "THAI": "th", "DEVANAGARI": "hi"}.get(script, script.lower())


def _script(text: str) -> str:
    """The script of most letters, as Unicode names it; empty where there are none."""
    seen: Counter[str] = Counter()
    for character in text[:400]:
        if character.isascii():
            seen["LATIN"] += character.isalpha()
        elif character.isalpha():
            seen[unicodedata.name(character, "?").partition(" ")[0]] += 2 if ord(character) > 0x3000 else 1
    return max(seen, key=seen.__getitem__) if seen and seen.total() else ""


def _detected(text: str, words: list[str]) -> str:
    shares = {code: _share(words, language) for code, language in LANGUAGES.items() if language.spaced}
    best = max(shares, key=shares.__getitem__)
    if sum(map(len, words)) >= _SURE_LETTERS:
        reliable, _, (first, *_) = pycld2.detect(_REFUSED.sub(" ", text[:2_000]), isPlainText=True)
        if reliable and first[2] >= 80:
            return str(first[1].partition("-")[0])
    if shares[best] >= 2 * _SHARE or (len(words) < FEW_WORDS and shares[best] > 0):
        return best
    return ""


def _share(words: list[str], language: Language) -> float:
    return sum(word in language.function_words for word in words) / len(words) if words else 0.0
