"""From the model that somebody asked for to the one that will be asked, given what the endpoint serves today.

A model id in a request is always a pinned one: an alias moves to another model, at another price, without a word. Everything that the
person should know about the choice comes back as notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nightclerk.errors import ModelGone, PriceUnknown
from nightclerk.providers import catalog, prices
from nightclerk.providers.protocol import ServedModel
from nightclerk.records import ModelCard

# a gateway may serve hundreds
LONGEST_LIST = 20


@dataclass(frozen=True, slots=True)
class Resolved:
    """The model to ask, its card, and what to tell the person about it."""

    model: str
    card: ModelCard
    notes: tuple[str, ...] = ()


def resolve_model(asked: str, served: Sequence[ServedModel], today: date) -> Resolved:
    """The model behind what was asked: a model id, an alias that the endpoint lists, or `magistral` (the first of its list that is served).

    A retired model that the endpoint serves all the same (a gateway, a deployment of one's own) is honoured, with a note.

    Raises:
        ModelGone: nothing that fits is served; names the replacement and what it costs more or less.
    """
    # a server of one's own may serve a model under the very name that stands for a list here
    for model in dict.fromkeys((asked, *catalog.order(asked))):
        row = _row(model, served)
        if row is None or (card := _card(row, model)) is None:
            continue
        if model in catalog.cards() and card.id != model:
            continue  # the endpoint answers this pinned id with another model
        return Resolved(card.id, card, tuple(_notes(asked, card, row=row, today=today)))
    raise ModelGone(_gone(asked, served, today))


def _row(name: str, served: Sequence[ServedModel]) -> ServedModel | None:
    """The served model of that name; an id goes before an alias."""
    by_alias = (row for row in served if name in row.aliases)
    return next((row for row in served if row.id == name), None) or next(by_alias, None)


def _card(row: ServedModel, name: str) -> ModelCard | None:
    """The card behind a served row: its own, else the catalog's for its id, for the name it was found by, or for another of its names."""
    known = [catalog.card(alias) for alias in (row.id, name, *row.aliases) if alias in catalog.cards()]
    return row.card or (known[0] if known else None)


def _notes(asked: str, card: ModelCard, *, row: ServedModel, today: date) -> list[str]:
    model, first = card.id, catalog.order(asked)[0]
    notes: list[str] = []
    if first in catalog.cards() and catalog.card(first).provider != card.provider:
        return notes  # another provider was chosen on purpose; its model is no substitute that needs a word
    if asked != model:
        notes.append(f"{asked} is {model} at this endpoint today")
    if first != model and first in catalog.cards():
        notes.append(_first_choice_gone(first, model, today))
    if card.retired_on and card.retired_on <= today:
        notes.append(f"{model} was retired by its maker on {card.retired_on}; this endpoint still serves it")
    if row.deprecated_on:
        successor = row.replacement or card.replacement
        advice = f"; the endpoint names {successor} as its replacement" if successor else ""
        notes.append(f"{model} is deprecated as of {row.deprecated_on}{advice}")
    return notes


def _first_choice_gone(first: str, model: str, today: date) -> str:
    return f"{first} is not served here; {_price_change(first, model, today)}"


def _gone(asked: str, served: Sequence[ServedModel], today: date) -> str:
    first = catalog.order(asked)[0]
    known = catalog.cards().get(first)
    parts = [f"{asked} is not served by this endpoint"]
    if known is None:
        parts.append(f"known models are {', '.join(sorted(catalog.cards()))}")
    elif known.replacement:
        retired = f"it was retired on {known.retired_on}, and " if known.retired_on and known.retired_on <= today else ""
        parts.append(f"{retired}its replacement is {known.replacement}: {_price_change(first, known.replacement, today)}")
    offered = sorted(row.id for row in served if row.card or row.id in catalog.cards() or set(row.aliases) & catalog.cards().keys())
    shown = ", ".join(offered[:LONGEST_LIST]) + (f" and {len(offered) - LONGEST_LIST} more" if len(offered) > LONGEST_LIST else "")
    parts.append(f"of the models known here it serves {shown or 'none'}" + ("; NIGHTCLERK_MODEL names the one to ask" if shown else ""))
    return "; ".join(parts)


def _price_change(old: str, new: str, today: date) -> str:
    """What a change of model does to the price, in USD per million tokens."""
    try:
        before, after = (prices.price(catalog.card(model).provider, model, today) for model in (old, new))
    except PriceUnknown as unknown:
        return str(unknown)
    moves = (
        ("input", before.input_nano_usd, after.input_nano_usd),
        ("output", before.output_nano_usd, after.output_nano_usd),
    )
    return f"{new} costs, per million tokens, " + " and ".join(_move(*move) for move in moves)


def _move(side: str, before: int, after: int) -> str:
    old, new, change = (Decimal(nano) / prices.NANO_USD_PER_TOKEN for nano in (before, after, after - before))
    return f"{new:.2f} USD {side} instead of {old:.2f} ({change:+.2f})"
