"""Whatever is wrong in a profile is one clear error before any call: the file, the key, and what is the matter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightclerk import profiles
from nightclerk.errors import ProfileError

# file, what is replaced, by what, and what the message must say
SPOILT = [
    ("profile.yaml", "title: Small", "titel: Small", r"profile\.yaml: (title|titel)"),
    ("profile.yaml", "title: Small", "title: Small\ncolour: red", r"profile\.yaml: colour: "),
    ("profile.yaml", "title: Small", "title: Small\ntitle: Other", r"profile\.yaml: not YAML: .*'title' stands twice"),
    ("profile.yaml", "title: Small", "title: [Small", r"profile\.yaml: not YAML"),
    ("profile.yaml", "name: small", "name: other", r"profile\.yaml: name and version must be those of its folder"),
    ("profile.yaml", "kind: duration", "kind: length", r"profile\.yaml: categories\.Term\.kind: "),
    ("profile.yaml", "absence_matters: true", "absence_matters: true\n    absent: true", r"profile\.yaml: categories\.Term\.absent: "),
    ("profile.yaml", "max_output_tokens: 1000", "max_output_tokens: 10", r"profile\.yaml: max_output_tokens: "),
    ("profile.yaml", "name: Term", "name: Length", r"schema\.json: .*enum.*missing: Length; unknown: Term"),
    ("rules.yaml", "category: Term", "category: Length", r"rules\.yaml: rule term: category 'Length' is not in profile\.yaml"),
    ("rules.yaml", "the term is", "the (term is", r"rules\.yaml: rules\.term\.pattern: not a regular expression"),
    ("rules.yaml", "the term is", "((t{1000}){1000}){1000}", r"rules\.yaml: rules\.term\.pattern: its repeats come to more than"),
    ("rules.yaml", "the term is", "t{4294967290}", r"rules\.yaml: rules\.term\.pattern: its repeats come to more than"),
    ("rules.yaml", "the term is", "(?#a bracket: ()t", r"rules\.yaml: rules\.term\.pattern: comments and \(\?x\)"),
    ("rules.yaml", "the term is", r"the \X term", r"rules\.yaml: rules\.term\.pattern: not a regular expression"),
    ("rules.yaml", "{unit}", "{units}", r"rules\.yaml: rules\.term\.pattern: there is no term \{units\}"),
    ("rules.yaml", "keywords: [term]", "keywords: [Term]", r"rules\.yaml: rules\.term\.keywords\.0: "),
    ("rules.yaml", "keywords: [term]", "keywords: []", r"rules\.yaml: rules\.term\.keywords: "),
    ("rules.yaml", "keywords: [term]", "keywords: [term]\n    quotes: match", r"rules\.yaml: rules\.term\.quotes: "),
    ("rules.yaml", "keywords: [term]", "keywords: [term]\n    reach: opening", r"rules\.yaml: rules\.term: reach: opening needs"),
    (
        "cases.yaml",
        "quote: The term is two years.",
        "quote: The term is three years.",
        r"cases\.yaml: case one: the quote .* does not stand",
    ),
    ("cases.yaml", "category: Term", "category: Length", r"cases\.yaml: case one: category 'Length'"),
    ("cases.yaml", "name: one", "name: one\n    expected: nothing", r"cases\.yaml: cases\.one\.expected: "),
    ("schema.json", '"type": "object"', '"type": "thing"', r"schema\.json: \$.*type"),
    ("schema.json", '"required": ["findings"]', '"required": ["findings"', r"schema\.json: not JSON"),
    ("schema.json", '"additionalProperties": false', '"additionalProperties": true', r"schema\.json: \$: additionalProperties"),
    ("schema.json", '"rule_id": {"type": ["string", "null"]}', '"other": {"type": "null"}', r"schema\.json: .*rule_id"),
    ("system.jinja", "{{ purpose }}", "{{ porpoise }}", r"system\.jinja: porpoise: no such variable"),
    ("system.jinja", "{{ purpose }}", "{{ purpose", r"system\.jinja: line 1: "),
    ("system.jinja", "{{ purpose }}", "{{ chunk }}", r"system\.jinja: chunk: "),
    ("system.jinja", "{{ purpose }}", "{{ purpose.length }}", r"system\.jinja: .*length"),
    ("system.jinja", "{{ purpose }}", "{{ 1 // 0 }}", r"system\.jinja: ZeroDivisionError"),
    ("system.jinja", "{{ purpose }}", "{% if clause_path %}{{ clause_path.x }}{% endif %}", r"system\.jinja: .*x"),
    ("user.jinja", "category.question", "category.questoin", r"user\.jinja: .*questoin"),
    ("user.jinja", "{{ chunk }}", "Nothing.", r"user\.jinja: chunk: must be shown once"),
    ("user.jinja", "{{ chunk }}", "{{ chunk }}\n{{ chunk }}", r"user\.jinja: chunk: must be shown once"),
    ("user.jinja", "{{ chunk }}", "  {{ chunk }}", r"user\.jinja: chunk: must be shown once"),
    ("user.jinja", "{{ chunk }}", "{{ chunk | upper }}", r"user\.jinja: chunk: must be shown once"),
    ("user.jinja", "{{ chunk }}", '<chunk id="1" of="1">\nx\n</chunk>\n{{ chunk }}', r"user\.jinja: chunk: comes with its marks"),
    ("user.jinja", "{{ chunk }}", "{{ chunk }}\n{{ ''.__class__.__mro__ }}", r"user\.jinja: .*unsafe"),
    ("user.jinja", "{{ chunk }}", "{{ chunk }}\n{{ categories.append(1) }}", r"user\.jinja: .*(unsafe|safely)"),
]


@pytest.mark.parametrize(("name", "before", "after", "message"), SPOILT, ids=[f"{row[0]}-{number}" for number, row in enumerate(SPOILT)])
def test_each_mistake_is_named(small: Path, name: str, before: str, after: str, message: str) -> None:
    """One mistake, one line that names the file and the key."""
    text = (small / name).read_text()
    assert before in text
    (small / name).write_text(text.replace(before, after, 1))
    with pytest.raises(ProfileError, match=message) as caught:
        profiles.load("small", [small.parents[1]])
    assert str(small) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_manifest_is_named(small: Path) -> None:
    """Without its first file a folder is no profile."""
    (small / "profile.yaml").unlink()
    with pytest.raises(ProfileError, match=r"profile\.yaml: the file is missing"):
        profiles.load("small", [small.parents[1]])


@pytest.mark.parametrize("name", ["profile.yaml", "rules.yaml", "cases.yaml", "schema.json"])
@pytest.mark.parametrize("content", [b"", b"[]", b"42", b"\xff\xfe\x00", b"null", b"!!python/object/apply:os.getcwd []", b"[" * 3000])
def test_a_file_that_is_something_else_is_an_error(small: Path, name: str, content: bytes) -> None:
    """An empty file, a list, a number, no text at all, a call into Python, endless nesting: never another kind of traceback."""
    (small / name).write_bytes(content)
    with pytest.raises(ProfileError, match=name):
        profiles.load("small", [small.parents[1]])


def test_names_stand_once(small: Path) -> None:
    """Two categories, rules or cases of one name would silently be one."""
    document = json.loads((small / "schema.json").read_text())
    document["properties"]["findings"]["items"]["properties"]["category"]["enum"] = ["Term"]
    (small / "schema.json").write_text(json.dumps(document))
    rules = (small / "rules.yaml").read_text()
    (small / "rules.yaml").write_text(rules + rules[rules.index("  - id") :])
    with pytest.raises(ProfileError, match=r"rules\.yaml: rules: 'term' stands twice"):
        profiles.load("small", [small.parents[1]])
