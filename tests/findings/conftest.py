"""A small profile for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Category:
    """A category by name."""

    name: str


@dataclass(frozen=True)
class SmallProfile:
    """The two things that parsing needs of a profile."""

    schema: Mapping[str, Any]
    categories: tuple[Category, ...]


def _nullable(kind: str) -> dict[str, Any]:
    return {"type": [kind, "null"]}


@pytest.fixture(scope="session")
def profile() -> SmallProfile:
    """Three categories, and a schema that reaches its value through a definition."""
    names = ["Parties", "Cap On Liability", "Governing Law"]
    texts = ("text", "unit", "scale", "currency", "date", "duration", "period_start", "period_end", "period_instant", "party")
    value = {
        "type": "object",
        "additionalProperties": False,
        "properties": {**dict.fromkeys(texts, _nullable("string")), "number": _nullable("number")},
    }
    item = {
        "type": "object",
        "additionalProperties": False,
        "required": ["category", "state", "quote", "answer"],
        "properties": {
            "category": {"type": "string", "enum": names},
            "state": {"type": "string", "enum": ["present", "unclear"]},
            "quote": {"type": "string"},
            "answer": {"type": "string"},
            "confidence": _nullable("number"),
            "value": {"$ref": "#/$defs/value"},
            "rule_id": _nullable("string"),
        },
    }
    schema = {"type": "object", "$defs": {"value": value}, "properties": {"findings": {"type": "array", "items": item}}}
    return SmallProfile(schema, tuple(Category(name) for name in names))
