"""What is queued arrives: signed, in time, in spite of others, of outages and of killed workers."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from standardwebhooks import Webhook

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import Endpoint, EndpointStatus, delivery_id
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.outcome import ErrorClass, Trigger
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.inflow import Inflow
from services.feed.measures.histogram import Percentiles, percentiles
from shared import keys
from shared.clock import SystemClock
from shared.events import ArticleEvent
from shared.trail import Trail, carrying
from tests.builders import an_event
from tests.feed.deliveries.answers import answering, holding
from tests.feed.deliveries.delivery_builders import A_BOX, Deliveries, an_endpoint, deliveries
from tests.receiver import a_receiver

DELIVERED, DEAD, RETRYING = DeliveryStatus.DELIVERED, DeliveryStatus.DEAD, DeliveryStatus.RETRYING


async def test_a_delivery_arrives_as_the_contract_says_and_verifies(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        endpoint = await sending.add(f"{receiver.url}/hook")
        event = an_event(version=3)
        await sending.intake.take(0, [event])
        (received,) = await receiver.wait_for(1)
        delivery, attempts = await sending.outcome(endpoint, event, DELIVERED)
    body: dict[str, Any] = Webhook(endpoint.secrets[0].key).verify(received.body, received.headers)
    assert received.headers["webhook-id"] == event.id
    assert body["type"] == "article.published"
    assert body["timestamp"] == "2026-03-02T12:00:00Z"
    assert body["data"] == json.loads(event.article.model_dump_json()) | {"version": 3}
    assert (delivery.version, delivery.last_status, delivery.next_attempt_at) == (3, 204, None)
    assert [(a.number, a.trigger, a.status, a.error) for a in attempts] == [(1, Trigger.EVENT, 204, None)]


async def test_a_receiver_that_fails_gets_it_again_under_the_same_id(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        receiver.answer = answering(500, 503, 204)
        endpoint = await sending.add(receiver.url)
        event = an_event()
        await sending.intake.take(0, [event])
        _, attempts = await sending.outcome(endpoint, event, DELIVERED)
    assert {r.headers["webhook-id"] for r in receiver.received} == {event.id}
    assert {r.body for r in receiver.received} == {receiver.received[0].body}
    assert [a.trigger for a in attempts] == [Trigger.EVENT, Trigger.RETRY, Trigger.RETRY]
    assert [a.error for a in attempts] == [ErrorClass.STATUS, ErrorClass.STATUS, None]


async def test_after_the_last_step_it_is_dead_and_stays_so(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        receiver.answer = answering(500)
        endpoint = await sending.add(receiver.url)
        event = an_event()
        await sending.intake.take(0, [event])
        delivery, attempts = await sending.outcome(endpoint, event, DEAD)
    assert len(attempts) == 3
    assert delivery.next_attempt_at is None
    assert await redis.zcard(keys.endpoint_due(endpoint.id)) == 0


async def test_gone_disables_the_endpoint_and_keeps_its_queue(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        receiver.answer = answering(410)
        endpoint = await sending.add(receiver.url)
        first, second = an_event(), an_event()
        await sending.intake.take(0, [first])
        await sending.outcome(endpoint, first, RETRYING)
        disabled = await sending.registry.endpoint(endpoint.id)
        assert disabled is not None
        assert disabled.status is EndpointStatus.DISABLED
        assert disabled.status_reason == "The receiver answered 410 Gone."
        await sending.intake.take(0, [second])
        assert await redis.zcard(keys.endpoint_due(endpoint.id)) == 2

        receiver.answer = answering(204)
        await sending.registry.change_endpoint(endpoint.id, lambda e: e.with_status(EndpointStatus.ACTIVE))
        await sending.outcome(endpoint, first, DELIVERED)
        await sending.outcome(endpoint, second, DELIVERED)


async def test_a_paused_endpoint_gets_nothing_until_it_is_resumed(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        paused = await sending.add(f"{receiver.url}/paused", status=EndpointStatus.PAUSED)
        active = await sending.add(f"{receiver.url}/active")
        event = an_event()
        await sending.intake.take(0, [event])
        await sending.outcome(active, event, DELIVERED)
        assert [r.path for r in receiver.received] == ["/active"]
        await sending.registry.change_endpoint(paused.id, lambda e: e.with_status(EndpointStatus.ACTIVE))
        await sending.outcome(paused, event, DELIVERED)


async def test_an_endpoint_that_hangs_delays_nobody_else(redis: Redis) -> None:
    async with a_receiver() as hanging, a_receiver() as healthy, deliveries(redis, grace=0.1) as sending:
        let_go = asyncio.Event()
        hanging.answer = holding(let_go)
        await sending.add(hanging.url)
        endpoint = await sending.add(healthy.url)
        events = [an_event() for _ in range(50)]
        await sending.intake.take(0, events)
        await healthy.wait_for(50, seconds=4)
        await sending.outcome(endpoint, events[-1], DELIVERED)
        assert len(hanging.received) == 8
        let_go.set()


async def test_while_events_wait_attempts_go_on_slowly_and_then_fast_again(redis: Redis) -> None:
    inflow = Inflow(lasts=600)
    inflow.read("a stream", full=True)
    async with a_receiver() as receiver, deliveries(redis, inflow=inflow) as sending:
        for _ in range(20):
            await sending.add(receiver.url)
        began = time.monotonic()
        await sending.intake.take(0, [an_event() for _ in range(60)])
        await receiver.wait_for(20 * 20)
        # A turn of 64 with each tenth of a second, and with what a sweep wakes.
        assert time.monotonic() - began >= 0.3
        slowly = len(receiver.received) / (time.monotonic() - began)
        inflow.read("a stream", full=False)
        at, before = time.monotonic(), len(receiver.received)
        await receiver.wait_for(20 * 60)
        assert (len(receiver.received) - before) / (time.monotonic() - at) > slowly


async def test_a_private_address_is_refused_and_counts_as_a_failure(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis, rules=AddressRules(), schedule=()) as sending:
        endpoint = await sending.add(receiver.url)
        event = an_event()
        await sending.intake.take(0, [event])
        _, (attempt,) = await sending.outcome(endpoint, event, DEAD)
    assert attempt.error is ErrorClass.REFUSED_ADDRESS
    assert receiver.received == []


async def test_during_a_rotation_both_secrets_verify(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        old = await sending.add(receiver.url)
        now = SystemClock().now()
        new = await sending.registry.change_endpoint(
            old.id, lambda endpoint: endpoint.with_new_secret(now, timedelta(hours=24))
        )
        assert new is not None
        await sending.intake.take(0, [an_event()])
        (received,) = await receiver.wait_for(1)
    for key in (old.secrets[0].key, new.secrets[0].key):
        Webhook(key).verify(received.body, received.headers)
    assert new.signing_keys(now + timedelta(hours=25)) == [new.secrets[0].key]


async def test_a_lost_mark_forgets_no_delivery(redis: Redis) -> None:
    registry, queue = Registry(redis, A_BOX), DeliveryQueue(redis)
    async with a_receiver() as receiver:
        endpoint = an_endpoint(url=receiver.url)
        await registry.add_endpoint(endpoint)
        event = an_event()
        await Intake(redis, registry, queue, SystemClock()).take(0, [event])
        await redis.delete(keys.queues())
        async with deliveries(redis) as sending:
            await sending.outcome(endpoint, event, DELIVERED)


async def test_a_body_that_is_lost_makes_the_delivery_dead_in_the_end(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis, schedule=()) as sending:
        endpoint = await sending.add(receiver.url, status=EndpointStatus.PAUSED)
        event = an_event()
        await sending.intake.take(0, [event])
        await redis.delete(keys.payload(0, event.id))
        await sending.registry.change_endpoint(endpoint.id, lambda e: e.with_status(EndpointStatus.ACTIVE))
        _, (attempt,) = await sending.outcome(endpoint, event, DEAD)
    assert "not stored" in (attempt.detail or "")


async def taken(sending: Deliveries, endpoint: Endpoint, event: ArticleEvent) -> int:
    await sending.outcome(endpoint, event, DELIVERED)
    return int(await sending.redis.zcard(keys.endpoint_deliveries(endpoint.id)))


async def test_an_event_taken_twice_is_one_delivery(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        endpoint = await sending.add(receiver.url)
        event = an_event()
        await asyncio.gather(sending.intake.take(0, [event, event]), sending.intake.take(0, [event]))
        assert await taken(sending, endpoint, event) == 1
        await sending.intake.take(0, [event])
        last = an_event()
        await sending.intake.take(0, [last])
        assert await taken(sending, endpoint, last) == 2
    assert len(receiver.received) == 2


async def test_what_nobody_wants_is_not_stored(redis: Redis) -> None:
    async with deliveries(redis) as sending:
        await sending.add("http://127.0.0.1:1/", filter={"kinds": ["podcast"]})
        await sending.intake.take(0, [event := an_event()])
        assert not await redis.exists(keys.payload(0, event.id))


async def test_the_way_of_an_article_to_a_partner_is_timed_once_whatever_is_sent_again(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        receiver.answer = answering(500, 204)
        endpoint = await sending.add(receiver.url)
        event = an_event(timestamp=SystemClock().now() - timedelta(hours=2))
        await sending.intake.take(0, [event])
        delivery, _ = await sending.outcome(endpoint, event, DELIVERED)
        again = Trigger.REPLAY
        now = SystemClock().now()
        await sending.queue.requeue(endpoint.id, [delivery.id], now, trigger=again, again=False)
        sending.worker.wake()
        await sending.outcome(endpoint, event, DELIVERED, attempts=3)
        counted = await sending.counted(attempts=3)
    assert percentiles(counted.latencies["partner"]) == Percentiles(1, 8e6, 8e6, 8e6)
    assert counted.attempts == {"RetryLater": 1, "Delivered": 2}


async def test_an_attempt_is_logged_with_the_request_that_the_event_came_from(
    redis: Redis, capfd: pytest.CaptureFixture[str]
) -> None:
    event = an_event()
    async with a_receiver() as receiver, deliveries(redis) as sending:
        receiver.answer = answering(500, 204)
        endpoint = await sending.add(receiver.url)
        with carrying({event.id: Trail("req_from_the_desk")}):
            await sending.intake.take(0, [event])
        await sending.outcome(endpoint, event, DELIVERED)
    assert capfd.readouterr().out.count("req_from_the_desk") == 2
    # Delivered ones are kept for a month, and nothing is told of them any more.
    kept = keys.delivery(endpoint.id, delivery_id(endpoint.id, event.id))
    assert not await redis.hexists(kept, "request_id")
