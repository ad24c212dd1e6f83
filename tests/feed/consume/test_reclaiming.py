"""What a process that died had in hand: done by another one, or given up before it ends that one too."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import pytest
from redis.asyncio import Redis

from services.feed.consume.batch import BatchRunner
from services.feed.consume.reclaiming import Reclaiming
from services.feed.measures.names import Totals, totals
from services.feed.measures.tally import Tally
from shared import keys
from shared.streams import FEEDS, make_groups
from tests.builders import HandClock, an_article
from tests.conftest import ValkeyServer
from tests.feed.consume.test_batch import STREAM, Applied, claim, dead_letters, pending, put_on_stream, read

SOON = 50
"""Milliseconds after which an entry counts as abandoned here."""


@pytest.fixture
def applied() -> Applied:
    return Applied()


@pytest.fixture
def reclaiming(redis: Redis, applied: Applied) -> Reclaiming:
    clock = HandClock()
    runner = BatchRunner(redis, 0, FEEDS, applied, clock, Tally(redis, clock))
    return Reclaiming(redis, runner, "another", SOON)


@pytest.fixture(autouse=True)
async def groups(redis: Redis) -> None:
    await make_groups(redis, 1)


@asynccontextmanager
async def at_work(reclaiming: Reclaiming) -> AsyncIterator[None]:
    task = asyncio.create_task(reclaiming.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until_nothing_is_pending(redis: Redis) -> None:
    async with asyncio.timeout(10):
        while await pending(redis):  # noqa: ASYNC110 - what is waited for happens in Valkey
            await asyncio.sleep(0.01)


async def counted(redis: Redis, tally: Tally) -> Totals:
    await tally.add_up()
    return totals(cast("dict[bytes, bytes]", await redis.hgetall(keys.tally())))


async def test_what_a_killed_consumer_had_read_is_done_by_the_next(
    redis: Redis, valkey: ValkeyServer, applied: Applied, reclaiming: Reclaiming
) -> None:
    await put_on_stream(valkey.url, *(f"article {n}" for n in range(100)))
    await read(redis, "killed before it did anything")
    tally = reclaiming.runner.tally
    async with at_work(reclaiming), asyncio.timeout(10):
        # Not until nothing is pending: what was acknowledged is counted a moment later.
        while (found := await counted(redis, tally)).applied != {(0, FEEDS): 100}:  # noqa: ASYNC110 - Valkey's work
            await asyncio.sleep(0.01)
    assert await pending(redis) == 0
    assert applied.titles == [f"article {n}" for n in range(100)]
    assert found.redelivered == found.applied


async def test_what_is_in_hand_for_a_short_time_is_left_there(
    redis: Redis, valkey: ValkeyServer, applied: Applied, reclaiming: Reclaiming
) -> None:
    await put_on_stream(valkey.url, "abandoned", "in hand")
    abandoned, _ = await read(redis)
    await redis.xclaim(STREAM, FEEDS, "killed", 0, [abandoned.id], idle=120_000)
    async with at_work(replace(reclaiming, idle_ms=60_000)), asyncio.timeout(10):
        while await pending(redis) == 2:  # noqa: ASYNC110 - what is waited for happens in Valkey
            await asyncio.sleep(0.01)
    assert applied.titles == ["abandoned"]


async def test_an_event_that_ends_every_process_is_given_up_unread(
    redis: Redis, valkey: ValkeyServer, applied: Applied, reclaiming: Reclaiming
) -> None:
    """To read it may be all that it takes, so Redis itself moves it to the dead letters."""
    await put_on_stream(valkey.url, "killer")
    (entry,) = await read(redis)
    for _ in range(4):
        await claim(redis, "somebody who died")
    async with at_work(reclaiming):
        await until_nothing_is_pending(redis)
    assert applied.titles == []
    (letter,) = await dead_letters(redis)
    assert letter[b"attempts"] == b"5"
    payload = await redis.hget(keys.dead_letter_payloads(0, FEEDS), letter[b"entry"].decode())
    assert payload == entry.fields[b"__data__"]
    assert b"the process died" in letter[b"reason"]
    assert letter[b"title"] == b"killer"
    assert letter[b"event_id"].startswith(b"evt_")
    assert (letter[b"type"], letter[b"article_id"]) == (b"article.published", an_article().id.encode())


async def test_those_that_died_along_with_a_killer_are_not_given_up(
    redis: Redis, valkey: ValkeyServer, applied: Applied, reclaiming: Reclaiming
) -> None:
    await put_on_stream(valkey.url, "one", "killer", "two")
    entries = await read(redis)
    for _ in range(4):
        await redis.xclaim(STREAM, FEEDS, "somebody who died", 0, [entries[1].id])
    async with at_work(reclaiming):
        await until_nothing_is_pending(redis)
    assert applied.titles == ["one", "two"]
    assert len(await dead_letters(redis)) == 1


async def test_what_was_in_one_hand_so_far_is_taken_over_together_and_other_entries_singly(
    redis: Redis, valkey: ValkeyServer, applied: Applied, reclaiming: Reclaiming
) -> None:
    await put_on_stream(valkey.url, *(f"article {n}" for n in range(6)))
    entries = await read(redis)
    await redis.xclaim(STREAM, FEEDS, "somebody who died too", 0, [entry.id for entry in entries[2:4]])
    async with at_work(reclaiming):
        await until_nothing_is_pending(redis)
    assert sorted(applied.titles) == [f"article {n}" for n in range(6)]
    assert applied.together == [4, 1, 1]


async def test_while_redis_is_full_it_is_asked_once_a_second_however_much_is_abandoned(
    redis: Redis, valkey: ValkeyServer, reclaiming: Reclaiming
) -> None:
    await put_on_stream(valkey.url, *(f"article {n}" for n in range(80)))
    await read(redis, "killed")
    await redis.config_set("maxmemory", "1")
    async with at_work(reclaiming):
        began = time.monotonic()
        async with asyncio.timeout(10):
            while await looks(redis) < 3:  # noqa: ASYNC110 - what is waited for happens in Valkey
                await asyncio.sleep(0.01)
        seconds = time.monotonic() - began
        assert await looks(redis) <= 1 + seconds
        await redis.config_set("maxmemory", "0")


async def looks(redis: Redis) -> int:
    """Return how often somebody asked for abandoned entries."""
    return int((await redis.info("commandstats")).get("cmdstat_xpending", {}).get("calls", 0))


async def test_while_redis_is_full_no_attempts_are_counted(
    redis: Redis, valkey: ValkeyServer, applied: Applied, reclaiming: Reclaiming
) -> None:
    await put_on_stream(valkey.url, "innocent")
    await read(redis, "killed")
    await redis.config_set("maxmemory", "1")
    async with at_work(reclaiming):
        async with asyncio.timeout(10):
            while "errorstat_OOM" not in await redis.info("errorstats"):  # noqa: ASYNC110 - Valkey counts them
                await asyncio.sleep(0.01)
        (waiting,) = await redis.xpending_range(STREAM, FEEDS, "-", "+", 10)
        assert waiting["times_delivered"] == 1
        await redis.config_set("maxmemory", "0")
        await until_nothing_is_pending(redis)
    assert applied.titles == ["innocent"]
