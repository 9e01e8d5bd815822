"""What must hold between the files of a profile; each breach is one `ProfileError` that names the file and the key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from nightclerk.errors import ProfileError
from nightclerk.profiles import templates
from nightclerk.profiles.models import Profile

_SENTINEL = "nightclerk-chunk-goes-here"


def schema(path: Path, text: str) -> Mapping[str, Any]:
    """Parse schema.json and check it against its own dialect."""
    try:
        parsed = json.loads(text)
        Draft202012Validator.check_schema(parsed)
    except json.JSONDecodeError as error:
        raise ProfileError(f"{path}: not JSON: {error}") from None
    except SchemaError as error:
        raise ProfileError(f"{path}: {error.json_path}: {error.message}") from None
    if not isinstance(parsed, dict):
        raise ProfileError(f"{path}: must be a JSON object")
    return parsed


def profile(candidate: Profile, folder: Path) -> None:
    """Check everything that one file alone cannot show; raises `ProfileError`."""
    _categories(candidate, folder)
    _rules(candidate, folder / "rules.yaml")
    _cases(candidate, folder / "cases.yaml")
    for name in ("system.jinja", "user.jinja"):
        _template(candidate, folder / name)


def _categories(candidate: Profile, folder: Path) -> None:
    names = [category.name for category in candidate.categories]
    _unique(names, folder / "profile.yaml", "categories")
    path = "properties.findings.items.properties.category.enum"
    value: Any = candidate.schema
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, list) or sorted(map(str, value)) != sorted(names):
        raise ProfileError(f"{folder / 'schema.json'}: {path}: must list exactly the categories of profile.yaml{_difference(value, names)}")


def _difference(value: Any, names: list[str]) -> str:
    listed = {str(item) for item in value} if isinstance(value, list) else set()
    missing, surplus = sorted(set(names) - listed), sorted(listed - set(names))
    return (f"; missing: {', '.join(missing)}" if missing else "") + (f"; unknown: {', '.join(surplus)}" if surplus else "")


def _rules(candidate: Profile, path: Path) -> None:
    names = {category.name for category in candidate.categories}
    _unique([rule.id for rule in candidate.rules], path, "rules")
    for rule in candidate.rules:
        if rule.category not in names:
            raise ProfileError(f"{path}: rule {rule.id}: category {rule.category!r} is not in profile.yaml")


def _cases(candidate: Profile, path: Path) -> None:
    names = {category.name for category in candidate.categories}
    _unique([case.name for case in candidate.cases], path, "cases")
    for case in candidate.cases:
        for finding in case.findings:
            if finding.category not in names:
                raise ProfileError(f"{path}: case {case.name}: category {finding.category!r} is not in profile.yaml")
            if finding.quote not in case.text:
                raise ProfileError(f"{path}: case {case.name}: the quote {finding.quote!r} does not stand in its text")


def _template(candidate: Profile, path: Path) -> None:
    source = candidate.content[path.name]
    try:
        unknown = sorted(templates.undeclared(source))
        if unknown:
            raise ProfileError(f"{path}: {unknown[0]}: no such variable; there are {', '.join(sorted(templates.VARIABLES))}")
        rendered = templates.compiled(source).render(templates.variables(candidate, chunk=_SENTINEL, clause_path="1"))
    except TemplateError as error:
        line = f"line {error.lineno}: " if getattr(error, "lineno", None) else ""
        raise ProfileError(f"{path}: {line}{error.message}") from None
    lines = rendered.splitlines()
    if path.name == "user.jinja" and lines.count(_SENTINEL) != 1:
        raise ProfileError(f"{path}: chunk: must show {{{{ chunk }}}} once, on lines of its own")
    if path.name == "system.jinja" and _SENTINEL in rendered:
        raise ProfileError(f"{path}: chunk: the document's text belongs into user.jinja")


def _unique(names: Iterable[str], path: Path, key: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProfileError(f"{path}: {key}: {name!r} stands twice")
        seen.add(name)
