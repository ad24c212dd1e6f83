"""What a publisher sees who posts many articles at once."""

import asyncio
import json
from typing import Any

from faststream.redis import BinaryMessageFormatV1
from redis.asyncio import Redis

from shared import keys
from shared.tracing import tracing
from shared.trail import Trail, trail_in
from tests.collector import a_collector
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


async def test_batches_that_change_the_same_articles_at_once_lose_none_of_the_changes(
    ingest: Service, redis: Redis
) -> None:
    def batch(edition: int) -> list[dict[str, Any]]:
        text = f"<p>Edition {edition}</p>"
        return [{"id": f"cms:{n}", "title": f"Number {n}", "content_html": text} for n in range(150)]

    answers = await asyncio.gather(
        *[ingest.client.post("/articles/batch", json=batch(edition)) for edition in range(6)]
    )
    assert {row["status"] for answer in answers for row in answer.json()} == {202}
    versions: dict[str, list[int]] = {}
    for event in await events_of(redis):
        versions.setdefault(event.article.id, []).append(event.version)
    assert versions == {f"cms:{number}": [1, 2, 3, 4, 5, 6] for number in range(150)}
    last = (await events_of(redis))[-1]
    assert (await ingest.stored(last.article.id))["content_html"] == last.article.content_html


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


async def test_an_event_is_a_json_message_as_other_readers_of_faststream_expect(
    ingest: Service, redis: Redis
) -> None:
    outcome = await ingest.post(**one_article())
    entries: list[Any] = await redis.xrange(keys.events(0)) or []
    ((_, fields),) = entries

    body, headers = BinaryMessageFormatV1.parse(fields[b"__data__"])
    assert headers["content-type"] == "application/json"
    assert headers["correlation_id"] == json.loads(body)["id"] == outcome["event_id"]


async def posted_at_once(ingest: Service, redis: Redis) -> dict[str, Trail]:
    """Post many articles at the same moment, each with a trail of its number; return each event's trail."""

    async def post(number: int) -> None:
        article = {"id": f"cms:{number}", "title": f"At once {number}"}
        answer = await ingest.client.post("/articles", json=article, headers=a_trail(number).headers())
        assert answer.status_code == 202

    await asyncio.gather(*[post(number) for number in range(30)])
    entries: list[Any] = await redis.xrange(keys.events(0)) or []
    read = [BinaryMessageFormatV1.parse(fields[b"__data__"]) for _, fields in entries]
    return {json.loads(body)["article"]["id"]: trail_in(headers) for body, headers in read}


def a_trail(number: int) -> Trail:
    return Trail(f"of-cms-{number}", f"00-{number + 1:032x}-{number + 1:016x}-01")


async def test_articles_stored_together_bear_the_id_of_their_own_request(
    ingest: Service, redis: Redis
) -> None:
    found = await posted_at_once(ingest, redis)
    assert {article_id: trail.request_id for article_id, trail in found.items()} == {
        f"cms:{number}": a_trail(number).request_id for number in range(30)
    }


async def test_articles_stored_together_go_on_in_the_trace_of_their_own_request(
    valkey: ValkeyServer, redis: Redis
) -> None:
    async with a_collector() as collector:
        tracing.start(collector.url, "ingest")
        async with a_service(valkey) as ingest:
            found = await posted_at_once(ingest, redis)
        await asyncio.to_thread(tracing.stop)
    traces = {article_id: trail.traceparent.split("-")[1] for article_id, trail in found.items()}
    assert traces == {f"cms:{number}": f"{number + 1:032x}" for number in range(30)}
