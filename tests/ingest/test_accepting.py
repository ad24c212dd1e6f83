"""What a publisher sees who posts articles as JSON."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from shared.events import EventType
from tests.conftest import ValkeyServer
from tests.ingest.service import Service, a_service, events_of, one_article


async def test_a_new_article_is_stored_and_its_event_is_on_the_stream(ingest: Service, redis: Redis) -> None:
    outcome = await ingest.post(**one_article())

    assert outcome["outcome"] == "published"
    assert outcome["version"] == 1
    (event,) = await events_of(redis)
    assert (event.id, event.type, event.version) == (outcome["event_id"], EventType.PUBLISHED, 1)
    assert event.article.id == outcome["id"]
    assert event.article.title == "Ice roads and the price of bread"
    stored = await ingest.stored(outcome["id"])
    assert stored["status"] == "published"
    assert stored["authors"] == [{"name": "Dr. Ana Ruiz", "url": None}]


async def test_the_same_article_again_is_unchanged_and_says_nothing(ingest: Service, redis: Redis) -> None:
    first = await ingest.post(**one_article())
    again = await ingest.post(**one_article())

    assert again == {"id": first["id"], "event_id": None, "version": 1, "outcome": "unchanged"}
    assert len(await events_of(redis)) == 1


async def test_what_was_read_back_and_sent_again_is_unchanged(ingest: Service) -> None:
    content = '<p>See <a href="/map">the map</a><script>alert(1)</script></p><pre>\n\n1</pre>'
    first = await ingest.post(**one_article(content_html=content, topics=["Ice", "ice", "Bread"]))
    stored = await ingest.stored(first["id"])
    for name in ("version", "status", "first_seen_at", "changed_at", "withdrawn_at", "reason"):
        del stored[name]

    assert 'href="https://thinktank.example/map"' in stored["content_html"]
    assert "script" not in stored["content_html"]
    assert stored["topics"] == ["Ice", "Bread"]
    assert (await ingest.post(**stored))["outcome"] == "unchanged"


async def test_a_new_headline_under_the_same_url_is_an_update_and_both_find_it(ingest: Service) -> None:
    first = await ingest.post(**one_article())
    renamed = await ingest.post(**one_article(title="Late ice roads make bread dearer"))
    without_url = await ingest.post(**one_article(title="LATE ICE ROADS MAKE BREAD DEARER", url=None))

    assert renamed == {**renamed, "id": first["id"], "version": 2, "outcome": "updated"}
    assert without_url["id"] == first["id"]
    assert (await ingest.stored(first["id"]))["url"] == one_article()["url"]


async def test_a_known_id_changes_that_article_whatever_its_title_and_url(ingest: Service) -> None:
    first = await ingest.post(**one_article())
    moved = one_article(id=first["id"], title="Another headline", url="https://thinktank.example/moved")

    changed = await ingest.post(**moved)

    assert changed == {**changed, "id": first["id"], "version": 2, "outcome": "updated"}
    assert (await ingest.post(title="Anything", url="http://thinktank.example/moved/"))["id"] == first["id"]
    assert (await ingest.post(**one_article()))["id"] == first["id"]


async def test_an_unknown_id_of_the_caller_is_kept(ingest: Service, redis: Redis) -> None:
    outcome = await ingest.post(**one_article(id="cms:4711"))

    assert outcome["id"] == "cms:4711"
    assert (await ingest.post(**one_article()))["id"] == "cms:4711"
    assert len(await events_of(redis)) == 1


async def test_an_undated_teaser_is_completed_by_the_dated_article(ingest: Service) -> None:
    teaser = await ingest.post(title="Ice roads — and the price of bread", summary="Why bread got dearer …")
    whole = await ingest.post(**one_article(title="Ice roads - and the price of bread"))
    late = await ingest.post(title="Ice roads — and the price of bread", summary="Why bread …")

    assert whole == {**whole, "id": teaser["id"], "version": 2, "outcome": "updated"}
    assert late == {**late, "id": teaser["id"], "outcome": "unchanged"}
    stored = await ingest.stored(teaser["id"])
    assert stored["summary"] == "Why bread got dearer …"
    assert stored["content_html"] == "<p>The road opened late this year.</p>"


async def test_articles_of_one_title_are_kept_apart_by_day_and_by_byline(ingest: Service) -> None:
    def brief(**fields: Any) -> dict[str, Any]:
        return {"title": "Morning brief", **fields}

    monday = await ingest.post(**brief(published_at="2026-03-02"))
    tuesday = await ingest.post(**brief(published_at="2026-03-03", authors=[{"name": "Ana Ruiz"}]))
    other = await ingest.post(**brief(authors=[{"name": "Ben Ode"}], outlet={"name": "Elsewhere"}))
    undated = await ingest.post(**brief(authors=[{"name": "Prof. Ana Ruiz"}]))

    assert len({monday["id"], tuesday["id"]}) == 2
    assert other["id"] == monday["id"], "nothing contradicts Monday's, which has no byline"
    assert undated["id"] == tuesday["id"]


async def test_fifty_at_once_are_one_article(ingest: Service, redis: Redis) -> None:
    outcomes = await asyncio.gather(*[ingest.post(**one_article()) for _ in range(50)])

    assert len({outcome["id"] for outcome in outcomes}) == 1
    assert sorted(outcome["outcome"] for outcome in outcomes) == ["published"] + ["unchanged"] * 49
    assert len(await events_of(redis)) == 1


@pytest.mark.parametrize("partitions", [1, 3])
async def test_dated_and_undated_at_once_are_one_article(
    valkey: ValkeyServer, redis: Redis, partitions: int
) -> None:
    async with a_service(valkey, partitions=partitions) as ingest:
        for number in range(4):
            title = f"Ice roads, part {number}"
            forms = [
                {"title": title},
                {"title": title, "published_at": "2026-03-02"},
                {"title": title, "url": f"https://thinktank.example/{number}"},
                {"title": title, "url": f"https://thinktank.example/{number}", "published_at": "2026-03-02"},
            ]
            outcomes = await asyncio.gather(*[ingest.post(**form) for form in forms * 8])
            assert len({outcome["id"] for outcome in outcomes}) == 1, outcomes
    events = await events_of(redis, partitions)
    assert sum(event.type is EventType.PUBLISHED for event in events) == 4


async def test_many_changes_of_one_article_at_once_are_all_counted(ingest: Service, redis: Redis) -> None:
    posts = [ingest.post(**one_article(subtitle=f"Take {number}")) for number in range(20)]
    outcomes = await asyncio.gather(*posts)

    assert sorted(outcome["version"] for outcome in outcomes) == list(range(1, 21))
    assert [event.version for event in await events_of(redis)] == list(range(1, 21))


async def test_a_withdrawn_article_comes_back_only_by_restoring_it(ingest: Service, redis: Redis) -> None:
    first = await ingest.post(**one_article())
    path = f"/articles/{first['id']}"

    withdrawn = await ingest.client.post(f"{path}/withdraw", json={"reason": " Wrong figures. "})
    assert withdrawn.status_code == 202
    assert withdrawn.json() | {"event_id": ""} == {
        "id": first["id"],
        "event_id": "",
        "version": 2,
        "outcome": "withdrawn",
    }
    stored = await ingest.stored(first["id"])
    assert (stored["status"], stored["reason"]) == ("withdrawn", "Wrong figures.")
    unnamed: dict[str, str] = {}
    misnamed = {"Content-Type": "application/octet-stream"}
    for headers in (unnamed, misnamed):
        assert (await ingest.client.post(f"{path}/withdraw", headers=headers)).status_code == 409
    refused = await ingest.client.post("/articles", json=one_article())
    assert refused.status_code == 409
    assert "restore" in refused.json()["detail"]

    ingest.clock.move(hours=1)
    restored = await ingest.client.post(f"{path}/restore")
    assert restored.json()["version"] == 3
    assert (await ingest.client.post(f"{path}/restore")).status_code == 409
    assert (await ingest.post(**one_article()))["outcome"] == "unchanged"
    kinds = [(event.type.value, event.version, event.reason) for event in await events_of(redis)]
    assert kinds == [
        ("article.published", 1, None),
        ("article.withdrawn", 2, "Wrong figures."),
        ("article.updated", 3, None),
    ]


@pytest.mark.parametrize("call", ["", "/withdraw", "/restore"])
async def test_an_unknown_article_is_404(ingest: Service, call: str) -> None:
    method = "POST" if call else "GET"
    for article_id in ("urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057", "a%20b", "%F0%9F"):
        answer = await ingest.client.request(method, f"/articles/{article_id}{call}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


async def test_times_are_kept_in_utc_and_a_date_is_midnight_in_the_set_zone(valkey: ValkeyServer) -> None:
    async with a_service(valkey, timezone="America/New_York") as ingest:
        outcome = await ingest.post(**one_article(published_at="2019-01-23"))
        stored = await ingest.stored(outcome["id"])
        assert stored["published_at"] == "2019-01-23T05:00:00Z"
        assert stored["changed_at"] == "2019-01-23T05:00:00Z"
        assert stored["first_seen_at"] == "2026-03-02T12:00:00Z"

        ingest.clock.move(days=1)
        await ingest.post(**one_article(published_at="2019-01-23T04:30:00-05:00"))
        changed = await ingest.stored(outcome["id"])
        assert changed["published_at"] == "2019-01-23T09:30:00Z"
        assert changed["changed_at"] == "2026-03-03T12:00:00Z"
