"""`newswire token`: the tokens of a data folder."""

from typing import Annotated

import typer
from typer import echo

from services.cli.given import DataDir, settings_for
from services.cli.settings import ADMIN_TOKEN_FILE, INGEST_TOKEN_FILE, READ_TOKEN_FILE
from shared.kept_tokens import keep_token


def token(
    context: typer.Context,
    *,
    data_dir: DataDir = None,
    of_ingest: Annotated[bool, typer.Option("--ingest", help="The ingest token instead.")] = False,
    to_read: Annotated[bool, typer.Option("--read", help="The token that only looks instead.")] = False,
) -> None:
    """Print the admin token of this data folder; it is made when there is none yet."""
    if of_ingest and to_read:
        raise typer.BadParameter("Either --ingest or --read.")
    settings = settings_for(context, data_dir)
    given, file = settings.admin_token, ADMIN_TOKEN_FILE
    if of_ingest:
        given, file = settings.ingest_token, INGEST_TOKEN_FILE
    elif to_read:
        given, file = settings.read_token, READ_TOKEN_FILE
    echo(given or keep_token(settings.data_dir, file))
