"""Profiles: what to ask of a document, as a folder of data (instructions, answer schema, rules, worked examples), strictly checked."""

from nightclerk.profiles import schema
from nightclerk.profiles.loader import available, load, restore
from nightclerk.profiles.models import Case, Category, ExpectedFinding, Profile, Rule

__all__ = ["Case", "Category", "ExpectedFinding", "Profile", "Rule", "available", "load", "restore", "schema"]
