"""What the commands share: settings with the options of one command laid over them, and a store to read from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from nightclerk import settings, wiring
from nightclerk.settings import Settings
from nightclerk.store import Store

sources_argument = click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
profile_option = click.option("-p", "--profile", required=True, help="What to ask, e.g. contract_review or contract_review/v1.")
collection_option = click.option("--collection", default="", help="The matter, deal or inbox this belongs to; default: the folder.")
provider_option = click.option("--provider", type=click.Choice(["rules", "mistral"]), help="Overrides NIGHTCLERK_PROVIDER.")
model_option = click.option("--model", help="Overrides NIGHTCLERK_MODEL.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Usd(click.ParamType[Decimal]):
    """An amount in USD, exact."""

    name = "usd"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read an amount; not a number, or less than nothing, is bad usage."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not an amount in USD, such as 5 or 0.25", param, ctx)
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is not an amount in USD that can be spent", param, ctx)
        return amount


budget_option = click.option("--budget-usd", type=Usd(), help="What this run may spend at most; overrides NIGHTCLERK_BUDGET_USD.")


def settings_with(**options: Any) -> Settings:
    """The settings in force, with those options laid over them that were given."""
    return settings.load().model_copy(update={name: value for name, value in options.items() if value is not None})


@contextmanager
def open_store() -> Iterator[Store]:
    """The store of the settings, for commands that only read."""
    with wiring.open_store(settings.load()) as store:
        yield store
