"""`newswire backlog`: what waits, per stream and consumer group and per endpoint."""

import json
import sys
import time
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text
from typer import echo

from services.cli.client import Service
from services.cli.command_error import CommandError
from services.cli.printing import as_table, one_line, print_json, print_rows
from services.cli.remote import AsJson, with_feed_service

_WATCH_SECONDS = 1.0

_STREAM_COLUMNS = (
    *("stream", "group", "state", "lag", "pending", "oldest_age_seconds", "arrival_per_second"),
    *("drain_per_second", "seconds_to_drain", "consumers", "dead_letters", "length"),
)
_ENDPOINT_COLUMNS = (
    *("endpoint", "partner", "state", "due", "retrying", "dead"),
    *("success_rate", "p50_ms", "p95_ms", "last_success_at"),
)

Watch = Annotated[bool, typer.Option("--watch", help="Show it live until Ctrl-C.")]


@with_feed_service
def backlog(service: Service, *, as_json: AsJson = False, watch: Watch = False) -> None:
    """Show the backlog: what is not read, not acknowledged, not delivered, and how fast that shrinks."""
    if not watch:
        _show(service.get("/api/backlog"), as_json=as_json)
        return
    with suppress(KeyboardInterrupt):
        if as_json or not sys.stdout.isatty():
            _print_forever(service, as_json=as_json)
        else:
            _show_live(service)


def _show(numbers: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(numbers)
        return
    echo(_headline(numbers))
    for name, columns in (("streams", _STREAM_COLUMNS), ("endpoints", _ENDPOINT_COLUMNS)):
        if numbers[name]:
            echo()
            print_rows(columns, _lines(numbers[name], columns))


def _print_forever(service: Service, *, as_json: bool) -> None:
    while True:
        numbers = service.get("/api/backlog")
        if as_json:
            echo(json.dumps(numbers, ensure_ascii=False))
        else:
            _show(numbers, as_json=False)
            echo()
        time.sleep(_WATCH_SECONDS)


def _show_live(service: Service) -> None:
    with Live(console=Console(), screen=True, auto_refresh=False) as live:
        while True:
            try:
                shown = _picture(service.get("/api/backlog"))
            except CommandError as error:
                # The service may be starting again: whoever watches wants to see when it is back.
                shown = Text(str(error), style="red")
            live.update(shown, refresh=True)
            time.sleep(_WATCH_SECONDS)


def _picture(numbers: dict[str, Any]) -> RenderableType:
    return Group(
        Text(_headline(numbers)),
        Text(),
        as_table(_STREAM_COLUMNS, _lines(numbers["streams"], _STREAM_COLUMNS)),
        Text(),
        as_table(_ENDPOINT_COLUMNS, _lines(numbers["endpoints"], _ENDPOINT_COLUMNS)),
        Text("\nCtrl-C ends this."),
    )


def _headline(numbers: dict[str, Any]) -> str:
    reason = f": {one_line(numbers['reason'])}" if numbers.get("reason") else ""
    return f"State: {one_line(numbers['state'])}{reason}"


def _lines(things: list[dict[str, Any]], columns: tuple[str, ...]) -> list[list[object]]:
    return [[thing.get(column) for column in columns] for thing in things]
