"""The command line `nightclerk`: one file per noun.

Exit codes: 0 complete, 1 failed, 2 bad usage, 3 partial (something was not read or not answered), 4 over budget.
"""

from __future__ import annotations

import logging
import sys

import click

from nightclerk import __version__
from nightclerk.cli.costs import costs
from nightclerk.cli.db import db
from nightclerk.cli.documents import documents
from nightclerk.cli.estimate import estimate
from nightclerk.cli.findings import findings
from nightclerk.cli.profiles import profiles
from nightclerk.cli.run import run
from nightclerk.cli.settings import settings
from nightclerk.errors import NightclerkError, StopRun


@click.group(epilog="Settings come from NIGHTCLERK_* variables or a .env file: nightclerk settings show")
@click.version_option(__version__, prog_name="nightclerk")
@click.option("-v", "--verbose", is_flag=True, help="Log what happens to stderr.")
def cli(verbose: bool) -> None:
    """Read legal and financial documents at night; file findings whose quotes were checked, and what they cost."""
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # httpx logs every request line at INFO; the run has its own records
    logging.getLogger("httpx").setLevel(logging.WARNING)


for command in (run, estimate, findings, costs, documents, profiles, db, settings):
    cli.add_command(command)


def main() -> None:
    """Run the command line: every error that a person can cause is one line on stderr and an exit code."""
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = 2
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        code = 130
    except NightclerkError as error:
        click.echo(f"nightclerk: {error}", err=True)
        code = error.exit_code if isinstance(error, StopRun) else 1
    except BrokenPipeError:
        # the reader of our output went away, e.g. `nightclerk findings | head`
        sys.stderr.close()
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
