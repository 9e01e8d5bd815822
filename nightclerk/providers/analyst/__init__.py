"""The rules analyst: sentences, keywords, patterns and typed values. It quotes what it finds and never claims that something is absent."""

from nightclerk.providers.analyst.analyst import answer

__all__ = ["answer"]
