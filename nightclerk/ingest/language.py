"""The language of a document, as an ISO 639-1 code, offline.

py3langid (naive Bayes over byte n-grams, after Lui and Baldwin 2012) sees a bounded sample of the text. The model takes half a second of
CPU and 60 MB, and unpacking it writes a temporary file: the reading process loads it once, before it forks a child that may write none.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# a quarter of it from the beginning, the rest from further in: title pages and signature pages are names and numbers
SAMPLE_PARTS, PART_CHARACTERS = 4, 2_500
FEWEST_LETTERS = 20
LEAST_PROBABILITY = 0.9
# codes that were withdrawn, and the two written standards of Norwegian, which the model tells apart badly
SAME = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no"}
DECLARED = re.compile(r"[A-Za-z]{2}(?=[-_]|$)")


@cache
def identifier() -> LanguageIdentifier:
    """The model, loaded by the first call, with its languages restricted to those that have a code of two letters."""
    # the matrices are small, and a process that forks must have no threads
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages([code for code in model.labels if len(code) == 2])
    return model


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
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS:
        return ""
    code, probability = identifier().classify(sample)
    return SAME.get(code, code) if probability >= LEAST_PROBABILITY else ""


def _sample(text: str) -> str:
    if len(text) <= SAMPLE_PARTS * PART_CHARACTERS:
        return text
    starts = (part * (len(text) - PART_CHARACTERS) // SAMPLE_PARTS for part in range(SAMPLE_PARTS))
    return "\n".join(text[start : start + PART_CHARACTERS] for start in starts)


def _normal(declared: str) -> str:
    match = DECLARED.match(declared.strip())
    code = match[0].lower() if match else ""
    return SAME.get(code, code)
