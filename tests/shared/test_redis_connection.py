"""Reaching Redis, and seeing whether it keeps what it is given."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Connection, Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import DataError, WatchError

from shared.redis_address import embedded_socket
from shared.redis_connection import connect, durability_warnings, not_writable_because
from tests.conftest import ValkeyServer
from tests.faults.proxy import Proxy


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


def test_a_connection_that_was_reset_is_a_lost_connection_on_uvloop_too(valkey: ValkeyServer) -> None:
    """A write on a closed transport is answered with a RuntimeError there, which is no outage to anybody."""

    async def use_it_after_resets() -> set[type[Exception]]:
        proxy = Proxy(valkey.socket)
        await proxy.start()
        seen: set[type[Exception]] = set()
        async with connect(f"redis://127.0.0.1:{proxy.port}", retries=0) as redis:
            for turns_of_the_loop in range(40):
                try:
                    async with redis.pipeline(transaction=True) as pipe:
                        await pipe.watch("a")
                        proxy.cut(reset=True)
                        for _ in range(turns_of_the_loop):
                            await asyncio.sleep(0)
                        await pipe.get("a")
                except Exception as error:  # noqa: BLE001 - which one it is, is the question
                    seen.add(type(error))
        await proxy.stop()
        return seen

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        seen = runner.run(use_it_after_resets())
    assert seen
    assert all(issubclass(error, (RedisConnectionError, WatchError)) for error in seen)


ARGUMENT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])), st.binary(), st.integers(), st.floats()
)


@given(st.lists(st.lists(ARGUMENT), min_size=1), st.sampled_from(["GET", "SCRIPT LOAD", "XGROUP CREATE"]))
def test_commands_are_written_as_redis_py_writes_them(arguments: list[list[Any]], name: str) -> None:
    pool = connect("redis://127.0.0.1:1").connection_pool
    ours, theirs = pool.connection_class(), Connection()
    commands = [(name, *some) for some in arguments]
    assert b"".join(ours.pack_commands(commands)) == b"".join(theirs.pack_commands(commands))


def test_many_long_values_are_handed_on_as_they_are() -> None:
    values = [bytes([65 + number]) * 10_000 for number in range(20)]
    command = ("MSET", *[part for value in values for part in ("clé", value)])
    written = connect("redis://127.0.0.1:1").connection_pool.connection_class().pack_command(*command)
    assert b"".join(written) == b"".join(Connection().pack_command(*command))
    assert [part for part in written if len(part) > 1000] == values
    assert {id(value) for value in values} <= {id(part) for part in written}


@pytest.mark.parametrize("argument", [None, True, ["a list"]], ids=repr)
def test_what_redis_cannot_take_is_refused(argument: Any) -> None:
    with pytest.raises(DataError):
        connect("redis://127.0.0.1:1").connection_pool.connection_class().pack_command("SET", "key", argument)
