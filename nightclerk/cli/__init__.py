"""The command line `nightclerk`: one file per noun.

Exit codes: 0 complete (or waiting for batch jobs), 1 failed, 2 bad usage, 3 partial (something was not read or not answered), 4 over
budget, 130 interrupted.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from io import TextIOWrapper
from types import FrameType

import click

from nightclerk import __version__
from nightclerk.cli.batches import batches
from nightclerk.cli.collect import collect
from nightclerk.cli.collections import collections
from nightclerk.cli.costs import costs
from nightclerk.cli.db import db
from nightclerk.cli.documents import documents
from nightclerk.cli.estimate import estimate
from nightclerk.cli.evaluate import evaluate
from nightclerk.cli.families import families, terms
from nightclerk.cli.findings import findings
from nightclerk.cli.profiles import profiles
from nightclerk.cli.read import read
from nightclerk.cli.reviews import reviews
from nightclerk.cli.run import run
from nightclerk.cli.settings import settings
from nightclerk.errors import NightclerkError, StopRun
from nightclerk.report import one_line


@click.group(epilog="Settings come from NIGHTCLERK_* variables or a .env file: nightclerk settings show")
@click.version_option(__version__, prog_name="nightclerk")
@click.option("-v", "--verbose", is_flag=True, help="Log what happens to stderr.")
def cli(verbose: bool) -> None:
    """Read legal and financial documents at night; file findings whose quotes were checked, and what they cost."""
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # httpx logs every request line at INFO; the run has its own records
    logging.getLogger("httpx").setLevel(logging.WARNING)


for command in (
    run,
    estimate,
    collect,
    batches,
    read,
    findings,
    families,
    terms,
    reviews,
    costs,
    documents,
    collections,
    profiles,
    evaluate,
    db,
    settings,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line: every error that a person can cause is one line on stderr and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal without UTF-8 shows a question mark where a document has a letter that it lacks
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        # `nohup` has SIGHUP ignored, and that is to stay so
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    code = _exit_code()
    _let_go_of_stdout()
    sys.exit(code)


def _let_go_of_stdout() -> None:
    """What stdout cannot take was told as an error; the interpreter would try again at its end and change the exit code."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _interrupt(_number: int, frame: FrameType | None) -> None:
    """The end of a session or of a service is Ctrl-C from somebody else: the run is closed as interrupted, its calls are booked."""
    handler = signal.getsignal(signal.SIGINT)
    # shells have SIGINT ignored in the background, where there is no handler to call
    (handler if callable(handler) else signal.default_int_handler)(signal.SIGINT, frame)


def _exit_code() -> int:
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        return 130
    except NightclerkError as error:
        click.echo(f"nightclerk: {one_line(error)}", err=True)
        return error.exit_code if isinstance(error, StopRun) else 1
    except OSError as error:
        # whatever belongs to a document is a row of its own; this is a full disk behind stdout, or a folder without permission
        click.echo(f"nightclerk: {one_line(error)}", err=True)
        return 1
    return code if isinstance(code, int) else 0
