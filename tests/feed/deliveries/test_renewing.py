"""Leases of who lives do not end, and those of who died end soon."""

import asyncio
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import Endpoint
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.lease import Hand
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.renewing import Renewing
from shared import keys
from shared.clock import SystemClock
from shared.redis_connection import connect
from shared.timestamps import from_epoch_ms
from tests.builders import HandClock, an_event
from tests.conftest import ValkeyServer
from tests.faults.proxy import Proxy, Trap
from tests.feed.deliveries.answers import holding
from tests.feed.deliveries.delivery_builders import A_BOX, an_endpoint, deliveries
from tests.receiver import a_receiver

SECOND = timedelta(seconds=1)
DELIVERED = DeliveryStatus.DELIVERED
ENDPOINT = an_endpoint().id


class BothClocks(HandClock):
    """The time of day, and the seconds that went by while the machine was not suspended."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1000.0

    def elapsed(self) -> float:
        return self.seconds

    def go_on(self, seconds: float) -> None:
        self.seconds += seconds
        self.move(seconds=seconds)


@pytest.fixture
def clocks() -> BothClocks:
    return BothClocks()


@pytest.fixture
def renewing(clocks: BothClocks) -> Renewing:
    return Renewing(clocks, 10 * SECOND, elapsed=clocks.elapsed)


def turn(renewing: Renewing) -> Hand:
    """Take a turn that succeeds."""
    hand = renewing.next_hand(())
    renewing.succeeded(hand)
    return hand


def live(renewing: Renewing, clocks: BothClocks, seconds: float) -> None:
    """Take two turns a second for so long."""
    for _ in range(round(seconds * 2)):
        clocks.go_on(0.5)
        turn(renewing)


def test_leases_are_renewed_each_quarter_of_their_time(renewing: Renewing, clocks: BothClocks) -> None:
    renews = []
    for _ in range(20):
        renews.append(turn(renewing).held is not None)
        clocks.go_on(0.5)
    assert renews == [n % 5 == 0 for n in range(20)]


def test_who_begins_takes_nothing_over_for_half_a_lease(renewing: Renewing, clocks: BothClocks) -> None:
    assert not turn(renewing).takes_over
    live(renewing, clocks, 4)
    assert not turn(renewing).takes_over
    live(renewing, clocks, 2)
    assert turn(renewing).takes_over


@pytest.mark.parametrize(
    ("ran", "set_by"), [(5, 0), (0, 5), (0, 3600)], ids=["outage", "suspended", "clock set"]
)
def test_who_could_not_renew_lets_the_others_renew_first(
    renewing: Renewing, clocks: BothClocks, ran: float, set_by: float
) -> None:
    live(renewing, clocks, 10)
    assert turn(renewing).takes_over
    clocks.go_on(ran)
    clocks.move(seconds=set_by)
    late = turn(renewing)
    assert not late.takes_over
    assert late.held is not None
    live(renewing, clocks, 4)
    assert not turn(renewing).takes_over
    live(renewing, clocks, 2)
    assert turn(renewing).takes_over


def test_a_turn_that_failed_renews_nothing(renewing: Renewing, clocks: BothClocks) -> None:
    live(renewing, clocks, 10)
    for _ in range(20):
        clocks.go_on(0.5)
        renewing.next_hand(())
        renewing.failed([])
    assert not renewing.may_take_over
    assert renewing.is_due


def test_after_an_answer_that_was_lost_the_next_turn_looks_what_it_brought(
    renewing: Renewing, clocks: BothClocks
) -> None:
    turn(renewing)
    clocks.go_on(0.1)
    assert not renewing.is_due
    renewing.failed([ENDPOINT])
    hand = turn(renewing)
    assert hand.held == {ENDPOINT: []}
    assert turn(renewing).held is None


async def test_an_attempt_may_take_longer_than_its_lease(redis: Redis) -> None:
    let_go = asyncio.Event()
    async with (
        a_receiver() as slow,
        deliveries(redis, lease=1.0, timeout=30) as one,
        deliveries(redis, lease=1.0),
    ):
        slow.answer = holding(let_go)
        endpoint = await one.add(slow.url)
        event = an_event()
        await one.intake.take(0, [event])
        await slow.wait_for(1)
        await until_leased_for(redis, endpoint, SystemClock().now() + 3 * SECOND)
        let_go.set()
        _, attempts = await one.outcome(endpoint, event, DELIVERED)
    assert len(slow.received) == len(attempts) == 1


async def test_a_worker_that_ends_renews_what_it_waits_for(redis: Redis) -> None:
    let_go = asyncio.Event()
    async with a_receiver() as slow:
        slow.answer = holding(let_go)
        async with deliveries(redis, lease=1.0, timeout=30, grace=20) as one:
            endpoint = await one.add(slow.url)
            event = an_event()
            await one.intake.take(0, [event])
            await slow.wait_for(1)
            one.running.cancel()
            await until_leased_for(redis, endpoint, SystemClock().now() + 3 * SECOND)
            let_go.set()
            _, attempts = await one.outcome(endpoint, event, DELIVERED)
    assert len(slow.received) == len(attempts) == 1


async def until_leased_for(redis: Redis, endpoint: Endpoint, end: datetime) -> None:
    """Wait until the endpoint's first lease was renewed so often that it ends after that."""
    async with asyncio.timeout(15):
        while True:
            first: Any = await redis.zrange(keys.endpoint_leased(endpoint.id), 0, 0, withscores=True)
            if from_epoch_ms(int(first[0][1])) >= end:
                return
            await asyncio.sleep(0.02)


async def test_a_turn_whose_answer_is_lost_holds_nothing_up(valkey: ValkeyServer, redis: Redis) -> None:
    proxy = Proxy(valkey.socket)
    await proxy.start()
    async with (
        aclosing(connect(f"redis://127.0.0.1:{proxy.port}", retries=0)) as through,
        a_receiver() as receiver,
        deliveries(through, lease=60) as sending,
    ):
        endpoint = await sending.add(receiver.url)
        intake = Intake(
            redis, Registry(redis, A_BOX), DeliveryQueue(redis), SystemClock(), wake=sending.worker.wake
        )
        events = [an_event() for _ in range(30)]

        def lose(_: int) -> bool:
            proxy.trap = None
            proxy.cut(reset=True)
            return False

        # Events are named in what a turn brings first.
        proxy.trap = Trap(b"evt_", to_server=False, spring=lose)
        await intake.take(0, events)
        await receiver.wait_for(len(events), seconds=15)
        assert proxy.trap is None
        async with asyncio.timeout(15):
            while await redis.zcard(keys.endpoint_leased(endpoint.id)):  # noqa: ASYNC110 - Valkey's
                await asyncio.sleep(0.01)
    await proxy.stop()
    assert len(receiver.received) == len(events)
