"""How a process serves HTTP: its port, its connections; the same for every service."""

import asyncio
import resource
import socket
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from shared.dated import Dated
from shared.http_connection import Connection, Patience
from shared.process import StartError

_GRACE_SECONDS = 10
"""How long requests that are under way may take to end after a stop was asked for."""

_BACKLOG = 2048
"""Connections that the kernel holds until they are taken."""

_MOST_FILES = 1 << 16
_SPARE_FILES = 256
"""Files kept for everything that is no client: Redis, partners, logs."""


def bind(host: str, port: int, setting: str) -> socket.socket:
    """Return a socket that has its port, or raise a `StartError` that names it and the setting to change.

    It does not listen: whoever connected before the service can answer would wait, give up, and have done
    later what they gave up.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol left open, asyncio would not switch Nagle's delay off: 44 ms an answer were measured.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise StartError(
            f"Cannot listen on {host} port {port} ({error.strerror}): set {setting} to a free one."
        ) from error
    bound.setblocking(False)
    return bound


def _listen(bound: socket.socket) -> None:
    try:
        bound.listen(_BACKLOG)
    except OSError as error:  # somebody else took the same port meanwhile, and listens
        host, port, *_ = bound.getsockname()
        raise StartError(f"Cannot listen on {host} port {port} ({error.strerror}).") from error


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
    bound: socket.socket,
    patience: Patience | None = None,
    connection: type[Connection] = Connection,
) -> None:
    """Serve `app` on a bound socket until cancelled, then let requests under way come to their end."""
    _listen(bound)
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
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        await asyncio.shield(serving)
        if not server.started:
            raise StartError("The HTTP service did not start; the log lines above say why.")
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
