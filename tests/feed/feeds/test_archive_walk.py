"""A reader walks from the newest article to the very first of 5,000 while everything around it moves."""

import pytest
from redis.asyncio import Redis

from services.feed.feeds.channel import Form
from services.feed.feeds.index import FeedIndex
from shared.identifiers import article_uri
from tests.feed.feeds.archive_reading import Page, a_site, numbered, publish, read, withdrawn

ALL = 5000


class Around:
    """What happens between two fetches: a new article, a late one, and now and then a withdrawal."""

    def __init__(self, index: FeedIndex) -> None:
        self._index = index
        self._turn = 0
        self.withdrawn: set[str] = set()

    async def move(self) -> None:
        self._turn += 1
        turn = self._turn
        new = numbered(ALL + turn)
        late = numbered(100_000 + turn, at=(turn * 1103) % ALL)
        events = [new, late]
        if turn % 5 == 0:
            gone = numbered((turn * 977) % ALL)
            events.append(withdrawn(gone))
            self.withdrawn.add(article_uri(gone.article.id))
        await self._index.apply(0, events)


@pytest.mark.parametrize("form", Form)
async def test_every_article_is_met_once_and_none_after_its_withdrawal(redis: Redis, form: Form) -> None:
    # Everything is written by this test: nothing is lost if the store does not wait for its disk.
    await redis.config_set("appendfsync", "no")
    index = FeedIndex(redis, 1)
    await publish(index, [numbered(number) for number in range(ALL)])
    around = Around(index)
    pages: list[Page] = []
    url: str | None = f"/feeds/all.{form}"
    async with a_site(redis) as site:
        while url is not None:
            page = await read(site.client, url)
            assert not around.withdrawn & {*page.ids}
            assert page.is_archive == bool(pages)
            pages.append(page)
            await around.move()
            url = page.older
    met = [article_id for page in pages for article_id in page.ids]
    assert len(met) == len({*met})
    assert {article_uri(f"a:{number}") for number in range(ALL)} - around.withdrawn <= {*met}
    assert len(pages) > ALL / 101
