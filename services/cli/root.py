"""The `newswire` command with what stands before a command's name, and with `up` alone.

The other commands are in `commands.py`: what they load would hold a start up.
"""

from importlib.metadata import version
from typing import Annotated

import typer
from typer import echo

from services.cli.given import DataDir, FeedUrl, Given, IngestUrl, Token
from services.cli.up_command import up


def command_up() -> typer.Typer:
    """Return the command, which knows `up` and no other."""
    app = typer.Typer(
        name="newswire",
        help="Newswire: articles in, feeds and signed webhooks out.",
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_given_for_all)
    app.command("up")(up)
    return app


def _tell_version(wanted: bool) -> None:
    if wanted:
        echo(f"newswire {version('newswire')}")
        raise typer.Exit


def _given_for_all(
    context: typer.Context,
    feed_url: FeedUrl = None,
    ingest_url: IngestUrl = None,
    token: Token = None,
    data_dir: DataDir = None,
    _show_version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_tell_version),
    ] = False,
) -> None:
    """Articles in, feeds and signed webhooks out."""
    context.obj = Given(feed_url, ingest_url, token, data_dir)
