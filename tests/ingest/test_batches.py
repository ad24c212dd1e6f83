"""What a publisher sees who posts many articles at once."""

import json

from redis.asyncio import Redis

from tests.conftest import ValkeyServer
from tests.ingest.service import Service, a_service, events_of, one_article


async def test_a_bad_article_never_spoils_the_others(ingest: Service, redis: Redis) -> None:
    batch = [
        one_article(),
        {"title": "", "kind": "poem", "headline": "?"},
        "no article",
        {"title": "Another one"},
        one_article(),
    ]
    answer = await ingest.client.post("/articles/batch", json=batch)

    assert answer.status_code == 207
    rows = answer.json()
    assert [(row["index"], row["status"], row["outcome"]) for row in rows] == [
        (0, 202, "published"),
        (1, 422, "rejected"),
        (2, 422, "rejected"),
        (3, 202, "published"),
        (4, 202, "unchanged"),
    ]
    assert {error["field"] for error in rows[1]["errors"]} == {"title", "kind", "headline"}
    assert rows[4]["id"] == rows[0]["id"]
    assert rows[4]["event_id"] is None
    assert len(await events_of(redis)) == 2


async def test_a_thousand_articles_go_in_over_three_partitions(valkey: ValkeyServer, redis: Redis) -> None:
    batch = [{"title": f"Number {number}", "published_at": "2026-03-02"} for number in range(1000)]
    async with a_service(valkey, partitions=3) as ingest:
        first = await ingest.client.post("/articles/batch", json=batch)
        again = await ingest.client.post("/articles/batch", json=batch)
        too_many = await ingest.client.post("/articles/batch", json=[*batch, batch[0]])

    assert {row["outcome"] for row in first.json()} == {"published"}
    assert {row["outcome"] for row in again.json()} == {"unchanged"}
    assert [row["id"] for row in again.json()] == [row["id"] for row in first.json()]
    assert too_many.status_code == 413
    events = await events_of(redis, 3)
    assert sorted(event.article.title for event in events) == sorted(one["title"] for one in batch)


async def test_one_article_twice_in_a_batch_follows_the_order_sent(ingest: Service, redis: Redis) -> None:
    batch = [{"title": "Ice roads"}, {"title": "Ice roads", "content_html": "<p>All of it.</p>"}]
    rows = (await ingest.client.post("/articles/batch", json=batch)).json()

    assert [(row["outcome"], row["version"]) for row in rows] == [("published", 1), ("updated", 2)]
    assert [event.version for event in await events_of(redis)] == [1, 2]


async def test_a_withdrawn_article_is_refused_in_its_row(ingest: Service) -> None:
    outcome = await ingest.post(**one_article())
    await ingest.client.post(f"/articles/{outcome['id']}/withdraw")

    (row,) = (await ingest.client.post("/articles/batch", json=[one_article()])).json()

    assert (row["status"], row["outcome"]) == (409, "rejected")
    assert "restore" in row["detail"]


async def test_only_an_array_is_a_batch(ingest: Service) -> None:
    assert (await ingest.client.post("/articles/batch", json={})).status_code == 422
    empty = await ingest.client.post("/articles/batch", json=[])
    assert (empty.status_code, json.loads(empty.text)) == (207, [])
