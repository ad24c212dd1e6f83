"""Wait for a Redis. There is no limit: loading a large file takes its time, and another process does it."""

import asyncio

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
    client = connect(url, retries=0)
    try:
        while not await _answers(client):  # noqa: ASYNC110 - another process gets ready
            await asyncio.sleep(_ANSWER_SECONDS)
    finally:
        await client.aclose()


async def _answers(redis: "Redis") -> bool:
    try:
        await redis.ping()
    except UNREACHABLE as error:  # not listening yet, or loading; or a password is refused, which stays so
        return isinstance(error.__cause__, AuthenticationError)
    except RedisError:
        return True
    return True


async def wait_until_redis_takes_writes(url: str) -> None:
    """Return when a service that is started has a Redis to work with."""
    client = connect(url, retries=0)
    try:
        while await not_writable_because(client) is not None:  # noqa: ASYNC110 - another process gets ready
            await asyncio.sleep(_WRITABLE_SECONDS)
    finally:
        await client.aclose()


async def wait_and_tell(url: str, *, untold_seconds: float = _UNTOLD_SECONDS) -> None:
    """Return when Redis answers; a wait longer than these seconds has a line in the log."""
    waiting = asyncio.create_task(wait_until_redis_answers(url))
    try:
        await asyncio.wait([waiting], timeout=untold_seconds)
        if not waiting.done():
            log.warning("redis.awaited", address=without_password(url))
        await waiting
    finally:
        waiting.cancel()
