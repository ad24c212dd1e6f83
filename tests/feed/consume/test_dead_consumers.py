from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.consume.dead_consumers import (
    LONG_INACTIVE,
    KnownConsumer,
    known_consumers,
    remove_dead_consumers,
)
from services.feed.consume.upkeep import Upkeep
from shared import keys
from shared.streams import DELIVERIES, FEEDS, make_groups

STREAM, AT_ONCE = keys.events(0), timedelta(0)


@pytest.fixture(autouse=True)
async def groups(redis: Redis) -> None:
    await make_groups(redis, 1)


async def read(redis: Redis, consumer: str, count: int = 10) -> list[bytes]:
    reply: Any = await redis.xreadgroup(FEEDS, consumer, {STREAM: ">"}, count=count)
    return [entry_id for _, entries in reply for entry_id, _ in entries]


async def names(redis: Redis, group: str = FEEDS) -> set[str]:
    return {consumer["name"].decode() for consumer in await redis.xinfo_consumers(STREAM, group)}


async def test_who_has_nothing_in_hand_and_asks_no_more_goes(redis: Redis) -> None:
    for consumer in ("one", "two"):
        await read(redis, consumer)
    assert await remove_dead_consumers(redis, 0, FEEDS, AT_ONCE) == ["one", "two"]
    assert await names(redis) == set()


async def test_who_asked_lately_stays(redis: Redis) -> None:
    await read(redis, "living")
    assert await remove_dead_consumers(redis, 0, FEEDS) == []
    assert await names(redis) == {"living"}
    assert timedelta(minutes=1) < LONG_INACTIVE


async def test_who_has_entries_in_hand_stays_until_they_are_taken_over(redis: Redis) -> None:
    await redis.xadd(STREAM, {"n": 1})
    (entry,) = await read(redis, "killed")
    assert await remove_dead_consumers(redis, 0, FEEDS, AT_ONCE) == []
    assert (await redis.xpending(STREAM, FEEDS))["pending"] == 1
    await redis.xautoclaim(STREAM, FEEDS, "heir", min_idle_time=0)
    assert await remove_dead_consumers(redis, 0, FEEDS, AT_ONCE) == ["killed"]
    assert (await redis.xpending(STREAM, FEEDS))["pending"] == 1
    await redis.xack(STREAM, FEEDS, entry)


async def test_who_was_only_stopped_comes_back_by_itself(redis: Redis) -> None:
    await read(redis, "stopped")
    await remove_dead_consumers(redis, 0, FEEDS, AT_ONCE)
    await redis.xadd(STREAM, {"n": 1})
    assert len(await read(redis, "stopped")) == 1
    assert await names(redis) == {"stopped"}


async def test_groups_are_looked_after_apart_and_may_be_missing(redis: Redis) -> None:
    await read(redis, "one")
    assert await remove_dead_consumers(redis, 0, DELIVERIES, AT_ONCE) == []
    assert await remove_dead_consumers(redis, 0, "no-such-group", AT_ONCE) == []
    assert await remove_dead_consumers(redis, 5, FEEDS, AT_ONCE) == []


async def test_a_round_trims_and_tells_what_went(redis: Redis, capfd: pytest.CaptureFixture[str]) -> None:
    await redis.config_set("stream-node-max-entries", 1)
    seconds, _ = await redis.time()
    for day in (100, 30, 0):
        at = f"{(seconds - day * 86400) * 1000}-0"
        await redis.xadd(STREAM, {"n": day}, id=at)
        await redis.xadd(keys.dead_letters(0, FEEDS), {"n": day}, id=at)
    await redis.xack(STREAM, FEEDS, *await read(redis, "one"))
    upkeep = Upkeep(redis, 1, events=timedelta(days=7), dead_letters=timedelta(days=90))
    await upkeep.go_round()
    assert await redis.xlen(STREAM) == 3  # the other group has not read them
    await redis.xgroup_setid(STREAM, DELIVERIES, "$")
    await upkeep.go_round()
    assert await redis.xlen(STREAM) == 1
    assert await redis.xlen(keys.dead_letters(0, FEEDS)) == 2
    told = capfd.readouterr().out
    assert "stream.trimmed" in told
    assert "dead_letters.dropped" in told


async def test_one_can_be_removed_by_its_name(redis: Redis) -> None:
    for consumer in ("one", "two"):
        await read(redis, consumer)
    assert await remove_dead_consumers(redis, 0, FEEDS, AT_ONCE, name="two") == ["two"]
    assert await remove_dead_consumers(redis, 0, FEEDS, AT_ONCE, name="three") == []
    assert await names(redis) == {"one"}


async def test_who_is_known_is_told_with_what_they_hold(redis: Redis) -> None:
    await redis.xadd(STREAM, {"n": 1})
    await read(redis, "busy")
    await read(redis, "free")
    known = {one.name: one for one in await known_consumers(redis, 0, FEEDS)}
    assert (known["busy"].pending, known["free"].pending) == (1, 0)
    assert not any(one.removable for one in known.values())
    assert await known_consumers(redis, 0, "no-such-group") == []
    assert await known_consumers(redis, 5, FEEDS) == []


def test_only_who_holds_nothing_and_is_long_silent_can_be_removed() -> None:
    assert KnownConsumer("x", 0, LONG_INACTIVE).removable
    assert not KnownConsumer("x", 1, LONG_INACTIVE).removable
    assert not KnownConsumer("x", 0, LONG_INACTIVE - timedelta(milliseconds=1)).removable
