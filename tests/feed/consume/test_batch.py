"""A batch of entries: effects before acknowledgement, poison apart from outage."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from faststream.redis import RedisBroker
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from services.feed.consume.batch import BatchRunner
from services.feed.consume.dead_letters import DeadLetter
from services.feed.consume.stream_entry import StreamEntry
from services.feed.measures.names import totals
from services.feed.measures.tally import Tally
from shared import keys
from shared.events import ArticleEvent
from shared.streams import FEEDS, make_groups
from shared.trail import Trail, trail_of
from tests.builders import HandClock, an_article, an_event
from tests.conftest import ValkeyServer

STREAM = keys.events(0)


class Applied:
    """Takes events in; refuses those with a title in `poison`, and everything while `outages` are left."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.together: list[int] = []
        """How many came at a time."""
        self.poison: set[str] = set()
        self.outages = 0

    async def __call__(self, _: int, events: Sequence[ArticleEvent]) -> "Applied":
        if self.outages:
            self.outages -= 1
            raise RedisConnectionError("away")
        for event in events:
            if event.article.title in self.poison:
                raise ValueError(f"cannot take {event.article.title}")
        self.titles += [event.article.title for event in events]
        self.together.append(len(events))
        return self

    def told(self) -> dict[str, int]:
        return {"titles": len(self.titles)}


@pytest.fixture
def applied() -> Applied:
    return Applied()


@pytest.fixture
def tally(redis: Redis) -> Tally:
    return Tally(redis, HandClock())


@pytest.fixture
def runner(redis: Redis, applied: Applied, tally: Tally) -> BatchRunner:
    return BatchRunner(redis, 0, FEEDS, applied, HandClock(), tally)


async def put_on_stream(url: str, *titles: str) -> None:
    """Publish an event for each title, as ingest does."""
    async with RedisBroker(url, logger=logging.getLogger("test")) as broker:
        await broker.connect()
        for title in titles:
            await broker.publish(an_event(article=an_article(title=title)), stream=STREAM)


async def read(redis: Redis, consumer: str = "one") -> list[StreamEntry]:
    """Read everything new in the name of `consumer`."""
    reply: Any = await redis.xreadgroup(FEEDS, consumer, {STREAM: ">"}, count=100)
    return [StreamEntry(*pair) for pair in reply[0][1]] if reply else []


async def claim(redis: Redis, consumer: str = "two") -> list[StreamEntry]:
    """Take over everything pending, as after a crash."""
    _, claimed, *_ = await redis.xautoclaim(STREAM, FEEDS, consumer, min_idle_time=0)
    return [StreamEntry(*pair) for pair in claimed]


async def pending(redis: Redis) -> int:
    return int((await redis.xpending(STREAM, FEEDS))["pending"])


async def dead_letters(redis: Redis) -> list[dict[bytes, bytes]]:
    letters: Any = await redis.xrange(keys.dead_letters(0, FEEDS))
    return [fields for _, fields in letters]


@pytest.fixture(autouse=True)
async def groups(redis: Redis) -> None:
    await make_groups(redis, 1)


async def test_a_batch_is_acknowledged_after_its_effects(
    redis: Redis, valkey: ValkeyServer, runner: BatchRunner, applied: Applied
) -> None:
    await put_on_stream(valkey.url, "one", "two")
    await runner.run(await read(redis))
    assert applied.titles == ["one", "two"]
    assert await pending(redis) == 0


async def test_an_outage_postpones_the_batch_and_loses_nothing(
    redis: Redis, valkey: ValkeyServer, runner: BatchRunner, applied: Applied
) -> None:
    await put_on_stream(valkey.url, "one", "two")
    applied.outages = 3
    await runner.run(await read(redis))
    assert applied.titles == ["one", "two"]
    assert await dead_letters(redis) == []


async def test_an_outage_between_the_effects_and_the_acknowledgement_is_waited_for(
    redis: Redis, valkey: ValkeyServer, runner: BatchRunner, applied: Applied
) -> None:
    await put_on_stream(valkey.url, "one")
    entries = await read(redis)

    async def apply(partition: int, events: Sequence[ArticleEvent]) -> Applied:
        await applied(partition, events)
        valkey.kill()
        asyncio.get_running_loop().run_in_executor(None, valkey.start)
        return applied

    await replace(runner, apply=apply).run(entries)
    assert await pending(redis) == 0
    assert applied.titles == ["one"]


async def test_an_unreadable_entry_goes_to_the_dead_letters_and_the_others_flow(
    redis: Redis, valkey: ValkeyServer, runner: BatchRunner, applied: Applied
) -> None:
    await redis.xadd(STREAM, {"__data__": b"\xff\xfe\x00"})
    await redis.xadd(STREAM, {"something": b"else"})
    await put_on_stream(valkey.url, "good")
    await runner.run(await read(redis))
    assert applied.titles == ["good"]
    assert await pending(redis) == 0
    first, second = await dead_letters(redis)
    payload = await redis.hget(keys.dead_letter_payloads(0, FEEDS), first[b"entry"].decode())
    assert payload == b"\xff\xfe\x00"
    assert b"not an article event" in first[b"reason"]
    assert b"no field __data__" in second[b"reason"]


async def test_an_event_whose_stored_state_is_broken_is_its_own_fault_and_no_outage(
    redis: Redis, valkey: ValkeyServer, runner: BatchRunner
) -> None:
    """Redis says WRONGTYPE however often it is asked: to wait for better times would stop all others."""

    async def apply(_: int, __: Sequence[ArticleEvent]) -> Applied:
        await redis.set("broken", "no hash")
        async with redis.pipeline(transaction=False) as pipe:
            pipe.hget("broken", "document")
            await pipe.execute()
        return Applied()

    await put_on_stream(valkey.url, "one")
    async with asyncio.timeout(5):
        await replace(runner, apply=apply, most_attempts=1).run(await read(redis))
    (letter,) = await dead_letters(redis)
    assert letter[b"reason"].startswith(b"ResponseError: ")
    assert b"WRONGTYPE" in letter[b"reason"]


async def test_an_event_that_raises_is_tried_five_times_alone_and_then_given_up(
    redis: Redis, valkey: ValkeyServer, runner: BatchRunner, applied: Applied
) -> None:
    applied.poison = {"bad"}
    await put_on_stream(valkey.url, "one", "bad", "two")
    await runner.run(await read(redis))
    assert applied.titles == ["one", "two"]
    for _ in range(3):
        assert await pending(redis) == 1
        await runner.run(await claim(redis))
    assert await dead_letters(redis) == []
    await runner.run(await claim(redis))
    assert await pending(redis) == 0
    (letter,) = await dead_letters(redis)
    assert letter[b"attempts"] == b"5"
    assert b"cannot take bad" in letter[b"reason"]
    assert letter[b"title"] == b"bad"


async def test_an_entry_is_buried_once_however_often_the_command_is_repeated(
    redis: Redis, valkey: ValkeyServer, runner: BatchRunner
) -> None:
    await put_on_stream(valkey.url, "bad")
    (entry,) = await read(redis)
    for _ in range(2):
        await runner.give_up(DeadLetter(entry.id, "whatever", 5))
    assert len(await dead_letters(redis)) == 1


async def test_what_is_applied_and_given_up_is_counted(
    redis: Redis, valkey: ValkeyServer, runner: BatchRunner, applied: Applied, tally: Tally
) -> None:
    await redis.xadd(STREAM, {"something": b"else"})
    applied.poison = {"bad"}
    await put_on_stream(valkey.url, "one", "bad", "two")
    await runner.run(await read(redis))
    await tally.add_up()
    found = totals(cast("dict[bytes, bytes]", await redis.hgetall(keys.tally())))
    assert found.applied == {(0, FEEDS): 2}
    assert found.given_up == {(0, FEEDS): 1}


async def test_an_entry_for_another_group_is_passed_by(
    redis: Redis, valkey: ValkeyServer, runner: BatchRunner, applied: Applied
) -> None:
    await put_on_stream(valkey.url, "for all")
    published: Any = await redis.xrange(STREAM)
    for group in ("deliveries", FEEDS):
        await redis.xadd(STREAM, {**published[0][1], b"group": group})
    await runner.run(await read(redis))
    assert applied.titles == ["for all", "for all"]
    assert await pending(redis) == 0
    assert await dead_letters(redis) == []


async def test_the_trail_of_each_event_is_known_while_it_is_applied_and_in_the_log(
    redis: Redis,
    valkey: ValkeyServer,
    runner: BatchRunner,
    applied: Applied,
    capfd: pytest.CaptureFixture[str],
) -> None:
    event = an_event()
    found: list[Trail] = []
    async with RedisBroker(valkey.url, logger=logging.getLogger("test")) as broker:
        await broker.publish(event, stream=STREAM, headers=Trail("req_from_the_desk").headers())

    async def apply(partition: int, events: Sequence[ArticleEvent]) -> Applied:
        found.extend(trail_of(one.id) for one in events)
        return await applied(partition, events)

    await replace(runner, apply=apply).run(await read(redis))
    assert found == [Trail("req_from_the_desk")]
    (line,) = [line for line in capfd.readouterr().out.splitlines() if "events.applied" in line]
    assert event.id in line
    assert "req_from_the_desk" in line
