"""The operators' own feeds over HTTP, as operators and readers speak to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from redis.asyncio import Redis

from services.feed.feeds.admin_routes import feed_admin_routes
from services.feed.feeds.archive_routes import archive_routes
from services.feed.feeds.archives import Archives
from services.feed.feeds.directory import Directory
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.own_feed_filling import OwnFeedFilling
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.own_feed_routes import own_feed_routes
from services.feed.feeds.private_feed_routes import private_feed_routes
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.routes import feed_routes
from services.feed.operators import OperatorTokens
from shared import problems
from shared.outage_answers import Outages
from tests.builders import HandClock, an_article, an_event

TOKEN = "the-token-of-this-test"
BASE = "https://news.example"
UNKNOWN = "/feeds/private/nobody-knows/digest.rss"


class Api:
    """The service as an operator and as readers speak to it."""

    def __init__(self, client: httpx.AsyncClient, index: FeedIndex, clock: HandClock) -> None:
        self.client = client
        self.index = index
        self.clock = clock

    async def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = await self.client.request(method, f"/api/feeds{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def add(self, name: str = "digest", **fields: Any) -> dict[str, Any]:
        added: dict[str, Any] = await self.call("POST", "", {"name": name, **fields}, status=201)
        return added

    async def publish(self, *ids: str, **fields: Any) -> None:
        await self.index.apply(0, [an_event(article=an_article(id=i, **fields)) for i in ids])

    async def read(self, url: str, **headers: str) -> httpx.Response:
        return await self.client.get(url.removeprefix(BASE), headers=headers)

    async def ids_at(self, url: str) -> list[str]:
        answer = await self.read(url)
        assert answer.status_code == 200, answer.text
        return sorted(item["id"].rpartition(":")[2] for item in answer.json()["items"])


@asynccontextmanager
async def own_feed_api(redis: "Redis") -> AsyncIterator[Api]:
    """Serve the routes over a store."""
    clock, index, publisher = HandClock(), FeedIndex(redis, 1), Publisher("Ice & Roads", BASE)
    directory, renditions = Directory(redis, 1), Renditions(redis, 1, publisher)
    archives, filling = Archives(redis, renditions.writer, publisher), OwnFeedFilling(redis, 1)
    app = FastAPI()
    problems.install(app)
    Outages("Come again.").install(app)
    app.include_router(private_feed_routes(OwnFeedRegistry(redis), renditions, archives))
    app.include_router(archive_routes(archives))
    app.include_router(feed_routes(directory, renditions, publisher))
    app.include_router(feed_admin_routes(directory, index, publisher, operators=OperatorTokens(TOKEN)))
    app.include_router(own_feed_routes(redis, filling, publisher, clock, operators=OperatorTokens(TOKEN)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield Api(client, index, clock)
