"""An endpoint that fails is probed and not hammered, and after five days of it left alone."""

from datetime import datetime, timedelta

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.breaker import LONGEST_PAUSE, OPENS_AFTER
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import EndpointStatus
from services.feed.deliveries.lease import Ask
from services.feed.deliveries.queue import DeliveryQueue
from tests.builders import NOON, HandClock, an_event
from tests.feed.deliveries.answers import answering
from tests.feed.deliveries.delivery_builders import an_endpoint, deliveries
from tests.feed.deliveries.queue_steps import ended, enqueue, finished, leased
from tests.receiver import a_receiver

ENDPOINT = an_endpoint()
ASK = [Ask(ENDPOINT.id, 100)]
SECOND = timedelta(seconds=1)
DEAD, DELIVERED = DeliveryStatus.DEAD, DeliveryStatus.DELIVERED


@pytest.fixture
def queue(redis: Redis) -> DeliveryQueue:
    return DeliveryQueue(redis, lease=30 * SECOND)


async def fail(queue: DeliveryQueue, count: int, now: datetime = NOON) -> None:
    """Let so many deliveries fail, as many at a time as are given out."""
    while count > 0:
        leases = (await leased(queue, [Ask(ENDPOINT.id, count)], now))[:count]
        assert leases
        count -= len(leases)
        await finished(queue, [ended(lease, DEAD, now=now) for lease in leases])


async def test_nine_failures_change_nothing_and_a_success_begins_the_count_anew(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 40)
    for _ in range(2):
        await fail(queue, OPENS_AFTER - 1)
        leases = await leased(queue, ASK, NOON)
        assert len(leases) == 8
        await finished(queue, [ended(lease, DELIVERED) for lease in leases])


async def test_after_ten_failures_one_at_a_time_probes_whoever_asks(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 40)
    await fail(queue, OPENS_AFTER)
    assert await leased(queue, ASK, NOON) == []
    later = NOON + SECOND
    (probe,) = await leased(queue, ASK, later)
    assert await leased(queue, ASK, later) == []
    await finished(queue, [ended(probe, DELIVERED, now=later)])
    assert len(await leased(queue, ASK, later)) == 8


async def test_a_backlog_meets_ever_longer_pauses_up_to_a_limit(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 40)
    await fail(queue, OPENS_AFTER)
    now, pauses = NOON, []
    for _ in range(6):
        began = now
        await queue.take_marks(now + timedelta(days=1))
        while not (leases := await leased(queue, ASK, now)):
            now += SECOND
        pauses.append((now - began).total_seconds())
        await finished(queue, [ended(lease, DEAD, now=now) for lease in leases])
    assert pauses == [1, 2, 4, 5, 5, 5]


async def test_the_next_probe_is_marked_at_its_time(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 40)
    await fail(queue, OPENS_AFTER)
    await queue.take_marks(NOON)
    assert await leased(queue, ASK, NOON) == []
    assert await queue.take_marks(NOON + 0.9 * SECOND) == []
    assert await queue.take_marks(NOON + SECOND) == [ENDPOINT.id]


async def test_a_change_of_the_endpoint_is_probed_at_once(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 40)
    await fail(queue, OPENS_AFTER)
    await queue.begin_anew(ENDPOINT.id)
    assert len(await leased(queue, ASK, NOON)) == 1


async def test_a_probe_that_a_killed_worker_held_is_taken_up_again(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 12)
    await fail(queue, OPENS_AFTER)
    assert len(await leased(queue, ASK, NOON + SECOND)) == 1
    assert len(await leased(queue, ASK, NOON + 31 * SECOND)) == 1


async def test_a_partner_that_comes_back_gets_its_whole_backlog(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis, schedule=(0.01,) * 30) as sending:
        receiver.answer = answering(*[500] * OPENS_AFTER, 204)
        endpoint = await sending.add(receiver.url)
        events = [an_event() for _ in range(30)]
        await sending.intake.take(0, events)
        for event in events:
            await sending.outcome(endpoint, event, DELIVERED)
    assert len(receiver.received) == OPENS_AFTER + len(events)


async def test_five_days_of_nothing_but_failures_disable_and_resume_goes_on(redis: Redis) -> None:
    clock = HandClock()
    async with a_receiver() as receiver, deliveries(redis, clock=clock, schedule=(3600,) * 9) as sending:
        receiver.answer = answering(500)
        endpoint = await sending.add(receiver.url)
        for hours, status in ((0, "active"), (119, "active"), (2, "disabled")):
            clock.move(hours=hours)
            event = an_event()
            await sending.intake.take(0, [event])
            await sending.outcome(endpoint, event, DeliveryStatus.RETRYING)
            found = await sending.until(endpoint, EndpointStatus(status))
        assert found.status_reason == "Nothing but failures since 2026-03-02 12:00 UTC."
        # A failure that is written down after the resumption would have the endpoint wait again.
        await sending.nothing_in_hand(endpoint)

        receiver.answer = answering(204)
        clock.move(days=1)
        await sending.queue.begin_anew(endpoint.id)
        await sending.registry.change_endpoint(endpoint.id, lambda e: e.with_status(EndpointStatus.ACTIVE))
        clock.move(seconds=LONGEST_PAUSE.total_seconds())
        await sending.outcome(endpoint, event, DELIVERED)


async def test_one_success_within_five_days_keeps_it_active(redis: Redis) -> None:
    clock = HandClock()
    async with a_receiver() as receiver, deliveries(redis, clock=clock, schedule=()) as sending:
        receiver.answer = answering(500, 204, 500)
        endpoint = await sending.add(receiver.url)
        for status in (DEAD, DELIVERED, DEAD):
            event = an_event()
            await sending.intake.take(0, [event])
            await sending.outcome(endpoint, event, status)
            clock.move(days=4)
        assert (await sending.until(endpoint, EndpointStatus.ACTIVE)).status_reason is None
