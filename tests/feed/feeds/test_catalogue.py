"""The list of feeds is read again when something has changed, and seldom while reading it is expensive."""

import asyncio

from redis.asyncio import Redis

from services.feed.feeds.catalogue import Catalogue, KeptListing, Listing
from services.feed.feeds.directory import Directory
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.listed_feed import ListedFeed
from services.feed.feeds.selection import Selection
from tests.builders import an_article, an_event


async def test_it_is_read_once_for_all_who_ask_and_again_after_a_change(redis: Redis) -> None:
    index, catalogue = FeedIndex(redis, 1), Catalogue(Directory(redis, 1))
    await index.apply(0, [an_event()])
    first, second = await asyncio.gather(catalogue.listing(), catalogue.listing())
    assert first is second
    assert await catalogue.listing() is first
    await index.apply(0, [an_event(article=an_article(id="a-2", topics=("Shipping",)))])
    listing = await catalogue.listing()
    assert "Shipping" in {feed.title for feed in listing.feeds}
    assert listing.feeds[0].articles == 2


def test_an_expensive_list_is_kept_for_a_while_although_something_has_changed() -> None:
    feed = ListedFeed(Selection("all"), "All articles", 1, None, 1, None)
    cheap = KeptListing(Listing((feed,)), "a", read_at=100.0, cost=0.5)
    dear = KeptListing(Listing((feed,) * 1000), "a", read_at=100.0, cost=0.5)
    assert not cheap.serves("b", 100.1)
    assert dear.serves("b", 109.9)
    assert not dear.serves("b", 110.1)
    assert cheap.serves("a", 159.0)
    assert not cheap.serves("a", 161.0)
