"""Options that every command of a service takes, and the service itself as the command's first argument.

`--feed-url`, `--ingest-url`, `--token` and `--data-dir` may stand before or behind the command's name;
what is not given comes from the settings and from the token files of the data folder.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from services.cli.client import Service
from services.cli.command_error import CommandError
from services.cli.given import DataDir, FeedUrl, Given, IngestUrl, Token, given_before, settings_for
from services.cli.settings import CommandSettings

Command = Callable[..., None]
"""A command; what is decorated here takes the service as its first argument."""


def with_feed_service(command: Command) -> Command:
    """Give a command the feed service, and the options that say where it is."""

    def connect(given: Given, settings: CommandSettings, url: str | None, token: str | None) -> Service:
        token = token or given.token or settings.known_admin_token()
        return Service("feed", url or given.feed_url or settings.feed_url, token)

    return _with_service(command, connect, "feed_url", FeedUrl)


def with_ingest_service(command: Command) -> Command:
    """Give a command the ingest service, and the options that say where it is."""

    def connect(given: Given, settings: CommandSettings, url: str | None, token: str | None) -> Service:
        token = token or given.token or settings.known_ingest_token()
        return Service("ingest", url or given.ingest_url or settings.ingest_url, token)

    return _with_service(command, connect, "ingest_url", IngestUrl)


_Connect = Callable[[Given, CommandSettings, str | None, str | None], Service]


def _with_service(command: Command, connect: _Connect, url_name: str, url_option: object) -> Command:
    shared: dict[str, Any] = {url_name: url_option, "token": Token, "data_dir": DataDir}

    @wraps(command)
    def run(*, context: typer.Context, **arguments: Any) -> None:
        url, token, data_dir = (arguments.pop(name) for name in shared)
        settings = settings_for(context, data_dir)
        with connect(given_before(context), settings, url, token) as service:
            try:
                command(service, **arguments)
            except (LookupError, TypeError, AttributeError) as error:
                raise CommandError(
                    f"The {service.name} service at {service.url} answered in a form that this command does "
                    f"not know: are both of one version? ({type(error).__name__}: {error})"
                ) from error

    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    extra = [
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
        *(
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
            for name, option in shared.items()
        ),
    ]
    # Typer reads a command's options off its signature and annotations.
    parameters = [*(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own), *extra]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run
