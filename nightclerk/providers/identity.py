"""Whether the model that answered is the one that was asked, and so the one that was priced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from nightclerk.errors import WrongModel
from nightclerk.providers import catalog
from nightclerk.providers.protocol import ServedModel
from nightclerk.records import Reply

# `mistral-small` may answer as `mistral-small-2603`: the same name with the day or month of its release behind it
_RELEASE = re.compile(r"[-@](\d{4}|\d{6}|\d{8})")


def other_names(served: Iterable[ServedModel]) -> dict[str, frozenset[str]]:
    """By each name of a listed model all its names."""
    names: dict[str, frozenset[str]] = {}
    for row in served:
        together = frozenset((row.id, *row.aliases))
        # an id goes before an alias, as it does where a model is looked for
        names |= {name: together for name in together if name == row.id or name not in names}
    return names


def same_model(asked: str, answered: str, listed: Mapping[str, frozenset[str]] | None = None) -> bool:
    """Whether two names are known to be one model: the same but for case, vendor or release, or names of one row of a list."""
    if answered in (listed or {}).get(asked, frozenset()) | catalog.synonyms(asked):
        return True
    one, other = _bare(asked), _bare(answered)
    return other == one or bool(other.startswith(one) and _RELEASE.fullmatch(other[len(one) :]))


def checked(reply: Reply, asked: str, listed: Mapping[str, frozenset[str]] | None = None) -> Reply:
    """The reply, if it is of the model that was asked; one that names no model cannot be compared and passes.

    `listed` are the names of the endpoint's models, see `other_names`.

    Raises:
        WrongModel: another model answered; billable, and the body is kept.
    """
    if not reply.model_served or same_model(asked, reply.model_served, listed):
        return reply
    raise wrong_model(reply, asked, reply.model_served)


def wrong_model(reply: Reply, asked: str, answered: str, *, by: str = "") -> WrongModel:
    """The error for a reply of another model, `by` another service; it is booked by its usage, at the price of the model that was asked."""
    way = f" by way of {by}" if by else ""
    return WrongModel(
        f"{asked} was asked and {answered} answered{way}; the answer is not used, and booked at the price of {asked}",
        http_status=reply.http_status,
        billable=True,
        provider_request_id=reply.provider_request_id,
        raw_body=reply.raw_body,
    )


def _bare(name: str) -> str:
    """A name without its vendor (`mistralai/`) and without the tag that says nothing (`:latest`), in lower case."""
    return name.rpartition("/")[2].lower().removesuffix(":latest")
