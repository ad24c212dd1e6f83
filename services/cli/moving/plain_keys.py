"""Copies and compares keys that are one value or a collection: strings, hashes, sets, sorted sets, lists.

By their contents, not by DUMP: a payload of one server's version is refused by another one's, and the way
leads from Valkey to Redis as well.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

Pipe = Any
Parts = Callable[["Redis", bytes], AsyncIterator[Any]]

_SMALL = 1000
"""Members up to which a collection is read in one command, and after which it is taken in parts."""


@dataclass(frozen=True)
class Kind:
    """How a type of key is measured, read and written as a whole, and read part by part when it is large.

    What `read` returns and `parts` yields is what `write` takes.
    """

    size: Callable[[Pipe, bytes], object]
    read: Callable[[Pipe, bytes], object]
    write: Callable[[Pipe, bytes, Any], object]
    parts: Parts


async def _only_part(client: "Redis", key: bytes) -> AsyncIterator[Any]:
    value = await client.get(key)
    if value is not None:
        yield value


def _scanned(command: str, made: Callable[[Any], Any] = lambda part: part) -> Parts:
    """Return what reads a collection with one of Redis's scans and gives each part as `made` of it."""

    async def parts(client: "Redis", key: bytes) -> AsyncIterator[Any]:
        cursor = 0
        while True:
            cursor, part = await getattr(client, command)(key, cursor, count=_SMALL)
            if part:
                yield made(part)
            if not cursor:
                return

    return parts


async def _list_parts(client: "Redis", key: bytes) -> AsyncIterator[Any]:
    start = 0
    while part := await client.lrange(key, start, start + _SMALL - 1):
        yield part
        start += len(part)


KINDS: Mapping[bytes, Kind] = {
    b"string": Kind(
        size=lambda pipe, key: pipe.exists(key),
        read=lambda pipe, key: pipe.get(key),
        write=lambda pipe, key, value: pipe.set(key, value),
        parts=_only_part,
    ),
    b"hash": Kind(
        size=lambda pipe, key: pipe.hlen(key),
        read=lambda pipe, key: pipe.hgetall(key),
        write=lambda pipe, key, fields: pipe.hset(key, mapping=fields),
        parts=_scanned("hscan"),
    ),
    b"set": Kind(
        size=lambda pipe, key: pipe.scard(key),
        read=lambda pipe, key: pipe.smembers(key),
        write=lambda pipe, key, members: pipe.sadd(key, *members),
        parts=_scanned("sscan", set),
    ),
    b"zset": Kind(
        size=lambda pipe, key: pipe.zcard(key),
        read=lambda pipe, key: pipe.zrange(key, 0, -1, withscores=True),
        write=lambda pipe, key, members: pipe.zadd(key, dict(members)),
        parts=_scanned("zscan"),
    ),
    b"list": Kind(
        size=lambda pipe, key: pipe.llen(key),
        read=lambda pipe, key: pipe.lrange(key, 0, -1),
        write=lambda pipe, key, members: pipe.rpush(key, *members),
        parts=_list_parts,
    ),
}
"""What we store, by Redis's name of the type. Streams are another matter: `streams.py`."""


async def copy_keys(source: "Redis", target: "Redis", kinds: Mapping[bytes, bytes]) -> None:
    """Write keys of these types to the target as they are in the source."""
    small, large = await _sorted_by_size(source, kinds)
    values = await _read(source, small)
    pipe = target.pipeline(transaction=False)
    for key, value in zip(small, values, strict=True):
        if value is not None:
            KINDS[kinds[key]].write(pipe, key, value)
    await pipe.execute()
    for key, kind in large.items():
        async for part in KINDS[kind].parts(source, key):
            pipe = target.pipeline(transaction=False)
            KINDS[kind].write(pipe, key, part)
            await pipe.execute()


async def differing_keys(source: "Redis", target: "Redis", kinds: Mapping[bytes, bytes]) -> list[bytes]:
    """Return those of the keys whose contents are not the same on both sides."""
    small, large = await _sorted_by_size(source, kinds)
    pairs = zip(small, await _read(source, small), await _read(target, small), strict=True)
    differing = [key for key, here, there in pairs if here != there]
    for key, kind in large.items():
        here, there = [await _whole(client, key, KINDS[kind]) for client in (source, target)]
        if here != there:
            differing.append(key)
    return differing


async def _sorted_by_size(
    source: "Redis", kinds: Mapping[bytes, bytes]
) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    pipe = source.pipeline(transaction=False)
    for key, kind in kinds.items():
        KINDS[kind].size(pipe, key)
    sizes = dict(zip(kinds, await pipe.execute(), strict=True))
    small = {key: kind for key, kind in kinds.items() if sizes[key] <= _SMALL}
    return small, {key: kind for key, kind in kinds.items() if key not in small}


async def _read(client: "Redis", kinds: Mapping[bytes, bytes]) -> list[Any]:
    pipe = client.pipeline(transaction=False)
    for key, kind in kinds.items():
        KINDS[kind].read(pipe, key)
    values: list[Any] = await pipe.execute()
    return [None if value in ({}, set(), []) else value for value in values]


async def _whole(client: "Redis", key: bytes, kind: Kind) -> object:
    """Return everything in a collection in a form that is the same whatever the order of its parts."""
    members: list[Any] = []
    async for part in kind.parts(client, key):
        members += part.items() if isinstance(part, dict) else part
    # A scan may bring a member twice, and brings members in any order; only a list has one of its own.
    return members if kind is KINDS[b"list"] else set(members)
