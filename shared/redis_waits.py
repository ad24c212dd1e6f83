"""Wait for a Redis. There is no limit: loading a large file takes its time, and another process does it."""

import asyncio
import math
import time

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from shared.logs import get_logger
from shared.redis_address import without_password
from shared.redis_connection import UNREACHABLE, connect, not_writable_because

log = get_logger(__name__)

_ANSWER_SECONDS = 0.05
_WRITABLE_SECONDS = 0.25
"""Seconds between two looks."""

_UNTOLD_SECONDS = 5.0


async def wait_until_redis_answers(url: str) -> None:
    """Return when Redis answers PING, whatever it says."""
    await wait_and_tell(url, untold_seconds=math.inf)


async def wait_and_tell(url: str, *, untold_seconds: float = _UNTOLD_SECONDS) -> None:
    """Return when Redis answers PING; a wait longer than these seconds has a line in the log, and why."""
    began, told = time.monotonic(), False
    client = connect(url, retries=0)
    try:
        while (reason := await _no_answer_because(client)) is not None:
            if not told and time.monotonic() - began > untold_seconds:
                log.warning("redis.awaited", address=without_password(url), error=reason)
                told = True
            await asyncio.sleep(_ANSWER_SECONDS)
    finally:
        await client.aclose()


async def _no_answer_because(redis: "Redis") -> str | None:
    try:
        await redis.ping()
    except UNREACHABLE as error:
        # Not listening yet, or loading; a password that is refused stays so.
        refused = isinstance(error, AuthenticationError) or isinstance(error.__cause__, AuthenticationError)
        return None if refused else str(error)
    except RedisError:
        return None
    return None


async def wait_until_redis_takes_writes(url: str) -> None:
    """Return when a service that is started has a Redis to work with."""
    client = connect(url, retries=0)
    try:
        while await not_writable_because(client) is not None:  # noqa: ASYNC110 - another process gets ready
            await asyncio.sleep(_WRITABLE_SECONDS)
    finally:
        await client.aclose()
