"""Reaching Redis, and seeing whether it keeps what it is given."""

from pathlib import Path

from redis.asyncio import Redis

from shared.redis_connection import durability_warnings, embedded_socket, not_writable_because
from tests.conftest import ValkeyServer


async def test_a_durable_redis_gives_no_warning(redis: Redis) -> None:
    assert await durability_warnings(redis) == []


async def test_a_redis_that_may_lose_the_last_second_is_named(redis: Redis) -> None:
    await redis.config_set("appendfsync", "everysec")
    (warning,) = await durability_warnings(redis)
    assert "Set appendfsync always" in warning


async def test_a_redis_that_is_gone_is_not_writable(redis: Redis, valkey: ValkeyServer) -> None:
    assert await not_writable_because(redis) is None
    valkey.kill()
    assert await not_writable_because(redis) == "Redis cannot be reached."


def test_a_deep_data_folder_still_gets_a_socket_that_the_kernel_takes(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["very-long-folder-name"] * 8)
    assert len(str(embedded_socket(deep))) < 100
    assert embedded_socket(deep) == embedded_socket(deep)
