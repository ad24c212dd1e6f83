"""Feeds from memory: no Redis on the way, never behind, through bursts and outages, in bounded memory."""

import asyncio
import json
import signal
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.asyncio import Redis

from services.feed.feeds.channel import Form
from services.feed.feeds.front import Front
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.rendition import Edition
from services.feed.feeds.selection import ALL
from shared.events import ArticleEvent, EventType
from shared.redis_connection import connect
from tests.builders import NOON, an_article, an_event
from tests.conftest import ValkeyServer
from tests.feed.feeds.feed_server import FeedServer, a_feed_server

FEED = "/feeds/all.json"
EDITION = Edition(ALL, Form.JSON)


def event(number: int, version: int = 1, **fields: object) -> ArticleEvent:
    article = an_article(
        id=f"a-{number:05}", title=f"{number}", published_at=NOON + timedelta(seconds=number)
    )
    return an_event(version=version, article=article, timestamp=NOON + timedelta(seconds=number), **fields)


async def titles(server: FeedServer) -> list[int]:
    """Return what the feed shows just now."""
    return [int(item["title"]) for item in json.loads((await server.ask(FEED)).body)["items"]]


async def until_shown(server: FeedServer, number: int) -> None:
    async with asyncio.timeout(20):
        while number not in await titles(server):
            pass


async def until_at_hand(server: FeedServer) -> None:
    """Wait until the feed is in memory and the watch vouches for it."""
    async with asyncio.timeout(20):
        while server.renditions.answers(EDITION) is None:
            await server.ask(FEED)


@asynccontextmanager
async def polling(server: FeedServer) -> AsyncIterator[list[list[int]]]:
    """Poll the feed from two clients all the while; give what each answer in turn had shown."""
    seen: list[list[int]] = []
    ended = asyncio.Event()

    async def poll() -> None:
        while not ended.is_set():
            seen.append(await titles(server))

    tasks = [asyncio.create_task(poll()) for _ in range(2)]
    try:
        yield seen
    finally:
        ended.set()
        await asyncio.gather(*tasks)


async def reads_of_feeds(redis: Redis) -> int:
    """Return how often any process has read the state of a feed."""
    statistics = await redis.info("commandstats")
    return int(statistics.get("cmdstat_hmget", {"calls": 0})["calls"])


async def test_what_is_known_to_be_current_is_given_out_without_redis(redis: Redis) -> None:
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [event(1)])
        await until_at_hand(server)
        made = server.renditions.made
        before, asked = await reads_of_feeds(redis), 0
        while asked < 200:
            assert len(await titles(server)) == 1
            asked += 1
        # Once in five seconds a feed is looked at all the same.
        assert await reads_of_feeds(redis) - before < 20
        assert server.renditions.made == made


async def test_every_change_shows_and_nothing_that_was_shown_disappears(redis: Redis) -> None:
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [event(0)])
        async with polling(server) as seen:
            for number in range(1, 40):
                await server.index.apply(0, [event(number)])
                if number % 10 == 0:
                    await until_shown(server, number)
            await until_shown(server, 39)
        newest = [max(shown) for shown in seen]
        # The answers of two clients may cross on their way back: by one place at most.
        assert all(later >= earlier for earlier, later in zip(newest, newest[2:], strict=False))


async def test_a_change_by_another_process_shows(valkey: ValkeyServer, redis: Redis) -> None:
    other = connect(valkey.url)
    async with a_feed_server(redis) as server:
        await until_at_hand(server)
        await FeedIndex(other, 1).apply(0, [event(7)])
        await until_shown(server, 7)
    await other.aclose()


async def test_a_change_that_was_never_announced_is_found_all_the_same(redis: Redis) -> None:
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [event(1)])
        await until_at_hand(server)
        # As if the consumer had been killed between the two, and nobody took its work up.
        await redis.hset("newswire:{feed:all}:state", "version", 99)
        await redis.zrem("newswire:{feed:all}:index", "a-00001")
        async with asyncio.timeout(20):
            while await titles(server):
                pass


async def test_a_burst_costs_a_polled_feed_a_handful_of_renditions(redis: Redis) -> None:
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [event(0)])
        await until_at_hand(server)
        before = server.renditions.made
        async with polling(server) as seen:
            for start in range(1, 4001, 50):
                await server.index.apply(0, [event(number) for number in range(start, start + 50)])
            await until_shown(server, 4000)
        assert server.renditions.made - before <= 20
        newest = [max(shown) for shown in seen]
        assert all(later >= earlier for earlier, later in zip(newest, newest[2:], strict=False))


async def test_a_withdrawal_does_not_wait_for_the_end_of_a_burst(redis: Redis) -> None:
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [event(number) for number in range(100)])
        await until_at_hand(server)
        await server.index.apply(0, [event(number) for number in range(100, 300)])
        await server.index.apply(0, [event(299, 2, type=EventType.WITHDRAWN)])
        await server.watch.look()
        assert 299 not in await titles(server)


async def test_while_redis_is_away_the_feed_is_given_out_as_stale(valkey: ValkeyServer) -> None:
    redis = connect(valkey.url, retries=0, timeout=1.0)
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [event(1)])
        await until_at_hand(server)
        fresh = await server.ask(FEED)
        valkey.kill()
        async with asyncio.timeout(20):
            while "warning" not in (stale := await server.ask(FEED)):
                pass
        assert stale["warning"].startswith("110 ")
        assert int(stale["age"]) < 20
        assert (stale.body, stale["etag"]) == (fresh.body, fresh["etag"])
        assert (await server.ask(FEED, f"If-None-Match: {fresh['etag']}")).status == 304
        assert (await server.ask("/feeds/all.atom")).status == 503
        valkey.start()
        async with asyncio.timeout(20):
            while "warning" in await server.ask(FEED):
                pass
        await server.index.apply(0, [event(2)])
        await until_shown(server, 2)
    await redis.aclose()


async def test_while_redis_hangs_nobody_waits_long_for_what_is_in_memory(
    valkey: ValkeyServer, redis: Redis
) -> None:
    assert valkey.process is not None
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [event(1)])
        await until_at_hand(server)
        fresh = await server.ask(FEED)
        valkey.process.send_signal(signal.SIGSTOP)
        try:
            # At first nothing tells that it hangs: what was known to be current is so for a moment still.
            async with asyncio.timeout(5):
                while "warning" not in (stale := await server.ask(FEED)):
                    pass
        finally:
            valkey.process.send_signal(signal.SIGCONT)
        assert (stale.status, stale.body) == (200, fresh.body)


async def test_conditional_requests_leave_nothing_behind(redis: Redis) -> None:
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [event(1)])
        await until_at_hand(server)
        front = Front(server.renditions)
        tracemalloc.start()
        await _ask_differently(front, 0, 6000)
        before, _ = tracemalloc.get_traced_memory()
        await _ask_differently(front, 6000, 10_000)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert after - before < 64 * 1024


async def _ask_differently(front: Front, start: int, end: int) -> None:
    """Ask with headers of which no two are the same, and now and then for feeds that there are not."""
    for n in range(start, end):
        headers = [
            (b"if-none-match", f'"{n}", W/"x{n}"'.encode()),
            (b"accept-encoding", f"gzip;q=0.{n}, x{n}".encode()),
            (b"if-modified-since", f"{n}".encode() * 50),
        ]
        target = FEED if n % 4 else f"/feeds/topic/t{n}.rss?{n}"
        front.answer(target.encode(), headers)
        if n % 100 == 0:
            await asyncio.sleep(0)
