"""Wait until services can do their work, until something listens.

What is asked is written by hand: a client of HTTP takes longer to load than all else of `newswire up`, on the
cores on which the services load.
"""

import asyncio
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from services.cli.command_error import CommandError

_POLL_SECONDS = 0.05
_ANSWER_SECONDS = 10.0
_PATIENCE_SECONDS = 120.0
_READY = b"HTTP/1.1 200 "


async def wait_until_ready(services: Mapping[str, str], *, patience: float = _PATIENCE_SECONDS) -> None:
    """Return when `/readyz` of every service (name → URL) is 200.

    While one does not answer there is no limit: it waits for Redis, and loading a large file takes its time.
    Whoever waits also watches what is started, and stops waiting when that ends. Raises `CommandError` when
    one has answered for as many seconds that it is not ready.
    """
    for name, url in services.items():
        end: float | None = None
        while (answer := await _asked(url)) is None or not answer.startswith(_READY):
            if answer is not None:
                end = end or time.monotonic() + patience
                if time.monotonic() > end:
                    reason = answer.partition(b"\r\n\r\n")[2].decode(errors="replace")
                    raise CommandError(f"The {name} service is not ready: {reason}")
            await asyncio.sleep(_POLL_SECONDS)


async def _asked(url: str) -> bytes | None:
    """Return what `/readyz` answers from its status line on, None while nothing does."""
    address = urlsplit(url)
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            try:
                head = f"GET /readyz HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n"
                writer.write(head.encode())
                return await reader.read() or None
            finally:
                writer.close()
    except OSError:
        return None


async def wait_until_listening(url: str, seconds: float) -> None:
    """Return when something listens at `url`, or after so many seconds."""
    address = urlsplit(url)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            _, writer = await asyncio.open_connection(address.hostname, address.port)
        except OSError:
            await asyncio.sleep(_POLL_SECONDS)
        else:
            writer.close()
            return
