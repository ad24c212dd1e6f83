"""A reader walks from the newest article to the very first of 5,000 while everything around it moves."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from redis.asyncio import Redis

from services.feed.feeds.archive_routes import archive_routes
from services.feed.feeds.archives import Archives
from services.feed.feeds.channel import Form
from services.feed.feeds.directory import Directory
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.routes import feed_routes
from shared.identifiers import article_uri
from tests.feed.feeds.archive_reading import Page, numbered, publish, read, withdrawn
from tests.feed.feeds.articles import PUBLISHER

ALL = 5000


@pytest_asyncio.fixture
async def client(redis: Redis) -> AsyncIterator[httpx.AsyncClient]:
    # Everything is written by this test: nothing is lost if the store does not wait for its disk.
    await redis.config_set("appendfsync", "no")
    app = FastAPI()
    renditions = Renditions(redis, 1, PUBLISHER)
    app.include_router(archive_routes(Archives(redis, renditions.writer, PUBLISHER)))
    app.include_router(feed_routes(Directory(redis, 1), renditions, PUBLISHER))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://feeds.test") as client:
        yield client


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
async def test_every_article_is_met_once_and_none_after_its_withdrawal(
    client: httpx.AsyncClient, redis: Redis, form: Form
) -> None:
    index = FeedIndex(redis, 1)
    await publish(index, [numbered(number) for number in range(ALL)])
    around = Around(index)
    pages: list[Page] = []
    url: str | None = f"/feeds/all.{form}"
    while url is not None:
        page = await read(client, url)
        assert not around.withdrawn & {*page.ids}
        assert page.is_archive == bool(pages)
        pages.append(page)
        await around.move()
        url = page.older
    met = [article_id for page in pages for article_id in page.ids]
    assert len(met) == len({*met})
    assert {article_uri(f"a:{number}") for number in range(ALL)} - around.withdrawn <= {*met}
    assert len(pages) > ALL / 101
