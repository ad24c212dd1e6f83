"""The event stream as both services see it: its groups, and the names of those who read it."""

import os
import secrets
import socket

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from shared import keys
from shared.logs import get_logger
from shared.moved import not_usable_because
from shared.process import StartError
from shared.redis_address import redis_url, without_password
from shared.redis_connection import UNREACHABLE, durability_warnings
from shared.settings import SharedSettings

log = get_logger(__name__)

FEEDS = "feeds"
DELIVERIES = "deliveries"
GROUPS = (FEEDS, DELIVERIES)
"""The consumer groups. Each reads every event, independently of the other."""


async def make_groups(redis: "Redis", partitions: int) -> None:
    """Make every consumer group at the stream's very beginning, unless it is there already.

    FastStream would make them at `$`, and events published before a group's first start would never reach it
    (ag2ai/faststream#2694). One that is missing beside entries was deleted, which is said loudly.
    """
    for partition in range(partitions):
        for group in GROUPS:
            await _make_group(redis, keys.events(partition), group)


async def _make_group(redis: "Redis", stream: str, group: str) -> None:
    try:
        await redis.xgroup_create(stream, group, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise
        return
    if entries := await redis.xlen(stream):
        log.warning(
            "group.made_anew",
            stream=stream,
            group=group,
            entries=entries,
            advice="The group was missing: it was deleted, or is new. It reads from the beginning, and what "
            "was done before has no further effect.",
        )


async def settle_partitions(redis: "Redis", partitions: int) -> int:
    """Keep the number of partitions at first start; return the number in force from then on.

    An article's keys live in the partition that its id names, so the number cannot change under stored data.
    """
    await redis.set(keys.partitions_registry(), partitions, nx=True)
    return int(await redis.get(keys.partitions_registry()) or partitions)


def consumer_name() -> str:
    """Return a name that no other consumer has or had: a pending entry must never find a false owner."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


async def prepare(redis: "Redis", settings: SharedSettings) -> None:
    """Make everything in Redis that every process relies on; harmless when it is there already.

    Raises `StartError` when Redis cannot be reached or used, was moved elsewhere, or holds data of another
    number of partitions.
    """
    address = without_password(redis_url(settings))
    try:
        if reason := await not_usable_because(redis):
            raise StartError(f"What is stored at {address} {reason}.")
        kept = await settle_partitions(redis, settings.partitions)
        if kept != settings.partitions:
            raise StartError(
                f"NEWSWIRE_PARTITIONS is {settings.partitions}, but what is stored at {address} has {kept}: "
                f"set it to {kept}, or start with an empty store."
            )
        await make_groups(redis, settings.partitions)
        for warning in await durability_warnings(redis):
            log.warning("redis.not_durable", advice=warning)
    except UNREACHABLE as error:
        raise StartError(
            f"Redis at {address} cannot be reached: start it, or set NEWSWIRE_REDIS_URL."
        ) from error
    except RedisError as error:
        raise StartError(f"Redis at {address} cannot be used: {error}") from error
