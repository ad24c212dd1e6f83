"""What counts as an outage of Redis: whatever passes by itself, said by one command or inside a pipeline."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.outage import is_outage
from tests.conftest import ValkeyServer


async def failure_of(redis: Redis, *command: str) -> tuple[RedisError, RedisError]:
    """Return what a command raises by itself and in a pipeline."""
    with pytest.raises(RedisError) as alone:
        await redis.execute_command(*command)  # type: ignore[no-untyped-call] # not annotated
    pipe = redis.pipeline(transaction=False)
    pipe.execute_command(*command)
    with pytest.raises(RedisError) as among_others:
        await pipe.execute()
    return alone.value, among_others.value


async def test_a_redis_that_was_made_a_replica_is_an_outage(redis: Redis) -> None:
    await redis.replicaof("127.0.0.1", 1)
    assert [is_outage(error) for error in await failure_of(redis, "SET", "a", "b")] == [True, True]


@pytest.mark.parametrize("setting", ["maxmemory", "min-replicas-to-write"])
async def test_a_redis_that_takes_no_writes_just_now_is_an_outage(redis: Redis, setting: str) -> None:
    await redis.config_set(setting, "1")
    assert [is_outage(error) for error in await failure_of(redis, "SET", "a", "b")] == [True, True]


async def test_a_redis_that_is_gone_is_an_outage(redis: Redis, valkey: ValkeyServer) -> None:
    valkey.kill()
    assert [is_outage(error) for error in await failure_of(redis, "GET", "a")] == [True, True]


async def test_a_key_of_another_type_is_none(redis: Redis) -> None:
    await redis.set("MISCONF", "no hash")
    assert [is_outage(e) for e in await failure_of(redis, "HGET", "MISCONF", "a")] == [False, False]
