import asyncio
from datetime import timedelta
from typing import cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from services.feed.measures.names import Reached, Totals, totals
from services.feed.measures.tally import Tally
from shared import keys
from shared.redis_connection import connect
from tests.builders import NOON, HandClock
from tests.conftest import ValkeyServer


async def counted(redis: Redis) -> Totals:
    return totals(cast("dict[bytes, bytes]", await redis.hgetall(keys.tally())))


async def test_what_several_processes_count_is_added_up(redis: Redis) -> None:
    for _ in range(2):
        tally = Tally(redis, HandClock())
        tally.arrived(Reached.FEED, NOON - timedelta(milliseconds=9))
        tally.arrived(Reached.PARTNER, NOON - timedelta(seconds=2))
        tally.applied(0, "feeds", 100)
        tally.redelivered(2, "deliveries", 3)
        tally.given_up(2, "deliveries")
        tally.attempted("Delivered")
        await tally.add_up()
    assert await counted(redis) == Totals(
        latencies={"feed": {10: 2}, "partner": {33: 2}},
        latency_sums_ms={"feed": 18, "partner": 4000},
        applied={(0, "feeds"): 200},
        redelivered={(2, "deliveries"): 6},
        given_up={(2, "deliveries"): 2},
        attempts={"Delivered": 2},
    )


async def test_clocks_that_disagree_make_no_negative_time(redis: Redis) -> None:
    tally = Tally(redis, HandClock())
    tally.arrived(Reached.FEED, NOON + timedelta(seconds=3))
    await tally.add_up()
    assert (await counted(redis)).latency_sums_ms == {"feed": 0}


async def test_what_redis_could_not_take_is_added_later(valkey: ValkeyServer) -> None:
    async with connect(valkey.url) as redis:
        tally = Tally(redis, HandClock())
        tally.attempted("Delivered")
        valkey.kill()
        with pytest.raises(RedisConnectionError):
            await tally.add_up()
        tally.attempted("Delivered")
        valkey.start()
        await tally.add_up()
        assert (await counted(redis)).attempts == {"Delivered": 2}


async def test_the_last_counts_are_added_when_the_process_ends(redis: Redis) -> None:
    tally = Tally(redis, HandClock())
    tally.attempted("GiveUp")
    await tally.close()
    assert (await counted(redis)).attempts == {"GiveUp": 1}


async def test_the_end_does_not_wait_for_a_redis_that_is_away(valkey: ValkeyServer) -> None:
    async with connect(valkey.url) as redis:
        tally = Tally(redis, HandClock())
        tally.attempted("GiveUp")
        valkey.kill()
        async with asyncio.timeout(3):
            await tally.close()


def test_names_of_another_version_are_passed_over() -> None:
    assert totals({b"moons:1:2:3": b"4", b"tides": b"1", b"a:b:c": b"2"}) == Totals(
        applied={}, redelivered={}, given_up={}
    )
