"""A withdrawal is told of for 30 days in every Atom feed that ever held the article, on a real Valkey."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from redis.asyncio import Redis

from services.feed.feeds.channel import Form
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.selection import ALL, Selection
from shared import keys
from shared.events import ArticleEvent, EventType
from tests.builders import NOON, an_article, an_event
from tests.feed.feeds.articles import PUBLISHER
from tests.feed.feeds.atom_rules import atom_complaints

AT = "{http://purl.org/atompub/tombstones/1.0}"
ENERGY, TRADE = Selection("topic/energy"), Selection("topic/trade")
GONE = "tag:newswire,2026:a-1"


def event(
    version: int,
    number: int = 1,
    *,
    topics: tuple[str, ...] = ("Energy",),
    at: datetime = NOON,
    **fields: Any,
) -> ArticleEvent:
    article = an_article(id=f"a-{number}", title=f"Article {number}", topics=topics)
    return an_event(version=version, article=article, timestamp=at, **fields)


def withdrawal(version: int = 2, number: int = 1, **fields: Any) -> ArticleEvent:
    return event(version, number, type=EventType.WITHDRAWN, **fields)


async def document(redis: Redis, selection: Selection = ALL, form: Form = Form.ATOM) -> bytes:
    found = await Renditions(redis, 1, PUBLISHER).get(selection, form)
    assert found is not None
    return found.body


async def tombstones(redis: Redis, selection: Selection = ALL) -> list[tuple[str | None, ...]]:
    written = await document(redis, selection)
    assert atom_complaints(written) == []
    return [
        (gone.get("ref"), gone.get("when"), gone.findtext(f"{AT}comment"))
        for gone in etree.fromstring(written).iter(f"{AT}deleted-entry")
    ]


async def test_it_says_which_article_since_when_and_why(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(1), event(1, 2), event(1, 3)])
    await index.apply(0, [withdrawal(at=NOON + timedelta(hours=1), reason="Wrong \x00 & <unfounded>.")])
    await index.apply(0, [withdrawal(number=2, at=NOON + timedelta(hours=2))])
    for selection in (ALL, ENERGY, Selection("kind/commentary"), Selection("author/ana-ruiz")):
        assert await tombstones(redis, selection) == [
            ("tag:newswire,2026:a-2", "2026-03-02T14:00:00Z", None),
            (GONE, "2026-03-02T13:00:00Z", "Wrong \ufffd & <unfounded>."),
        ]
        assert b"Article 3" in await document(redis, selection)


@pytest.mark.parametrize("form", [Form.RSS, Form.JSON])
async def test_other_formats_have_no_word_for_it(redis: Redis, form: Form) -> None:
    await FeedIndex(redis, 1).apply(0, [event(1), event(1, 2)])
    await FeedIndex(redis, 1).apply(0, [withdrawal()])
    assert b"a-1" not in await document(redis, form=form)


async def test_a_feed_without_withdrawals_does_not_mention_them(redis: Redis) -> None:
    await FeedIndex(redis, 1).apply(0, [event(1)])
    assert b"tombstones" not in await document(redis)


async def test_an_article_that_only_belongs_elsewhere_now_leaves_none(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(1)])
    await index.apply(0, [event(2, topics=("Trade",))])
    assert await tombstones(redis, ENERGY) == []


async def test_feeds_that_it_had_left_tell_of_it_too_and_of_its_return_nothing_stays(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(1)])
    await index.apply(0, [event(2, topics=("Trade",))])
    before = await document(redis, ENERGY)
    await index.apply(0, [withdrawal(3, topics=("Trade",), at=NOON + timedelta(hours=1))])
    for selection in (ALL, ENERGY, TRADE):
        assert [ref for ref, *_ in await tombstones(redis, selection)] == [GONE]

    await index.apply(0, [event(4, topics=("Trade",), at=NOON + timedelta(hours=2))])
    for selection in (ALL, ENERGY, TRADE):
        assert await tombstones(redis, selection) == []
    after = await document(redis, ENERGY)
    assert etree.fromstring(after).find("{*}entry") is None
    assert before != after, "what a feed says has changed, and so has its time"


async def test_it_goes_with_the_first_change_after_30_days_and_not_by_itself(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(1), event(1, 2), withdrawal()])
    await index.apply(0, [event(2, 2, at=NOON + timedelta(days=30))])
    assert [ref for ref, *_ in await tombstones(redis)] == [GONE]
    await index.apply(0, [event(3, 2, at=NOON + timedelta(days=30, seconds=1))])
    assert await tombstones(redis) == []
    assert await redis.zcard(keys.feed_withdrawn(ALL)) == 0


@pytest.mark.parametrize("lose_the_feeds", [False, True])
async def test_a_rebuild_gives_the_same_bytes(redis: Redis, lose_the_feeds: bool) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(1, number) for number in range(5)])
    await index.apply(0, [event(2, 3, topics=("Trade",))])
    for number in range(1, 4):
        at = NOON + timedelta(days=16 * number)
        await index.apply(0, [withdrawal(3, number, at=at, topics=("Trade",), reason="Gone.")])
    before = [await document(redis, selection) for selection in (ALL, ENERGY, TRADE)]
    assert [ref for ref, *_ in await tombstones(redis)] == ["tag:newswire,2026:a-3", "tag:newswire,2026:a-2"]

    if lose_the_feeds:
        await redis.delete(*[key async for key in redis.scan_iter("newswire:{feed:*")])
    await index.rebuild()
    assert [await document(redis, selection) for selection in (ALL, ENERGY, TRADE)] == before


async def test_a_repeated_withdrawal_changes_nothing(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(1), withdrawal()])
    before = await document(redis)
    assert (await index.apply(0, [withdrawal(), event(1)])).feeds == 0
    assert await document(redis) == before


async def test_a_rebuild_drops_a_record_that_no_article_claims(redis: Redis) -> None:
    index = FeedIndex(redis, 1)
    await index.apply(0, [event(1)])
    await redis.zadd(keys.feed_withdrawn(ALL), {"ghost": NOON.timestamp() * 1000})
    assert await tombstones(redis) == []
    assert (await index.rebuild()).dropped == 1
    assert await redis.zcard(keys.feed_withdrawn(ALL)) == 0
