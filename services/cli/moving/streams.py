"""Copies and compares streams: entries under their ids, counters, groups, consumers, what is pending."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

_PART = 1000
_PENDING_PART = 1000


@dataclass(frozen=True)
class Pending:
    """An entry that a consumer read and did not acknowledge."""

    id: bytes
    consumer: bytes
    idle_ms: int
    deliveries: int


async def copy_stream(source: "Redis", target: "Redis", key: bytes) -> None:
    """Write a stream to the target so that every consumer goes on as if nothing had happened."""
    async for entries in _entries(source, key):
        pipe = target.pipeline(transaction=False)
        for entry_id, fields in entries:
            pipe.xadd(key, fields, id=entry_id)
        await pipe.execute()
    groups: Any = await source.xinfo_groups(key)
    for group in groups:
        await target.xgroup_create(
            *(key, group["name"], group["last-delivered-id"]),
            mkstream=True,
            entries_read=group["entries-read"],
        )
        for consumer in await source.xinfo_consumers(key, group["name"]):
            await target.xgroup_createconsumer(key, group["name"], consumer["name"])
        await _copy_pending(source, target, key, group["name"])
    # Last: it must not be lower than what is in the stream, and an empty stream exists only with a group.
    stream = await _counters(source, key)
    if await target.exists(key):
        setting: Any = target.pipeline(transaction=False)  # redis-py has no XSETID of its own
        setting.execute_command(
            *("XSETID", key, stream["last-generated-id"], "ENTRIESADDED", stream["entries-added"]),
            *("MAXDELETEDID", stream["max-deleted-entry-id"]),
        )
        await setting.execute()


async def stream_differs(source: "Redis", target: "Redis", key: bytes) -> bool:
    """Tell whether anything of a stream is not the same on both sides but how long something is idle."""
    if await _counters(source, key) != await _counters(target, key):
        return True
    there = _entries(target, key)
    async for entries in _entries(source, key):
        if entries != await anext(there, None):
            return True
    if await anext(there, None) is not None:
        return True
    return await _groups(source, key) != await _groups(target, key)


async def _copy_pending(source: "Redis", target: "Redis", key: bytes, group: bytes) -> None:
    """Claim for the same consumers what they have pending; what was deleted from the stream is no work."""
    async for part in _pending(source, key, group):
        pipe = target.pipeline(transaction=False)
        for one in part:
            pipe.xclaim(
                key,
                group,
                one.consumer,
                0,
                [one.id],
                idle=one.idle_ms,
                retrycount=one.deliveries,
                force=True,
                justid=True,
            )
        await pipe.execute()


async def _entries(client: "Redis", key: bytes) -> AsyncIterator[list[Any]]:
    start = "-"
    while entries := await client.xrange(key, min=start, count=_PART):
        found: Any = entries
        yield found
        start = f"({found[-1][0].decode()}"


async def _pending(client: "Redis", key: bytes, group: bytes) -> AsyncIterator[list[Pending]]:
    start = "-"
    while True:
        rows: Any = await client.xpending_range(key, group, start, "+", _PENDING_PART)
        if not rows:
            return
        part = [
            Pending(row["message_id"], row["consumer"], row["time_since_delivered"], row["times_delivered"])
            for row in rows
        ]
        yield part
        start = f"({part[-1].id.decode()}"


async def _counters(client: "Redis", key: bytes) -> dict[str, Any]:
    info: Any = await client.xinfo_stream(key)
    names = ("length", "last-generated-id", "entries-added", "max-deleted-entry-id")
    return {name: info[name] for name in names}


async def _groups(client: "Redis", key: bytes) -> dict[bytes, Any]:
    """Return what must be the same of each group: how far it is, who reads for it, and what is pending."""
    found: dict[bytes, Any] = {}
    groups: Any = await client.xinfo_groups(key)
    for group in groups:
        name = group["name"]
        consumers = {consumer["name"] for consumer in await client.xinfo_consumers(key, name)}
        pending: dict[bytes, Any] = {}
        async for part in _pending(client, key, name):
            pending |= {one.id: (one.consumer, one.deliveries) for one in await _existing(client, key, part)}
        found[name] = (group["last-delivered-id"], group["entries-read"], consumers, pending)
    return found


async def _existing(client: "Redis", key: bytes, part: list[Pending]) -> list[Pending]:
    """Return those whose entries are still in the stream: of the others nobody can make anything."""
    pipe = client.pipeline(transaction=False)
    for one in part:
        pipe.xrange(key, min=one.id, max=one.id)
    return [one for one, entries in zip(part, await pipe.execute(), strict=True) if entries]
