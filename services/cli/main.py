"""The `newswire` command: its options, its groups of commands, and how it ends.

Errors are one plain line on stderr, never a traceback: exit code 1, or 2 for wrong usage.
"""

import os
import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer
from typer import echo
from typer.exceptions import TyperException

from services.cli import (
    dead_letters_command,
    deliveries_command,
    endpoints_command,
    feeds_command,
    partners_command,
)
from services.cli.backlog_command import backlog
from services.cli.command_error import CommandError
from services.cli.doctor_command import doctor
from services.cli.ingest_command import ingest
from services.cli.migrate_command import migrate
from services.cli.remote import DataDir, FeedUrl, Given, IngestUrl, Token, settings_for
from services.cli.settings import ADMIN_TOKEN_FILE, INGEST_TOKEN_FILE, READ_TOKEN_FILE
from services.cli.up_command import up
from shared.kept_tokens import keep_token
from shared.settings import SettingsError

_INTERRUPTED = 130

app = typer.Typer(
    name="newswire",
    help="Newswire: articles in, feeds and signed webhooks out.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        echo(f"newswire {version('newswire')}")
        raise typer.Exit


@app.callback()
def given_for_all(
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


app.command("up")(up)
app.command("ingest")(ingest)
app.command("backlog")(backlog)
app.command("doctor")(doctor)
app.command("migrate")(migrate)
app.add_typer(feeds_command.app, name="feeds")
app.add_typer(partners_command.app, name="partners")
app.add_typer(endpoints_command.app, name="endpoints")
app.add_typer(deliveries_command.app, name="deliveries")
app.add_typer(dead_letters_command.app, name="dead-letters")


@app.command("token")
def show_token(
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


def main() -> None:
    """Run the command and end the process."""
    try:
        # The exit code of a command that ends early comes back as the result.
        code = app(prog_name="newswire", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has enough; the interpreter must not fail at flushing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except TyperException as error:
        command = getattr(getattr(error, "ctx", None), "command_path", "newswire")
        _end(f"{error.format_message()} See `{command} --help`.", error.exit_code)
    except (CommandError, SettingsError) as error:
        _end(str(error), 1)
    except OSError as error:
        _end(f"{error.filename or 'The system'}: {error.strerror or error}", 1)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(_INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _end(message: str, code: int) -> NoReturn:
    echo(f"newswire: {' '.join(message.split())}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
