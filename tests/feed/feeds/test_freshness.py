from datetime import timedelta

from redis.asyncio import Redis

from services.feed.feeds.freshness import FeedFreshness, main_feeds
from services.feed.feeds.index import FeedIndex
from shared.article import Kind
from shared.events import EventType
from tests.builders import NOON, an_article, an_event


async def test_before_anything_is_published_there_is_nothing_to_be_fresh(redis: Redis) -> None:
    assert await main_feeds(redis) == []


async def test_each_main_feed_tells_when_it_last_changed(redis: Redis) -> None:
    report = an_event(article=an_article(id="a-1", kind=Kind.REPORT))
    podcast = an_event(article=an_article(id="a-2", kind=Kind.PODCAST), timestamp=NOON + timedelta(hours=1))
    await FeedIndex(redis, 1).apply(0, [report, podcast])
    await FeedIndex(redis, 1).apply(
        0,
        [
            an_event(
                article=report.article,
                type=EventType.WITHDRAWN,
                version=2,
                timestamp=NOON + timedelta(minutes=5),
            )
        ],
    )
    assert await main_feeds(redis) == [
        FeedFreshness("all", 1, NOON + timedelta(hours=1)),
        FeedFreshness("kind/report", 0, NOON + timedelta(minutes=5)),
        FeedFreshness("kind/podcast", 1, NOON + timedelta(hours=1)),
    ]
