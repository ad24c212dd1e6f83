"""How a worker ends, and what becomes of the deliveries that it had in hand."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.lease import Ask
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from shared import keys
from shared.clock import SystemClock
from shared.redis_connection import connect
from tests.builders import an_event
from tests.conftest import ValkeyServer
from tests.feed.deliveries.answers import holding
from tests.feed.deliveries.delivery_builders import A_BOX, an_endpoint, deliveries
from tests.feed.deliveries.queue_steps import leased
from tests.receiver import a_receiver

DELIVERED, DEAD, RETRYING = DeliveryStatus.DELIVERED, DeliveryStatus.DEAD, DeliveryStatus.RETRYING


async def test_what_a_killed_worker_held_is_taken_up_after_its_lease(redis: Redis) -> None:
    registry, queue = Registry(redis, A_BOX), DeliveryQueue(redis, lease=timedelta(seconds=0.3))
    async with a_receiver() as receiver:
        endpoint = an_endpoint(url=receiver.url)
        await registry.add_endpoint(endpoint)
        event = an_event()
        await Intake(redis, registry, queue, SystemClock()).take(0, [event])
        now = SystemClock().now()
        await queue.take_marks(now)
        assert len(await leased(queue, [Ask(endpoint.id, 8)], now)) == 1  # and now this worker is no more
        async with deliveries(redis, lease=0.3) as sending:
            await sending.outcome(endpoint, event, DELIVERED)
    assert len(receiver.received) == 1


async def test_a_cancelled_worker_lets_attempts_end_and_gives_the_rest_back(redis: Redis) -> None:
    async with a_receiver() as slow, a_receiver() as hanging:
        soon, let_go = asyncio.Event(), asyncio.Event()
        slow.answer, hanging.answer = holding(soon), holding(let_go)
        async with deliveries(redis, grace=0.3) as sending:
            patient = await sending.add(slow.url)
            stuck = await sending.add(hanging.url)
            event = an_event()
            await sending.intake.take(0, [event])
            await slow.wait_for(1)
            await hanging.wait_for(1)
            sending.running.cancel()
            asyncio.get_running_loop().call_later(0.05, soon.set)
        await sending.outcome(patient, event, DELIVERED)
        assert await redis.zcard(keys.endpoint_leased(stuck.id)) == 0
        assert await redis.zcard(keys.endpoint_due(stuck.id)) == 1
        let_go.set()


async def test_many_that_hang_are_all_given_back(redis: Redis) -> None:
    let_go = asyncio.Event()
    async with a_receiver() as hanging:
        hanging.answer = holding(let_go)
        async with deliveries(redis, grace=0.1) as sending:
            endpoints = [await sending.add(f"{hanging.url}/{n}", concurrency=64) for n in range(4)]
            await sending.intake.take(0, [an_event() for _ in range(64)])
            await hanging.wait_for(200)
        let_go.set()
    assert [await redis.zcard(keys.endpoint_leased(e.id)) for e in endpoints] == [0] * 4
    assert [await redis.zcard(keys.endpoint_due(e.id)) for e in endpoints] == [64] * 4


async def test_a_worker_ends_at_whatever_step_it_is_cancelled(redis: Redis) -> None:
    for steps in range(30):
        async with asyncio.timeout(10), deliveries(redis):
            for _ in range(steps):
                await asyncio.sleep(0)


async def test_a_worker_that_is_stopped_with_a_turn_under_way_ends_soon_and_sends_nothing_twice(
    redis: Redis,
) -> None:
    async with a_receiver() as receiver:
        async with deliveries(redis) as sending:
            endpoint = await sending.add(receiver.url, concurrency=4)
        events = [an_event() for _ in range(1500)]
        await sending.intake.take(0, events)
        for steps in range(40):
            # Sooner than a worker gives up to wait for attempts that end nowhere.
            async with asyncio.timeout(4), deliveries(redis):
                await receiver.wait_for(len(receiver.received) + 8)
                for _ in range(steps):
                    await asyncio.sleep(0)
        async with deliveries(redis) as sending:
            for event in events:
                await sending.outcome(endpoint, event, DELIVERED)
    assert len(receiver.received) == len(events)


async def test_a_redis_that_is_killed_and_comes_back_costs_no_delivery(valkey: ValkeyServer) -> None:
    redis = connect(valkey.url)
    async with a_receiver() as receiver, deliveries(redis, lease=1.0) as sending:
        endpoint = await sending.add(receiver.url)
        events = [an_event() for _ in range(60)]
        during_the_outage = asyncio.Event()
        receiver.answer = holding(during_the_outage)
        await sending.intake.take(0, events)
        await receiver.wait_for(8)
        valkey.kill()
        asyncio.get_running_loop().call_later(0.3, during_the_outage.set)
        await during_the_outage.wait()
        await asyncio.to_thread(valkey.start)
        for event in events:
            await sending.outcome(endpoint, event, DELIVERED)
        assert not sending.running.done()
    await redis.aclose()
    assert {r.headers["webhook-id"] for r in receiver.received} == {event.id for event in events}


async def test_an_error_that_is_no_outage_ends_the_worker_loudly(redis: Redis) -> None:
    with pytest.raises(ExceptionGroup):  # noqa: PT012 - it comes out of the end of the block
        async with deliveries(redis) as sending:
            await redis.set(keys.queues(), "no sorted set")
            await sending.running
