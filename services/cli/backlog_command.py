"""`newswire backlog`: what waits, per stream and consumer group and per endpoint."""

import json
import sys
import time
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text
from typer import echo

from services.cli.backlog_check import complaints, exit_code
from services.cli.backlog_picture import picture
from services.cli.client import Service
from services.cli.command_error import CommandError
from services.cli.given import AsJson
from services.cli.printing import one_line, print_json, print_rows
from services.cli.remote import with_feed_service

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
Check = Annotated[
    bool,
    typer.Option(
        "--check", help="Say nothing and exit with 0 when all is well; 3 behind, 4 stalled, 5 unknown."
    ),
]


@with_feed_service
def backlog(service: Service, *, as_json: AsJson = False, watch: Watch = False, check: Check = False) -> None:
    """Show the backlog: what is not read, not acknowledged, not delivered, and how fast that shrinks."""
    if check:
        if watch:
            raise typer.BadParameter("--check looks once, --watch goes on: give one of them.")
        _check(service.get("/api/backlog"), as_json=as_json)
        return
    if not watch:
        _show(service.get("/api/backlog"), as_json=as_json)
        return
    with suppress(KeyboardInterrupt):
        if as_json or not sys.stdout.isatty():
            _print_forever(service, as_json=as_json)
        else:
            _show_live(service)


def _check(numbers: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(numbers)
    else:
        for complaint in complaints(numbers):
            echo(complaint)
    raise typer.Exit(exit_code(numbers))


def _show(numbers: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(numbers)
        return
    echo(_headline(numbers))
    for columns, rows in _tables(numbers):
        if rows:
            echo()
            print_rows(columns, rows)


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
    last: dict[str, Any] | None = None
    with Live(console=Console(), screen=True, auto_refresh=False) as live:
        while True:
            error = None
            try:
                last = service.get("/api/backlog")
            except CommandError as refused:
                # The service may be starting again: whoever watches wants to see when it is back.
                error = str(refused)
            live.update(
                Text(error or "", style="red") if last is None else picture(last, error=error), refresh=True
            )
            time.sleep(_WATCH_SECONDS)


def _headline(numbers: dict[str, Any]) -> str:
    reason = f": {one_line(numbers['reason'])}" if numbers.get("reason") else ""
    return f"State: {one_line(numbers['state'])}{reason}"


def _tables(numbers: dict[str, Any]) -> list[tuple[tuple[str, ...], list[list[object]]]]:
    streams = [[_of_stream(row, column) for column in _STREAM_COLUMNS] for row in numbers["streams"]]
    endpoints = [[row.get(column) for column in _ENDPOINT_COLUMNS] for row in numbers["endpoints"]]
    return [(_STREAM_COLUMNS, streams), (_ENDPOINT_COLUMNS, endpoints)]


def _of_stream(row: dict[str, Any], column: str) -> object:
    """Return a number of a stream; what is not known is `unknown`, what never shrinks is `never`."""
    value = row.get(column)
    if value is not None:
        return value
    return row["outlook"] if column == "seconds_to_drain" else "unknown"
