"""Wait until Redis answers, until services can do their work, until something listens."""

import asyncio
import time
from collections.abc import Mapping

import httpx
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.cli.command_error import CommandError
from shared.redis_connection import UNREACHABLE, connect, not_writable_because

_POLL_SECONDS = 0.05
_WRITABLE_SECONDS = 0.25
_PATIENCE_SECONDS = 120.0


async def wait_until_ready(services: Mapping[str, str]) -> None:
    """Return when `/readyz` of every service (name → URL) is 200; raises `CommandError` after two minutes."""
    end = time.monotonic() + _PATIENCE_SECONDS
    async with httpx.AsyncClient(trust_env=False, timeout=10.0) as http:
        for name, url in services.items():
            while reason := await _not_ready_because(http, url):
                if time.monotonic() > end:
                    raise CommandError(f"The {name} service is not ready: {reason}")
                await asyncio.sleep(_POLL_SECONDS)


async def wait_until_redis_answers(url: str) -> None:
    """Return when Redis answers PING, whatever it says.

    There is no limit: loading a large file takes its time. Whoever waits also watches what is
    started, and stops waiting when that ends.
    """
    client = connect(url, retries=0)
    try:
        while not await _answers(client):  # noqa: ASYNC110 - another process gets ready
            await asyncio.sleep(_POLL_SECONDS)
    finally:
        await client.aclose()


async def _answers(redis: "Redis") -> bool:
    try:
        await redis.ping()
    except UNREACHABLE:  # not listening yet, or loading
        return False
    except RedisError:
        return True
    return True


async def wait_until_redis_takes_writes(url: str) -> None:
    """Return when a service that is started has a Redis to work with; there is no limit to that either."""
    client = connect(url, retries=0)
    try:
        while await not_writable_because(client) is not None:  # noqa: ASYNC110 - another process gets ready
            await asyncio.sleep(_WRITABLE_SECONDS)
    finally:
        await client.aclose()


async def wait_until_listening(url: str, seconds: float) -> None:
    """Return when something answers at `url`, or after so many seconds."""
    end = time.monotonic() + seconds
    async with httpx.AsyncClient(trust_env=False, timeout=1.0) as http:
        while time.monotonic() < end:
            try:
                await http.head(url)
            except httpx.TransportError:
                await asyncio.sleep(_POLL_SECONDS)
            else:
                return


async def _not_ready_because(http: httpx.AsyncClient, url: str) -> str | None:
    try:
        answer = await http.get(f"{url}/readyz")
    except httpx.TransportError:
        return f"it does not answer at {url}."
    return None if answer.is_success else answer.text
