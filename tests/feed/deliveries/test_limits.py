"""An endpoint's own limits: how many at once, how many a second, all workers together."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import EndpointStatus
from services.feed.deliveries.lease import Ask
from services.feed.deliveries.queue import DeliveryQueue
from shared import keys
from shared.clock import SystemClock
from tests.builders import NOON, an_event
from tests.feed.deliveries.delivery_builders import an_endpoint, deliveries
from tests.feed.deliveries.queue_steps import ended, enqueue, finished, leased
from tests.receiver import a_receiver

ENDPOINT = an_endpoint()
SECOND = timedelta(seconds=1)


@pytest.fixture
def queue(redis: Redis) -> DeliveryQueue:
    return DeliveryQueue(redis, lease=30 * SECOND)


async def begun(queue: DeliveryQueue, rate: float, *, seconds: float, step: float) -> int:
    """Return how many an eager worker begins in so many seconds, asking once every `step`."""
    ask = [Ask(ENDPOINT.id, 64, concurrency=64, rate_limit=rate)]
    total = 0
    for look in range(round(seconds / step)):
        now = NOON + look * step * SECOND
        leases = await leased(queue, ask, now)
        await finished(queue, [ended(lease, DeliveryStatus.DELIVERED, now=now) for lease in leases])
        total += len(leases)
    return total


async def test_concurrency_is_the_endpoints_own(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 30)
    assert len(await leased(queue, [Ask(ENDPOINT.id, 2, concurrency=3)], NOON)) == 2
    assert len(await leased(queue, [Ask(ENDPOINT.id, 100, concurrency=3)], NOON)) == 1
    assert len(await leased(queue, [Ask(ENDPOINT.id, 100, concurrency=12)], NOON)) == 9


@pytest.mark.parametrize("step", [0.01, 0.1])
@pytest.mark.parametrize(("rate", "at_once"), [(0.5, 1), (4, 1), (50, 10)])
async def test_no_more_begin_than_the_rate_lets_and_no_fewer(
    queue: DeliveryQueue, rate: float, at_once: int, step: float
) -> None:
    await enqueue(queue, ENDPOINT.id, 150)
    assert rate * 2 - 1 <= await begun(queue, rate, seconds=2, step=step) <= rate * 2 + at_once


async def test_who_asks_too_early_is_marked_for_when_there_is_room(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 3)
    ask = [Ask(ENDPOINT.id, 8, rate_limit=0.5)]
    (lease,) = await leased(queue, ask, NOON)
    await finished(queue, [ended(lease, DeliveryStatus.DELIVERED)])
    await queue.take_marks(NOON + SECOND)
    assert await leased(queue, ask, NOON + SECOND) == []
    assert await queue.take_marks(NOON + 1.9 * SECOND) == []
    assert await queue.take_marks(NOON + 2 * SECOND) == [ENDPOINT.id]
    assert len(await leased(queue, ask, NOON + 2 * SECOND)) == 1


async def test_a_clock_that_runs_behind_gains_nothing(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 10)
    ask = [Ask(ENDPOINT.id, 8, rate_limit=1)]
    assert len(await leased(queue, ask, NOON)) == 1
    assert len(await leased(queue, ask, NOON - 10 * SECOND)) == 0
    assert len(await leased(queue, ask, NOON)) == 0
    assert len(await leased(queue, ask, NOON + SECOND)) == 1


async def test_a_removed_endpoint_with_limits_leaves_no_key(redis: Redis, queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 3)
    ask = [Ask(ENDPOINT.id, 8, rate_limit=1)]
    assert len(await leased(queue, ask, NOON)) == 1
    await queue.purge(ENDPOINT.id)
    assert await leased(queue, ask, NOON + SECOND) == []
    assert await redis.keys(f"*{ENDPOINT.id}*") == []


async def test_two_workers_together_keep_an_endpoints_rate(redis: Redis) -> None:
    clock = SystemClock()
    async with a_receiver() as receiver, deliveries(redis) as one, deliveries(redis):
        endpoint = await one.add(receiver.url, rate_limit=20.0, status=EndpointStatus.PAUSED)
        events = [an_event() for _ in range(24)]
        await one.intake.take(0, events)
        began = clock.now()
        await one.registry.change_endpoint(endpoint.id, lambda e: e.with_status(EndpointStatus.ACTIVE))
        await one.queue.mark_all([endpoint.id])
        await receiver.wait_for(24)
        took = (clock.now() - began).total_seconds()
        for event in events:
            await one.outcome(endpoint, event, DeliveryStatus.DELIVERED)
    assert took >= (24 - 4) / 20  # four may go at once
    assert await redis.zcard(keys.endpoint_due(endpoint.id)) == 0
