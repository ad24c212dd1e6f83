"""The feeds hold what the events say, on a real Valkey, with crashes and competitors."""

import asyncio
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.feeds.applying import fold
from services.feed.feeds.channel import Form
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.members import Members
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.selection import ALL, Selection
from shared import keys
from shared.events import ArticleEvent, EventType
from tests.builders import NOON, an_article, an_event
from tests.feed.feeds.articles import PUBLISHER

ENERGY, TRADE = Selection("topic/energy"), Selection("topic/trade")


def event(
    version: int = 1, *, topics: tuple[str, ...] = ("Energy",), number: int = 1, **fields: Any
) -> ArticleEvent:
    article = an_article(
        id=f"a-{number}",
        topics=topics,
        title=f"Version {version}",
        published_at=NOON + timedelta(minutes=number),
    )
    given = {"version": version, "timestamp": NOON + timedelta(seconds=version), "article": article}
    return an_event(**(given | fields))


def withdrawal(version: int) -> ArticleEvent:
    return event(version, type=EventType.WITHDRAWN)


async def held(redis: Redis, selection: Selection = ALL) -> list[str]:
    return await Members(redis).newest(selection, 50)


async def version_of(redis: Redis, selection: Selection = ALL) -> int:
    _, state = await Members(redis).state(selection)
    return state.version


async def document(redis: Redis, selection: Selection = ALL, partitions: int = 1) -> bytes:
    found = await Renditions(redis, partitions, PUBLISHER).get(selection, Form.ATOM)
    assert found is not None
    return found.body


async def test_an_article_is_in_each_of_its_feeds(redis: Redis) -> None:
    report = await FeedIndex(redis, 1).apply(0, [event()])
    assert (report.changed, report.unchanged, report.feeds) == (1, 0, 4)
    for selection in ("all", "kind/commentary", "topic/energy", "author/ana-ruiz"):
        assert await held(redis, Selection(selection)) == ["a-1"]
    assert (await Members(redis).titles())[ENERGY] == "Energy"


async def test_the_newest_stands_first_and_the_later_id_among_equals(redis: Redis) -> None:
    same = [event(article=an_article(id=article_id)) for article_id in ("b", "c", "a")]
    await FeedIndex(redis, 1).apply(0, [event(number=2), event(number=3), *same])
    assert await held(redis) == ["a-3", "a-2", "c", "b", "a"]


async def test_each_event_that_is_new_to_the_feeds_is_told_once_with_its_time(redis: Redis) -> None:
    told: list[datetime] = []
    index = FeedIndex(redis, 1, told.append)
    first, second, other = event(), event(2), event(number=2)
    await index.apply(0, [first, second, other])
    await index.apply(0, [second, first, event(3, number=2)])
    assert sorted(told) == sorted([first.timestamp, second.timestamp, other.timestamp, event(3).timestamp])


async def test_an_event_that_comes_again_changes_nothing(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event()])
    before = await version_of(redis)
    report = await index.apply(0, [event(), event()])
    assert (report.changed, report.unchanged, report.feeds) == (0, 1, 0)
    assert await version_of(redis) == before


async def test_an_older_event_that_comes_late_changes_nothing_where_the_article_is_now(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(2, topics=("Trade",))])
    before = await version_of(redis)
    await index.apply(0, [event(1, topics=("Trade",))])
    assert await held(redis, TRADE) == ["a-1"]
    assert await version_of(redis) == before
    assert b"Version 2" in await document(redis)
    assert (await index.apply(0, [event(1)])).feeds == 0


@pytest.mark.parametrize("order", list(permutations((0, 1, 2))), ids=str)
async def test_the_feeds_end_in_the_same_bytes_in_whatever_order_events_come(
    redis: Redis, order: tuple[int, ...]
) -> None:
    """Of several consumers none waits for another, and what a killed one held comes late."""
    history = [event(1), event(2, topics=("Trade",)), withdrawal(3)]
    index = FeedIndex(redis, 1)
    for place in order:
        await index.apply(0, [history[place]])
    found = [await document(redis, selection) for selection in (ALL, ENERGY, TRADE)]
    await redis.flushall()
    await FeedIndex(redis, 1).apply(0, history)
    assert found == [await document(redis, selection) for selection in (ALL, ENERGY, TRADE)]
    assert all(b"deleted-entry" in body for body in found)


async def test_late_events_at_two_consumers_at_once_are_both_accounted_for(redis: Redis) -> None:
    one, other = FeedIndex(redis, 1), FeedIndex(redis, 1)
    await one.apply(0, [event(4)])
    await asyncio.gather(
        *(one.apply(0, [event(2)]), other.apply(0, [event(1)]), other.apply(0, [event(3, topics=("Trade",))]))
    )
    (found,) = (await ReadModel(redis, 1).read(["a-1"])).values()
    assert (found.accounted, found.turns) == (4, ())


async def test_an_update_that_keeps_its_place_moves_the_version(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event()])
    before = await version_of(redis)
    await index.apply(0, [event(2)])
    assert await version_of(redis) == before + 1
    assert b"Version 2" in await document(redis)


async def test_another_topic_moves_it_to_another_feed(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event()])
    await index.apply(0, [event(2, topics=("Trade",))])
    assert (await held(redis, ENERGY), await held(redis, TRADE)) == ([], ["a-1"])


async def test_a_withdrawn_article_leaves_every_feed_and_may_come_back(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(), withdrawal(2)])
    assert await held(redis) == await held(redis, ENERGY) == []
    await index.apply(0, [event(3)])
    assert await held(redis) == await held(redis, ENERGY) == ["a-1"]


async def test_a_feed_that_its_article_left_is_not_touched_by_later_changes(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event()])
    await index.apply(0, [event(2, topics=("Trade",))])
    before = await version_of(redis, ENERGY)
    await index.apply(0, [event(3, topics=("Trade",))])
    assert await version_of(redis, ENERGY) == before


@pytest.mark.parametrize("events", [[event(2, topics=("Trade",))], [event(1), event(2, topics=("Trade",))]])
async def test_a_crash_between_article_and_feeds_is_mended_by_the_redelivery(
    redis: Redis, events: list[ArticleEvent]
) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(1)])
    articles = ReadModel(redis, 1)
    before = await articles.read(["a-1"])
    after = fold(events, before["a-1"])
    assert after is not None
    assert await articles.store([after], before) == [after]
    assert await held(redis, ENERGY) == ["a-1"]

    await index.apply(0, events)
    assert (await held(redis, ENERGY), await held(redis, TRADE)) == ([], ["a-1"])


async def test_competing_consumers_end_with_the_newest_version_everywhere(redis: Redis) -> None:
    one, other = FeedIndex(redis, 1), FeedIndex(redis, 1)
    topics = [("Energy",), ("Trade",)]
    history = [[event(v, number=n, topics=topics[v % 2]) for n in range(10)] for v in range(1, 9)]
    await asyncio.gather(
        *(
            index.apply(0, batch)
            for index in (one, other)
            for batch in (history if index is one else history[::-1])
        )
    )
    assert await held(redis, TRADE) == []
    assert await held(redis, ENERGY) == [f"a-{n}" for n in range(9, -1, -1)]
    stored = await ReadModel(redis, 1).read([f"a-{n}" for n in range(10)])
    assert {known.version for known in stored.values()} == {8}


async def test_articles_of_several_partitions_meet_in_one_feed(redis: Redis) -> None:
    index = FeedIndex(redis, 3)
    for number in range(9):
        await index.apply(keys.partition_of(f"a-{number}", 3), [event(number=number)])
    assert len(await held(redis)) == 9
    assert (await document(redis, partitions=3)).count(b"<entry ") == 9


async def test_a_rebuild_gives_the_same_bytes_and_finds_all_that_was_lost(redis: Redis) -> None:
    index = FeedIndex(redis, 2)
    for number in range(6):
        await index.apply(keys.partition_of(f"a-{number}", 2), [event(number=number)])
    await index.apply(keys.partition_of("a-1", 2), [event(2, topics=("Trade",))])
    feeds = (ALL, ENERGY, TRADE)
    before = [await document(redis, selection, 2) for selection in feeds]

    for lost in [key async for key in redis.scan_iter("newswire:{feed:*")]:
        await redis.delete(lost)
    report = await index.rebuild()
    assert (report.articles, report.dropped) == (6, 0)
    assert [await document(redis, selection, 2) for selection in feeds] == before

    await index.rebuild()
    assert [await document(redis, selection, 2) for selection in feeds] == before


async def test_a_rebuild_drops_what_no_article_claims(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event()])
    await redis.zadd(keys.feed_index(TRADE), {"a-1": 1})
    await redis.zadd(keys.feed_index(ALL), {"ghost": 1})
    await Members(redis).register({TRADE: "Trade"})
    assert (await index.rebuild()).dropped == 2
    assert (await held(redis), await held(redis, TRADE)) == (["a-1"], [])


async def test_a_rebuild_and_events_do_not_disturb_each_other(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(number=n) for n in range(20)])
    await asyncio.gather(
        index.rebuild(),
        *(index.apply(0, [event(2, number=n, topics=("Trade",))]) for n in range(20)),
        index.rebuild(),
    )
    assert len(await held(redis)) == len(await held(redis, TRADE)) == 20
    assert await held(redis, ENERGY) == []
