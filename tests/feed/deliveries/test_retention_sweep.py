"""What is old goes, all of it; what is not finished stays, and its body with it."""

import asyncio
import time
from datetime import datetime, timedelta

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.bodies import BodyPlace
from services.feed.deliveries.delivery import DeliveryStatus, NewDelivery
from services.feed.deliveries.endpoint import delivery_id
from services.feed.deliveries.history import History
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.lease import Ask
from services.feed.deliveries.outcome import Trigger
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.retention import Retention
from services.feed.deliveries.retention_sweep import RetentionSweep, rested
from shared import keys
from tests.builders import HandClock, an_event
from tests.feed.deliveries.delivery_builders import A_BOX, an_endpoint
from tests.feed.deliveries.queue_steps import ended, finished, leased

ENDPOINT = an_endpoint()


class Kept:
    """One delivery, the sweep, and a clock to move."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.clock = HandClock()
        self.registry = Registry(redis, A_BOX)
        self.queue = DeliveryQueue(redis)
        self.sweep = RetentionSweep(redis, self.registry, self.clock, Retention())
        self.event = an_event()
        self.id = delivery_id(ENDPOINT.id, self.event.id)

    async def taken(self) -> None:
        await self.registry.add_endpoint(ENDPOINT)
        await Intake(self.redis, self.registry, self.queue, self.clock).take(0, [self.event])

    async def ends(self, status: DeliveryStatus) -> None:
        now: datetime = self.clock.now()
        (lease,) = await leased(self.queue, [Ask(ENDPOINT.id, 1)], now)
        await finished(self.queue, [ended(lease, status, now=now)])

    async def is_there(self) -> bool:
        return await History(self.redis).delivery(self.id) is not None


@pytest.fixture
async def kept(redis: Redis) -> Kept:
    made = Kept(redis)
    await made.taken()
    return made


@pytest.mark.parametrize(("status", "days"), [(DeliveryStatus.DELIVERED, 30), (DeliveryStatus.DEAD, 90)])
async def test_a_finished_delivery_goes_with_all_that_is_its(
    kept: Kept, status: DeliveryStatus, days: int
) -> None:
    await kept.ends(status)
    kept.clock.move(days=days)
    assert await kept.sweep.sweep() == 0
    assert await kept.is_there()
    kept.clock.move(seconds=1)
    assert await kept.sweep.sweep() == 1
    assert not await kept.redis.exists(
        keys.delivery(ENDPOINT.id, kept.id),
        keys.attempts(ENDPOINT.id, kept.id),
        keys.endpoint_deliveries(ENDPOINT.id),
        keys.endpoint_status(ENDPOINT.id, status),
    )


async def test_the_last_attempt_counts_not_the_first(kept: Kept) -> None:
    await kept.ends(DeliveryStatus.DELIVERED)
    kept.clock.move(days=29)
    await kept.queue.requeue(ENDPOINT.id, [kept.id], kept.clock.now(), trigger=Trigger.MANUAL, again=True)
    await kept.ends(DeliveryStatus.DELIVERED)
    kept.clock.move(days=29)
    assert await kept.sweep.sweep() == 0
    assert await kept.is_there()


async def test_what_is_left_of_a_removed_endpoint_is_cleared_away(kept: Kept) -> None:
    await kept.registry.remove_endpoint(ENDPOINT.id, kept.clock.now())  # and here the process was killed
    await kept.sweep.sweep()
    assert await kept.redis.keys(f"*{ENDPOINT.id}*") == []
    # An intake that has not yet heard of the removal.
    late = an_event()
    new = NewDelivery(delivery_id(ENDPOINT.id, late.id), late.id, late.type, late.timestamp, 0, Trigger.EVENT)
    await kept.queue.enqueue_all({ENDPOINT.id: [new]}, kept.clock.now())
    kept.clock.move(hours=1)
    await kept.sweep.sweep()
    assert await kept.redis.keys(f"*{ENDPOINT.id}*") == []
    assert await kept.registry.removed() == []


async def test_what_waits_for_years_keeps_its_record_and_its_body(kept: Kept) -> None:
    body = BodyPlace(0, kept.event.id).key
    await kept.redis.expire(body, 5)
    kept.clock.move(days=1000)
    assert await kept.sweep.sweep() == 0
    assert await kept.is_there()
    assert await kept.redis.ttl(body) > timedelta(days=90).total_seconds()


async def test_who_has_just_been_started_does_not_sweep_yet(kept: Kept) -> None:
    await kept.ends(DeliveryStatus.DELIVERED)
    kept.clock.move(days=31)
    began = time.monotonic()
    sweeping = asyncio.create_task(kept.sweep.run(first_after=0.3))
    async with asyncio.timeout(15):
        while await kept.is_there():  # noqa: ASYNC110 - what is waited for happens in Valkey
            await asyncio.sleep(0.01)
    assert time.monotonic() - began >= 0.3
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)


async def test_after_a_step_a_sweep_rests_three_times_as_long_as_it_took() -> None:
    ended = time.monotonic()
    next_one = await rested(ended - 0.1)
    assert next_one - ended >= 0.3
