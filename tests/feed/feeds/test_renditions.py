"""Feeds are made once per change, shared by all processes, never behind, and outlive a Redis that is away."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from services.feed.feeds.channel import Form
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.rendition import Edition, Rendition
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.selection import ALL, Selection
from shared import keys
from shared.events import ArticleEvent, EventType
from shared.redis_connection import connect
from tests.builders import NOON, an_article, an_event
from tests.conftest import ValkeyServer
from tests.feed.feeds.articles import PUBLISHER


def event(version: int = 1, number: int = 1, **fields: Any) -> ArticleEvent:
    article = an_article(id=f"a-{number}", title=f"Article {number}, version {version}")
    return an_event(version=version, article=article, timestamp=NOON + timedelta(seconds=version), **fields)


async def get(renditions: Renditions, form: Form = Form.RSS) -> Rendition:
    found = await renditions.get(ALL, form)
    assert found is not None
    return found


@pytest.mark.parametrize("form", Form)
async def test_the_feed_of_everything_is_there_before_the_first_article(redis: Redis, form: Form) -> None:
    empty = await get(Renditions(redis, 1, PUBLISHER), form)
    again = await get(Renditions(redis, 1, PUBLISHER), form)
    assert (empty.body, empty.etag) == (again.body, again.etag)


async def test_there_is_no_feed_that_never_held_an_article(redis: Redis) -> None:
    assert await Renditions(redis, 1, PUBLISHER).get(Selection("topic/energy"), Form.RSS) is None


async def test_it_is_made_once_for_all_who_ask_at_the_same_time(redis: Redis) -> None:
    await FeedIndex(redis, 1).apply(0, [event()])
    renditions = Renditions(redis, 1, PUBLISHER)
    found = await asyncio.gather(*(get(renditions) for _ in range(20)))
    assert len({id(rendition.body) for rendition in found}) == 1
    assert await get(renditions) is found[0]


async def test_all_processes_give_out_the_same_bytes_and_validators(redis: Redis) -> None:
    await FeedIndex(redis, 1).apply(0, [event()])
    made = await get(Renditions(redis, 1, PUBLISHER))
    taken = await get(Renditions(redis, 1, PUBLISHER))
    assert taken == made


async def test_a_change_shows_at_once_and_moves_both_validators(redis: Redis) -> None:
    index, renditions = FeedIndex(redis, 1), Renditions(redis, 1, PUBLISHER)
    await index.apply(0, [event()])
    first = await get(renditions)
    for version in (2, 3):
        await index.apply(0, [event(version)])
        second = await get(renditions)
        assert f"version {version}".encode() in second.body
        assert second.etag != first.etag
        assert second.last_modified >= first.last_modified
        first = second
    # At most a second ahead, for no answer may show a date that is yet to come.
    seconds, _ = await redis.time()
    assert first.last_modified.timestamp() <= seconds + 1


async def test_a_withdrawal_moves_last_modified_forward(redis: Redis) -> None:
    index, renditions = FeedIndex(redis, 1), Renditions(redis, 1, PUBLISHER)
    await index.apply(0, [event(), event(number=2)])
    before = await get(renditions)
    await index.apply(0, [event(2, type=EventType.WITHDRAWN)])
    after = await get(renditions)
    assert b"Article 1" not in after.body
    assert after.last_modified > before.last_modified


async def until_the_second_is_over(redis: Redis) -> None:
    """Wait until the second in which everything was applied so far has gone by on the server's clock."""
    began, _ = await redis.time()
    while (await redis.time())[0] == began:
        pass


async def times_written(redis: Redis) -> int:
    """Return how often anything was put into a hash."""
    statistics = await redis.info("commandstats")
    return int(statistics["cmdstat_hset"]["calls"])


async def test_once_its_second_is_over_a_change_is_given_out_without_a_write(redis: Redis) -> None:
    index, renditions = FeedIndex(redis, 1), Renditions(redis, 1, PUBLISHER)
    await index.apply(0, [event()])
    first = await get(renditions)
    await until_the_second_is_over(redis)
    await index.apply(0, [event(2)])
    await until_the_second_is_over(redis)
    before = await times_written(redis)
    made, other = await get(renditions), await get(Renditions(redis, 1, PUBLISHER))
    assert await times_written(redis) == before
    assert first.last_modified < made.last_modified == other.last_modified
    # What is put on the shelf afterwards says the same.
    compressed = await renditions.compressed(Edition(ALL, Form.RSS), made)
    taken = await get(Renditions(redis, 1, PUBLISHER))
    assert taken == compressed
    assert (taken.last_modified, taken.digest) == (made.last_modified, made.digest)


async def test_other_settings_move_last_modified_although_no_article_changed(redis: Redis) -> None:
    await FeedIndex(redis, 1).apply(0, [event()])
    before = await get(Renditions(redis, 1, PUBLISHER))
    await until_the_second_is_over(redis)
    after = await get(Renditions(redis, 1, replace(PUBLISHER, name="Renamed")))
    assert after.etag != before.etag
    assert after.last_modified > before.last_modified


async def test_a_rebuild_moves_no_validator(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event()])
    before = await get(Renditions(redis, 1, PUBLISHER))
    await index.rebuild()
    after = await get(Renditions(redis, 1, PUBLISHER))
    assert (after.body, after.last_modified) == (before.body, before.last_modified)
    assert after.version > before.version


async def test_while_events_flow_no_answer_is_behind_what_was_applied_before_it(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    processes = [Renditions(redis, 1, PUBLISHER) for _ in range(2)]
    applied = 0

    async def publish() -> None:
        nonlocal applied
        for version in range(1, 30):
            await index.apply(0, [event(version)])
            applied = version

    async def read(renditions: Renditions) -> None:
        while applied < 29:
            least = applied
            body = (await get(renditions, Form.JSON)).body
            shown = int(body.partition(b"version ")[2].partition(b'"')[0] or b"0")
            assert shown >= least

    await asyncio.gather(publish(), *(read(one) for one in processes for _ in range(3)))
    for renditions in processes:
        assert b"version 29" in (await get(renditions)).body


async def test_an_emptied_store_is_noticed(redis: Redis) -> None:
    renditions = Renditions(redis, 1, PUBLISHER)
    await FeedIndex(redis, 1).apply(0, [event()])
    assert b"Article 1" in (await get(renditions)).body
    await redis.flushall()
    await FeedIndex(redis, 1).apply(0, [event(number=2)])
    assert b"Article 2" in (await get(renditions)).body


async def test_another_public_address_shows_at_once(redis: Redis) -> None:
    await FeedIndex(redis, 1).apply(0, [event()])
    await get(Renditions(redis, 1, PUBLISHER))
    moved = replace(PUBLISHER, public_url="https://elsewhere.example")
    assert b"https://elsewhere.example/feeds/all.rss" in (await get(Renditions(redis, 1, moved))).body


async def test_an_entry_too_large_to_be_kept_is_still_given_out(redis: Redis) -> None:
    await FeedIndex(redis, 1).apply(0, [event()])
    renditions = Renditions(redis, 1, PUBLISHER, kept_bytes=10)
    assert (await get(renditions)).body == (await get(renditions)).body


async def test_without_redis_the_last_known_bytes_are_given_out_as_stale(valkey: ValkeyServer) -> None:
    redis = connect(valkey.url, retries=0, timeout=1.0)
    renditions = Renditions(redis, 1, PUBLISHER)
    await FeedIndex(redis, 1).apply(0, [event()])
    fresh = await get(renditions)
    valkey.kill()
    stale = await get(renditions)
    assert (stale.body, stale.stale_for, fresh.stale_for) == (fresh.body, 0, None)
    with pytest.raises(RedisConnectionError):
        await get(renditions, Form.ATOM)

    valkey.start()
    assert (await get(renditions)).stale_for is None
    await redis.aclose()


async def test_a_redis_that_takes_no_writes_still_has_readers(redis: Redis) -> None:
    await FeedIndex(redis, 1).apply(0, [event()])
    await redis.config_set("maxmemory", 1)
    renditions = Renditions(redis, 1, PUBLISHER)
    assert b"Article 1" in (await get(renditions)).body
    assert not await redis.exists(keys.feed_rendition(ALL, "rss"))
