"""What must hold between the files of a profile; each breach is one `ProfileError` that names the file and the key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match

from nightclerk.errors import ProfileError
from nightclerk.profiles import templates
from nightclerk.profiles.models import VALUE_FIELDS, Profile

_SENTINEL = "nightclerk-chunk-goes-here"
_BESIDE = "nightclerk-context-goes-here"


def schema(path: Path, text: str) -> Mapping[str, Any]:
    """Parse schema.json and check it against its own dialect."""
    try:
        parsed = json.loads(text)
        Draft202012Validator.check_schema(parsed)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ProfileError(f"{path}: not JSON: {error}") from None
    except SchemaError as error:
        raise ProfileError(f"{path}: {error.json_path}: {error.message}") from None
    if not isinstance(parsed, dict):
        raise ProfileError(f"{path}: must be a JSON object")
    return parsed


def profile(candidate: Profile, folder: Path) -> None:
    """Check everything that one file alone cannot show; raises `ProfileError`."""
    _asking(candidate, folder / "profile.yaml")
    _categories(candidate, folder)
    _answers(candidate, folder / "schema.json")
    _rules(candidate, folder / "rules.yaml")
    _cases(candidate, folder / "cases.yaml")
    for name in ("system.jinja", "user.jinja"):
        _template(candidate, folder / name)


def _asking(candidate: Profile, path: Path) -> None:
    """What a profile wants of the asking must be there, and make sense together."""
    if candidate.most_votes > 1 and candidate.model.temperature == 0:
        raise ProfileError(f"{path}: votes: at model.temperature 0 all samples are the same; raise it, or ask for one sample")


def _categories(candidate: Profile, folder: Path) -> None:
    names = [category.name for category in candidate.categories]
    _unique(names, folder / "profile.yaml", "categories")
    path = "properties.findings.items.properties.category.enum"
    value: Any = candidate.schema
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, list) or sorted(map(str, value)) != sorted(names):
        raise ProfileError(f"{folder / 'schema.json'}: {path}: must list exactly the categories of profile.yaml{_difference(value, names)}")


def _answers(candidate: Profile, path: Path) -> None:
    """The schema must take what the rules analyst answers, and be closed, as the strict modes of providers want it."""
    for place, part in _objects(candidate.schema, "$"):
        if part.get("additionalProperties") is not False:
            raise ProfileError(f"{path}: {place}: additionalProperties must be false")
    sample = {"category": candidate.categories[0].name, "state": "present", "quote": "q", "answer": "a", "confidence": None}
    finding = sample | {"value": dict.fromkeys(VALUE_FIELDS), "rule_id": "r"}
    breach = best_match(Draft202012Validator(candidate.schema).iter_errors({"findings": [finding]}))
    if breach is not None:
        raise ProfileError(f"{path}: {breach.json_path}: does not take an answer of the rules analyst: {breach.message}")


def _objects(part: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(part, Mapping):
        if isinstance(part.get("properties"), Mapping):
            yield place, part
        for key, value in part.items():
            yield from _objects(value, f"{place}.{key}")
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _objects(value, f"{place}[{number}]")


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
        for clause_path, context in (("", ""), ("1", _BESIDE)):
            variables = templates.variables(candidate, chunk=_SENTINEL, clause_path=clause_path, context=context)
            _rendered(templates.compiled(source).render(variables), path)
    except ProfileError:
        raise
    except TemplateError as error:
        line = f"line {error.lineno}: " if isinstance(error, TemplateSyntaxError) else ""
        raise ProfileError(f"{path}: {line}{error.message}") from None
    except Exception as error:  # noqa: BLE001 - an expression in a template can raise anything; it is always the template's fault
        raise ProfileError(f"{path}: {type(error).__name__}: {error}") from None


def shows_context(source: str) -> bool:
    """Whether a template shows `context`; one that is no template is refused later, by name."""
    try:
        return templates.shows_context(source)
    except TemplateError:
        return False


def _rendered(text: str, path: Path) -> None:
    lines = text.splitlines()
    if path.name == "system.jinja" and _SENTINEL in text:
        raise ProfileError(f"{path}: chunk: the document's text belongs into user.jinja")
    if path.name == "user.jinja" and (lines.count(_SENTINEL) != 1 or text.count(_SENTINEL) != 1):
        raise ProfileError(f"{path}: chunk: must be shown once, unchanged, on lines of its own")
    if path.name == "user.jinja" and any(line.startswith(("<chunk", "</chunk", "<context", "</context")) for line in lines):
        raise ProfileError(f"{path}: chunk: comes with its marks; a line of the template must not look like one")
    if path.name == "system.jinja" and _BESIDE in text:
        raise ProfileError(f"{path}: context: the document's text belongs into user.jinja")
    if text.count(_BESIDE) != lines.count(_BESIDE) or lines.count(_BESIDE) > 1:
        raise ProfileError(f"{path}: context: must be shown once at most, unchanged, on lines of its own")


def _unique(names: Iterable[str], path: Path, key: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProfileError(f"{path}: {key}: {name!r} stands twice")
        seen.add(name)
