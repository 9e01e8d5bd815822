"""Finds a profile's folder, reads its files and refuses whatever is not well formed, before any call is paid."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

try:
    # libyaml, where PyYAML was built with it: ten times the speed
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]
from pydantic import BaseModel, ValidationError

import nightclerk
from nightclerk.errors import ProfileError, UnknownProfile
from nightclerk.profiles import check, schema
from nightclerk.profiles.models import CaseBook, Manifest, Profile, RuleBook
from nightclerk.profiles.patterns import TERM

SHIPPED = Path(nightclerk.__file__).parent.parent / "prompts"
FILES = ("profile.yaml", "system.jinja", "user.jinja", "schema.json", "rules.yaml", "cases.yaml")
# taken where a profile has none of its own; the schema is then made from its categories
DEFAULTS = {
    "system.jinja": Path(__file__).parent / "default" / "system.jinja",
    "user.jinja": Path(__file__).parent / "default" / "user.jinja",
}
OPTIONAL = {"rules.yaml": "rules: []\n", "cases.yaml": "cases: []\n"}

_NAME = re.compile(r"([a-z][a-z0-9_]*)(?:/(v[1-9][0-9]*))?")
_M = TypeVar("_M", bound=BaseModel)


def load(name: str, search_path: Sequence[Path] = ()) -> Profile:
    """Load `contract_review` (its newest version) or `contract_review/v1`; folders of the search path come before the shipped one.

    Raises:
        UnknownProfile: no folder holds it; the message lists what there is.
        ProfileError: a file of it is not well formed; the message names the file and the key.
    """
    parts = _NAME.fullmatch(name)
    found = [folder for folder in _folders(search_path) if parts and folder.parent.name == parts[1] and parts[2] in (None, folder.name)]
    if not found:
        known = ", ".join(available(search_path)) or "none"
        raise UnknownProfile(f"there is no profile {name!r}; there are: {known}")
    return _read(found[0])


def available(search_path: Sequence[Path] = ()) -> list[str]:
    """The profiles that can be loaded, as `name/version`, sorted by name, newest version first."""
    ids = {f"{folder.parent.name}/{folder.name}" for folder in _folders(search_path)}
    return sorted(ids, key=lambda item: (item.split("/v")[0], -int(item.split("/v")[1])))


def _folders(search_path: Sequence[Path]) -> Iterator[Path]:
    """Every version folder, in the order in which they are preferred: by search path, then newest first."""
    for root in (*search_path, SHIPPED):
        versions = (folder for folder in root.expanduser().glob("*/v*") if folder.is_dir())
        named = [folder for folder in versions if _NAME.fullmatch(f"{folder.parent.name}/{folder.name}")]
        yield from sorted(named, key=lambda folder: (folder.parent.name, -int(folder.name[1:])))


def restore(name: str, version: str, content: Mapping[str, str]) -> Profile:
    """The profile whose files are these, as `prompt_versions` keeps them: what was asked with it is settled with it, come what may on disk.

    Raises:
        ProfileError: this version of Nightclerk does not take it any more.
    """
    return _restored(name, version, tuple(sorted(content.items())))


@lru_cache(maxsize=16)
def _restored(name: str, version: str, content: tuple[tuple[str, str], ...]) -> Profile:
    return _made(Path("prompt_versions") / name / version, dict(content))


def _read(folder: Path) -> Profile:
    content = {name: _text(folder, name) for name in FILES if name == "profile.yaml" or (folder / name).exists()}
    content |= {name: path.read_text(encoding="utf-8") for name, path in DEFAULTS.items() if name not in content}
    content |= {name: text for name, text in OPTIONAL.items() if name not in content}
    if "schema.json" not in content:
        content["schema.json"] = schema.made(_parse(Manifest, folder / "profile.yaml", content["profile.yaml"]).categories)
    return _made(folder, content)


def _made(folder: Path, content: dict[str, str]) -> Profile:
    manifest = _parse(Manifest, folder / "profile.yaml", content["profile.yaml"])
    if (manifest.name, manifest.version) != (folder.parent.name, folder.name):
        raise ProfileError(f"{folder / 'profile.yaml'}: name and version must be those of its folder, {folder.parent.name}/{folder.name}")
    profile = Profile(
        name=manifest.name,
        version=manifest.version,
        title=manifest.title,
        purpose=manifest.purpose,
        max_output_tokens=manifest.max_output_tokens,
        categories=manifest.categories,
        schema=check.schema(folder / "schema.json", content["schema.json"]),
        rules=_parse(RuleBook, folder / "rules.yaml", content["rules.yaml"]).effective(),
        cases=_parse(CaseBook, folder / "cases.yaml", content["cases.yaml"]).cases,
        content=content,
        sha256=_sha256(content),
        answer_language=manifest.answer_language,
        votes=manifest.votes,
        second_pass=manifest.second_pass,
        model=manifest.model,
        context_tokens=manifest.context_tokens if check.shows_context(content["user.jinja"]) else 0,
        document_checks=manifest.document_checks,
    )
    check.profile(profile, folder)
    return profile


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ProfileError(f"{folder / name}: the file is missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{folder / name}: cannot be read: {error}") from None


def _sha256(content: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(content.items()):
        digest.update(f"{name}\0{len(text)}\0{text}\0".encode())
    return digest.hexdigest()


class _UniqueKeys(SafeLoader):
    """YAML where a key that stands twice is an error; PyYAML would let the second one win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a repeated key."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = next((key for number, key in enumerate(keys) if key in keys[:number]), None)
        if repeated is not None:
            raise yaml.constructor.ConstructorError(None, None, f"the key {repeated!r} stands twice", node.start_mark)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _parse(model: type[_M], path: Path, text: str) -> _M:
    data: Any = None
    try:
        # a SafeLoader by inheritance
        data = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506
        return model.model_validate(_with_terms(data) if model is RuleBook else data)
    except (yaml.YAMLError, RecursionError) as error:
        raise ProfileError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ProfileError(f"{path}: {_key(data, first['loc'])}: {first['msg'].removeprefix('Value error, ')}") from None


def _key(data: Any, location: tuple[int | str, ...]) -> str:
    """Where in a file something is wrong, as a person would say it: `rules.audit.pattern` and not `rules.38.pattern`."""
    parts = []
    for part in location:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            data = None
        named = data if isinstance(data, dict) and isinstance(part, int) else {}
        parts.append(str(named.get("id") or named.get("name") or part))
    return ".".join(parts) or "the file"


def _with_terms(data: Any) -> Any:
    """Put the terms of rules.yaml into its patterns, and into each other, in the order in which they are declared."""
    if not isinstance(data, dict) or not isinstance(data.get("terms"), dict):
        return data
    terms: dict[str, str] = {}
    for name, value in data["terms"].items():
        terms[name] = _filled(value, terms)
    return {key: value if key == "terms" else _filled(value, terms) for key, value in data.items()}


def _filled(value: Any, terms: dict[str, str]) -> Any:
    if isinstance(value, str):
        return TERM.sub(lambda match: f"(?:{terms[match[1]]})" if match[1] in terms else match[0], value)
    if isinstance(value, list):
        return [_filled(item, terms) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, terms) for key, item in value.items()}
    return value
