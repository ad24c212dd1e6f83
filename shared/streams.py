"""The event stream as both services see it: its groups, and the names of those who read it."""

import os
import secrets
import socket

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from shared import keys

FEEDS = "feeds"
DELIVERIES = "deliveries"
GROUPS = (FEEDS, DELIVERIES)
"""The consumer groups. Each reads every event, independently of the other."""


async def make_groups(redis: "Redis", partitions: int) -> None:
    """Make every consumer group at the stream's very beginning, unless it is there already.

    FastStream would make them at `$`, and events published before a group's first start would never reach it
    (ag2ai/faststream#2694).
    """
    for partition in range(partitions):
        for group in GROUPS:
            try:
                await redis.xgroup_create(keys.events(partition), group, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise


async def settle_partitions(redis: "Redis", partitions: int) -> int:
    """Keep the number of partitions at first start; return the number in force from then on.

    An article's keys live in the partition that its id names, so the number cannot change under stored data.
    """
    await redis.set(keys.partitions_registry(), partitions, nx=True)
    return int(await redis.get(keys.partitions_registry()) or partitions)


def consumer_name() -> str:
    """Return a name that no other consumer has or had: a pending entry must never find a false owner."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
