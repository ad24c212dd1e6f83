"""Waiting for what other processes do."""

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis

from shared import keys
from shared.streams import GROUPS


async def until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for a condition; fail with what was waited for."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - other processes cannot set an event of ours
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"waited {seconds} s in vain until {what}") from None


async def until_both_workers_read(redis: Redis) -> None:
    """Wait for the second worker, which is started when the services are ready."""
    async with asyncio.timeout(60):
        while len(await redis.xinfo_consumers(keys.events(0), GROUPS[-1])) < 2:  # noqa: ASYNC110 - see `until`
            await asyncio.sleep(0.05)
