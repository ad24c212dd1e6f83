"""`newswire migrate`: from the embedded Valkey, or any Redis, to another one, without losing an event."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from typer import echo

from services.cli.command_error import CommandError
from services.cli.given import DataDir, settings_for
from services.cli.settings import CommandSettings

To = Annotated[str | None, typer.Option("--to", metavar="URL", help="The Redis to move to, empty so far.")]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="URL", help="The Redis to move from, if not the one that is set."),
]
Stopped = Annotated[
    bool, typer.Option("--stopped", help="The services are stopped, whoever else is connected.")
]
Undo = Annotated[
    bool, typer.Option("--undo", help="Take away the mark that it was moved: this one counts again.")
]


def migrate(
    context: typer.Context,
    *,
    to: To = None,
    source: From = None,
    stopped: Stopped = False,
    undo: Undo = False,
    data_dir: DataDir = None,
) -> None:
    """Move everything that is stored to another Redis while the services are stopped, and compare both."""
    if (to is None) is not undo:
        raise typer.BadParameter("Say where --to, or --undo.")
    settings = settings_for(context, data_dir)
    if to is None:
        asyncio.run(_saying_what_failed(_undo(settings, source)))
    else:
        asyncio.run(_saying_what_failed(_move(settings, source, to, stopped=stopped)))


async def _saying_what_failed(errand: Coroutine[Any, Any, None]) -> None:
    from redis.exceptions import RedisError  # noqa: PLC0415

    try:
        await errand
    except RedisError as error:
        # Whatever broke off is done anew by the next try, from what the source holds.
        raise CommandError(f"Redis failed meanwhile ({error}). Nothing is lost: try again.") from error


async def _move(settings: CommandSettings, source_url: str | None, to: str, *, stopped: bool) -> None:
    # What only this command needs takes longer to import than any other command takes to run.
    from services.cli.moving.checks import check_apart, check_quiet, check_reachable  # noqa: PLC0415
    from services.cli.moving.moving import move  # noqa: PLC0415
    from shared.redis_address import without_password  # noqa: PLC0415
    from shared.redis_connection import durability_warnings  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(_source(settings, source_url))
        source = await stack.enter_async_context(_client(address))
        target = await stack.enter_async_context(_client(to))
        await check_reachable(source, address, "source")
        await check_reachable(target, to, "target")
        await check_apart(source, target)
        for client, side in () if stopped else ((source, "source"), (target, "target")):
            await check_quiet(client, side)
        for warning in await durability_warnings(target):
            echo(f"newswire: the target: {warning}", err=True)
        console = Console(stderr=True)
        bar = stack.enter_context(Progress(console=console, transient=True, disable=not console.is_terminal))
        total = int(await source.dbsize())
        tasks = {name: bar.add_task(name, total=total) for name in ("Copying", "Comparing")}
        shown = without_password(to)
        moved = await move(source, target, to=shown, progress=lambda name, n: bar.advance(tasks[name], n))
    echo(f"Moved {moved.keys:,} keys, {moved.streams} of them streams; both sides are the same.")
    echo(f"From now on start everything with NEWSWIRE_REDIS_URL={shown}")
    if source_url is None and settings.redis_url is None:
        echo(f"Keep {settings.data_dir}: the tokens and the key of the secrets are still there.")


async def _undo(settings: CommandSettings, source_url: str | None) -> None:
    from shared import keys  # noqa: PLC0415

    async with _source(settings, source_url) as address, _client(address) as client:
        if not await client.delete(keys.move_mark()):
            raise CommandError("There is no mark of a move to take away.")
    echo("The mark is gone: services start on this one again. What was done since on the other stays there.")


@asynccontextmanager
async def _source(settings: CommandSettings, given: str | None) -> AsyncIterator[str]:
    """Yield the address of the source, which runs meanwhile when it is the embedded one."""
    from services.cli.moving.embedded import embedded_valkey  # noqa: PLC0415

    if given is not None or settings.redis_url is not None:
        yield str(given or settings.redis_url)
        return
    async with embedded_valkey(settings) as address:
        yield address


@asynccontextmanager
async def _client(url: str) -> AsyncIterator[Any]:
    from services.cli.moving.checks import CLIENT_NAME  # noqa: PLC0415
    from shared.redis_address import without_password  # noqa: PLC0415
    from shared.redis_connection import connect  # noqa: PLC0415

    try:
        # No command is repeated: one that appends would do so twice.
        client = connect(url, retries=0, timeout=60.0, name=CLIENT_NAME)
    except ValueError as error:
        raise CommandError(f"{without_password(url)} is no address of a Redis: {error}") from error
    try:
        yield client
    finally:
        await client.aclose()
