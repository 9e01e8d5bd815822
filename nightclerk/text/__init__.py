"""Folding a text, keeping the way back to every character of its source, and finding where a quote stands."""

from nightclerk.text.align import Alignment
from nightclerk.text.borders import clean_span
from nightclerk.text.fold import Folded, fold, letters
from nightclerk.text.locate import Locator

__all__ = ["Alignment", "Folded", "Locator", "clean_span", "fold", "letters"]
