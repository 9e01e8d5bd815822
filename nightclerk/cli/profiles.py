"""`nightclerk profiles`: what can be asked."""

from __future__ import annotations

import click

from nightclerk import profiles as domain
from nightclerk import settings
from nightclerk.cli.output import emit


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def profiles(context: click.Context, as_json: bool) -> None:
    """List the profiles; `profiles show NAME` prints the questions of one."""
    if context.invoked_subcommand:
        return
    path = settings.load().profile_path
    loaded = [domain.load(name, path) for name in domain.available(path)]
    rows = [
        {"profile": f"{item.name}/{item.version}", "categories": len(item.categories), "title": item.title, "sha256": item.sha256}
        for item in loaded
    ]
    emit(rows, ["profile", "categories", "title"], as_json=as_json, title="Profiles")


@profiles.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, as_json: bool) -> None:
    """Print the categories of a profile and the question each one asks."""
    profile = domain.load(name, settings.load().profile_path)
    rows = [{"category": item.name, "kind": item.kind, "question": item.question} for item in profile.categories]
    emit(rows, ["category", "kind", "question"], as_json=as_json, title=f"{profile.name}/{profile.version}: {profile.title}")
