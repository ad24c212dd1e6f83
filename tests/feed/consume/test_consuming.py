"""Consuming as a whole: where a group starts, what a killed consumer leaves, what ends the process."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from faststream.redis import RedisBroker
from redis.asyncio import Redis

from services.feed.consume.consumer_died import ConsumerDiedError
from services.feed.consume.consuming import Consuming
from services.feed.consume.watchdog import STALE_AFTER
from services.feed.inflow import Inflow
from services.feed.measures.tally import Tally
from shared import keys
from shared.events import ArticleEvent
from shared.streams import DELIVERIES, FEEDS, make_groups
from tests.builders import HandClock, an_article, an_event
from tests.conftest import ValkeyServer


class Seen:
    """The titles that each group was given."""

    def __init__(self) -> None:
        self.titles: dict[str, list[str]] = {FEEDS: [], DELIVERIES: []}
        self.seconds = 0.0
        """How long a batch takes."""
        self.inflow = Inflow(lasts=600)
        self.rushes: list[tuple[int, bool]] = []
        """Of each batch for the feeds: how large it was, and whether more was known to wait."""

    def taker(self, group: str) -> Callable[[int, Sequence[ArticleEvent]], Awaitable["Seen"]]:
        async def take(_: int, events: Sequence[ArticleEvent]) -> "Seen":
            await asyncio.sleep(self.seconds)
            if group == FEEDS:
                self.rushes.append((len(events), self.inflow.is_high))
            self.titles[group] += [event.article.title for event in events]
            return self

        return take

    def told(self) -> dict[str, int]:
        return {}


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in Valkey, not in this loop
            await asyncio.sleep(0.02)


async def publish(url: str, *titles: str) -> None:
    async with RedisBroker(url, logger=logging.getLogger("test")) as broker:
        for title in titles:
            await broker.publish(an_event(article=an_article(title=title)), stream=keys.events(0))


@asynccontextmanager
async def consuming(
    url: str, redis: Redis, seen: Seen, *, stale_after: float = STALE_AFTER
) -> AsyncIterator["asyncio.Task[None]"]:
    """Consume in the background, with an abandoned entry taken over after a fifth of a second."""
    await make_groups(redis, 1)
    parts = Consuming(
        url,
        redis,
        partitions=1,
        applies={group: seen.taker(group) for group in (FEEDS, DELIVERIES)},
        clock=HandClock(),
        tally=Tally(redis, HandClock()),
        inflow=seen.inflow,
        reclaim_idle_ms=200,
        stale_after=stale_after,
    )
    task = asyncio.create_task(parts.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_events_published_before_the_first_start_reach_every_group(
    valkey: ValkeyServer, redis: Redis
) -> None:
    await publish(valkey.url, "early")
    seen = Seen()
    async with consuming(valkey.url, redis, seen):
        await until(lambda: seen.titles == {FEEDS: ["early"], DELIVERIES: ["early"]})


async def test_it_is_known_whether_more_events_wait(valkey: ValkeyServer, redis: Redis) -> None:
    await publish(valkey.url, *(f"{n}" for n in range(300)))
    seen = Seen()
    async with consuming(valkey.url, redis, seen):
        await until(lambda: all(len(titles) == 300 for titles in seen.titles.values()))
        await until(lambda: not seen.inflow.is_high)
    assert seen.rushes[:2] == [(128, True), (128, True)]
    assert sum(size for size, _ in seen.rushes) == 300


async def test_what_a_killed_consumer_had_in_hand_is_taken_over(valkey: ValkeyServer, redis: Redis) -> None:
    await make_groups(redis, 1)
    await publish(valkey.url, "in hand")
    await redis.xreadgroup(FEEDS, "killed", {keys.events(0): ">"})
    seen = Seen()
    async with consuming(valkey.url, redis, seen):
        await until(lambda: seen.titles[FEEDS] == ["in hand"])


async def test_consuming_goes_on_by_itself_after_a_kill_of_the_server(
    valkey: ValkeyServer, redis: Redis
) -> None:
    seen = Seen()
    async with consuming(valkey.url, redis, seen) as task:
        await publish(valkey.url, "before")
        await until(lambda: seen.titles[FEEDS] == ["before"])
        valkey.kill()
        valkey.start()
        await publish(valkey.url, "after")
        await until(lambda: "after" in seen.titles[FEEDS] and "after" in seen.titles[DELIVERIES], 6)
        assert not task.done()


async def test_a_reader_that_is_long_at_work_is_not_taken_for_deaf(
    valkey: ValkeyServer, redis: Redis
) -> None:
    """To end the process would leave what it has in hand to the next one, which takes as long again."""
    seen = Seen()
    seen.seconds = 4.0
    async with consuming(valkey.url, redis, seen, stale_after=1.0) as task:
        await publish(valkey.url, "large")
        await until(lambda: "large" in seen.titles[FEEDS])
        assert not task.done()


async def test_a_process_that_stood_still_is_not_taken_for_deaf(valkey: ValkeyServer, redis: Redis) -> None:
    """As after SIGSTOP and SIGCONT: its readers could ask for nothing, and are about to."""
    seen = Seen()
    async with consuming(valkey.url, redis, seen, stale_after=1.5) as task:
        await publish(valkey.url, "before")
        await until(lambda: seen.titles[FEEDS] == ["before"])
        time.sleep(3)  # noqa: ASYNC251 - the loop is to stand still
        await publish(valkey.url, "after")
        await until(lambda: "after" in seen.titles[FEEDS])
        assert not task.done()


async def test_a_redis_that_was_emptied_ends_consuming_and_says_what_is_gone(
    valkey: ValkeyServer, redis: Redis
) -> None:
    seen = Seen()
    async with consuming(valkey.url, redis, seen) as task:
        await publish(valkey.url, "before")
        await until(lambda: seen.titles[FEEDS] == ["before"])
        await redis.flushall()
        with pytest.raises(ConsumerDiedError, match=r"Redis was emptied: all articles"):
            await asyncio.wait_for(task, 10)


async def test_a_group_that_was_deleted_is_made_anew_and_reads_from_the_beginning(
    valkey: ValkeyServer, redis: Redis
) -> None:
    await redis.set(keys.partitions_registry(), 1)
    seen = Seen()
    async with consuming(valkey.url, redis, seen) as task:
        await publish(valkey.url, "before")
        await until(lambda: seen.titles[FEEDS] == ["before"])
        await redis.xgroup_destroy(keys.events(0), FEEDS)
        with pytest.raises(ConsumerDiedError, match=r"Group feeds on \S+ was deleted"):
            await asyncio.wait_for(task, 10)
    async with consuming(valkey.url, redis, seen):
        await until(lambda: seen.titles[FEEDS] == ["before", "before"])


async def test_nothing_is_read_twice_by_a_second_start(valkey: ValkeyServer, redis: Redis) -> None:
    await publish(valkey.url, "once")
    first, second = Seen(), Seen()
    async with consuming(valkey.url, redis, first):
        await until(lambda: first.titles[FEEDS] == ["once"] and first.titles[DELIVERIES] == ["once"])
    async with consuming(valkey.url, redis, second):
        await publish(valkey.url, "twice")
        await until(lambda: second.titles[FEEDS] == ["twice"])
    assert first.titles[FEEDS] == ["once"]
