"""Keys that are watched and read in one round trip."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import NoPermissionError, WatchError

from services.ingest.watching import watch_and_read
from shared.redis_connection import connect
from tests.conftest import ValkeyServer


@pytest.fixture
async def client(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    """Return the client of one who watches, apart from that of the test."""
    client = connect(valkey.url, retries=0)
    yield client
    await client.aclose()


async def write(pipe: "Pipeline", name: str, value: str) -> None:
    """Write this in a transaction, which fails when something that was watched has changed."""
    pipe.multi()  # type: ignore[no-untyped-call] # not annotated
    pipe.set(name, value)
    await pipe.execute()


async def test_what_was_read_is_written_when_nobody_came_between(redis: Redis, client: Redis) -> None:
    await redis.set("one", "1")
    async with client.pipeline(transaction=True) as pipe:
        assert await watch_and_read(pipe, ["one", "none"]) == [b"1", None]
        await write(pipe, "one", "2")
    assert await redis.get("one") == b"2"


async def test_nothing_is_written_when_somebody_came_between(redis: Redis, client: Redis) -> None:
    async with client.pipeline(transaction=True) as pipe:
        assert await watch_and_read(pipe, ["one"]) == [None]
        await redis.set("one", "of somebody else")
        with pytest.raises(WatchError):
            await write(pipe, "one", "2")
    assert await redis.get("one") == b"of somebody else"


async def test_who_only_reads_leaves_nothing_watched(redis: Redis, client: Redis) -> None:
    async with client.pipeline(transaction=True) as pipe:
        await watch_and_read(pipe, ["one"])
    await redis.set("one", "1")
    async with client.pipeline(transaction=True) as pipe:
        await write(pipe, "two", "2")
    assert await redis.get("two") == b"2"


@pytest.mark.parametrize("refused", ["watch", "mget"])
async def test_after_a_refusal_no_answer_is_left_for_whoever_comes_next(
    redis: Redis, client: Redis, refused: str
) -> None:
    await redis.set("one", "1")
    await redis.acl_setuser("default", enabled=True, commands=[f"-{refused}"])
    async with client.pipeline(transaction=True) as pipe:
        with pytest.raises(NoPermissionError):
            await watch_and_read(pipe, ["one"])
        assert pipe.connection is not None
        assert not pipe.connection.is_connected
    await redis.acl_setuser("default", enabled=True, commands=[f"+{refused}"])
    assert await client.get("another") is None
    async with client.pipeline(transaction=True) as pipe:
        assert await watch_and_read(pipe, ["one"]) == [b"1"]
