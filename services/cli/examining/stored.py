"""What the Redis in use is like: its version, how safe it keeps things, how full and fast it is, its time."""

import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.cli.examining import finding
from services.cli.examining.finding import Finding, Level
from services.cli.settings import CommandSettings
from shared import keys
from shared.moved import not_usable_because
from shared.redis_address import redis_url, without_password
from shared.redis_connection import UNREACHABLE, connect, durability_warnings
from shared.redis_versions import server_name, too_old
from shared.streams import GROUPS

_WRITES = 21


async def examine_redis(settings: CommandSettings) -> AsyncIterator[Finding]:
    """Yield what is found of the Redis that is set, or of the embedded one while it runs."""
    url = redis_url(settings)
    shown = without_password(url)
    try:
        redis = connect(url, retries=0, timeout=5.0)
    except ValueError as error:
        yield Finding(Level.BAD, "redis", f"{shown} is no address: {error}", "Mend NEWSWIRE_REDIS_URL.")
        return
    try:
        info: Any = await redis.info()
        yield Finding(Level.OK, "redis", f"{server_name(info)} answers at {shown}")
        for found in _of_info(info):
            yield found
        for advice in await durability_warnings(redis):
            told, _, cure = advice.partition(". ")
            yield Finding(Level.BAD, "redis settings", told, cure or advice)
        yield finding.clock(await _ahead(redis))
        yield await _write_time(redis)
        async for found in _contents(redis, settings.partitions):
            yield found
    except UNREACHABLE:
        yield _unreachable(settings, shown)
    except RedisError as error:
        yield Finding(
            Level.BAD, "redis", f"it refuses: {error}", "Look at its log, and at what this user may do (ACL)."
        )
    finally:
        await redis.aclose()


def _unreachable(settings: CommandSettings, shown: str) -> Finding:
    if settings.redis_url is None:
        return Finding(
            Level.NOTE,
            "redis",
            "the embedded Valkey does not run",
            "`newswire up` starts it; then look again.",
        )
    return Finding(Level.BAD, "redis", f"nobody answers at {shown}", "Start it, or mend NEWSWIRE_REDIS_URL.")


def _of_info(info: Any) -> list[Finding]:
    found = []
    if complaint := too_old(info):
        found.append(Finding(Level.BAD, "redis version", complaint, "Use a newer one."))
    if info.get("role") == "slave":
        found.append(
            Finding(
                Level.BAD,
                "redis role",
                "it is a replica and takes no writes",
                "Set NEWSWIRE_REDIS_URL to the primary.",
            )
        )
    for name, what in (
        ("aof_last_write_status", "its last write to the append-only file failed"),
        ("aof_last_bgrewrite_status", "its last rewriting of the append-only file failed"),
    ):
        if info.get(name, "ok") != "ok":
            found.append(
                Finding(Level.BAD, "redis file", what, "Look at its log and at the disk it writes to.")
            )
    limit = int(info.get("maxmemory", 0))
    of_machine = not limit
    limit = limit or int(info.get("total_system_memory", 0))
    return [*found, finding.redis_memory(int(info["used_memory"]), limit, of_machine=of_machine)]


async def _ahead(redis: "Redis") -> float:
    """Return by how many seconds this machine's clock is ahead, half of the way to it allowed for."""
    begun = time.time()
    seconds, microseconds = await redis.time()
    return (begun + time.time()) / 2 - (seconds + microseconds / 1_000_000)


async def _write_time(redis: "Redis") -> Finding:
    taken = []
    for _ in range(_WRITES):
        begun = time.perf_counter()
        await redis.set(keys.examination(), "1", ex=60)
        taken.append(time.perf_counter() - begun)
    # A target of a move must hold nothing.
    await redis.delete(keys.examination())
    return finding.write(statistics.median(taken))


async def _contents(redis: "Redis", partitions: int) -> AsyncIterator[Finding]:
    if reason := await not_usable_because(redis):
        yield Finding(Level.BAD, "contents", f"what is stored here {reason.partition(':')[0]}", reason)
    kept = await redis.get(keys.partitions_registry())
    if kept is None:
        yield Finding(Level.NOTE, "contents", "nothing is stored here yet")
        return
    if int(kept) != partitions:
        yield Finding(
            Level.BAD,
            "contents",
            f"stored with {int(kept)} partitions, and NEWSWIRE_PARTITIONS is {partitions}",
            f"Set NEWSWIRE_PARTITIONS to {int(kept)}.",
        )
        return
    missing = [
        f"{group} on {keys.events(partition)}"
        for partition in range(partitions)
        for group in GROUPS
        if not await _has_group(redis, keys.events(partition), group)
    ]
    if missing:
        yield Finding(
            Level.BAD,
            "consumer groups",
            f"missing: {', '.join(missing)}",
            "Start a worker: it makes them anew.",
        )
    else:
        yield Finding(Level.OK, "consumer groups", "all are there")


async def _has_group(redis: "Redis", stream: str, group: str) -> bool:
    if not await redis.exists(stream):
        return False
    groups: Any = await redis.xinfo_groups(stream)
    return group.encode() in {one["name"] for one in groups}
