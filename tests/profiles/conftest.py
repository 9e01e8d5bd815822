"""A small well-formed profile in a folder, which tests then spoil in one place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MANIFEST = """\
name: small
version: v1
title: Small
purpose: Find one thing.
max_output_tokens: 1000
categories:
  - name: Term
    kind: duration
    question: How long does it run?
    absence_matters: true
"""
RULES = """\
terms:
  unit: (?:days|years)
rules:
  - id: term
    category: Term
    keywords: [term]
    pattern: 'the term is .{1,20} {unit}'
"""
CASES = """\
cases:
  - name: one
    text: The term is two years.
    findings:
      - category: Term
        quote: The term is two years.
"""
VALUE = "text number unit scale currency date duration period_start period_end period_instant party".split()  # noqa: SIM905 - reads as words


def schema() -> dict[str, object]:
    """The schema of the small profile's answer."""
    parts = {name: {"type": ["number" if name == "number" else "string", "null"]} for name in VALUE}
    finding = {
        "category": {"type": "string", "enum": ["Term"]},
        "state": {"type": "string", "enum": ["present", "unclear"]},
        "quote": {"type": "string"},
        "answer": {"type": "string"},
        "confidence": {"type": ["number", "null"]},
        "value": {"type": "object", "additionalProperties": False, "required": VALUE, "properties": parts},
        "rule_id": {"type": ["string", "null"]},
    }
    item = {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in finding if name != "rule_id"],
        "properties": finding,
    }
    findings = {"findings": {"type": "array", "items": item}}
    return {"type": "object", "additionalProperties": False, "required": ["findings"], "properties": findings}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The version folder of the small profile; its search path is two folders up."""
    folder = tmp_path / "small" / "v1"
    folder.mkdir(parents=True)
    files = {
        "profile.yaml": MANIFEST,
        "rules.yaml": RULES,
        "cases.yaml": CASES,
        "schema.json": json.dumps(schema()),
        "system.jinja": "{{ purpose }} Answer in JSON.",
        "user.jinja": "{{ chunk }}\n\n{% for category in categories %}\n- {{ category.question }}\n{% endfor %}\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
