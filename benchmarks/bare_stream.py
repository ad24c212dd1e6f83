"""What the way from a publisher to a consumer takes at least: XADD to XREADGROUP, 100 entries a second."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median, quantiles
from typing import Any

from redis.asyncio import Redis

_PER_SECOND, _SECONDS, _BYTES = 100, 4, 3_000
_STREAM, _GROUP = "benchmark:stream", "readers"


async def bare_milliseconds(redis_url: str) -> tuple[float, float]:
    """Return p50 and p99 of the milliseconds from XADD to the reader that has the entry."""
    added: dict[bytes, float] = {}
    read: dict[bytes, float] = {}
    async with _client(redis_url) as writer, _client(redis_url) as reader:
        await writer.xgroup_create(_STREAM, _GROUP, id="0", mkstream=True)
        reading = asyncio.create_task(_read(reader, read, _PER_SECOND * _SECONDS))
        began = time.perf_counter()
        for number in range(_PER_SECOND * _SECONDS):
            await asyncio.sleep(max(0.0, began + number / _PER_SECOND - time.perf_counter()))
            # From the command on: the reader has the entry before its writer has the answer.
            moment = time.perf_counter()
            entry_id: Any = await writer.xadd(_STREAM, {"body": b"x" * _BYTES})
            added[entry_id] = moment
        await reading
        await writer.delete(_STREAM)
    took = [(read[entry_id] - moment) * 1000 for entry_id, moment in added.items()]
    return median(took), quantiles(took, n=100)[98]


async def _read(redis: "Redis", read: dict[bytes, float], wanted: int) -> None:
    while len(read) < wanted:
        reply: Any = await redis.xreadgroup(_GROUP, "one", {_STREAM: ">"}, count=100, block=1000)
        for _, entries in reply or ():
            read |= {entry_id: time.perf_counter() for entry_id, _ in entries}
            await redis.xack(_STREAM, _GROUP, *[entry_id for entry_id, _ in entries])


@asynccontextmanager
async def _client(redis_url: str) -> AsyncIterator["Redis"]:
    redis: Redis = Redis.from_url(redis_url)
    try:
        yield redis
    finally:
        await redis.aclose()
