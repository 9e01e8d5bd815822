"""Profiles: what to ask of a document, as a folder of data (instructions, answer schema, rules, worked examples), strictly checked."""

from nightclerk.profiles.loader import available, load
from nightclerk.profiles.models import Case, Category, ExpectedFinding, Profile, Rule

__all__ = ["Case", "Category", "ExpectedFinding", "Profile", "Rule", "available", "load"]
