"""`nightclerk settings`: what is set, and where it comes from."""

from __future__ import annotations

import click

from nightclerk import settings as domain
from nightclerk.cli.output import emit


@click.group()
def settings() -> None:
    """Show the settings in force."""


@settings.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(as_json: bool) -> None:
    """Print every setting with its value and origin; secrets are masked."""
    rows = [{"setting": name, "value": value, "origin": origin} for name, value, origin in domain.shown(domain.load())]
    emit(rows, ["setting", "value", "origin"], as_json=as_json, title="Settings")
