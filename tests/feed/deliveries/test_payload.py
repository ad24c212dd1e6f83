"""The bodies of webhooks: the whole, the summary, and what is stored of each."""

import json

from redis.asyncio import Redis

from services.feed.deliveries.bodies import Bodies, BodyPlace, read_bodies
from services.feed.deliveries.endpoint import PayloadSort
from services.feed.deliveries.payload import body_of_test, event_body, summary_of, with_id
from services.feed.deliveries.retention import Retention
from tests.builders import NOON, an_article, an_event
from tests.feed.deliveries.partner_api import Api

SUMMARY = PayloadSort.SUMMARY


def test_a_summary_is_the_whole_without_the_text() -> None:
    event = an_event(article=an_article(title="Eis und „Brot“ \u2028 — 1.0"))
    whole, summary = json.loads(event_body(event)), json.loads(summary_of(event_body(event)))
    assert whole["data"].pop("content_html").startswith("<p>")
    assert summary == whole


def test_a_body_without_a_text_is_its_own_summary() -> None:
    body = body_of_test("ep_x", NOON)
    assert summary_of(body) == body


def test_what_is_polled_is_the_body_and_the_id() -> None:
    event = an_event()
    assert json.loads(with_id(event.id, event_body(event))) == {"id": event.id} | json.loads(
        event_body(event)
    )


async def test_a_summary_that_was_not_stored_is_made_from_the_whole(redis: Redis) -> None:
    stored, made = an_event(), an_event()
    await Bodies(redis).store(0, [stored, made], {stored.id})
    assert await redis.exists(BodyPlace(0, stored.id, SUMMARY).key)
    assert not await redis.exists(BodyPlace(0, made.id, SUMMARY).key)
    places = [BodyPlace(0, event.id, SUMMARY) for event in (stored, made)]
    expected = [summary_of(event_body(event)) for event in (stored, made)]
    assert await read_bodies(redis, places) == expected
    assert await read_bodies(redis, [BodyPlace(0, "evt_unknown", SUMMARY)]) == [None]


async def test_a_body_lives_longer_than_any_record_of_it(redis: Redis) -> None:
    event = an_event()
    await Bodies(redis).store(0, [event])
    assert await redis.ttl(BodyPlace(0, event.id).key) > Retention().longest.total_seconds()
    await redis.expire(BodyPlace(0, event.id).key, 5)
    await Bodies(redis).renew([(0, event.id)])
    assert await redis.ttl(BodyPlace(0, event.id).key) > Retention().longest.total_seconds()


async def test_each_endpoint_is_sent_the_sort_that_it_wants(api: Api) -> None:
    summaries = await api.add_endpoint(payload="summary", url=f"{api.receiver.url}/summary")
    await api.add_endpoint(url=f"{api.receiver.url}/full")
    assert summaries["payload"] == "summary"
    await api.sending.intake.take(0, [an_event()])
    by_path = {received.path: received for received in await api.receiver.wait_for(2)}
    full, summary = by_path["/full"], by_path["/summary"]
    assert full.headers["webhook-id"] == summary.headers["webhook-id"]
    assert "content_html" in json.loads(full.body)["data"]
    assert summary.body == summary_of(full.body)
    changed = await api.call("PATCH", f"/api/endpoints/{summaries['id']}", {"payload": "full"})
    assert changed["payload"] == "full"
