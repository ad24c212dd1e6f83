"""The operators' own feeds over HTTP, as operators define them and readers meet them."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.feed.feeds.own_feed_api import BASE, Api, own_feed_api


@pytest.fixture
async def api(redis: Redis) -> AsyncIterator[Api]:
    async with own_feed_api(redis) as made:
        yield made


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
