"""The two templates of a profile: a sandbox without loose ends, and the variables that they may use."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import StrictUndefined, Template, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from nightclerk.profiles.models import Profile

# users bring their own profiles: a template may format what it is given, and reach nothing else
_SANDBOX = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False)
VARIABLES = frozenset({"title", "purpose", "categories", "examples", "chunk", "clause_path", "context", "answer_language"})


def compiled(source: str) -> Template:
    """Compile one template; raises `jinja2.TemplateError`."""
    return _SANDBOX.from_string(source)


def undeclared(source: str) -> set[str]:
    """The variables a template uses that no template is given."""
    return meta.find_undeclared_variables(_SANDBOX.parse(source)) - VARIABLES


def shows_context(source: str) -> bool:
    """Whether a template shows the passages that a chunk needs beside it."""
    return "context" in meta.find_undeclared_variables(_SANDBOX.parse(source))


def variables(profile: Profile, *, chunk: str, clause_path: str, context: str = "") -> dict[str, Any]:
    """What both templates are given: plain values only. `chunk` and `context` are wrapped text, `examples` the cases to show."""
    return {
        "title": profile.title,
        "purpose": profile.purpose,
        "categories": [category.model_dump() for category in profile.categories],
        "examples": [_example(profile, number) for number, case in enumerate(profile.cases) if case.show],
        "chunk": chunk,
        "clause_path": clause_path,
        "context": context,
        "answer_language": profile.answer_language,
    }


def _example(profile: Profile, number: int) -> dict[str, str]:
    case = profile.cases[number]
    found = [{"category": item.category, "quote": item.quote, "answer": item.answer} for item in case.findings]
    return {"text": case.text, "findings": json.dumps(found, ensure_ascii=False)}
