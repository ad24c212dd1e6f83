"""The pages for people as trees of elements, without a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from lxml import html
from redis.asyncio import Redis

from services.feed.feeds.directory import Directory
from services.feed.feeds.page_routes import page_routes
from services.feed.feeds.publisher import Publisher

PUBLISHER = Publisher(
    name="Institute for <Ice> & Roads",
    public_url="https://news.example/wire",
    url="https://ice.example/",
    description='Asks what a "warmer" north <means>.',
)
HOSTILE = "</script></title>\"'><script>alert(1)</script> & <!-- \u2028"


@asynccontextmanager
async def visiting(redis: Redis) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the pages alone, and give a client of them."""
    app = FastAPI()
    app.include_router(page_routes(Directory(redis, 1), PUBLISHER))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://feeds.test") as client:
        yield client


async def page_at(client: httpx.AsyncClient, path: str, status: int = 200) -> html.HtmlElement:
    """Return a page as its tree, after what every page must be."""
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    root = html.document_fromstring(answer.text)
    assert root.get("lang") == "en"
    assert not root.xpath("//script[not(@type='application/ld+json')] | //iframe | //@onerror | //@onclick")
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    (skip,) = root.xpath("//a[@class='skip']/@href")
    assert root.xpath(f"//main[@id='{skip[1:]}']")
    return root


def text_of(root: html.HtmlElement, path: str) -> list[str]:
    """Return the text of every element on an XPath, its spaces as a browser shows them."""
    return [" ".join(element.text_content().split()) for element in root.xpath(path)]
