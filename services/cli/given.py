"""Options that several commands take, also before the command's name, and the settings that come of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from services.cli.settings import CommandSettings, read_command_settings

FeedUrl = Annotated[
    str | None, typer.Option("--feed-url", metavar="URL", help="Where the feed service answers.")
]
IngestUrl = Annotated[
    str | None, typer.Option("--ingest-url", metavar="URL", help="Where the ingest service answers.")
]
Token = Annotated[
    str | None, typer.Option("--token", metavar="TOKEN", help="The token to send, if not the kept one.")
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="The data folder, which also holds the tokens."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True)
class Given:
    """What stood on the command line before the command's name."""

    feed_url: str | None = None
    ingest_url: str | None = None
    token: str | None = None
    data_dir: Path | None = None


def given_before(context: typer.Context) -> Given:
    """Return what stood before the command's name."""
    given = context.find_root().obj
    return given if isinstance(given, Given) else Given()


def settings_for(context: typer.Context, data_dir: Path | None) -> CommandSettings:
    """Return the settings for a command, with the data folder from wherever it was given."""
    return read_command_settings(data_dir or given_before(context).data_dir)
