"""The model catalog, read from `catalog.yaml`: what each model can do and how it wants to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from nightclerk.errors import BadUsage
from nightclerk.records import ModelCard


@dataclass(frozen=True, slots=True)
class OcrModel:
    """A model that reads pictures of pages, and what one request to it may hold: bytes of the file, pages."""

    id: str
    most_bytes: int
    most_pages: int


def card(model: str) -> ModelCard:
    """The card of a model id; raises `BadUsage` with the known ids where there is none."""
    try:
        return cards()[model]
    except KeyError:
        raise BadUsage(f"the model {model!r} is not in the catalog; known are {', '.join(sorted(cards()))}") from None


@lru_cache(maxsize=1)
def cards() -> Mapping[str, ModelCard]:
    """Every model card by model id."""
    models = _content()["models"]
    return MappingProxyType({name: _card(name, row) for name, row in models.items()})


def own_card(model: str, context_tokens: int) -> ModelCard:
    """The card of a model on a server of one's own: the catalog's, or that of any model there, within the context the server has."""
    known = cards().get(model) or _card(model, _content()["unlisted"])
    context = min(known.context_tokens, context_tokens)
    return replace(known, context_tokens=context, max_output_tokens=min(known.max_output_tokens, context))


def ocr_model() -> OcrModel:
    """The model that reads pictures of pages."""
    row = _content()["ocr_models"][0]
    return OcrModel(row["id"], row["most_mb"] * 1_000_000, row["most_pages"])


def synonyms(model: str) -> frozenset[str]:
    """The other names that this very model answers under, and no other model ever did."""
    return frozenset(_content()["synonyms"].get(model, ()))


def order(name: str) -> tuple[str, ...]:
    """The model ids that a name stands for, first choice first: `magistral` is such a name; any other name stands for itself."""
    return tuple(_content()["orders"].get(name, [name]))


def _card(name: str, row: Mapping[str, Any]) -> ModelCard:
    optional = {"top_p": None, "retired_on": None, "replacement": None, "batchable": False}
    return ModelCard(id=name, **(optional | dict(row)))


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    text = (files("nightclerk.providers") / "catalog.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
