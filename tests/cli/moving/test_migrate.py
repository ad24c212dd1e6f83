"""From one real server to another: everything arrives, and at no time can both be used."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from services.cli.command_error import CommandError
from services.cli.moving.moving import move
from shared import keys
from shared.redis_address import embedded_socket
from shared.redis_connection import connect
from tests.cli.conftest import Newswire, only_line
from tests.conftest import ValkeyServer

STREAM = keys.events(0)


@pytest.fixture
def target() -> Iterator[ValkeyServer]:
    with tempfile.TemporaryDirectory(prefix="nw-") as folder:
        server = ValkeyServer(Path(folder))
        server.start()
        yield server
        server.kill()


def client(server: ValkeyServer) -> "closing[Redis]":
    return closing(Redis(unix_socket_path=str(server.socket)))


def fill(redis: "Redis") -> None:
    """Store something of every sort that there is, small and large."""
    redis.set("newswire:partitions", 1)
    redis.set("newswire:bytes", bytes(range(256)))
    redis.set("newswire:soon", "gone", px=86_400_000)
    redis.hset("newswire:hash", mapping={f"f{n}": n for n in range(5)})
    redis.hset("newswire:large-hash", mapping={f"f{n}": "x" * n for n in range(2500)})
    redis.zadd("newswire:scores", {"a": -1.5, "b": 1e17 + 7, "c": 0.1 + 0.2, "d": float("inf")})
    redis.zadd("newswire:large-scores", {f"m{n}": n / 7 for n in range(3000)})
    redis.sadd("newswire:large-set", *(f"m{n}" for n in range(2500)))
    redis.rpush("newswire:list", *(f"{n}" for n in range(2500)), "0", "0")
    redis.expire("newswire:list", 86_400)
    redis.set("somebody-elses", "stays")
    fill_streams(redis)


def fill_streams(redis: "Redis") -> None:
    """Make streams in every state: trimmed, with holes, half read, read by many, empty."""
    added: Any = [redis.xadd(STREAM, {"__data__": bytes([n % 256]) * 50}) for n in range(3000)]
    redis.xtrim(STREAM, minid=added[100], approximate=False)
    redis.xdel(STREAM, added[150], added[2000])
    redis.xgroup_create(STREAM, "feeds", id="0")
    redis.xgroup_create(STREAM, "deliveries", id="0")
    redis.xgroup_create(STREAM, "idle", id="$")
    for consumer, count in (("one", 1200), ("two", 30)):
        redis.xreadgroup("feeds", consumer, {STREAM: ">"}, count=count)
    redis.xack(STREAM, "feeds", *added[101:140])
    redis.xclaim(STREAM, "feeds", "two", 0, added[200:205])
    redis.xclaim(STREAM, "feeds", "two", 0, added[200:205])
    redis.xgroup_createconsumer(STREAM, "deliveries", "without-work")
    redis.xdel(STREAM, added[300])  # pending, and gone: nobody can do anything with it
    redis.xgroup_create(keys.events(1), "feeds", id="0", mkstream=True)
    redis.xdel(keys.events(2), redis.xadd(keys.events(2), {"x": "y"}))  # empty, and without a group
    redis.xgroup_create(keys.events(2), "feeds", id="0")


def everything(redis: "Redis") -> dict[bytes, Any]:
    """Return all that is stored in a form that can be compared."""
    found: dict[bytes, Any] = {}
    names: Any = redis.keys("newswire:*")
    for name in names:
        kind: Any = redis.type(name)
        found[name] = (_read(redis, kind, name), redis.pexpiretime(name))
    return found


def _read(redis: "Redis", kind: bytes, name: Any) -> Any:
    scored: Any = redis.zrange(name, 0, -1, withscores=True) if kind == b"zset" else ()
    match kind:
        case b"string":
            return redis.get(name)
        case b"hash":
            return redis.hgetall(name)
        case b"set":
            return redis.smembers(name)
        case b"zset":
            return dict(scored)
        case b"list":
            return redis.lrange(name, 0, -1)
        case _:
            return stream(redis, name)


def stream(redis: Any, name: bytes) -> Any:
    info: Any = redis.xinfo_stream(name)
    groups: Any = redis.xinfo_groups(name)
    pending = {
        group["name"]: [
            (row["message_id"], row["consumer"], row["times_delivered"])
            for row in redis.xpending_range(name, group["name"], "-", "+", 10_000)
            if redis.xrange(name, row["message_id"], row["message_id"])
        ]
        for group in groups
    }
    consumers = {g["name"]: {c["name"] for c in redis.xinfo_consumers(name, g["name"])} for g in groups}
    marks = [(g["name"], g["last-delivered-id"], g["entries-read"]) for g in groups]
    counters = [info[n] for n in ("length", "last-generated-id", "entries-added", "max-deleted-entry-id")]
    return redis.xrange(name), counters, marks, consumers, pending


def test_everything_arrives_and_the_old_one_is_left_for_good(
    newswire: Newswire, valkey: ValkeyServer, target: ValkeyServer
) -> None:
    with client(valkey) as redis, client(target) as moved:
        fill(redis)
        before = everything(redis)
        assert before[STREAM.encode()][0][4][b"feeds"][-1][2] == 1
        assert {delivered for *_, delivered in before[STREAM.encode()][0][4][b"feeds"]} == {1, 3}
        redis.close()
        ended = newswire("migrate", "--from", valkey.url, "--to", target.url)
        assert (ended.code, ended.err) == (0, "")
        assert f"Moved {len(before)} keys, 3 of them streams" in ended.out
        assert f"NEWSWIRE_REDIS_URL={target.url}" in ended.out
        assert everything(moved) == before
        assert moved.get("somebody-elses") is None
        after = everything(redis)
        assert after.pop(keys.move_mark().encode())[0] == f"moved to {target.url}".encode()
        assert after == before
    # The new one is as alive as the old one was: the next entry gets a later id.
    with client(target) as moved:
        added: Any = moved.xadd(STREAM, {"x": "y"})
        assert added > before[STREAM.encode()][0][1][1]


def test_no_service_starts_on_what_was_moved_until_that_is_undone(
    newswire: Newswire, valkey: ValkeyServer, target: ValkeyServer, tmp_path: Path
) -> None:
    with client(valkey) as redis:
        fill(redis)
    assert newswire("migrate", "--from", valkey.url, "--to", target.url).code == 0
    environment = {**os.environ, "NEWSWIRE_REDIS_URL": valkey.url, "NEWSWIRE_DATA_DIR": str(tmp_path / "d")}
    for module in ("services.ingest", "services.feed"):
        started = subprocess.run(
            [sys.executable, "-m", module],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert started.returncode == 1
        assert f"was moved to {target.url}" in started.stderr
    undone = newswire("migrate", "--undo", "--from", valkey.url)
    assert undone.code == 0
    with client(valkey) as redis:
        assert redis.get(keys.move_mark()) is None
    again = newswire("migrate", "--undo", "--from", valkey.url)
    assert "no mark" in only_line(again.err)


def test_a_move_that_broke_off_is_repeated_and_until_then_nothing_starts_there(
    newswire: Newswire, valkey: ValkeyServer, target: ValkeyServer
) -> None:
    with client(valkey) as redis, client(target) as moved:
        fill(redis)
        moved.set(keys.move_mark(), "filling")
        moved.set("newswire:half", "done")
        moved.rpush("newswire:list", "0")
        before = everything(redis)
        redis.close()
        moved.close()
        assert newswire("migrate", "--from", valkey.url, "--to", target.url).code == 0
        assert everything(moved) == before


def test_a_target_that_holds_a_newswire_is_left_alone(
    newswire: Newswire, valkey: ValkeyServer, target: ValkeyServer
) -> None:
    with client(valkey) as redis, client(target) as moved:
        fill(redis)
        moved.set("newswire:partitions", 1)
        ended = newswire("migrate", "--from", valkey.url, "--to", target.url, "--stopped")
        assert ended.code == 1
        assert "The target holds data of a Newswire already" in only_line(ended.err)
        assert moved.keys("*") == [b"newswire:partitions"]
        assert redis.get(keys.move_mark()) is None


def test_nothing_moves_while_somebody_is_connected(
    newswire: Newswire, valkey: ValkeyServer, target: ValkeyServer
) -> None:
    with client(valkey) as redis:
        fill(redis)
        ended = newswire("migrate", "--from", valkey.url, "--to", target.url)
        assert ended.code == 1
        assert "1 others are connected to the source" in only_line(ended.err)
        assert newswire("migrate", "--from", valkey.url, "--to", target.url, "--stopped").code == 0


def test_what_changes_while_it_is_moved_is_noticed(valkey: ValkeyServer, target: ValkeyServer) -> None:
    with client(valkey) as redis:
        fill(redis)
        done: list[str] = []

        def meddle(what: str, _: int) -> None:
            if what == "Copying" and not done:
                done.append(what)
                redis.hset("newswire:hash", "f1", "changed")
                redis.xack(
                    STREAM, "feeds", redis.xpending_range(STREAM, "feeds", "-", "+", 1)[0]["message_id"]
                )
                redis.zadd("newswire:large-scores", {"m5": 999})

        async def attempt() -> None:
            source, there = connect(valkey.url), connect(target.url)
            try:
                with pytest.raises(CommandError, match="3 keys are not the same"):
                    await move(source, there, to="elsewhere", progress=meddle)
            finally:
                await source.aclose()
                await there.aclose()

        asyncio.run(attempt())
        assert redis.get(keys.move_mark()) is None
    with client(target) as moved:
        assert moved.get(keys.move_mark()) == b"filling"


def test_source_and_target_must_be_two(newswire: Newswire, valkey: ValkeyServer) -> None:
    ended = newswire("migrate", "--from", valkey.url, "--to", valkey.url)
    assert "the same server" in only_line(ended.err)


def test_a_side_that_is_not_there_is_named(newswire: Newswire, valkey: ValkeyServer, tmp_path: Path) -> None:
    ended = newswire("migrate", "--from", valkey.url, "--to", f"unix://{tmp_path}/nobody.sock")
    assert ended.code == 1
    assert "The target at unix://" in only_line(ended.err)
    assert newswire("migrate").code == 2
    assert newswire("migrate", "--undo", "--to", valkey.url).code == 2


def test_the_embedded_one_is_moved_while_nobody_runs_it(newswire: Newswire, target: ValkeyServer) -> None:
    with tempfile.TemporaryDirectory(prefix="nw-") as folder:
        data_dir = Path(folder)
        (data_dir / "valkey").mkdir()
        embedded = ValkeyServer(data_dir / "valkey")
        embedded.start()
        with client(embedded) as redis:
            fill(redis)
            before = everything(redis)
        embedded.kill()
        ended = newswire("migrate", "--to", target.url, "--data-dir", data_dir)
        assert (ended.code, ended.err) == (0, "")
        assert f"Keep {data_dir}" in ended.out
        assert not embedded_socket(data_dir).exists()
        with client(target) as moved:
            assert everything(moved) == before
