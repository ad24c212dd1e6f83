"""The feeds, pages and lists as a client meets them over HTTP."""

import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from lxml import etree
from redis.asyncio import Redis

from services.feed.feeds.admin_routes import feed_admin_routes
from services.feed.feeds.directory import Directory
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.routes import feed_routes
from services.feed.operators import OperatorTokens
from shared import problems
from shared.events import EventType
from shared.outage_answers import Outages
from tests.builders import an_article, an_event
from tests.conftest import ValkeyServer
from tests.feed.feeds.articles import PUBLISHER

TOKEN = "t" * 20
ADMIN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def index(redis: Redis) -> FeedIndex:
    return FeedIndex(redis, 1)


@pytest_asyncio.fixture
async def client(redis: Redis, index: FeedIndex) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    Outages("Come again.").install(app)
    directory = Directory(redis, 1)
    app.include_router(feed_routes(directory, Renditions(redis, 1, PUBLISHER), PUBLISHER))
    app.include_router(feed_admin_routes(directory, index, PUBLISHER, operators=OperatorTokens(TOKEN)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://feeds.test") as client:
        client.headers["Accept-Encoding"] = "identity"
        yield client


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("rss", "application/rss+xml"), ("atom", "application/atom+xml"), ("json", "application/feed+json")],
)
async def test_a_feed_comes_with_all_that_caches_and_readers_need(
    client: httpx.AsyncClient, index: FeedIndex, form: str, media_type: str
) -> None:
    await index.apply(0, [an_event()])
    answer = await client.get(f"/feeds/topic/food-security.{form}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["link"] == f'<https://news.example/feeds/topic/food-security.{form}>; rel="self"'
    assert answer.headers["access-control-allow-origin"] == "*"
    assert re.fullmatch(r'"[0-9a-f]{32}"', answer.headers["etag"])
    assert "set-cookie" not in answer.headers


async def test_a_client_that_has_it_gets_304_with_the_same_validators(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    await index.apply(0, [an_event()])
    first = await client.get("/feeds/all.rss")
    for condition in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        second = await client.get("/feeds/all.rss", headers=condition)
        assert (second.status_code, second.content) == (304, b"")
        for name in ("etag", "cache-control", "vary", "last-modified"):
            assert second.headers[name] == first.headers[name]
    await index.apply(0, [an_event(version=2, type=EventType.WITHDRAWN)])
    for condition in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        assert (await client.get("/feeds/all.rss", headers=condition)).status_code == 200


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/", "/feeds.opml", "/static/feeds.css"])
async def test_head_says_what_get_would(client: httpx.AsyncClient, path: str) -> None:
    got, asked = await client.get(path), await client.head(path)
    assert asked.content == b""
    assert dict(asked.headers) == dict(got.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_feeds_are_read_only(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/feeds/all.rss")
    assert answer.status_code == 405
    assert {part.strip() for part in answer.headers["allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "path",
    ["/feeds/topic/energy.rss", "/feeds/all.xml", "/feeds/no.rss", "/feeds/topic/%7Bx%7D.rss", "/feeds/all"],
)
async def test_an_unknown_feed_is_a_404(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_known_feed_that_has_become_empty_stays(client: httpx.AsyncClient, index: FeedIndex) -> None:
    await index.apply(0, [an_event()])
    await index.apply(0, [an_event(version=2, type=EventType.WITHDRAWN)])
    answer = await client.get("/feeds/topic/energy.json")
    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_a_feed_in_another_script_has_an_address(client: httpx.AsyncClient, index: FeedIndex) -> None:
    await index.apply(0, [an_event(article=an_article(authors=({"name": "李 明"},)))])
    feed = (await client.get("/feeds/author/李-明.json")).json()
    assert feed["feed_url"] == "https://news.example/feeds/author/%E6%9D%8E-%E6%98%8E.json"
    assert (await client.get(feed["feed_url"].removeprefix("https://news.example"))).json() == feed


async def test_the_opml_file_names_every_feed(client: httpx.AsyncClient, index: FeedIndex) -> None:
    await index.apply(0, [an_event()])
    root = etree.fromstring((await client.get("/feeds.opml")).content)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    feeds = {
        outline.get("xmlUrl"): outline.get("text") for outline in root.iter("outline") if outline.get("type")
    }
    assert feeds["https://news.example/feeds/topic/energy.rss"] == "Institute for Ice & Roads: Energy"
    assert len(feeds) == 5


async def test_operators_list_the_feeds_and_build_them_anew(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    await index.apply(0, [an_event()])
    feeds = (await client.get("/api/feeds", headers=ADMIN)).json()["feeds"]
    assert feeds[0] == {
        "selection": "all",
        "private": False,
        "title": "Institute for Ice & Roads",
        "urls": {form: f"https://news.example/feeds/all.{form}" for form in ("rss", "atom", "json")},
        "articles": 1,
        "updated": "2026-03-02T12:00:00Z",
        "version": 1,
    }
    answer = await client.post("/api/feeds/rebuild", headers=ADMIN)
    assert answer.json() == {"feeds": 5, "articles": 1, "dropped": 0}


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/feeds"), ("POST", "/api/feeds/rebuild")])
async def test_operators_need_the_token(client: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, path)).status_code == 401


@pytest.mark.parametrize("path", ["/", "/feeds.opml", "/articles/a-1", "/feeds/all.rss"])
async def test_without_the_store_people_are_told_to_come_again(
    client: httpx.AsyncClient, valkey: ValkeyServer, path: str
) -> None:
    valkey.kill()
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert json.loads(answer.content)["status"] == 503
