"""One question: a profile's templates, filled with one chunk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Template

from nightclerk import tokens
from nightclerk.profiles import Profile, templates
from nightclerk.prompting.marks import escape, wrap_chunk, wrap_context
from nightclerk.records import Ask, Chunk, Passage

_PATH_CHARACTERS = 200
# stands for a passage that is not sent, and reads as an elision wherever it is quoted
LEFT_OUT = "[…]"


def ask(
    profile: Profile,
    chunk: Chunk,
    chunk_count: int,
    *,
    sample: int = 0,
    left_out: Sequence[tuple[int, int]] = (),
    beside: Sequence[Passage] = (),
) -> Ask:
    """The question about one chunk (`chunk.ordinal` of `chunk_count`), the same for the same input.

    The document's name is not part of it, so that equal chunks of two documents are one request. `sample` numbers votes. `left_out` are
    spans of the document, in order, that are not sent: `[…]` stands in their place. `beside` are the passages that the template's
    variable `context` shows.
    """
    shown = wrap_chunk(_without(chunk, left_out), chunk.ordinal, chunk_count)
    context = "\n".join(wrap_context(passage, _quoted_path(passage.clause_path)) for passage in beside)
    variables = templates.variables(profile, chunk=shown, clause_path=_quoted_path(chunk.clause_path), context=context)
    system = _template(profile.content["system.jinja"]).render(variables)
    user = _template(profile.content["user.jinja"]).render(variables)
    return Ask(
        profile=profile.name,
        version=profile.version,
        prompt_sha256=profile.sha256,
        system=system,
        user=user,
        schema_name=f"{profile.name}_{profile.version}",
        schema=_strict(profile.schema),
        chunk_text=chunk.text,
        position=(chunk.ordinal, chunk_count),
        max_output_tokens=profile.max_output_tokens,
        prompt_tokens=tokens.count_messages(system, user),
        sample=sample,
        temperature=profile.model.temperature,
        top_p=profile.model.top_p,
        effort=profile.model.effort,
    )


def _without(chunk: Chunk, left_out: Sequence[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in left_out:
        first, last = max(start - chunk.char_start, done), min(end - chunk.char_start, len(chunk.text))
        if first < last:
            pieces += [chunk.text[done:first], LEFT_OUT]
            done = last
    return "".join([*pieces, chunk.text[done:]])


@lru_cache(maxsize=32)
def _template(source: str) -> Template:
    return templates.compiled(source)


def _quoted_path(clause_path: str) -> str:
    """The clause path as a JSON string on one line: it comes out of the document, so it is data too. Empty stays empty."""
    path = " ".join(clause_path.split())[:_PATH_CHARACTERS]
    return json.dumps(escape(path), ensure_ascii=False) if path else ""


def _strict(schema: Any) -> Any:
    """The schema as a model gets it: strict modes want every property required, so what only our own analyst adds is left out."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    kept = {key: _strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), Mapping) and "required" in schema:
        kept["properties"] = {name: part for name, part in kept["properties"].items() if name in schema["required"]}
    return kept
