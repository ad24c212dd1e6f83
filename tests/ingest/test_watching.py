"""Transactions on keys that are watched and read in one round trip."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, ResponseError, WatchError

from services.ingest.watching import watching
from shared.redis_connection import connect
from tests.conftest import ValkeyServer


@pytest.fixture
async def client(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    """Return the client of one who watches, apart from that of the test."""
    client = connect(valkey.url, retries=0)
    yield client
    await client.aclose()


async def nobody_watches(redis: Redis) -> bool:
    return all(one["watch"] == "0" for one in await redis.client_list())


async def test_what_was_read_is_written_when_nobody_came_between(redis: Redis, client: Redis) -> None:
    await redis.set("one", "1")
    async with watching(client, ["one", "none"]) as watched:
        assert watched.values == [b"1", None]
        assert not await nobody_watches(redis)
        await watched.write([("SET", "one", "2"), ("SET", "two", "2")])
    assert await redis.mget("one", "two") == [b"2", b"2"]
    assert await nobody_watches(redis)


async def test_nothing_is_written_when_somebody_came_between(redis: Redis, client: Redis) -> None:
    async def write() -> None:
        async with watching(client, ["one"]) as watched:
            await redis.set("one", "of somebody else")
            await watched.write([("SET", "one", "2"), ("SET", "two", "2")])

    with pytest.raises(WatchError, match="changed"):
        await write()
    assert await redis.mget("one", "two") == [b"of somebody else", None]
    async with watching(client, ["one"]) as watched:
        await watched.write([("SET", "one", "2")])
    assert await redis.get("one") == b"2"


async def test_who_only_reads_leaves_nothing_watched(redis: Redis, client: Redis) -> None:
    async with watching(client, ["one"]):
        pass
    assert await nobody_watches(redis)
    assert len(await redis.client_list()) == 2  # the connection was kept


async def test_who_fails_in_the_middle_leaves_nothing_watched(redis: Redis, client: Redis) -> None:
    with pytest.raises(ZeroDivisionError):
        async with watching(client, ["one"]):
            raise ZeroDivisionError
    assert await nobody_watches(redis)
    assert await client.get("one") is None


@pytest.mark.parametrize("refused", ["watch", "mget"])
async def test_after_a_refusal_no_answer_is_left_for_whoever_comes_next(
    redis: Redis, client: Redis, refused: str
) -> None:
    await redis.set("one", "1")
    await redis.acl_setuser("default", enabled=True, commands=[f"-{refused}"])
    with pytest.raises(NoPermissionError):
        async with watching(client, ["one"]):
            pytest.fail("what could not be read was given")
    await redis.acl_setuser("default", enabled=True, commands=[f"+{refused}"])
    assert await client.get("another") is None
    async with watching(client, ["one"]) as watched:
        assert watched.values == [b"1"]


@pytest.mark.parametrize("command", [("SETX", "one", "2"), ("LPUSH", "text", "2")])
async def test_the_refusal_of_a_command_is_raised(
    redis: Redis, client: Redis, command: tuple[str, ...]
) -> None:
    """One that Redis does not know undoes all; one that fits no value is told when the others are done."""
    await redis.set("text", "1")
    with pytest.raises(ResponseError, match=r"unknown command|WRONGTYPE"):
        async with watching(client, ["one"]) as watched:
            await watched.write([command])
    assert await client.get("another") is None
    assert await nobody_watches(redis)


async def test_a_connection_that_is_lost_in_the_transaction_leaves_it_open_what_became_of_it(
    redis: Redis, client: Redis
) -> None:
    async def write() -> None:
        async with watching(client, ["one"]) as watched:
            await redis.client_kill_filter(_type="normal", skipme=True)
            await watched.write([("SET", "one", "2")])

    with pytest.raises(WatchError, match="lost"):
        await write()
    assert await client.get("one") is None


async def test_who_is_cancelled_leaves_no_answer_for_whoever_comes_next(redis: Redis, client: Redis) -> None:
    await redis.client_pause(300)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), watching(client, ["one"]):
            pytest.fail("Redis was to stand still")
    assert await client.get("another") is None
    async with watching(client, ["one"]) as watched:
        assert watched.values == [None]
