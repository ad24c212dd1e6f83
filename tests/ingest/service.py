"""The ingest service as a client sees it: served over real HTTP on a port of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from faststream.redis import BinaryMessageFormatV1
from redis.asyncio import Redis

from services.ingest.app import make_app
from services.ingest.settings import IngestSettings
from shared import keys
from shared.events import ArticleEvent
from shared.serving import bind, serve
from tests.builders import HandClock
from tests.conftest import ValkeyServer

TOKEN = "a-token-for-these-tests"


@dataclass(frozen=True)
class Service:
    """A running service: a client that bears its token, and its clock."""

    client: httpx.AsyncClient
    clock: HandClock
    url: str
    partitions: int

    async def post(self, **article: Any) -> dict[str, Any]:
        """Post an article; return the outcome."""
        answer = await self.client.post("/articles", json=article)
        assert answer.status_code == 202, answer.text
        outcome: dict[str, Any] = answer.json()
        return outcome

    async def stored(self, article_id: str) -> dict[str, Any]:
        """Return the article as accepted."""
        answer = await self.client.get(f"/articles/{article_id}")
        assert answer.status_code == 200, answer.text
        article: dict[str, Any] = answer.json()
        return article


@asynccontextmanager
async def a_service(valkey: ValkeyServer, **settings: Any) -> AsyncIterator[Service]:
    """Run the service on a free port until the block ends."""
    used = IngestSettings(redis_url=valkey.url, ingest_token=TOKEN, _env_file=None, **settings)
    clock = HandClock()
    listening = bind("127.0.0.1", 0, "NEWSWIRE_INGEST_PORT")
    listening.listen()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    serving = asyncio.create_task(serve(make_app(used, clock=clock), listening))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
        await client.get("/healthz")
        yield Service(client, clock, url, used.partitions)
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


async def events_of(redis: "Redis", partitions: int = 1) -> list[ArticleEvent]:
    """Return every event on the stream, partition after partition, each in its order."""
    events = []
    for partition in range(partitions):
        entries: list[Any] = await redis.xrange(keys.events(partition)) or []
        for _, fields in entries:
            body, _ = BinaryMessageFormatV1.parse(fields[b"__data__"])
            events.append(ArticleEvent.model_validate_json(body))
    return events


def one_article(**fields: Any) -> dict[str, Any]:
    """Return an article as a client states it."""
    return {
        "url": "https://thinktank.example/commentary/ice-roads",
        "title": "Ice roads and the price of bread",
        "kind": "commentary",
        "authors": [{"name": "Dr. Ana Ruiz"}],
        "published_at": "2026-03-02T11:00:00Z",
        "content_html": "<p>The road opened late this year.</p>",
        **fields,
    }
