"""The JSON schema of an answer, made from a profile's categories: what the model is shown and what its answer is checked against."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from nightclerk.profiles.models import VALUE_FIELDS, Category

_VALUES = {
    "text": "the value as the quote words it",
    "number": "the number as written, without its scale, unit or currency",
    "unit": "what is counted: percent, days, shares",
    "scale": "thousand, million or billion, where the quote or its table says so",
    "currency": "ISO 4217 code",
    "date": "YYYY-MM-DD",
    "duration": "ISO 8601, such as P30D or P2Y",
    "period_start": "first day of the period, YYYY-MM-DD",
    "period_end": "last day of the period, YYYY-MM-DD",
    "period_instant": "the day on which a balance stands, YYYY-MM-DD",
    "party": "who is meant or bound",
}


def made(categories: Sequence[Category]) -> str:
    """The text of schema.json for these categories, closed everywhere, as the strict modes of providers want it."""
    finding = _object(
        {
            "category": {"type": "string", "enum": [category.name for category in categories]},
            "state": {"type": "string", "enum": ["present", "unclear"]},
            "quote": {"type": "string", "description": "verbatim text of the chunk"},
            "answer": {"type": "string", "description": "short answer to the question"},
            "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "value": _object({name: _nullable(name) for name in VALUE_FIELDS}),
        }
    )
    finding["properties"]["rule_id"] = {"type": ["string", "null"], "description": "given by the rules analyst only"}
    findings = {"type": "array", "description": "every instance in the chunk; empty where there is none", "items": finding}
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Findings", **_object({"findings": findings})}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


def _nullable(name: str) -> dict[str, Any]:
    return {"type": ["number" if name == "number" else "string", "null"], "description": _VALUES[name]}
