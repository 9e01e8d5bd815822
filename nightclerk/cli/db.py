"""`nightclerk db`: where the database is, and whether it is as this version needs it."""

from __future__ import annotations

import click

from nightclerk import settings, wiring
from nightclerk.cli.output import say


@click.group()
def db() -> None:
    """Upgrade, check or find the database."""


@db.command()
def upgrade() -> None:
    """Bring tables and views to this version; rows stay."""
    say(f"the database is at version {wiring.upgrade(settings.load())}")


@db.command()
def check() -> None:
    """Compare the database with what this version declares; exit code 1 if they differ."""
    problems = wiring.check(settings.load())
    for problem in problems:
        say(problem)
    if problems:
        raise click.exceptions.Exit(1)
    say("the database is as it should be")


@db.command()
def path() -> None:
    """Print the URL of the database, without a password."""
    say(settings.masked_url(settings.load().url))
