"""What producers and consumers do to a real stream, in the words of a test."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.ops.numbers import Backlog, GroupNumbers
from services.feed.ops.sampler import Sampler
from shared import keys
from shared.clock import Clock, SystemClock
from shared.redis_connection import connect
from shared.streams import FEEDS, make_groups

STREAM = keys.events(0)


async def none() -> Sequence[Any]:
    return ()


@asynccontextmanager
async def a_sampler(
    url: str, *, clock: Clock | None = None, partitions: int = 1, **options: Any
) -> AsyncIterator[Sampler]:
    """Make a sampler over a client of its own, without endpoints and feeds unless given their readers."""
    redis = connect(url)
    given: dict[str, Any] = {"spacing": 0.0, "read_endpoints": none, "read_feeds": none} | options
    yield Sampler(redis, partitions, clock or SystemClock(), **given)
    await redis.aclose()


async def publish(redis: Redis, count: int, *, partition: int = 0) -> list[bytes]:
    """Make the groups as a worker does, add `count` entries, and return their ids."""
    await make_groups(redis, partition + 1)
    pipe = redis.pipeline(transaction=False)
    for number in range(count):
        pipe.xadd(keys.events(partition), {"__data__": f"event {number}"})
    added: list[bytes] = await pipe.execute()
    return added


async def read(redis: Redis, count: int, group: str = FEEDS) -> list[bytes]:
    """Read `count` entries without acknowledging them; return their ids."""
    reply: Any = await redis.xreadgroup(group, "one-consumer", {STREAM: ">"}, count=count)
    return [entry_id for _, entries in reply for entry_id, _ in entries]


def row(backlog: Backlog, group: str = FEEDS, stream: str = STREAM) -> GroupNumbers:
    """Return one row of the backlog."""
    for numbers in backlog.streams:
        if (numbers.stream, numbers.group) == (stream, group):
            return numbers
    pytest.fail(f"no row for {group} on {stream}")
