"""Reads feeds and their archives over HTTP as a reader that follows RFC 5005 does, and fills feeds for it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from lxml import etree
from redis.asyncio import Redis

from services.feed.feeds.archive_routes import archive_routes
from services.feed.feeds.archives import Archives
from services.feed.feeds.channel import Form
from services.feed.feeds.directory import Directory
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.routes import feed_routes
from shared import problems
from shared.events import ArticleEvent, EventType
from shared.outage_answers import Outages
from tests.builders import NOON, an_article, an_event
from tests.feed.feeds.articles import PUBLISHER

_NAMES = {"atom": "http://www.w3.org/2005/Atom", "fh": "http://purl.org/syndication/history/1.0"}


@dataclass(frozen=True)
class Page:
    """A document as a reader sees it: the ids in it, and its links by their relation."""

    ids: tuple[str, ...]
    links: dict[str, str]
    is_archive: bool
    updated: str
    feed_id: str

    @property
    def older(self) -> str | None:
        return self.links.get("prev-archive")


@dataclass(frozen=True)
class Site:
    """A process that serves feeds and archives, and a client of it."""

    client: httpx.AsyncClient
    archives: Archives


@asynccontextmanager
async def a_site(redis: Redis, **of_archives: int) -> AsyncIterator[Site]:
    """Serve the feeds of a store."""
    app = FastAPI()
    problems.install(app)
    Outages("Come again.").install(app)
    renditions = Renditions(redis, 1, PUBLISHER)
    archives = Archives(redis, renditions.writer, PUBLISHER, **of_archives)
    app.include_router(archive_routes(archives))
    app.include_router(feed_routes(Directory(redis, 1), renditions, PUBLISHER))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://feeds.test") as client:
        client.headers["Accept-Encoding"] = "identity"
        yield Site(client, archives)


async def read(client: httpx.AsyncClient, url: str) -> Page:
    """Fetch a document and take it apart."""
    answer = await client.get(url.removeprefix(PUBLISHER.public_url))
    assert answer.status_code == 200, answer.text
    return page_of(answer)


def page_of(answer: httpx.Response) -> Page:
    """Return what stands in a document of any format."""
    if answer.headers["content-type"].startswith("application/feed+json"):
        feed = answer.json()
        names = {"self": "feed_url", "prev-archive": "next_url"}
        links = {rel: feed[name] for rel, name in names.items() if name in feed}
        return Page(
            tuple(item["id"] for item in feed["items"]), links, "/archive/" in feed["feed_url"], "", ""
        )
    root = etree.fromstring(answer.content)
    head = root[0] if root.tag == "rss" else root
    return Page(
        ids=tuple(_found(head, "item/guid/text()|atom:entry/atom:id/text()")),
        links={link.get("rel"): link.get("href") for link in _found(head, "atom:link")},
        is_archive=bool(_found(head, "fh:archive")),
        updated="".join(_found(head, "lastBuildDate/text()|atom:updated/text()")),
        feed_id="".join(_found(head, "atom:id/text()")),
    )


def _found(head: etree._Element, path: str) -> list[Any]:
    found = head.xpath(path, namespaces=_NAMES)
    assert isinstance(found, list)
    return found


async def walk(client: httpx.AsyncClient, form: Form, selection: str = "all") -> list[Page]:
    """Return the feed and every archive document behind it."""
    pages = [await read(client, f"/feeds/{selection}.{form}")]
    while url := pages[-1].older:
        pages.append(await read(client, url))
    return pages


def numbered(number: int, version: int = 1, *, at: int | None = None, text: str = "") -> ArticleEvent:
    """Return an article that was published `at` minutes (its number, when not given) after noon."""
    article = an_article(
        id=f"a:{number}",
        title=f"Article {number}{text}",
        published_at=NOON + timedelta(minutes=number if at is None else at),
        authors=(),
        topics=(),
        content_html=None,
    )
    return an_event(article=article, version=version, timestamp=NOON + timedelta(seconds=version))


def withdrawn(event: ArticleEvent) -> ArticleEvent:
    """Return the withdrawal of an article."""
    return event.model_copy(update={"type": EventType.WITHDRAWN, "version": event.version + 1})


async def publish(index: FeedIndex, events: Sequence[ArticleEvent], batch: int = 500) -> None:
    """Apply events as the consumer does."""
    for start in range(0, len(events), batch):
        await index.apply(0, events[start : start + batch])
