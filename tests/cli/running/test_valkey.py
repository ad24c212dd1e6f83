"""The embedded Valkey keeps what it was given, alone in its folder, however it or its guard ends."""

import os
import signal
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis

from services.cli.running.lifeline import open_lifelines
from services.cli.running.supervisor import Supervisor
from services.cli.running.valkey import NAME, valkey_folder, valkey_program
from shared.redis_address import embedded_socket
from shared.redis_connection import connect, durability_warnings
from shared.redis_waits import wait_until_redis_answers
from tests.cli.running.children import Told, until


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Make a data folder whose path is short enough for a socket."""
    with TemporaryDirectory(prefix="nw-") as folder:
        yield Path(folder)


def redis_of(data_dir: Path) -> str:
    return f"unix://{embedded_socket(data_dir)}"


@asynccontextmanager
async def running(data_dir: Path, told: Told | None = None) -> AsyncIterator[tuple[Supervisor, Redis]]:
    supervisor = Supervisor(told or Told())
    lifelines = open_lifelines()
    supervisor.start(valkey_program(data_dir, lifeline=lifelines.of_valkey, environment=dict(os.environ)))
    supervisor.settled()
    redis = connect(redis_of(data_dir), retries=0)
    try:
        await wait_until_redis_answers(redis_of(data_dir))
        yield supervisor, redis
    finally:
        await redis.aclose()
        await supervisor.stop([NAME])
        for end in (lifelines.of_services, lifelines.of_valkey, lifelines.hold_valkey):
            os.close(end)


async def test_it_is_durable_and_listens_for_its_owner_alone(data_dir: Path) -> None:
    async with running(data_dir) as (_, redis):
        assert await durability_warnings(redis) == []
        assert (await redis.config_get("port"))["port"] == "0"
        assert stat.S_IMODE(embedded_socket(data_dir).stat().st_mode) == 0o700


async def test_a_stop_is_clean_and_keeps_everything(data_dir: Path) -> None:
    async with running(data_dir) as (_, redis):
        await redis.set("kept", "yes")
    assert "ready to exit" in (valkey_folder(data_dir) / "valkey.log").read_text()
    assert not embedded_socket(data_dir).exists()
    async with running(data_dir) as (_, redis):
        assert await redis.get("kept") == b"yes"


async def test_a_killed_valkey_comes_back_with_everything(data_dir: Path) -> None:
    async with running(data_dir) as (_, redis):
        await redis.set("kept", "yes")
        os.kill((await redis.info("server"))["process_id"], signal.SIGKILL)
        await wait_until_redis_answers(redis_of(data_dir))
        async with connect(redis_of(data_dir)) as again:
            assert await again.get("kept") == b"yes"


async def test_a_valkey_whose_guard_was_killed_is_stopped_before_the_next_one(data_dir: Path) -> None:
    async with running(data_dir) as (supervisor, redis):
        await redis.set("kept", "yes")
        orphan = (await redis.info("server"))["process_id"]
        os.kill(supervisor.pid(NAME) or 0, signal.SIGKILL)
        await until(lambda: not lives(orphan), "the orphan has stopped")
        await wait_until_redis_answers(redis_of(data_dir))
        async with connect(redis_of(data_dir)) as again:
            assert (await again.info("server"))["process_id"] != orphan
            assert await again.get("kept") == b"yes"


async def test_a_file_that_has_lost_its_end_is_used_and_loudly_so(data_dir: Path) -> None:
    async with running(data_dir) as (_, redis):
        await redis.set("kept", "yes")
        await redis.set("lost", "with the end of the file")
    (file,) = (valkey_folder(data_dir) / "appendonlydir").glob("*.incr.aof")
    os.truncate(file, file.stat().st_size - 5)
    told = Told()
    async with running(data_dir, told) as (_, redis):
        assert [await redis.get("kept"), await redis.get("lost")] == [b"yes", None]
        await until(lambda: any("short read" in line for line in told.of(NAME)), "the loss is told")
    assert not any("overcommit" in line for line in told.of(NAME))


async def test_a_valkey_that_cannot_start_says_why(data_dir: Path) -> None:
    files = valkey_folder(data_dir) / "appendonlydir"
    files.mkdir(parents=True)
    (files / "appendonly.aof.manifest").write_text("not a manifest\n")
    supervisor = Supervisor(Told())
    lifelines = open_lifelines()
    supervisor.start(valkey_program(data_dir, lifeline=lifelines.of_valkey, environment=dict(os.environ)))
    assert "manifest" in str(await supervisor.failed)
    assert str(valkey_folder(data_dir) / "valkey.log") in str(await supervisor.failed)
    await supervisor.stop([NAME])


def lives(process: int) -> bool:
    """Say whether a process that is no child of ours still runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
