"""The `newswire` command with all of its commands and groups."""

import typer

from services.cli import (
    dead_letters_command,
    deliveries_command,
    endpoints_command,
    feeds_command,
    partners_command,
)
from services.cli.backlog_command import backlog
from services.cli.doctor_command import doctor
from services.cli.ingest_command import ingest
from services.cli.migrate_command import migrate
from services.cli.root import command_up
from services.cli.token_command import token


def every_command() -> typer.Typer:
    """Return the command, which knows all of them."""
    app = command_up()
    app.command("ingest")(ingest)
    app.command("backlog")(backlog)
    app.command("doctor")(doctor)
    app.command("migrate")(migrate)
    app.add_typer(feeds_command.app, name="feeds")
    app.add_typer(partners_command.app, name="partners")
    app.add_typer(endpoints_command.app, name="endpoints")
    app.add_typer(deliveries_command.app, name="deliveries")
    app.add_typer(dead_letters_command.app, name="dead-letters")
    app.command("token")(token)
    return app
