"""Waiting for a Redis ends when it answers, and is told when it takes long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from shared.redis_waits import wait_and_tell, wait_until_redis_answers, wait_until_redis_takes_writes
from tests.conftest import ValkeyServer


@asynccontextmanager
async def a_redis(path: Path, answer: bytes, asked: asyncio.Event) -> AsyncIterator[None]:
    """Listen there as a Redis that answers all that it is asked with these bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            asked.set()
            writer.write(answer)
        writer.close()

    async with await asyncio.start_unix_server(serve, path):
        yield


async def test_one_that_is_loading_is_waited_for(valkey: ValkeyServer) -> None:
    valkey.kill()
    valkey.socket.unlink()
    asked = asyncio.Event()
    async with asyncio.timeout(20):
        async with a_redis(valkey.socket, b"-LOADING Redis is loading the dataset in memory\r\n", asked):
            waiting = asyncio.create_task(wait_until_redis_answers(valkey.url))
            await asked.wait()
            assert not waiting.done()
        valkey.socket.unlink(missing_ok=True)
        await asyncio.to_thread(valkey.start)
        await waiting


async def test_one_that_wants_a_password_has_answered(valkey: ValkeyServer, redis: Redis) -> None:
    await redis.config_set("requirepass", "secret")
    async with asyncio.timeout(20):
        await wait_until_redis_answers(valkey.url)


async def test_one_that_takes_no_writes_is_waited_for(valkey: ValkeyServer, redis: Redis) -> None:
    await redis.config_set("min-replicas-to-write", 1)
    waiting = asyncio.create_task(wait_until_redis_takes_writes(valkey.url))
    done, _ = await asyncio.wait([waiting], timeout=0.6)
    assert not done
    await redis.config_set("min-replicas-to-write", 0)
    async with asyncio.timeout(20):
        await waiting


async def test_a_long_wait_is_told_without_the_password(capsys: pytest.CaptureFixture[str]) -> None:
    url = "redis://someone:secret@127.0.0.1:1/0"
    waiting = asyncio.create_task(wait_and_tell(url, untold_seconds=0))
    told = ""
    async with asyncio.timeout(20):
        while "redis.awaited" not in told:
            await asyncio.sleep(0.01)
            told += "".join(capsys.readouterr())
    waiting.cancel()
    assert "redis://someone:…@127.0.0.1:1/0" in told
    assert "secret" not in told


async def test_a_short_wait_is_not_told(valkey: ValkeyServer, capsys: pytest.CaptureFixture[str]) -> None:
    await wait_and_tell(valkey.url)
    assert capsys.readouterr() == ("", "")
