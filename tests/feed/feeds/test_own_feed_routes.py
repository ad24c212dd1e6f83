"""The operators' own feeds over HTTP, public and private, as operators and readers meet them."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
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
from tests.conftest import ValkeyServer

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


@pytest.fixture
async def api(redis: Redis) -> AsyncIterator[Api]:
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


async def test_a_new_feed_is_filled_listed_and_told_with_its_addresses(api: Api) -> None:
    await api.publish("a", "b")
    await api.publish("c", topics=("Law",))
    feed = await api.add(title="On energy", description="All on energy", filter={"topics": ["energy"]})
    assert feed == {
        "name": "digest",
        "selection": "custom/digest",
        "title": "On energy",
        "description": "All on energy",
        "filter": {"kinds": [], "topics": ["energy"], "authors": [], "outlets": [], "languages": []},
        "content": "full",
        "entries": 50,
        "private": False,
        "reachable": True,
        "urls": {form: f"{BASE}/feeds/custom/digest.{form}" for form in ("rss", "atom", "json")},
        "filling": False,
        "articles": 2,
        "updated": "2026-03-02T12:00:00Z",
        "created_at": "2026-03-02T12:00:00Z",
        "changed_at": "2026-03-02T12:00:00Z",
    }
    assert await api.call("GET", "/digest") == feed
    assert await api.ids_at(feed["urls"]["json"]) == ["a", "b"]
    document = (await api.read(feed["urls"]["json"])).json()
    assert (document["title"], document["description"]) == ("Ice & Roads: On energy", "All on energy")
    page, opml = (await api.read("/")).text, (await api.read("/feeds.opml")).text
    assert feed["urls"]["rss"] in page
    assert feed["urls"]["rss"] in opml
    listed = {row["selection"]: row for row in (await api.call("GET", ""))["feeds"]}
    assert listed["custom/digest"]["urls"] == feed["urls"]
    assert [row["private"] for row in listed.values()] == [False] * len(listed)


async def test_a_feed_without_articles_is_there_and_says_when_it_was_made(api: Api) -> None:
    feed = await api.add()
    answer = await api.read(feed["urls"]["atom"])
    assert answer.status_code == 200
    assert b"<updated>2026-03-02T12:00:00+00:00</updated>" in answer.content
    assert feed["title"] == "digest"


async def test_a_feed_of_summaries_with_few_entries_leads_to_the_full_texts(api: Api) -> None:
    await api.publish("a", "b", "c", content_html="<p>The whole long text.</p>")
    feed = await api.add(content="summary", entries=2)
    full = await api.read("/feeds/all.json")
    items = (await api.read(feed["urls"]["json"])).json()["items"]
    assert "The whole long text." in full.text
    assert len(items) == 2
    for item in items:
        assert "The whole long text." not in item["content_html"]
        assert "Read the full article" in item["content_html"]
        assert item["url"] in item["content_html"]


async def test_what_is_changed_shows_at_once_and_the_rest_stays(api: Api) -> None:
    await api.publish("a", topics=("Energy",))
    await api.publish("b", topics=("Law",))
    feed = await api.add(title="Mine", filter={"topics": ["Energy"]}, entries=10)
    before = await api.read(feed["urls"]["json"])
    api.clock.move(hours=1)
    changed = await api.call("PATCH", "/digest", {"filter": {"topics": ["Law"]}, "content": "summary"})
    assert changed["changed_at"] == "2026-03-02T13:00:00Z"
    assert (changed["title"], changed["entries"], changed["content"]) == ("Mine", 10, "summary")
    after = await api.read(feed["urls"]["json"])
    assert [item["id"] for item in after.json()["items"]] == ["tag:newswire,2026:b"]
    assert after.headers["etag"] != before.headers["etag"]

    await api.call("PATCH", "/digest", {"title": None})
    assert (await api.read(feed["urls"]["json"])).json()["title"] == "Ice & Roads: digest"


async def test_a_removed_feed_is_unknown_and_its_name_is_free(api: Api) -> None:
    await api.publish("a")
    feed = await api.add()
    assert (await api.read(feed["urls"]["rss"])).status_code == 200
    await api.call("DELETE", "/digest", status=204)
    assert (await api.read(feed["urls"]["rss"])).status_code == 404
    assert "digest" not in (await api.read("/feeds.opml")).text
    await api.call("GET", "/digest", status=404)
    await api.add(filter={"kinds": ["report"]})
    assert await api.ids_at(feed["urls"]["json"]) == []


async def test_every_bad_field_is_named(api: Api) -> None:
    body = {
        "name": "No Name",
        "title": "bell \x07",
        "filter": {"kinds": ["novel"], "tags": []},
        "content": "half",
        "entries": 201,
        "private": "perhaps",
    }
    problem = await api.call("POST", "", body, status=422)
    named = {error["field"] for error in problem["errors"]}
    assert named == {"name", "title", "filter.kinds.0", "filter.tags", "content", "entries", "private"}
    await api.add()
    for fixed in ({"name": "another"}, {"private": True}, {"entries": 0}):
        (field,) = fixed
        problem = await api.call("PATCH", "/digest", fixed, status=422)
        assert [error["field"] for error in problem["errors"]] == [field]


async def test_a_name_that_is_taken_is_a_conflict_also_for_a_private_feed(api: Api) -> None:
    await api.add()
    problem = await api.call("POST", "", {"name": "digest", "private": True}, status=409)
    assert "digest" in problem["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/x"),
        ("PATCH", "/x"),
        ("DELETE", "/x"),
        ("POST", "/x/rotate-token"),
        ("POST", "/x/revoke-token"),
        ("POST", ""),
    ],
)
async def test_strangers_get_401_and_operators_learn_that_a_feed_is_unknown(
    api: Api, method: str, path: str
) -> None:
    assert (await api.client.request(method, f"/api/feeds{path}", json={})).status_code == 401
    if path:
        await api.call(method, path, {} if method == "PATCH" else None, status=404)


async def test_a_public_feed_has_no_token(api: Api) -> None:
    await api.add()
    await api.call("POST", "/digest/rotate-token", status=409)
    await api.call("POST", "/digest/revoke-token", status=409)


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
async def test_a_private_feed_stands_under_its_token_and_names_no_other_address(api: Api, form: str) -> None:
    await api.publish("a")
    feed = await api.add("partners", private=True, title="For partners")
    url = feed["urls"][form]
    assert re.fullmatch(rf"{BASE}/feeds/private/[\w-]{{43}}/partners\.{form}", url)
    answer = await api.read(url)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert url in answer.text
    assert "custom/partners" not in answer.text
    again = await api.read(url, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-store")
    asked = await api.client.head(url)
    assert (asked.status_code, asked.content) == (200, b"")
    assert (await api.client.post(url)).status_code == 405


async def test_a_private_feed_is_compressed_on_request(api: Api) -> None:
    await api.publish("a")
    url = (await api.add(private=True))["urls"]["json"]
    async with api.client.stream(
        "GET", url.removeprefix(BASE), headers={"Accept-Encoding": "gzip"}
    ) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["feed_url"] == url


async def test_a_private_feed_shows_nowhere_else(api: Api, redis: Redis) -> None:
    await api.publish("a", url=None)
    feed = await api.add("hidden", private=True, title="Hush")
    token = feed["urls"]["rss"].split("/")[-2]
    for form in feed["urls"].values():
        assert (await api.read(form)).status_code == 200
    for path in ("/", "/?q=h", "/feeds.opml", "/feeds/all.atom", "/articles/a"):
        answer = await api.read(path)
        assert answer.status_code == 200
        for secret in ("hidden", "Hush", "private/", token):
            assert secret not in answer.text
            assert secret not in str(answer.headers)
    for row in (await api.call("GET", ""))["feeds"]:
        assert row["urls"] if row["selection"] != "private/hidden" else row["private"]
        assert token not in str(row)
    assert token not in str(await api.call("GET", "/hidden"))
    for path in ("/feeds/private/hidden.rss", "/feeds/custom/hidden.rss", "/feeds/hidden.rss"):
        assert (await api.read(path)).status_code == 404
    # Neither is the token found in the store.
    kept = [await redis.dump(key) async for key in redis.scan_iter()]
    assert kept
    assert not any(token.encode() in (value or b"") for value in kept)


async def test_a_wrong_token_learns_nothing(api: Api) -> None:
    await api.add("digest")
    feed = await api.add("hidden", private=True)
    token = feed["urls"]["rss"].split("/")[-2]
    unknown = await api.read(UNKNOWN)
    assert unknown.status_code == 404
    assert unknown.headers["cache-control"] == "private, no-store"
    for path in (
        "/feeds/private/wrong/hidden.rss",
        f"/feeds/private/{token[:-1]}/hidden.rss",
        f"/feeds/private/{token}/digest.rss",
        f"/feeds/private/{token}/hidden.xml",
        f"/feeds/private/{token}/other.rss",
        f"/feeds/private/{token}/hidden/archive/1~a.rss",
        "/feeds/private/%20/hidden.rss",
    ):
        answer = await api.read(path)
        assert (answer.status_code, answer.content) == (404, unknown.content)
        assert dict(answer.headers) == dict(unknown.headers)


async def test_a_rotated_token_ends_the_old_address_at_once_and_a_revoked_one_all(api: Api) -> None:
    await api.publish("a")
    old = (await api.add(private=True))["urls"]["json"]
    assert await api.ids_at(old) == ["a"]
    rotated = await api.call("POST", "/digest/rotate-token")
    new = rotated["urls"]["json"]
    assert (await api.read(old)).status_code == 404
    assert await api.ids_at(new) == ["a"]
    assert (await api.read(new)).json()["feed_url"] == new

    revoked = await api.call("POST", "/digest/revoke-token")
    assert (revoked["reachable"], revoked["urls"]) == (False, {})
    assert (await api.read(new)).status_code == 404
    assert (await api.call("GET", "/digest"))["reachable"] is False
    again = await api.call("POST", "/digest/rotate-token")
    assert await api.ids_at(again["urls"]["json"]) == ["a"]


async def test_a_removed_private_feed_does_not_lend_its_token_to_the_next_of_its_name(api: Api) -> None:
    old = (await api.add(private=True))["urls"]["json"]
    await api.call("DELETE", "/digest", status=204)
    new = (await api.add(private=True))["urls"]["json"]
    assert (await api.read(old)).status_code == 404
    assert (await api.read(new)).status_code == 200


async def test_the_archive_of_a_private_feed_stands_under_its_token_too(api: Api) -> None:
    await api.publish(*(f"a-{number:03}" for number in range(70)))
    url = (await api.add(private=True, entries=10))["urls"]["json"]
    seen: list[str] = []
    here: str | None = url
    while here:
        assert here.startswith(url.removesuffix(".json"))
        answer = await api.read(here)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        document = answer.json()
        seen += [item["id"].rpartition(":")[2] for item in document["items"]]
        here = document.get("next_url")
    assert sorted(seen) == [f"a-{number:03}" for number in range(70)]
    await api.call("POST", "/digest/rotate-token")
    assert (await api.read(url.replace(".json", "/archive/1~a.json"))).status_code == 404


async def test_without_the_store_a_private_feed_is_not_given_out_nor_its_address_logged(
    api: Api, valkey: ValkeyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    await api.publish("a")
    url = (await api.add(private=True))["urls"]["rss"]
    assert (await api.read(url)).status_code == 200
    valkey.kill()
    assert (await api.read(url)).status_code == 503
    body = {"name": "another"}
    await api.call("POST", "", body, status=503)
    told = capsys.readouterr()
    assert "redis.unavailable" in told.out + told.err
    assert url.split("/private/")[1].split("/")[0] not in told.out + told.err
