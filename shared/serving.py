"""How a process serves HTTP and ends: its port, its signals, its exit code; the same for every service."""

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Coroutine
from functools import partial
from typing import Any, NoReturn

import uvicorn
from starlette.types import ASGIApp

from shared.dated import Dated
from shared.http_connection import Connection, Patience

_GRACE_SECONDS = 10
"""How long requests that are under way may take to end after a stop was asked for."""


_MOST_FILES = 1 << 16
_SPARE_FILES = 256
"""Files kept for everything that is no client: Redis, partners, logs."""

_GARBAGE_THRESHOLDS = 10_000, 10, 10
"""How many more objects there are before the youngest are looked through, and rounds before older ones."""

_CANCEL_AGAIN_SECONDS = 30
"""Longer than any part takes to wind up; see `shared.cancellation` for what swallows a cancellation."""


class StartError(Exception):
    """The process cannot start; the message is one sentence for the person who started it."""


def give_up(error: Exception) -> NoReturn:
    """End the process with the error's one sentence on stderr and exit code 1."""
    sys.exit(f"newswire: {error}")


def bind(host: str, port: int, setting: str) -> socket.socket:
    """Return a listening socket, or raise a `StartError` that names the port and the setting to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol left open, asyncio would not switch Nagle's delay off: 44 ms an answer were measured.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise StartError(
            f"Cannot listen on {host} port {port} ({error.strerror}): set {setting} to a free one."
        ) from error
    listening.setblocking(False)
    return listening


async def run_until_stopped(*parts: Coroutine[Any, Any, None]) -> None:
    """Run the parts of a process side by side until SIGINT or SIGTERM, or until one of them ends.

    All the others are then cancelled and waited for. What a part raised is raised on.
    """
    _spare_the_collector()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(part) for part in parts]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await asyncio.gather(*[_end(task) for task in tasks])
    for task in tasks:
        if not task.cancelled() and (error := task.exception()):
            raise error


def _spare_the_collector() -> None:
    """Let garbage collection leave alone what is loaded by now and stays for good, and come less often.

    Measured while articles are accepted: a tenth of the processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)


async def _end(task: "asyncio.Task[None]") -> None:
    """Cancel a part and wait for its end; cancel it again if that was swallowed on its way."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_SECONDS)


def _allow_connections() -> int:
    """Let this process open as many files as it may; return how many of them clients can have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # A thousand is what most systems give by default, and as many clients that say nothing take them all.
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted - _SPARE_FILES, _SPARE_FILES)


async def serve(
    app: ASGIApp,
    listening: socket.socket,
    patience: Patience | None = None,
    connection: type[Connection] = Connection,
) -> None:
    """Serve `app` on a bound socket until cancelled, then let requests under way come to their end."""
    server = uvicorn.Server(
        uvicorn.Config(
            Dated(app),
            date_header=False,
            access_log=False,  # costs a third of the requests; one wide line per unit of work says more
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            http=partial(connection, patience=patience or Patience(connections=_allow_connections())),  # type: ignore[arg-type] # called like a class
            ws="none",
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(serving)
        if not server.started:
            raise StartError("The HTTP service did not start; the log lines above say why.")
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
