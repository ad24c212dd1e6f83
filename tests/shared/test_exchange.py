"""Commands and their answers on one connection."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import DataError, ResponseError

from shared.exchange import Command, exchange
from shared.redis_connection import connect
from tests.conftest import ValkeyServer


@pytest.fixture
async def connection(valkey: ValkeyServer) -> AsyncIterator[AbstractConnection]:
    """Return a connection that is open."""
    client = connect(valkey.url, retries=0, timeout=None)
    connection: AbstractConnection = await client.connection_pool.get_connection()  # type: ignore[no-untyped-call] # not annotated
    yield connection
    await client.aclose()


async def who_waits(redis: Redis) -> str:
    """Return the id of the connection that waits for a list, as soon as there is one."""
    while True:
        for client in await redis.client_list():
            if client["cmd"] == "blpop":
                return str(client["id"])


async def test_answers_come_in_order_and_as_redis_gives_them(connection: AbstractConnection) -> None:
    commands: list[Command] = [("SET", "one", "1"), ("INCRBY", "one", 2), ("GET", "one"), ("GET", "none")]
    assert await exchange(connection, commands) == [b"OK", 3, b"3", None]
    assert await exchange(connection, []) == []


async def test_what_is_refused_is_answered_with_its_error_among_the_others(
    connection: AbstractConnection,
) -> None:
    before, refused, after = await exchange(connection, [("SET", "a", "x"), ("INCR", "a"), ("GET", "a")])
    assert (before, after) == (b"OK", b"x")
    assert isinstance(refused, ResponseError)
    assert await exchange(connection, [("PING",)]) == [b"PONG"]


async def test_nothing_is_sent_of_what_cannot_be_written(connection: AbstractConnection) -> None:
    with pytest.raises(DataError):
        await exchange(connection, [("SET", "a", "x"), ("SET", "b", object())])  # type: ignore[list-item] # wrong
    assert await exchange(connection, [("EXISTS", "a"), ("PING",)]) == [0, b"PONG"]


async def test_after_a_cancellation_nobody_finds_answers_that_are_not_theirs(
    connection: AbstractConnection, redis: Redis
) -> None:
    waiting = asyncio.create_task(exchange(connection, [("BLPOP", "list", 0), ("GET", "one")]))
    await who_waits(redis)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not connection.is_connected
    assert await exchange(connection, [("PING",)]) == [b"PONG"]


async def test_a_connection_that_broke_is_closed(connection: AbstractConnection, redis: Redis) -> None:
    waiting = asyncio.create_task(exchange(connection, [("BLPOP", "list", 0)]))
    await redis.client_kill_filter(_id=await who_waits(redis))
    with pytest.raises(RedisConnectionError):
        await waiting
    assert not connection.is_connected
