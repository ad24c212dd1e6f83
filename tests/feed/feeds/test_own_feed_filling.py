"""The operators' feeds hold what their definitions say, on a real Valkey, with crashes and competitors."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.feeds.applying import decide
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.members import Members
from services.feed.feeds.own_feed_filling import OwnFeedFilling
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.selection import Selection
from shared import keys
from shared.events import ArticleEvent, EventType
from tests.builders import NOON, an_article, an_event
from tests.feed.feeds.own_feed_builders import define, redefine

DIGEST = Selection("custom/digest")
ENERGY = {"topics": ["Energy"]}


def event(
    number: int = 1, version: int = 1, *, topics: tuple[str, ...] = ("Energy",), **fields: Any
) -> ArticleEvent:
    article = an_article(id=f"a-{number}", topics=topics, published_at=NOON + timedelta(minutes=number))
    given = {"version": version, "timestamp": NOON + timedelta(seconds=version), "article": article}
    return an_event(**(given | fields))


async def held(redis: Redis, selection: Selection = DIGEST) -> list[str]:
    return await Members(redis).newest(selection, 2000)


def ids(*numbers: int) -> list[str]:
    return [f"a-{number}" for number in sorted(numbers, reverse=True)]


@pytest.fixture
def index(redis: Redis) -> FeedIndex:
    return FeedIndex(redis, 2)


@pytest.fixture
def registry(redis: Redis) -> OwnFeedRegistry:
    return OwnFeedRegistry(redis)


@pytest.fixture
def filling(redis: Redis) -> OwnFeedFilling:
    return OwnFeedFilling(redis, 2)


async def test_a_new_feed_holds_what_was_stored_and_what_comes(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    await index.apply(0, [event(1), event(2, topics=("Law",)), event(3)])
    await index.apply(0, [event(3, 2, type=EventType.WITHDRAWN)])
    await define(registry, filter=ENERGY)
    await filling.settle()
    assert await held(redis) == ids(1)
    await index.apply(0, [event(4), event(5, topics=("Law",))])
    assert await held(redis) == ids(1, 4)


async def test_a_changed_filter_brings_some_and_sends_others_away(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    await define(registry, filter=ENERGY)
    await index.apply(0, [event(1), event(2, topics=("Law",)), event(3, topics=("Law", "Energy"))])
    await filling.settle()
    assert await held(redis) == ids(1, 3)
    await redefine(registry, filter={"topics": ["Law"]})
    await filling.settle()
    assert await held(redis) == ids(2, 3)


async def test_a_changed_title_alone_outdates_what_was_made_of_the_feed(
    redis: Redis, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    await define(registry)
    await filling.settle()
    title, before = await Members(redis).state(DIGEST)
    await redefine(registry, title="Another")
    await filling.settle()
    retitled, after = await Members(redis).state(DIGEST)
    assert (title, retitled) == ("Digest", "Another")
    assert after.version > before.version


async def test_only_what_changes_verdicts_costs_a_reading_of_all_articles(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    async def readings() -> int:
        statistics = await redis.info("commandstats")
        return int(statistics.get("cmdstat_sscan", {"calls": 0})["calls"])

    await index.apply(0, [event(1), event(2, topics=("Law",))])
    await define(registry)
    await filling.settle()
    before = await readings()
    await redefine(registry, title="Another", entries=7, filter={})
    await filling.settle()
    assert await readings() == before
    await redefine(registry, filter={"topics": ["Law"]})
    await redefine(registry, title="A third")
    await filling.settle()
    assert await held(redis) == ids(2)
    assert (await registry.unsettled()).settled == 4
    await index.apply(0, [event(3), event(4, topics=("Law",))])
    assert await held(redis) == ids(2, 4)


async def test_a_removed_feed_leaves_nothing_behind(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    await define(registry)
    await index.apply(0, [event(1)])
    await filling.settle()
    assert await registry.remove("digest")
    assert await Members(redis).state(DIGEST) == (None, (await Members(redis).state(DIGEST))[1])
    await filling.settle()
    await index.apply(0, [event(1, 2), event(2)])
    assert [key async for key in redis.scan_iter(f"*{DIGEST}*")] == []
    assert await redis.hgetall(keys.own_feeds_removed()) == {}


async def test_a_feed_of_the_same_name_begins_anew(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    await define(registry, filter=ENERGY)
    await index.apply(0, [event(1), event(2, topics=("Law",))])
    await filling.settle()
    await registry.remove("digest")
    await define(registry, filter={"topics": ["Law"]})
    await filling.settle()
    assert await held(redis) == ids(2)


async def test_who_still_clears_the_former_life_of_a_feed_does_not_harm_the_next(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    await define(registry)
    await filling.settle()
    await registry.remove("digest")
    late = (await registry.unsettled()).removed
    await filling.settle()
    await define(registry)
    await index.apply(0, [event(1)])
    await filling.settle()
    await Members(redis).clear(late)
    assert await held(redis) == ids(1)


@pytest.mark.parametrize("number", [1, 2])
async def test_what_an_unaware_consumer_stores_after_the_definition_is_not_missed(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling, number: int
) -> None:
    """It decided by the definitions of before, and comes to store it only when the feed is filled."""
    await index.apply(0, [event(1)])
    articles = ReadModel(redis, 2)
    before = await articles.read([f"a-{number}"])
    unaware = decide(event(number, 2), before.get(f"a-{number}"), await registry.view())
    await define(registry, filter=ENERGY)
    await filling.settle()
    assert await articles.store([unaware], before) == []
    await index.apply(0, [event(number, 2)])
    assert await held(redis) == ids(1, number) if number != 1 else ids(1)


async def test_what_an_unaware_consumer_stored_but_did_not_give_out_is_found(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    articles = ReadModel(redis, 2)
    unaware = decide(event(1), None, await registry.view())
    await define(registry, filter=ENERGY)
    assert await articles.store([unaware], {}) == [unaware]
    await filling.settle()
    assert await held(redis) == ids(1)
    await index.apply(0, [event(1)])
    assert await held(redis) == ids(1)


async def test_two_indexes_and_a_changing_definition_end_with_what_it_says_last(
    redis: Redis, registry: OwnFeedRegistry
) -> None:
    """Definitions change, articles move between topics and are withdrawn, and several processes fill."""
    indexes = [FeedIndex(redis, 2), FeedIndex(redis, 2)]
    fillings = [OwnFeedFilling(redis, 2), OwnFeedFilling(redis, 2)]
    topics = [("Energy",), ("Law",), ("Energy", "Law"), ()]

    async def publish() -> None:
        for version in range(1, 9):
            batch = [event(n, version, topics=topics[(n + version) % 4]) for n in range(40)]
            half = [batch[::2], batch[1::2]]
            await asyncio.gather(*(i.apply(0, part) for i, part in zip(indexes, half, strict=True)))
        gone = [event(n, 9, type=EventType.WITHDRAWN) for n in range(0, 40, 5)]
        await asyncio.gather(*(i.apply(0, gone) for i in indexes))

    async def operate() -> None:
        await define(registry, filter=ENERGY)
        await fillings[0].settle()
        for wanted in ({"topics": ["Law"]}, {}, {"topics": ["Energy"]}, {"topics": ["Law"]}):
            await redefine(registry, filter=wanted)
            await asyncio.gather(*(filling.settle() for filling in fillings))

    await asyncio.gather(publish(), operate())
    last = {n: topics[(n + 8) % 4] for n in range(40) if n % 5}
    assert await held(redis) == ids(*(n for n, own in last.items() if "Law" in own))


async def test_a_pass_that_a_crash_cut_short_is_done_by_the_next_who_looks(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry
) -> None:
    await index.apply(0, [event(number) for number in range(1500)])
    await define(registry, filter=ENERGY)
    dying = asyncio.create_task(OwnFeedFilling(redis, 2).settle())
    async with asyncio.timeout(20):
        while not await redis.exists(keys.feed_index(DIGEST)):
            assert not dying.done()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert (await registry.unsettled()).settled == 0

    sweeping = asyncio.create_task(OwnFeedFilling(redis, 2).run())
    async with asyncio.timeout(20):
        while (await registry.unsettled()).settled == 0:  # noqa: ASYNC110 - the pass says so in Redis alone
            await asyncio.sleep(0.01)
    sweeping.cancel()
    assert len(await held(redis)) == 1500


async def test_verdicts_that_were_stored_but_not_given_out_are_given_out_by_the_next_pass(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    await index.apply(0, [event(1)])
    await define(registry)
    await filling.settle()
    await redis.delete(keys.feed_index(DIGEST), keys.feed_versions(DIGEST), keys.own_feeds_settled())
    await filling.settle()
    assert await held(redis) == ids(1)


async def test_a_rebuild_keeps_and_mends_the_operators_feeds(
    redis: Redis, index: FeedIndex, registry: OwnFeedRegistry, filling: OwnFeedFilling
) -> None:
    await define(registry, "secret", private=True, filter=ENERGY)
    secret = Selection("private/secret")
    await index.apply(0, [event(1), event(2, topics=("Law",))])
    await filling.settle()
    await redis.delete(keys.feed_index(secret), keys.feed_versions(secret))
    await redis.zadd(keys.feed_index(secret), {"ghost": 1})
    await index.rebuild()
    assert await held(redis, secret) == ids(1)


async def test_a_name_is_given_once(registry: OwnFeedRegistry) -> None:
    await define(registry)
    assert await registry.add("digest", lambda version: pytest.fail(f"made at {version}"), None) is None


async def test_changes_of_several_operators_at_once_are_all_kept(
    redis: Redis, registry: OwnFeedRegistry
) -> None:
    names = [f"feed-{number}" for number in range(12)]
    await asyncio.gather(*(define(OwnFeedRegistry(redis), name) for name in names))
    await asyncio.gather(*(redefine(OwnFeedRegistry(redis), name, entries=7) for name in names))
    view = await registry.view()
    assert {name: feed.entries for name, feed in view.feeds.items()} == dict.fromkeys(names, 7)
    assert view.version == 24
