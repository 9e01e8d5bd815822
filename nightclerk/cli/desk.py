"""What the commands share: settings with the options of one command laid over them, and a store to read from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

import click

from nightclerk import settings, wiring
from nightclerk.settings import MOST_USD, Mode, Settings
from nightclerk.store import Store


class Usd(click.ParamType[Decimal]):
    """An amount in USD, exact."""

    name = "usd"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read an amount; not a number, or less than nothing, is bad usage."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not an amount in USD, such as 5 or 0.25", param, ctx)
        if not amount.is_finite() or not 0 <= amount <= MOST_USD:
            self.fail(f"{value!r} is not an amount in USD that can be spent", param, ctx)
        return amount


class Source(click.ParamType[str]):
    """The path of a file or folder, or a URL."""

    name = "source"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read a source; an empty one, as an unset variable of a script leaves it, would mean the working folder and is bad usage."""
        if not str(value).strip():
            self.fail("the path is empty; write . for the working folder", param, ctx)
        return str(value)


class Name(click.ParamType[str]):
    """A name for people, as the database holds it."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read a name; bytes that are no text, which no database takes, are replaced."""
        return os.fsencode(value).decode("utf-8", "replace").strip()


PROVIDERS = get_args(Settings.model_fields["provider"].annotation)
sources_argument = click.argument("sources", nargs=-1, required=True, type=Source())
profile_option = click.option("-p", "--profile", required=True, help="What to ask, e.g. contract_review or contract_review/v1.")
collection_option = click.option(
    "--collection", default="", type=Name(), help="The matter, deal or inbox this belongs to; default: the folder."
)
provider_option = click.option("--provider", type=click.Choice(PROVIDERS), help="Overrides NIGHTCLERK_PROVIDER.")
model_option = click.option("--model", help="Overrides NIGHTCLERK_MODEL.")
mode_option = click.option("--mode", type=click.Choice(get_args(Mode)), help="Overrides NIGHTCLERK_MODE.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
budget_option = click.option("--budget-usd", type=Usd(), help="What this run may spend at most; overrides NIGHTCLERK_BUDGET_USD.")


def settings_with(**options: Any) -> Settings:
    """The settings in force, with those options laid over them that were given."""
    if options.get("model") and (options.get("provider") or settings.load().provider) == "rules":
        raise click.UsageError("--model names who answers with --provider mistral; the provider rules asks no model")
    return settings.load().model_copy(update={name: value for name, value in options.items() if value is not None})


@contextmanager
def open_store() -> Iterator[Store]:
    """The store of the settings, for commands that only read."""
    with wiring.open_store(settings.load()) as store:
        yield store
